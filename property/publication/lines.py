"""One line of a published quarter by itself: what it is called, what it says, and who may ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.money import yuan
from grids.models import Household
from property.models import Publication, PublicationLine
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
    Section,
    SpendingRow,
    StaffRow,
    thaw,
)

if TYPE_CHECKING:
    from community.models import User

ASKED_ABOUT = frozenset(Section.values) - {Section.HISTORY}
LONGEST = 120


@dataclass(frozen=True)
class Line:
    """A frozen line with its place on the sheet; section 0 is the whole publication, without a row."""

    publication: Publication
    section: int
    position: int
    row: Row | None

    @property
    def about(self) -> str:
        """What it is called, in the reader's language."""
        return name_of(self.row) if self.row is not None else _("整份公示")

    @property
    def about_in_the_books(self) -> str:
        """What it is called in the language of the books, as it is kept with a question."""
        with translation.override(settings.LANGUAGE_CODE):
            return self.about[:LONGEST]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the line says, (word, text) each; what is not said is left out."""
        found = facts_of(self.row) if self.row is not None else []
        return [(word, text) for word, text in found if text]

    def get_absolute_url(self) -> str:
        return reverse("property:quarter_line", args=[self.publication.pk, self.section, self.position])


def line_of(publication: Publication, section: int, position: int) -> Line | None:
    """A line of a publication found already; None where there is none, or it cannot be read any more."""
    if (section, position) == (0, 0):
        return Line(publication, 0, 0, None)
    if section not in ASKED_ABOUT:
        return None
    cells = PublicationLine.objects.of(publication).filter(section=section, position=position)
    found = cells.values_list("cells", flat=True).first()
    try:
        return Line(publication, section, position, thaw(section, found)) if found is not None else None
    except BrokenLine:
        return None


def name_of(row: Row) -> str:
    """What a line is called."""
    match row:
        case FundRow():
            return _("资金：%(fund)s") % {"fund": row.label}
        case ItemRow():
            return f"{row.label} · {row.fund_label}"
        case SpendingRow():
            return f"{row.label} {row.summary}"
    return row.label if not isinstance(row, HistoryRow) else row.quarter


def facts_of(row: Row) -> list[tuple[str, str]]:
    """The figures and words of a line."""
    match row:
        case FundRow():
            words = (_("期初"), _("收入"), _("支出"), _("其他变动"), _("期末"))
            return list(
                zip(words, map(yuan, (row.opening, row.income, row.expenditure, row.other, row.closing)), strict=True)
            )
        case ItemRow():
            return [
                (_("本季"), yuan(row.quarter)),
                (_("今年累计"), yuan(row.year)),
                (_("收费标准"), row.rate),
                (_("应收"), amount(row.receivable)),
                (_("实收"), amount(row.received)),
                (_("全年预算"), amount(row.budget)),
                (_("完成预算"), percent(row.percent)),
            ]
        case SpendingRow():
            return _spending_facts(row)
        case CashRow():
            return [
                (_("账上"), yuan(row.book)),
                (_("对账单或盘点"), yuan(row.statement)),
                (_("未达账项"), yuan(row.outstanding)),
                (_("差额"), yuan(row.difference)),
                (_("原因"), row.explanation),
                (_("日期"), day(row.counted_on)),
                (_("盘点人"), row.counted_by),
                (_("监盘人"), row.witness),
            ]
        case CollectionRow():
            return [
                (_("应交户数"), str(row.due)),
                (_("已交户数"), str(row.paid)),
                (_("收缴率"), percent(row.rate)),
                (_("应收"), yuan(row.billed)),
                (_("实收"), yuan(row.received)),
                (_("减免"), yuan(row.relief)),
                (_("预收"), yuan(row.prepaid)),
            ]
    return _other_facts(row)


def _other_facts(row: Row) -> list[tuple[str, str]]:
    match row:
        case AgeingRow():
            return [
                (_("三个月以内"), yuan(row.months_3)),
                (_("三个月到一年"), yuan(row.months_12)),
                (_("一到两年"), yuan(row.years_2)),
                (_("两年以上"), yuan(row.older)),
            ]
        case StaffRow():
            return [(_("人数"), str(row.people)), (_("本季工资"), amount(row.wages)), (_("备注"), row.note)]
        case AssetRow():
            return [
                (_("类别"), row.kind_label),
                (_("资金来源"), row.source),
                (_("谁批准的"), row.approved_by),
                (_("金额"), amount(row.amount)),
                (_("现在的状态"), row.state),
                (_("保管人"), row.custodian),
            ]
        case ResolutionRow():
            return [
                (_("哪天通过"), day(row.decided_on)),
                (_("同意的人数"), count_words(row)[0]),
                (_("同意的面积"), count_words(row)[1]),
            ]
        case AnswerRow():
            return [
                (_("问"), row.text),
                (_("答"), row.answer or _("还没有答复")),
                (_("答复日期"), day(row.answered_on)),
            ]
    return []


def _spending_facts(row: SpendingRow) -> list[tuple[str, str]]:
    return [
        (_("日期"), day(row.day)),
        (_("凭证"), row.label),
        (_("收款人"), row.payee),
        (_("金额"), yuan(row.amount)),
        (_("附件"), str(row.papers or "")),
        (_("依据的决议"), row.resolution),
    ]


def count_words(row: ResolutionRow) -> tuple[str, str]:
    """Both counts of a resolution in words; "" for one that nobody counted."""
    people = area = ""
    if row.people_for is not None and row.people_all:
        people = _("%(for)s / %(all)s 人，%(percent)s%%") % {
            "for": row.people_for,
            "all": row.people_all,
            "percent": row.people_percent,
        }
    if row.area_for is not None and row.area_all:
        area = _("%(for)s / %(all)s 平方米，%(percent)s%%") % {
            "for": yuan(row.area_for),
            "all": yuan(row.area_all),
            "percent": row.area_percent,
        }
    return people, area


def amount(value: Decimal | None) -> str:
    """Yuan, "" where it is not known."""
    return yuan(value) if value is not None else ""


def percent(value: int | None) -> str:
    """Whole percent, "" where there is none."""
    return f"{value}%" if value is not None else ""


def day(value: date | None) -> str:
    return value.isoformat() if value is not None else ""


def home_in(user: User, estate_id: int) -> Household | None:
    """The household of the user in an estate; None for who does not live there."""
    homes: Any = Household.objects.unscoped(reason="one's own household in an estate")
    found: Household | None = (
        homes.filter(pk__in=_uuids(user), building__estate=estate_id).select_related("dwelling").first()
        if user.scope.households
        else None
    )
    return found


def _uuids(user: User) -> list[UUID]:
    return list(user.scope.households)
