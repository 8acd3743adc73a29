"""What a resident sees of the own household: each fact with the way to correct it, one's own in plain by a tap.

Only one's own sensitive values are shown in plain. Those of everybody else in the household, children included, stay
masked: the register knows how each stands to the head, not who has custody of whom or who is on good terms; whoever
needs them shows the papers at the office.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from community import history
from community.models import Appointment, AuditEvent
from community.roles import Role
from grids.corrections import HOUSEHOLD_FACTS, RESIDENT_FACTS, Asked, Fact, asked
from grids.models import Consent, Household, Membership, Proposal, Resident

if TYPE_CHECKING:
    from community.models import User

PROPOSALS_AT_MOST = 20
EVENTS_AT_MOST = 3


@dataclass(frozen=True)
class Line:
    """One fact: its words, its value, where to say that it is wrong, where to see it in plain ("": nowhere)."""

    label: str
    value: str
    correct_url: str
    show_url: str = ""


@dataclass(frozen=True)
class Person:
    """A member of the household with what is kept of him."""

    name: str
    relation: str
    is_me: bool
    lines: list[Line]


@dataclass(frozen=True)
class Choice:
    """Something one agrees to or not, and the button that turns it round."""

    words: str
    url: str
    given: bool
    since: date | None = None
    withdrawn: date | None = None
    how: str = ""


@dataclass
class Home:
    """A household as its resident reads it."""

    household: Household
    me: Resident | None
    lines: list[Line]
    people: list[Person]
    proposals: list[Asked]
    choices: list[Choice] = field(default_factory=list)
    readings: list[history.Entry] = field(default_factory=list)
    changes: list[history.Entry] = field(default_factory=list)


def residents_of(user: User, *, ever: bool = False) -> dict[UUID, UUID]:
    """Who of the register the account is: {household: resident}; with `ever` also before moving away."""
    held = Appointment.objects.visible_to(user).filter(user=user, role=Role.RESIDENT, resident__isnull=False)
    rows = held if ever else held.current()
    return dict(rows.order_by("starts_on", "pk").values_list("household_id", "resident_id"))


def home_of(resident: Resident) -> UUID | None:
    """The id of the household that a resident, found before, lives in, or lived in last: its people see who read."""
    terms = Membership.objects.unscoped(reason="in whose record a reading of the resident stands")
    last = terms.filter(resident=resident).order_by(F("ends_on").desc(nulls_first=True), "-is_primary", "-starts_on")
    return last.values_list("household_id", flat=True).first()


def homes_of(user: User) -> list[Home]:
    """The households that the user belongs to, each with everything that the page shows."""
    households = Household.objects.own_of(user).for_list().with_members(user).with_carers(user)
    mine, proposals = residents_of(user), defaultdict(list)
    waiting = Proposal.objects.visible_to(user).filter(household__in=user.scope.households, source="resident")
    for one in waiting.for_list().select_related("proposed_by").order_by("-created_at")[:PROPOSALS_AT_MOST]:
        proposals[one.household_id].append(asked(one))
    homes = [_home(one, mine.get(one.pk), proposals[one.pk]) for one in households]
    _consents(user, homes)
    for home in homes:
        events = list(AuditEvent.objects.of_household(home.household).newest_of_each(EVENTS_AT_MOST))
        home.readings = history.tell(event for event in events if event.is_reading)
        home.changes = history.tell(event for event in events if not event.is_reading)
    return homes


def _home(household: Any, me: UUID | None, proposals: list[Asked]) -> Home:
    people = [_person(member, household, me) for member in household.members]
    people.sort(key=lambda person: not person.is_me)
    mine = next((member.resident for member in household.members if member.resident_id == me), None)
    lines = [_line(fact, household, household) for fact in HOUSEHOLD_FACTS.values()]
    return Home(household, mine, lines, people, proposals)


def _person(member: Membership, household: Household, me: UUID | None) -> Person:
    person = member.resident
    is_me = person.pk == me
    lines = [_line(fact, person, household, is_me=is_me) for fact in RESIDENT_FACTS.values()]
    return Person(person.name, str(member.get_relation_display()), is_me, lines)


def _line(fact: Fact, row: Any, household: Household, *, is_me: bool = False) -> Line:
    of_resident = fact.model is Resident
    value = fact.show(fact.text(row)) or _("没有登记")
    where = [household.pk, row.pk, fact.name] if of_resident else [household.pk, fact.name]
    correct = reverse("grids:correct_resident" if of_resident else "grids:correct_household", args=where)
    shows = is_me and fact.is_sensitive and bool(fact.text(row))
    return Line(fact.label, value, correct, reverse("grids:own_value", args=[row.pk, fact.name]) if shows else "")


def _consents(user: User, homes: list[Home]) -> None:
    """What each of one's own has been agreed to; the latest word of a kind counts."""
    mine = {home.me.pk: home for home in homes if home.me is not None}
    latest: dict[tuple[UUID, str], Consent] = {}
    rows = Consent.objects.visible_to(user).filter(resident__in=mine)
    for one in rows.order_by("starts_on", "created_at"):
        latest[one.resident_id, one.kind] = one
    for resident, home in mine.items():
        home.choices = [_choice(kind, label, resident, latest.get((resident, kind))) for kind, label in KINDS]


KINDS = [(str(code), label) for code, label in Consent.Kind.choices]


def _choice(kind: str, label: Any, resident: UUID, last: Consent | None) -> Choice:
    url = reverse("grids:own_consent", args=[resident, kind])
    if last is None:
        return Choice(str(label), url, given=False)
    given = last.ends_on is None
    return Choice(str(label), url, given=given, since=last.starts_on, withdrawn=last.ends_on, how=last.how)
