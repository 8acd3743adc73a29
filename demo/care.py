"""Invented care: stewards for nearly every building, most care households paired, a few honest gaps."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import cycle
from typing import Any

from community import actions as community_actions
from community.models import Appointment, Community
from community.roles import Role
from core import clock
from demo.officers import Hiring, Officers
from grids import actions
from grids.care import gaps
from grids.care.candidates import Candidate, Candidates
from grids.care.gaps import MEMBER, STEWARD, Home
from grids.models import Building, CareTag, Household, Membership, Resident

STEWARDS = (
    "顾春梅",
    "尹志强",
    "龚秀英",
    "汤国强",
    "段玉兰",
    "常金宝",
    "武月娥",
    "乔建平",
    "赖红霞",
    "万德明",
    "钱玉芬",
)
BUILDINGS_EACH = 2
# Every so many households nobody has been found yet.
OPEN_EVERY = 17
# So many Party members of a building share its households.
SHARED_BY = 4
REVIEWS = (-12, -3, 9, 21, 45, 80, 160, 260)
_OURS = "the demo's own rows"


def look_after(community: Community, officers: Officers, *, hiring: Hiring) -> None:
    """Appoint stewards, pair households, and say when a few tags are due for review."""
    _appoint(community, officers, hiring)
    _pair(officers)
    _review(officers)


def leave_gaps(officers: Officers) -> None:
    """What has happened lately: a steward has stopped, a Party member has moved away. Pairings are not touched."""
    rows = Appointment.objects.unscoped(reason=_OURS).current().filter(role=Role.BUILDING_STEWARD)
    last = rows.order_by("-pk")[0]
    day = clock.today() - timedelta(days=3)
    community_actions.end_appointment(last, last_day=day, reason="照顾孙辈", by=officers.secretary)
    moving = _who_moves()
    if moving is not None:
        actions.move_out(moving.household, by=officers.secretary, day=day, residents=[moving.resident])


def _appoint(community: Community, officers: Officers, hiring: Hiring) -> None:
    """A steward for a few buildings each; the last building of all has none."""
    held = Appointment.objects.unscoped(reason=_OURS).filter(role=Role.BUILDING_STEWARD).values("building")
    without = Building.objects.unscoped(reason=_OURS).filter(community=community).exclude(pk__in=held)
    buildings = list(without.order_by("estate__code", "order", "pk"))[:-1]
    for number, name in enumerate(STEWARDS):
        mine = buildings[number * BUILDINGS_EACH : (number + 1) * BUILDINGS_EACH]
        steward = hiring.account(name, f"{Role.BUILDING_STEWARD.label}·{'、'.join(one.label for one in mine)}")
        for building in mine:
            community_actions.appoint(steward, role=Role.BUILDING_STEWARD, place=building, by=officers.secretary)


def _pair(officers: Officers) -> None:
    """Everybody with a steward of the building and a Party member who lives there, but for every few."""
    looked = gaps.look(CareTag.objects.unscoped(reason=_OURS))
    people = Candidates(looked.homes)
    rows = Household.objects.unscoped(reason=_OURS).filter(pk__in=[home.pk for home in looked.homes])
    households = {row.pk: row for row in rows}
    taking = [home for number, home in enumerate(looked.homes, 1) if number % OPEN_EVERY]
    for kind in (STEWARD, MEMBER):
        chosen = [(households[pk], one.person) for pk, one in _shared(taking, people, kind).items()]
        actions.pair_all(chosen, kind=kind, by=officers.secretary)


def _shared(homes: list[Home], people: Candidates, kind: str) -> dict[object, Candidate]:
    """The households of each building, in turn to the few who take them."""
    here: dict[int, list[Home]] = defaultdict(list)
    for home in homes:
        here[home.building].append(home)
    chosen: dict[object, Candidate] = {}
    for theirs in here.values():
        turns = cycle(range(SHARED_BY))
        for home in theirs:
            found = people.of(home, kind)[:SHARED_BY]
            if found:
                chosen[home.pk] = found[next(turns) % len(found)]
    return chosen


def _review(officers: Officers) -> None:
    """A few tags have their evidence, and the day by which they are looked at again."""
    tags = CareTag.objects.unscoped(reason=_OURS).filter(category__in=["minimum_allowance", "disabled"]).order_by("pk")
    for number, (tag, days) in enumerate(zip(tags[:: max(tags.count() // len(REVIEWS), 1)], REVIEWS, strict=False)):
        fields: dict[str, Any] = {"level": str(number % 4 + 1)} if tag.category == "disabled" and not tag.level else {}
        due = clock.today() + timedelta(days=70 + days)
        actions.change_care(tag, by=officers.secretary, evidence=f"证件 {1000 + number}", review_due=due, **fields)


def _who_moves() -> Membership | None:
    """A Party member who looks after somebody, and is not the head of the household."""
    rows = Membership.objects.unscoped(reason=_OURS).current().party_members()
    heads = Household.objects.unscoped(reason=_OURS).filter(head__isnull=False).values("head")
    paired = Resident.objects.unscoped(reason=_OURS).filter(pairings__ends_on__isnull=True, pairings__isnull=False)
    moving: Membership | None = (
        rows.exclude(resident__in=heads).filter(resident__in=paired).select_related("household", "resident").first()
    )
    return moving
