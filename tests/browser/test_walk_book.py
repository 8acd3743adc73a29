"""The walk book on a phone: visits written down without signal, and every way in which sending them may go wrong."""

import io
import json
import os
import re
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import APIResponse, Browser, BrowserContext, Dialog, Page, Route, expect

from community.models import User
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids.models import Grid, Household
from helpdesk.actions import seed_categories
from tests.browser.conftest import PATIENCE, SCREENS
from tests.browser.visitor import Upload, a_photo, act_as, axe, press, shot, tap
from tests.factories import GridFactory, UserFactory, appoint, family_of, household_in
from visits import actions
from visits.book import keys
from visits.models import Conflict, Device, Target, Visit, VisitPhoto

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
    for _moment in range(PATIENCE // 50):
        if page.evaluate("navigator.serviceWorker.controller?.state === 'activated'"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("no service worker")


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


def is_sent(page: Page, patience: int = PATIENCE) -> None:
    """Wait until nothing of the reader's is left on the phone, and the line says so."""
    for _moment in range(patience // 50):
        if not rows(page, "queue"):
            break
        page.wait_for_timeout(50)
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


SEND = "**/visits/book/visits/"


def write_down(page: Page, target: Target, text: str = "都好。") -> None:
    """One visit, as somebody does it at the door."""
    open_door(page, target)
    note(page, text)
    save(page)


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "not-stored"])
def test_a_tab_killed_while_it_sends(book: Page, context: BrowserContext, target: Target, stored: bool) -> None:
    held: list[Any] = []

    def hold(route: Route) -> None:
        held.append(route.fetch() if stored else route)

    book.route(SEND, hold)
    with book.expect_request(SEND):
        write_down(book, target)
    while not held:
        book.wait_for_timeout(20)
    book.close()
    assert len(visits(target)) == int(stored)
    again = context.new_page()
    again.goto(BOOK)
    is_sent(again)
    assert len(visits(target)) == 1


def draft(page: Page, other_than: Any) -> Any:
    """The nonce under which an unfinished form lies on the phone, once it is another one than this."""
    for _moment in range(PATIENCE // 50):
        found = [row["iv"] for row in rows(page, "about") if row["id"].startswith("draft:")]
        if found and found[0] != other_than:
            return found[0]
        page.wait_for_timeout(50)
    raise AssertionError("nothing was kept")


def test_a_form_that_was_not_finished_stands_there_again(book: Page, context: BrowserContext, target: Target) -> None:
    context.set_offline(True)
    open_door(book, target)
    note(book, "婆婆住院了，下周再来。")
    first = draft(book, other_than=None)
    book.locator("form.visit input[value=phone]").check(force=True)
    draft(book, other_than=first)
    book.close()
    page = context.new_page()
    open_book(page)
    expect(page.locator(f"[data-door='{target.pk}']")).to_contain_text("没写完")
    open_door(page, target)
    expect(page.locator("form.visit [name=note]")).to_have_value("婆婆住院了，下周再来。")
    expect(page.locator("form.visit input[value=phone]")).to_be_checked()
    save(page)
    context.set_offline(False)
    is_sent(page)
    assert [visit.note for visit in visits(target)] == ["婆婆住院了，下周再来。"]
    assert not any(row["id"].startswith("draft:") for row in rows(page, "about"))


def test_an_answer_lost_after_the_server_has_stored(book: Page, target: Target) -> None:
    answers: list[APIResponse] = []

    def lose(route: Route) -> None:
        answers.append(route.fetch())
        route.abort() if len(answers) == 1 else route.fulfill(response=answers[-1])

    book.route(SEND, lose)
    write_down(book, target)
    is_sent(book)
    assert [answer.status for answer in answers] == [201, 202]
    assert len(visits(target)) == 1


def test_a_session_that_is_over_keeps_what_is_written_down(
    book: Page, context: BrowserContext, target: Target, leader: User, complaints: list[str]
) -> None:
    context.clear_cookies(name="sessionid")
    write_down(book, target)
    expect(line(book)).to_contain_text("登录过期了")
    is_unsent(book, 1)
    shot(book, "book-over")
    press(book.locator("[data-walk=sign-in]"))
    expect(book).to_have_url(re.compile(rf"/account/login/\?next={BOOK}$"))
    assert visits(target) == []
    act_as(book, leader)
    book.goto(BOOK)
    is_sent(book)
    assert len(visits(target)) == 1
    complaints.clear()


def test_two_phones_at_one_door(
    book: Page,
    browser: Browser,
    context: BrowserContext,
    portal: str,
    target: Target,
    leader: User,
    household: Household,
) -> None:
    other = browser.new_context(**SCREENS["phone"], base_url=portal, locale="zh-CN", timezone_id="Asia/Shanghai")
    other.set_default_timeout(PATIENCE)
    second = other.new_page()
    act_as(second, leader)
    open_book(second)
    head = household.head.pk.hex
    context.set_offline(True)
    other.set_offline(True)
    for page, changed in ((book, {"phone": "13987654321"}), (second, {"phone": "13700001111", "hukou": "外地"})):
        open_door(page, target)
        tap(page.locator(f"details:has([name='r-{head}-phone']) > summary").first)
        for field, new in changed.items():
            tap(page.locator(f"label:has([name='r-{head}-{field}'][value=changed])"))
            page.fill(f"[name='r-{head}-{field}-new']", new)
        save(page)
    context.set_offline(False)
    is_sent(book)
    other.set_offline(False)
    is_sent(second)
    other.close()
    household.head.refresh_from_db()
    assert (household.head.phone.plain, household.head.hukou) == ("13987654321", "外地")
    conflict = Conflict.objects.unscoped(reason=OURS).get()
    assert (conflict.field, conflict.brought.plain) == ("phone", "13700001111")


def test_a_phone_whose_clock_is_three_hours_ahead(book: Page, target: Target) -> None:
    book.clock.set_fixed_time(clock.now() + timedelta(hours=3))
    write_down(book, target)
    is_sent(book)
    [visit] = visits(target)
    assert abs(visit.visited_at - clock.now()) < timedelta(minutes=5)


def test_a_phone_that_is_full_says_so_and_keeps_the_form(book: Page, target: Target, complaints: list[str]) -> None:
    book.evaluate(
        """() => {
            const put = IDBObjectStore.prototype.put;
            window.full = true;
            IDBObjectStore.prototype.put = function (...row) {
                if (window.full && this.name === "photos") throw new DOMException("full", "QuotaExceededError");
                return put.apply(this, row);
            };
        }"""
    )
    open_door(book, target)
    note(book, "都好。")
    book.set_input_files("form.visit [name=photos]", a_photo())
    tap(book.locator("form.visit [name=rest]"))
    expect(book.locator(".errors")).to_contain_text("手机存满了")
    expect(book.locator(".errors")).to_be_focused()
    expect(book.locator("form.visit [name=note]")).to_have_value("都好。")
    shot(book, "book-full")
    assert rows(book, "queue") == []
    tap(book.locator(".walk-photos button"))
    save(book)
    is_sent(book)
    [visit] = visits(target)
    assert visit.photos_announced == []


def big_photo() -> Upload:
    """21 MB of noise, as no camera makes it and no server takes it."""
    content = io.BytesIO()
    side = 2700
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(content, "PNG", compress_level=1)
    return {"name": "noise.png", "mimeType": "image/png", "buffer": content.getvalue()}


def test_a_photo_of_more_than_20_mb_is_made_smaller_or_named(book: Page, target: Target) -> None:
    big = big_photo()
    assert len(big["buffer"]) > 20 * 2**20
    open_door(book, target)
    unknown: Upload = {"name": "IMG_1.HEIC", "mimeType": "image/heic", "buffer": os.urandom(len(big["buffer"]))}
    book.set_input_files("form.visit [name=photos]", unknown)
    expect(line(book)).to_contain_text("“IMG_1.HEIC”超过 20 MB")
    book.set_input_files("form.visit [name=photos]", big)
    expect(book.locator(".walk-photos li")).to_have_count(1)
    save(book)
    is_sent(book)
    photo = VisitPhoto.objects.unscoped(reason=OURS).select_related("attachment").get()
    assert (photo.attachment.width, photo.attachment.height) == (2048, 2048)


def test_the_queue_of_another_user_is_neither_sent_nor_read(
    book: Page, context: BrowserContext, grid: Grid, target: Target, leader: User, complaints: list[str]
) -> None:
    context.set_offline(True)
    write_down(book, target, "老人不愿别人知道的事。")
    second = appoint(Role.GRID_LEADER, GridFactory(community=grid.community), user=UserFactory(name="赵大刚"))
    # Before there is signal: with it the first user's session would send the visit at once.
    act_as(book, second)
    context.set_offline(False)
    book.goto(BOOK)
    expect(line(book)).to_contain_text("这台手机上还有王秀英没发出的 1 条")
    expect(line(book)).to_contain_text("赵大刚的走访本")
    expect(book.locator("[data-door]")).to_have_count(0)
    assert visits(target) == []
    held = {one["name"]: one.get("key") for one in rows(book, "keys")}
    assert held == {"王秀英": None, "赵大刚": {"extractable": False}}
    assert [one["door"] for one in rows(book, "doors")] == [str(target.pk)]
    act_as(book, leader)
    book.goto(BOOK)
    is_sent(book)
    assert [visit.by for visit in visits(target)] == [leader]
    complaints.clear()


def test_nothing_on_the_phone_can_be_read_without_the_key(book: Page, context: BrowserContext, target: Target) -> None:
    context.set_offline(True)
    write_down(book, target, "都好。")
    kept = [rows(book, store) for store in ("keys", "doors", "queue", "photos")]
    assert kept[0][0]["key"] == {"extractable": False}
    text = json.dumps(kept, ensure_ascii=False)
    for secret in ("都好", "李大明", "138****5678", "101室"):
        assert secret not in text


def test_a_server_in_trouble_is_asked_again_later_and_a_reload_does_not_hurry_it(
    book: Page, target: Target, complaints: list[str]
) -> None:
    asked: list[str] = []

    def fail(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 2:
            return route.continue_()
        return route.fulfill(status=503, content_type="application/json", body='{"message": "忙"}')

    book.route(SEND, fail)
    write_down(book, target)
    expect(line(book)).to_contain_text("过一会儿自动再发")
    [row] = rows(book, "queue")
    assert (row["tries"], row["state"]) == (1, "waiting")
    book.reload()
    expect(book.locator("[data-door]")).to_have_count(2)
    assert len(asked) == 1
    is_sent(book)
    assert len(asked) == 3
    assert len(visits(target)) == 1
    complaints.clear()


def test_what_was_not_taken_is_opened_mended_and_sent_again(
    book: Page, target: Target, household: Household, complaints: list[str]
) -> None:
    field = f"r-{household.head.pk.hex}-phone"
    open_door(book, target)
    note(book, "换了号码。")
    tap(book.locator(f"details:has([name='{field}']) > summary").first)
    tap(book.locator(f"label:has([name='{field}'][value=changed])"))
    book.fill(f"[name='{field}-new']", "12345")
    book.set_input_files("form.visit [name=photos]", a_photo())
    expect(book.locator(".walk-photos li")).to_have_count(1)
    save(book)
    expect(line(book)).to_contain_text("有 1 条没有收下")
    expect(book.locator("[data-walk=attention] .must")).not_to_be_empty()
    assert axe(book) == []
    shot(book, "book-attention")
    [before] = rows(book, "queue")
    tap(book.locator("[data-walk=mend]"))
    expect(book.locator(".errors a")).to_have_count(1)
    expect(book.locator(f"[name='{field}-new']")).to_have_value("12345")
    expect(book.locator(f"[name='{field}-new']")).to_be_visible()
    expect(book.locator("form.visit [name=note]")).to_have_value("换了号码。")
    expect(book.locator(".walk-photos li")).to_have_count(1)
    assert axe(book) == []
    shot(book, "book-mend")
    book.fill(f"[name='{field}-new']", "13987654321")
    save(book)
    is_sent(book)
    [visit] = visits(target)
    assert str(visit.pk) == before["id"]
    assert VisitPhoto.objects.unscoped(reason=OURS).filter(visit=visit).count() == 1
    complaints.clear()


def test_an_id_that_the_server_has_with_other_content_gets_a_new_one(
    book: Page, target: Target, complaints: list[str]
) -> None:
    write_down(book, target, "第一次。")
    is_sent(book)
    [first] = visits(target)
    open_door(book, target)
    note(book, "第二次。")
    book.evaluate(f"document.querySelector('form.visit [name=uuid]').value = '{first.pk}'")
    save(book)
    expect(line(book)).to_contain_text("有 1 条没有收下")
    tap(book.locator("[data-walk=mend]"))
    save(book)
    is_sent(book)
    assert sorted(visit.note for visit in visits(target)) == ["第一次。", "第二次。"]
    complaints.clear()


def test_what_is_thrown_away_is_shown_before(book: Page, target: Target, complaints: list[str]) -> None:
    open_door(book, target)
    note(book, "写了很久的备注。")
    tap(book.locator("form.visit button[type=submit]").first)
    is_sent(book)
    open_door(book, target)
    tap(book.locator("form.visit button[type=submit]").first)
    expect(line(book)).to_contain_text("有 1 条没有收下")
    tap(book.locator("[data-walk=discard]"))
    dialog = book.locator("dialog[open]")
    expect(dialog).to_contain_text("丢掉就找不回来了")
    expect(dialog.locator("li")).not_to_have_count(0)
    assert axe(book) == []
    shot(book, "book-discard")
    tap(dialog.locator("[data-walk=hold]"))
    assert len(rows(book, "queue")) == 1
    tap(book.locator("[data-walk=discard]"))
    tap(dialog.locator("[data-walk=lose]"))
    is_sent(book)
    complaints.clear()


def test_signing_out_closes_the_book_and_keeps_what_is_unsent(
    book: Page, context: BrowserContext, target: Target, leader: User, complaints: list[str]
) -> None:
    book.route(SEND, lambda route: route.abort())
    write_down(book, target)
    is_unsent(book, 1)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept() if len(asked) > 1 else dialog.dismiss()

    book.on("dialog", answer)
    book.goto(reverse("account_logout"))
    out = book.locator("main form [type=submit]")
    tap(out)
    expect(out).to_be_visible()
    press(out)
    assert ["还有 1 条走访没有发出" in one for one in asked] == [True, True]
    assert [one.get("key") for one in rows(book, "keys")] == [None]
    assert [one["door"] for one in rows(book, "doors")] == [str(target.pk)]
    assert len(rows(book, "queue")) == 1
    book.unroute(SEND)
    act_as(book, leader)
    book.goto(BOOK)
    is_sent(book)
    assert len(visits(target)) == 1
    complaints.clear()


def test_500_visits_are_sent_one_after_another(book: Page, context: BrowserContext, target: Target) -> None:
    context.set_offline(True)
    open_door(book, target)
    book.evaluate(
        """async ([store, target, household]) => {
            const book = await import(store);
            const fields = {};
            for (const [name, value] of new FormData(document.querySelector("form.visit"))) {
                if (typeof value === "string") (fields[name] ??= []).push(value);
            }
            fields.outcome = ["absent"];
            const door = { target, household };
            for (let at = 0; at < 500; at += 1) {
                await book.keep({ id: book.uuid7(), door, fields: { ...fields, note: [`${at}`] } });
            }
        }""",
        [STORE, str(target.pk), str(target.household_id)],
    )
    book.reload()
    is_unsent(book, 500)
    # Every 25th goes to the portal: how many it can take a second is measured elsewhere.
    book.evaluate(
        """() => {
            window.sent = [];
            const real = window.fetch;
            window.fetch = (address, options) => {
                if (!address.pathname.endsWith("/book/visits/")) return real(address, options);
                const { id } = JSON.parse(options.body);
                if (window.sent.push(id) % 25 === 0) return real(address, options);
                const answer = JSON.stringify({ id, url: "/", photos: [], review: false });
                const headers = { "Content-Type": "application/json" };
                return Promise.resolve(new Response(answer, { status: 201, headers }));
            };
        }"""
    )
    context.set_offline(False)
    is_sent(book, 8 * PATIENCE)
    sent = book.evaluate("window.sent")
    assert (len(sent), sent) == (500, sorted(set(sent)))
    assert {int(visit.note) for visit in visits(target)} == set(range(24, 500, 25))
    assert len(visits(target)) == 20


def test_the_file_of_what_is_unsent_is_read_by_the_portal_only(
    book: Page, browser: Browser, context: BrowserContext, portal: str, target: Target, leader: User
) -> None:
    context.set_offline(True)
    open_door(book, target)
    note(book, "手机要送去修。")
    book.set_input_files("form.visit [name=photos]", a_photo())
    expect(book.locator(".walk-photos li")).to_have_count(1)
    save(book)
    is_unsent(book, 1)
    with book.expect_download() as waiting:
        tap(book.locator("[data-walk=export]"))
    text = waiting.value.path().read_text(encoding="utf-8")
    assert "手机要送去修" not in text
    file = json.loads(text)
    assert (file["format"], file["user"]) == ("gongzhi-walk-book-1", str(leader.pk))
    [record], [photo] = file["records"], file["photos"]
    plain = keys.opened(b64decode(record["data"]), nonce=b64decode(record["iv"]), name=record["id"], user_id=leader.pk)
    assert json.loads(plain)["fields"]["note"] == ["手机要送去修。"]
    assert json.loads(plain)["photos"] == [photo["hash"]]

    # Brought in from another device; when the phone has signal again after all, it is told that all of it is there.
    desk = browser.new_context(**SCREENS["desk"], base_url=portal, locale="zh-CN")
    desk.set_default_timeout(PATIENCE)
    office = desk.new_page()
    act_as(office, leader)
    office.goto(reverse("visits:book_file"))
    office.set_input_files("input[type=file]", waiting.value.path())
    press(office.locator("main form [type=submit]"))
    expect(office.locator("main tbody tr")).to_have_count(1)
    desk.close()
    [visit] = visits(target)
    assert (visit.note, VisitPhoto.objects.unscoped(reason=OURS).filter(visit=visit).count()) == ("手机要送去修。", 1)
    context.set_offline(False)
    is_sent(book)
    assert len(visits(target)) == 1


def test_the_form_of_the_portal_goes_through_the_book(
    page: Page, context: BrowserContext, target: Target, household: Household, leader: User, complaints: list[str]
) -> None:
    act_as(page, leader)
    open_book(page)
    field = f"r-{household.head.pk.hex}-phone"
    page.goto(target.get_absolute_url())
    tap(page.locator(f"details:has([name='{field}']) > summary").first)
    tap(page.locator(f"label:has([name='{field}'][value=changed])"))
    page.fill(f"[name='{field}-new']", "12345")
    page.set_input_files("form.visit [name=photos]", a_photo())
    expect(page.locator(".walk-photos li")).to_have_count(1)
    press(page.locator("form.visit [name=rest]"))
    # The server draws what is wrong, and the photo is still there.
    expect(page.locator(".errors li")).to_have_count(1)
    expect(page.locator(".walk-photos li")).to_have_count(1)
    page.fill(f"[name='{field}-new']", "13987654321")
    context.set_offline(True)
    tap(page.locator("form.visit [name=rest]"))
    expect(page).to_have_url(re.compile(f"{BOOK}$"))
    is_unsent(page, 1)
    assert visits(target) == []
    context.set_offline(False)
    is_sent(page)
    [visit] = visits(target)
    assert VisitPhoto.objects.unscoped(reason=OURS).filter(visit=visit).count() == 1

    page.goto(reverse("visits:record_household", args=[household.pk]))
    note(page, "顺路又去了一次。")
    press(page.locator("form.visit [name=rest]"))
    again = Visit.objects.unscoped(reason=OURS).get(note="顺路又去了一次。")
    expect(page).to_have_url(re.compile(f"{again.get_absolute_url()}$"))
    assert abs(again.visited_at - clock.now()) < timedelta(minutes=5)
    assert Device.objects.unscoped(reason=OURS).get(user=leader).unsent == 0
    complaints.clear()
