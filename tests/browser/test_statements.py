"""The cashier sends the bank's statement, looks at it, takes it in and says what each row is."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from core import clock
from core.quarters import Month
from property.fees import actions as fees
from property.models import Payment, StatementRow
from tests.browser.visitor import ENDS, act_as, axe, press, said, shot
from tests.factories import (
    BuildingFactory,
    DwellingFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    UnitFactory,
    committee_of,
)
from tests.grids.roster_pages import work_off


def _statement() -> str:
    first = Month.of(clock.today()).start
    return (
        "中国某某银行账户明细\n交易日期,摘要,对方户名,收入,支出,余额,流水号\n"
        f"{first},3-2-501物业费,王建国,180.00,,1180.00,A1\n"
        f"{first},公共用电,国网电力有限公司,,80.00,1100.00,A2\n"
        f"{first},物业费,李秀英,90.00,,1190.00,A3\n{first},利息,,1.23,,1191.23,A4\n"
    )


@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_banks_file_to_matched_rows(
    page: Page, portal: str, language: str, javascript: bool, care: bool
) -> None:
    committee = committee_of(opened_on=(Month.of(clock.today()).start - timedelta(days=1)).replace(day=1))
    grid = BuildingFactory(estate=committee.book.estate, grid__community=committee.book.community, number="3")
    flat = DwellingFactory(unit=UnitFactory(building=grid, number="2"), room_no="501", area=10000)
    household = HouseholdFactory(dwelling=flat)
    MembershipFactory(household=household, resident=ResidentFactory(community=household.community, name="王建国"))
    fees.add_schedule(
        committee.book,
        by=committee.bookkeeper,
        name="物业费",
        basis="household",
        rate=Decimal("60"),
        account=committee.account("430101"),
        first=Month.of(clock.today()),
    )
    mark = "care-" if care else ""
    act_as(page, committee.cashier)
    page.goto(reverse("property:statements", args=[committee.book.pk]))
    _look(page, javascript, f"{mark}statements")
    file = {"name": "工行.csv", "mimeType": "text/csv", "buffer": _statement().encode("gb18030")}
    page.set_input_files("[name=file]", file)
    press(page.locator("main form [type=submit].btn-primary"))
    _follow(page)
    _look(page, javascript, f"{mark}statement-preview")
    assert "王建国" not in page.inner_text("main")
    press(page.locator("[name=do][value=apply]"))
    _follow(page)
    _look(page, javascript, f"{mark}statement-done")
    press(page.locator("main .actions a.btn-primary"))
    _look(page, javascript, f"{mark}statement-rows")
    press(page.locator("form.sure [type=submit]"))
    assert Payment.objects.get().household == household
    page.goto(StatementRow.objects.get(reference="A3").get_absolute_url())
    page.fill("main [name=q]", "3-2-501")
    press(page.locator("main form[role=search] [type=submit]"))
    _look(page, javascript, f"{mark}statement-row")
    assert page.locator("main form:has([name=choice])").count() == 1
    page.fill("[name=note]", "替住户代交，等他来说明")
    press(page.locator("form:has([name=note]) [type=submit]"))
    _look(page, javascript, f"{mark}statement-row-aside")
    page.goto(StatementRow.objects.get(reference="A1").get_absolute_url())
    _look(page, javascript, f"{mark}statement-row-matched")
    assert said(language, "已经对上") in page.inner_text("main")


def _follow(page: Page) -> None:
    """Let the worker work, then go where the job's page says the result is."""
    job = page.url
    page.goto("about:blank")
    work_off()
    page.goto(job)
    press(page.locator("main .actions a.btn-primary"))


def _look(page: Page, javascript: bool, name: str) -> None:
    """A picture where asked for; with scripts also: no barrier, no sideways scrolling."""
    shot(page, name)
    if javascript:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert axe(page) == []
