"""The walk book in trouble: a full phone, a wrong clock, a server that fails, a lost answer, somebody else at it."""

import io
import json
import os
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import APIResponse, Browser, BrowserContext, Dialog, Page, Route, expect

from community.models import User
from community.roles import Role
from core import clock
from grids.models import Grid, Household
from tests.browser.conftest import PATIENCE, SCREENS
from tests.browser.visitor import Upload, a_photo, act_as, axe, press, shot, tap
from tests.browser.walk_book.phone import (
    BOOK,
    OURS,
    SEND,
    is_sent,
    is_unsent,
    line,
    note,
    open_book,
    open_door,
    rows,
    save,
    visits,
    write_down,
)
from tests.factories import GridFactory, UserFactory, appoint
from visits.models import Conflict, Target, VisitPhoto

pytestmark = [
    pytest.mark.parametrize("screen", ["phone"]),
    pytest.mark.parametrize("language", ["zh-CN"]),
]


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
