"""The page of the rates: every number with the list behind it, for those who may open lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.quarters import Month, Quarter
from helpdesk.models import Category
from helpdesk.rates import NO_ANSWER, NO_CONTACT_DUE, Answer, Contact, Numbers, Part, Period, Rates

if TYPE_CHECKING:
    from community.models import Community
    from grids.models import Grid

QUARTERS, MONTHS = 8, 12
# Where a request that no grid holds is asked for by.
NO_GRID = "none"


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and the list of it; "" where the reader sees numbers only."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Panel:
    """One of the rates: how it comes about, what counts, and what is left out."""

    slug: str
    title: str
    percent: str
    formula: str
    note: str
    counted: Sequence[Figure]
    left_out: Sequence[Figure]

    @property
    def left_out_count(self) -> int:
        return sum(one.count for one in self.left_out)


@dataclass(frozen=True)
class Cell:
    """A rate in a table: in a hundred, of how many, and the list of those that count."""

    percent: str
    detail: str
    url: str


@dataclass(frozen=True)
class Line:
    """A grid or a category in a table."""

    name: str
    all: Figure
    response: Cell
    resolution: Cell
    satisfaction: Cell
    to_contact: str
    to_finish: str


class Shown:
    """The rates of a period in a community, as their page shows them; `opens` whether numbers lead to lists."""

    def __init__(self, rates: Rates, period: Period, community: Community, *, opens: bool) -> None:
        self._rates, self._period, self._community, self._opens = rates, period, community, opens

    @property
    def panels(self) -> list[Panel]:
        numbers = self._rates.whole.numbers
        return [self._response(numbers), self._resolution(numbers), self._satisfaction(numbers)]

    @property
    def all(self) -> Figure:
        """All requests of the period."""
        return self._figure(self._rates.whole.numbers.all, "all", "", _("这一期提交的诉求"))

    @property
    def to_contact(self) -> str:
        return hours(self._rates.whole.spans.to_contact)

    @property
    def to_finish(self) -> str:
        return hours(self._rates.whole.spans.to_finish)

    def of_grids(self, grids: Iterable[Grid]) -> list[Line]:
        """The grids that have requests, in their order; what belongs to none last."""
        parts = self._rates.grids
        lines = [self._line(one.name, parts[one.pk], grid=str(one.pk)) for one in grids if one.pk in parts]
        return [*lines, self._line(_("不在网格里"), parts[None], grid=NO_GRID)] if None in parts else lines

    def of_categories(self, categories: Iterable[Category]) -> list[Line]:
        parts = self._rates.categories
        return [self._line(one.label, parts[one.pk], category=str(one.pk)) for one in categories if one.pk in parts]

    def _response(self, numbers: Numbers) -> Panel:
        in_time = numbers.contact[Contact.IN_TIME]
        words = {"part": in_time, "whole": numbers.due}
        return Panel(
            "contact",
            _("响应率"),
            in_a_hundred(numbers.response),
            _("按时联系 %(part)d 件 ÷ 应当联系 %(whole)d 件") % words,
            _("联系居民的期限到了，才算应当联系。"),
            [
                self._figure(in_time, "contact", Contact.IN_TIME),
                self._figure(numbers.contact[Contact.LATE], "contact", Contact.LATE),
            ],
            [self._figure(numbers.contact[one], "contact", one) for one in NO_CONTACT_DUE if numbers.contact[one]],
        )

    def _resolution(self, numbers: Numbers) -> Panel:
        joined = numbers.answer[Answer.JOINED]
        words = {"n": joined, "solved": numbers.joined_solved, "satisfied": numbers.joined_satisfied}
        note = _("并单的居民另有 %(n)d 份评价：%(solved)d 份说解决了，%(satisfied)d 份满意。") % words if joined else ""
        return Panel(
            "resolution",
            _("解决率"),
            in_a_hundred(numbers.resolution),
            _("说解决了的 %(part)d 件 ÷ 评价了的 %(whole)d 件") % {"part": numbers.solved, "whole": numbers.answered},
            note,
            [
                self._figure(numbers.solved, "answer", "solved", _("居民说解决了")),
                self._figure(numbers.answered - numbers.solved, "answer", "unsolved", _("居民说没解决")),
            ],
            self._unanswered(numbers),
        )

    def _satisfaction(self, numbers: Numbers) -> Panel:
        words = {"part": numbers.satisfied, "whole": numbers.answered}
        asked = {"rate": in_a_hundred(numbers.answering), "part": numbers.answered, "whole": numbers.asked}
        return Panel(
            "satisfaction",
            _("满意率"),
            in_a_hundred(numbers.satisfaction),
            _("很满意和满意 %(part)d 件 ÷ 评价了的 %(whole)d 件") % words,
            _("回评率 %(rate)s：请了 %(whole)d 件，评价了 %(part)d 件。没有评价，不算满意。") % asked,
            [
                self._figure(numbers.satisfied, "answer", "satisfied", _("很满意和满意")),
                self._figure(numbers.answered - numbers.satisfied, "answer", "unsatisfied", _("一般和不满意")),
            ],
            self._unanswered(numbers),
        )

    def _unanswered(self, numbers: Numbers) -> list[Figure]:
        return [self._figure(numbers.answer[one], "answer", one) for one in NO_ANSWER if numbers.answer[one]]

    def _line(self, name: str, part: Part, **of: str) -> Line:
        numbers = part.numbers
        in_time = numbers.contact[Contact.IN_TIME]
        return Line(
            name,
            self._figure(numbers.all, "all", "", name, **of),
            self._cell(numbers.response, in_time, numbers.due, "contact", "due", **of),
            self._cell(numbers.resolution, numbers.solved, numbers.answered, "answer", Answer.ANSWERED, **of),
            self._cell(numbers.satisfaction, numbers.satisfied, numbers.answered, "answer", Answer.ANSWERED, **of),
            hours(part.spans.to_contact),
            hours(part.spans.to_finish),
        )

    def _cell(self, rate: Decimal | None, part: int, whole: int, count: str, which: str, **of: str) -> Cell:
        if not whole:
            return Cell(in_a_hundred(None), "", "")
        return Cell(in_a_hundred(rate), f"{part} / {whole}", self._url(count, which, **of))

    def _figure(self, number: int, count: str, which: Any, label: str = "", **of: str) -> Figure:
        return Figure(label or str(which.label), number, self._url(count, str(which), **of) if number else "")

    def _url(self, count: str, which: str, **of: str) -> str:
        if not self._opens:
            return ""
        asked = {"community": self._community.code, "period": str(self._period), "count": count, "which": which, **of}
        return f"{reverse('helpdesk:rate_cases')}?{urlencode(asked)}"


def in_a_hundred(rate: Decimal | None) -> str:
    """ "92.3%", or a dash where there is nothing to count."""
    return "—" if rate is None else f"{rate.normalize():f}%"


def hours(found: Decimal | None) -> str:
    """A median as people read it."""
    return "—" if found is None else _("%(hours)s 小时") % {"hours": found}


def periods() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a reader can choose from: the last quarters and months, the newest first, by kind."""
    today = clock.today()
    quarters, months = [Quarter.of(today)], [Month.of(today)]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].previous())
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return [
        (_("按季度"), [(str(one), one.label) for one in quarters]),
        (_("按月"), [(str(one), one.label) for one in months]),
    ]


