"""The list of gaps: filtered, sorted, in pages, grouped by building, and as a spreadsheet.

Gaps are computed, not stored: their list is one of objects in memory, where others are querysets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.once import new_id
from core.lists import XLSX
from core.spreadsheets import write_xlsx
from grids.care.candidates import AT_MOST, Candidate, Candidates
from grids.care.gaps import STEWARD, Gap, Look, Reason
from grids.models import Pairing

SIZE = 25
DOOR, OLDEST = "door", "since"
ANY = [("", gettext_lazy("不限"))]


class GapFilter(forms.Form):
    """Which gaps; the buildings are those that have any."""

    building = forms.ChoiceField(label=gettext_lazy("楼幢"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("缺谁"), required=False, choices=[*ANY, *Pairing.Kind.choices])
    reason = forms.ChoiceField(label=gettext_lazy("为什么"), required=False, choices=[*ANY, *Reason.choices])
    sort = forms.ChoiceField(
        label=gettext_lazy("排列"),
        required=False,
        choices=[("", gettext_lazy("按楼幢和门牌")), (OLDEST, gettext_lazy("空缺最久的在前"))],
    )

    def __init__(self, data: Any, *, gaps: Iterable[Gap]) -> None:
        super().__init__(data)
        buildings = {str(gap.home.building): gap.home.building_label for gap in gaps}
        self.fields["building"].choices = [*ANY, *buildings.items()]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Row:
    """A gap with who could best take it, a few others, and whether there are `more`."""

    gap: Gap
    best: Candidate | None
    others: list[Candidate]
    more: bool
    submission: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Block:
    """The gaps of one building on a page; `stewards` could take all of its `unattended` households at once."""

    building: int
    label: str
    rows: list[Row]
    stewards: list[Candidate]
    unattended: int
    submission: str = field(default_factory=new_id)


class GapList:
    """What the URL asks of the gaps."""

    def __init__(self, request: HttpRequest, looked: Look, gaps: list[Gap]) -> None:
        self._request = request
        self._looked = looked
        self._gaps = gaps
        self.form = GapFilter(request.GET or None, gaps=gaps)
        self._asked: dict[str, Any] = self.form.cleaned_data if self.form.is_valid() else {}
        self.active = any(self._asked.values())
        self.reset_url = request.path
        self.wants_xlsx = request.GET.get("format") == "xlsx"
        self.xlsx_url = self._url(format="xlsx")
        self.here = request.get_full_path()

    @cached_property
    def found(self) -> list[Gap]:
        """The gaps that the filter lets through, in the order asked for."""
        found = [gap for gap in self._gaps if self._fits(gap)]
        if self._asked.get("sort") == OLDEST:
            found.sort(key=lambda gap: gap.since or date.max)
        return found

    @property
    def count(self) -> int:
        return len(self.found)

    @property
    def households(self) -> int:
        """How many households have a gap, whatever the filter."""
        return len({gap.home.pk for gap in self._gaps})

    @cached_property
    def page(self) -> Page[Gap]:
        return Paginator(self.found, SIZE).get_page(self._request.GET.get("page"))

    @property
    def previous_url(self) -> str:
        return self._url(page=str(self.page.previous_page_number())) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        return self._url(page=str(self.page.next_page_number())) if self.page.has_next() else ""

    @cached_property
    def blocks(self) -> list[Block]:
        """The page, building by building, each gap with those who could take it."""
        people = Candidates(gap.home for gap in self.page)
        unattended = Counter(gap.home.building for gap in self._gaps if gap.kind == STEWARD)
        return [self._block(list(rows), people, unattended) for _building, rows in groupby(self.page, key=_building_of)]

    def as_xlsx(self) -> HttpResponse:
        """Every gap that the filter lets through."""
        title = _("结对空缺")
        headings = [_("楼幢"), _("门牌"), _("户主"), _("关爱类别"), _("缺谁"), _("为什么"), _("从哪天起")]
        return sheet(title, headings, map(_cells, self.found))

    def _block(self, gaps: list[Gap], people: Candidates, unattended: Counter[int]) -> Block:
        home = gaps[0].home
        count = unattended[home.building]
        rows = [_row(gap, people.of(gap.home, gap.kind)) for gap in gaps]
        stewards = people.of(home, STEWARD)[:AT_MOST] if count > 1 else []
        return Block(home.building, home.building_label, rows, stewards, count)

    def _fits(self, gap: Gap) -> bool:
        facts = {"building": str(gap.home.building), "kind": gap.kind, "reason": gap.reason}
        return all(not self._asked.get(name) or self._asked[name] == fact for name, fact in facts.items())

    def _url(self, **changes: str) -> str:
        query = self._request.GET.copy()
        for name in ("page", "format"):
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        return f"{self._request.path}?{query.urlencode()}"


def _row(gap: Gap, people: list[Candidate]) -> Row:
    return Row(gap, next(iter(people), None), people[1:AT_MOST], len(people) > AT_MOST)


def sheet(title: str, headings: list[str], rows: Iterable[list[object]]) -> HttpResponse:
    """Rows that are no queryset, as a spreadsheet to keep."""
    disposition = content_disposition_header(True, f"{title}.xlsx") or "attachment"
    content = write_xlsx(title, headings, rows)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def _cells(gap: Gap) -> list[object]:
    home = gap.home
    return [home.building_label, home.door, home.head, home.care, gap.tie.kind_label, gap.words, gap.since or _("不详")]


def _building_of(gap: Gap) -> int:
    return gap.home.building
