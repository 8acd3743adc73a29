"""Budget, recurring vouchers, cash counts, hand-overs, audits and opening balances, seen and done in a browser."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import User
from community.roles import Role
from core import clock
from core.quarters import Month
from core.spreadsheets import write_xlsx
from property import entries
from property.actions import Paper
from property.budget.actions import Planned, approve_budget, draft_budget
from property.counts.actions import count_cash, witness_count
from property.handover.actions import begin_handover
from property.models import CashCount, Handover, Voucher
from property.recurring.actions import make_recurring
from tests.browser.visitor import ENDS, act_as, axe, press, shot
from tests.factories import (
    BuildingFactory,
    FullCommittee,
    HouseholdFactory,
    appoint,
    full_committee_of,
    small_photo,
)


@pytest.fixture
def committee(portal: str) -> FullCommittee:
    """A book of some months with a bit of everything."""
    today = clock.today()
    begun = Month.of(today).previous().previous().start
    made = full_committee_of(
        opened_on=begun, opening=[("1001", "fee", Decimal("580.00")), ("1002", "fee", Decimal("56000.00"))]
    )
    for office, name in (
        ("bookkeeper", "陈会计"),
        ("cashier", "钱出纳"),
        ("chair", "赵主任"),
        ("supervisor", "孙监督"),
    ):
        User.objects.filter(pk=getattr(made, office).pk).update(name=name)
        getattr(made, office).name = name
    made.post(Voucher.objects.unscoped(reason="made here").get())
    photo = small_photo()
    made.post(amount=Decimal("860.00"), item="510106", summary="修 3 幢水泵", payee="王师傅", papers=[
        Paper(photo.content, "发票.jpg", photo.content_type)])  # fmt: skip
    made.draft(summary="买灯泡 20 只", day=today)
    plan = [
        Planned(made.account(code), "fee", Decimal(amount))
        for code, amount in (("430101", 120_000), ("510101", 48_000), ("510106", 800), ("520101", 600))
    ]
    budget = draft_budget(made.book, by=made.bookkeeper, year=today.year, lines=plan)
    approve_budget(budget, by=made.chair, revision=1, resolution_ref="居民会议 3 号")
    draft_budget(made.book, by=made.bookkeeper, year=today.year, lines=plan, reason="电梯大修追加")
    item = entries.Item(made.account("510101"), "fee", Decimal("1800.00"))
    make_recurring(
        made.book,
        by=made.bookkeeper,
        kind="payment",
        summary="门卫工资",
        lines=entries.paid([item], made.account("1002")),
        day=1,
        every=1,
        first=Month.of(begun),
    )
    count = count_cash(
        made.book,
        by=made.cashier,
        account=made.account("1001"),
        pieces={10_000: 5, 5_000: 1, 1_000: 2},
        explanation="不明",
    )
    witness_count(count, by=made.supervisor)
    return made


def pages(committee: FullCommittee) -> list[tuple[User, str, str]]:
    """Who looks at what, by name."""
    book = committee.book
    handover = begin_handover(
        book,
        by=committee.cashier,
        office="cashier",
        leaving=committee.cashier,
        successor=committee.reviewer,
        note="公章一枚\n空白收据两本",
    )
    auditor = appoint(Role.AUDITOR, book.estate, ends_on=clock.today() + timedelta(days=30))
    count = CashCount.objects.unscoped(reason="made here").get()
    voucher = Voucher.objects.unscoped(reason="made here").get(summary="修 3 幢水泵")
    year = [book.pk, clock.today().year]
    month = str(Month.of(book.opened_on))
    of_book = [book.pk]
    return [
        (committee.bookkeeper, reverse("property:book", args=of_book), "book"),
        (committee.chair, reverse("property:budget", args=year), "budget"),
        (committee.bookkeeper, reverse("property:budget_edit", args=year), "budget-form"),
        (committee.chair, reverse("property:budget_approve", args=year), "budget-approve"),
        (committee.bookkeeper, reverse("property:recurring", args=of_book), "recurring"),
        (committee.bookkeeper, reverse("property:recurring_new", args=[book.pk, "payment"]), "recurring-form"),
        (committee.cashier, reverse("property:cash_counts", args=of_book), "cash"),
        (committee.cashier, reverse("property:cash_count_new", args=of_book), "cash-form"),
        (committee.bookkeeper, count.get_absolute_url(), "cash-count"),
        (committee.cashier, handover.get_absolute_url(), "handover"),
        (committee.cashier, reverse("property:handover_new", args=of_book), "handover-form"),
        (auditor, reverse("property:audit_openings", args=of_book), "audit"),
        (auditor, reverse("property:audit_purpose", args=of_book), "audit-purpose"),
        (auditor, voucher.get_absolute_url(), "audit-voucher"),
        (committee.bookkeeper, reverse("property:opening", args=of_book), "opening"),
        (committee.bookkeeper, reverse("property:month_close", args=[book.pk, month]), "month-end"),
        (committee.bookkeeper, reverse("property:voucher_new", args=[book.pk, "payment"]), "voucher-form"),
    ]


@pytest.mark.parametrize(
    ("screen", "language", "care"), [("phone", "zh-CN", True), ("desk", "en", False)], ids=["care", "desk"]
)
def test_every_page_is_for_everybody(page: Page, committee: FullCommittee, care: bool) -> None:
    if care:
        page.set_viewport_size({"width": 320, "height": 700})
    found = []
    for user, address, name in pages(committee):
        act_as(page, user)
        page.goto(address)
        shot(page, f"books-{name}")
        found += axe(page)
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{name} is wider than the screen")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_cash_is_counted_by_two(page: Page, committee: FullCommittee, language: str) -> None:
    act_as(page, committee.cashier)
    page.goto(reverse("property:cash_count_new", args=[committee.book.pk]))
    page.fill("[name=piece_10000]", "5")
    page.fill("[name=piece_5000]", "1")
    page.fill("[name=piece_1000]", "3")
    press(page.locator("form.panel [type=submit]"))
    address = page.url
    act_as(page, committee.chair)
    page.goto(address)
    press(page.locator("form[action$='witness/'] [type=submit]"))
    count = CashCount.objects.unscoped(reason="made here").latest("counted_at")
    assert (count.difference, count.witnessed_by) == (0, committee.chair)


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_an_office_is_handed_over(page: Page, committee: FullCommittee, language: str) -> None:
    act_as(page, committee.cashier)
    page.goto(reverse("property:handover_new", args=[committee.book.pk]))
    page.select_option("[name=held]", index=1)
    page.select_option("[name=successor]", value=str(committee.reviewer.pk))
    page.fill("[name=note]", "公章一枚")
    press(page.locator("form.panel [type=submit]"))
    address = page.url
    for who in (committee.cashier, committee.reviewer, committee.chair):
        act_as(page, who)
        page.goto(address)
        press(page.locator("form[action$='sign/'] [type=submit]"))
    assert Handover.objects.unscoped(reason="made here").get().state == "done"


@pytest.mark.parametrize(("screen", "language"), [("desk", "zh-CN")])
def test_a_table_of_opening_balances_is_looked_at_and_taken_in(page: Page, committee: FullCommittee) -> None:
    building = BuildingFactory(estate=committee.book.estate, grid__community=committee.book.community, number="3")
    HouseholdFactory(dwelling__unit__building=building, dwelling__unit__number="2", dwelling__room_no="501")
    content = write_xlsx("期初", ["门牌", "欠费"], [["3-2-501", 120], ["3-2-999", 5]])
    act_as(page, committee.bookkeeper)
    page.goto(reverse("property:opening", args=[committee.book.pk]))
    page.set_input_files("[name=file]", {"name": "期初.xlsx", "mimeType": "application/zip", "buffer": content})
    press(page.locator("form.panel [type=submit]"))
    expect(page.get_by_text("登记里没有这一户")).to_be_visible()
    shot(page, "books-opening-seen")
    assert not axe(page)
