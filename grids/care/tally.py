"""Of each building how many households in care lack somebody, and which reviews are due: what Today says of care.

Counted by the database in one statement. `gaps.look` reads every household and every pairing for that, at ten times the
price; a test says that both agree, whatever happens to people and pairings.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from community.models import Appointment
from community.roles import Role
from core import clock
from core.sql import Within, as_day, rows_within_each
from grids.care.gaps import MEMBER, STEWARD
from grids.models import Building, Estate, Household, Membership, Pairing, Resident

if TYPE_CHECKING:
    from grids.querysets import CareTagQuerySet


class Tally(NamedTuple):
    """A building with households in care: how many lack anybody, a steward, a Party member; reviews that are due."""

    building: int
    label: str
    lacking: int
    lacking_steward: int
    lacking_member: int
    due: int
    due_since: date | None


def tallies(tags: CareTagQuerySet) -> list[Tally]:
    """The buildings of these tags, which the caller has narrowed, in the order of the list of gaps; one query."""
    return read(rows_within_each(asked(tags)))


def asked(tags: CareTagQuerySet) -> Within:
    """What is asked of these tags; `read` understands the answer."""
    cared: Any = tags.open().order_by().values_list("household", "community", "household__building", "review_due")
    columns = "household, community, building, review_due"
    return Within(cared, columns, _TALLIES, (clock.today(),) * _TALLIES.count("%s"), width=8)


def read(found: Iterable[tuple[Any, ...]]) -> list[Tally]:
    """The tallies of such rows, which come in no order, in the order of the list of gaps."""
    ordered = sorted(found, key=itemgetter(0))
    return [Tally._make([*facts, as_day(due_since)]) for _place, *facts, due_since in ordered]


def _holds(table: str) -> str:
    """The condition that a term holds today."""
    return f"{table}.starts_on <= %s AND ({table}.ends_on IS NULL OR {table}.ends_on >= %s)"


def _looked_after(kind: str, fits: str) -> str:
    """Whether the person of the home's pairing of this kind, the latest of today's, fits; false where there is none."""
    return f"""COALESCE((
      SELECT EXISTS ({fits}) FROM {Pairing._meta.db_table} p
      WHERE p.community_id = home.community AND p.household_id = home.household AND p.kind = '{kind}' AND {_holds("p")}
      ORDER BY p.starts_on DESC, p.id DESC LIMIT 1
    ), FALSE)"""  # noqa: S608 names of tables, nothing that anybody sends


# Who fits is said by `PairingQuerySet.with_holds`; these are its two conditions.
_IS_STEWARD = f"""
        SELECT 1 FROM {Appointment._meta.db_table} a
        WHERE a.community_id = p.community_id AND a.role = '{Role.BUILDING_STEWARD.value}'
          AND a.building_id = home.building AND a.user_id = p.steward_id AND {_holds("a")}"""  # noqa: S608
_LIVES_THERE = f"""
        SELECT 1 FROM {Membership._meta.db_table} m
        JOIN {Resident._meta.db_table} r ON r.id = m.resident_id
        JOIN {Household._meta.db_table} h ON h.id = m.household_id
        WHERE m.community_id = p.community_id AND m.resident_id = p.member_id AND m.is_primary AND {_holds("m")}
          AND h.building_id = home.building AND m.household_id <> home.household
          AND r.is_party_member AND (r.deceased_on IS NULL OR r.deceased_on > %s)"""  # noqa: S608
_TALLIES = f"""
, home AS (
    SELECT household, community, building, COUNT(*) FILTER (WHERE review_due <= %s) AS due,
      MIN(review_due) FILTER (WHERE review_due <= %s) AS due_since
    FROM narrowed GROUP BY household, community, building
), looked AS MATERIALIZED (
    SELECT building, due, due_since,
      {_looked_after(STEWARD, _IS_STEWARD)} AS has_steward,
      {_looked_after(MEMBER, _LIVES_THERE)} AS has_member
    FROM home
)
SELECT ROW_NUMBER() OVER (ORDER BY e.code, b."order", b.id), b.id, b.label,
  COUNT(*) FILTER (WHERE NOT (has_steward AND has_member)),
  COUNT(*) FILTER (WHERE NOT has_steward), COUNT(*) FILTER (WHERE NOT has_member), SUM(due), MIN(due_since)
FROM looked
JOIN {Building._meta.db_table} b ON b.id = looked.building
JOIN {Estate._meta.db_table} e ON e.id = b.estate_id
GROUP BY b.id, b.label, e.code, b."order" """  # noqa: S608
