"""The posted sheet: every number in its text, the same hash, the same bytes from the same rows."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from community.files import path_of
from core.money import yuan
from core.quarters import Quarter
from property import entries
from property.entries import Item
from property.models import Publication
from property.publication import actions, printed, seal, sheet
from property.publication.rows import AssetRow, Outstanding, ResolutionRow, StaffRow
from tests.factories import full_committee_of

pytestmark = pytest.mark.django_db
AUTUMN = Quarter(2025, 4)


@pytest.fixture
def published():
    committee = full_committee_of(opened_on=date(2025, 10, 1), spending_limit=Decimal("99999.00"))
    money = committee.account("1002")
    for fund, account in (("fee", "430101"), ("public", "490201"), ("custody", "2601")):
        lines = entries.received([Item(committee.account(account), fund, Decimal("50000.00"))], money)
        committee.post(kind="receipt", day=date(2025, 10, 1), summary="收款", lines=lines)
    for number in range(60):
        committee.post(
            day=date(2025, 10, 2),
            item=("510101", "510106")[number % 2],
            amount=Decimal(100 + number) + Decimal(number) / 100,
            summary=f"第 {number + 1} 项维修",
            payee="江城电梯公司",
            resolution_ref="2025 年第 1 号决议" if number == 7 else "",
        )
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    sections, _proofs = actions.draft_sections(draft)
    (bank,) = sections.cash
    proof = actions.Proof(
        "1002",
        bank.book - Decimal("77.70"),
        items=(Outstanding("次日到账的存款", Decimal("66.60")),),
        explanation="银行多扣，已申请退回",
        counted_on=date(2026, 1, 2),
    )
    filled = committee.fill(draft, proofs=[proof], notes="本季换了三台门禁。")
    return actions.publish(committee.sign_all(filled), by=committee.chair)


def text_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return done.stdout


def test_every_number_and_word_is_printed(published):
    publication = Publication.objects.for_page().get(pk=published.pk)
    shown = sheet.of_frozen(publication)
    text = text_of(path_of(publication.pdf.sha256))
    flat = re.sub(r"\s", "", text)
    figures = {getattr(row, name) for row in shown.sections.funds for name in ("opening", "income", "other", "closing")}
    figures |= {row.quarter for row in shown.sections.items} | {row.year for row in shown.sections.items}
    figures |= {row.amount for row in shown.sections.spending}
    figures |= {amount for row in shown.sections.cash for amount in (row.book, row.statement, row.difference)}
    figures |= {shown.opening, shown.income, shown.expenditure, shown.closing, shown.paid, *shown.cash.values()}
    assert [figure for figure in figures if yuan(figure) not in text] == []
    for row in shown.sections.spending:
        assert re.sub(r"\s", "", row.summary) in flat
        assert re.sub(r"\s", "", row.label) in flat
    words = [
        publication.title,
        publication.issuer,
        publication.places,
        publication.contact,
        publication.inspection_hours,
        publication.notes,
        publication.hash,
        publication.check_code,
        "江城电梯公司",
        "2025年第1号决议",
        "次日到账的存款",
        "银行多扣，已申请退回",
        "公示期",
        "第1版",
        *(row.name for row in shown.signatures),
    ]
    assert [word for word in words if re.sub(r"\s", "", word) not in flat] == []
    assert "〓" not in text


def test_long_tables_repeat_their_heads_and_pages_are_counted(published):
    pages = text_of(path_of(published.pdf.sha256)).split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
        assert seal.grouped(published.check_code) in page
    assert sum(page.count("收款人") for page in pages) > 1


def test_equal_rows_give_equal_bytes(published):
    again = printed.print_sheet(Publication.objects.for_page().get(pk=published.pk))
    assert again == path_of(published.pdf.sha256).read_bytes()


def test_the_sheet_is_tagged_a4(published):
    info = subprocess.run(["pdfinfo", path_of(published.pdf.sha256)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", info)
    assert "A4" in info


def test_the_code_on_the_sheet_leads_to_the_page(published, client, settings):
    url = sheet.of_frozen(Publication.objects.for_page().get(pk=published.pk)).check_url
    assert url.startswith(settings.SITE_URL)
    answer = client.get(url.removeprefix(settings.SITE_URL))
    assert "已核对，与张贴纸质一致" in answer.content.decode()


def test_the_other_sections_are_printed_too():
    committee = full_committee_of(opened_on=date(2025, 10, 1))
    money = committee.account("1002")
    lines = entries.received([Item(committee.account("430101"), "fee", Decimal("5000.00"))], money)
    committee.post(kind="receipt", day=date(2025, 10, 1), summary="收款", lines=lines)
    committee.post(day=date(2025, 10, 2), item="510101", amount=Decimal("900.00"), summary="门卫工资")
    rows = (
        StaffRow("门卫", 3, Decimal("900.00"), "三班倒"),
        AssetRow("project", "大门道闸", "政府补助", "居民会议", Decimal("12000.00"), "在建", "张三"),
        ResolutionRow("2025-1", "换水泵", date(2025, 9, 1), 80, 100, Decimal("8000.00"), Decimal("9000.00")),
    )
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    filled = committee.fill(draft, rows=rows)
    done = actions.publish(committee.sign_all(filled), by=committee.chair)
    assert done.pdf is not None
    text = text_of(path_of(done.pdf.sha256))
    for words in (
        "六、人员", "三班倒", "账上门卫工资（物业费）：900.00 元。", "七、资产和项目", "大门道闸", "12,000.00",
        "八、决议", "2025-1 换水泵", "80 / 100 人，80%", "9,000.00 平方米，89%",
    ):  # fmt: skip
        assert words.replace(" ", "") in re.sub(r"\s", "", text)
