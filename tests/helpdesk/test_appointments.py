"""When somebody comes: agreed on at signing, moved, called off, and taken into a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from community.models import Notice, User
from core import clock
from core.refusal import Refused
from core.workdays import ZONE
from helpdesk import slots
from helpdesk.actions import appointments as actions
from helpdesk.models import ServiceRequest, Update
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def enter() -> As:
    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


def tomorrow(hour: int, minute: int = 0) -> datetime:
    day = clock.today() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def url(row: ServiceRequest, name: str) -> str:
    return reverse(f"helpdesk:{name}", args=[row.pk])


def sent(row: ServiceRequest, **fields: Any) -> dict[str, Any]:
    row.refresh_from_db()
    return {"submission": str(uuid4()), "version": str(row.version), **fields}


def typed(start: datetime, until: str = "") -> dict[str, str]:
    return {"slot_day": f"{start:%Y-%m-%d}", "slot_from": f"{start:%H:%M}", "slot_until": until}


def in_hand(here: Desk, **given: Any) -> ServiceRequest:
    row = here.walk(here.log(), "accept", "dispatch")
    return here.take(row, "sign", **given)


def at_two(here: Desk) -> ServiceRequest:
    return in_hand(here, appointment_from=tomorrow(14), appointment_until=tomorrow(16), appointment="带钥匙")


def test_the_time_is_agreed_on_when_somebody_signs_for_it(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    contact = f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}"
    sign = reverse("helpdesk:step", args=[row.pk, "sign"])
    form = sent(row, first_contact_at=contact, appointment="家里有狗", **typed(tomorrow(14, 30), "16:00"))
    assert enter(here.handler).post(sign, form).status_code == 302
    row.refresh_from_db()
    assert (row.appointment_from, row.appointment_until) == (tomorrow(14, 30), tomorrow(16))
    page = enter(here.reporter).get(row.get_absolute_url()).content.decode()
    assert "14:30–16:00（家里有狗）" in page
    assert "签收了，约好" in page
    assert url(row, "appointment_file") in page
    assert url(row, "call_off") in page
    assert f'href="{url(row, "appoint")}"' not in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"slot_from": "14:00"}, "请写是哪一天。"),
        ({"slot_day": "2099-01-01"}, "请写几点到。"),
        ({"slot_day": "2099-01-01", "slot_from": "14:00", "slot_until": "13:00"}, "最晚的时间要在到的时间以后"),
        ({"slot_day": "2020-01-01", "slot_from": "14:00"}, "约的时间已经过了"),
        ({"slot_day": "2099-01-01", "slot_from": "两点"}, "请写几点几分"),
    ],
)
def test_a_time_that_cannot_be_is_said_at_its_field(here: Desk, enter: As, fields: dict[str, str], says: str) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    contact = f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}"
    sign = reverse("helpdesk:step", args=[row.pk, "sign"])
    answer = enter(here.handler).post(sign, sent(row, first_contact_at=contact, **fields))
    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_without_until_it_is_an_hour(here: Desk, enter: As) -> None:
    row = in_hand(here)
    enter(here.handler).post(url(row, "appoint"), sent(row, **typed(tomorrow(9))))
    row.refresh_from_db()
    assert (row.appointment_from, row.appointment_until) == (tomorrow(9), tomorrow(10))


def test_it_is_moved_and_both_hear_of_it(here: Desk, enter: As) -> None:
    row = at_two(here)
    browser = enter(here.handler)
    form = browser.get(url(row, "appoint")).context["form"]
    assert str(form["slot_from"].value()) == "14:00:00"
    moved = sent(row, text="上午有急事。", appointment="带钥匙", **typed(tomorrow(17), "18:00"))
    assert browser.post(url(row, "appoint"), moved).status_code == 302
    row.refresh_from_db()
    assert row.appointment_from == tomorrow(17)
    notice = Notice.objects.get(user=here.reporter, kind="request_rebooked")
    assert "17:00–18:00" in notice.text
    page = enter(here.reporter).get(row.get_absolute_url()).content.decode()
    assert "改约到" in page
    assert "上午有急事。" in page
    again = browser.post(url(row, "appoint"), sent(row, appointment="带钥匙", **typed(tomorrow(17), "18:00")))
    assert "和原来约的一样" in again.content.decode()


def test_either_calls_it_off(here: Desk, enter: As) -> None:
    row = at_two(here)
    assert enter(here.reporter).post(url(row, "call_off"), sent(row)).status_code == 200
    answer = enter(here.reporter).post(url(row, "call_off"), sent(row, text="那天我不在家。"))
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.appointment_from, row.appointment_until, row.appointment) == (None, None, "")
    assert Notice.objects.filter(user=here.handler, kind="request_called_off").count() == 1
    with pytest.raises(Refused, match="没有约好"):
        actions.call_off(row, by=here.handler, text="又")


def test_somebody_was_faster(here: Desk, enter: As) -> None:
    row = at_two(here)
    stale = sent(row, text="不在家")
    actions.appoint(row, by=here.handler, appointment_from=tomorrow(9), appointment_until=tomorrow(10))
    page = enter(here.reporter).post(url(row, "call_off"), stale).content.decode()
    assert "就在您之前" in page
    row.refresh_from_db()
    assert row.appointment_from == tomorrow(9)


def test_only_who_works_on_it_agrees_on_a_time_and_only_in_hand(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    hours = {"appointment_from": tomorrow(9), "appointment_until": tomorrow(10)}
    with pytest.raises(Refused):
        actions.appoint(row, by=here.handler, **hours)
    row = here.take(row, "sign")
    with pytest.raises(Refused):
        actions.appoint(row, by=here.reporter, **hours)
    with pytest.raises(Refused):
        actions.appoint(row, by=here.handler, appointment_from=tomorrow(9), appointment_until=tomorrow(9))
    assert enter(here.reporter).get(url(row, "appoint")).status_code == 302
    assert enter(here.other).get(url(row, "appoint")).status_code == 404
    row = here.take(actions.appoint(row, by=here.handler, **hours), "reply")
    assert (row.appointment_from, row.appointment_until) == (None, None)


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_a_calendar_takes_it_and_loses_it_again(here: Desk, enter: As) -> None:
    row = at_two(here)
    browser = enter(here.reporter)
    answer = browser.get(url(row, "appointment_file"))
    assert answer["Content-Type"].startswith("text/calendar")
    [event] = events(answer.content)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (tomorrow(14), tomorrow(16))
    assert "厨房水管漏水" in event["summary"]
    assert (str(event["status"]), str(event["uid"])) == ("CONFIRMED", f"{row.pk}@gongzhi")
    assert row.reporter_name not in answer.content.decode()
    before = int(event["sequence"])
    actions.call_off(row, by=here.handler, text="下雨")
    [event] = events(browser.get(url(row, "appointment_file")).content)
    assert (str(event["status"]), str(event["uid"])) == ("CANCELLED", f"{row.pk}@gongzhi")
    assert event.decoded("dtstart") == tomorrow(14)
    assert int(event["sequence"]) > before
    assert enter(here.other).get(url(row, "appointment_file")).status_code == 404
    assert browser.get(url(in_hand(here), "appointment_file")).status_code == 404


def test_of_a_mediation_the_calendar_says_no_more_than_that_it_is_one(here: Desk, enter: As) -> None:
    from helpdesk import actions as requests
    from tests.factories import neighbour_of, resident_of

    other = neighbour_of(here.household)
    second = resident_of(other)
    row = requests.open_mediation(by=here.reporter, title="楼上滴水到我家", home=here.household, other=other)
    row = here.take(row, "accept")
    for side in row.sides:
        requests.agree(row, side, by=here.leader)
    row = here.walk(row, "dispatch", "sign")
    row = actions.appoint(row, by=here.handler, appointment_from=tomorrow(9), appointment_until=tomorrow(10))
    content = enter(second).get(url(row, "appointment_file")).content.decode()
    assert "楼上滴水" not in content
    assert "BEGIN:VEVENT" in content


@given(st.integers(0, 10**7), st.integers(1, 12 * 60), st.text(max_size=40))
def test_what_an_update_keeps_is_what_was_agreed_on(start: int, minutes: int, note: str) -> None:
    begins = datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=start)
    ends = begins + timedelta(minutes=minutes)
    details = slots.as_details(begins, ends, note)
    assert slots.of_details(details) == (begins, ends)
    assert slots.said(details) == slots.slot_words(begins, ends, note)
    assert slots.said({"appointment": note}) == note


def test_words_that_were_written_before_still_read(here: Desk, enter: As) -> None:
    row = in_hand(here, appointment="11月20日 14:30 上门")
    assert Update.objects.filter(request=row, action="sign").get().details["appointment"] == "11月20日 14:30 上门"
    assert "约好11月20日 14:30 上门" in enter(here.reporter).get(row.get_absolute_url()).content.decode()
