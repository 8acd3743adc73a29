"""Inside the portal: a community as large as a city, its round opened, and what the worker has made of it."""

from __future__ import annotations

import time
from typing import Any

import crowd
from django.db.models import Count, Exists, OuterRef

from community.models import Appointment, AuditEvent, Community, Notice
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids.codes import Cadence
from grids.models import (
    Building,
    BuildingInGrid,
    CareTag,
    Dwelling,
    Estate,
    Household,
    Membership,
    Pairing,
    Resident,
    Unit,
)
from visits import planning
from visits.actions import close_campaign, open_campaign
from visits.models import Campaign, Finding, Target, Verification, Visit

WITHIN = crowd.Plan(
    copied=[
        Estate,
        Building,
        BuildingInGrid,
        Unit,
        Dwelling,
        Resident,
        Household,
        Membership,
        CareTag,
        Pairing,
        Visit,
        Finding,
        Verification,
    ],
    own={
        (Estate, "code"): "substr(s.code, 1, 5) || '-' || CAST(n AS text)",
        (Resident, "id_hash"): "CASE WHEN s.id_hash = '' THEN '' ELSE CAST(n AS text) || substr(s.id_hash, 7) END",
    },
    # What was learnt gives no reason to ask again.
    only={Verification: "s.result IN ('unknown', 'refused')"},
)
"""Copies in the demo's own community: a round is one community's. Its grids and people stay, and lead all of it."""


def round_grow(number: str) -> dict[str, int]:
    """Let about so many households live in the demo's community, and end the round that is being walked."""
    community, by = _office()
    for campaign in Campaign.objects.not_closed():
        close_campaign(campaign, by=by, explanation="都改到下个季度。")
    copies = max(int(number) // Household.objects.filter(community=community).count() - 1, 0)
    crowd.copy(WITHIN, copies)
    crowd.settle()
    return {"households": Household.objects.living_here().count()}


def round_open() -> dict[str, Any]:
    """Count the next quarter's round as the page does before its button, and press it."""
    community, by = _office()
    quarter = Quarter.of(clock.today()).next()
    start = time.perf_counter()
    plan = planning.plan(community, starts_on=quarter.start, ends_on=quarter.end)
    counted = time.perf_counter()
    campaign = open_campaign(community, quarter=quarter, by=by)
    return {
        "campaign": campaign.pk.hex,
        "job": campaign.job.hex if campaign.job else "",
        "expected": plan.targets,
        "counted_in": counted - start,
        "pressed_in": time.perf_counter() - counted,
    }


def round_found() -> dict[str, Any]:
    """The round as it lies in the database, counted by sets: nobody twice, nobody missing, nobody else."""
    campaign = Campaign.objects.order_by("-year", "-quarter")[0]
    targets = Target.objects.filter(campaign=campaign)
    homes = Household.objects.living_here().filter(community=campaign.community_id)
    tags = CareTag.objects.current().visited(Cadence.MONTHLY).filter(household=OuterRef("pk"))
    care = homes.filter(Exists(tags))
    months = [month.end for month in campaign.period.months]
    key = ("household", "kind", "due_on")

    def lacking(rows: Any, kind: str, due: Any) -> int:
        mine = targets.filter(household=OuterRef("pk"), kind=kind, due_on=due)
        return int(rows.filter(~Exists(mine)).count())

    return {
        "state": campaign.state,
        "laid": campaign.laid,
        "targets": targets.count(),
        "wanted": homes.count() + care.count() * len(months),
        "doubled": targets.order_by().values(*key).annotate(times=Count("pk")).filter(times__gt=1).count(),
        "lacking": lacking(homes, Target.Kind.QUARTERLY, campaign.ends_on)
        + sum(lacking(care, Target.Kind.MONTHLY_CARE, month) for month in months),
        "told_twice": _told(campaign).filter(times__gt=1).count(),
        "told": _told(campaign).count(),
        "events": AuditEvent.objects.filter(target_id=str(campaign.pk)).count(),
    }


def _told(campaign: Campaign) -> Any:
    notices = Notice.objects.filter(kind="campaign_opened", url=campaign.get_absolute_url())
    return notices.order_by().values("user").annotate(times=Count("pk"))


def _office() -> tuple[Community, Any]:
    held = Appointment.objects.current().filter(role=Role.COMMUNITY_STAFF).order_by("pk").select_related("user")
    return held[0].community, held[0].user
