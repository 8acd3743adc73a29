"""Invented owners of one building of the self-managed estate: most living there, some jointly, two doors still open."""

from __future__ import annotations

from datetime import date

from demo.officers import Officers
from grids import actions
from grids.models import Building, Dwelling, Household

# Every so many dwellings are owned jointly with a spouse, or by whoever owns the one before.
JOINT_EVERY, SEVERAL_EVERY = 4, 15
WITHOUT_OWNER = 2
_OURS = "the demo's own rows"
_BOUGHT = date(2003, 6, 18)


def write_down(building: Building, officers: Officers) -> None:
    """One owner group a door, with the head of the household as its first owner and voter."""
    homes = Household.objects.unscoped(reason=_OURS).filter(building=building, head__isnull=False)
    heads = {one.dwelling_id: one.head for one in homes.select_related("head").order_by("-pk")}
    doors = Dwelling.objects.unscoped(reason=_OURS).filter(building=building, pk__in=heads).order_by("label")
    group = None
    for number, door in enumerate(doors[WITHOUT_OWNER:], 1):
        head = heads[door.pk]
        if group is None or number % SEVERAL_EVERY:
            group = actions.add_owner_group(
                building.estate, owner={"name": head.name, "resident": head}, by=officers.secretary
            )
            if number % JOINT_EVERY == 0:
                named = {"name": f"{head.name[0]}玉芳", "share": None}
                actions.add_owner(group, by=officers.secretary, version=group.version, **named)
        actions.give_dwelling(group, dwelling=door, starts_on=_BOUGHT, by=officers.secretary)
