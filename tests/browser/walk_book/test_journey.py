"""The walk book on a phone: without signal, in a tab that is killed, with hundreds of visits, and in a file."""

import json
import re
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from community.models import User
from core import clock
from grids.models import Household
from tests.browser.conftest import PATIENCE, SCREENS
from tests.browser.visitor import a_photo, act_as, axe, press, shot, tap
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
from visits.book import keys
from visits.models import Device, Target, Visit, VisitPhoto

pytestmark = [
    pytest.mark.parametrize("screen", ["phone"]),
    pytest.mark.parametrize("language", ["zh-CN"]),
]
STORE = "/static/js/walk_book.js"


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
