"""The register in a browser: a resident says what is wrong, the leader mends it; care, pairing, moves; a new grid."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import User
from community.roles import Role
from grids.codes import CareCategory
from grids.models import Grid, Household, Membership, Pairing, Proposal, Resident
from tests.browser.visitor import ENDS, act_as, axe, press, shot, tap
from tests.factories import GridFactory, appoint, family_of, household_in, resident_of

OURS = "what the pages made"
PHONE = "13987650011"


@pytest.fixture
def grid(portal: str) -> Grid:
    return GridFactory(name="朱方路网格")


@pytest.fixture
def leader(grid: Grid) -> User:
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def household(grid: Grid) -> Household:
    found = household_in(grid)
    family_of(
        found,
        {"name": "王秀英", "phone": "13812345678", "pinyin": "wangxiuying", "initials": "wxy"},
        {"name": "李大明"},
        {"name": "李小明"},
    )
    return found


@pytest.fixture
def neighbour(household: Household) -> Household:
    """Next door, with the Party member who could look after somebody."""
    found = household_in(household.building.grid, dwelling__unit=household.dwelling.unit)
    family_of(found, {"name": "赵建国", "is_party_member": True})
    return found


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, name)
    if javascript:
        assert axe(page) == []


def send(page: Page) -> None:
    """Press the one primary button of the page's form."""
    press(page.locator("main form button.btn-primary").first)


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_correction_from_the_resident_to_the_register(
    page: Page, javascript: bool, household: Household, leader: User
) -> None:
    resident = resident_of(household)

    # The resident finds the wrong number, and says so; the register stays as it is.
    act_as(page, resident)
    page.goto(reverse("grids:mine"))
    seen(page, javascript, "own")
    page.goto(reverse("grids:correct_household", args=[household.pk, "phone"]))
    page.fill("[name=after]", "1398765001")
    send(page)
    expect(page.locator(".errors li, .invalid-feedback").first).to_be_visible()
    expect(page.locator("[name=after]")).to_have_value("1398765001")
    seen(page, javascript, "own-correct-wrong")
    page.fill("[name=after]", PHONE)
    page.fill("[name=note]", "换了新号码。")
    send(page)
    proposal = Proposal.objects.unscoped(reason=OURS).get()
    assert proposal.state == Proposal.State.OPEN
    household.refresh_from_db()
    assert household.phone != PHONE
    seen(page, javascript, "own-asked")

    # The leader is told on Today, looks, and takes it over.
    act_as(page, leader)
    page.goto(reverse("community:today"))
    expect(page.locator(f"main a[href^='{reverse('grids:proposals')}']").first).to_be_visible()
    page.goto(reverse("grids:proposals"))
    seen(page, javascript, "proposals")
    press(page.locator(f"main a[href='{proposal.get_absolute_url()}']").first)
    seen(page, javascript, "proposal")
    send(page)
    proposal.refresh_from_db()
    household.refresh_from_db()
    assert proposal.state == Proposal.State.ACCEPTED
    assert household.phone == PHONE

    # The resident reads the answer, and a second decider finds nothing to decide.
    act_as(page, resident)
    page.goto(reverse("grids:mine"))
    expect(page.locator("main")).not_to_contain_text("1381234")
    seen(page, javascript, "own-answered")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_leader_finds_cares_pairs_and_lets_move(
    page: Page, javascript: bool, household: Household, neighbour: Household, leader: User
) -> None:
    # Found by the initials of a name, from the head of any page.
    act_as(page, leader)
    page.goto("/")
    page.fill("header [name=q]", "wxy")
    press(page.locator("header form[role=search] button"))
    seen(page, javascript, "search")
    press(page.locator(f"main a[href*='{household.pk}']").first)
    seen(page, javascript, "household")

    # In care, with nobody to look after: the gap is on Today the same moment.
    press(page.locator(f"main a[href='{reverse('grids:care_add', args=[household.pk])}']").first)
    page.select_option("[name=category]", CareCategory.MINIMUM_ALLOWANCE)
    seen(page, javascript, "care-add")
    send(page)
    page.goto(reverse("community:today"))
    expect(page.locator(f"main a[href^='{reverse('grids:gaps')}']").first).to_be_visible()
    page.goto(reverse("grids:gaps"))
    seen(page, javascript, "gaps")
    page.goto(reverse("grids:pair", args=[household.pk, Pairing.Kind.PARTY_MEMBER]))
    tap(page.locator("label:has([name=person])").first)
    seen(page, javascript, "pair")
    send(page)
    pairing = Pairing.objects.unscoped(reason=OURS).get()
    assert pairing.member is not None
    assert pairing.member.name == "赵建国"
    page.goto(reverse("grids:care_board"))
    seen(page, javascript, "care-board")

    # One of the three moves away: the numbers first, then the button.
    moving = Resident.objects.unscoped(reason=OURS).get(name="李小明")
    page.goto(reverse("grids:leave", args=[household.pk]))
    tap(page.locator(f"label:has([name=who][value='{moving.pk}'])"))
    seen(page, javascript, "leave")
    send(page)
    seen(page, javascript, "leave-numbers")
    send(page)
    gone = Membership.objects.unscoped(reason=OURS).get(resident=moving)
    assert gone.ends_on is not None
    page.goto(household.get_absolute_url())
    expect(page.locator("main")).to_contain_text("王秀英")
    seen(page, javascript, "household-after")
    page.goto(f"{reverse('grids:building', args=[household.building_id])}?layer=care")
    expect(page.locator(".facade .door")).to_have_count(2)
    seen(page, javascript, "building")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_building_changes_its_grid_and_its_leader(
    page: Page, javascript: bool, household: Household, leader: User
) -> None:
    building, grid = household.building, household.building.grid
    other = GridFactory(community=household.community, name="新网格")
    successor = appoint(Role.GRID_LEADER, other)
    office = appoint(Role.COMMUNITY_STAFF, household.community)
    act_as(page, office)
    page.goto(reverse("grids:building_move", args=[building.pk]))
    page.select_option("[name=grid]", str(other.pk))
    press(page.locator("main form button[type=submit]").first)
    seen(page, javascript, "building-move")
    press(page.locator("main form[method=post] button.btn-primary"))
    building.refresh_from_db()
    assert building.grid == other
    page.goto(reverse("grids:grid", args=[grid.pk]))
    seen(page, javascript, "grid")

    # The old leader has lost the door, the new one has it, the same moment.
    for user, status in ((leader, 404), (successor, 200)):
        act_as(page, user)
        answer = page.goto(household.get_absolute_url())
        assert answer is not None
        assert answer.status == status
