"""The board of those who triage: what is new, what waits for somebody, what is late in hand, what is to be checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from community.calendar import work_calendar
from community.once import new_id
from core import clock
from core.addresses import address
from core.templatetags.portal import when
from helpdesk import deadlines, routing
from helpdesk.categories import MEDIATION
from helpdesk.course import Course
from helpdesk.models import ServiceRequest
from helpdesk.querysets import led, possible_handlers
from helpdesk.states import RETURNS, State

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar
    from helpdesk.querysets import Candidate, ServiceRequestQuerySet

AT_MOST = 20
IN_HAND = (State.DISPATCHED, State.IN_PROGRESS, State.SUSPENDED, State.REFERRED)
# The step that one button takes, where the rules name somebody.
AT_ONCE = {State.SUBMITTED: "accept", State.ACCEPTED: "dispatch"}


class _Columns(NamedTuple):
    id: UUID
    number: str
    title: str
    community_id: int
    category_id: int
    category: str
    has_aids: bool
    slug: str
    banner: str
    finish_kind: str
    place: str
    place_kind: str
    building: str | None
    building_id: int | None
    grid_id: int | None
    reporter_id: int | None
    handler_id: int | None
    handler: str | None
    handler_role: str
    escalation: int
    hop_count: int
    state: str
    submitted_at: datetime
    sign_due_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    version: int


class Row(_Columns, Course):
    """A request as the board reads it: names and labels instead of rows."""

    __slots__ = ()


# Where the columns of `Row` are found, in their order.
COLUMNS = (
    "id", "number", "title", "community_id", "category_id", "category__name", "category__has_aids", "category__slug",
    "category__banner", "finish_kind", "place", "place_kind", "building__label", "building_id", "grid_id",
    "reporter_id", "handler_id", "handler__name", "handler_role", "escalation", "hop_count", "state", "submitted_at",
    "sign_due_at", "due_at", "resolved_at", "closed_at", "version",
)  # fmt: skip


class AtOnce(NamedTuple):
    """A button that takes the step with whom the rules suggest, and what it sends."""

    url: str
    label: str
    because: str
    handler: str
    submission: str


class Card(NamedTuple):
    """A request on the board."""

    row: Row
    url: str
    category: str
    place: str
    tone: str
    deadline: str
    sent: str
    hurry: str
    button: str
    at_once: AtOnce | None


class Column(NamedTuple):
    """One heap of the board, the one due first on top; `more` is where the rest is, or ""."""

    key: str
    title: str
    empty: str
    button: str
    cards: list[Card]
    more: str

    @property
    def shown(self) -> str:
        """How many there are, as far as they are shown."""
        return f"{len(self.cards)}+" if self.more else str(len(self.cards))


def columns(user: User, *, grid: int | None = None) -> list[Column]:
    """What this person triages, in four heaps; at most twelve queries, whatever their number."""
    now, calendar = clock.now(), work_calendar()
    rows = of_desk(user)
    if grid is not None:
        rows = rows.filter(grid=grid)
    late = Q(due_at__lt=now) | Q(state=State.DISPATCHED, sign_due_at__lt=now)
    suffix = f"&grid={grid}" if grid is not None else ""
    heaps = [
        ("new", _("新来的"), _("没有新来的"), _("去受理"), Q(state=State.SUBMITTED), "?state=submitted"),
        ("waits", _("等派人的"), _("都派出去了"), _("去派单"), Q(state=State.ACCEPTED), "?state=accepted"),
        ("late", _("在办，超期了"), _("没有超期的"), _("去看一看"), Q(state__in=IN_HAND) & late, "?overdue=yes"),
        (
            "review",
            _("等审核的"),
            _("没有等审核的"),
            _("去审核"),
            Q(state=State.REVIEW) & ~Q(handler=user) & (Q(last_resolved_by=None) | ~Q(last_resolved_by=user)),
            "?state=review",
        ),
    ]
    found = [(heap, _first(rows.filter(heap[4]))) for heap in heaps]
    suggest = _Suggesting([row for _heap, some in found for row in some], user, calendar)
    return [
        Column(
            key,
            title,
            empty,
            button,
            [_card(row, user, calendar, button, suggest.of(row)) for row in some[:AT_MOST]],
            f"{query}{suffix}&sort=due" if len(some) > AT_MOST else "",
        )
        for (key, title, empty, button, _which, query), some in found
    ]


def of_desk(user: User) -> ServiceRequestQuerySet:
    """What the user leads; what is only in their hands is on their own list."""
    mine = reduce(or_, led(user.scope), Q(pk__in=[]))
    rows: ServiceRequestQuerySet = ServiceRequest.objects.visible_to(user)
    return rows.filter(mine, community__in=user.scope.communities)


def _first(rows: ServiceRequestQuerySet) -> list[Row]:
    return [Row._make(row) for row in rows.order_by("due_at", "pk").values_list(*COLUMNS)[: AT_MOST + 1]]


class _Suggesting:
    """Whom the rules suggest for each of these requests: people and rules are read once, and only where needed."""

    def __init__(self, rows: Iterable[Row], user: User, calendar: WorkCalendar) -> None:
        self._user, self._calendar = user, calendar
        wanted = {row.community_id for row in rows if row.has_aids and row.state in AT_ONCE}
        self._rules: dict[int, list[routing.Rule]] = {pk: routing.rules_for(pk) for pk in wanted}
        self._people: dict[int, Sequence[Candidate]] = {
            pk: possible_handlers(pk) for pk, rules in self._rules.items() if rules
        }

    def of(self, row: Row) -> AtOnce | None:
        action = AT_ONCE.get(State(row.state))
        rules = self._rules.get(row.community_id)
        if not action or not rules or not self._may(row):
            return None
        people = [one for one in self._people[row.community_id] if one.user_id != row.reporter_id]
        found = routing.first_fit(row, rules, people, self._calendar)
        if found.candidate is None:
            return None
        words = _("受理，派给%(name)s") if action == "accept" else _("派给%(name)s")
        return AtOnce(
            url=reverse("helpdesk:step", args=[row.id, action]),
            label=words % {"name": found.candidate.name},
            because=found.because,
            handler=str(found.candidate.pk),
            submission=new_id(),
        )

    def _may(self, row: Row) -> bool:
        """Whether the step is not one that has to be thought about: two households, or returned again and again."""
        return row.slug != MEDIATION and row.hop_count < RETURNS


def _card(row: Row, user: User, calendar: WorkCalendar, button: str, at_once: AtOnce | None) -> Card:
    deadline = deadlines.deadline_of(row, calendar)
    unsigned = row.state == State.DISPATCHED and row.sign_due_at < clock.now()
    return Card(
        row=row,
        url=address("helpdesk:request", row.id),
        category=_(row.category),
        place=row.place_for(user),
        tone=deadline.tone,
        deadline=deadline.text,
        sent=when(row.submitted_at),
        hurry=_("派出去了还没签收") if unsigned else "",
        button=button,
        at_once=at_once,
    )
