"""What every write of a job begins with: the request and the job, locked in this order everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.refusal import Refused
from core.scoping import locked
from helpdesk.models import ServiceRequest
from helpdesk.parties import parties_of
from helpdesk.states import LEADER as REQUEST_LEADER
from helpdesk.states import REPORTER, SECRETARY
from stewards.jobs.states import HOUSEHOLD, LEADER, LIVE, STEWARD
from stewards.models import Job, JobOffer, JobSteward

if TYPE_CHECKING:
    from community.models import User

_FOUND = "parts of a job already found"


def held(job: Job) -> tuple[ServiceRequest, Job]:
    """The request and its job, locked; whoever steps through the request locks it first as well."""
    request = locked(job.request)
    job = locked(job)
    job.request = request
    return request, job


def live_job_of(request: ServiceRequest) -> Job | None:
    """The job at which somebody still has something to do for a request already found; there is one at most."""
    rows = Job.objects.unscoped(reason="the job of a request already found")
    found: Job | None = rows.filter(request=request, state__in=LIVE).first()
    return found


def going(job: Job) -> list[JobSteward]:
    """Who goes, or went, the one who answers for it first."""
    rows = JobSteward.objects.unscoped(reason=_FOUND).filter(job=job, handed_on=False)
    found = list(rows.select_related("steward__user").order_by("taken_at", "pk"))
    return sorted(found, key=lambda one: one.steward_id != job.steward_id)


def offers_of(job: Job) -> Any:
    """All offers of a job."""
    return JobOffer.objects.unscoped(reason=_FOUND).filter(job=job)


def parties(job: Job, user: User) -> frozenset[str]:
    """Who somebody is to a job: goes there, leads the request, asked for it."""
    held_in = parties_of(job.request, user)
    own = JobSteward.objects.unscoped(reason=_FOUND).filter(job=job, steward__user=user, handed_on=False)
    found = {
        STEWARD: own.exists(),
        LEADER: bool(held_in & {REQUEST_LEADER, SECRETARY}),
        HOUSEHOLD: REPORTER in held_in,
    }
    return frozenset(party for party, holds in found.items() if holds)


def require(job: Job, user: User, *who: str) -> frozenset[str]:
    """What `user` is to the job; Refused where it is none of `who`."""
    found = parties(job, user)
    if not found & set(who):
        raise Refused(_("这一步要由别的同志来办。"))
    return found


def save(job: Job) -> None:
    """Write a changed job; whoever looks at it before reads what the other did."""
    job.version += 1
    job.save()
