"""The three rates of a period (domain §4) and how long things took: what counts, what does not, and why.

They are about the requests submitted in the period, each in exactly one place of each count, so that what is counted
and what is left out add up to all of them:

- response: contacted in time ÷ those whose promised moment of contact has come
- resolution: confirmed solved ÷ answered
- satisfaction: very good and good ÷ answered; the answer rate, answered ÷ asked and answered or out of time, stands
  beside it. Nobody's silence counts as satisfied.

Mediations are nobody's rate (docs/adr/0011) and what was asked in confidence would give away that it was asked. Whoever
was merged into another's request answers for themselves and is counted apart. What ended before somebody had to be in
touch was not due; what ended afterwards without a word is late. Of a request that was taken up again the last round
counts. The conditions are one expression each: the number and the list behind it cannot differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, CharField, Count, F, FilteredRelation, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.calendar import work_calendar
from core import charts, clock
from core.quarters import Month, Quarter
from core.workdays import ZONE
from helpdesk.categories import MEDIATION, LimitKind
from helpdesk.hours import OpenHours, clock_time
from helpdesk.models import Pause, Rating
from helpdesk.states import State

if TYPE_CHECKING:
    from core.charts import Chart
    from core.workdays import Pause as Stretch
    from helpdesk.querysets import ServiceRequestQuerySet

Period = Quarter | Month
SATISFIED = (Rating.Score.VERY_GOOD, Rating.Score.GOOD)
_ROUND_THE_CLOCK = (LimitKind.HOURS, LimitKind.MINUTES)
_WHY = "pauses of requests that are counted for their reader"


class Contact(models.TextChoices):
    """Where a request stands in the count of the response rate."""

    IN_TIME = "in_time", gettext_lazy("按时联系了")
    LATE = "late", gettext_lazy("联系晚了，或者到期还没联系")
    NOT_YET = "not_yet", gettext_lazy("联系期限还没到")
    ASKED = "asked", gettext_lazy("正等居民补充，期限停着")
    WITHDRAWN = "withdrawn", gettext_lazy("期限前就撤回了")
    REJECTED = "rejected", gettext_lazy("期限前答复了不予受理")
    MERGED = "merged", gettext_lazy("期限前并到了别的一件")
    MEDIATION = "mediation", gettext_lazy("矛盾调解，不算进三率")
    CONFIDENTIAL = "confidential", gettext_lazy("保密的，不算进三率")


class Answer(models.TextChoices):
    """Where it stands in the counts of resolution and satisfaction."""

    ANSWERED = "answered", gettext_lazy("居民评价了")
    UNRATED = "unrated", gettext_lazy("满期没有评价")
    WAITING = "waiting", gettext_lazy("办结了，正等居民评价")
    OPEN = "open", gettext_lazy("还没办完")
    JOINED = "joined", gettext_lazy("并单的居民评价了，另外计")
    MERGED = "merged", gettext_lazy("并到了别的一件，还没评价")
    WITHDRAWN = "withdrawn", gettext_lazy("撤回了")
    REJECTED = "rejected", gettext_lazy("不予受理")
    MEDIATION = "mediation", gettext_lazy("矛盾调解，不算进三率")
    CONFIDENTIAL = "confidential", gettext_lazy("保密的，不算进三率")


NO_CONTACT_DUE = tuple(one for one in Contact if one not in (Contact.IN_TIME, Contact.LATE))
NO_ANSWER = tuple(one for one in Answer if one is not Answer.ANSWERED)


def period_of(text: str) -> Period:
    """A quarter ("2026Q4") or a month ("2026-11"); raises ValueError."""
    return Quarter.parse(text) if "q" in text.lower() else Month.parse(text)


def within(rows: ServiceRequestQuerySet, period: Period) -> ServiceRequestQuerySet:
    """Those submitted in the period."""
    return rows.filter(submitted_at__gte=_midnight(period.start), submitted_at__lt=_midnight(period.next().start))


def placed(rows: ServiceRequestQuerySet) -> ServiceRequestQuerySet:
    """Each with its place in the two counts, `contact` and `answer`, and its last rating as `given`."""
    last = FilteredRelation("ratings", condition=Q(ratings__round=F("round")))
    found: ServiceRequestQuerySet = rows.annotate(given=last).annotate(contact=_contact(clock.now()), answer=_answer())
    return found


def _place(pairs: Iterable[tuple[Q, str]], otherwise: str) -> Case:
    whens = [When(condition, then=Value(str(place))) for condition, place in pairs]
    return Case(*whens, default=Value(str(otherwise)), output_field=CharField())


_LEFT_OUT = (
    (Q(is_confidential=True), "confidential"),
    (Q(has_parties=True) | Q(category__slug=MEDIATION), "mediation"),
)


def _contact(now: datetime) -> Case:
    ended_before = Q(first_contact_at__isnull=True, closed_at__lte=F("sign_due_at"))
    return _place(
        [
            *_LEFT_OUT,
            (ended_before & Q(state=State.MERGED), Contact.MERGED),
            (ended_before & Q(state=State.REJECTED), Contact.REJECTED),
            (ended_before & Q(state=State.WITHDRAWN), Contact.WITHDRAWN),
            (Q(state=State.NEED_INFO, first_contact_at__isnull=True), Contact.ASKED),
            (Q(sign_due_at__gt=now), Contact.NOT_YET),
            (Q(first_contact_at__lte=F("sign_due_at")), Contact.IN_TIME),
        ],
        Contact.LATE,
    )


def _answer() -> Case:
    rated = Q(given__isnull=False)
    return _place(
        [
            *_LEFT_OUT,
            (Q(state=State.MERGED) & rated, Answer.JOINED),
            (Q(state=State.MERGED), Answer.MERGED),
            (Q(state=State.REJECTED), Answer.REJECTED),
            (Q(state=State.WITHDRAWN), Answer.WITHDRAWN),
            (Q(state=State.CLOSED) & rated, Answer.ANSWERED),
            (Q(state=State.CLOSED), Answer.UNRATED),
            (Q(state=State.RESOLVED), Answer.WAITING),
        ],
        Answer.OPEN,
    )


@dataclass
class Numbers:
    """Requests counted: by their places, and what those who answered said."""

    contact: Counter[str] = field(default_factory=Counter)
    answer: Counter[str] = field(default_factory=Counter)
    # Of those who answered, and of those merged into another's request.
    solved: int = 0
    satisfied: int = 0
    joined_solved: int = 0
    joined_satisfied: int = 0

    def add(self, contact: str, answer: str, solved: str | None, score: int | None, number: int) -> None:
        """Count `number` requests with these places and this rating."""
        self.contact[contact] += number
        self.answer[answer] += number
        was_solved = number if solved == Rating.Solved.YES else 0
        was_good = number if score in SATISFIED else 0
        if answer == Answer.ANSWERED:
            self.solved, self.satisfied = self.solved + was_solved, self.satisfied + was_good
        if answer == Answer.JOINED:
            self.joined_solved += was_solved
            self.joined_satisfied += was_good

    @property
    def all(self) -> int:
        return sum(self.contact.values())

    @property
    def due(self) -> int:
        return self.contact[Contact.IN_TIME] + self.contact[Contact.LATE]

    @property
    def answered(self) -> int:
        return self.answer[Answer.ANSWERED]

    @property
    def asked(self) -> int:
        """Whose time to answer is over, or who have."""
        return self.answered + self.answer[Answer.UNRATED]

    @property
    def response(self) -> Decimal | None:
        return percent(self.contact[Contact.IN_TIME], self.due)

    @property
    def resolution(self) -> Decimal | None:
        return percent(self.solved, self.answered)

    @property
    def satisfaction(self) -> Decimal | None:
        return percent(self.satisfied, self.answered)

    @property
    def answering(self) -> Decimal | None:
        return percent(self.answered, self.asked)


def percent(part: int, whole: int) -> Decimal | None:
    """So many in a hundred, one place, rounded down: 100 means all. None of nothing."""
    return Decimal(part * 1000 // whole) / 10 if whole else None


@dataclass
class Spans:
    """How long it took, in seconds: until somebody was in touch, and until it was finished."""

    contact: list[float] = field(default_factory=list)
    finish: list[float] = field(default_factory=list)

    @property
    def to_contact(self) -> Decimal | None:
        return _hours(self.contact)

    @property
    def to_finish(self) -> Decimal | None:
        return _hours(self.finish)


def _hours(seconds: list[float]) -> Decimal | None:
    """The median in hours with one place; None of nothing."""
    return round(Decimal(median(seconds)) / 3600, 1) if seconds else None


@dataclass
class Part:
    """The requests of a grid, of a category, or all."""

    numbers: Numbers = field(default_factory=Numbers)
    spans: Spans = field(default_factory=Spans)


@dataclass(frozen=True)
class Rates:
    """The numbers of a period; `grids` and `categories` by their key, a grid's None where there is none."""

    whole: Part
    grids: Mapping[int | None, Part]
    categories: Mapping[int, Part]


