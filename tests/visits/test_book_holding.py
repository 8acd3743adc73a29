"""The doors that a phone holds: whose, in what order, with which form, and what is not in them."""

from __future__ import annotations

import gzip
import json

import pytest
from django.urls import reverse

from community.access import Permission
from community.roles import Role
from core import clock
from core.quarters import Quarter
from tests.factories import (
    BuildingFactory,
    EstateFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    UnitFactory,
    appoint,
    family_of,
)
from tests.visits.phone import JSON, Phone
from visits import actions
from visits.book import holding, keys
from visits.book.keys import Unreadable
from visits.models import Target
from visits.sheet import Door, sheet_for, sheets_for

pytestmark = pytest.mark.django_db


class TestKey:
    def test_it_is_the_same_every_time_and_one_for_each(self, leader, office, settings):
        assert keys.key_of(leader.pk) == keys.key_of(leader.pk) != keys.key_of(office.pk)
        assert len(keys.key_of(leader.pk)) == 32
        settings.FIELD_KEYS = ["bmV1ZXItc2NobHVlc3NlbC1mdWVyLWRpZS10ZXN0cyE="]
        before = keys.key_of(leader.pk)
        settings.SEARCH_KEY = "another"
        assert keys.key_of(leader.pk) != before

    def test_what_is_sealed_opens_under_its_name_for_its_user_only(self):
        nonce, data = keys.sealed(b"plain", name="a", user_id=1)
        assert keys.opened(data, nonce=nonce, name="a", user_id=1) == b"plain"
        for wrong in ({"name": "b", "user_id": 1}, {"name": "a", "user_id": 2}):
            with pytest.raises(Unreadable):
                keys.opened(data, nonce=nonce, **wrong)
        with pytest.raises(Unreadable):
            keys.opened(data, nonce=b"short", name="a", user_id=1)

    def test_a_session_gets_its_own(self, leader):
        answer = Phone(leader).client.get(reverse("visits:book_key"), **JSON)
        assert answer.json()["user"] == str(leader.pk)
        assert answer.json()["name"] == leader.name
        assert answer["Cache-Control"] == "no-store"
        assert answer.cookies["csrftoken"].value

    def test_who_walks_no_more_still_gets_it_for_what_lies_on_the_phone(self, leader):
        phone = Phone(leader)
        phone.tell(unsent=1)
        leader.appointments.update(ends_on=clock.today())
        assert phone.client.get(reverse("visits:book_key"), **JSON).status_code == 200
        assert phone.held()["doors"] == []


class TestDoors:
    def test_a_door_with_its_form(self, leader, target, household):
        page = Phone(leader).held()
        assert page["campaign"] == str(target.campaign)
        assert page["next"] is None
        (door,) = page["doors"]
        assert (door["target"], door["household"]) == (str(target.pk), str(household.pk))
        assert door["tone"] == "wait"
        assert door["why"] == target.why
        assert 'name="uuid"' in door["form"]
        assert "csrfmiddlewaretoken" not in door["form"]

    def test_it_is_the_form_of_the_page(self, leader, target, household, client):
        client.force_login(leader)
        page = client.get(target.get_absolute_url()).content.decode()
        inside = Phone(leader).door(household)["form"]
        for part in inside.split('<div class="groups">')[1:]:
            assert part in page

    def test_the_phone_gives_it_its_id_and_time(self, leader, target, household):
        form = Phone(leader).door(household)["form"]
        for name in ("uuid", "started"):
            drawn = form[form.index(f'name="{name}"') :].split(">")[0]
            assert "value" not in drawn or 'value=""' in drawn

    def test_nothing_that_could_be_misused(self, leader, target, household):
        MembershipFactory(household=household, resident=ResidentFactory(name="李小明", id_number="320102199003071233"))
        text = json.dumps(Phone(leader).held(), ensure_ascii=False)
        assert "李小明" in text
        for secret in ("320102199003071233", "19900307", "13812345678", "88880001"):
            assert secret not in text

    def test_only_ones_own_and_what_waits(self, leader, target, household, office):
        assert Phone(office).held()["doors"] == []
        Target.objects.update(state="done", done_at=clock.now())
        assert Phone(leader).held()["doors"] == []

    def test_no_round(self, leader):
        page = Phone(leader).held()
        assert (page["campaign"], page["ends_on"], page["doors"]) == (None, None, [])

    def test_one_door_however_many_reasons(self, leader, target, household):
        Target.objects.create(
            community=target.community,
            campaign=target.campaign,
            household=household,
            building=target.building,
            kind="special",
            assignee=leader,
            due_on=clock.today(),
        )
        (door,) = Phone(leader).held()["doors"]
        assert door["target"] == str(target.pk)
        assert door["kind"] == "每季走访、专项走访"

    def test_compressed(self, leader, target):
        answer = Phone(leader).client.get(reverse("visits:book_held"), headers={"accept-encoding": "gzip"})
        assert json.loads(gzip.decompress(answer.content))["user"] == str(leader.pk)
        assert answer["Cache-Control"] == "no-store"


