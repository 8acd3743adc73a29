"""Who came to a shift: codes at the place, what was forgotten, what the office writes down, who did not come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import personal
from community.models import Appointment, Community, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import Resident
from stewards.duty import attendance, reliability
from stewards.duty import attendance_today as room
from stewards.duty.attendance_personal import RULES
from stewards.models import Assignment, Attendance, CheckInPoint, HoursEntry, NoShow, Steward
from tests.asks import asks_of
from tests.factories import CommunityFactory, appoint
from tests.stewards.makers import a_steward
from tests.stewards.seats import PLACE, a_seat

pytestmark = pytest.mark.django_db
NOON = clock.now().replace(hour=4, minute=0, second=0, microsecond=0)


@pytest.fixture
def steward(community: Community) -> Steward:
    return a_steward(community)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"stewards:{name}", args=args)


def once() -> dict[str, str]:
    return {"submission": str(uuid4())}


def fresh(seat: Assignment) -> Assignment:
    return Assignment.objects.select_related("slot__shift__roster", "steward__user").get(pk=seat.pk)


def came(seat: Assignment, hours: float = 3) -> Attendance:
    """They came at the beginning and left so many hours later."""
    with clock.at(seat.starts_at):
        attendance.check_in(fresh(seat), by=seat.steward.user)
    with clock.at(seat.starts_at + timedelta(hours=hours)):
        return attendance.check_out(fresh(seat), by=seat.steward.user)


def test_the_code_at_the_place_says_that_one_is_there(steward: Steward, community: Community, office: User) -> None:
    point = attendance.make_point(community, place=PLACE, by=office)
    seat = a_seat(steward, NOON)
    client, here = as_user(steward.user), url("check_in", point.code)
    with clock.at(NOON - timedelta(hours=3)):
        assert "现在没有您的班" in client.get(here).text
        assert client.post(here, once()).status_code == 200
    with clock.at(NOON - timedelta(minutes=10)):
        assert "我来了" in client.get(here).text
        said = once()
        assert client.post(here, said).url == client.post(here, said).url
        assert "我走了" in client.get(here).text
    assert fresh(seat).checked_in_at == NOON - timedelta(minutes=10)
    with clock.at(NOON + timedelta(hours=2, minutes=30)):
        client.post(here, once())
        assert "签退好了" in client.get(here).text
    assert Attendance.objects.get().minutes == 150
    assert not HoursEntry.objects.exists()
    assert [ask.title for ask in asks_of(room, office)] == ["1 个班的时长等您确认"]
    stranger = a_steward(CommunityFactory())
    assert as_user(stranger.user).get(here).status_code == 404
    assert client.get(url("check_in", "ABC")).status_code == 404


def test_a_new_code_makes_the_old_paper_worthless(steward: Steward, community: Community, office: User) -> None:
    a_seat(steward, NOON)
    staff = as_user(office)
    page = url("check_in_points")
    assert PLACE in staff.get(page).text
    staff.post(page, {"place": PLACE, **once()})
    old = CheckInPoint.objects.get()
    sheet = staff.get(url("check_in_point", old.pk)).text
    assert old.code in sheet
    staff.post(page, {"place": PLACE, **once()})
    assert CheckInPoint.objects.get().code != old.code
    assert as_user(steward.user).get(url("check_in", old.code)).status_code == 404
    assert staff.post(page, {"place": "别的地方", **once()}).status_code == 404


def test_the_office_vouches_for_what_was_scanned(steward: Steward, office: User, community: Community) -> None:
    done = came(a_seat(steward, NOON))
    with pytest.raises(Refused):
        attendance.confirm_attendance(done, by=a_steward(community).user)
    staff = as_user(office)
    assert str(steward) in staff.get(url("attendance")).text
    staff.post(url("attendance_confirm_all"), once())
    entry = HoursEntry.objects.get()
    assert (entry.minutes, entry.kind, entry.volunteer, entry.confirmed_by) == (180, "duty", steward.user, office)
    with pytest.raises(Refused, match="先核对过"):
        attendance.confirm_attendance(done, by=office)


def test_a_forgotten_check_out_is_capped_and_flagged(steward: Steward, office: User, community: Community) -> None:
    seat = a_seat(steward, NOON)
    with clock.at(NOON + timedelta(minutes=15)):
        attendance.check_in(seat, by=steward.user)
    with clock.at(seat.ends_at + timedelta(hours=1)):
        assert attendance.close_forgotten() == 0
    with clock.at(seat.ends_at + timedelta(hours=3)):
        assert attendance.close_forgotten() == 1
        assert attendance.close_forgotten() == 0
    done = Attendance.objects.get()
    assert (done.minutes, fresh(seat).is_capped, fresh(seat).checked_out_at) == (165, True, seat.ends_at)
    assert "忘了签退" in Notice.objects.get(user=steward.user).text
    assert attendance.confirm_all(community, by=office) == 0
    staff = as_user(office)
    assert "忘了签退" in staff.get(url("attendance")).text
    staff.post(url("attendance_confirm", done.pk), {"minutes": "120", **once()})
    assert HoursEntry.objects.get().minutes == 120


def test_staying_longer_counts_until_one_leaves(steward: Steward) -> None:
    assert came(a_seat(steward, NOON), hours=4).minutes == 240


def test_leaving_much_later_counts_until_the_end(steward: Steward) -> None:
    seat = a_seat(steward, NOON)
    assert came(seat, hours=5.5).minutes == 180


def test_a_shift_across_midnight_counts_for_the_day_it_began(steward: Steward, office: User) -> None:
    seat = a_seat(steward, NOON + timedelta(hours=10), hours=6)
    done = came(seat, hours=6)
    attendance.confirm_attendance(done, by=office)
    entry = HoursEntry.objects.get()
    assert entry.minutes == 360
    assert entry.day == clock.local(seat.starts_at).date()


def test_without_a_phone_the_office_writes_it_down(steward: Steward, office: User, community: Community) -> None:
    seat = a_seat(steward, NOON - timedelta(days=1))
    staff = as_user(office)
    page = staff.get(url("attendance")).text
    assert url("presence", seat.pk) in page
    said = {"came_at": _typed(seat.starts_at), "left_at": _typed(seat.ends_at), **once()}
    wrong = staff.post(url("presence", seat.pk), said | {"left_at": said["came_at"]} | once())
    assert "走的时间要在来的时间以后" in wrong.text
    assert staff.post(url("presence", seat.pk), said).status_code == 302
    assert (HoursEntry.objects.get().minutes, Attendance.objects.get().state) == (180, "confirmed")
    own = a_seat(a_steward(community, user=office), NOON - timedelta(days=2))
    with pytest.raises(Refused, match="请另一位"):
        attendance.record_presence(own, came_at=own.starts_at, left_at=own.ends_at, by=office)


def _typed(moment: Any) -> str:
    return clock.local(moment).strftime("%Y-%m-%dT%H:%M")


def test_what_cannot_be_said(steward: Steward, community: Community) -> None:
    seat, reserve = a_seat(steward, NOON), a_seat(a_steward(community), NOON, is_reserve=True)
    with clock.at(NOON - timedelta(hours=2)), pytest.raises(Refused, match="一小时内"):
        attendance.check_in(seat, by=steward.user)
    with clock.at(NOON):
        with pytest.raises(Refused, match="先签到"):
            attendance.check_out(seat, by=steward.user)
        with pytest.raises(Refused, match="候补"):
            attendance.check_in(reserve, by=reserve.steward.user)
        with pytest.raises(Refused, match="本人"):
            attendance.check_in(seat, by=reserve.steward.user)
    with clock.at(NOON + timedelta(hours=4)), pytest.raises(Refused, match="已经结束"):
        attendance.check_in(seat, by=steward.user)


def test_the_office_may_not_vouch_and_says_why(steward: Steward, office: User) -> None:
    done = came(a_seat(steward, NOON))
    as_user(office).post(url("attendance_decline", done.pk), {"reason": "那天停电，没有开门", **once()})
    assert "那天停电" in Notice.objects.get(user=steward.user).text
    assert not HoursEntry.objects.exists()


def test_a_missed_shift_is_noted_appealed_and_taken_back(steward: Steward, office: User, community: Community) -> None:
    seat = a_seat(steward, NOON - timedelta(days=1))
    kept = came(a_seat(steward, NOON - timedelta(days=5)))
    attendance.confirm_attendance(kept, by=office)
    staff = as_user(office)
    assert staff.post(url("absence", seat.pk), {"note": "电话没接", **once()}).status_code == 302
    flag = NoShow.objects.get()
    assert flag.expires_on == seat.slot.shift.day + timedelta(days=90)
    assert sum(HoursEntry.objects.values_list("minutes", flat=True)) == 180
    own = as_user(steward.user)
    assert "只有本人和办公室看得到" in own.get(flag.get_absolute_url()).text
    assert as_user(a_steward(community).user).get(flag.get_absolute_url()).status_code == 404
    own.post(flag.get_absolute_url(), {"text": "临时陪老伴去了医院", **once()})
    flag.refresh_from_db()
    with pytest.raises(Refused, match="另一位"):
        reliability.decide_appeal(flag, lifted=True, answer="", by=office)
    other = appoint(Role.SECRETARY, community)
    assert [ask.title for ask in asks_of(room, other)] == ["1 位说明了没到岗的情况"]
    assert not asks_of(room, office)
    page = url("no_show_decide", flag.pk)
    assert "陪老伴" in as_user(other).get(page).text
    as_user(other).post(page, {"lifted": "yes", "answer": "照顾好家里", **once()})
    flag.refresh_from_db()
    assert flag.lifted
    assert flag.is_over
    assert not NoShow.objects.all().standing().exists()
    assert "已经消除" in own.get(flag.get_absolute_url()).text


def test_a_note_runs_out_and_is_forgotten(steward: Steward, office: User, community: Community) -> None:
    seat = a_seat(steward, NOON - timedelta(days=1))
    flag = reliability.note_no_show(seat, by=office)
    with pytest.raises(Refused, match="已经记过"):
        reliability.note_no_show(seat, by=office)
    with clock.at(clock.now() + timedelta(days=91)):
        assert not NoShow.objects.all().standing().exists()
        with pytest.raises(Refused):
            reliability.appeal(flag, text="说一声", by=steward.user)
        assert RULES[0].forget(community, RULES[0].before) == 1
    assert not NoShow.objects.exists()


def test_nobody_is_noted_too_early_or_wrongly(steward: Steward, office: User, community: Community) -> None:
    seat = a_seat(steward, NOON)
    with clock.at(NOON + timedelta(minutes=5)), pytest.raises(Refused, match="再等一等"):
        reliability.note_no_show(seat, by=office)
    came(seat)
    with clock.at(NOON + timedelta(hours=4)), pytest.raises(Refused, match="不用记"):
        reliability.note_no_show(fresh(seat), by=office)
    own = a_seat(a_steward(community, user=office), NOON - timedelta(days=2))
    with pytest.raises(Refused, match="另一位"):
        reliability.note_no_show(own, by=office)


def test_what_is_kept_about_a_person(steward: Steward, office: User, community: Community) -> None:
    came(a_seat(steward, NOON - timedelta(days=3)))
    reliability.note_no_show(a_seat(steward, NOON - timedelta(days=1)), by=office)
    found = {part.slug: part for _room, parts in personal.sections(steward.user) for part in parts}
    assert len(found["attendance"].rows) == len(found["no_shows"].rows) == 1
    resident = Resident.objects.create(community=community, name="王建国")
    Appointment.objects.filter(user=steward.user).update(resident=resident)
    personal.erase(resident, by=office)
    assert not NoShow.objects.exists()


def test_the_overview_costs_the_same_for_many(
    community: Community, office: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        one = a_steward(community)
        came(a_seat(one, NOON - timedelta(days=2)))
        seat = a_seat(one, NOON - timedelta(days=1 + number % 2 + 4))
        if number % 3 == 0:
            reliability.note_no_show(seat, by=office)
    client = as_user(office)
    with django_assert_max_num_queries(12):
        assert client.get(url("attendance")).status_code == 200


@given(st.integers(-60, 179), st.integers(1, 400))
def test_minutes_are_those_between_coming_and_leaving(early: int, stayed: int) -> None:
    """Never below one, never before the beginning of the shift."""
    starts = NOON
    seat = Assignment(starts_at=starts, ends_at=starts + timedelta(hours=3))
    seat.checked_in_at = starts + timedelta(minutes=early)
    seat.checked_out_at = seat.checked_in_at + timedelta(minutes=stayed)
    counted = attendance.minutes_of(seat)
    assert 1 <= counted <= stayed
    assert counted == max(1, stayed if early >= 0 else stayed + early)