def rates_of(rows: ServiceRequestQuerySet) -> Rates:
    """Count narrowed requests in three queries, whatever their number: places, times, pauses."""
    whole, grids, categories = Part(), _Parts(), _Parts()
    counted: Any = (
        placed(rows).order_by().values_list("grid", "category", "contact", "answer", "given__solved", "given__score")
    )
    for grid, category, *seen in counted.annotate(number=Count("pk")):
        for part in (whole, grids[grid], categories[category]):
            part.numbers.add(*seen)
    for grid, category, to_contact, to_finish in _spans(rows):
        for part in (whole, grids[grid], categories[category]):
            part.spans.contact += to_contact
            part.spans.finish += to_finish
    return Rates(whole, grids, categories)


class _Parts(dict[Any, Part]):
    def __missing__(self, key: Any) -> Part:
        self[key] = Part()
        return self[key]


# What a span is worked out from; of a request that was taken up again that of its last round.
_TIMED = ("pk", "grid", "category", "sign_kind", "finish_kind", "clock_from", "first_contact_at", "resolved_at")


def _spans(rows: ServiceRequestQuerySet) -> Iterable[tuple[Any, Any, list[float], list[float]]]:
    """(grid, category, seconds to contact, seconds to finish), each list with one or nothing.

    Counted the way the limit is that was promised: day and night for what is urgent, else while the office is open.
    """
    counting = rows.exclude(is_confidential=True).exclude(Q(has_parties=True) | Q(category__slug=MEDIATION))
    timed = counting.exclude(first_contact_at__isnull=True, resolved_at__isnull=True)
    found: list[tuple[Any, ...]] = list(timed.order_by().values_list(*_TIMED))
    if not found:
        return
    paused = _paused(timed)
    start = min(row[5] for row in found)
    hours = OpenHours(work_calendar(), start.astimezone(ZONE).date(), clock.today())
    for pk, grid, category, sign_kind, finish_kind, begun, contact, finished in found:
        stops = paused.get(pk, ())
        yield (
            grid,
            category,
            _span(hours, sign_kind, begun, contact, stops),
            _span(hours, finish_kind, begun, finished, stops),
        )


