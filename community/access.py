"""Who may do what: permissions, the roles that carry them, and the mark that every view wears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from community.roles import STAFF_ROLES, Office, Role

if TYPE_CHECKING:
    from community.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Permission(StrEnum):
    """What a view may ask for; which rows is said by `visible_to`, when by the action."""

    TODAY = "today"
    OWN_HOUSEHOLD = "own_household"
    HOUSEHOLD_VIEW = "household_view"
    HOUSEHOLD_EDIT = "household_edit"
    HOUSEHOLD_MOVE = "household_move"
    CARE_MANAGE = "care_manage"
    OWNERS_VIEW = "owners_view"
    OWNERS_EDIT = "owners_edit"
    REGISTER_EXPORT = "register_export"
    REGISTER_MERGE = "register_merge"
    ERASURE_DECIDE = "erasure_decide"
    RETENTION_VIEW = "retention_view"
    PLACES_MANAGE = "places_manage"
    ROSTER_IMPORT = "roster_import"
    LETTER_ISSUE = "letter_issue"
    APPOINT = "appoint"
    REQUEST_LOG = "request_log"
    REQUEST_VIEW = "request_view"
    REQUEST_HANDLE = "request_handle"
    REQUEST_TRIAGE = "request_triage"
    REQUEST_SETTINGS = "request_settings"
    RATES_VIEW = "rates_view"
    MESSAGES_MANAGE = "messages_manage"
    API_KEYS = "api_keys"
    VISIT_VIEW = "visit_view"
    VISIT_RECORD = "visit_record"
    CAMPAIGN_MANAGE = "campaign_manage"
    STEWARD_WORK = "steward_work"
    STEWARDS_VIEW = "stewards_view"
    STEWARDS_MANAGE = "stewards_manage"
    HOURS_OWN = "hours_own"
    ACTIVITY_JOIN = "activity_join"
    ALLIANCE_VIEW = "alliance_view"
    ALLIANCE_WORK = "alliance_work"
    ALLIANCE_MANAGE = "alliance_manage"
    ADVICE_VIEW = "advice_view"
    ADVICE_MANAGE = "advice_manage"
    ADVICE_ANSWER = "advice_answer"
    ACCOUNTS_VIEW = "accounts_view"
    BOOKS_VIEW = "books_view"
    VOUCHER_DRAFT = "voucher_draft"
    VOUCHER_REVIEW = "voucher_review"
    VOUCHER_SETTLE = "voucher_settle"
    BOOKS_CLOSE = "books_close"
    BOOKS_AUDIT = "books_audit"
    QUARTER_PUBLISH = "quarter_publish"
    AUDIT_VIEW = "audit_view"


P = Permission
_VOLUNTEER = {P.ACTIVITY_JOIN, P.HOURS_OWN}
_RESIDENT = {P.OWN_HOUSEHOLD, P.REQUEST_LOG, P.REQUEST_VIEW, P.ACCOUNTS_VIEW} | _VOLUNTEER
_DUTY = {P.TODAY, P.REQUEST_LOG, P.REQUEST_VIEW, P.REQUEST_HANDLE, P.ACCOUNTS_VIEW} | _VOLUNTEER
_OFFICE_WORKER = _DUTY | {
    P.HOUSEHOLD_VIEW,
    P.HOUSEHOLD_EDIT,
    P.HOUSEHOLD_MOVE,
    P.CARE_MANAGE,
    P.OWNERS_VIEW,
    P.OWNERS_EDIT,
    P.REGISTER_EXPORT,
    P.REGISTER_MERGE,
    P.ERASURE_DECIDE,
    P.RETENTION_VIEW,
    P.PLACES_MANAGE,
    P.ROSTER_IMPORT,
    P.LETTER_ISSUE,
    P.REQUEST_TRIAGE,
    P.REQUEST_SETTINGS,
    P.RATES_VIEW,
    P.MESSAGES_MANAGE,
    P.VISIT_VIEW,
    P.VISIT_RECORD,
    P.CAMPAIGN_MANAGE,
    P.STEWARDS_VIEW,
    P.STEWARDS_MANAGE,
    P.ALLIANCE_VIEW,
    P.ALLIANCE_MANAGE,
    P.ADVICE_VIEW,
    P.ADVICE_MANAGE,
}

OF_ROLE: dict[str, set[Permission]] = {
    Role.RESIDENT: _RESIDENT,
    Role.BUILDING_STEWARD: _DUTY | {P.HOUSEHOLD_VIEW, P.VISIT_VIEW, P.VISIT_RECORD},
    Role.GRID_LEADER: _DUTY
    | {P.HOUSEHOLD_VIEW, P.HOUSEHOLD_EDIT, P.HOUSEHOLD_MOVE, P.CARE_MANAGE, P.OWNERS_VIEW, P.REGISTER_EXPORT}
    | {P.LETTER_ISSUE, P.REQUEST_TRIAGE, P.RATES_VIEW, P.VISIT_VIEW, P.VISIT_RECORD}
    | {P.STEWARDS_VIEW, P.ALLIANCE_VIEW},
    Role.RED_STEWARD: _DUTY | {P.STEWARD_WORK, P.STEWARDS_VIEW},
    Role.PARTNER_CONTACT: _DUTY | {P.ALLIANCE_VIEW, P.ALLIANCE_WORK},
    Role.ADVISER: {P.TODAY, P.ACCOUNTS_VIEW, P.RATES_VIEW, P.ADVICE_VIEW} | _VOLUNTEER,
    Role.GATEKEEPER: {P.TODAY, P.ACCOUNTS_VIEW},
    Role.COMMITTEE: _DUTY | {P.BOOKS_VIEW, P.OWNERS_VIEW},
    Role.AUDITOR: {P.TODAY, P.ACCOUNTS_VIEW, P.BOOKS_VIEW, P.BOOKS_AUDIT},
    Role.COMMUNITY_STAFF: _OFFICE_WORKER,
    Role.SECRETARY: _OFFICE_WORKER | {P.APPOINT, P.AUDIT_VIEW, P.BOOKS_VIEW, P.API_KEYS, P.ADVICE_ANSWER},
    Role.STREET_OBSERVER: {P.ACCOUNTS_VIEW, P.RATES_VIEW},
    Role.ADMINISTRATOR: set(),
}

# What an office on the committee adds; which estate it is for is asked by the action (`Scope.offices`).
OF_OFFICE: dict[str, set[Permission]] = {
    Office.CHAIR: {P.QUARTER_PUBLISH},
    Office.BOOKKEEPER: {P.VOUCHER_DRAFT, P.BOOKS_CLOSE, P.QUARTER_PUBLISH},
    Office.REVIEWER: {P.VOUCHER_REVIEW, P.QUARTER_PUBLISH},
    Office.CASHIER: {P.VOUCHER_SETTLE, P.QUARTER_PUBLISH},
    Office.SUPERVISOR: {P.QUARTER_PUBLISH},
}


# The weightiest first; the others come after, in the order in which `Role` names them.
_RANKED = (
    Role.SECRETARY,
    Role.COMMUNITY_STAFF,
    Role.GRID_LEADER,
    Role.COMMITTEE,
    Role.AUDITOR,
    Role.BUILDING_STEWARD,
)


@dataclass(frozen=True)
class Held:
    """One current appointment, as much of it as a decision needs."""

    role: str
    office: str
    community: int
    grid: int | None = None
    building: int | None = None
    estate: int | None = None
    household: Any = None
    partner: int | None = None


@dataclass(frozen=True)
class Scope:
    """What a user holds today; read once a request and cached on the user."""

    held: tuple[Held, ...] = ()
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        granted: set[Permission] = set()
        for one in self.held:
            granted |= OF_ROLE[one.role] | OF_OFFICE.get(one.office, set())
        object.__setattr__(self, "permissions", frozenset(granted))

    @cached_property
    def weightiest(self) -> Role | None:
        """The role that counts where somebody holds several; None where none is held."""
        held = {one.role for one in self.held}
        return next((role for role in (*_RANKED, *Role) if role in held), None)

    def may(self, permission: Permission) -> bool:
        """Whether any appointment carries the permission."""
        return permission in self.permissions

    def has_role(self, *roles: str) -> bool:
        """Whether one of these roles is held anywhere."""
        return any(one.role in roles for one in self.held)

    def ids(self, scope: str, *roles: str) -> frozenset[Any]:
        """The ids of `scope` held, which is the name of a foreign key of `Held`; by these roles or any."""
        found = (getattr(one, scope) for one in self.held if not roles or one.role in roles)
        return frozenset(value for value in found if value is not None)

    @property
    def communities(self) -> frozenset[int]:
        """Where the user belongs, in whatever role."""
        return self.ids("community")

    @property
    def offices_communities(self) -> frozenset[int]:
        """Communities whose every record the user works with."""
        return self.ids("community", Role.COMMUNITY_STAFF, Role.SECRETARY)

    @property
    def grids(self) -> frozenset[int]:
        return self.ids("grid", Role.GRID_LEADER)

    @property
    def buildings(self) -> frozenset[int]:
        return self.ids("building", Role.BUILDING_STEWARD)

    @property
    def estates(self) -> frozenset[int]:
        return self.ids("estate", Role.COMMITTEE)

    @property
    def audited(self) -> frozenset[int]:
        """Estates whose books the user reads as an auditor, and does not keep."""
        return self.ids("estate", Role.AUDITOR)

    @property
    def households(self) -> frozenset[Any]:
        return self.ids("household", Role.RESIDENT)

    @property
    def partners(self) -> frozenset[int]:
        """The partner units that the user speaks for."""
        return self.ids("partner", Role.PARTNER_CONTACT)

    def offices(self, estate_id: int) -> frozenset[str]:
        """The offices held on the committee of this estate."""
        return frozenset(one.office for one in self.held if one.role == Role.COMMITTEE and one.estate == estate_id)

    def estates_as(self, office: str) -> frozenset[int]:
        """Estates on whose committee this office is held."""
        held = (one for one in self.held if one.role == Role.COMMITTEE and one.office == office)
        return frozenset(one.estate for one in held if one.estate is not None)

    @property
    def is_staff(self) -> bool:
        """Whether a second factor is due before plain data is shown."""
        return any(one.role in STAFF_ROLES for one in self.held)


class PortalRequest(HttpRequest):
    """A request as a view gets it once somebody is signed in."""

    user: User


def access(permission: Permission) -> Callable[[View], View]:
    """Mark a view: signed in, and holding `permission`; 403 otherwise."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.scope.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def signed_in(view: View) -> View:
    """Mark a view that everybody who is signed in may open."""
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view = login_not_required(view)
    view.access = "public"  # type: ignore[attr-defined]
    return view
