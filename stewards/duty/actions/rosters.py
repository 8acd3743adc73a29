"""A roster from its draft to the board."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.rosters.greedy import greedy
from core.scoping import locked
from stewards.duty import figures, making, solving
from stewards.duty.actions.rights import office
from stewards.duty.planning import planned, write
from stewards.duty.querysets import AssignmentQuerySet
from stewards.duty.states import OFFICE, PROMISED, ROSTERS, RosterState, SeatState
from stewards.duty.telling import tell_asked, tell_published
from stewards.models import Assignment, Roster, Shift

if TYPE_CHECKING:
    from community.models import Community, User
    from core.models import Job

DAYS = 28
_WHY = "the rows of a roster already found"


@transaction.atomic
def make(community: Community, *, by: User, first: date, days: int = DAYS) -> Roster:
    """Write down the shifts of four weeks and plan them in one go; the search for a better plan is started apart."""
    office(community.pk, by)
    community = locked(community)
    last = first + timedelta(days=days - 1)
    if first < clock.today():
        raise Refused(_("值班表从今天或以后的日子开始。"))
    rosters = Roster.objects.unscoped(reason=_WHY).filter(community=community)
    there = rosters.filter(first__lte=last, last__gte=first).first()
    if there:
        raise Refused(_("这些日子已经排在“%(roster)s”里，请从它结束以后开始。") % {"roster": there})
    roster = Roster.objects.create(community=community, first=first, last=last, made_by=by)
    if not making.lay(roster):
        raise Refused(_("还没有在用的班次，请先定好每周有哪些班。"))
    _plan_quickly(roster)
    audit.record("roster_made", roster, by=by, changes={"first": [None, first.isoformat()]})
    return roster


@transaction.atomic
def search(roster: Roster, *, by: User, again: bool) -> Job:
    """Let a worker look for the best plan. `again` keeps as many seats as it can; what is out already always does."""
    office(roster.community_id, by)
    roster = locked(roster)
    if roster.last < clock.today():
        raise Refused(_("这一期已经过去了。"))
    job = solving.start(roster, by=by, again=again)
    audit.record("roster_searched", roster, by=by)
    return job


@transaction.atomic
def take_best(roster: Roster, *, by: User) -> Roster:
    """Use the best that a search had found when it broke off."""
    office(roster.community_id, by)
    roster = locked(roster)
    best = solving.best_of(roster.job)
    if solving.is_searching(roster) or best is None:
        raise Refused(_("没有排到一半的结果可以用。"))
    again = roster.state != RosterState.DRAFT
    tell_asked(roster, write(roster, best, again=again))
    roster.job = None
    now = planned(roster, again=again)
    roster.figures = figures.of_hand(now.problem, now.seats)
    roster.save(update_fields=["job", "figures"])
    audit.record("roster_planned", roster, by=by, changes={"spread": [None, roster.figures["spread"]]})
    return roster


@transaction.atomic
def send(roster: Roster, *, by: User) -> Roster:
    """Ask every steward about their shifts; from now on the draft is theirs to see."""
    roster = _step(roster, by, "ask")
    drafts = _seats(roster).filter(state=SeatState.PLANNED)
    if not drafts.exists():
        raise Refused(_("还没有排上人，先排一排再发给大家。"))
    drafts.update(state=SeatState.ASKED, asked_at=clock.now())
    roster.asked_at = clock.now()
    roster.save(update_fields=["state", "asked_at"])
    tell_asked(roster, _seats(roster).filter(state=SeatState.ASKED).select_related("steward__user"))
    audit.record("roster_sent", roster, by=by)
    return roster


@transaction.atomic
def publish(roster: Roster, *, by: User) -> Roster:
    """Put it on the board. Who has not answered yet can still do so; where somebody is missing it says so."""
    roster = _step(roster, by, "publish")
    held = _seats(roster).filter(state__in=PROMISED).select_related("steward__user")
    if not held:
        raise Refused(_("还没有一个人答应，先等等大家的答复。"))
    roster.published_at = clock.now()
    roster.save(update_fields=["state", "published_at"])
    tell_published(roster, [seat.steward.user for seat in held])
    audit.record("roster_published", roster, by=by)
    return roster


@transaction.atomic
def drop(roster: Roster, *, by: User) -> None:
    """Throw a draft away; what somebody was asked about stays."""
    office(roster.community_id, by)
    roster = locked(roster)
    if roster.state != RosterState.DRAFT:
        raise Refused(_("已经发给大家了，不能再丢掉。"))
    if solving.is_searching(roster):
        raise Refused(_("正在排班，请等一等再看。"))
    audit.record("roster_dropped", roster, by=by)
    _seats(roster).delete()
    Shift.objects.unscoped(reason=_WHY).filter(roster=roster).delete()
    roster.delete()


def _plan_quickly(roster: Roster) -> None:
    problem = planned(roster).problem
    plan = greedy(problem)
    write(roster, plan, again=False)
    roster.figures = figures.of_hand(problem, plan)
    roster.save(update_fields=["figures"])


def _step(roster: Roster, by: User, action: str) -> Roster:
    """Take a step of the table; the caller saves."""
    office(roster.community_id, by)
    roster = locked(roster)
    if solving.is_searching(roster):
        raise Refused(_("正在排班，请等一等再看。"))
    roster.state = ROSTERS.find(roster.state, action, (OFFICE,)).target
    return roster


def _seats(roster: Roster) -> AssignmentQuerySet:
    return Assignment.objects.unscoped(reason=_WHY).filter(slot__shift__roster=roster)
