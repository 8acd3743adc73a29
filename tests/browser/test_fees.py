"""Fees from the rate to the receipt: a bookkeeper bills, a cashier takes money at a door, a household reads it."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.check_codes import shown
from community.models import User
from core import clock
from core.quarters import Month
from grids.models import Household
from property.fees.receipts import code_of
from property.models import BillingRun, FeeSchedule, Payment
from tests.browser.visitor import ENDS, act_as, axe, press, press_twice, shot, tap, text_of
from tests.factories import (
    BuildingFactory,
    Committee,
    GridFactory,
    MembershipFactory,
    committee_of,
    household_in,
    resident_of,
)

OURS = "what the pages made"
THIS = Month.of(clock.today())
PAYMENT = r"/fees/payments/[0-9a-f-]{36}/$"


@pytest.fixture
def committee(portal: str) -> Committee:
    return committee_of(opened_on=THIS.start)


@pytest.fixture
def home(committee: Committee) -> Household:
    estate = committee.book.estate
    building = BuildingFactory(grid=GridFactory(community=estate.community), estate=estate)
    found = household_in(building.grid, dwelling__unit__building=building, dwelling__area=6108)
    found.head = MembershipFactory(household=found, resident__name="王建国").resident
    found.save()
    return found


@pytest.fixture
def resident(home: Household) -> User:
    return resident_of(home)


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, f"fees/{name}")
    if javascript:
        assert axe(page) == []


def the_payment() -> Payment:
    found: Payment = Payment.objects.unscoped(reason=OURS).select_related("account").get()
    return found


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_fees_from_the_rate_to_the_receipt(
    page: Page, javascript: bool, committee: Committee, home: Household, resident: User, tmp_path: Path
) -> None:
    book = committee.book

    def look(name: str) -> None:
        seen(page, javascript, name)

    # The bookkeeper sets a rate, looks at what a run comes to, and makes it.
    act_as(page, committee.bookkeeper)
    page.goto(reverse("property:fee_schedule_add", args=[book.pk]))
    page.fill("[name=name]", "物业费")
    page.check("[name=basis][value=area]")
    page.fill("[name=rate]", "0.5555555")
    press(page.locator("main form .btn-primary"))
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("物业费")
    look("rate-wrong")
    page.fill("[name=rate]", "0.55")
    press(page.locator("main form .btn-primary"))
    assert FeeSchedule.objects.unscoped(reason=OURS).get().rate == Decimal("0.55")
    look("rates")
    page.goto(reverse("property:billing_run_new", args=[book.pk]))
    page.fill("[name=first]", str(THIS))
    page.fill("[name=last]", str(THIS))
    page.fill("[name=due_on]", (clock.today() + timedelta(days=10)).isoformat())
    press(page.locator("main form[method=get] [type=submit]"))
    expect(page.locator(".confirm")).to_contain_text("33.59")
    look("run-looked-at")
    assert not BillingRun.objects.unscoped(reason=OURS).exists()
    press(page.locator(".confirm [type=submit]"))
    run = BillingRun.objects.unscoped(reason=OURS).get()
    expect(page).to_have_url(re.compile(f"{run.get_absolute_url()}$"))
    look("run")

    # The cashier at the door: the way in, the household, the way of paying.
    act_as(page, committee.cashier)
    page.goto("/")
    press(page.locator(f".nav-main a[href='{reverse('property:fees_home')}']"))
    look("fees")
    page.fill("main [name=q]", "王建国")
    press(page.locator("main form[role=search] [type=submit]"))
    expect(page.locator("[name=amount]")).to_have_value("33.59")
    expect(page.locator("main")).not_to_contain_text("王建国")
    look("take")
    page.fill("[name=amount]", "40")
    press(page.locator("[name=look]"))
    expect(page.locator("main form .notice")).to_contain_text("6.41")
    look("take-looked-at")
    press_twice(page.locator("[name=means][value=wechat]"), PAYMENT)
    payment = the_payment()
    assert (payment.amount, payment.means, payment.account.code) == (Decimal("40.00"), "wechat", "100901")
    expect(page.locator("main")).to_contain_text(payment.receipt_no)
    look("receipt")

    # The household finds it on its first page, with how it was worked out, and takes the paper.
    act_as(page, resident)
    page.goto("/")
    press(page.locator(f"a.tile[href='{reverse('property:my_fees')}']"))
    for words in ("61.08", "0.55", "33.59", "6.41"):
        expect(page.locator("main")).to_contain_text(words)
    look("my-fees")
    press(page.locator(f"main a[href='{payment.get_absolute_url()}']"))
    look("my-receipt")
    paper = tmp_path / "receipt.pdf"
    answer = page.request.get(reverse("property:receipt_pdf", args=[payment.pk]))
    paper.write_bytes(answer.body())
    printed = "".join(text_of(paper).split())
    for words in (payment.receipt_no, "肆拾元整", shown(code_of(payment))):
        assert words in printed

    # A passer-by checks the paper.
    page.context.clear_cookies()
    page.goto(reverse("property:receipt_check"))
    page.fill("[name=number]", payment.receipt_no)
    page.fill("[name=code]", "1")
    press(page.locator("main form [type=submit]"))
    expect(page.locator(".errors")).to_be_visible()
    look("check-wrong")
    page.fill("[name=code]", shown(code_of(payment)).lower())
    press(page.locator("main form [type=submit]"))
    expect(page.locator(".page-head .is-good")).to_be_visible()
    expect(page.locator("main")).to_contain_text("40.00")
    expect(page.locator("main")).not_to_contain_text(home.dwelling.label)
    look("checked")

    # It was the wrong household: the cashier undoes it, and the paper says so.
    act_as(page, committee.cashier)
    page.goto(payment.get_absolute_url())
    press(page.locator(f"main a[href='{reverse('property:payment_undo', args=[payment.pk])}']"))
    page.fill("[name=reason]", "收的是隔壁的")
    look("undo")
    press(page.locator(".confirm [type=submit]"))
    page.goto(f"{reverse('property:receipt_check')}?number={payment.receipt_no}&code={code_of(payment)}")
    expect(page.locator(".page-head .is-warn")).to_be_visible()
    look("checked-undone")

    # The bookkeeper hands the day in.
    act_as(page, committee.bookkeeper)
    page.goto(reverse("property:fees", args=[book.pk]))
    tap(page.locator(f"main a[href='{reverse('property:fee_days', args=[book.pk])}']"))
    look("days")
