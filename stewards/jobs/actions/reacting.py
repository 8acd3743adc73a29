"""The request goes its own way in the helpdesk: its job follows, or ends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.scoping import locked
from core.sql import Given
from core.whole import Whole, WholeRows, write_whole
from helpdesk.models import Rating
from helpdesk.states import State as RequestState
from stewards.jobs.actions.after import confirm
from stewards.jobs.actions.asking import end
from stewards.jobs.actions.driving import take_back
from stewards.jobs.actions.going import move
from stewards.jobs.states import LIVE, TAKEN, State
from stewards.models import Job

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

# Where a request may stand while somebody goes.
IN_HAND = (
    RequestState.DISPATCHED,
    RequestState.IN_PROGRESS,
    RequestState.NEED_INFO,
    RequestState.SUSPENDED,
    RequestState.REFERRED,
)
_FOUND = "the job of a request that takes a step"


def react(row: ServiceRequest, action: str, by: User | None, given: Mapping[str, Any]) -> None:
    """What a step of the request means for its job: told when the row is locked, in the step's own transaction."""
    if action == "rate":
        jobs = Job.objects.unscoped(reason=_FOUND).filter(request=row)
        done = jobs.filter(state__in=[State.DONE, State.LAPSED]).first()
        if done and by and row.reporter_id == by.pk and given.get("solved") == Rating.Solved.YES:
            confirm(done, by=by, via=Job.Word.RATING)
        return
    live = _live_asked().rows(row.pk)
    if not live:
        return
    job: Job = locked(live[0])
    job.request = row
    if action in ("appointed", "rebooked"):
        _follow_time(job, row, by)
    elif action == "called_off" and job.state in TAKEN:
        end(job, _("约好的时间取消了"), by=by)
        take_back(job, _("约好的时间取消了，要重新安排"))
    elif not _fits(job, row):
        end(job, _why(row), by=by)


@cache
def _live_asked() -> WholeRows:
    """The job of a request that is under way, of which there is one at most; written once, for every step asks."""
    return write_whole(Whole(Job.objects.unscoped(reason=_FOUND).filter(request=Given(), state__in=LIVE)))


def _follow_time(job: Job, row: ServiceRequest, by: User | None) -> None:
    slot = (row.appointment_from, row.appointment_until)
    if by and slot[0] and slot[1] and job.state in TAKEN and slot != (job.starts_at, job.ends_at):
        move(job, (slot[0], slot[1]), by=by)


def _fits(job: Job, row: ServiceRequest) -> bool:
    """Whether the request still stands where its job has it."""
    if job.state == State.OFFERED:
        return RequestState.ACCEPTED in (row.state, row.resume_state)
    return row.state in IN_HAND and job.steward is not None and row.handler_id == job.steward.user_id


def _why(row: ServiceRequest) -> str:
    if row.state == RequestState.WITHDRAWN:
        return _("住户撤回了")
    if row.state == RequestState.MERGED:
        return _("和另一件一起办了")
    return _("另外安排了人") if row.handler_id else _("要重新安排")


def bar_reply(row: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    """Why a steward who goes to the door does not report in the helpdesk: the job's page asks for more, and does it."""
    live = Job.objects.unscoped(reason=_FOUND).filter(request=row, state__in=LIVE)
    if row.handler_role == "red_steward" and live.exists():
        return _("这是上门帮忙的活，请在“上门帮忙”里点“做完了”。")
    return ""
