"""Jobs for tests: a desk with a request that is accepted, and stewards around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from community.models import User
from core import clock
from helpdesk.models import ServiceRequest
from stewards.jobs import actions
from stewards.models import Job, JobOffer, Steward
from tests.factories import Desk, desk, small_photo
from tests.stewards.makers import a_steward, skills_of

Slot = tuple[datetime, datetime]
WHY = "a test looks at its own rows"


def at(hour: int, days: int = 1, hours: int = 2) -> Slot:
    """From an hour of a day to come, where the community lives."""
    start = clock.local(clock.now()).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return start, start + timedelta(hours=hours)


@dataclass
class Errand:
    """A request that is accepted, at home unless told otherwise, and the stewards who could see to it."""

    desk: Desk
    request: ServiceRequest
    stewards: list[Steward] = field(default_factory=list)

    @property
    def leader(self) -> User:
        return self.desk.leader

    def hire(self, number: int = 1, **fields: Any) -> list[Steward]:
        """So many more who can mend pipes and are always free."""
        fields.setdefault("skills", ["pipes"])
        made = [a_steward(self.desk.grid.community, **fields) for _one in range(number)]
        self.stewards += made
        return made

    def ask(self, **given: Any) -> Job:
        """Ask the stewards: for pipes, tomorrow from nine to eleven, unless told otherwise."""
        given.setdefault("skill", skills_of(self.desk.grid.community)["pipes"])
        given.setdefault("wishes", [at(9)])
        given.setdefault("what", "厨房水管漏水")
        given.setdefault("is_safe", True)
        return actions.ask(self.request, **{"by": self.leader, **given})

    def offers(self, job: Job) -> list[JobOffer]:
        return list(JobOffer.objects.unscoped(reason=WHY).filter(job=job).order_by("offered_at", "pk"))

    def offer(self, job: Job, steward: Steward) -> JobOffer:
        found: JobOffer = JobOffer.objects.unscoped(reason=WHY).get(job=job, steward=steward)
        return found

    def asked(self, job: Job) -> Steward:
        """The one who is waited for, where that is one."""
        offers: Any = JobOffer.objects.unscoped(reason=WHY)
        found: Steward = offers.get(job=job, state="open").steward
        return found

    def accept(self, job: Job, steward: Steward | None = None, **given: Any) -> Job:
        steward = steward or self.asked(job)
        offer = self.offer(job, steward)
        given.setdefault("slot", fresh(job).slots[0])
        return actions.accept(offer, **{"by": steward.user, **given})

    def taken(self, **given: Any) -> Job:
        """A job that one steward has said yes to; hired if nobody is there."""
        if not self.stewards:
            self.hire()
        return self.accept(self.ask(**given))

    def arrived(self, **given: Any) -> Job:
        job = self.taken(**given)
        steward = job.steward
        assert steward
        actions.set_out(job, by=steward.user)
        return actions.arrive(job, by=steward.user, code=fresh(job).home_code)

    def done(self, minutes: int = 30, **given: Any) -> Job:
        job = self.arrived(**given)
        assert job.steward
        photos = [small_photo()]
        return actions.finish(
            job, by=job.steward.user, result="solved", text="换了水龙头。", minutes=minutes, photos=photos
        )


def an_errand(slug: str = "plumbing", **request: Any) -> Errand:
    """A desk, whose own handlers have no skill, and a request that its leader has accepted."""
    made = desk()
    logged = made.take(made.log(slug, **request), "accept")
    return Errand(made, logged)


def fresh(job: Job) -> Job:
    """As it stands in the database."""
    return Job._base_manager.get(pk=job.pk)


def request_of(job: Job) -> ServiceRequest:
    """Its request, as it stands in the database."""
    return ServiceRequest._base_manager.get(pk=job.request_id)


def another(errand: Errand) -> Errand:
    """A second request of the same household, with the same stewards."""
    return Errand(errand.desk, errand.desk.walk(errand.desk.log(), "accept"), errand.stewards)


def states(errand: Errand, job: Job) -> list[str]:
    """How its offers stand."""
    return sorted(one.state for one in errand.offers(job))
