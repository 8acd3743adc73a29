"""A grid leader's round: from Today to the door, and what is brought back from it."""

import re
from datetime import datetime, time

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from community.models import User
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids.models import Grid, Household
from helpdesk.actions import seed_categories
from helpdesk.models import Category, ServiceRequest
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, press_twice, shot, tap
from tests.factories import GridFactory, appoint, family_of, household_in, report_of
from visits import actions
from visits.models import Finding, Target, Verification, Visit
from visits.report import Brought

OURS = "what the pages made"


@pytest.fixture
def grid(portal: str) -> Grid:
    found = GridFactory(name="朱方路网格")
    seed_categories(found.community)
    return found


@pytest.fixture
def leader(grid: Grid) -> User:
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def household(grid: Grid) -> Household:
    found = household_in(grid, phone="0511-88880001")
    family_of(
        found,
        {"name": "王秀英", "phone": "13812345678", "employment": "80", "hukou": "本社区"},
        {"name": "李大明", "employment": "24", "hukou": "外地", "is_party_member": True},
    )
    return found


@pytest.fixture
def quarter_before(grid: Grid, household: Household, leader: User) -> Finding:
    """Last quarter's round, which brought a problem back, and this quarter's, which has begun."""
    office = appoint(Role.COMMUNITY_STAFF, grid.community)
    quarter = Quarter.of(clock.today())
    long_ago = datetime.combine(quarter.previous().months[1].start, time(12), tzinfo=clock.now().tzinfo)
    with clock.at(long_ago):
        before = actions.open_campaign(grid.community, quarter=quarter.previous(), by=office)
        brought = Brought("三楼楼道灯不亮", severity="minor")
        actions.record_visit(household, by=leader, report=report_of(household, findings=(brought,)))
        actions.close_campaign(before, by=office, explanation="都走到了。")
    for _door in range(3):
        family_of(household_in(grid, dwelling__unit__building=household.building), {"name": "赵家", "phone": ""})
    household_in(grid)
    actions.open_campaign(grid.community, quarter=quarter, by=office)
    finding = Finding.objects.unscoped(reason=OURS).get()
    return actions.fix_finding(finding, by=leader, how="换了感应灯。")


def tick(inside: Page | Locator, name: str, value: str) -> None:
    """Tap a chip: the radio button itself may be small."""
    tap(inside.locator(f"label:has([name='{name}'][value='{value}'])"))


