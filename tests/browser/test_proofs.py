"""A household follows its own payment from the published quarter to the code on the wall, and checks it alone."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.quarters import Quarter
from property.models import Voucher
from property.publication import seal
from tests.browser.visitor import ENDS, act_as, axe, press, said, shot, tap, text_of
from tests.factories import full_committee_of, resident_of
from tests.property.fee_payments import home_of, pay, publish

OURS = "what the pages made"
VERIFIER = Path(settings.BASE_DIR, "docs", "verify", "verify.py")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
@pytest.mark.parametrize("care", [True], ids=["care"])
def test_a_household_checks_its_payment(
    page: Page, portal: str, language: str, javascript: bool, tmp_path: Path
) -> None:
    committee = full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])
    committee.post(Voucher.objects.unscoped(reason=OURS).get(book=committee.book, kind="opening"))
    own, other, nobody = (home_of(committee) for _number in range(3))
    pay(committee, own, "360.00")
    pay(committee, other, "120.50")
    published = publish(committee, Quarter(2025, 4))

    act_as(page, resident_of(own))
    page.goto(reverse("property:quarter", args=[published.pk]))
    press(page.get_by_role("link", name=said(language, "看我家的证明")))
    expect(page.locator("main")).to_contain_text("360.00")
    expect(page.locator("main")).to_contain_text("480.50")
    expect(page.locator("main")).to_contain_text(seal.grouped(published.check_code))
    shot(page, f"proof-{language}")
    if javascript:
        assert axe(page) == []
    with page.expect_download() as begun:
        tap(page.get_by_role("link", name=said(language, "下载证明文件")))
    file = tmp_path / "proof.json"
    begun.value.save_as(file)
    checked = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(file), seal.grouped(published.check_code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "360.00" in checked.stdout
    paper = tmp_path / "proof.pdf"
    url = page.get_by_role("link", name=said(language, "打印证明")).get_attribute("href") or ""
    paper.write_bytes(page.request.get(url).body())
    assert "360.00" in text_of(paper)

    act_as(page, resident_of(nobody))
    page.goto(reverse("property:proof", args=[published.pk]))
    expect(page.locator("main")).to_contain_text(said(language, "您家这个季度没有交费的记录。"))
    shot(page, f"proof-none-{language}")
