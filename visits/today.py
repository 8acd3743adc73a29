"""What the home visits ask of somebody today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from community import today
from community.access import Permission
from community.nav import Entry
from community.questions import Row, rows_for
from community.today import Ask, Panel
from core import clock
from core.models import Job
from core.parts import made_of, part_of
from core.quarters import Quarter
from core.sql import Within, as_day, as_moment, rows_within_each
from grids.models import Building, Estate
from visits import laying, progress, walkers, words
from visits.models import Campaign, Conflict, Finding, LateReport, Target

if TYPE_CHECKING:
    from community.models import User
    from visits.querysets import TargetQuerySet

# From so many days before the end a round's last doors come first.
_SOON = timedelta(days=7)
_ROUND = ("id", "state", "year", "quarter", "ends_on")


def register() -> None:
    """Doors that wait, problems without feedback, conflicts to settle. For the office two more: doors that nobody
    walks, and a quarter without its round."""
    today.register(_without_walker, _nobody_walks)
    today.register(_own_doors, _doors)
    today.register(_waiting, _brought_back)
    today.register(_newest, _rounds)
    today.register_picture(_own_rounds, _progress)


def entries(user: User) -> list[Entry]:
    """The way to the round, for those who walk it or see to it."""
    if not user.scope.may(Permission.VISIT_VIEW):
        return []
    return [Entry(_("走访"), reverse("visits:round"), "door-open", order=25)]


def _progress(user: User, rows: list[Row]) -> list[Panel]:
    """How far the open round has come at the user's doors, and when it ends at this pace."""
    found = progress.newest_round(rows)
    if found is None or not found[1].doors:
        return []
    campaign, count = found
    data = {
        "campaign": campaign,
        "count": count,
        "forecast": progress.forecast(campaign, count, user.calendar),
        "user": user,
    }
    return [Panel("visits/_today.html", data)]


def _own_rounds(user: User) -> list[Within] | None:
    if not user.scope.may(Permission.VISIT_VIEW):
        return None
    return [progress.by_open_round(Target.objects.visible_to(user))]


class Waiting(NamedTuple):
    """A building with doors that wait: how many, how many of them twice not met, the earliest day due."""

    building: int
    label: str
    doors: int
    twice: int
    earliest: date


def waiting_by_building(targets: TargetQuerySet) -> list[Waiting]:
    """The buildings of those of these targets that are asked now, in their order; one query."""
    return _by_building(rows_within_each(_asked_now(targets)))


def _asked_now(targets: TargetQuerySet) -> Within:
    asked: Any = targets.asked_now().order_by().values_list("building", "household", "state", "due_on")
    return Within(asked, "building, household, state, due_on", _WAITING, width=6)


def _by_building(found: Iterable[Row]) -> list[Waiting]:
    ordered = sorted(found, key=itemgetter(0))
    return [Waiting._make([*facts, as_day(earliest)]) for _place, *facts, earliest in ordered]


def _own_doors(user: User) -> list[Within] | None:
    return [_asked_now(Target.objects.visible_to(user))] if user.scope.may(Permission.VISIT_RECORD) else None


_WAITING = f"""
SELECT ROW_NUMBER() OVER (ORDER BY e.code, b."order", b.label), b.id, b.label, COUNT(DISTINCT narrowed.household),
  COUNT(DISTINCT narrowed.household) FILTER (WHERE narrowed.state = '{Target.State.ABSENT_TWICE.value}'),
  MIN(narrowed.due_on)
FROM narrowed
JOIN {Building._meta.db_table} b ON b.id = narrowed.building
JOIN {Estate._meta.db_table} e ON e.id = b.estate_id
GROUP BY b.id, b.label, e.code, b."order" """  # noqa: S608 names of tables, nothing that anybody sends


def _doors(user: User, found: list[Row]) -> list[Ask]:
    rows = _by_building(found)
    if user.scope.offices_communities and rows:
        doors, earliest = sum(row.doors for row in rows), min(row.earliest for row in rows)
        detail = _("分布在 %(buildings)d 幢楼") % {"buildings": len(rows)}
        return [_ask(_("本季还有 %(doors)d 户待访") % {"doors": doors}, reverse("visits:round"), detail, earliest)]
    return [
        _ask(
            _("%(building)s还有 %(doors)d 户待访") % {"building": row.label, "doors": row.doors},
            reverse("visits:building", args=[row.building]),
            _("其中 %(twice)d 户 2 次未遇，可以打电话") % {"twice": row.twice} if row.twice else "",
            row.earliest,
        )
        for row in rows
    ]


def _without_walker(user: User) -> list[Within] | None:
    if not (user.scope.may(Permission.VISIT_RECORD) and user.scope.offices_communities):
        return None
    return [walkers.asked_unwalked(Target.objects.visible_to(user))]


def _nobody_walks(_user: User, rows: list[Row]) -> list[Ask]:
    """The office is told of doors whose walker no longer holds an appointment there, or that never had one."""
    count = sum(doors or 0 for (doors,) in rows)
    if not count:
        return []
    title = _("没人走的 %(count)d 户") % {"count": count}
    detail = _("走访人的任期结束了，或者网格还没有网格长")
    return [Ask(title, reverse("visits:who_walks"), _("去交接"), detail=detail, urgent=True)]


