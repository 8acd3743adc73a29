"""Who advises, who may sit in a session, and as what somebody has to do with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from alliance.advice.states import OFFICE, PRESENT, SECRETARY
from alliance.models import AdviceAttendance, AdviceSession, Adviser, AdvisoryGroup
from community.models import Appointment, User
from community.roles import Role

if TYPE_CHECKING:
    from alliance.models import Partner

_WHY = "who advises, and who works in the office, is known in the group"
_OFFICE = (Role.COMMUNITY_STAFF, Role.SECRETARY)


@dataclass(frozen=True)
class Member:
    """An adviser with the present term."""

    user: User
    since: date
    until: date | None
    background: str = ""
    partner: Partner | None = None
    is_named: bool = False


def group_of(community_id: int) -> AdvisoryGroup | None:
    """What the community tells of its group; None while nothing was written."""
    found: AdvisoryGroup | None = AdvisoryGroup.objects.in_community(community_id).first()
    return found


def members_of(community_id: int) -> list[Member]:
    """The advisers of today, in the order in which they were appointed; two queries."""
    terms = _held(community_id, Role.ADVISER)
    told = {
        one.user_id: one for one in Adviser.objects.in_community(community_id).select_related("partner").order_by("pk")
    }
    return [_member(term, told.get(term.user_id)) for term in terms]


def _member(term: Appointment, told: Adviser | None) -> Member:
    more = {"background": told.background, "partner": told.partner, "is_named": told.is_named} if told else {}
    return Member(term.user, term.starts_on, term.ends_on, **more)  # type: ignore[arg-type]


def _held(community_id: int, *roles: str) -> list[Appointment]:
    held = Appointment.objects.unscoped(reason=_WHY).current().filter(community=community_id, role__in=roles)
    rows = held.filter(user__is_active=True).select_related("user").order_by("starts_on", "pk")
    return list({one.user_id: one for one in reversed(rows)}.values())[::-1]


def advisers_of(community_id: int) -> list[User]:
    """The accounts of the advisers of today."""
    return [one.user for one in _held(community_id, Role.ADVISER)]


def office_of(community_id: int) -> list[User]:
    """Who works in the office today."""
    return [one.user for one in _held(community_id, *_OFFICE)]


def secretaries_of(community_id: int) -> list[User]:
    """Who answers recommendations."""
    return [one.user for one in _held(community_id, Role.SECRETARY)]


def parties_of(session: AdviceSession, user: User, *, attended: bool = False) -> frozenset[str]:
    """As what the user may take steps. `attended`: the user came, which the caller has read; who wrote the minutes
    signs none."""
    held = set()
    if session.community_id in user.scope.offices_communities:
        held.add(OFFICE)
    if session.community_id in user.scope.ids("community", Role.SECRETARY):
        held.add(SECRETARY)
    if attended and session.written_by_id != user.pk:
        held.add(PRESENT)
    return frozenset(held)


def seat_of(session: AdviceSession, user: User) -> AdviceAttendance | None:
    """The user's invitation to a session."""
    found: AdviceAttendance | None = AdviceAttendance.objects.of(session).filter(user=user.pk).first()
    return found


def named_among(community_id: int, users: Iterable[int]) -> set[int]:
    """Which of these people let residents read their names."""
    rows = Adviser.objects.in_community(community_id).filter(user__in=list(users), is_named=True)
    return set(rows.values_list("user", flat=True))


def unnamed_in(community_id: int, *texts: str) -> list[str]:
    """Names of advisers, of today and before, that stand in a text although they did not agree to be named."""
    rows: Any = Appointment.objects.unscoped(reason=_WHY).filter(community=community_id, role=Role.ADVISER)
    names = dict(rows.values_list("user", "user__name"))
    named = named_among(community_id, names)
    text = "\n".join(texts)
    return sorted({name for key, name in names.items() if key not in named and len(name) > 1 and name in text})
