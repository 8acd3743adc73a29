"""Which building of a community an address from outside means, and what of it leads on from there."""

from __future__ import annotations

import re
from dataclasses import replace

from django.db.models import Q

from grids import address as addresses
from grids.address import Address, AddressDoubt
from grids.models import Building, Estate

# The beginning of an address up to its building, where what follows is no door: 225号3幢楼道灯.
_UP_TO_BUILDING = re.compile(r"^(.*?\d+[A-Za-z]?\s*(?:号楼|[幢栋座]))(.*)$", re.DOTALL)


def placed(community_id: int, text: str) -> tuple[Building | None, str]:
    """The one building that the text names, with what the text says beyond it; no building and the whole text."""
    estates = Estate.objects.unscoped(reason="the estates of a community that an address may name")
    codes = set(estates.filter(community=community_id).values_list("code", flat=True))
    for address, rest in _readings(text.strip(), codes):
        building = _the_one(community_id, address)
        if building:
            within = str(replace(address, road="", number="", name="", building=""))
            return building, f"{within} {rest}".strip()
    return None, text.strip()


def _readings(text: str, codes: set[str]) -> list[tuple[Address, str]]:
    """The whole text as an address, or its beginning as one and the rest as words."""
    pieces = [(text, "")]
    if begun := _UP_TO_BUILDING.match(text):
        pieces.append((begun[1], begun[2].strip()))
    found = []
    for piece, rest in pieces:
        try:
            found.append((addresses.parse(piece, numbers=codes), rest))
        except AddressDoubt:
            continue
    return [(address, rest) for address, rest in found if address.building]


def _the_one(community_id: int, address: Address) -> Building | None:
    rows = Building.objects.unscoped(reason="buildings of a community that an address may name")
    rows = rows.filter(community=community_id, number=address.building).select_related("grid")
    if address.compound:
        names = {address.name or address.compound, f"{address.road}{address.compound}"}
        rows = rows.filter(Q(estate__code=(address.number or address.name)[:12]) | Q(estate__name__in=names))
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None
