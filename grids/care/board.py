"""The board of a community's care: building by building, who has somebody and who has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import charts
from core.charts import Chart
from grids.care.gaps import MEMBER, STEWARD, Look

# More buildings than this are drawn grid by grid: the labels of the picture stay readable.
DRAWN_AT_MOST = 12


@dataclass
class Line:
    """One building, one grid or the whole: how many households in care, and how they are looked after."""

    label: str
    grid: str = ""
    building: int | None = None
    homes: int = 0
    steward: int = 0
    member: int = 0
    both: int = 0
    neither: int = 0

    @property
    def one(self) -> int:
        """Households with one of the two."""
        return self.steward + self.member - 2 * self.both

    @property
    def gaps(self) -> int:
        """Households that lack at least one."""
        return self.homes - self.both

    def count(self, has_steward: bool, has_member: bool) -> None:
        self.homes += 1
        self.steward += has_steward
        self.member += has_member
        self.both += has_steward and has_member
        self.neither += not (has_steward or has_member)


@dataclass(frozen=True)
class Board:
    """The lines of the buildings in the order of the doors, their total, and the picture."""

    lines: list[Line]
    total: Line
    chart: Chart

    @property
    def headings(self) -> list[str]:
        return [_("网格"), _("楼幢"), _("关爱户"), _("有管家"), _("有党员"), _("两位都有"), _("还缺人")]

    @property
    def rows(self) -> Iterable[list[object]]:
        """Everything as a spreadsheet has it, the total last."""
        for line in [*self.lines, self.total]:
            yield [line.grid, line.label, line.homes, line.steward, line.member, line.both, line.gaps]


def board_of(looked: Look) -> Board:
    """Count what was looked at; asks nothing."""
    kept = {(tie.home.pk, tie.kind) for tie in looked.ties if tie.holds}
    buildings: dict[int, Line] = {}
    grids: dict[int | None, Line] = {}
    total = Line(_("合计"))
    for home in looked.homes:
        grid_name = home.grid_name or _("还没有划入网格")
        building = buildings.setdefault(home.building, Line(home.building_label, grid_name, home.building))
        grid = grids.setdefault(home.grid, Line(grid_name))
        has_steward = (home.pk, STEWARD.value) in kept
        has_member = (home.pk, MEMBER.value) in kept
        for line in (building, grid, total):
            line.count(has_steward, has_member)
    lines = list(buildings.values())
    drawn = lines if len(lines) <= DRAWN_AT_MOST else list(grids.values())
    return Board(lines, total, _drawn(drawn))


def _drawn(lines: list[Line]) -> Chart:
    series = [
        (_("两位都有"), [line.both for line in lines]),
        (_("只有一位"), [line.one for line in lines]),
        (_("一位也没有"), [line.neither for line in lines]),
    ]
    desc = _("每一条是一幢楼或一个网格的关爱户，分成两位结对人都有、只有一位、一位也没有三段。")
    return charts.stacked_bars(_("关爱户的结对情况"), desc, [line.label for line in lines], series, _("户"))