def _span(hours: OpenHours, kind: str, begun: datetime, end: datetime | None, paused: Iterable[Stretch]) -> list[float]:
    if end is None:
        return []
    return [clock_time(begun, end, paused) if kind in _ROUND_THE_CLOCK else hours.between(begun, end, paused)]


def _paused(timed: Any) -> dict[Any, list[Stretch]]:
    """The pauses of these requests that have ended; of one that goes on nothing has been finished."""
    rows = Pause.objects.unscoped(reason=_WHY).filter(request__in=timed.order_by().values("pk"), ended_at__isnull=False)
    stops: dict[Any, list[Stretch]] = {}
    for pk, began, ended in rows.order_by("began_at").values_list("request", "began_at", "ended_at"):
        stops.setdefault(pk, []).append((began, ended))
    return stops


TREND = 6


def trend(rows: ServiceRequestQuerySet, period: Period) -> Chart:
    """The three rates of this period and the five before, in one query."""
    periods: list[Period] = [period]
    while len(periods) < TREND:
        periods.insert(0, periods[0].previous())
    begun = [When(submitted_at__lt=_midnight(one.next().start), then=Value(at)) for at, one in enumerate(periods)]
    counted = placed(
        rows.filter(submitted_at__gte=_midnight(periods[0].start), submitted_at__lt=_midnight(periods[-1].next().start))
    )
    found: Any = counted.annotate(at=Case(*begun, output_field=models.IntegerField())).order_by()
    numbers = [Numbers() for _one in periods]
    seen = found.values_list("at", "contact", "answer", "given__solved", "given__score")
    for at, *places in seen.annotate(number=Count("pk")):
        numbers[at].add(*places)
    series = [
        (_("响应率"), [one.response for one in numbers]),
        (_("解决率"), [one.resolution for one in numbers]),
        (_("满意率"), [one.satisfaction for one in numbers]),
    ]
    title = _("三率的变化")
    told = _("最近 %(count)d 期的响应率、解决率和满意率，按提交的时间分期。") % {"count": TREND}
    return charts.lines(title, told, [str(one) for one in periods], series, unit="%")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


# The lists behind the numbers: which part of which count.
_BEHIND: dict[tuple[str, str], Q] = {
    ("all", ""): Q(),
    ("contact", "due"): Q(contact__in=[Contact.IN_TIME, Contact.LATE]),
    **{("contact", place): Q(contact=place) for place in Contact},
    **{("answer", place): Q(answer=place) for place in Answer},
    ("answer", "asked"): Q(answer__in=[Answer.ANSWERED, Answer.UNRATED]),
    ("answer", "solved"): Q(answer=Answer.ANSWERED, given__solved=Rating.Solved.YES),
    ("answer", "unsolved"): Q(answer=Answer.ANSWERED, given__solved=Rating.Solved.NO),
    ("answer", "satisfied"): Q(answer=Answer.ANSWERED, given__score__in=SATISFIED),
    ("answer", "unsatisfied"): Q(answer=Answer.ANSWERED, given__score__lt=Rating.Score.GOOD),
}


def behind(rows: ServiceRequestQuerySet, count: str, which: str) -> ServiceRequestQuerySet:
    """The requests behind a number; raises KeyError for one that there is not."""
    return placed(rows).filter(_BEHIND[count, which])


def words_of(count: str, which: str) -> str:
    """What a list behind a number holds; raises KeyError as `behind`."""
    if (count, which) not in _BEHIND:
        raise KeyError(which)
    own = {
        ("all", ""): _("这一期提交的诉求"),
        ("contact", "due"): _("应当联系的"),
        ("answer", "asked"): _("请居民评价过、有了结果的"),
        ("answer", "solved"): _("居民说解决了"),
        ("answer", "unsolved"): _("居民说没解决"),
        ("answer", "satisfied"): _("很满意和满意"),
        ("answer", "unsatisfied"): _("一般和不满意"),
    }
    if (count, which) in own:
        return own[count, which]
    return str((Contact if count == "contact" else Answer)(which).label)
