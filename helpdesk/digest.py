"""What happened in a week, for the work group: counts, and what is late by its number; no name, door or matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import audit, messages
from community.models import AuditEvent, Community
from core import clock
from core.fields import is_filled
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import day
from core.workdays import ZONE
from grids.models import Grid
from helpdesk.categories import MEDIATION
from helpdesk.models import Rating, RecurringSpot, ServiceRequest, Story, ThanksLetter
from helpdesk.rates import SATISFIED
from helpdesk.states import OPEN, State

if TYPE_CHECKING:
    from community.models import User

KIND = "digest"
VERB = "digest_sent"
LATE_SHOWN = 10
_WHY = "counts for the work group, which name nobody"


@dataclass(frozen=True)
class Late:
    """One that is late: its number, where it belongs, and for how many days."""

    number: str
    grid: str
    days: int


@dataclass(frozen=True)
class Digest:
    """The week that began on `monday` in a community, or in one of its grids."""

    community: Community
    grid: Grid | None
    monday: date
    new: int
    finished: int
    open: int
    late: list[Late]
    late_count: int
    rated: int
    solved: int
    satisfied: int
    spots: int
    spots_unplanned: int
    stories: int
    thanks: int

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def text(self) -> str:
        """As it goes to the group, in the reader's language."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        head = {
            "place": self.grid.name if self.grid else self.community.name,
            "first": day(self.monday),
            "last": day(self.sunday),
        }
        counts = {"new": self.new, "finished": self.finished, "open": self.open}
        lines = [
            _("%(place)s一周简报（%(first)s–%(last)s）") % head,
            _("新来诉求 %(new)d 件，办结 %(finished)d 件，还在办 %(open)d 件。") % counts,
        ]
        if self.rated:
            rated = {"rated": self.rated, "solved": self.solved, "satisfied": self.satisfied}
            lines.append(_("收到评价 %(rated)d 份：说解决了 %(solved)d 份，满意 %(satisfied)d 份。") % rated)
        lines += self._late_lines()
        if self.spots:
            spots = {"spots": self.spots, "unplanned": self.spots_unplanned}
            lines.append(_("反复出现的地方 %(spots)d 处，还没有打算的 %(unplanned)d 处。") % spots)
        if self.stories or self.thanks:
            told = {"stories": self.stories, "thanks": self.thanks}
            lines.append(_("公开了办好的事 %(stories)d 件、感谢信 %(thanks)d 封。") % told)
        return lines

    def _late_lines(self) -> list[str]:
        if not self.late_count:
            return [_("没有超期的，辛苦大家。")]
        lines = [
            ngettext("超期 %(n)d 件，请抓紧：", "超期 %(n)d 件，请抓紧：", self.late_count) % {"n": self.late_count}
        ]
        for one in self.late:
            words = {"number": one.number, "grid": one.grid, "days": one.days}
            lines.append(_("%(number)s（%(grid)s）超期 %(days)d 天") % words)
        if more := self.late_count - len(self.late):
            lines.append(ngettext("还有 %(n)d 件", "还有 %(n)d 件", more) % {"n": more})
        return lines


def last_week(today: date | None = None) -> date:
    """The Monday of the last whole week."""
    today = today or clock.today()
    return today - timedelta(days=today.weekday() + 7)


def digest_of(community: Community, *, monday: date, grid: Grid | None = None) -> Digest:
    """Count the week that began on this Monday; what is open and late is counted now.

    Mediations and what was asked in confidence are left out, their numbers as well.
    """
    since, until = (datetime.combine(one, time(), ZONE) for one in (monday, monday + timedelta(days=7)))
    rows = _requests(community, grid)
    counts = _counts(rows, since, until)
    return Digest(
        community=community,
        grid=grid,
        monday=monday,
        **counts,
        finished=_finished(rows, since, until),
        late=_late(rows) if counts["late_count"] else [],
        **_ratings(rows, community, since, until),
        **_spots(community, grid),
        stories=_told(Story, community, grid, since, until, of="request__grid"),
        thanks=_told(ThanksLetter, community, grid, since, until, of="request__grid"),
    )


def _requests(community: Community, grid: Grid | None) -> Any:
    rows = ServiceRequest.objects.unscoped(reason=_WHY).filter(community=community, is_confidential=False)
    rows = rows.filter(has_parties=False).exclude(category__slug=MEDIATION)
    return rows.filter(grid=grid) if grid else rows


