"""Activities: who comes and who waits, who was there, what is told of it afterwards."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from alliance.activities import actions, personal, reminders
from alliance.activities import today as room
from alliance.activities.comparing import albums, sums_of
from alliance.activities.states import ACTIVITIES, State
from alliance.models import Activity, ActivityPhoto, SignUp
from community.models import Notice
from core import clock
from core.refusal import Refused
from stewards.models import HoursEntry
from tests.alliance.makers import WHY, a_resident, allied, an_activity, slots_of, soon, state_of
from tests.asks import asks_of
from tests.factories import MembershipFactory, small_photo
from tests.stewards.makers import a_steward, can, skills_of

pytestmark = pytest.mark.django_db
JOINED, WAITING, LEFT = SignUp.State


@pytest.fixture
def here():
    return allied()


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def told(user, kind):
    return Notice.objects.unscoped(reason=WHY).filter(user=user, kind=kind).count()


def during(activity, minutes=5):
    return clock.at(activity.starts_at + timedelta(minutes=minutes))


class TestPlanning:
    def test_a_units_plan_waits_for_the_office(self, here):
        row = an_activity(here, is_open=False)
        assert told(here.staff, "activity_planned") == 1
        assert [ask.title for ask in asks_of(room, here.staff)] == ["等着公布的活动：院子里免费理发"]
        assert not Activity.objects.visible_to(here.resident).exists()
        with pytest.raises(Refused):
            actions.announce(row, by=here.contact)
        actions.announce(row, by=here.staff)
        assert Activity.objects.visible_to(here.resident).exists()

    @pytest.mark.parametrize("hours", [-1, 24 * 400])
    def test_times_that_cannot_be(self, here, hours):
        with pytest.raises(Refused):
            an_activity(here, starts_at=soon(hours))

    def test_another_time_is_told_to_those_who_come(self, here):
        row = an_activity(here)
        actions.join(slots_of(row)[0], by=here.resident)
        later = row.starts_at + timedelta(days=1)
        actions.change_activity(row, by=here.contact, starts_at=later, ends_at=later + timedelta(hours=2))
        assert told(here.resident, "activity_changed") == 1

    def test_called_off_with_a_reason(self, here):
        row = an_activity(here)
        actions.join(slots_of(row)[0], by=here.resident)
        with pytest.raises(Refused, match="还缺"):
            actions.call_off(row, by=here.contact, reason="")
        actions.call_off(row, by=here.contact, reason="下雨")
        assert told(here.resident, "activity_cancelled") == 1
        with pytest.raises(Refused):
            actions.join(slots_of(row)[0], by=here.contact)

    def test_no_fewer_places_than_people(self, here):
        row = an_activity(here)
        (slot,) = slots_of(row)
        actions.join(slot, by=here.resident)
        actions.join(slot, by=a_resident(here.community))
        with pytest.raises(Refused, match="不能比这少"):
            actions.change_slot(row, by=here.contact, slot=slot, title="来帮忙", wanted=1)

    def test_every_state_but_the_ends_leads_on(self):
        ends = {row.target for row in ACTIVITIES} - {row.source for row in ACTIVITIES}
        assert ends == {State.CANCELLED}


class TestWaiting:
    def test_who_waits_moves_up_in_order_and_is_told(self, here):
        row = an_activity(here, helpers=1)
        (slot,) = slots_of(row)
        first = actions.join(slot, by=here.resident)
        second, third = (actions.join(slot, by=a_resident(here.community)) for _n in range(2))
        assert [state_of(one) for one in (first, second, third)] == [JOINED, WAITING, WAITING]
        actions.leave(first, by=here.resident)
        assert [state_of(one) for one in (first, second, third)] == [LEFT, JOINED, WAITING]
        assert told(second.user, "activity_moved_up") == 1
        actions.change_slot(row, by=here.staff, slot=slot, title="来帮忙", wanted=2)
        assert state_of(third) == JOINED

    def test_a_unit_that_is_too_many_waits_and_is_passed_over(self, here):
        row = an_activity(here, helpers=3)
        (slot,) = slots_of(row)
        mine = actions.join(slot, by=here.resident)
        unit = actions.join(slot, by=here.contact, partner=here.partner, people=3)
        one = actions.join(slot, by=a_resident(here.community))
        assert [state_of(each) for each in (mine, unit, one)] == [JOINED, WAITING, JOINED]
        actions.leave(mine, by=here.resident)
        assert state_of(unit) == WAITING
        actions.leave(one, by=one.user)
        assert state_of(unit) == JOINED

    def test_nobody_is_called_up_once_it_has_begun(self, here):
        row = an_activity(here, helpers=1)
        (slot,) = slots_of(row)
        first = actions.join(slot, by=here.resident)
        second = actions.join(slot, by=a_resident(here.community))
        with during(row):
            actions.leave(first, by=here.resident)
        assert state_of(second) == WAITING

    def test_who_waits_goes_before_who_joins_later_and_moves_up_when_it_is_put_off(self, here):
        row = an_activity(here, helpers=1)
        (slot,) = slots_of(row)
        first = actions.join(slot, by=here.resident)
        second = actions.join(slot, by=a_resident(here.community))
        with during(row):
            actions.leave(first, by=here.resident)
            assert actions.join(slot, by=here.contact, name="小张").state == WAITING
            later = row.starts_at + timedelta(days=1)
            actions.change_activity(row, by=here.contact, starts_at=later, ends_at=later + timedelta(hours=2))
        assert state_of(second) == JOINED

    def test_once_a_person_and_not_in_two_places(self, here):
        row, other = an_activity(here), an_activity(here, title="清楼道")
        actions.join(slots_of(row)[0], by=here.resident)
        with pytest.raises(Refused, match="已经报过名"):
            actions.join(slots_of(row)[0], by=here.resident)
        with pytest.raises(Refused, match="这个时间您已经报了"):
            actions.join(slots_of(other)[0], by=here.resident)

    def test_not_from_another_community_nor_after_the_day(self, here):
        row = an_activity(here)
        with pytest.raises(Refused, match="别的社区"):
            actions.join(slots_of(row)[0], by=allied().resident)
        with clock.at(row.join_until), pytest.raises(Refused, match="截止"):
            actions.join(slots_of(row)[0], by=here.resident)

    def test_a_skill_that_is_over_on_the_day_does_not_count(self, here):
        barber = next(iter(skills_of(here.community).values()))
        steward = a_steward(here.community)
        row = an_activity(here)
        slot = actions.change_slot(row, by=here.staff, title="理发", wanted=2, skill=barber)
        with pytest.raises(Refused, match="要会"):
            actions.join(slot, by=steward.user)
        day = clock.local(row.starts_at).date()
        held = can(steward, barber, valid_until=day - timedelta(days=1))
        with pytest.raises(Refused, match="要会"):
            actions.join(slot, by=steward.user)
        type(held)._base_manager.filter(pk=held.pk).update(valid_until=day)
        assert actions.join(slot, by=steward.user).state == JOINED

    @settings(max_examples=15, deadline=None)
    @given(wanted=st.integers(1, 4), steps=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), max_size=12))
    def test_never_more_than_places_and_never_a_free_place_for_the_first(self, wanted, steps):
        """Whoever comes and goes, those who have a place fit, and whoever waits did not fit."""
        of = allied()
        (slot,) = slots_of(an_activity(of, helpers=wanted))
        standing: dict[int, SignUp] = {}
        people = [a_resident(of.community) for _n in range(6)]
        for who, _size in steps:
            if who in standing:
                actions.leave(standing.pop(who), by=people[who])
            else:
                standing[who] = actions.join(slot, by=people[who])
            rows = [fresh(one) for one in standing.values()]
            taken = sum(one.people for one in rows if one.state == JOINED)
            assert taken <= wanted
            assert taken == wanted or not any(one.state == WAITING for one in rows)


class TestTheDay:
    def test_ticked_off_by_who_runs_it_and_by_oneself_with_the_code(self, here, client):
        row = an_activity(here)
        signup = actions.join(slots_of(row)[0], by=here.resident)
        with pytest.raises(Refused, match="还没到时间"):
            actions.check_in(signup, by=here.contact)
        with during(row):
            client.force_login(here.resident)
            url = reverse("alliance:activity_here", args=[row.code])
            assert "我到了" in client.get(url).text
            assert "您已经签到了" in client.post(url, follow=True).text
        assert fresh(signup).came_people == 1
        with during(row):
            actions.take_back_check_in(signup, by=here.contact)
        assert fresh(signup).came_at is None

    def test_who_waited_and_came_has_a_place(self, here):
        row = an_activity(here, helpers=1)
        (slot,) = slots_of(row)
        actions.join(slot, by=here.resident)
        waiting = actions.join(slot, by=a_resident(here.community))
        with during(row):
            actions.check_in(waiting, by=here.contact)
        assert state_of(waiting) == JOINED

    def test_a_tick_by_mistake_gives_nobody_a_place(self, here):
        row = an_activity(here, helpers=1)
        (slot,) = slots_of(row)
        placed = actions.join(slot, by=here.resident)
        waiting = actions.join(slot, by=a_resident(here.community))
        with during(row):
            came = [actions.check_in(one, by=here.contact) for one in (placed, waiting)]
            came.append(actions.walk_in(slot, by=here.contact, name="小张"))
            for one in came:
                actions.take_back_check_in(one, by=here.contact)
        assert [state_of(one) for one in came] == [JOINED, WAITING, LEFT]

    def test_a_tick_stays_once_its_hours_are_confirmed(self, here):
        row = an_activity(here)
        signup = actions.join(slots_of(row)[0], by=here.resident)
        with during(row):
            actions.check_in(signup, by=here.contact)
            actions.settle(signup, by=here.contact, minutes=60)
            with pytest.raises(Refused, match="核对过"):
                actions.take_back_check_in(signup, by=here.contact)

    def test_the_code_is_not_for_another_community(self, here, client):
        row = an_activity(here)
        client.force_login(allied().resident)
        with during(row):
            assert client.get(reverse("alliance:activity_here", args=[row.code])).status_code == 404

    def test_hours_once_and_not_ones_own(self, here):
        row = an_activity(here, helpers=5)
        (slot,) = slots_of(row)
        mine, other = actions.join(slot, by=here.contact), actions.join(slot, by=here.resident)
        unit = actions.join(slot, by=here.contact, partner=here.partner, people=3)
        with during(row):
            for one in (mine, other):
                actions.check_in(one, by=here.contact)
            actions.check_in(unit, by=here.contact, people=2)
            actions.walk_in(slot, by=here.contact, name="小张")
            rows = SignUp.objects.unscoped(reason=WHY).filter(activity=row)
            actions.close(row, by=here.contact, minutes={one.pk: 90 for one in rows}, served=20)
        entries = HoursEntry.objects.unscoped(reason=WHY)
        assert [(one.volunteer, one.minutes) for one in entries] == [(here.resident, 90)]
        assert (sums_of(row).helpers, sums_of(row).minutes) == (5, 90 + 180 + 90)
        with pytest.raises(Refused, match="另一位"):
            actions.settle(mine, by=here.contact, minutes=90)
        with clock.at(row.ends_at):
            actions.settle(mine, by=here.staff, minutes=60)
        assert entries.filter(volunteer=here.contact).get().minutes == 60
        with pytest.raises(Refused, match="核对过"):
            actions.settle(other, by=here.staff, minutes=60)

    def test_many_people_for_many_minutes_are_summed(self, here):
        row = an_activity(here, helpers=500)
        unit = actions.join(slots_of(row)[0], by=here.contact, partner=here.partner, people=400)
        with during(row):
            actions.check_in(unit, by=here.contact)
            actions.close(row, by=here.contact, minutes={unit.pk: 120})
        assert sums_of(row).hours == "800"

    def test_not_closed_before_it_begins_nor_with_more_than_can_be(self, here):
        row = an_activity(here)
        signup = actions.join(slots_of(row)[0], by=here.resident)
        with pytest.raises(Refused, match="还没开始"):
            actions.close(row, by=here.contact, minutes={})
        with during(row):
            actions.check_in(signup, by=here.contact)
            with pytest.raises(Refused, match="最多"):
                actions.close(row, by=here.contact, minutes={signup.pk: 1000})
        assert not HoursEntry.objects.unscoped(reason=WHY).exists()


class TestTelling:
    def held(self, here):
        row = an_activity(here)
        with during(row):
            actions.add_photos(row, by=here.contact, photos=[small_photo("grey")], moment="before", caption="东墙")
            actions.add_photos(row, by=here.contact, photos=[small_photo("white")], moment="after")
            actions.close(row, by=here.contact, minutes={})
        return fresh(row)

    def test_photos_stand_side_by_side(self, here):
        row = self.held(here)
        (pair,) = albums([row])[row.pk].pairs
        assert (pair.before.caption, pair.after.caption, pair.caption) == ("活动前：东墙", "活动后", "东墙")
        before = ActivityPhoto.objects.unscoped(reason=WHY).get(moment="before")
        actions.drop_photo(before, by=here.contact)
        assert albums([row])[row.pk].pairs == []

    def test_published_without_numbers_for_everybody_and_taken_back(self, here, client):
        row = self.held(here)
        page = reverse("alliance:changes")
        assert "刷白了" not in client.get(page).text
        with pytest.raises(Refused, match="电话"):
            actions.publish(row, by=here.staff, outcome="找 13812345678")
        with pytest.raises(Refused):
            actions.publish(row, by=here.contact, outcome="刷白了")
        actions.publish(row, by=here.staff, outcome="刷白了", served=30)
        photo = ActivityPhoto.objects.unscoped(reason=WHY).first()
        text = client.get(page, {"community": here.community.code}).text
        assert "刷白了" in text
        assert text.count('type="radio"') == 5
        assert client.get(row.get_absolute_url()).status_code == 200
        assert b"".join(client.get(reverse("alliance:activity_photo", args=[photo.pk])).streaming_content)
        actions.take_back(row, by=here.staff)
        assert client.get(row.get_absolute_url()).status_code == 404
        assert client.get(reverse("alliance:activity_photo", args=[photo.pk])).status_code == 404

    def test_what_those_served_say_is_shown_without_a_name_if_they_agree(self, here, client):
        row = self.held(here)
        actions.give_feedback(row, by=here.resident, helped="yes", text="手艺真好", may_show=True)
        actions.give_feedback(row, by=here.contact, helped="no", text="等了很久", for_another=True)
        with pytest.raises(Refused, match="已经说过"):
            actions.give_feedback(row, by=here.resident, helped="yes")
        actions.publish(row, by=here.staff, outcome="剪了二十位")
        page = client.get(row.get_absolute_url()).text
        assert "手艺真好" in page
        assert here.resident.name not in page
        assert "等了很久" not in page


class TestPages:
    def test_a_visitor_reads_and_signs_in_to_join(self, here, client):
        row = an_activity(here, guests=4)
        text = client.get(row.get_absolute_url()).text
        assert "登录以后报名" in text
        assert "我要来" not in text

    def test_join_and_leave_with_a_tap_twice(self, here, client):
        row = an_activity(here)
        (slot,) = slots_of(row)
        client.force_login(here.resident)
        url = reverse("alliance:activity_join", args=[row.pk, slot.pk])
        assert "您报上了" in client.post(url, follow=True).text
        client.post(url)
        signup = SignUp.objects.unscoped(reason=WHY).get()
        client.post(reverse("alliance:signup_leave", args=[signup.pk]))
        assert state_of(signup) == LEFT

    def test_from_plan_to_result_through_the_pages(self, here, client):
        client.force_login(here.contact)
        day = clock.local(soon()).date()
        words = {"topic": "cleaning", "title": "清理东墙", "place": "东墙", "day": day.isoformat()}
        words |= {"starts": "09:00", "ends": "11:00", "helpers": 3, "guests": 0, "partner": here.partner.pk}
        client.post(reverse("alliance:activity_new"), words)
        row = Activity.objects.unscoped(reason=WHY).get()
        assert clock.local(row.starts_at).hour == 9
        client.force_login(here.staff)
        client.post(reverse("alliance:activity_step", args=[row.pk, "announce"]))
        client.force_login(here.resident)
        client.post(reverse("alliance:activity_join", args=[row.pk, slots_of(row)[0].pk]))
        signup = SignUp.objects.unscoped(reason=WHY).get()
        client.force_login(here.contact)
        with during(row):
            client.post(reverse("alliance:signup_check", args=[signup.pk]))
            client.post(reverse("alliance:activity_desk", args=[row.pk]), {"name": "老李", "slot": slots_of(row)[0].pk})
            form = client.get(reverse("alliance:activity_close", args=[row.pk])).context["form"]
            minutes = dict.fromkeys(form.helpers, 120)
            client.post(reverse("alliance:activity_close", args=[row.pk]), {**minutes, "served": 12})
        assert HoursEntry.objects.unscoped(reason=WHY).get().minutes == 120
        url = reverse("alliance:activity_photos", args=[row.pk])
        for moment in ("before", "after"):
            photo = SimpleUploadedFile("a.jpg", small_photo().content, content_type="image/jpeg")
            client.post(url, {"photos": photo, "moment": moment, "caption": "东墙"})
        client.force_login(here.staff)
        with clock.at(row.ends_at):
            client.post(
                reverse("alliance:activity_step", args=[row.pk, "publish"]),
                {"outcome": "清干净了", "served": 12, "agreed": "on"},
            )
        assert fresh(row).state == State.PUBLISHED
        assert "清干净了" in Client().get(reverse("alliance:changes"), {"community": here.community.code}).text

    def test_the_same_questions_for_one_and_for_many(self, here, client, django_assert_max_num_queries):
        row = an_activity(here, helpers=20)
        for number in range(8):
            other = an_activity(here, title=f"活动{number}", starts_at=soon(24 * (number + 4)))
            actions.join(slots_of(other)[0], by=here.resident)
            actions.join(slots_of(row)[0], by=a_resident(here.community))
        client.force_login(here.contact)
        urls = [reverse("alliance:changes"), reverse("alliance:activities"), row.get_absolute_url()]
        urls += [reverse("alliance:activity_desk", args=[row.pk]), reverse("alliance:activity_photos", args=[row.pk])]
        for url in urls:
            client.get(url)
            with django_assert_max_num_queries(12):
                assert client.get(url).status_code == 200

    def test_the_sheet_with_the_code(self, here, client):
        row = an_activity(here)
        client.force_login(here.contact)
        page = client.get(reverse("alliance:activity_code", args=[row.pk])).text
        assert 'class="qr"' in page
        assert row.code in page

    def test_a_list_and_its_spreadsheet(self, here, client):
        an_activity(here)
        client.force_login(here.staff)
        assert "院子里免费理发" in client.get(reverse("alliance:activities"), {"state": "open"}).text
        assert client.get(reverse("alliance:activities"), {"format": "xlsx"}).status_code == 200


class TestAfterwards:
    def test_reminded_the_day_before_once(self, here):
        row = an_activity(here, starts_at=soon(30))
        actions.join(slots_of(row)[0], by=here.resident)
        assert [reminders.remind(), reminders.remind()] == [1, 0]
        assert told(here.resident, "activity_reminded") == 1

    def test_the_organiser_is_asked_to_close(self, here):
        row = an_activity(here)
        with clock.at(row.ends_at + timedelta(hours=1)):
            assert [ask.title for ask in asks_of(room, here.contact)] == [
                "活动办完了，请核对到场和时长：院子里免费理发"
            ]

    def test_what_is_kept_about_a_person_is_told_and_erased(self, here):
        row = an_activity(here)
        actions.join(slots_of(row)[0], by=here.resident)
        found = {section.slug: section.rows for section in personal.sections(here.resident)}
        assert [line["what"] for line in found["activities"]] == ["院子里免费理发"]
        assert found["activity_feedback"] == []
        held = here.resident.appointments.unscoped(reason=WHY).get()
        person = MembershipFactory(household=held.household).resident
        type(held)._base_manager.filter(pk=held.pk).update(resident=person)
        assert [one.number for one in personal.goes(person)] == [1, 0]
        personal.erase(person, here.staff)
        assert SignUp.objects.unscoped(reason=WHY).get().state == LEFT

    def test_names_without_an_account_go_after_half_a_year(self, here):
        row = an_activity(here)
        with during(row):
            actions.walk_in(slots_of(row)[0], by=here.contact, name="老李")
        (rule,) = personal.RULES
        assert rule.count(here.community, row.ends_at + timedelta(days=1)) == 1
        assert rule.forget(here.community, row.ends_at + timedelta(days=1)) == 1
        assert SignUp.objects.unscoped(reason=WHY).get().name == personal.ERASED_NAME
        assert rule.count(here.community, row.ends_at + timedelta(days=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_tap_at_once_do_not_both_get_the_last_place():
    here = allied()
    (slot,) = slots_of(an_activity(here, helpers=1))
    people = [a_resident(here.community) for _n in range(4)]
    together = Barrier(len(people))

    def tap(user):
        together.wait()
        try:
            actions.join(slot, by=user)
        finally:
            connection.close()

    threads = [Thread(target=tap, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = sorted(SignUp.objects.unscoped(reason=WHY).values_list("state", flat=True))
    assert states == [JOINED, WAITING, WAITING, WAITING]


class TestCalendar:
    def event(self, client, row):
        answer = client.get(reverse("alliance:activity_file", args=[row.pk]))
        assert answer["Content-Type"].startswith("text/calendar")
        found = Calendar.from_ical(answer.content)
        return found["METHOD"], found.walk("VEVENT")[0]

    def test_everybody_takes_along_what_is_announced(self, here, client):
        row = an_activity(here, text="自带围布")
        actions.join(slots_of(row)[0], by=here.resident)
        assert "放进日历" in client.get(row.get_absolute_url()).text
        method, event = self.event(client, row)
        assert (method, event["STATUS"], event["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", 0)
        assert (event["SUMMARY"], event["LOCATION"]) == ("活动：院子里免费理发", "小广场")
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
            row.starts_at.replace(microsecond=0),
            row.ends_at.replace(microsecond=0),
        )
        assert event["URL"].endswith(row.get_absolute_url())
        assert here.resident.name not in event.to_ical().decode()

    def test_a_change_replaces_it_and_a_call_off_takes_it_away(self, here, client):
        row = an_activity(here)
        actions.join(slots_of(row)[0], by=here.resident)
        _method, first = self.event(client, row)
        actions.change_activity(row, by=here.contact, place="凉亭")
        _method, second = self.event(client, row)
        actions.call_off(row, by=here.contact, reason="下雨")
        assert client.get(reverse("alliance:activity_file", args=[row.pk])).status_code == 404
        client.force_login(here.resident)
        assert "从日历里拿掉" in client.get(row.get_absolute_url()).text
        method, third = self.event(client, row)
        assert (method, third["STATUS"]) == ("CANCEL", "CANCELLED")
        assert first["UID"] == second["UID"] == third["UID"]
        assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"]
        client.force_login(here.leader)
        assert "从日历里拿掉" not in client.get(row.get_absolute_url()).text

    def test_what_is_not_announced_is_in_no_calendar(self, here, client):
        row = an_activity(here, is_open=False)
        client.force_login(here.contact)
        assert "放进日历" not in client.get(row.get_absolute_url()).text
        assert client.get(reverse("alliance:activity_file", args=[row.pk])).status_code == 404
