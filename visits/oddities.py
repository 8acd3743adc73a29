"""Visits that look odd: something to talk about, not a judgement. Pure functions over rows; nothing here is stored.

Three things are looked for: very many doors in very little time, positions far from where everybody else stood at that
building, and the same words at many doors. What came from paper has no times of its own, and what a household filled in
by its card is nobody's walk.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.hashing import digest
from visits.models import Talk, Visit

if TYPE_CHECKING:
    from visits.models import Campaign
    from visits.querysets import VisitQuerySet

# So many doors within so short a time are more than anybody can knock at and listen to.
FAST_DOORS = 10
FAST_WITHIN = timedelta(seconds=180)
# So far from the middle of a building's positions, beyond what the phone itself was unsure of, in metres.
FAR_METRES = 500
# A middle is none before so many others have stood there.
FAR_OTHERS = 3
# A remark that is as long as this and word for word the same at so many doors.
SAME_LETTERS = 12
SAME_DOORS = 5

_EARTH = 6_371_000
_KEPT = 80


@dataclass(frozen=True)
class Row:
    """As much of a visit as is looked at. `position` has `lat` and `lon` in degrees and `accuracy` in metres."""

    visit: UUID
    walker: int
    household: UUID
    building: int
    visited_at: datetime
    position: Mapping[str, float] | None = None
    note: str = ""
    via: str = Visit.Via.FORM


@dataclass(frozen=True)
class Oddity:
    """Some visits of one walker that are worth a question. `measure` is seconds, metres, or 0; `note` what was said."""

    about: str
    walker: int
    visits: tuple[UUID, ...]
    doors: int
    first: datetime
    last: datetime
    building: int
    measure: int = 0
    note: str = ""

    @property
    def visits_hash(self) -> str:
        """Names these visits, whatever their order."""
        return digest(sorted(str(visit) for visit in self.visits))


def rows_of(visits: VisitQuerySet, campaign: Campaign) -> list[Row]:
    """The standing visits of a round that somebody walked; one query."""
    rows: Any = visits.standing().filter(target__campaign=campaign).exclude(via=Visit.Via.CARD)
    names = ("pk", "by", "household", "building", "visited_at", "position", "note", "via")
    return [Row(*row) for row in rows.exclude(outcome=Visit.Outcome.CARD).order_by().values_list(*names)]


def find(rows: Sequence[Row]) -> list[Oddity]:
    """All that is odd, the latest first."""
    found = [*fast(rows), *far(rows), *same_notes(rows)]
    return sorted(found, key=lambda one: (one.last, one.about, one.visits_hash), reverse=True)


def not_talked_about(found: Iterable[Oddity], talks: Iterable[tuple[str, str]]) -> list[Oddity]:
    """Without those that were talked about; `talks` are pairs of what about and the hash of the visits."""
    known = set(talks)
    return [one for one in found if (one.about, one.visits_hash) not in known]


def fast(rows: Iterable[Row]) -> list[Oddity]:
    """Runs of one walker in which every visit lies in some window of `FAST_WITHIN` with at least `FAST_DOORS` doors.

    Windows that share a visit are one run.
    """
    found = []
    for walker, mine in _by(rows, lambda row: row.walker):
        ordered = sorted(_timed(mine), key=lambda row: (row.visited_at, row.visit))
        found += [_oddity(Talk.About.FAST, run, walker, _seconds(run)) for run in _runs(ordered)]
    return found


def _runs(ordered: Sequence[Row]) -> list[list[Row]]:
    """The windows that are too full, joined where they share a visit; one pass with two ends."""
    joined: list[tuple[int, int]] = []
    doors: Counter[UUID] = Counter()
    start = 0
    for end, row in enumerate(ordered):
        doors[row.household] += 1
        while row.visited_at - ordered[start].visited_at > FAST_WITHIN:
            _drop(doors, ordered[start].household)
            start += 1
        if len(doors) >= FAST_DOORS:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
    return [list(ordered[first : last + 1]) for first, last in joined]


def _drop(doors: Counter[UUID], household: UUID) -> None:
    doors[household] -= 1
    if not doors[household]:
        del doors[household]


def far(rows: Iterable[Row]) -> list[Oddity]:
    """Visits farther than `FAR_METRES` from the middle of all positions at their building, one oddity a walker there.

    The middle is the median of the latitudes and of the longitudes, so that a few strays do not move it; what the
    phone was unsure of is taken off the distance.
    """
    found = []
    placed = [row for row in rows if row.position]
    for _building, there in _by(placed, lambda row: row.building):
        if len(there) <= FAR_OTHERS:
            continue
        middle = median(_at(row, "lat") for row in there), median(_at(row, "lon") for row in there)
        away = [(row, _beyond(row, middle)) for row in there]
        strays = {row.visit: metres for row, metres in away if metres > FAR_METRES}
        for walker, mine in _by([row for row, _metres in away if row.visit in strays], lambda row: row.walker):
            farthest = max(strays[row.visit] for row in mine)
            found.append(_oddity(Talk.About.FAR, mine, walker, round(farthest)))
    return found


def same_notes(rows: Iterable[Row]) -> list[Oddity]:
    """The same remark of one walker at `SAME_DOORS` doors or more in the round."""
    worded = [(row, normalised(row.note)) for row in rows]
    told = {row.visit: words for row, words in worded if len(words) >= SAME_LETTERS}
    found = []
    same = _by([row for row, _words in worded if row.visit in told], lambda row: (row.walker, told[row.visit]))
    for (walker, _words), mine in same:
        if len({row.household for row in mine}) >= SAME_DOORS:
            found.append(_oddity(Talk.About.SAME_NOTES, mine, walker, 0, mine[0].note[:_KEPT]))
    return found


def normalised(note: str) -> str:
    """A remark without what does not change its words: width, case, spaces and punctuation."""
    wide = unicodedata.normalize("NFKC", note).casefold()
    return "".join(char for char in wide if unicodedata.category(char)[0] not in "PZCS")


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The way over ground between two places of latitude and longitude in degrees, in metres."""
    lat, lon, lat2, lon2 = (radians(part) for part in (*one, *other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))


def _beyond(row: Row, middle: tuple[float, float]) -> float:
    return metres_between((_at(row, "lat"), _at(row, "lon")), middle) - _at(row, "accuracy")


def _at(row: Row, name: str) -> float:
    return float((row.position or {}).get(name, 0))


def _timed(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.via not in (Visit.Via.PAPER, Visit.Via.CARD)]


def _seconds(run: Sequence[Row]) -> int:
    return round((run[-1].visited_at - run[0].visited_at).total_seconds())


def _by(rows: Iterable[Row], key: Callable[[Row], Any]) -> list[tuple[Any, list[Row]]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return list(found.items())


def _oddity(about: str, rows: Sequence[Row], walker: int, measure: int, note: str = "") -> Oddity:
    ordered = sorted(rows, key=lambda row: (row.visited_at, row.visit))
    return Oddity(
        about=about,
        walker=walker,
        visits=tuple(row.visit for row in ordered),
        doors=len({row.household for row in ordered}),
        first=ordered[0].visited_at,
        last=ordered[-1].visited_at,
        building=ordered[0].building,
        measure=measure,
        note=note,
    )