def headings() -> list[str]:
    """The columns of the spreadsheet."""
    return [
        _("分组"), _("名称"), _("诉求"), _("应当联系"), _("按时联系"), _("响应率（%）"), _("评价了"), _("说解决了"),
        _("解决率（%）"), _("很满意和满意"), _("满意率（%）"), _("请了评价"), _("回评率（%）"),
        _("多久联系（小时，中位数）"), _("多久办结（小时，中位数）"),
    ]  # fmt: skip


def sheet(rates: Rates, grids: Iterable[Grid], categories: Iterable[Category]) -> list[list[object]]:
    """The same numbers as rows of a spreadsheet."""
    parts: list[tuple[str, str, Part]] = [(_("合计"), "", rates.whole)]
    parts += [(_("网格"), one.name, rates.grids[one.pk]) for one in grids if one.pk in rates.grids]
    parts += [(_("网格"), _("不在网格里"), rates.grids[None])] if None in rates.grids else []
    parts += [(_("类别"), one.label, rates.categories[one.pk]) for one in categories if one.pk in rates.categories]
    return [[kind, name, *_cells(part)] for kind, name, part in parts]


def _cells(part: Part) -> list[object]:
    numbers, spans = part.numbers, part.spans
    return [
        numbers.all, numbers.due, numbers.contact[Contact.IN_TIME], _blank(numbers.response), numbers.answered,
        numbers.solved, _blank(numbers.resolution), numbers.satisfied, _blank(numbers.satisfaction), numbers.asked,
        _blank(numbers.answering), _blank(spans.to_contact), _blank(spans.to_finish),
    ]  # fmt: skip


def _blank(found: Decimal | None) -> object:
    return "" if found is None else found
