"""A resident's own record: what one sees of oneself, what stays masked, what neighbours never see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from community import audit
from community.models import AuditEvent
from community.roles import Role
from core import clock
from grids import actions
from grids.models import Proposal
from tests.factories import GridFactory, appoint, family_of, household_in

pytestmark = pytest.mark.django_db
MINE = reverse("grids:mine")
PHONES = ("13811110001", "13811110002", "13811110003")


@pytest.fixture
def home():
    household = household_in(GridFactory(), phone="0511-88880001")
    family_of(
        household,
        {"name": "王秀英", "phone": PHONES[0], "birth_date": "1940-03-07"},
        {"name": "李大明", "phone": PHONES[1]},
        {"name": "李小宝", "phone": PHONES[2], "birth_date": "2018-05-01"},
    )
    return household


@pytest.fixture
def me(home):
    return appoint(Role.RESIDENT, home, resident=home.head)


@pytest.fixture
def page(client, me):
    client.force_login(me)
    return lambda **query: client.get(MINE, query).content.decode()


def test_everybody_is_masked_at_first(page):
    body = page()
    assert "138****0001" in body
    assert "138****0002" in body
    assert not any(phone in body for phone in PHONES)


def test_one_sees_ones_own_phone_by_a_tap_and_it_is_recorded(client, me, home):
    client.force_login(me)
    shown = client.post(reverse("grids:own_value", args=[home.head_id, "phone"]))
    assert PHONES[0] in shown.content.decode()
    event = AuditEvent.objects.get(verb="reveal")
    assert (event.actor_id, event.household_id, event.reason) == (me.pk, home.pk, "本人查看")


def test_who_looked_at_my_phone_stands_in_my_record(client, me, home):
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    Authenticator.objects.create(user=leader, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(leader)
    client.post(reverse("community:reveal", args=["grids.resident", home.head_id, "phone"]), {"purpose": "contact"})
    client.force_login(me)
    assert "打电话联系本人" in client.get(MINE).content.decode()


@pytest.mark.parametrize("who", ["李大明", "李小宝"])
def test_the_rest_of_the_family_stays_masked_children_too(who, client, me, home):
    other = home.memberships.get(resident__name=who).resident
    client.force_login(me)
    assert client.post(reverse("grids:own_value", args=[other.pk, "phone"])).status_code == 404
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("field", ["name", "employment", "nothing"])
def test_only_what_is_masked_is_shown_so(field, client, me, home):
    client.force_login(me)
    assert client.post(reverse("grids:own_value", args=[home.head_id, field])).status_code == 404


def test_an_account_that_is_nobody_of_the_register_sees_masks_alone(client, home):
    client.force_login(appoint(Role.RESIDENT, home))
    body = client.get(MINE).content.decode()
    assert "还没有对上" in body
    assert "看完整" not in body


def test_readings_and_changes_stand_apart(client, me, home):
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    audit.record("reveal", home, by=leader, changes={"field": "phone"}, reason="电话回访")
    actions.change_household(home, by=leader, kind="renting")
    client.force_login(me)
    readings = client.get(reverse("grids:own_readings", args=[home.pk])).content.decode()
    changes = client.get(reverse("grids:own_changes", args=[home.pk])).content.decode()
    assert "电话回访" in readings
    assert "网格长" in readings
    assert leader.name in readings
    assert "租住" not in readings
    assert "租住" in changes
    assert "电话回访" not in changes


def test_a_long_record_is_paged_by_key(client, me, home):
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    for number in range(60):
        with clock.at(clock.now() - timedelta(hours=number)):
            audit.record("reveal", home, by=leader, changes={"field": "phone"}, reason=f"第{number:02d}次")
    client.force_login(me)
    url, seen = reverse("grids:own_readings", args=[home.pk]), []
    while url:
        answer = client.get(url)
        seen += [entry.text for entry in answer.context["entries"]]
        url = answer.context["page"].next_url
    assert len(seen) == len(set(seen)) == 60
    assert client.get(reverse("grids:own_readings", args=[home.pk]), {"format": "xlsx"}).status_code == 200


@pytest.mark.parametrize("name", ["own_readings", "own_changes"])
def test_nobody_reads_of_another_household(name, client, me, home):
    other = household_in(home.building.grid)
    client.force_login(me)
    assert client.get(reverse(f"grids:{name}", args=[other.pk])).status_code == 404


def test_who_has_moved_out_loses_the_household(client, me, home):
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    spouse = home.memberships.get(resident__name="李大明").resident
    gone = appoint(Role.RESIDENT, home, resident=spouse)
    client.force_login(gone)
    assert client.get(MINE).status_code == 200
    actions.move_out(home, by=leader, day=clock.today(), residents=[spouse])
    assert client.get(MINE).status_code == 403
    assert client.get(reverse("grids:own_readings", args=[home.pk])).status_code == 403


def test_the_number_of_queries_does_not_grow(client, me, home, django_assert_max_num_queries):
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    client.force_login(me)

    def queries():
        with django_assert_max_num_queries(12) as captured:
            client.get(MINE)
        return len(captured)

    few = queries()
    for number in range(20):
        audit.record("reveal", home, by=leader, changes={"field": "phone"}, reason=str(number))
        Proposal.objects.create(
            community=home.community,
            household=home,
            building=home.building,
            kind="other",
            source="resident",
            after=f"第{number}件",
            proposed_by=me,
        )
    assert queries() == few
