"""When stewards are taken: by whatever they have promised, in this room or in one above it. The one place that says so.

Each room registers what takes people in it, so that nobody is asked, seated or sent while they are elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from helpdesk.slots import slot_words

if TYPE_CHECKING:
    from community.models import User

Slot = tuple[datetime, datetime]
JOBS, DUTY = "jobs", "duty"


class Taken(NamedTuple):
    """A time that a steward has promised. `what` is for their own eyes; `counts` says whether it is help, which the
    hours that they give in a week are made of."""

    steward: UUID
    starts_at: datetime
    ends_at: datetime
    what: str
    counts: bool = True

    @property
    def slot(self) -> Slot:
        return self.starts_at, self.ends_at

    @property
    def words(self) -> str:
        """ "“换灯管”（11月26日 周四 8:00–12:00）"."""
        return _("“%(what)s”（%(when)s）") % {"what": self.what, "when": slot_words(*self.slot)}


Source = Callable[[Collection[UUID], datetime, datetime], Iterable[Taken]]
_SOURCES: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """What takes stewards in a room: what they have promised that touches a time, in one query for all of them."""
    _SOURCES[name] = source


def taken(
    steward_ids: Collection[UUID], start: datetime, end: datetime, *, without: str = ""
) -> defaultdict[UUID, list[Taken]]:
    """What each of them has promised that touches the time from `start` to `end`; a query for each room but the one
    that is left out."""
    found: defaultdict[UUID, list[Taken]] = defaultdict(list)
    for name, source in _SOURCES.items() if steward_ids else ():
        for one in source(steward_ids, start, end) if name != without else ():
            found[one.steward].append(one)
    return found


def promised_by(user: User, start: datetime, end: datetime, *, without: str = "") -> list[Taken]:
    """The same for somebody with an account, in order; empty for who is no steward."""
    from stewards.models import Steward

    own = Steward.objects.unscoped(reason="what somebody has promised, for themselves").filter(user=user)
    found = taken(list(own.values_list("pk", flat=True)), start, end, without=without)
    return sorted((one for held in found.values() for one in held), key=lambda one: one.slot)


def overlapping(promised: Iterable[Taken], slot: Slot) -> Taken | None:
    """The first of these that touches the slot; what ends as the other begins does not."""
    return next((one for one in promised if one.starts_at < slot[1] and slot[0] < one.ends_at), None)


def week_of(moment: datetime) -> Slot:
    """The week, Monday to Monday, in which a moment lies where the community lives."""
    local = clock.local(moment)
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return monday, monday + timedelta(days=7)


def minutes_in(promised: Iterable[Slot], week: Slot) -> float:
    """How many minutes of these lie within the week."""
    inside = (min(end, week[1]) - max(start, week[0]) for start, end in promised)
    return sum(max(one, timedelta()) / timedelta(minutes=1) for one in inside)
