"""The committee's quarter: vouchers through three offices, a month closed, five signatures, the sheet on the wall."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import Appointment, User
from core import clock
from core.quarters import Quarter
from property import actions as books
from property import entries
from property.entries import Item
from property.models import LedgerMonth, Publication, Voucher
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, press_twice, shot, tap, text_of
from tests.factories import (
    BuildingFactory,
    FullCommittee,
    GridFactory,
    full_committee_of,
    household_in,
    resident_of,
)

OURS = "what the pages made"
State = Voucher.State
QUARTER = Quarter.of(clock.today()).previous()
FIRST, SECOND, LAST = QUARTER.months
VOUCHER = r"/vouchers/[0-9a-f-]{36}/$"


@pytest.fixture
def committee(portal: str) -> FullCommittee:
    """A book that begins with the last quarter: two months posted and closed, in the third a receipt."""
    found = full_committee_of(opened_on=FIRST.start, opening=[("1002", "fee", Decimal("5000.00"))])
    found.post(Voucher.objects.unscoped(reason=OURS).get(book=found.book, kind="opening"))
    for month in QUARTER.months:
        item = Item(found.account("430101"), "fee", Decimal("800.00"))
        lines = entries.received([item], found.account("1002"))
        found.post(kind="receipt", day=month.start, summary="收物业费", lines=lines)
        if month != LAST:
            found.post(day=month.start, summary="门卫工资", item="510101", amount=Decimal("450.00"), payee="王建国")
    open_months = LedgerMonth.objects.unscoped(reason=OURS).filter(book=found.book, state="open").order_by("month")
    for month in open_months.filter(month__lt=str(LAST)):
        books.close_month(month, by=found.bookkeeper)
    return found


@pytest.fixture
def resident(committee: FullCommittee) -> User:
    estate = committee.book.estate
    building = BuildingFactory(grid=GridFactory(community=estate.community), estate=estate)
    return resident_of(household_in(building.grid, dwelling__unit__building=building))


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, name)
    if javascript:
        assert axe(page) == []


def submit(page: Page, inside: str = "main form") -> None:
    press(page.locator(f"{inside} [type=submit].btn-primary").first)


def fill_payment(page: Page, committee: FullCommittee, *, day: date, amount: str = "320.50") -> None:
    page.goto(reverse("property:voucher_new", args=[committee.book.pk, "payment"]))
    page.fill("[name=day]", day.isoformat())
    page.fill("[name=payee]", "陆师傅")
    page.fill("[name=summary]", "修大门门禁，换锁体")
    page.select_option("[name=line-0-account]", "510106")
    page.fill("[name=line-0-amount]", amount)
    page.set_input_files("[name=papers]", a_photo("发票.jpg"))


def voucher_of(page: Page) -> Voucher:
    """The voucher whose page is open."""
    expect(page).to_have_url(re.compile(VOUCHER))
    found: Voucher = Voucher.objects.unscoped(reason=OURS).get(pk=page.url.rstrip("/").rsplit("/", 1)[1])
    return found


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_quarter_from_the_voucher_to_the_wall(
    page: Page, javascript: bool, committee: FullCommittee, resident: User, tmp_path: Path
) -> None:
    book = committee.book

    def look(name: str) -> None:
        seen(page, javascript, name)

    # The bookkeeper: a payment with its invoice.
    act_as(page, committee.bookkeeper)
    page.goto("/")
    look("today-bookkeeper")
    page.goto(book.get_absolute_url())
    look("book")
    press(page.locator(f"a[href='{reverse('property:voucher_kinds', args=[book.pk])}']").first)
    look("voucher-kinds")
    press(page.locator(f"a[href='{reverse('property:voucher_new', args=[book.pk, 'payment'])}']"))
    look("voucher-new")
    fill_payment(page, committee, day=LAST.start, amount="320.505")
    submit(page, "main form .actions:last-child")
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("[name=summary]")).to_have_value("修大门门禁，换锁体")
    look("voucher-wrong")
    page.fill("[name=line-0-amount]", "320.50")
    page.set_input_files("[name=papers]", a_photo("发票.jpg"))
    press(page.locator("[name=submit]"))
    voucher = voucher_of(page)
    assert (voucher.state, voucher.amount) == (State.SUBMITTED, Decimal("320.50"))
    look("voucher-submitted")
    for step in ("voucher_review", "voucher_settle"):
        answer = page.goto(reverse(f"property:{step}", args=[voucher.pk]))
        assert answer is not None
        assert answer.status == 403, "whoever drafts a voucher takes no other step of it"

    # The reviewer reads it and approves it, and cannot settle it.
    act_as(page, committee.reviewer)
    page.goto("/")
    press(page.locator(f"main a[href='{reverse('property:voucher_review', args=[voucher.pk])}']").first)
    expect(page.locator(".photos img")).to_have_count(1)
    look("voucher-review")
    submit(page)
    assert fresh(voucher).state == State.REVIEWED
    answer = page.goto(reverse("property:voucher_settle", args=[voucher.pk]))
    assert answer is not None
    assert answer.status == 403

    # The cashier settles it: posted, numbered, unchangeable.
    act_as(page, committee.cashier)
    page.goto("/")
    press(page.locator(f"main a[href='{reverse('property:voucher_settle', args=[voucher.pk])}']").first)
    look("voucher-settle")
    page.fill("[name=settled_on]", LAST.start.isoformat())
    expect(page.locator("[name=means][value=bank]")).to_be_checked()
    submit(page)
    assert fresh(voucher).state == State.POSTED
    expect(page.locator(".page-head")).to_contain_text(str(LAST))
    look("voucher-posted")

    # The month closes.
    act_as(page, committee.bookkeeper)
    page.goto("/")
    press(page.locator(f"main a[href='{reverse('property:month_close', args=[book.pk, str(LAST)])}']").first)
    look("month-close")
    submit(page, ".confirm")
    assert LedgerMonth.objects.unscoped(reason=OURS).get(book=book, month=str(LAST)).is_closed
    look("book-closed")

    # The quarter is drafted, filled in, signed by five people, and published.
    page.goto("/")
    press(page.locator(f"main a[href='{reverse('property:quarter_new', args=[book.pk, str(QUARTER)])}']").first)
    look("quarter-new")
    submit(page)
    quarter = Publication.objects.unscoped(reason=OURS).get(book=book)
    look("quarter-draft")
    act_as(page, committee.cashier)
    page.goto("/")
    press(page.locator(f"main a[href='{reverse('property:quarter_edit', args=[quarter.pk])}']").first)
    closing = "6,179.50"  # 5,000 + 3 × 800 − 2 × 450 − 320.50
    expect(page.locator("main")).to_contain_text(closing)
    page.fill("[name=balance_1002]", closing)
    page.fill("[name=counted_on_1002]", clock.today().isoformat())
    page.fill("[name=places]", "小区公告栏，各单元门口")
    page.fill("[name=contact]", "0511-12345678")
    page.fill("[name=inspection_hours]", "每周三下午 2–4 点，门卫室")
    page.fill("[name=notes]", "大门门禁用了九年，锁体换了新的。")
    look("quarter-form")
    submit(page)
    look("quarter-filled")
    for signer in committee.signers:
        act_as(page, signer)
        page.goto("/")
        press(page.locator(f"main a[href='{reverse('property:quarter_sign', args=[quarter.pk])}']").first)
        expect(page.locator(".confirm")).to_contain_text(closing)
        if signer == committee.bookkeeper:
            look("quarter-sign")
        submit(page, ".confirm")
        expect(page.locator("main")).to_contain_text(signer.name)
        page.goto(reverse("property:quarter_sign", args=[quarter.pk]))
        submit(page, ".confirm")
        expect(page.locator(".errors")).to_be_visible()
    act_as(page, committee.chair)
    page.goto("/")
    press(page.locator(f"main a[href='{reverse('property:quarter_publish', args=[quarter.pk])}']").first)
    look("quarter-publish")
    press_twice(page.locator(".confirm [type=submit]"), f"{quarter.get_absolute_url()}$")
    quarter.refresh_from_db()
    assert quarter.state == "published"

    # A resident opens it from the first page and takes the PDF home.
    act_as(page, resident)
    page.goto("/")
    look("home-with-quarter")
    press(page.locator(f"a.tile[href='{quarter.get_absolute_url()}']"))
    for words in (closing, "320.50", "门禁"):
        expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("main")).not_to_contain_text("陆师傅")
    expect(page.locator("main svg[role=img], main .chart svg")).not_to_have_count(0)
    look("quarter")
    with page.expect_download() as download:
        tap(page.locator(f"main a[href='{reverse('property:quarter_pdf', args=[quarter.pk])}']"))
    paper = tmp_path / "quarter.pdf"
    download.value.save_as(paper)
    assert paper.read_bytes().startswith(b"%PDF-")
    printed = "".join(text_of(paper).split())
    assert quarter.hash in printed
    assert quarter.check_code in printed
    assert "320.50" in printed

    # A passer-by types the code that is printed on the sheet.
    page.context.clear_cookies()
    page.goto("/")
    press(page.locator(f"a[href='{reverse('property:check')}']").first)
    page.fill("[name=code]", "1234")
    submit(page)
    expect(page.locator(".errors")).to_be_visible()
    look("check-wrong")
    typed = f"{quarter.check_code[:4]}-{quarter.check_code[4:8]} {quarter.check_code[8:].lower()}"
    page.fill("[name=code]", typed)
    submit(page)
    expect(page.locator(".page-head .is-good")).to_be_visible()
    shown = re.sub(r"\s", "", page.locator("main").inner_text())
    assert quarter.hash in shown
    expect(page.locator("main")).to_contain_text(closing)
    look("checked")
    with page.expect_download() as download:
        tap(page.locator(f"main a[href*='{reverse('property:check_pdf')}']"))
    same = tmp_path / "same.pdf"
    download.value.save_as(same)
    assert same.read_bytes() == paper.read_bytes()


def fresh(voucher: Voucher) -> Voucher:
    found: Voucher = Voucher.objects.unscoped(reason=OURS).select_related("month").get(pk=voucher.pk)
    return found


# What goes wrong on the way ------------------------------------------------------------------------------------------

NARROW = pytest.mark.parametrize(("screen", "language", "javascript"), [("phone", "zh-CN", False)], ids=["phone"])


@NARROW
def test_whoever_drafted_a_voucher_does_not_review_it_after_a_change_of_office(
    page: Page, committee: FullCommittee
) -> None:
    voucher = books.submit(committee.draft(day=LAST.start), by=committee.bookkeeper)
    held = Appointment.objects.unscoped(reason="the offices change hands").filter(estate=committee.book.estate)
    held.filter(office="reviewer").delete()
    held.filter(office="bookkeeper").update(office="reviewer")
    act_as(page, committee.bookkeeper)
    page.goto(reverse("property:voucher_review", args=[voucher.pk]))
    expect(page.locator("main form[method=post] [type=submit].btn-primary")).to_have_count(0)
    expect(page.locator("main .notice")).not_to_have_count(0)
    shot(page, "voucher-review-own")
    assert fresh(voucher).state == State.SUBMITTED


@NARROW
def test_a_voucher_sent_twice_is_one_voucher(page: Page, committee: FullCommittee) -> None:
    act_as(page, committee.bookkeeper)
    made = Voucher.objects.unscoped(reason=OURS).filter(summary="修大门门禁，换锁体")
    fill_payment(page, committee, day=LAST.start)
    press_twice(page.locator("[name=submit]"), VOUCHER)
    assert voucher_of(page) == made.get()
    page.go_back()
    press(page.locator("[name=submit]"))
    page.reload()
    assert made.count() == 1


@NARROW
def test_a_voucher_goes_back_with_a_word_and_comes_again(page: Page, committee: FullCommittee) -> None:
    act_as(page, committee.bookkeeper)
    fill_payment(page, committee, day=LAST.start)
    press(page.locator("[name=submit]"))
    voucher = voucher_of(page)
    act_as(page, committee.reviewer)
    page.goto(reverse("property:voucher_review", args=[voucher.pk]))
    page.fill("[name=note]", "请补上门锁的收据。")
    press(page.locator("form:has([name=note]) [type=submit]"))
    assert fresh(voucher).state == State.RETURNED
    act_as(page, committee.bookkeeper)
    page.goto("/")
    press(page.locator(f"main a[href='{voucher.get_absolute_url()}']").first)
    expect(page.locator("main")).to_contain_text("请补上门锁的收据。")
    shot(page, "voucher-returned")
    press(page.locator(f"a[href='{reverse('property:voucher_edit', args=[voucher.pk])}']"))
    expect(page.locator("[name=summary]")).to_have_value("修大门门禁，换锁体")
    expect(page.locator("[name=line-0-amount]")).to_have_value("320.50")
    page.set_input_files("[name=papers]", a_photo("收据.jpg", "khaki"))
    press(page.locator("[name=submit]"))
    assert fresh(voucher).state == State.SUBMITTED
    expect(page.locator(".photos img")).to_have_count(2)


@NARROW
def test_a_closed_month_and_a_spend_above_the_limit_are_refused_kindly(page: Page, committee: FullCommittee) -> None:
    act_as(page, committee.bookkeeper)
    for day, amount in ((FIRST.start, "100"), (LAST.start, "2600")):
        fill_payment(page, committee, day=day, amount=amount)
        press(page.locator("[name=submit]"))
        expect(page.locator(".errors")).to_be_visible()
        expect(page.locator("[name=line-0-amount]")).to_have_value(amount)
        expect(page.locator("[name=payee]")).to_have_value("陆师傅")
    shot(page, "voucher-above-limit")
    assert not Voucher.objects.unscoped(reason=OURS).filter(summary="修大门门禁，换锁体").exists()
    page.fill("[name=resolution_ref]", "2026 年第 3 次居民会议第 2 号决议")
    page.set_input_files("[name=scan]", a_photo("决议.jpg"))
    press(page.locator("[name=submit]"))
    assert voucher_of(page).state == State.SUBMITTED


@NARROW
def test_what_was_done_in_the_meantime_is_told(page: Page, committee: FullCommittee) -> None:
    voucher = books.submit(committee.draft(day=LAST.start), by=committee.bookkeeper)
    act_as(page, committee.reviewer)
    page.goto(reverse("property:voucher_review", args=[voucher.pk]))
    books.send_back(voucher, by=committee.reviewer, version=voucher.version, note="请补发票。")
    submit(page)
    expect(page.locator(".errors, .messages .notice").first).to_be_visible()
    shot(page, "voucher-second")
    assert fresh(voucher).state == State.RETURNED
