"""A volunteer's year as their page shows it, and as it is thanked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _

from core import charts, clock
from core.charts import Chart
from core.workdays import ZONE
from helpdesk.models import ThanksLetter
from stewards.hours.wording import lasting
from stewards.models import HoursEntry, JobSteward

if TYPE_CHECKING:
    from community.models import User

LETTERS_SHOWN = 3


@dataclass(frozen=True)
class Line:
    """An entry as the list shows it; `is_undone` where another has taken it back."""

    entry: HoursEntry
    is_undone: bool


@dataclass(frozen=True)
class Year:
    """The hours of one volunteer in one year, and in which years there are others."""

    year: int
    years: list[int]
    minutes: int
    minutes_ever: int
    kinds: list[tuple[str, str]]
    lines: list[Line]
    chart: Chart | None

    @property
    def lasting(self) -> str:
        return lasting(self.minutes)

    @property
    def lasting_ever(self) -> str:
        return lasting(self.minutes_ever)


def year_of(volunteer: User, year: int, *, seen_by: User) -> Year:
    """The year of a volunteer as `seen_by` may see it; two queries."""
    mine = HoursEntry.objects.visible_to(seen_by).filter(volunteer=volunteer)
    sums = dict(mine.order_by().values_list(ExtractYear("day")).annotate(Sum("minutes")))
    entries = list(mine.filter(day__year=year).select_related("confirmed_by"))
    undone = {one.reverses_id for one in entries if one.reverses_id}
    kinds: Counter[str] = Counter()
    for one in entries:
        kinds[one.kind] += one.minutes
    labels = [(kind, str(label)) for kind, label in HoursEntry.Kind.choices if kinds[kind]]
    return Year(
        year=year,
        years=sorted({*sums, clock.today().year}, reverse=True),
        minutes=sum(kinds.values()),
        minutes_ever=sum(sums.values()),
        kinds=[(label, lasting(kinds[kind])) for kind, label in labels],
        lines=[Line(one, one.pk in undone) for one in entries],
        chart=_by_month(year, entries, labels) if kinds.total() else None,
    )


def _by_month(year: int, entries: list[HoursEntry], labels: list[tuple[str, str]]) -> Chart:
    last = clock.today().month if year == clock.today().year else 12
    months = range(1, last + 1)
    given: Counter[tuple[str, int]] = Counter()
    for one in entries:
        given[one.kind, one.day.month] += one.minutes
    series = [(label, [_hours(given[kind, month]) for month in months]) for kind, label in labels]
    title, desc = _("每个月多少小时"), _("按服务的种类分层的柱形图，一个月一根。")
    return charts.stacked_bars(title, desc, [_("%(n)d月") % {"n": month} for month in months], series, _("小时"))


def _hours(minutes: int) -> Decimal:
    return (Decimal(minutes) / 60).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class Thanks:
    """What a year is thanked for. `doors` and `letters` may be zero: the page then does not mention them."""

    year: int
    lasting: str
    times: int
    days: int
    doors: int
    letters: int
    words: list[str]


def thanks_for(volunteer: User, year: int) -> Thanks | None:
    """One's own year in a few numbers; None for a year without hours."""
    mine = HoursEntry.objects.visible_to(volunteer).filter(volunteer=volunteer, day__year=year)
    standing = mine.filter(reverses__isnull=True, reversed_by__isnull=True)
    found = standing.aggregate(minutes=Sum("minutes"), times=Count("pk"), days=Count("day", distinct=True))
    if not found["minutes"]:
        return None
    letters = ThanksLetter.objects.visible_to(volunteer).filter(
        to_user=volunteer, withdrawn_at__isnull=True, written_at__gte=_start(year), written_at__lt=_start(year + 1)
    )
    texts = list(letters.order_by("-written_at").values_list("text", flat=True))
    return Thanks(
        year=year,
        lasting=lasting(found["minutes"]),
        times=found["times"],
        days=found["days"],
        doors=_doors(volunteer, year),
        letters=len(texts),
        words=texts[:LETTERS_SHOWN],
    )


def _doors(volunteer: User, year: int) -> int:
    """At how many different doors somebody helped; the number alone."""
    went = JobSteward.objects.unscoped(reason="at how many doors one helped in a year, for one's own page")
    done = Q(steward__user=volunteer, minutes__isnull=False, job__home__isnull=False)
    rows = went.filter(done, starts_at__gte=_start(year), starts_at__lt=_start(year + 1))
    return int(rows.aggregate(doors=Count("job__home", distinct=True))["doors"])


def _start(year: int) -> datetime:
    """The first moment of a year where the community lives."""
    return datetime(year, 1, 1, tzinfo=ZONE)
