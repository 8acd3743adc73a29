"""Doors change hands: given by the office or the leader, or taken over by whoever is appointed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.access import Permission
from community.models import User
from community.notices import notify
from core.refusal import Refused
from visits import walkers
from visits.models import Campaign, Handover, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from visits.querysets import TargetQuerySet

_WHY = "doors already found that change hands"
_ROWS = 500


@transaction.atomic
def hand_over(targets: TargetQuerySet, *, to: User, by: User, reason: str = "") -> int:
    """Give the doors among `targets` that wait in an open round to `to`; gives how many there were.

    The office gives doors of its community to whoever may go there; a leader those of the grid, to himself or to a
    steward of the building. Both who had them and who has them now are told; what the former holder still brings back
    waits to be looked at. Raises Refused where somebody may not, or no door waits.
    """
    doors = _locked(targets)
    if not doors:
        raise Refused(_("这里没有要走的户了，不用交接。"))
    _check(doors, to=to, by=by)
    moving = [door for door in doors if door.assignee_id != to.pk]
    if not moving:
        raise Refused(_("这些户本来就由%(name)s去走。") % {"name": to.name})
    before = User.objects.in_bulk({door.assignee_id for door in moving if door.assignee_id})
    changes = [(door, {"assignee": [_name(before, door), to.name]}) for door in moving]
    audit.record_many("target_handed_over", changes, by=by, reason=reason)
    pass_on(moving, to=to, by=by, reason=reason)
    _tell(moving, to=to, by=by, before=before)
    return len(moving)


def pass_on(doors: Sequence[Target], *, to: User | None, by: User | None, reason: str = "") -> None:
    """Write down who had each door and who has it now; inside the caller's transaction."""
    Handover.objects.bulk_create(
        (
            Handover(
                community_id=door.community_id,
                target=door,
                before_id=door.assignee_id,
                after=to,
                by=by,
                reason=reason[:120],
            )
            for door in doors
        ),
        batch_size=_ROWS,
    )
    keys = [door.pk for door in doors]
    for start in range(0, len(keys), _ROWS):
        rows = Target.objects.unscoped(reason=_WHY).filter(pk__in=keys[start : start + _ROWS])
        rows.update(assignee=to)


@transaction.atomic
def lead_from_now(grid_id: int, leader: User, *, by: User | None) -> int:
    """The doors of a grid that waited for nobody, or for somebody gone, wait for its leader; gives how many."""
    doors = walkers.lost_doors(grid_id)
    if not doors:
        return 0
    pass_on(doors, to=leader, by=by)
    text = _("您的网格里有 %(doors)d 个走访任务还没有人走，现在请您去走。") % {"doors": len(doors)}
    campaign = Campaign.objects.get(pk=doors[0].campaign_id)
    notify([leader], about=campaign, kind="doors_taken", text=text)
    return len(doors)


def _locked(targets: TargetQuerySet) -> list[Target]:
    keys = targets.waiting().filter(campaign__state=Campaign.State.OPEN).values("pk")
    rows = Target.objects.unscoped(reason=_WHY).filter(pk__in=keys).select_for_update(of=("self",))
    # Whoever waited for the lock looks again: the door may have been walked meanwhile.
    found = rows.waiting().select_related("household__dwelling", "building", "campaign").order_by("pk")
    return list(found)


def _check(doors: Iterable[Target], *, to: User, by: User) -> None:
    if not to.scope.may(Permission.VISIT_RECORD):
        raise Refused(_("%(name)s不能记录走访，请选别人。") % {"name": to.name})
    for building in {door.building for door in doors}:
        words = {"name": to.name, "building": building}
        if not walkers.hands_over(by.scope, building):
            raise Refused(_("%(building)s不在您的网格里，请让社区来交接。") % words)
        if not walkers.covers(to.scope, building):
            raise Refused(_("%(name)s不负责%(building)s，不能去那里走访。") % words)
        if not walkers.takes_from(by, to, building):
            raise Refused(_("您可以自己去走，或者交给%(building)s的楼栋管家；交给别人请让社区来办。") % words)


def _name(before: dict[int, User], door: Target) -> str | None:
    return before[door.assignee_id].name if door.assignee_id else None


def _tell(doors: Sequence[Target], *, to: User, by: User, before: dict[int, User]) -> None:
    """One notice for whoever gets doors, one for each who had some; nobody is told what they did themselves."""
    campaign = doors[0].campaign
    if to != by:
        text = _("%(by)s把 %(doors)d 个走访任务交给了您：%(places)s。") % _words(doors, by)
        notify([to], about=campaign, kind="doors_given", text=text)
    had: dict[int, list[Target]] = defaultdict(list)
    for door in doors:
        if door.assignee_id and door.assignee_id != by.pk:
            had[door.assignee_id].append(door)
    for key, lost in had.items():
        text = _("%(places)s的 %(doors)d 个走访任务改由%(name)s去走，您不用再去了。已经走过还没发出的，照样发出来。")
        notify(
            [before[key]], about=campaign, kind="doors_taken_away", text=text % {**_words(lost, by), "name": to.name}
        )


def _words(doors: Sequence[Target], by: User) -> dict[str, Any]:
    places = list(dict.fromkeys(door.building.label for door in doors))
    shown = "、".join(places[:3])
    return {
        "by": by.name,
        "doors": len(doors),
        "places": _("%(places)s等") % {"places": shown} if places[3:] else shown,
    }
