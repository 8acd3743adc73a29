"""The own place's records of offers and jobs, and who sees their pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from community.access import Permission as P
from community.roles import Role
from core import clock
from helpdesk import actions as requests
from helpdesk.models import Category, ServiceRequest
from stewards.jobs import actions
from stewards.models import Job, JobOffer, Steward
from tests.factories import small_photo
from tests.matrix.page import BOOKKEEPER, OFFICE, ON_REQUEST, Page, pk_of, with_text
from tests.matrix.world import World
from tests.stewards.makers import can, free_on, skills_of

LEADS = OFFICE | {Role.GRID_LEADER}
WAITS = dict.fromkeys([Role.RESIDENT, *LEADS], 302)

PAGES: dict[str, Page] = {
    "stewards:offers": Page(P.STEWARD_WORK),
    "stewards:offer": Page(P.STEWARD_WORK, {Role.RED_STEWARD}, pk_of("offer")),
    "stewards:offer_accept": Page(P.STEWARD_WORK, {Role.RED_STEWARD}, pk_of("offer")),
    "stewards:offer_decline": Page(P.STEWARD_WORK, {Role.RED_STEWARD}, pk_of("offer"), post=True, answer=302),
    "stewards:offer_answer": Page(P.REQUEST_TRIAGE, LEADS, pk_of("offer")),
    "stewards:ask": Page(P.REQUEST_TRIAGE, LEADS, pk_of("accepted_request")),
    "stewards:jobs": Page(P.REQUEST_TRIAGE),
    "stewards:job": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("errand")),
    "stewards:job_file": Page(P.REQUEST_VIEW, ON_REQUEST, pk_of("errand")),
    "stewards:job_step": Page(P.REQUEST_VIEW, ON_REQUEST, with_text("errand", step="finish"), answers_own=WAITS),
    "stewards:receipt": Page(P.REQUEST_VIEW, LEADS | BOOKKEEPER | {Role.RED_STEWARD}, pk_of("parts_claim")),
    "property:claims": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("book")),
    "property:claim_draft": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("parts_claim"), post=True, answer=302),
    "property:claim_decline": Page(P.VOUCHER_DRAFT, BOOKKEEPER, pk_of("parts_claim")),
}


def add_records(world: World) -> None:
    """A job at which the own steward is at work, with parts to be paid back, another that they are asked for, and a
    request for which nobody is asked yet."""
    home = world.homes["own"]
    steward, _made = Steward.objects.get_or_create(
        user=world.users[Role.RED_STEWARD, "own"], community_id=home.community_id
    )
    skill = skills_of(home.community)["pipes"]
    if not steward.skills.filter(skill=skill).exists():
        can(steward, skill)
    for weekday in range(7):
        if not steward.availability.filter(weekday=weekday, starts_at=0).exists():
            free_on(steward, weekday, 0, 24)
    estate = home.building.estate
    estate.is_self_managed = True
    estate.save(update_fields=["is_self_managed"])
    job = _asked(world, days=20)
    job = actions.accept(_offer(job, steward), by=steward.user, slot=job.slots[0])
    job = actions.arrive(job, by=steward.user, code=job.home_code)
    claim = actions.claim(job, by=steward.user, amount=Decimal("9.90"), what=world.secret, receipt=small_photo("red"))
    waiting = _asked(world, days=22)
    world.records |= {
        "errand": job,
        "parts_claim": claim,
        "offer": _offer(waiting, steward),
        "accepted_request": _accepted(world),
    }


def _asked(world: World, *, days: int) -> Job:
    """A job for a new request of the own household."""
    row, leader = _accepted(world), world.users[Role.GRID_LEADER, "own"]
    assert leader
    start = clock.now().replace(microsecond=0) + timedelta(days=days)
    wishes = [(start, start + timedelta(hours=2))]
    skill = skills_of(row.community)["pipes"]
    return actions.ask(row, by=leader, skill=skill, wishes=wishes, what=world.secret, is_safe=True)


def _accepted(world: World) -> ServiceRequest:
    """A new request of the own household that waits to be handed out."""
    home, leader = world.homes["own"], world.users[Role.GRID_LEADER, "own"]
    reporter: Any = world.users[Role.RESIDENT, "own"]
    assert leader
    if not Category.objects.filter(community=home.community).exists():
        requests.seed_categories(home.community)
    category = Category.objects.get(community=home.community, slug="plumbing")
    row: ServiceRequest = requests.log_request(
        category=category,
        by=reporter,
        reporter=reporter,
        household=home,
        title=world.secret,
        place_kind=ServiceRequest.Place.BUILDING,
        building=home.building,
    )
    return requests.step(row, "accept", by=leader, category=category)


def _offer(job: Job, steward: Steward) -> JobOffer:
    found: JobOffer = JobOffer.objects.get(job=job, steward=steward)
    return found
