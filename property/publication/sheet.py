"""What a published quarter shows: the page and the posted PDF are drawn from the same frozen rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import charts, clock, qr
from core.documents import render
from core.money import yuan
from core.quarters import Quarter
from property.models import Publication, PublicationLine, PublicationSignature
from property.models.publication import SIGNATORIES
from property.publication import seal
from property.publication.actions import content_hash_of, hash_of
from property.publication.rows import (
    AgeingRow,
    AnswerRow,
    AssetRow,
    BrokenLine,
    CashRow,
    CollectionRow,
    FundRow,
    HistoryRow,
    ItemRow,
    ResolutionRow,
    Row,
    SpendingRow,
    StaffRow,
    thaw,
)
from property.publication.sections import Sections, total

MOST_BARS = 7
KEPT = 32
"""How many published quarters a process keeps at hand: those that people open are the newest few."""
Line = tuple[int, int, str]
"""Section, position and cells of a frozen line, as they are stored."""
Verdict = Literal["draft", "intact", "broken"]
Kind = TypeVar("Kind", bound=Row)


@dataclass(frozen=True)
class Group:
    """The items of one kind in section 2 with their sums."""

    kind: str
    rows: tuple[ItemRow, ...]

    @property
    def quarter(self) -> Decimal:
        return total(row.quarter for row in self.rows)

    @property
    def year(self) -> Decimal:
        return total(row.year for row in self.rows)


@dataclass(frozen=True)
class Sheet:
    """A publication as it is read: its rows, sums, charts, and whether they are still what was signed."""

    publication: Publication
    sections: Sections
    signatures: tuple[PublicationSignature, ...]
    verdict: Verdict

    @cached_property
    def opening(self) -> Decimal:
        return total(row.opening for row in self.sections.funds)

    @cached_property
    def income(self) -> Decimal:
        return total(row.income for row in self.sections.funds)

    @cached_property
    def expenditure(self) -> Decimal:
        return total(row.expenditure for row in self.sections.funds)

    @cached_property
    def other(self) -> Decimal:
        return total(row.other for row in self.sections.funds)

    @cached_property
    def closing(self) -> Decimal:
        return total(row.closing for row in self.sections.funds)

    @cached_property
    def has_other(self) -> bool:
        """Whether any fund has movements that are neither income nor expenditure; the column is left out otherwise."""
        return any(row.other for row in self.sections.funds)

    @cached_property
    def earned(self) -> Group:
        return self._group("income")

    @cached_property
    def spent(self) -> Group:
        return self._group("expense")

    @cached_property
    def moved(self) -> Group:
        return self._group("other")

    def _group(self, kind: str) -> Group:
        return Group(kind, tuple(row for row in self.sections.items if row.kind == kind))

    @cached_property
    def paid(self) -> Decimal:
        """The sum of section 3."""
        return total(row.amount for row in self.sections.spending)

    @cached_property
    def cash(self) -> dict[str, Decimal]:
        """The sums of section 4."""
        rows = self.sections.cash
        return {
            "book": total(row.book for row in rows),
            "statement": total(row.statement for row in rows),
            "outstanding": total(row.outstanding for row in rows),
            "difference": total(row.difference for row in rows),
        }

    @cached_property
    def stands(self) -> list[dict[str, Any]]:
        """The five offices in order, each with its signature or None."""
        found = {row.office: row for row in self.signatures}
        return [{"office": word, "signature": found.get(office)} for office, word in SIGNATORIES.items()]

    @cached_property
    def over_quarters(self) -> charts.Chart:
        rows = self.sections.history
        words = {"quarters": len(rows), "income": yuan(self.income), "spent": yuan(self.expenditure)}
        return charts.bars(
            _("近几个季度的收入和支出"),
            _("最近 %(quarters)d 个季度；本季收入 %(income)s 元，支出 %(spent)s 元。") % words,
            [short(row.period) for row in rows],
            [
                (_("收入"), [row.income for row in rows]),
                (_("支出"), [row.expenditure for row in rows]),
            ],
            _("元"),
        )

    @cached_property
    def by_item(self) -> charts.Chart:
        names: dict[str, Decimal] = {}
        for row in self.spent.rows:
            names[row.label] = names.get(row.label, Decimal("0.00")) + row.quarter
        ranked = sorted(((name, sum_) for name, sum_ in names.items() if sum_), key=lambda pair: -pair[1])
        rest = ranked[MOST_BARS:] if len(ranked) > MOST_BARS + 1 else []
        shown = ranked[: len(ranked) - len(rest)]
        if rest:
            shown.append((_("其他各项"), total(amount for _name, amount in rest)))
        return charts.horizontal_bars(
            _("钱花在哪里"),
            _("本季支出按项目，从多到少；合计 %(spent)s 元。") % {"spent": yuan(self.expenditure)},
            [name for name, _amount in shown],
            [(_("支出"), [amount for _name, amount in shown])],
            _("元"),
        )

    @property
    def cash_notes(self) -> list[str]:
        """What is to be said of the money accounts besides their figures."""
        return [text for row in self.sections.cash for text in cash_words(row)]

    @property
    def hash_groups(self) -> str:
        return seal.grouped(self.publication.hash, 8)

    @property
    def code_groups(self) -> str:
        return seal.grouped(self.publication.check_code or "")

    @property
    def check_url(self) -> str:
        """The address in the QR code of the posted sheet."""
        query = urlencode({"code": self.publication.check_code or ""})
        return f"{settings.SITE_URL.rstrip('/')}{reverse('property:check')}?{query}"


def short(quarter: Quarter) -> str:
    """A quarter under a bar of the chart."""
    return f"{quarter.year % 100:02}Q{quarter.number}"


def of_draft(publication: Publication, sections: Sections) -> Sheet:
    """A draft as it would be frozen now."""
    return Sheet(publication, sections, (), "draft")


def of_frozen(publication: Publication) -> Sheet:
    """What was frozen, of a publication read with `for_page`. The hashes are computed again for the verdict."""
    lines = tuple(PublicationLine.objects.of(publication).values_list("section", "position", "cells"))
    signatures = tuple(PublicationSignature.objects.of(publication))
    sections, readable = _thawed(lines)
    intact = readable and is_intact(publication, lines, signatures)
    return Sheet(publication, sections, signatures, "intact" if intact else "broken")


def is_intact(publication: Publication, lines: Iterable[Line], signatures: Sequence[PublicationSignature]) -> bool:
    """Whether head, lines and signatures, computed again, give the hash and check code that were kept."""
    content = content_hash_of(publication, lines)
    if content != publication.content_hash or any(one.content_hash != content for one in signatures):
        return False
    if not publication.is_out:
        return True
    code = seal.code_of(publication.hash) if publication.hash else ""
    return hash_of(publication, signatures) == publication.hash and code == publication.check_code


@lru_cache(maxsize=KEPT)
def _thawed(lines: tuple[Line, ...]) -> tuple[Sections, bool]:
    """The rows that can be read, and whether all could; kept by what is stored, letter by letter."""
    rows: list[Row] = []
    readable = True
    for section, _position, cells in lines:
        try:
            rows.append(thaw(section, cells))
        except BrokenLine:
            readable = False
    sections = Sections(
        funds=_of(FundRow, rows),
        items=_of(ItemRow, rows),
        spending=_of(SpendingRow, rows),
        cash=_of(CashRow, rows),
        history=_of(HistoryRow, rows),
        collection=_of(CollectionRow, rows),
        ageing=_of(AgeingRow, rows),
        staff=_of(StaffRow, rows),
        assets=_of(AssetRow, rows),
        resolutions=_of(ResolutionRow, rows),
        answers=_of(AnswerRow, rows),
    )
    return sections, readable


def _of(kind: type[Kind], rows: Iterable[Row]) -> tuple[Kind, ...]:
    return tuple(row for row in rows if isinstance(row, kind))


def print_sheet(publication: Publication) -> bytes:
    """The posted sheet as PDF, in the language of the books, from the frozen rows; equal rows give equal bytes."""
    moment = publication.published_at or clock.now()
    with translation.override(settings.LANGUAGE_CODE), clock.at(moment):
        return render("property/quarter", sheet_data(of_frozen(publication)))


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """The data of the typst template, every figure and word as text."""
    publication = sheet.publication
    return {
        "title": publication.title,
        "issuer": publication.issuer,
        "version": publication.version_label,
        "code": sheet.code_groups,
        "hash": sheet.hash_groups,
        "facts": _facts(sheet),
        "big": [
            [_("本季收入"), yuan(sheet.income)],
            [_("本季支出"), yuan(sheet.expenditure)],
            [_("期末结余"), yuan(sheet.closing)],
        ],
        "sum": _equation(sheet),
        "sum_word": _("合计"),
        "qr": qr.svg(sheet.check_url),
        "qr_alt": _("查验这张公示的二维码"),
        "qr_words": _("扫码查验，或打开 %(url)s 输入查验码") % {"url": sheet.check_url.partition("?")[0]},
        "charts": [_drawn(sheet.over_quarters), _drawn(sheet.by_item)],
        "sections": [
            _fund_table(sheet),
            *_item_tables(sheet),
            _spending_table(sheet),
            *_cash_tables(sheet),
            *_notes(sheet),
            _signature_table(sheet),
        ],
        "notice": {"title": _("十二、公示"), "facts": _notice(sheet)},
        "hash_words": _("本公示全部内容的校验码（SHA-256），网页上的应与此相同："),
    }


def _drawn(chart: charts.Chart) -> dict[str, str]:
    return {"title": chart.title, "svg": str(chart.svg)}


def _equation(sheet: Sheet) -> str:
    words = {
        "opening": yuan(sheet.opening),
        "income": yuan(sheet.income),
        "spent": yuan(sheet.expenditure),
        "other": yuan(abs(sheet.other)),
        "closing": yuan(sheet.closing),
    }
    if not sheet.other:
        return _("期初 %(opening)s ＋ 收入 %(income)s － 支出 %(spent)s ＝ 期末 %(closing)s 元") % words
    if sheet.other > 0:
        return (
            _("期初 %(opening)s ＋ 收入 %(income)s － 支出 %(spent)s ＋ 其他变动 %(other)s ＝ 期末 %(closing)s 元")
            % words
        )
    return (
        _("期初 %(opening)s ＋ 收入 %(income)s － 支出 %(spent)s － 其他变动 %(other)s ＝ 期末 %(closing)s 元") % words
    )


def _facts(sheet: Sheet) -> list[list[str]]:
    publication = sheet.publication
    facts = [
        [_("公示单位"), publication.issuer],
        [
            _("期间"),
            _("%(first)s 至 %(last)s")
            % {"first": publication.period.start.isoformat(), "last": publication.period.end.isoformat()},
        ],
        [_("版本"), publication.version_label],
        [_("单位"), _("元")],
        [_("查验码"), sheet.code_groups],
    ]
    if publication.supersedes is not None:
        before = _("更正第 %(version)d 版（查验码 %(code)s）。%(reason)s") % {
            "version": publication.supersedes.version,
            "code": seal.grouped(publication.supersedes.check_code or ""),
            "reason": publication.reason,
        }
        facts.append([_("更正"), before])
    return facts


def _table(
    title: str, headings: list[str], rows: list[list[str]], widths: list[int], right: list[int]
) -> dict[str, Any]:
    """One section with one table; `widths` are shares of the page, 0 for as wide as needed; `right` are figures."""
    return {"title": title, "headings": headings, "rows": rows, "widths": widths, "right": right, "text": ""}


def _fund_table(sheet: Sheet) -> dict[str, Any]:
    headings = [_("资金"), _("期初"), _("收入"), _("支出"), *([_("其他变动")] if sheet.has_other else []), _("期末")]
    figures = [(row.label, row) for row in sheet.sections.funds]
    rows = [
        [
            label,
            yuan(row.opening),
            yuan(row.income),
            yuan(row.expenditure),
            *([yuan(row.other)] if sheet.has_other else []),
            yuan(row.closing),
        ]
        for label, row in figures
    ]
    rows.append(
        [
            _("合计"),
            yuan(sheet.opening),
            yuan(sheet.income),
            yuan(sheet.expenditure),
            *([yuan(sheet.other)] if sheet.has_other else []),
            yuan(sheet.closing),
        ]
    )
    return _table(_("一、资金收支总表"), headings, rows, [2] + [2] * (len(headings) - 1), list(range(1, len(headings))))


def _item_tables(sheet: Sheet) -> list[dict[str, Any]]:
    parts = [
        (_("二、收入（按项目）"), _("收入项目"), sheet.earned),
        (_("支出（按项目）"), _("支出项目"), sheet.spent),
        (_("其他变动（收回欠款、预收、添置等）"), _("项目"), sheet.moved),
    ]
    return [
        _table(
            title,
            [name, _("资金"), _("本季"), _("本年累计")],
            [
                *([row.label, row.fund_label, yuan(row.quarter), yuan(row.year)] for row in group.rows),
                [_("合计"), "", yuan(group.quarter), yuan(group.year)],
            ],
            [3, 2, 2, 2],
            [2, 3],
        )
        for title, name, group in parts
        if group.rows or group.kind != "other"
    ]


def _spending_table(sheet: Sheet) -> dict[str, Any]:
    rows = [
        [
            row.day.isoformat(),
            row.label,
            row.summary,
            row.payee,
            yuan(row.amount),
            str(row.papers),
            row.resolution,
        ]
        for row in sheet.sections.spending
    ]
    rows.append([_("合计"), "", "", "", yuan(sheet.paid), "", ""])
    headings = [_("日期"), _("凭证"), _("事由"), _("收款人"), _("金额"), _("附件"), _("依据的决议")]
    return _table(_("三、每一笔支出"), headings, rows, [0, 0, 4, 2, 0, 0, 2], [4, 5])


def _cash_tables(sheet: Sheet) -> list[dict[str, Any]]:
    headings = [_("账户"), _("账面余额"), _("对账单或盘点"), _("未达账项"), _("差额"), _("日期")]
    rows = [
        [
            row.label,
            yuan(row.book),
            yuan(row.statement),
            yuan(row.outstanding),
            yuan(row.difference),
            row.counted_on.isoformat() if row.counted_on else "",
        ]
        for row in sheet.sections.cash
    ]
    sums = sheet.cash
    rows.append([_("合计"), *(yuan(sums[key]) for key in ("book", "statement", "outstanding", "difference")), ""])
    tables = [_table(_("四、钱款核对"), headings, rows, [2, 2, 2, 2, 2, 0], [1, 2, 3, 4])]
    tables[0]["text"] = "\n".join(sheet.cash_notes)
    return tables


def cash_words(row: CashRow) -> list[str]:
    """What is to be said of a money account besides its figures."""
    said = [
        _("%(account)s：%(what)s %(amount)s 元，账上已记、对账单还没有。")
        % {"account": row.label, "what": item.what, "amount": yuan(item.amount)}
        for item in row.items
    ]
    if row.counted_by:
        said.append(
            _("%(account)s由%(counted_by)s盘点，%(witness)s监盘。")
            % {"account": row.label, "counted_by": row.counted_by, "witness": row.witness}
        )
    if row.explanation:
        said.append(_("%(account)s说明：%(text)s") % {"account": row.label, "text": row.explanation})
    return said


def _notes(sheet: Sheet) -> list[dict[str, Any]]:
    if not sheet.publication.notes:
        return []
    return [
        {"title": _("十、说明"), "headings": [], "rows": [], "widths": [], "right": [], "text": sheet.publication.notes}
    ]


def _signature_table(sheet: Sheet) -> dict[str, Any]:
    rows = [
        [str(one["office"]), one["signature"].name, _moment(one["signature"].at)]
        for one in sheet.stands
        if one["signature"]
    ]
    headings = [pgettext("signature", "职务"), pgettext("signature", "姓名"), _("签字时间")]
    return _table(_("十一、签字"), headings, rows, [2, 2, 3], [])


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def _notice(sheet: Sheet) -> list[list[str]]:
    publication = sheet.publication
    first, last = publication.notice_from, publication.notice_to
    period = {"first": first.isoformat() if first else "", "last": last.isoformat() if last else ""}
    return [
        [_("公示期"), _("%(first)s 至 %(last)s（30 天）") % period],
        [_("张贴地点"), publication.places],
        [_("咨询电话"), publication.contact],
        [_("查账时间"), publication.inspection_hours],
    ]
