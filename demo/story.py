"""The whole invented community, in the order in which a real one comes to be."""

from __future__ import annotations

from datetime import timedelta

from community.models import Appointment, Community, Notice
from community.roles import Role
from core import clock
from demo import (
    advice,
    alliance,
    books,
    care,
    committee,
    desk,
    doors,
    duty,
    hours,
    jobs,
    owners,
    places,
    publications,
    requests,
    rounds,
    stewards,
)
from demo.days import founded_on
from demo.officers import (
    PASSWORD,
    RESIDENTS,
    Hiring,
    SignIn,
    appoint_others,
    appoint_secretary,
    at_noon,
    let_residents_in,
)
from grids.models import Building, Household, Resident
from helpdesk.models import ServiceRequest
from property.models import Voucher
from visits.models import Visit

__all__ = ["PASSWORD", "sign_ins_of", "tell"]

_OURS = "the demo's own rows"


def tell(*, seed: int) -> tuple[list[SignIn], dict[str, int]]:
    """Make everything; gives the sign-ins and how many rows of each kind there are."""
    hiring = Hiring()
    with clock.at(at_noon(founded_on(clock.today()))):
        community = places.found_community()
        secretary = appoint_secretary(community, hiring)
        grids, estates = places.lay_out(community, by=secretary)
        places.settle(community, seed=seed, by=secretary)
        estate = next(estate for estate in estates if estate.is_self_managed)
        building = Building.objects.unscoped(reason=_OURS).filter(estate=estate).order_by("order", "pk")[0]
        officers = appoint_others(
            community, secretary=secretary, grids=grids, estate=estate, building=building, hiring=hiring
        )
    book = books.keep(estate, officers, seed=seed)
    committee.plan(book, officers)
    publications.publish(book, officers)
    with clock.at(clock.now() - timedelta(days=70)):
        let_residents_in(officers, hiring=hiring, households=_first_doors(estate.pk))
        care.look_after(community, officers, hiring=hiring)
        owners.write_down(building, officers)
    rounds.walk(community, officers, seed=seed)
    doors.bring(community, officers, seed=seed)
    care.leave_gaps(officers)
    with clock.at(clock.now() - timedelta(days=69)):
        desk.keep_ready(community, officers)
    requests.tell(officers, seed=seed)
    requests.mediate(officers)
    desk.go_on(officers)
    stewards.gather(community, officers, hiring=hiring)
    duty.stand_watch(community, officers)
    jobs.ask_around(officers)
    hours.remember(community, officers, seed=seed)
    alliance.work_together(community, officers, hiring=hiring, seed=seed)
    advice.meet(community, officers, hiring=hiring)
    committee.go_on(book, officers)
    _read_old_notices()
    return hiring.sign_ins, _counts()


def sign_ins_of(community: Community) -> list[SignIn]:
    """The sign-ins of a demo that is there already, in the order in which they were made."""
    rows = Appointment.objects.unscoped(reason=_OURS).filter(community=community)
    return [
        SignIn(_role(one), one.user.name, one.user.phone.plain)
        for one in rows.select_related("user", "grid", "building", "household__dwelling").order_by("user__phone", "pk")
    ]


def _read_old_notices() -> None:
    """Everybody has read what is more than two days old."""
    old = Notice.objects.unscoped(reason=_OURS).filter(created_at__lt=clock.now() - timedelta(days=2))
    old.update(read_at=clock.now())


def _role(held: Appointment) -> str:
    place = held.grid or held.building or held.household
    name = held.get_office_display() if held.role == Role.COMMITTEE else str(place or "")
    return "·".join(part for part in (str(held.get_role_display()), name) if part)


def _first_doors(estate_pk: int) -> list[Household]:
    """The households that get in: every fifteenth door of the self-managed estate."""
    rows = Household.objects.unscoped(reason=_OURS).filter(building__estate=estate_pk, head__isnull=False)
    doors = rows.select_related("dwelling", "building", "head").order_by("building__order", "building", "pk")
    return list(doors)[::15][:RESIDENTS]


def _counts() -> dict[str, int]:
    models = (Building, Household, Resident, ServiceRequest, Visit, Voucher)
    return {str(model._meta.verbose_name_raw): model.objects.unscoped(reason=_OURS).count() for model in models}
