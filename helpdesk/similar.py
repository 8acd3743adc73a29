"""What others have asked lately about the same thing in the same place, so that one may join them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core import clock
from core.sql import rows
from helpdesk.models import ServiceRequest
from helpdesk.states import OPEN

if TYPE_CHECKING:
    from grids.models import Building
    from helpdesk.models import Category, Fixture

DAYS = 30
AT_MOST = 5

_TABLE = ServiceRequest._meta.db_table
# Whether it is worth asking, for every request that is logged; what is shown comes through `ServiceRequest.objects`.
_ANY = (
    f"SELECT 1 FROM {_TABLE} WHERE community_id = %s AND category_id = %s AND submitted_at > %s "  # noqa: S608 names
    f"AND state IN ({', '.join(['%s'] * len(OPEN))}) AND {{place}} LIMIT 1"
)


def similar_to(
    category: Category, *, place_kind: str, place: str, building: Building | None, fixture: Fixture | None
) -> list[ServiceRequest]:
    """Open requests of the same category about the same fixture, in the same building or at the same place.

    The newest first; those of the last 30 days that neighbours may know of, and about a fixture all: it is everybody's.
    None about a home, nor where nothing is for neighbours.
    """
    if category.never_public or category.is_confidential or place_kind == ServiceRequest.Place.HOME:
        return []
    since = clock.now() - timedelta(days=DAYS)
    place = place.strip()
    if not _any(category, since, place, building, fixture):
        return []
    found = ServiceRequest.objects.for_neighbours(category, fixture).filter(submitted_at__gt=since)
    if building and not fixture:
        found = found.filter(building=building)
    elif not fixture:
        found = found.filter(building__isnull=True, place__iexact=place)
    return list(found.for_list().order_by("-submitted_at", "-pk")[:AT_MOST])


def _any(category: Category, since: Any, place: str, building: Building | None, fixture: Fixture | None) -> bool:
    """Whether there may be some; without it every request that is logged would pay for the whole question."""
    open_states = [one.value for one in OPEN]
    told = ServiceRequest.Visibility.NEIGHBOURHOOD.value
    where = "building_id IS NULL AND UPPER(place) = UPPER(%s) AND visibility = %s"
    keys: list[Any] = [place, told]
    if fixture:
        where, keys = "fixture_id = %s", [fixture.pk]
    elif building:
        where, keys = "building_id = %s AND visibility = %s", [building.pk, told]
    return bool(rows(_ANY.format(place=where), category.community_id, category.pk, since, *open_states, *keys))