def _ask(title: str, url: str, detail: str, earliest: date) -> Ask:
    urgent = earliest - clock.today() <= _SOON
    told = " · ".join(filter(None, [words.due(earliest), detail]))
    return Ask(title=title, url=url, button=_("去走访"), detail=told, urgent=urgent)


class Brought(NamedTuple):
    """What was brought back and waits: how many, since when; of problems the first day due, how many are overdue."""

    number: int
    since: datetime
    due_on: date | None
    overdue: int


def brought_back(user: User) -> dict[str, Brought]:
    """Problems without feedback, what two people have said differently, late reports, as far as any wait; one query."""
    return _brought(rows_for(user, _waiting))


def _brought(rows: list[Row]) -> dict[str, Brought]:
    return {
        kind: Brought(number, moment, as_day(due_on), overdue)
        for kind, number, since, due_on, overdue in rows
        if (moment := as_moment(since)) is not None
    }


def _waiting(user: User) -> list[Within] | None:
    if not user.scope.may(Permission.VISIT_RECORD):
        return None
    findings: Any = Finding.objects.in_duty_of(user).open().order_by().values_list("created_at", "due_on")
    conflicts: Any = Conflict.objects.visible_to(user).waiting().order_by().values_list("created_at")
    late: Any = LateReport.objects.visible_to(user).waiting().order_by().values_list("received_at")
    return [
        Within(findings, "since, due_on", _FINDINGS, (clock.today(),), width=5),
        Within(conflicts, "since", _SINCE.format(kind="conflict"), width=5),
        Within(late, "since", _SINCE.format(kind="late"), width=5),
    ]


_FINDINGS = "SELECT 'finding', COUNT(*), MIN(since), MIN(due_on), COUNT(*) FILTER (WHERE due_on < %s) FROM narrowed"
_SINCE = "SELECT '{kind}', COUNT(*), MIN(since), CAST(NULL AS date), 0 FROM narrowed"


def _brought_back(_user: User, rows: list[Row]) -> list[Ask]:
    brought = _brought(rows)
    asks = []
    if late := brought.get("late"):
        asks.append(
            Ask(
                title=_("迟到的走访 %(count)d 条") % {"count": late.number},
                url=reverse("visits:late_reports"),
                button=_("去核对"),
                detail=_("换人以后，原来的走访人才发出来的"),
                since=late.since,
            )
        )
    if (findings := brought.get("finding")) and findings.due_on:
        asks.append(
            Ask(
                title=_("走访问题还没反馈 %(count)d 件") % {"count": findings.number},
                url=reverse("visits:findings"),
                button=_("去反馈"),
                detail=_overdue(findings.overdue, findings.due_on),
                since=findings.since,
                urgent=findings.due_on <= clock.today(),
            )
        )
    if conflicts := brought.get("conflict"):
        asks.append(
            Ask(
                title=_("两个人说的不一样 %(count)d 处") % {"count": conflicts.number},
                url=reverse("visits:conflicts"),
                button=_("定一下"),
                detail=_("走访带回来的和登记的对不上"),
                since=conflicts.since,
            )
        )
    return asks


def _overdue(late: int, oldest: date) -> str:
    """How many problems are overdue, and for how long the oldest."""
    if not late:
        return _("处理好了，也要告诉家里一声")
    days = (clock.today() - oldest).days
    return _("其中 %(late)d 件过期了，最久的过了 %(days)d 天") % {"late": late, "days": days}


def _offices(user: User) -> frozenset[int]:
    """The communities whose rounds `user` sees to."""
    return user.scope.offices_communities if user.scope.may(Permission.VISIT_RECORD) else frozenset()


def _newest(user: User) -> Any:
    """The newest rounds with the state of the job that lays each."""
    offices = _offices(user)
    if not offices:
        return None
    job = Job.objects.filter(pk=OuterRef("job")).values("state")
    rows = Campaign.objects.managed_by(user).order_by("-year", "-quarter")
    return rows.values_list(*_ROUND, Subquery(job))[: 2 * len(offices)]


def _rounds(user: User, rows: list[Row]) -> list[Ask]:
    """The office is reminded when a quarter has begun without its round, or a round has outlived its window."""
    if not _offices(user):
        return []
    day = clock.today()
    quarter = Quarter.of(day)
    found = [(made_of(Campaign, _ROUND, row), state) for *row, state in rows]
    found.sort(key=lambda one: one[0].period, reverse=True)
    rounds = [one for one, _state in found]
    stuck = [one for one, state in found if laying.broke_off(one, part_of(Job, state=state) if state else None)]
    if stuck:
        title = _("%(quarter)s的走访安排到一半断了") % {"quarter": stuck[0]}
        return [Ask(title, stuck[0].get_absolute_url(), _("接着安排"), urgent=True)]
    late = [one for one in rounds if one.is_open and one.ends_on < day]
    if late:
        title = _("%(quarter)s的走访到期了，还没结束") % {"quarter": late[0]}
        return [
            Ask(
                title,
                reverse("visits:close_campaign", args=[late[0].pk]),
                _("去结束"),
                since=_midnight(late[0].ends_on),
            )
        ]
    if any((one.year, one.quarter) == (quarter.year, quarter.number) or not one.is_closed for one in rounds):
        return []
    title = _("%(quarter)s的走访还没开始") % {"quarter": quarter.label}
    return [Ask(title, reverse("visits:open_campaign"), _("去开始"))]


def _midnight(of: date) -> datetime:
    return timezone.make_aware(datetime.combine(of, time()))