@pytest.fixture
def street(grid, leader, office):
    """Sixty doors of one leader, in two buildings."""
    estate = EstateFactory(community=grid.community)
    for order, number in ((2, "10"), (1, "9")):
        unit = UnitFactory(building=BuildingFactory(grid=grid, number=number, order=order, estate=estate), number="1")
        for floor in range(30):
            room = HouseholdFactory(dwelling__unit=unit, dwelling__room_no=f"{floor + 1}01")
            family_of(room, {"name": f"住户{number}{floor}", "phone": "13812345678"})
    return actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)


class TestPages:
    def test_in_the_order_of_the_walk_and_each_once(self, street, leader):
        phone = Phone(leader)
        first = phone.held()
        second = phone.held(first["next"])
        assert (len(first["doors"]), len(second["doors"]), second["next"]) == (50, 10, None)
        rooms = [one["door"] for one in first["doors"] + second["doors"]]
        assert len(set(rooms)) == 60
        assert len({one["building"] for one in first["doors"][:30]}) == 1
        assert rooms.index(next(room for room in rooms if "901" in room)) < rooms.index(
            next(room for room in rooms if "1001" in room)
        )

    def test_a_door_done_meanwhile_leaves_no_gap(self, street, leader):
        phone = Phone(leader)
        first = phone.held()
        Target.objects.filter(pk__in=[first["doors"][0]["target"], first["doors"][-1]["target"]]).update(
            state="done", done_at=clock.now()
        )
        assert len(phone.held(first["next"])["doors"]) == 10

    @pytest.mark.parametrize("cursor", ["x", "bnVsbA==", "W1tdXQ==", "WzEsMiwzLDQsNSwiYSJd", "[" * 5000, "é"])
    def test_a_cursor_that_is_none_begins_anew(self, street, leader, cursor):
        assert len(Phone(leader).held(cursor)["doors"]) == 50

    def test_as_many_queries_for_one_door_as_for_fifty(self, street, leader, django_assert_num_queries):
        phone = Phone(leader)
        phone.held()
        with django_assert_num_queries(11):
            assert len(phone.held()["doors"]) == 50
        keep = Target.objects.filter(assignee=leader).first()
        Target.objects.exclude(pk=keep.pk).update(state="done", done_at=clock.now())
        with django_assert_num_queries(11):
            assert len(phone.held()["doors"]) == 1

    def test_many_sheets_are_the_single_ones(self, street, leader):
        doors = [Door(target.household, target) for target in Target.objects.filter(assignee=leader)[:3]]
        for door, sheet in zip(doors, sheets_for(leader, doors), strict=True):
            alone = sheet_for(leader, door.household, target=door.target)
            assert sheet.seen == alone.seen
            assert [str(one) for one in sheet.members] == [str(one) for one in alone.members]


def test_who_may_not_walk_has_no_book(grid, office):
    assert holding.has_book(office)
    observer = appoint(Role.STREET_OBSERVER, grid.community)
    assert not observer.scope.may(Permission.VISIT_RECORD)
    assert Phone(observer).client.get(reverse("visits:book_key"), **JSON).status_code == 403
