"""What a corrected version says otherwise than the one before: line by line, and the sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from property.publication.lines import facts_of, name_of
from property.publication.rows import (
    AgeingRow,
    AnswerRow,
    AssetRow,
    CashRow,
    CollectionRow,
    FundRow,
    ItemRow,
    ResolutionRow,
    Row,
    Section,
    SpendingRow,
    StaffRow,
)
from property.publication.sheet import Sheet

SHOWN = tuple(section for section in Section if section is not Section.HISTORY)


@dataclass(frozen=True)
class Change:
    """A line that is there once only, or twice with other figures: `facts` are (word, before, after)."""

    kind: str
    name: str
    facts: list[tuple[str, str, str]]

    @property
    def word(self) -> str:
        return {"added": _("新加的"), "removed": _("删去的"), "changed": _("改过的")}[self.kind]

    @property
    def tone(self) -> str:
        return {"added": "good", "removed": "bad", "changed": "wait"}[self.kind]


@dataclass(frozen=True)
class Part:
    """The changes of one section; `same` lines are as they were."""

    title: str
    changes: list[Change]
    same: int


@dataclass(frozen=True)
class Sum:
    """One of the sums of both versions."""

    word: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


def titles() -> dict[Section, str]:
    """What the sections are called."""
    return {
        Section.FUNDS: _("一、各项资金"),
        Section.ITEMS: _("二、收入和支出项目"),
        Section.SPENDING: _("三、每一笔支出"),
        Section.CASH: _("四、钱款核对"),
        Section.COLLECTION: _("五、物业费收缴"),
        Section.STAFF: _("六、人员"),
        Section.ASSETS: _("七、资产和项目"),
        Section.RESOLUTIONS: _("八、决议"),
        Section.ANSWERS: _("九、上季提问的答复"),
        Section.AGEING: _("五、欠费（按楼）"),
    }


def parts(before: Sheet, after: Sheet) -> list[Part]:
    """Section by section; sections of which nothing is different are left out."""
    old, new = _by_section(before), _by_section(after)
    words = titles()
    found = [_part(words[section], old.get(section, []), new.get(section, [])) for section in SHOWN]
    return [part for part in found if part.changes]


def sums(before: Sheet, after: Sheet) -> list[Sum]:
    """The large numbers of both."""
    words = (
        (_("期初"), "opening"),
        (_("本季收入"), "income"),
        (_("本季支出"), "expenditure"),
        (_("期末结余"), "closing"),
    )
    return [Sum(word, getattr(before, name), getattr(after, name)) for word, name in words]


def texts(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """The words of the heads that differ: (what, before, after)."""
    words = (
        ("places", _("张贴地点")),
        ("contact", _("咨询电话")),
        ("inspection_hours", _("查账时间")),
        ("notes", _("说明")),
    )
    pairs = [(word, getattr(before, name), getattr(after, name)) for name, word in words]
    return [(word, old, new) for word, old, new in pairs if old != new]


def _by_section(sheet: Sheet) -> dict[Section, list[Row]]:
    found: dict[Section, list[Row]] = {}
    for section, _position, row in sheet.sections.lines():
        found.setdefault(Section(section), []).append(row)
    return found


def key_of(row: Row) -> tuple[Any, ...]:
    """By what a line is known again in the other version, whatever its place."""
    match row:
        case FundRow():
            return (row.fund,)
        case ItemRow():
            return (row.code, row.fund)
        case SpendingRow():
            return (row.month, row.number)
        case CashRow():
            return (row.code,)
        case CollectionRow():
            return ()
        case AgeingRow():
            return (row.building,)
        case StaffRow() | AssetRow():
            return (row.label,)
        case ResolutionRow():
            return (row.ref, row.title if not row.ref else "")
    assert isinstance(row, AnswerRow)
    return (row.quarter, row.asked_on, row.text)


def _keyed(rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    """Rows by key; the second of the same key is another line."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = key_of(row)
        number = 0
        while (*key, number) in found:
            number += 1
        found[(*key, number)] = row
    return found


def _part(title: str, old: list[Row], new: list[Row]) -> Part:
    before, after = _keyed(old), _keyed(new)
    changes = [
        Change("removed", name_of(row), [(word, text, "") for word, text in facts_of(row) if text])
        for key, row in before.items()
        if key not in after
    ]
    changes += [
        Change("added", name_of(row), [(word, "", text) for word, text in facts_of(row) if text])
        for key, row in after.items()
        if key not in before
    ]
    both = [(before[key], row) for key, row in after.items() if key in before]
    changed = [Change("changed", name_of(row), _differs(was, row)) for was, row in both if was != row]
    return Part(title, [*changes, *changed], len(both) - len(changed))


def _differs(was: Row, row: Row) -> list[tuple[str, str, str]]:
    """What is said otherwise; a line whose voucher or paper alone is another one says so."""
    facts = zip(facts_of(was), facts_of(row), strict=True)
    found = [(word, old, new) for (word, old), (_word, new) in facts if old != new]
    if name_of(was) != name_of(row):
        found.insert(0, (_("名称"), name_of(was), name_of(row)))
    return found or [(_("凭证和附件"), _("原来的"), _("换过的"))]
