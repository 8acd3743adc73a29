"""Doors that somebody is asked to go to besides the round's own: once more after a visit, or for one matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import Appointment
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import Household, Membership
from visits import reasons, walkers
from visits.fields import count_of
from visits.models import Campaign, Target

if TYPE_CHECKING:
    from community.models import User

KINDS = (Target.Kind.FOLLOW_UP, Target.Kind.SPECIAL)
_WHY = "households already found that somebody is asked to call on"
_ROWS = 500


def add_target(household: Household, *, kind: str, due_on: date, reason: str, by: User) -> Target:
    """Ask that somebody goes to a household: a follow-up, or for one matter.

    Raises Refused where the same is asked already and nobody has been there yet, and as `add_targets` does.
    """
    made = add_targets([household], kind=kind, due_on=due_on, reason=reason, by=by)
    if not made:
        words = {"door": household, "kind": Target.Kind(kind).label}
        raise Refused(_("%(door)s已经安排了%(kind)s，还没有走到，不用再安排。") % words)
    return made[0]


@transaction.atomic
def add_targets(households: Iterable[Household], *, kind: str, due_on: date, reason: str, by: User) -> list[Target]:
    """Ask that somebody goes to these households; gives the targets made, none for a door that waits for the same.

    For the office and the leader of the grid. Raises Refused for others, without an open round, for a household that
    has left, for a day that is past or after the round, and where nothing is said about why.
    """
    homes = {home.pk: home for home in households}
    if not homes:
        raise Refused(_("没有选到住户。"))
    if kind not in KINDS:
        raise Refused(_("只能安排回访和专项走访。"))
    reason = " ".join(reason.split())
    if not reason:
        raise Refused(_("请写明为什么去，走访的人会看到。"))
    rows = Household.objects.unscoped(reason=_WHY).filter(pk__in=homes).select_related("building", "dwelling")
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    campaign = _campaign(found, due_on)
    _check(found, by=by)
    waiting = _already(campaign, homes, kind, due_on)
    leaders, born = _leaders({home.building.grid_id for home in found}), _born(homes)
    targets = [
        Target(
            community_id=home.community_id,
            campaign=campaign,
            household=home,
            building_id=home.building_id,
            kind=kind,
            assignee=leaders.get(home.building.grid_id),
            reasons=[reasons.asked(reason)],
            due_on=due_on,
            base_version=home.version,
            fields_total=count_of(born[home.pk]),
        )
        for home in found
        if home.pk not in waiting
    ]
    Target.objects.bulk_create(targets, batch_size=_ROWS)
    audit.record_many("target_added", ((one, {"kind": [None, kind]}) for one in targets), by=by, reason=reason)
    _tell(campaign, targets, by=by)
    return targets


def _campaign(homes: list[Household], due_on: date) -> Campaign:
    rounds = Campaign.objects.unscoped(reason="the round that is being walked").open()
    campaign: Campaign | None = rounds.filter(community=homes[0].community_id).first() if homes else None
    if campaign is None:
        raise Refused(_("现在没有在进行的走访，开始一季走访以后再安排。"))
    if due_on < clock.today():
        raise Refused(_("最晚日期已经过了，请选今天或以后的日子。"))
    if due_on > campaign.ends_on:
        raise Refused(_("最晚日期要在这一季走访结束以前。"))
    return campaign


def _check(homes: list[Household], *, by: User) -> None:
    for building in {home.building for home in homes}:
        if not walkers.hands_over(by.scope, building):
            raise Refused(_("%(building)s不在您的网格里，请让社区来安排。") % {"building": building})
    for home in homes:
        if home.left_on is not None:
            raise Refused(_("%(door)s这一户已经搬走了，不用去了。") % {"door": home})


def _already(campaign: Campaign, homes: Iterable[Any], kind: str, due_on: date) -> set[Any]:
    """The households that wait for the same already, or were asked about on the same day."""
    rows = Target.objects.unscoped(reason=_WHY).filter(campaign=campaign, household__in=list(homes), kind=kind)
    same_day = rows.filter(due_on=due_on).values_list("household", flat=True)
    return {*rows.waiting().values_list("household", flat=True), *same_day}


def _leaders(grids: set[int | None]) -> dict[int | None, User]:
    held = Appointment.objects.unscoped(reason="who goes to households already found").current()
    rows = held.filter(role=Role.GRID_LEADER, grid__in=[grid for grid in grids if grid]).select_related("user")
    return {one.grid_id: one.user for one in rows.order_by("starts_on", "pk")}


def _born(homes: Iterable[Any]) -> dict[Any, list[Any]]:
    born: dict[Any, list[Any]] = defaultdict(list)
    rows = Membership.objects.unscoped(reason=_WHY).current().filter(household__in=list(homes))
    for household, day in rows.values_list("household", "resident__birth_date"):
        born[household].append(day)
    return born


def _tell(campaign: Campaign, targets: list[Target], *, by: User) -> None:
    """One notice for each who has to go; nobody is told what they did themselves."""
    counts: dict[User, int] = defaultdict(int)
    for target in targets:
        if target.assignee is not None and target.assignee != by:
            counts[target.assignee] += 1
    for user, doors in counts.items():
        words = {"by": by.name, "doors": doors, "kind": targets[0].get_kind_display()}
        text = _("%(by)s安排了 %(doors)d 户%(kind)s，请您去走。") % words
        notify([user], about=campaign, kind="doors_added", text=text)
