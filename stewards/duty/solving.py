"""The search for the best roster as a job: watched on the roster's page, ended with a tap, taken up after a crash."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import jobs
from core.models import Job
from core.refusal import Refused
from core.rosters.fairness import heavy
from core.rosters.problem import Plan, Seat
from core.rosters.solver import Effort, Progress, solve
from core.scoping import locked
from stewards.duty import figures
from stewards.duty.planning import planned, write
from stewards.duty.states import RosterState
from stewards.duty.telling import tell_asked
from stewards.models import Roster

if TYPE_CHECKING:
    from community.models import User

EFFORT = Effort(work=20, seconds=180)
# So often at most the best so far is written down.
EVERY = 1.0
_WHY = "the roster of a job that its office started"


def start(roster: Roster, *, by: User, again: bool) -> Job:
    """Let a worker search, in the transaction of the caller, who holds the roster's lock. `again`: change little."""
    if is_searching(roster):
        raise Refused(_("正在排班，请等一等再看。"))
    label = _("排%(roster)s") % {"roster": roster}
    job = jobs.start("roster_search", label, owner=by, task=_search, args=[str(roster.pk), again])
    roster.job, roster.stop_asked = job, False
    roster.save(update_fields=["job", "stop_asked"])
    return job


def is_searching(roster: Roster) -> bool:
    """Whether a worker is at it, or will be."""
    return roster.job is not None and not roster.job.is_over


@transaction.atomic
def enough(roster: Roster, *, by: User) -> Roster:
    """What has been found is good enough: the search ends at its next look."""
    roster = locked(roster)
    if is_searching(roster):
        roster.stop_asked = True
        roster.save(update_fields=["stop_asked"])
        audit.record("roster_stopped", roster, by=by)
    return roster


@jobs.work
def _search(job: Job, roster_id: str, again: bool) -> dict[str, Any]:
    """Search and write the plan; begun a second time it goes on from the best of the first."""
    roster = Roster.objects.unscoped(reason=_WHY).get(pk=UUID(roster_id))
    problem = planned(roster, again=again or roster.state != RosterState.DRAFT).problem
    solution = solve(problem, EFFORT, _Watch(job, roster, heavy(problem)), best_of(job))
    with transaction.atomic():
        roster = locked(roster)
        tell_asked(roster, write(roster, solution.plan, again=again or roster.state != RosterState.DRAFT))
        roster.figures = figures.of_search(problem, solution)
        roster.save(update_fields=["figures"])
        audit.record("roster_planned", roster, by=job.owner, changes={"spread": [None, roster.figures["spread"]]})
    return {"url": roster.get_absolute_url(), "words": outcome(roster)}


def outcome(roster: Roster) -> str:
    """What came of a plan, in a sentence."""
    found = roster.figures
    return _("排好了：%(short)s，最忙的和最闲的相差 %(spread)d%%。") % {
        "short": figures.short(found["people"], found["reserves"]),
        "spread": found["spread"],
    }


def best_of(job: Job | None) -> Plan | None:
    """The best plan that a search had written down before it was broken off."""
    best = job.result.get("best") if job else None
    return frozenset(Seat(*seat) for seat in best) if best else None


class _Watch:
    """Writes down the best so far with its figures, and looks whether the office has had enough."""

    def __init__(self, job: Job, roster: Roster, heavy: int) -> None:
        self.job, self.roster, self.heavy = job, roster, heavy
        self.written = 0.0

    def __call__(self, progress: Progress) -> bool:
        if time.monotonic() - self.written < EVERY:
            return False
        self.written = time.monotonic()
        best = [list(seat) for seat in sorted(progress.plan)]
        words = figures.progress_words(progress, self.heavy)
        Job.objects.filter(pk=self.job.pk).update(result={"best": best}, message=words[:300])
        jobs.progress(self.job, progress.number, progress.stages)
        return bool(Roster.objects.unscoped(reason=_WHY).filter(pk=self.roster.pk, stop_asked=True).exists())
