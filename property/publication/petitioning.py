"""A petition of owners for an audit of a quarter: signed by households, counted by people and by area.

The threshold is a fifth of both, as the rules of the estate have it; only owners count (Civil Code art. 278), an owner
of several dwellings once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.models import Dwelling, Household, Ownership
from property.models import AuditPetition, PetitionSignature, Publication
from property.models.public import PETITION_STEPS
from property.publication.asking import committee_of, secretaries_of
from property.publication.lines import home_in
from property.publication.rows import percent_of

State = AuditPetition.State
_OWNED = "who owns what in an estate, for a petition of its owners"


@dataclass(frozen=True, slots=True)
class Voter:
    """Who a household signs for: an owner group, or a dwelling of which the register knows no owner."""

    key: str
    group: Any
    area: int


@dataclass(frozen=True, slots=True)
class Totals:
    """All voters of an estate, and all its area in 0.01 m²."""

    people: int
    area: int


def totals(estate_id: int) -> Totals:
    """What a petition is measured by; three queries."""
    doors = Dwelling.objects.unscoped(reason=_OWNED).filter(building__estate=estate_id)
    owned = Ownership.objects.unscoped(reason=_OWNED).current().filter(dwelling__building__estate=estate_id)
    groups = owned.order_by().values("group").distinct().count()
    without = doors.exclude(pk__in=owned.values("dwelling")).count()
    return Totals(groups + without, doors.aggregate(found=Sum("area"))["found"] or 0)


def voter_of(household: Household, estate_id: int) -> Voter:
    """Whom this household signs for."""
    owned = Ownership.objects.unscoped(reason=_OWNED).current()
    own = owned.filter(dwelling=household.dwelling_id).select_related("group").first()
    if own is None:
        return Voter(f"d:{household.dwelling_id}", None, household.dwelling.area or 0)
    all_ = owned.filter(group=own.group_id, dwelling__building__estate=estate_id)
    return Voter(f"g:{own.group_id}", own.group, all_.aggregate(found=Sum("dwelling__area"))["found"] or 0)


@transaction.atomic
def begin(publication: Publication, *, by: User, reason: str) -> AuditPetition:
    """Begin a petition about a published quarter; the household that begins it has signed it."""
    book = publication.book
    publication = locked(publication)
    publication.book = book
    home = home_in(by, book.estate_id)
    step = PETITION_STEPS.find("", "begin", _parties(home), {"reason": reason.strip()})
    if publication.state != Publication.State.PUBLISHED:
        raise Refused(_("请在现在公示的这一版上发起联名。"))
    if AuditPetition.objects.of(publication).running().exists():
        raise Refused(_("这个季度已经有人发起联名，请在那里联名。"))
    all_ = totals(book.estate_id)
    petition = AuditPetition(
        community_id=publication.community_id,
        publication=publication,
        reason=reason.strip(),
        state=step.target,
        people_total=all_.people,
        area_total=all_.area,
        opened_by=by,
    )
    petition.save(force_insert=True)
    audit.record("petition_begun", petition, by=by)
    return sign(petition, by=by)


@transaction.atomic
def sign(petition: AuditPetition, *, by: User) -> AuditPetition:
    """Sign for the owner of one's dwelling; a second signature for the same owner is refused.

    When it reaches the threshold the committee and the secretary are told.
    """
    book = petition.publication.book
    petition = locked(petition)
    home = home_in(by, book.estate_id)
    PETITION_STEPS.find(petition.state, "sign", _parties(home))
    assert home is not None
    voter = voter_of(home, book.estate_id)
    try:
        with transaction.atomic():
            signature = PetitionSignature(
                community_id=petition.community_id,
                petition=petition,
                voter=voter.key,
                group=voter.group,
                household=home,
                user=by,
                area=voter.area,
            )
            signature.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("您家的业主已经联过名了，一位业主算一次。")) from None
    audit.record("petition_signed", petition, by=by)
    return _look(petition, by=by)


@transaction.atomic
def withdraw(petition: AuditPetition, *, by: User) -> AuditPetition:
    """Take one's household's signature back. That the threshold was once reached stays."""
    book = petition.publication.book
    petition = locked(petition)
    home = home_in(by, book.estate_id)
    PETITION_STEPS.find(petition.state, "withdraw", _parties(home))
    own = PetitionSignature.objects.unscoped(reason="the own household's signature").standing().filter(household=home)
    if not own.filter(petition=petition).update(withdrawn_at=clock.now()):
        raise Refused(_("您家没有联名。"))
    audit.record("petition_withdrawn", petition, by=by)
    return petition


@transaction.atomic
def end(petition: AuditPetition, *, by: User, outcome: str) -> AuditPetition:
    """Say what came of it; by the secretary."""
    petition = locked(petition)
    holds = petition.community_id in by.scope.ids("community", Role.SECRETARY)
    step = PETITION_STEPS.find(petition.state, "end", ["secretary"] if holds else [], {"outcome": outcome.strip()})
    petition.state, petition.outcome = step.target, outcome.strip()
    petition.ended_at, petition.ended_by = clock.now(), by
    petition.save()
    audit.record("petition_ended", petition, by=by, reason=outcome.strip()[:200])
    return petition


@dataclass(frozen=True, slots=True)
class Count:
    """One of the two counts of a petition: how much of how much, and how much is needed; area in whole m²."""

    word: str
    value: int
    total: int
    needed: int
    unit: str

    @property
    def detail(self) -> str:
        return _("要 %(needed)d %(unit)s，现在是 %(percent)s%%") % {
            "needed": self.needed,
            "unit": self.unit,
            "percent": percent_of(self.value, self.total),
        }


def counts(petition: AuditPetition) -> list[Count]:
    """People and area of a petition read with `with_counts`."""
    square = 100
    return [
        Count(_("业主人数"), petition.people, petition.people_total, _part(petition, petition.people_total), _("人")),
        Count(
            _("建筑面积"),
            petition.area // square,
            petition.area_total // square,
            -(-_part(petition, petition.area_total) // square),
            _("平方米"),
        ),
    ]


def _part(petition: AuditPetition, total: int) -> int:
    """The share that is needed of a total, rounded up."""
    return -(-total * petition.percent // 100)


def is_reached(people: int, area: int, petition: AuditPetition) -> bool:
    """Whether so many people with so much area (0.01 m²) are the share that is needed, of both."""
    enough = people * 100 >= petition.percent * petition.people_total
    return enough and area * 100 >= petition.percent * petition.area_total and people > 0


def _look(petition: AuditPetition, *, by: User) -> AuditPetition:
    """Mark it as reached, once, and tell the committee and the secretary."""
    counted = AuditPetition.objects.unscoped(reason="a petition already found").with_counts().get(pk=petition.pk)
    if petition.state != State.OPEN or not is_reached(counted.people, counted.area, petition):
        return petition
    petition.state = PETITION_STEPS.find(petition.state, "reach", ["portal"]).target
    petition.reached_at = clock.now()
    petition.save(update_fields=["state", "reached_at"])
    audit.record("petition_reached", petition, by=by)
    publication = petition.publication
    words = {"publication": publication, "percent": petition.percent}
    text = _("%(publication)s的审计联名达到了 %(percent)d%%，请安排审计。") % words
    people = [*committee_of(publication.book), *secretaries_of(petition.community_id)]
    notify(people, about=petition, kind="publication_petition", text=text)
    return petition


def _parties(home: Household | None) -> list[str]:
    """Whether somebody may sign: not who rents, whose owner signs."""
    if home is None:
        return []
    if home.kind == Household.Kind.RENTING:
        raise Refused(_("审计联名由业主来办。您家登记的是租住，请告诉房主。"))
    return ["resident"]
