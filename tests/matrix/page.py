"""One entry of the matrix: an address, whose record it shows, and which roles see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from community.access import Permission as P
from community.roles import Office, Role
from tests.matrix.world import World

OFFICE = {Role.COMMUNITY_STAFF, Role.SECRETARY}
CARERS = OFFICE | {Role.GRID_LEADER, Role.BUILDING_STEWARD}
COMMITTEE = {f"{Role.COMMITTEE}:{office}" for office in Office.values}


RESIDENTS_SEE = {Role.RESIDENT}
ON_REQUEST = {Role.RESIDENT, Role.GRID_LEADER, Role.RED_STEWARD, *OFFICE}
BOOKKEEPER = {f"{Role.COMMITTEE}:{Office.BOOKKEEPER}"}
CASHIER = {f"{Role.COMMITTEE}:{Office.CASHIER}"}
READS = {Role.AUDITOR, Role.SECRETARY}
BOOKS = COMMITTEE | READS
ACCOUNTS = COMMITTEE | OFFICE | RESIDENTS_SEE | {Role.AUDITOR}
LETTERS = OFFICE | {Role.GRID_LEADER}
OWNERS = LETTERS | COMMITTEE


@dataclass(frozen=True)
class Page:
    """`needs` is the view's permission; `sees` the roles that see the record of their own place (None: no record).

    `answer` is what they get, `answers` what single roles get instead, `answers_own` what they get in their own
    place. `post` sends an empty form, which must never pass as another's: whoever may not see the record gets the same
    404 or 403. Roles in `everywhere` find the record in the neighbouring place too: the whole community knows it.
    """

    needs: P | None = None
    sees: frozenset[str] | set[str] | None = None
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}
    answer: int = 200
    answers: Mapping[str, int] = field(default_factory=dict)
    answers_own: Mapping[str, int] = field(default_factory=dict)
    public: bool = False
    post: bool = False
    query: str = ""
    everywhere: frozenset[str] | set[str] = frozenset()


def pk_of(record: str, key: str = "pk", **more: str) -> Callable[[World], dict[str, Any]]:
    """The keyword arguments that name a record of the own place; `more` maps further arguments to records."""
    return lambda world: {
        key: world.records[record].pk,
        **{name: world.records[other].pk for name, other in more.items()},
    }


def with_text(record: str, **texts: str) -> Callable[[World], dict[str, Any]]:
    """As `pk_of`, with further arguments given as they are."""
    return lambda world: {"pk": world.records[record].pk, **texts}


def with_resident(**texts: str) -> Callable[[World], dict[str, Any]]:
    """The keyword arguments that name the resident of the own place, and texts given as they are."""
    return lambda world: {"resident_pk": world.records["resident"].pk, **texts}
