"""What Today says of rounds to the office: one has not begun, one is late, the laying of one broke off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from community import today
from community.models import User
from community.roles import Role
from core import clock
from core.ids import uuid7
from core.models import Job
from core.quarters import Quarter
from tests.asks import asks_of
from tests.factories import GridFactory, appoint
from visits import today as room
from visits.models import Campaign

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
OCTOBER = Quarter(2026, 4)


@pytest.fixture
def office():
    with clock.at(NOW):
        yield appoint(Role.COMMUNITY_STAFF, GridFactory().community)


def a_round(office: User, quarter: Quarter = OCTOBER, **fields: Any) -> Campaign:
    closed = {"closed_at": clock.now(), "closed_by": office} if fields.get("state") == "closed" else {}
    made: Campaign = Campaign.objects.create(
        community_id=next(iter(office.scope.offices_communities)),
        year=quarter.year,
        quarter=quarter.number,
        starts_on=quarter.start,
        ends_on=quarter.end,
        opened_by=office,
        **closed,
        **fields,
    )
    return made


def told(user: User) -> list[str]:
    return [str(ask.title) for ask in today.gather(user) if "的走访" in ask.title]


def test_a_quarter_without_its_round(office):
    a_round(office, OCTOBER.previous(), state="closed")
    assert told(office) == ["2026 年第四季度的走访还没开始"]
    assert told(appoint(Role.GRID_LEADER, GridFactory())) == []


def test_a_round_that_is_walked_asks_nothing_until_it_is_late(office):
    a_round(office, OCTOBER.previous(), state="closed")
    campaign = a_round(office)
    assert told(office) == []
    campaign.ends_on = clock.today() - timedelta(days=1)
    campaign.save()
    assert told(office) == ["2026 年第四季度的走访到期了，还没结束"]


@pytest.mark.parametrize(("state", "stuck"), [("waiting", False), ("running", False), ("done", True), ("failed", True)])
def test_the_laying_of_a_round_broke_off_when_its_job_did(office, state, stuck):
    job = Job.objects.create(kind="campaign_lay", label="安排走访", owner=office, state=state)
    a_round(office, state="preparing", job=job.pk)
    assert told(office) == (["2026 年第四季度的走访安排到一半断了"] if stuck else [])


def test_a_job_that_nobody_remembers_is_over(office):
    a_round(office, state="preparing", job=uuid7())
    assert told(office) == ["2026 年第四季度的走访安排到一半断了"]


def test_it_is_asked_with_the_rest_of_the_room(office, django_assert_num_queries):
    a_round(office, state="preparing")
    assert office.scope
    with django_assert_num_queries(1):
        assert len(asks_of(room, office)) == 1
    assert room._newest(appoint(Role.GRID_LEADER, GridFactory())) is None
