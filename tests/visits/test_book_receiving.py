"""A visit that a phone sends: recorded once, whatever happens on the way; what cannot be taken is said why."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.roles import Role
from core import clock
from core.fields import plain_of
from grids.actions import consents, merge_households
from grids.models import Membership
from helpdesk.models import UpdatePhoto
from tests.asks import asks_of
from tests.factories import GridFactory, HouseholdFactory, appoint, household_in
from tests.visits.phone import JSON, Phone, name_of, picture
from visits import actions, personal
from visits.models import Device, Finding, LatePhoto, LateReport, Target, Verification, Visit, VisitPhoto

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(leader, target):
    return Phone(leader)


@pytest.fixture
def door(phone, household):
    return phone.door(household)


class TestOnce:
    def test_recorded_as_the_page_would(self, phone, door, household, target):
        record = phone.record(door, note="身体还好")
        record["position"] = {"lat": 31.2, "lon": 121.4, "accuracy": 12.4}
        answer = phone.send(record)
        assert answer.status_code == 201
        visit = Visit.objects.get()
        assert answer.json()["id"] == str(visit.pk) == record["id"]
        assert answer.json()["url"] == visit.get_absolute_url()
        assert (answer.json()["photos"], answer.json()["review"]) == ([], False)
        assert (visit.by, visit.via, visit.note) == (phone.user, "book", "身体还好")
        assert visit.position == {"lat": 31.2, "lon": 121.4, "accuracy": 12}
        assert Verification.objects.filter(visit=visit, result="confirmed").exists()
        target.refresh_from_db()
        assert target.state == "done"

    def test_again_is_the_same_and_other_content_is_not(self, phone, door):
        record = phone.record(door)
        assert phone.send(record).status_code == 201
        again = phone.send(record, sent_at=(clock.now() + timedelta(hours=3)).isoformat(), unsent=9)
        assert again.status_code == 202
        assert Visit.objects.count() == 1
        record["fields"]["note"] = ["别的"]
        other = phone.send(record)
        assert other.status_code == 409
        assert other.json()["message"]

    def test_again_after_the_register_has_moved_on(self, phone, door, household):
        """What the first sending changed, or somebody since, does not make the second another one."""
        resident = household.head
        record = phone.record(
            door, **{f"r-{resident.pk.hex}-phone": "changed", f"r-{resident.pk.hex}-phone-new": "13900002222"}
        )
        assert phone.send(record).status_code == 201
        Membership.objects.filter(household=household, resident=resident).update(
            ends_on=clock.today() - timedelta(days=1)
        )
        assert phone.send(record).status_code == 202

    def test_the_page_and_the_book_do_the_same_with_the_same_id(self, phone, door, target):
        record = phone.record(door, note="一行\n两行")
        typed = record["fields"] | {"note": ["一行\r\n两行"]}
        assert phone.client.post(target.get_absolute_url(), typed).status_code == 302
        assert phone.send(record).status_code == 202

    def test_two_doors_with_one_id(self, phone, door, grid, office, campaign):
        record = phone.record(door)
        assert phone.send(record).status_code == 201
        other = household_in(grid)
        assert phone.send(record | {"household": str(other.pk), "target": None}).status_code == 409

    def test_another_persons_id(self, phone, door, office):
        record = phone.record(door)
        assert phone.send(record).status_code == 201
        assert Phone(office).send(record).status_code == 409


class TestRefused:
    def test_a_mistake_in_the_form_names_its_field(self, phone, door, household):
        key = f"r-{household.head.pk.hex}-phone"
        record = phone.record(door, **{key: "changed", f"{key}-new": "12"})
        answer = phone.send(record)
        assert answer.status_code == 422
        assert answer.json()["errors"] == {f"{key}-new": [answer.json()["message"]]}
        record["fields"][f"{key}-new"] = ["13900002222"]
        assert phone.send(record).status_code == 201

    def test_who_left_meanwhile(self, phone, door, household):
        member = household.memberships.exclude(resident=household.head).get()
        record = phone.record(door, **{f"r-{member.resident.pk.hex}-employment": "confirmed"})
        Membership.objects.filter(pk=member.pk).update(ends_on=clock.today() - timedelta(days=1))
        answer = phone.send(record)
        assert answer.status_code == 422
        assert "搬走" in answer.json()["message"]

    def test_nobody_was_met_but_things_were_confirmed(self, phone, door):
        record = phone.record(door, outcome="absent", rest=[], **{"h-kind": "confirmed"})
        assert phone.send(record).status_code == 422

    def test_another_grids_door(self, phone, door):
        elsewhere = household_in(GridFactory())
        record = phone.record(door) | {"household": str(elsewhere.pk), "target": None}
        assert phone.send(record).status_code == 404
        assert phone.send(record | {"target": door["target"]}).status_code == 404

    def test_who_never_walked(self, phone, door, grid):
        record = phone.record(door)
        assert Phone(appoint(Role.STREET_OBSERVER, grid.community)).send(record).status_code == 404
        assert not Visit.objects.exists()

    @pytest.mark.parametrize(
        "change",
        [
            {"id": "x"},
            {"id": None},
            {"household": 1},
            {"target": "x"},
            {"fields": []},
            {"fields": {"a b": ["x"]}},
            {"fields": {"note": "x"}},
            {"fields": {"note": [1]}},
            {"photos": ["x"]},
            {"photos": ["a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64, "f" * 64, "0" * 64]},
            {"sent_at": "yesterday"},
            {"unsent": -1},
            {"device": "x"},
        ],
    )
    def test_what_no_book_sends(self, phone, door, change):
        record = phone.record(door)
        assert phone.send(record, **change).status_code == 422
        assert not Visit.objects.exists()

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"', b"[" * 60_000, b'{"id": NaN}'])
    def test_what_is_no_record(self, phone, body):
        assert phone.post("visits:book_send", body).status_code == 422

    def test_too_large(self, phone, door):
        record = phone.record(door, note="好" * 30_000)
        assert phone.send(record).status_code == 413

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("base_version", "9" * 30),
            ("base_version", "-1"),
            ("seen", "[" * 30_000),
            ("seen", "[]"),
            ("started", "0001-01-01T00:00:00+08:00"),
            ("started", "9999-12-31T23:59:59-08:00"),
            ("outcome", "card"),
            ("note", "\0"),
            ("f1-category", "9" * 30),
        ],
    )
    def test_fields_that_nobody_types(self, phone, door, name, value):
        record = phone.record(door, **{name: value})
        assert phone.send(record).status_code in (201, 422)

    def test_a_position_that_is_none_holds_nothing_up(self, phone, door):
        record = phone.record(door) | {"position": {"lat": 10**400, "lon": "x", "accuracy": None}}
        assert phone.send(record).status_code == 201
        assert Visit.objects.get().position is None


class TestClock:
    def test_a_phone_that_is_behind(self, phone, door):
        now = clock.now()
        record = phone.record(door, started=(now - timedelta(days=2, hours=1)).isoformat())
        phone.send(record, sent_at=(now - timedelta(days=2)).isoformat())
        assert abs(Visit.objects.get().visited_at - (now - timedelta(hours=1))) < timedelta(seconds=30)

    def test_a_phone_that_is_ahead(self, phone, door):
        now = clock.now()
        record = phone.record(door, started=(now + timedelta(days=3)).isoformat())
        phone.send(record, sent_at=(now + timedelta(days=3, hours=1)).isoformat())
        assert abs(Visit.objects.get().visited_at - (now - timedelta(hours=1))) < timedelta(seconds=30)

    def test_a_minute_is_left_alone(self, phone, door):
        now = clock.now()
        started = now - timedelta(hours=1)
        phone.send(phone.record(door, started=started.isoformat()), sent_at=(now - timedelta(minutes=1)).isoformat())
        assert Visit.objects.get().visited_at == started

    def test_never_in_the_future(self, phone, door):
        phone.send(phone.record(door, started=(clock.now() + timedelta(hours=5)).isoformat()))
        visit = Visit.objects.get()
        assert visit.visited_at <= visit.received_at

    @pytest.mark.parametrize("started", [None, "", "gestern", "1999-12-31T00:00:00Z"])
    def test_without_a_time(self, phone, door, started):
        record = phone.record(door, started=[] if started is None else started)
        assert phone.send(record).status_code == 422

    def test_nonsense_from_last_year(self, phone, door):
        record = phone.record(door, started=(clock.now() - timedelta(days=200)).isoformat())
        answer = phone.send(record)
        assert answer.status_code == 422
        assert "120" in answer.json()["message"]


class TestPhotos:
    def test_they_travel_apart_and_once_each(self, phone, door):
        one, two = picture("red"), picture("blue")
        record = phone.record(door, photos=(one, two))
        assert phone.send(record).json()["photos"] == [name_of(one), name_of(two)]
        visit = Visit.objects.get()
        page = phone.client.get(visit.get_absolute_url()).content.decode()
        assert "还有 2 张照片没到" in page
        assert phone.send_photo(record, one).status_code == 201
        assert phone.send_photo(record, one).status_code == 202
        assert phone.send(record).json()["photos"] == [name_of(two)]
        assert phone.send_photo(record, two).status_code == 201
        assert "张照片没到" not in phone.client.get(visit.get_absolute_url()).content.decode()
        assert set(VisitPhoto.objects.values_list("announced_as", flat=True)) == {name_of(one), name_of(two)}

    def test_what_was_not_announced(self, phone, door, office):
        record = phone.record(door, photos=(picture(),))
        assert phone.send_photo(record, picture()).status_code == 404
        phone.send(record)
        assert phone.send_photo(record, picture("red")).status_code == 404
        assert phone.send_photo(record, picture(), name="x").status_code == 404
        assert Phone(office).send_photo(record, picture()).status_code == 404

    def test_damaged_and_what_is_no_photo(self, phone, door):
        broken = picture()[:-20]
        record = phone.record(door, photos=(picture(), broken, b"text"))
        phone.send(record)
        assert phone.send_photo(record, picture()[:-1], name=name_of(picture())).status_code == 422
        assert phone.send_photo(record, broken).status_code == 422
        assert phone.send_photo(record, b"text").status_code == 422
        assert not VisitPhoto.objects.exists()

    def test_too_large(self, phone, door, monkeypatch):
        monkeypatch.setattr("visits.views.book.MAX_BYTES", 100)
        record = phone.record(door, photos=(picture(),))
        phone.send(record)
        assert phone.send_photo(record, picture()).status_code == 413

    def test_against_ones_will(self, phone, door, household, office):
        head = household.head
        record = phone.record(door, photos=(picture(),))
        consents.give_consent(head, household=household, kind="visit_photos", how="口头", by=office)
        assert phone.send(record).status_code == 201
        consents.withdraw_consent(head, kind="visit_photos", how="电话", by=office)
        answer = phone.send_photo(record, picture())
        assert answer.status_code == 422
        assert head.name in answer.json()["message"]
        other = phone.record(door, photos=(picture("red"),))
        assert phone.send(other).status_code == 422
        assert not VisitPhoto.objects.exists()

    def test_who_works_on_the_request_sees_them_too(self, phone, door, category):
        photo = picture()
        found = {
            "f1-text": "屋顶漏水",
            "f1-handling": "request",
            "f1-category": str(category.pk),
            "f1-severity": "minor",
        }
        record = phone.record(door, photos=(photo,), **found)
        assert phone.send(record).status_code == 201
        assert not UpdatePhoto.objects.exists()
        for _again in range(2):
            phone.send_photo(record, photo)
        shown = UpdatePhoto.objects.get()
        assert shown.update.request == Finding.objects.get().request
        assert shown.attachment_id != VisitPhoto.objects.get().attachment_id

    def test_not_a_request_that_has_ended(self, phone, door, category):
        photo = picture()
        found = {
            "f1-text": "屋顶漏水",
            "f1-handling": "request",
            "f1-category": str(category.pk),
            "f1-severity": "minor",
        }
        record = phone.record(door, photos=(photo,), **found)
        phone.send(record)
        type(Finding.objects.get().request).objects.update(state="closed", closed_at=clock.now())
        assert phone.send_photo(record, photo).status_code == 201
        assert not UpdatePhoto.objects.exists()


@pytest.fixture
def steward(target, household, office):
    """Who has the door now."""
    steward = appoint(Role.BUILDING_STEWARD, household.building)
    actions.hand_over(Target.objects.filter(pk=target.pk), to=steward, by=office)
    return steward


class TestLate:
    def test_the_former_holders_visit_waits(self, phone, door, household, steward):
        record = phone.record(door, photos=(picture(),))
        answer = phone.send(record)
        assert (answer.status_code, answer.json()["review"]) == (201, True)
        assert answer.json()["photos"] == [name_of(picture())]
        again = phone.send(record)
        assert (again.status_code, again.json()["review"]) == (202, True)
        assert phone.send_photo(record, picture()).status_code == 201
        assert phone.send_photo(record, picture()).status_code == 202
        record["fields"]["note"] = ["x"]
        assert phone.send(record).status_code == 409
        late = LateReport.objects.get()
        assert (late.by, late.household, late.state, late.outcome) == (phone.user, household, "waiting", "met")
        assert LatePhoto.objects.get().report == late
        assert not Visit.objects.exists()
        assert steward.notices.filter(kind="late_report").exists()

    def test_who_has_the_door_again_records(self, phone, door, target, steward, leader, office):
        actions.hand_over(Target.objects.filter(pk=target.pk), to=leader, by=office)
        assert phone.send(phone.record(door)).json()["review"] is False

    def test_who_walks_no_more_but_had_the_door(self, phone, door, leader, target):
        record = phone.record(door)
        leader.appointments.update(ends_on=clock.today() - timedelta(days=1))
        assert phone.send(record).json()["review"] is True
        assert phone.send(phone.record(door) | {"target": None}).status_code == 404

    def test_a_door_without_its_target(self, phone, door, steward, leader):
        leader.appointments.update(ends_on=clock.today() - timedelta(days=1))
        assert phone.send(phone.record(door) | {"target": None}).json()["review"] is True

    def test_kept_as_it_came_and_not_in_plain(self, phone, door, household, steward):
        phone.send(phone.record(door, note="不要说出去"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT sent FROM visits_latereport")
            assert "不要说出去" not in cursor.fetchone()[0]

    def test_taken_in(self, phone, door, household, steward, client, target):
        record = phone.record(door, photos=(picture("red"), picture("blue")), note="看过了")
        phone.send(record)
        phone.send_photo(record, picture("red"))
        late = LateReport.objects.get()
        client.force_login(steward)
        assert str(household) in client.get(reverse("visits:late_reports")).content.decode()
        page = client.get(late.get_absolute_url()).content.decode()
        assert "看过了" in page
        assert "王秀英 · 就业" in page
        assert b"".join(client.get(LatePhoto.objects.get().url).streaming_content)
        answer = client.post(reverse("visits:late_take", args=[late.pk]))
        visit = Visit.objects.get()
        assert answer.url == visit.get_absolute_url()
        assert (visit.pk, visit.by, visit.visited_at) == (late.pk, phone.user, late.visited_at)
        assert VisitPhoto.objects.get().announced_as == name_of(picture("red"))
        assert "已经记成走访了" in client.get(late.get_absolute_url()).content.decode()
        assert not LatePhoto.objects.exists()
        target.refresh_from_db()
        assert target.state == "done"
        assert phone.send(record).status_code == 202
        assert phone.send_photo(record, picture("red")).status_code == 202
        assert phone.send_photo(record, picture("blue")).status_code == 201
        assert VisitPhoto.objects.count() == 2
        client.post(reverse("visits:late_take", args=[late.pk]))
        assert Visit.objects.count() == 1

    def test_declined_with_a_word(self, phone, door, steward, client):
        record = phone.record(door)
        phone.send(record)
        late = LateReport.objects.get()
        client.force_login(steward)
        url = reverse("visits:late_decline", args=[late.pk])
        assert client.post(url, {"answer": ""}).status_code == 200
        assert client.post(url, {"answer": "昨天去过了"}).status_code == 302
        late.refresh_from_db()
        assert (late.state, late.answer, late.decided_by) == ("declined", "昨天去过了", steward)
        assert phone.send(record).status_code == 202
        assert phone.user.notices.filter(kind="late_report_decided").exists()
        client.post(reverse("visits:late_take", args=[late.pk]))
        assert not Visit.objects.exists()

    def test_what_cannot_be_taken_in_says_why(self, phone, door, household, steward, client):
        member = household.memberships.exclude(resident=household.head).get()
        phone.send(phone.record(door, **{f"r-{member.resident.pk.hex}-employment": "confirmed"}))
        Membership.objects.filter(pk=member.pk).update(ends_on=clock.today() - timedelta(days=1))
        late = LateReport.objects.get()
        client.force_login(steward)
        assert "现在收不下" in client.get(late.get_absolute_url()).content.decode()
        client.post(reverse("visits:late_take", args=[late.pk]))
        late.refresh_from_db()
        assert late.state == "waiting"

    def test_what_was_declined_goes_when_somebody_asks_to_be_forgotten(self, phone, door, household, steward):
        record = phone.record(door, photos=(picture(),))
        phone.send(record)
        phone.send_photo(record, picture())
        late = LateReport.objects.get()
        actions.decline_late(late, by=steward, answer="去过了")
        personal.erase(household.head, steward)
        late.refresh_from_db()
        assert str(plain_of(late.sent)) == ""
        assert not LatePhoto.objects.exists()
        assert phone.send(record).status_code == 202

    def test_a_household_made_one_with_another_meanwhile(self, phone, door, household, office):
        kept = HouseholdFactory(dwelling=household.dwelling)
        record = phone.record(door, outcome="absent", rest=[])
        merge_households(kept, household, by=office)
        assert phone.send(record).status_code == 201
        assert Visit.objects.get().household == kept

    def test_others_see_nothing(self, phone, door, steward, client):
        phone.send(phone.record(door))
        client.force_login(appoint(Role.GRID_LEADER, GridFactory()))
        assert client.get(LateReport.objects.get().get_absolute_url()).status_code == 404

    def test_today_asks_to_look(self, phone, door, steward):
        from visits import today as room

        phone.send(phone.record(door))
        assert any(ask.url == reverse("visits:late_reports") for ask in asks_of(room, steward))

    def test_a_round_that_has_ended(self, phone, door, target, steward, office):
        actions.close_campaign(target.campaign, by=office, explanation="没走完")
        assert phone.send(phone.record(door)).json()["review"] is True


class TestSession:
    def test_signed_out(self, phone, door):
        record = phone.record(door)
        phone.client.logout()
        for answer in (phone.send(record), phone.send_photo(record, picture()), phone.tell()):
            assert answer.status_code == 401
            assert answer.json()["message"]
        assert phone.client.get(reverse("visits:book_key"), **JSON).status_code == 401
        assert phone.client.get(reverse("visits:book_key")).status_code == 302

    def test_without_a_token(self, phone, door, leader):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(leader)
        record = phone.record(door)
        url = reverse("visits:book_send")
        answer = strict.post(url, json.dumps(record), content_type="application/json", **JSON)
        assert answer.status_code == 403
        assert answer.json()["message"]
        strict.get(reverse("visits:book_key"), **JSON)
        token = strict.cookies["csrftoken"].value
        kept = {"HTTP_X_CSRFTOKEN": token} | JSON
        assert strict.post(url, json.dumps(record), content_type="application/json", **kept).status_code == 201

    def test_pages_stay_pages(self, client, grid):
        client.force_login(appoint(Role.STREET_OBSERVER, grid.community))
        url = reverse("visits:book_key")
        assert client.get(url)["Content-Type"].startswith("text/html")
        assert client.get(url, headers={"accept": "*/*"})["Content-Type"].startswith("text/html")
        answer = client.get(url, **JSON)
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/json")
        assert client.get("/nowhere/", **JSON).json()["message"]


class TestDevices:
    def test_what_it_says_of_itself(self, phone, leader):
        assert phone.tell(held=3, unsent=2, oldest=clock.now().isoformat()).status_code == 204
        assert phone.tell(held=4, unsent=1, name="x" * 200).status_code == 204
        device = Device.objects.get()
        assert (device.user, device.held, device.unsent, len(device.name)) == (leader, 4, 1, 60)

    def test_each_visit_that_comes_counts_down(self, phone, door):
        phone.tell(unsent=1, oldest=clock.now().isoformat())
        photo = picture()
        record = phone.record(door, photos=(photo,))
        phone.send(record, unsent=1)
        assert Device.objects.get().unsent == 1
        phone.send_photo(record, photo)
        phone.send(record, unsent=1)
        assert (Device.objects.get().unsent, Device.objects.get().oldest_unsent_at) == (0, None)

    @pytest.mark.parametrize("body", [b"{}", b"[]", b'{"device": 1}'])
    def test_what_no_book_says(self, phone, body):
        assert phone.post("visits:book_device", body).status_code == 422
        assert not Device.objects.exists()

    def test_the_office_sees_the_board_and_before_it_closes(self, phone, leader, office, campaign, client):
        phone.tell(unsent=7, held=3, oldest=(clock.now() - timedelta(days=3)).isoformat())
        client.force_login(office)
        assert leader.name in client.get(reverse("visits:devices")).content.decode()
        page = client.get(reverse("visits:close_campaign", args=[campaign.pk])).content.decode()
        assert f"还有 1 台设备上共 7 条走访没发出，请先联系：{leader.name}" in page
        phone.tell(unsent=0)
        assert "没发出，请先联系" not in client.get(reverse("visits:devices")).content.decode()

    def test_not_ones_own_community(self, phone, client):
        phone.tell(unsent=7)
        client.force_login(appoint(Role.COMMUNITY_STAFF, GridFactory().community))
        assert phone.user.name not in client.get(reverse("visits:devices")).content.decode()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_at_once_are_one(self, phone, door):
        record = phone.record(door)
        assert sorted(together(phone, record, record)) == [201, 202]
        assert Visit.objects.count() == 1

    def test_two_contents_at_once(self, phone, door):
        record = phone.record(door)
        other = record | {"fields": record["fields"] | {"note": ["别的"]}}
        assert sorted(together(phone, record, other)) == [201, 409]

    def test_one_photo_at_once(self, phone, door):
        photo = picture()
        record = phone.record(door, photos=(photo,))
        phone.send(record)
        assert sorted(at_once(lambda one: one.send_photo(record, photo).status_code, phone, phone)) == [201, 202]
        assert VisitPhoto.objects.count() == 1

    def test_one_late_report_at_once(self, phone, door, target, steward):
        record = phone.record(door)
        assert sorted(together(phone, record, record)) == [201, 202]
        assert LateReport.objects.count() == 1


def together(phone: Phone, *records: dict[str, Any]) -> list[int]:
    waiting = list(records)
    return at_once(lambda one: one.send(waiting.pop()).status_code, *[phone] * len(records))


def at_once(send: Any, *phones: Phone) -> list[int]:
    """The statuses of requests that begin in the same moment, each on a connection of its own."""
    barrier = Barrier(len(phones))

    def run(phone: Phone) -> int:
        own = Phone(phone.user, device=phone.device)
        try:
            barrier.wait(10)
            return int(send(own))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(phones)) as pool:
        return list(pool.map(run, phones))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=10), inside, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["outcome", "started", "base_version", "seen", "met_who", "note", "rest", "f1-text", "f1-category", "f1-handling"]
)
VALUES = st.text(max_size=30) | st.sampled_from(
    ["met", "absent", "{}", "[]", "1", "confirmed", "2026-11-01", "request"]
)
FIELDS = st.dictionaries(NAMES | st.text(max_size=8), st.lists(VALUES, max_size=2), max_size=8) | ANYTHING
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.uuids().map(str) | ANYTHING,
        "fields": FIELDS,
        "photos": st.lists(st.sampled_from(["a" * 64, "b" * 64]), max_size=3) | ANYTHING,
        "position": ANYTHING,
        "sent_at": st.datetimes().map(lambda moment: moment.isoformat() + "Z") | ANYTHING,
        "device": st.uuids().map(str) | ANYTHING,
        "unsent": ANYTHING,
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=RECORDS)
def test_no_json_whatever_breaks_the_server(phone, door, change):
    record = phone.record(door) | change | {"id": change.get("id", str(uuid4()))}
    answer = phone.send(record, **{name: change[name] for name in ("sent_at", "device", "unsent") if name in change})
    assert answer.status_code in (201, 202, 409, 413, 422)
    assert answer.json()["message"]
