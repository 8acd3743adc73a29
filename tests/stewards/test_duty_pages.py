"""The pages of the roster: what they show, what they cost, and what they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock, jobs
from core.models import Job
from stewards.duty import actions
from stewards.duty.week import number_of
from stewards.models import Assignment, Roster, ShiftTemplate
from tests.stewards.duties import (
    MONDAY,
    WHY,
    a_roster,
    a_template,
    moment,
    published,
    seats_of,
    sent,
    shifts_of,
    slots_of,
)
from tests.stewards.makers import a_steward

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


TEMPLATE = {
    "name": "夜间巡逻",
    "place": "小区东门",
    "weekdays": ["4", "5"],
    "starts_at": "22:00",
    "ends_at": "06:00",
    "minimum_0": "2",
    "reserves_0": "1",
}


def test_a_template_is_added_changed_and_retired(office, community):
    client = signed_in(office)
    client.post(reverse("stewards:template_new"), TEMPLATE)
    found = ShiftTemplate.objects.unscoped(reason=WHY).get()
    assert (found.weekdays, found.crosses_midnight) == ([4, 5], True)
    shown = page(client, "stewards:templates")
    assert "周五、周六 22:00–次日 6:00" in shown
    assert "2 个人、候补 1 个" in shown
    client.post(
        reverse("stewards:template", args=[found.pk]), {**TEMPLATE, "version": found.version, "place": "小区西门"}
    )
    found.refresh_from_db()
    assert (found.place, found.version) == ("小区西门", 2)
    stale = client.post(reverse("stewards:template", args=[found.pk]), {**TEMPLATE, "version": 1})
    assert "刚改过" in stale.content.decode()
    client.post(reverse("stewards:template_use", args=[found.pk]))
    found.refresh_from_db()
    assert not found.is_active
    assert "停用" in page(client, "stewards:templates")


def test_what_is_missing_in_a_template_is_said_at_its_field(office):
    client = signed_in(office)
    answer = client.post(reverse("stewards:template_new"), {**TEMPLATE, "weekdays": [], "minimum_0": "0"})
    assert {"weekdays", "minimum_0"} <= set(answer.context["form"].errors)
    twice = client.post(reverse("stewards:template_new"), {**TEMPLATE, "minimum_1": "1"})
    assert "合在一行" in twice.content.decode()


def test_a_template_in_use_says_which_rosters_stay(office, community):
    template = a_template(office, community)
    roster = a_roster(office, community)
    assert f"{roster}已经按原来的样子排好" in page(signed_in(office), "stewards:template", template.pk)


def test_a_roster_is_made_and_the_search_begins(office, community):
    a_template(office, community)
    a_steward(community)
    client = signed_in(office)
    shown = page(client, "stewards:roster_new")
    assert MONDAY.isoformat() in shown
    answer = client.post(reverse("stewards:roster_new"), {"first": MONDAY.isoformat()})
    roster = Roster.objects.unscoped(reason=WHY).get()
    assert answer.url == roster.get_absolute_url()
    waiting = client.get(answer.url)
    assert waiting["Refresh"] == "3"
    assert "正在找更好的排法" in waiting.content.decode()
    client.post(reverse("stewards:roster_enough", args=[roster.pk]))
    assert "这就停下来" in client.get(answer.url).content.decode()
    jobs.fail(Job.objects.get(), "x")
    assert "没有排完就断了" in client.get(answer.url).content.decode()


def test_the_week_shows_names_gaps_and_what_is_ones_own(office, community):
    roster = sent(a_roster(office, community, stewards=2), office)
    seat = seats_of(roster, is_reserve=False)[0]
    shown = page(signed_in(seat.steward.user), "stewards:roster", roster.pk)
    assert f"<b>{seat.steward.user.name}</b>" in shown
    assert "缺 1 人" in shown
    assert "接下来" not in shown
    assert "11月30日" in shown
    assert "12月21日" in page(signed_in(office), "stewards:roster", roster.pk, week="4")


def test_a_draft_is_the_offices_alone(office, community):
    roster = a_roster(office, community)
    steward = seats_of(roster)[0].steward.user
    client = signed_in(steward)
    for name, key in (
        ("stewards:roster", roster.pk),
        ("stewards:roster_sheet", roster.pk),
        ("stewards:shift", shifts_of(roster)[0].pk),
        ("stewards:seat", seats_of(roster)[0].pk),
    ):
        assert client.get(reverse(name, args=[key])).status_code == 404
    assert "还没有值班表" in page(client, "stewards:rosters")
    assert "现在没有排您的班" in page(client, "stewards:my_shifts")


@pytest.mark.parametrize(("day", "week"), [(0, 1), (13, 2), (27, 4), (60, 4)])
def test_the_present_week_comes_first(office, community, day, week):
    roster = a_roster(office, community)
    with clock.at(moment(MONDAY + timedelta(days=day), 9)):
        assert number_of(roster, "") == week
        assert number_of(roster, "3") == 3
        assert number_of(roster, "99") == number_of(roster, "x") == week


def test_sending_and_publishing_show_what_will_happen(office, community):
    roster = a_roster(office, community, stewards=9, days=7)
    client = signed_in(office)
    assert "位红管家会收到" in page(client, "stewards:roster_send", roster.pk)
    client.post(reverse("stewards:roster_send", args=[roster.pk]))
    roster.refresh_from_db()
    assert roster.state == "asked"
    refused = client.post(reverse("stewards:roster_publish", args=[roster.pk]))
    assert "还没有一个人答应" in refused.content.decode()
    seat = seats_of(roster)[0]
    actions.accept(seat, by=seat.steward.user)
    client.post(reverse("stewards:roster_publish", args=[roster.pk]))
    roster.refresh_from_db()
    assert roster.state == "published"
    assert "已经公布" in page(client, "stewards:roster", roster.pk)


def test_a_draft_is_dropped_after_a_question(office, community):
    roster = a_roster(office, community)
    client = signed_in(office)
    assert "丢掉这份草稿" in page(client, "stewards:roster_drop", roster.pk)
    client.post(reverse("stewards:roster_drop", args=[roster.pk]))
    assert not Roster.objects.unscoped(reason=WHY).exists()


def test_a_steward_says_yes_and_no_with_one_tap_each(office, community):
    roster = sent(a_roster(office, community, stewards=3), office)
    steward = seats_of(roster)[0].steward
    client = signed_in(steward.user)
    shown = page(client, "stewards:my_shifts")
    assert "这段时间您说有空" in shown
    first, second, *_rest = seats_of(roster, steward=steward)
    client.post(reverse("stewards:seat_answer", args=[first.pk, "accept"]))
    client.post(reverse("stewards:seat_answer", args=[second.pk, "decline"]))
    states = {seat.pk: seat.state for seat in seats_of(roster, steward=steward)}
    assert (states[first.pk], states[second.pk]) == ("held", "declined")
    assert client.post(reverse("stewards:seat_answer", args=[first.pk, "shout"])).status_code == 404
    client.post(reverse("stewards:answer_all", args=[roster.pk]))
    assert not seats_of(roster, steward=steward, state="asked")
    calendar = client.get(reverse("stewards:my_duty_calendar"))
    assert calendar["Content-Type"].startswith("text/calendar")
    assert calendar.content.count(b"BEGIN:VEVENT") == len(seats_of(roster, steward=steward, state="held"))
    others = next(seat for seat in seats_of(roster) if seat.steward != steward)
    assert client.post(reverse("stewards:seat_answer", args=[others.pk, "accept"])).status_code == 404


def test_why_me(office, community):
    roster = sent(a_roster(office, community, stewards=9, days=7), office)
    seat = seats_of(roster, is_reserve=False)[0]
    own = page(signed_in(seat.steward.user), "stewards:seat", seat.pk)
    assert "为什么排了您" in own
    assert "您能来的班里，排给您" in own
    assert "为什么是他" in page(signed_in(office), "stewards:seat", seat.pk)


def test_by_phone(office, community):
    roster = sent(a_roster(office, community, stewards=4, days=7), office)
    steward = seats_of(roster)[0].steward
    client = signed_in(office)
    assert steward.user.name in page(client, "stewards:roster_answers", roster.pk)
    url = reverse("stewards:roster_answers_for", args=[roster.pk, steward.pk])
    first, *rest = seats_of(roster, steward=steward)
    assert str(first.pk) in client.get(url).content.decode()
    said = {f"seat_{first.pk}": "accept", "channel": "phone"} | {f"seat_{one.pk}": "decline" for one in rest}
    client.post(url, said)
    assert [seat.state for seat in seats_of(roster, steward=steward)] == ["held", *["declined"] * len(rest)]
    assert seats_of(roster, steward=steward)[0].recorded_by == office
    assert "都答复了" in client.get(url).content.decode()


def test_the_office_changes_a_shift_by_hand(office, community):
    roster = a_roster(office, community, stewards=9, days=7)
    client = signed_in(office)
    seat = seats_of(roster, is_reserve=False)[0]
    shift = seat.slot.shift
    assert "人齐了" in page(client, "stewards:shift", shift.pk)
    client.post(reverse("stewards:seat_step", args=[seat.pk, "lock"]))
    assert "定下不动" in page(client, "stewards:shift", shift.pk)
    client.post(reverse("stewards:seat_step", args=[seat.pk, "unlock"]))
    client.post(reverse("stewards:seat_step", args=[seat.pk, "take-out"]))
    assert client.post(reverse("stewards:seat_step", args=[seat.pk, "sing"])).status_code == 404
    shown = page(client, "stewards:put_in", seat.slot_id)
    assert seat.steward.user.name not in shown
    willing = client.get(reverse("stewards:put_in", args=[seat.slot_id])).context["able"][0]
    client.post(reverse("stewards:put_in", args=[seat.slot_id]), {"steward": willing.pk})
    assert Assignment.objects.unscoped(reason=WHY).get(slot=seat.slot, is_reserve=False, state="planned").is_locked


def test_where_nobody_can_come_it_says_so(office, community):
    a_template(office, community)
    roster = actions.make(community, by=office, first=MONDAY, days=7)
    assert "没有人能来这个班" in page(signed_in(office), "stewards:put_in", slots_of(roster)[0].pk)


def test_wishes_are_said_and_kept(office, community):
    template = a_template(office, community)
    steward = a_steward(community)
    client = signed_in(steward.user)
    client.post(reverse("stewards:shift_wishes"), {f"wish_{template.pk}": "-1"})
    shown = client.get(reverse("stewards:shift_wishes"))
    assert shown.context["form"].fields[f"wish_{template.pk}"].initial == "-1"


def test_a_week_is_a_paper_for_the_wall(office, community):
    roster = published(a_roster(office, community, stewards=9, days=7), office)
    answer = signed_in(office).get(reverse("stewards:roster_sheet", args=[roster.pk]), {"week": "1"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("people", [2, 12])
def test_pages_cost_the_same_for_few_and_for_many(office, community, people, django_assert_max_num_queries):
    a_template(office, community)
    a_template(office, community, "夜间巡逻", weekdays=[0, 2, 4])
    roster = sent(a_roster(office, community, stewards=people), office)
    seat = seats_of(roster)[0]
    addresses = [
        (office, reverse("stewards:rosters")),
        (office, roster.get_absolute_url()),
        (office, reverse("stewards:roster_answers", args=[roster.pk])),
        (office, reverse("stewards:templates")),
        (office, seat.slot.shift.get_absolute_url()),
        (office, reverse("stewards:seat", args=[seat.pk])),
        (seat.steward.user, reverse("stewards:my_shifts")),
        (seat.steward.user, roster.get_absolute_url()),
    ]
    for user, url in addresses:
        client = signed_in(user)
        client.get(url)
        with django_assert_max_num_queries(12):
            client.get(url)
