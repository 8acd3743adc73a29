"""The request goes through its own steps, driven by its job: never around the helpdesk's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.models import User
from core import clock
from core.refusal import Refused
from helpdesk.actions import step
from helpdesk.parties import parties_of
from helpdesk.querysets import leaders_of
from helpdesk.states import LEADER, SECRETARY, State

if TYPE_CHECKING:
    from helpdesk.models import ServiceRequest
    from stewards.models import Job, JobSteward

# In somebody's hands, so that it can be taken back.
IN_HAND = (State.DISPATCHED, State.IN_PROGRESS, State.SUSPENDED, State.REFERRED)


def dispatcher(job: Job) -> User:
    """Who hands the request out: who asked the stewards, or who leads it by now. Refused where nobody does."""
    if parties_of(job.request, job.asked_by) & {LEADER, SECRETARY}:
        return job.asked_by
    found = leaders_of(job.request)
    if not found:
        raise Refused(_("现在没有人管这件诉求，请联系社区。"))
    user: User = User.objects.get(pk=found[0].pk)
    return user


def hand_out(job: Job, going: Sequence[JobSteward]) -> None:
    """Dispatch the request to those who go and sign for it with the agreed time: people hear of the second alone."""
    row = job.request
    helpers = [one.steward.user for one in going[1:]]
    row = step(row, "dispatch", by=dispatcher(job), handler=going[0].steward.user, co_handlers=helpers, tells=False)
    job.request = _signed(job, row, going[0])


def hand_over(job: Job, going: Sequence[JobSteward]) -> None:
    """Reassign the request to another steward, who signs for it at once."""
    row, lead, by = job.request, going[0].steward.user, dispatcher(job)
    helpers = [one.steward.user for one in going[1:]]
    note = _("红管家之间换了人")
    if row.handler_id == lead.pk:
        row = step(row, "recall", by=by, note=note, tells=False)
        row = step(row, "dispatch", by=by, handler=lead, co_handlers=helpers, tells=False)
    else:
        row = step(row, "reassign", by=by, handler=lead, co_handlers=helpers, note=note, tells=False)
    job.request = _signed(job, row, going[0])


def take_back(job: Job, note: str) -> None:
    """Recall the request, to be handed out anew; where nobody has it in hand there is nothing to recall."""
    if job.request.state in IN_HAND:
        job.request = step(job.request, "recall", by=dispatcher(job), note=note)


def _signed(job: Job, row: ServiceRequest, lead: JobSteward) -> ServiceRequest:
    return step(
        row,
        "sign",
        by=lead.steward.user,
        first_contact_at=clock.now(),
        appointment_from=job.starts_at,
        appointment_until=job.ends_at,
    )
