"""The walk book on a phone: visits written down without signal, and every way in which sending them may go wrong."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from community.models import User
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids.models import Grid, Household
from helpdesk.actions import seed_categories
from tests.browser.visitor import a_photo, act_as, axe, shot, tap
from tests.factories import GridFactory, UserFactory, appoint, family_of, household_in
from visits import actions
from visits.models import Target, Visit, VisitPhoto

OURS = "what the pages made"
BOOK = "/visits/book/"
STORE = "/static/js/walk_book.js"

pytestmark = [
    pytest.mark.parametrize("screen", ["phone"]),
    pytest.mark.parametrize("language", ["zh-CN"]),
]


@pytest.fixture
def grid(portal: str) -> Grid:
    found = GridFactory(name="朱方路网格")
    seed_categories(found.community)
    return found


@pytest.fixture
def leader(grid: Grid) -> User:
    return appoint(Role.GRID_LEADER, grid, user=UserFactory(name="王秀英"))


@pytest.fixture
def household(grid: Grid) -> Household:
    found = household_in(grid, phone="0511-88880001")
    family_of(found, {"name": "李大明", "phone": "13812345678", "employment": "80", "hukou": "本社区"})
    return found


@pytest.fixture
def campaign(grid: Grid, leader: User, household: Household) -> Any:
    """A round with two doors of the leader."""
    family_of(household_in(grid, dwelling__unit__building=household.building), {"name": "赵家", "phone": ""})
    office = appoint(Role.COMMUNITY_STAFF, grid.community)
    return actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)


@pytest.fixture
def target(campaign: Any, household: Household) -> Target:
    return Target.objects.unscoped(reason=OURS).get(household=household, kind="quarterly")


@pytest.fixture
def book(page: Page, leader: User, target: Target) -> Page:
    """The leader's book, opened where there is signal, with its two doors and its service worker."""
    act_as(page, leader)
    open_book(page)
    return page


def open_book(page: Page, doors: int = 2) -> None:
    page.goto(BOOK)
    expect(page.locator("[data-door]")).to_have_count(doors)
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def open_door(page: Page, target: Target) -> None:
    tap(page.locator(f"[data-door='{target.pk}'] button"))
    expect(page.locator("form.visit")).to_be_visible()


def note(page: Page, text: str) -> None:
    page.fill("form.visit [name=note]", text)


def save(page: Page) -> None:
    tap(page.locator("form.visit [name=rest]"))
    expect(page.locator("form.visit")).to_have_count(0)


def line(page: Page) -> Any:
    return page.locator("[data-walk=line]")


def is_unsent(page: Page, count: int) -> None:
    expect(line(page)).to_contain_text(f"还有 {count} 条没发出")


def is_sent(page: Page) -> None:
    expect(line(page)).to_contain_text("都发出去了")


def visits(target: Target) -> list[Visit]:
    return list(Visit.objects.unscoped(reason=OURS).filter(target=target))


def rows(page: Page, store: str) -> list[dict[str, Any]]:
    """What lies in the phone's store, as it lies there."""
    found: list[dict[str, Any]] = page.evaluate(
        """async (store) => new Promise((resolve) => {
            const request = indexedDB.open("walk-book");
            request.onsuccess = () => {
                const all = request.result.transaction(store).objectStore(store).getAll();
                all.onsuccess = () => { request.result.close(); resolve(all.result.map((row) => ({
                    ...row, data: row.data?.byteLength, key: row.key && { extractable: row.key.extractable } }))); };
            };
        })""",
        store,
    )
    return found


@pytest.mark.journey
def test_a_visit_without_signal_arrives_once_with_its_photo(
    book: Page, context: BrowserContext, target: Target, leader: User, complaints: list[str]
) -> None:
    assert axe(book) == []
    shot(book, "book")
    context.set_offline(True)
    expect(line(book)).to_contain_text("现在没有信号")
    open_door(book, target)
    expect(book.locator("[data-walk=door] h2").first).to_be_focused()
    assert axe(book) == []
    note(book, "楼道灯坏了，已经报修。")
    book.set_input_files("form.visit [name=photos]", a_photo("lamp.jpg"))
    expect(book.locator(".walk-photos li")).to_have_count(1)
    shot(book, "book-door")
    save(book)
    is_unsent(book, 1)
    expect(book.locator(f"[data-door='{target.pk}']")).to_contain_text("已记下，待发出")

    # The phone is put away and taken out again, still without signal; whatever page was asked for, the book comes.
    book.reload()
    is_unsent(book, 1)
    book.goto(reverse("visits:findings"))
    expect(line(book)).to_contain_text("打不开您要的那一页")
    is_unsent(book, 1)
    shot(book, "book-offline")
    assert visits(target) == []

    context.set_offline(False)
    is_sent(book)
    visit = visits(target)[0]
    assert (visit.note, visit.via, visit.by) == ("楼道灯坏了，已经报修。", "book", leader)
    photo = VisitPhoto.objects.unscoped(reason=OURS).get(visit=visit)
    assert photo.announced_as in visit.photos_announced
    book.goto(BOOK)
    expect(line(book)).to_contain_text("任务是")
    assert rows(book, "queue") == []
    assert rows(book, "photos") == []
    assert len(visits(target)) == 1
    complaints.clear()