def _counts(rows: Any, since: datetime, until: datetime) -> dict[str, int]:
    """What came in the week, and what runs and is late now."""
    new, running = Q(submitted_at__gte=since, submitted_at__lt=until), Q(state__in=OPEN)
    late = running & Q(due_at__lt=clock.now())
    counts: dict[str, int] = rows.filter(new | running).aggregate(
        new=Count("pk", filter=new), open=Count("pk", filter=running), late_count=Count("pk", filter=late)
    )
    return counts


def _finished(rows: Any, since: datetime, until: datetime) -> int:
    """Resolved in the week: such a one waits for its rating still, or was closed since then."""
    somewhere = Q(state=State.RESOLVED) | Q(state=State.CLOSED, closed_at__gte=since)
    return int(rows.filter(somewhere, resolved_at__gte=since, resolved_at__lt=until).count())


def _late(rows: Any) -> list[Late]:
    late = rows.filter(state__in=OPEN, due_at__lt=clock.now())
    found = late.order_by("due_at", "pk").values_list("number", "grid__name", "due_at")[:LATE_SHOWN]
    today = clock.today()
    return [Late(number, grid or _("社区"), (today - clock.local(due).date()).days) for number, grid, due in found]


def _ratings(rows: Any, community: Community, since: datetime, until: datetime) -> dict[str, int]:
    given = Rating.objects.unscoped(reason=_WHY).filter(community=community, at__gte=since, at__lt=until)
    counts: dict[str, int] = given.filter(request__in=rows.values("pk")).aggregate(
        rated=Count("pk"),
        solved=Count("pk", filter=Q(solved=Rating.Solved.YES)),
        satisfied=Count("pk", filter=Q(score__in=SATISFIED)),
    )
    return counts


def _spots(community: Community, grid: Grid | None) -> dict[str, int]:
    rows = RecurringSpot.objects.unscoped(reason=_WHY).open().filter(community=community)
    rows = rows.filter(building__grid=grid) if grid else rows
    counts: dict[str, int] = rows.aggregate(spots=Count("pk"), spots_unplanned=Count("pk", filter=Q(plan="")))
    return counts


def _told(model: Any, community: Community, grid: Grid | None, since: datetime, until: datetime, *, of: str) -> int:
    rows = model.objects.public(community).filter(published_at__gte=since, published_at__lt=until)
    return int((rows.filter(**{of: grid}) if grid else rows).count())


def in_community_language(digest: Digest) -> str:
    """The text as it goes out: who reads it is not who sends it."""
    with translation.override(settings.LANGUAGE_CODE):
        return digest.text


@transaction.atomic
def send_digest(community: Community, *, by: User | None, monday: date | None = None) -> int:
    """Tell the groups of the community, and each grid's own, about the last week; how many were told.

    Sent once a week by itself, and as often as somebody wants by hand. Raises Refused where there is no group.
    """
    row = locked(community)
    monday = monday or last_week()
    url = reverse("helpdesk:digest")
    whole = in_community_language(digest_of(row, monday=monday))
    told = messages.tell_group(row, kind=KIND, text=whole, url=url)
    grids = Grid.objects.unscoped(reason=_WHY).filter(is_filled("work_group"), community=row).order_by("code")
    for grid in grids:
        text = in_community_language(digest_of(row, monday=monday, grid=grid))
        told += messages.tell_group(row, kind=KIND, text=text, url=url, grid=grid)
    if not told:
        raise Refused(_("还没有接上工作群，没有地方可发。"))
    audit.record(VERB, row, by=by, changes={"groups": told, "week": str(monday)})
    return told


def send_weekly() -> int:
    """The daily duty: the last week is told as soon as it is over, once; on Monday, or when the worker is up again."""
    return sum(_send_due(community) for community in Community.objects.all())


@transaction.atomic
def _send_due(community: Community) -> int:
    row = locked(community)
    begun = datetime.combine(last_week() + timedelta(days=7), time(), ZONE)
    sent = AuditEvent.objects.unscoped(reason=_WHY).filter(
        community=row, target_type=row._meta.label_lower, target_id=str(row.pk), at__gte=begun, verb=VERB
    )
    if sent.exists():
        return 0
    try:
        with transaction.atomic():
            return send_digest(row, by=None)
    except Refused:
        return 0
