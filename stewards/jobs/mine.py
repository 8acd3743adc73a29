"""A steward's own page: what they are asked, where they go, what they did. A fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.templatetags.portal import when
from stewards.jobs import words
from stewards.jobs.page import OfferCard, offer_card
from stewards.jobs.states import LIVE, TAKEN, WORKED, State
from stewards.models import Job, JobOffer

if TYPE_CHECKING:
    from community.models import User

OFFERS_AT_MOST, DONE_AT_MOST = 20, 20


@dataclass(frozen=True)
class JobCard:
    """A job as a card."""

    job: Job
    tone: str
    slot: str
    where: str
    at: str = ""


@dataclass(frozen=True)
class Mine:
    """Everything on the page."""

    offers: list[OfferCard]
    going: list[JobCard]
    done: list[JobCard]


def mine(user: User) -> Mine:
    """What one steward is asked and does: three queries."""
    open_state = JobOffer.State.OPEN
    asked = JobOffer.objects.asked_of(user).filter(state=open_state, job__state__in=LIVE)
    offers = asked.select_related("job__request", "job__building", "steward__user").order_by("due_at", "offered_at")
    jobs = Job.objects.taken_by(user).for_page()
    going = jobs.filter(state__in=LIVE).order_by("starts_at", "pk")
    done = jobs.filter(state__in=WORKED).order_by("-done_at", "-pk")[:DONE_AT_MOST]
    return Mine(
        offers=[offer_card(one) for one in offers[:OFFERS_AT_MOST]],
        going=[_card(one, user) for one in going],
        done=[_card(one, user) for one in done],
    )


def _card(job: Job, user: User) -> JobCard:
    where = job.request.place_for(user) if job.state in (*TAKEN, State.DONE) else str(job.building or "")
    at = when(job.done_at) if job.done_at else ""
    return JobCard(job, words.TONES[State(job.state)], words.when_of(job), where, at)