def unfold(page: Page, around: str) -> None:
    """Open what is folded around a field, where it is not open yet."""
    fold = page.locator(f"details:has({around})").first
    if fold.get_attribute("open") is None:
        tap(fold.locator("summary").first)


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, name)
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_round_from_today_to_the_door_and_back(
    page: Page,
    javascript: bool,
    household: Household,
    leader: User,
    quarter_before: Finding,
    complaints: list[str],
) -> None:
    target = Target.objects.unscoped(reason=OURS).get(household=household, kind="quarterly", state="waiting")
    category = Category.objects.unscoped(reason=OURS).get(community=household.community, slug="plumbing")
    head = household.head.pk.hex
    other = next(one.resident for one in household.memberships.unscoped(reason=OURS) if one.resident != household.head)

    # Today, the round building by building, the building door by door.
    act_as(page, leader)
    page.goto("/")
    expect(page.locator("main progress, main [role=progressbar], main .progress")).not_to_have_count(0)
    seen(page, javascript, "today-leader")
    press(page.locator(f"main a[href='{reverse('visits:round')}']").first)
    seen(page, javascript, "round")
    press(page.locator(f"main a[href^='{reverse('visits:building', args=[household.building_id])}']").first)
    expect(page.locator(".facade .door")).to_have_count(4)
    seen(page, javascript, "round-building")
    press(page.locator(f"a.door[href='{target.get_absolute_url()}']"))

    # At the door: last quarter's lamp is told about; one field changed, one unknown, one refused, all others true.
    expect(page.locator("#why, h2#why")).to_have_count(1)
    seen(page, javascript, "visit-form")
    page.fill(f"[name='told-{quarter_before.pk.hex}']", "上周换了感应灯，晚上亮了。")
    tick(page, f"answer-{quarter_before.pk.hex}", "satisfied")
    tick(page, "met_who", "王秀英")
    unfold(page, f"[name='r-{head}-phone']")
    tick(page, f"r-{head}-phone", "changed")
    page.fill(f"[name='r-{head}-phone-new']", "12345")
    tick(page, f"r-{head}-hukou", "refused")
    unfold(page, f"[name='r-{other.pk.hex}-employment']")
    tick(page, f"r-{other.pk.hex}-employment", "unknown")
    unfold(page, "[name='f1-text']")
    page.fill("[name='f1-text']", "厨房水管渗水，老人自己不敢修。")
    tick(page, "f1-handling", "request")
    page.fill("[name=note]", "儿子周末回来。")

    # What is wrong is said at the field, and nothing of the rest is lost.
    press(page.locator("[name=rest]"))
    expect(page.locator(".errors li")).to_have_count(2)
    expect(page.locator(f"[name='r-{head}-phone-new']")).to_have_value("12345")
    expect(page.locator("[name=note]")).to_have_value("儿子周末回来。")
    expect(page.locator(f"[name='told-{quarter_before.pk.hex}']")).to_have_value("上周换了感应灯，晚上亮了。")
    expect(page.locator(f"[name='r-{other.pk.hex}-employment'][value=unknown]")).to_be_checked()
    assert not Visit.objects.unscoped(reason=OURS).filter(target=target).exists()
    seen(page, javascript, "visit-form-wrong")
    page.fill(f"[name='r-{head}-phone-new']", "13987654321")
    page.select_option("[name='f1-category']", str(category.pk))
    page.set_input_files("[name=photos]", a_photo("pipe.jpg"))
    press(page.locator("[name=rest]"))

    # What was recorded.
    visit = Visit.objects.unscoped(reason=OURS).get(target=target)
    expect(page).to_have_url(re.compile(f"{visit.get_absolute_url()}$"))
    expect(page.locator(".verdicts")).to_contain_text("139****4321")
    expect(page.locator("main")).to_contain_text("厨房水管渗水")
    expect(page.locator(".photos img")).to_have_count(1)
    seen(page, javascript, "visit")
    verified = Verification.objects.unscoped(reason=OURS).filter(visit=visit)
    assert {(one.resident, one.field): one.result for one in verified if one.result in {"changed", "refused"}} == {
        (household.head, "phone"): "changed",
        (household.head, "hukou"): "refused",
    }
    assert verified.get(resident=other, field="employment").result == "unknown"
    quarter_before.refresh_from_db()
    assert quarter_before.state == "closed"
    request = ServiceRequest.objects.unscoped(reason=OURS).get()
    assert (request.category, request.home, request.source) == (category, household, "visit")

    # The household's record and its history show it.
    page.goto(household.get_absolute_url())
    expect(page.locator("main")).to_contain_text("139****4321")
    expect(page.locator("main")).not_to_contain_text("13987654321")
    seen(page, javascript, "household")
    page.goto(reverse("visits:household_history", args=[household.pk]))
    expect(page.locator(f"a[href='{visit.get_absolute_url()}']").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("厨房水管渗水")
    seen(page, javascript, "household-visits")
    page.goto(reverse("visits:building", args=[household.building_id]))
    expect(page.locator(".facade .door.is-good")).to_have_count(1)

    # The next visit: the request is still being worked on, so the problem cannot be closed yet; then it can.
    brought = Finding.objects.unscoped(reason=OURS).get(visit=visit)
    page.goto(reverse("visits:record_household", args=[household.pk]))
    page.fill(f"[name='told-{brought.pk.hex}']", "红管家周四上门来修。")
    tick(page, f"answer-{brought.pk.hex}", "satisfied")
    press(page.locator("form.visit .actions [type=submit]").first)
    expect(page.locator(".errors")).to_contain_text(request.number)
    expect(page.locator(f"[name='told-{brought.pk.hex}']")).to_have_value("红管家周四上门来修。")
    finish(request, leader)
    press(page.locator("form.visit .actions [type=submit]").first)
    expect(page).to_have_url(re.compile(r"/visits/visit/[0-9a-f-]{36}/$"))
    brought.refresh_from_db()
    assert brought.state == "closed"
    page.goto(brought.get_absolute_url())
    expect(page.locator(".timeline")).to_contain_text("红管家周四上门来修。")
    seen(page, javascript, "finding-closed")
    # The two that were refused as the walk book sends them, before the page drew why.
    assert len(complaints) == 2 * javascript
    complaints.clear()
    assert Visit.objects.unscoped(reason=OURS).filter(household=household).count() == 3


def finish(request: ServiceRequest, leader: User) -> None:
    """A red steward mends what the visit brought back."""
    from tests.factories import Desk

    steward = appoint(Role.RED_STEWARD, request.community)
    here = Desk(request.grid, request.home, leader, leader, leader, steward, steward)
    here.walk(request, "accept", "dispatch", "sign", "reply", "resolve")


NARROW = pytest.mark.parametrize(("screen", "language", "javascript"), [("phone", "zh-CN", False)], ids=["phone"])


@NARROW
@pytest.mark.usefixtures("quarter_before")
def test_a_visit_sent_twice_is_one_visit(page: Page, household: Household, leader: User) -> None:
    act_as(page, leader)
    visits = Visit.objects.unscoped(reason=OURS).filter(household=household)
    target = Target.objects.unscoped(reason=OURS).get(household=household, kind="quarterly", state="waiting")
    page.goto(target.get_absolute_url())
    page.fill("[name=note]", "都好。")
    sheet = page.locator("[name=uuid]").input_value()
    press_twice(page.locator("[name=rest]"), rf"/visits/visit/{sheet}/$")
    page.go_back()
    # The browser shows the form as it was, or asks for a new one, which would be another visit.
    if page.locator("[name=uuid]").input_value() == sheet:
        press(page.locator("[name=rest]"))
        expect(page).to_have_url(re.compile(rf"/visits/visit/{sheet}/$"))
    page.reload()
    assert visits.count() == 2


@NARROW
@pytest.mark.usefixtures("quarter_before")
def test_nobody_at_home_asks_for_nothing_more(page: Page, household: Household, leader: User) -> None:
    act_as(page, leader)
    target = Target.objects.unscoped(reason=OURS).get(household=household, kind="quarterly", state="waiting")
    page.goto(target.get_absolute_url())
    tick(page, "outcome", "absent")
    expect(page.locator(".groups")).to_be_hidden()
    expect(page.locator("[name=rest]")).to_be_hidden()
    shot(page, "visit-form-absent")
    press(page.locator("form.visit .actions [type=submit]").first)
    expect(page).to_have_url(re.compile(r"/visits/visit/[0-9a-f-]{36}/$"))
    target.refresh_from_db()
    assert target.state == "absent_once"


@NARROW
@pytest.mark.usefixtures("quarter_before")
def test_two_at_one_field_are_both_heard(page: Page, household: Household, leader: User) -> None:
    from grids.actions import change_resident

    act_as(page, leader)
    head = household.head
    page.goto(reverse("visits:record_household", args=[household.pk]))
    unfold(page, f"[name='r-{head.pk.hex}-phone']")
    tick(page, f"r-{head.pk.hex}-phone", "changed")
    page.fill(f"[name='r-{head.pk.hex}-phone-new']", "13987654321")
    office = appoint(Role.COMMUNITY_STAFF, household.community)
    change_resident(head, household=household, by=office, phone="13700001111")
    press(page.locator("form.visit .actions [type=submit]").first)
    expect(page.locator(f"a[href='{reverse('visits:conflicts')}']").first).to_be_visible()
    press(page.locator(f"main a[href='{reverse('visits:conflicts')}']"))
    for phone in ("137****1111", "139****4321"):
        expect(page.locator("main")).to_contain_text(phone)
    shot(page, "conflicts")
    press(page.locator("main form [name=keep]").last)
    expect(page.locator("main")).not_to_contain_text("137****1111")
