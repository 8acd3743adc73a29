"""Coverage over the quarters: how many fields of each grid's doors were verified, as a picture and as figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from core import charts
from visits.models import Campaign, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from community.models import User
    from core.charts import Chart

QUARTERS = 8
# From so many in a hundred on: the colour of the cell, and what the legend says of it.
_LEVELS = ((90, "good"), (60, "wait"), (30, "warn"), (0, "bad"))


@dataclass(frozen=True)
class Cell:
    """One grid in one quarter; `percent` is None where it had no doors then."""

    verified: int = 0
    fields: int = 0

    @property
    def percent(self) -> int | None:
        """Verified fields in a hundred, rounded down: 100 means all."""
        return self.verified * 100 // self.fields if self.fields else None

    @property
    def tone(self) -> str:
        percent = self.percent
        return "idle" if percent is None else next(tone for least, tone in _LEVELS if percent >= least)

    @property
    def words(self) -> str:
        return _("%(verified)d / %(fields)d 项") % {"verified": self.verified, "fields": self.fields}

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.verified + other.verified, self.fields + other.fields)


@dataclass(frozen=True)
class Row:
    """A grid through the quarters."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """The last quarters, the oldest first; grids are those of today."""

    campaigns: Sequence[Campaign]
    grids: Sequence[Row]
    whole: Row

    @property
    def chart(self) -> Chart:
        """All grids together, from quarter to quarter."""
        labels = [str(campaign.period) for campaign in self.campaigns]
        values = [cell.percent for cell in self.whole.cells]
        title = _("核实到字段的比例")
        told = _("每一季核实了的字段占应核实字段的百分比，最近 %(count)d 季。") % {"count": len(labels)}
        return charts.lines(title, told, labels, [(self.whole.name, values)], unit="%")

    @property
    def legend(self) -> list[tuple[str, str]]:
        """What the colours of the cells mean."""
        steps = [least for least, _tone in _LEVELS]
        told = [
            _("%(percent)d%% 以上") % {"percent": steps[0]},
            *(f"{least}%–{above - 1}%" for above, least in pairwise(steps[:-1])),
            _("不到 %(percent)d%%") % {"percent": steps[-2]},
        ]
        return list(zip((tone for _least, tone in _LEVELS), told, strict=True))


def over_quarters(user: User) -> Table:
    """The coverage of the user's grids over the last eight quarters, in two queries."""
    rounds = Campaign.objects.visible_to(user).exclude(state=Campaign.State.PREPARING)
    campaigns = list(rounds.order_by("-year", "-quarter")[:QUARTERS])[::-1]
    rows = Target.objects.visible_to(user).filter(
        campaign__in=[campaign.pk for campaign in campaigns], kind=Target.Kind.QUARTERLY
    )
    counted = (
        rows.values_list("building__grid__code", "building__grid__name", "campaign")
        .annotate(Sum("fields_verified"), Sum("fields_total"))
        .order_by()
    )
    found: dict[tuple[str, str], dict[Any, Cell]] = defaultdict(dict)
    for code, name, campaign, verified, fields in counted:
        found[code or "~", name or ""][campaign] = Cell(verified, fields)
    grids = [
        Row(name, [cells.get(campaign.pk, Cell()) for campaign in campaigns])
        for (_code, name), cells in sorted(found.items())
    ]
    whole = [sum((row.cells[index] for row in grids), Cell()) for index in range(len(campaigns))]
    return Table(campaigns, grids, Row(_("全部"), whole))
