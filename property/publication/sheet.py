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
from django.utils.translation import gettext as _

from core import charts
from core.money import yuan
from core.quarters import Quarter
from property.models import Publication, PublicationLine, PublicationSignature
from property.models.publication import SIGNATORIES
from property.publication import seal
from property.publication.hashes import content_hash_of, hash_of
from property.publication.lines import count_words
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
WAGES = frozenset({"510101", "510102"})
"""The accounts of wages and of insurance, told beside the posts of section 6."""
KEPT = 32
"""How many published quarters a process keeps at hand: those that people open are the newest few."""
Line = tuple[int, int, str]
"""Section, position and cells of a frozen line, as they are stored."""
Verdict = Literal["draft", "intact", "broken"]
Kind = TypeVar("Kind", bound=Row)


@dataclass(frozen=True)
class Group:
    """The items of one kind in section 2 with their sums; `numbered` have their positions on the sheet."""

    kind: str
    rows: tuple[ItemRow, ...]
    positions: tuple[int, ...] = ()

    @property
    def numbered(self) -> list[tuple[int, ItemRow]]:
        return list(zip(self.positions, self.rows, strict=True))

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
        found = [(number, row) for number, row in enumerate(self.sections.items, start=1) if row.kind == kind]
        return Group(kind, tuple(row for _number, row in found), tuple(number for number, _row in found))

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

    @cached_property
    def wages(self) -> Group:
        """What the books say of wages and insurance, for section 6."""
        return Group("expense", tuple(row for row in self.spent.rows if row.code in WAGES))

    @property
    def resolutions(self) -> list[tuple[ResolutionRow, str, str]]:
        """Section 8 with both counts in words."""
        return [(row, *count_words(row)) for row in self.sections.resolutions]

    @property
    def wage_notes(self) -> list[str]:
        return [wage_words(row) for row in self.wages.rows]

    @cached_property
    def has_rates(self) -> bool:
        """Whether anything was billed by a rate: the columns are left out otherwise."""
        return any(row.rate or row.receivable is not None for row in self.earned.rows)

    @cached_property
    def has_budget(self) -> bool:
        """Whether any income or expenditure has a budget for the year."""
        return any(row.budget is not None for row in (*self.earned.rows, *self.spent.rows))

    @cached_property
    def owed(self) -> AgeingRow:
        """The sums of what is owed over all buildings."""
        rows = self.sections.ageing
        return AgeingRow(
            "",
            total(row.months_3 for row in rows),
            total(row.months_12 for row in rows),
            total(row.years_2 for row in rows),
            total(row.older for row in rows),
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


def wage_words(row: ItemRow) -> str:
    """What the books say of one account of wages."""
    return _("账上%(item)s（%(fund)s）：%(amount)s 元。") % {
        "item": row.label,
        "fund": row.fund_label,
        "amount": yuan(row.quarter),
    }
