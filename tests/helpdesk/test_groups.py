"""What the work groups hear of single requests: a number and a category, at any hour where it is an emergency."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from community.models import Channel, Choice, Delivery
from community.roles import Role
from core import clock
from helpdesk import actions, groups
from helpdesk.models import Category, ServiceRequest
from tests.factories import GridFactory, appoint, household_in, resident_of

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 9, 16, 23, tzinfo=ZoneInfo("Asia/Shanghai"))
SECRET = "三单元 501 王大爷"


@pytest.fixture
def home():
    home = household_in(GridFactory(work_group="json://127.0.0.1:9/"))
    actions.seed_categories(home.community)
    Channel.objects.create(community=home.community, name="群", kind="other", address="json://127.0.0.1:9/")
    return home


def logged(home, slug: str) -> ServiceRequest:
    user = resident_of(home)
    category = Category.objects.get(community=home.community, slug=slug)
    with clock.at(NIGHT):
        return actions.log_request(by=user, reporter=user, household=home, category=category, title=SECRET)


def test_an_emergency_is_told_to_the_groups_and_the_leader_at_once(home, settings):
    settings.EMAIL_HOST = "mail"
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    Choice.objects.create(community=home.community, user=leader, address="a@example.org")
    row = logged(home, "emergency")
    told = Delivery.objects.filter(kind=groups.EMERGENCY)
    assert {(one.channel_id is None, one.grid_id) for one in told} == {(False, None), (True, home.building.grid_id)}
    assert {one.next_at for one in told} == {NIGHT}
    assert all(row.number in one.text and SECRET not in one.text for one in told)
    assert Delivery.objects.get(user=leader).next_at == NIGHT


def test_what_can_wait_is_not_told_to_the_groups(home, settings):
    settings.EMAIL_HOST = "mail"
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    Choice.objects.create(community=home.community, user=leader, address="a@example.org")
    logged(home, "plumbing")
    assert not Delivery.objects.filter(user__isnull=True).exists()
    assert {one.next_at for one in Delivery.objects.all()} <= {NIGHT.replace(day=17, hour=8)}


def test_what_is_late_is_told_by_its_number(home):
    row = logged(home, "plumbing")
    assert groups.tell_late(row) == 2
    assert all(row.number in one.text and SECRET not in one.text for one in Delivery.objects.all())
    row.is_confidential = True
    assert groups.tell_late(row) == 0
