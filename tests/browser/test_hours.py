"""Hours through the browser: reported and confirmed, certified and checked, a shift scanned in and out, swapped."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import Community, User
from community.roles import Role
from core import clock
from stewards.duty import attendance
from stewards.hours import certifying
from stewards.models import Attendance, Certificate, HoursEntry, SelfReport, Steward, Swap
from tests.browser.visitor import ENDS, act_as, axe, press, press_twice, shot
from tests.factories import CommunityFactory, appoint
from tests.stewards.makers import a_steward
from tests.stewards.seats import PLACE, a_seat

OURS = "what the pages made"


@pytest.fixture
def community(portal: str) -> Community:
    return CommunityFactory(name="桃园社区")


@pytest.fixture
def office(community: Community) -> User:
    return appoint(Role.COMMUNITY_STAFF, community)


def named(steward: Steward, name: str) -> Steward:
    steward.user.name = name
    steward.user.save()
    return steward


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, f"hours/{name}")
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_hours_from_a_report_to_a_certificate_that_is_checked(
    page: Page, javascript: bool, community: Community, office: User
) -> None:
    wang, li = named(a_steward(community), "王建国"), named(a_steward(community), "李秀英")

    # A volunteer says what they did; too little first.
    act_as(page, wang.user)
    page.goto(reverse("stewards:my_hours"))
    seen(page, javascript, "empty")
    press(page.locator(".page-head .btn-primary"))
    page.fill("[name=what]", "帮三幢的老人换灯泡")
    press(page.locator("main form .btn-primary"))
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("[name=what]")).to_have_value("帮三幢的老人换灯泡")
    seen(page, javascript, "report-wrong")
    page.fill("[name=hours]", "1")
    page.fill("[name=rest]", "30")
    page.select_option("[name=witness]", label="李秀英")
    press_twice(page.locator("main form .btn-primary"), r"/hours/reports/[0-9a-f-]{36}/$")
    seen(page, javascript, "report")
    assert SelfReport.objects.unscoped(reason=OURS).count() == 1

    # Whoever was there confirms it from Today.
    act_as(page, li.user)
    page.goto(reverse("community:today"))
    report = SelfReport.objects.unscoped(reason=OURS).get()
    press(page.locator(f"main a[href='{report.get_absolute_url()}']").first)
    seen(page, javascript, "report-asked")
    press(page.locator("main form .btn-primary"))
    assert HoursEntry.objects.unscoped(reason=OURS).get().minutes == 90

    # The hours stand on the own page; a certificate is asked for.
    act_as(page, wang.user)
    page.goto(reverse("stewards:my_hours"))
    expect(page.locator("main")).to_contain_text("帮三幢的老人换灯泡")
    seen(page, javascript, "my-hours")
    page.goto(reverse("stewards:hours_thanks", args=[clock.today().year]))
    seen(page, javascript, "thanks")
    page.goto(reverse("stewards:certificate_ask"))
    press(page.locator("main form .btn-primary"))
    seen(page, javascript, "certificate-asked")

    # The office issues it, and anybody checks it without signing in.
    act_as(page, office)
    paper = Certificate.objects.unscoped(reason=OURS).get()
    page.goto(reverse("stewards:certificates"))
    press(page.locator(f"main a[href='{paper.get_absolute_url()}']"))
    press(page.locator("main form .btn-primary"))
    paper.refresh_from_db()
    expect(page.locator("main")).to_contain_text(paper.number)
    seen(page, javascript, "certificate")
    page.context.clear_cookies(name="sessionid")
    page.goto(reverse("stewards:certificate_check"))
    page.fill("[name=number]", paper.number)
    page.fill("[name=code]", "0000-0000")
    press(page.locator("main form .btn-primary"))
    expect(page.locator(".errors")).to_be_visible()
    seen(page, javascript, "check-wrong")
    page.fill("[name=code]", certifying.code_of(paper).lower())
    press(page.locator("main form .btn-primary"))
    expect(page.locator(".state.is-good")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("王建国")
    seen(page, javascript, "checked")

    # Revoked, it says so.
    act_as(page, office)
    page.goto(reverse("stewards:certificate_revoke", args=[paper.pk]))
    page.fill("[name=reason]", "有一条记错了")
    page.uncheck("[name=again]")
    seen(page, javascript, "revoke")
    press(page.locator(".confirm [type=submit]"))
    page.goto(certifying.check_url(paper).removeprefix(settings.SITE_URL))
    expect(page.locator(".state.is-warn")).to_be_visible()
    seen(page, javascript, "checked-revoked")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_shift_is_swapped_scanned_in_and_out_and_confirmed(
    page: Page, javascript: bool, community: Community, office: User
) -> None:
    wang, li = named(a_steward(community), "王建国"), named(a_steward(community), "李秀英")
    point = attendance.make_point(community, place=PLACE, by=office)

    # One cannot come, the other takes over from Today.
    ahead = a_seat(wang, clock.now() + timedelta(days=5))
    act_as(page, wang.user)
    page.goto(reverse("stewards:swap_new", args=[ahead.pk]))
    page.fill("[name=note]", "要去医院复查")
    seen(page, javascript, "swap-form")
    press(page.locator("main form .btn-primary"))
    seen(page, javascript, "swap-asked")
    swap = Swap.objects.unscoped(reason=OURS).get()
    act_as(page, li.user)
    page.goto(reverse("community:today"))
    press(page.locator(f"main a[href='{swap.get_absolute_url()}']").first)
    seen(page, javascript, "swap")
    press(page.locator("main form .btn-primary"))
    expect(page.locator(".page-head .state.is-good")).to_be_visible()
    swap.refresh_from_db()
    assert swap.taken is not None
    assert swap.taken.steward == li

    # A shift that is on now: the code at the place, in and out.
    a_seat(wang, clock.now() - timedelta(minutes=40), hours=2)
    act_as(page, wang.user)
    here = reverse("stewards:check_in", args=[point.code])
    page.goto(here)
    seen(page, javascript, "here-in")
    press(page.locator("main form .btn-primary"))
    seen(page, javascript, "here-out")
    press(page.locator("main form .btn-primary"))
    seen(page, javascript, "here-done")
    done = Attendance.objects.unscoped(reason=OURS).get()

    # Another did not come; the office vouches for the one and notes the other.
    missed = a_seat(li, clock.now() - timedelta(days=1), hours=2)
    act_as(page, office)
    page.goto(reverse("stewards:attendance"))
    seen(page, javascript, "attendance")
    press(page.locator(f"main a[href='{reverse('stewards:attendance_confirm', args=[done.pk])}']"))
    page.fill("[name=minutes]", "40")
    seen(page, javascript, "attendance-confirm")
    press(page.locator("main form .btn-primary"))
    assert HoursEntry.objects.unscoped(reason=OURS).get().minutes == 40
    press(page.locator(f"main a[href='{reverse('stewards:absence', args=[missed.pk])}']"))
    page.fill("[name=note]", "电话没有人接")
    seen(page, javascript, "absence")
    press(page.locator(".confirm [type=submit]"))
    expect(page).to_have_url(re.compile(reverse("stewards:attendance") + "$"))
    press(page.locator("main a[href*='/missed/']"))
    seen(page, javascript, "no-show")

    # The sheet to hang up.
    page.goto(reverse("stewards:check_in_points"))
    seen(page, javascript, "points")
    page.goto(reverse("stewards:check_in_point", args=[point.pk]))
    expect(page.locator("svg.qr")).to_be_visible()
    seen(page, javascript, "point-sheet")
