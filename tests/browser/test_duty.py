"""A roster from the weekly shifts to the board: planned, searched, asked on the phone, published, hung on the wall."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Page, expect

from community.models import User
from community.roles import Role
from core import clock
from core.rosters.solver import Effort
from stewards.duty import actions, solving
from stewards.models import Roster
from tests.browser.visitor import ENDS, act_as, axe, press, shot
from tests.factories import CommunityFactory, appoint
from tests.stewards.duties import WHY, a_roster, a_template, seats_of
from tests.stewards.makers import a_steward


@pytest.fixture
def office(portal: str) -> User:
    return appoint(Role.COMMUNITY_STAFF, CommunityFactory())


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, f"duty/{name}")
    if javascript:
        assert axe(page) == []


def work_off() -> None:
    """Do what waits for the worker."""
    for waiting in DBTaskResult.objects.ready().order_by("enqueued_at"):
        waiting.task.call(*waiting.args_kwargs["args"])
        waiting.delete()


def button(page: Page, name: str) -> None:
    """Press the button that sends to the page of this name."""
    press(page.locator(f"main form[action*='/{name}/'] [type=submit]").first)


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_roster_from_the_weekly_shifts_to_the_board(
    page: Page, javascript: bool, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "EFFORT", Effort(work=0.3, seconds=60))
    community = office.appointments.unscoped(reason=WHY).get().community
    people = [a_steward(community) for _one in range(4)]

    # The office says which shifts there are every week, and plans four weeks of them.
    act_as(page, office)
    page.goto(reverse("stewards:template_new"))
    page.fill("[name=name]", "服务站上午")
    page.fill("[name=place]", "社区服务站")
    for day in ("0", "3"):
        page.check(f"[name=weekdays][value='{day}']")
    page.fill("[name=starts_at]", "08:00")
    page.fill("[name=ends_at]", "12:00")
    page.fill("[name=reserves_0]", "1")
    seen(page, javascript, "template")
    press(page.locator("main form [type=submit].btn-primary"))
    seen(page, javascript, "templates")
    page.goto(reverse("stewards:roster_new"))
    page.fill("[name=first]", (clock.today() + timedelta(days=7 - clock.today().weekday())).isoformat())
    press(page.locator("main form [type=submit].btn-primary"))
    roster = Roster.objects.unscoped(reason=WHY).get()
    expect(page.locator("main section[role=status]")).to_be_visible()
    # The page of a search calls itself up again, which nobody should meet halfway.
    page.goto("about:blank")
    work_off()
    page.goto(roster.get_absolute_url())
    expect(page.locator("main section[role=status]")).to_have_count(0)
    seen(page, javascript, "draft")

    # A shift is opened, somebody is locked; then everybody is asked.
    press(page.locator(".duty-cell a.hours").first)
    seen(page, javascript, "shift")
    press(page.locator("main .rows a.title").first)
    seen(page, javascript, "seat-office")
    button(page, "lock")
    page.goto(reverse("stewards:roster_send", args=[roster.pk]))
    seen(page, javascript, "send")
    press(page.locator("main form [type=submit].btn-primary"))

    # A steward says no to one and yes to the rest.
    act_as(page, people[0].user)
    page.goto(reverse("stewards:my_shifts"))
    seen(page, javascript, "my-shifts")
    button(page, "answer/decline")
    button(page, "all")
    seen(page, javascript, "answered")
    assert {seat.state for seat in seats_of(roster, steward=people[0])} == {"held", "declined"}
    page.goto(reverse("stewards:shift_wishes"))
    page.locator("main form [type=radio][value='1']").first.check()
    press(page.locator("main form [type=submit].btn-primary"))

    # Another rings up; then it is published.
    act_as(page, office)
    page.goto(reverse("stewards:roster_answers_for", args=[roster.pk, people[1].pk]))
    for choice in page.locator("main form [type=radio][value=accept]").all():
        choice.check()
    seen(page, javascript, "by-phone")
    press(page.locator("main form [type=submit].btn-primary"))
    seen(page, javascript, "answers")
    page.goto(reverse("stewards:roster_publish", args=[roster.pk]))
    press(page.locator("main form [type=submit].btn-primary"))
    seen(page, javascript, "published")
    roster.refresh_from_db()
    assert roster.state == "published"


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_gap_is_filled_by_hand(page: Page, javascript: bool, office: User) -> None:
    community = office.appointments.unscoped(reason=WHY).get().community
    a_template(office, community)
    first = clock.today() + timedelta(days=1)
    roster = actions.send(a_roster(office, community, stewards=6, first=first, days=3), by=office)
    seat = seats_of(roster, is_reserve=False)[0]
    actions.decline(seat, by=seat.steward.user)
    act_as(page, office)
    page.goto(seat.slot.shift.get_absolute_url())
    seen(page, javascript, "gap")
    press(page.locator("main a[href*='/slot/']").first)
    seen(page, javascript, "put-in")
    press(page.locator("main form [type=submit].btn-primary"))
    assert len(seats_of(roster, slot=seat.slot, is_reserve=False, state="asked")) == 1
