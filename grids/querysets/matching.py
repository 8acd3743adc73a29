"""What makes a door, a person or an owner the one that is sought: the rules of every search of the register, once.

Each rule is a condition and nothing more: the caller narrows first by community, by which every index begins, and by
what the user may see.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from django.db.models import Q

from community.search import Sought
from core.fields import search_hash
from grids import address as addresses
from grids import identity
from grids.address import Address

_INITIALS, _PINYIN = 20, 120
_PART_OF_PINYIN = 4
"""From so many letters on a name is found by the pinyin of its end too, `xiaoming`."""
_PAPERS = re.compile(r"(?=(?:.*\d){5})[A-Z0-9()]{6,20}")
_BETWEEN_NUMBERS = re.compile(r"(?<=[0-9]) (?=[0-9])")
_DOTS = re.compile(r"[•・‧∙.]")


def papers_of(sought: Sought) -> str:
    """The HMAC of a whole identity, passport or permit number; "" when the text cannot be one."""
    number = identity.normal(sought.text)
    return search_hash(number) if _PAPERS.fullmatch(number) else ""


def name_matches(sought: Sought, prefix: str = "") -> Q | None:
    """The condition that a name is meant, as it is written; of one character the name begins with it."""
    if not sought.bare or sought.bare.isdigit():
        return None
    if len(sought.bare) == 1:
        return Q(**{f"{prefix}name__startswith": sought.bare})
    if sought.latin:
        return Q(**{f"{prefix}name__icontains": sought.text})
    spellings = {sought.text, sought.bare, _DOTS.sub("·", sought.bare)}
    found = Q()
    for spelling in spellings:
        found |= Q(**{f"{prefix}name__contains": spelling})
    return found


def person_matches(sought: Sought, prefix: str = "") -> Q | None:
    """The condition that a resident is meant: by name, pinyin, initials, phone or identity number; None: by nothing."""
    found = [name_matches(sought, prefix), phone_matches(sought, prefix), papers_match(sought, prefix)]
    if sought.latin:
        sound = Q(**{f"{prefix}pinyin__startswith": sought.latin[:_PINYIN]})
        sound |= Q(**{f"{prefix}initials__startswith": sought.latin[:_INITIALS]})
        if len(sought.latin) >= _PART_OF_PINYIN:
            sound |= Q(**{f"{prefix}pinyin__contains": sought.latin})
        found.append(sound)
    return _any_of(found)


def owner_matches(sought: Sought, prefix: str = "") -> Q | None:
    """The condition that an owner is meant: by name, whole phone or papers."""
    by_phone = Q(**{f"{prefix}phone__in": sought.phones}) if sought.phones else None
    return _any_of([name_matches(sought, prefix), by_phone, papers_match(sought, prefix)])


def phone_matches(sought: Sought, prefix: str = "") -> Q | None:
    """The condition that a phone is meant, by its last four digits or the whole of it."""
    if sought.tail:
        return Q(**{f"{prefix}phone_tail": sought.tail})
    if sought.phones:
        tails = {phone[-4:] for phone in sought.phones}
        return Q(**{f"{prefix}phone_tail__in": tails, f"{prefix}phone__in": sought.phones})
    return None


def papers_match(sought: Sought, prefix: str = "") -> Q | None:
    """The condition that an identity number is meant."""
    found = papers_of(sought)
    return Q(**{f"{prefix}id_hash": found}) if found else None


def readings(sought: Sought, codes: Collection[str] = ()) -> list[Address]:
    """The addresses that the text can mean, finished or not: `225-3` and `225-3-2` are the beginnings of a door.

    `codes` are those of the estates there are, without which `225-3-501` has two readings.
    """
    try:
        read = addresses.parse(_BETWEEN_NUMBERS.sub("-", sought.text), numbers=codes)
    except addresses.AddressDoubt:
        return []
    found = [read]
    if not read.compound and not read.unit and read.building in codes:
        found.append(Address(number=read.building, building=read.room))
    if not read.compound and not read.building and read.room in codes:
        found.append(Address(number=read.room))
    if read.building and not read.unit and 0 < len(read.room) <= 2:
        found.append(replace(read, unit=read.room, room=""))
        if not read.compound and len(read.building) > 2:
            found.append(Address(room=f"{read.building}-{read.room}"))
    return found


def door_matches(sought: Sought, codes: Collection[str] = (), prefix: str = "") -> Q | None:
    """The condition that a dwelling is meant, however its door is written; None where the text names none."""
    if sought.latin and not any(char.isdigit() for char in sought.latin):
        return None
    read = readings(sought, codes)
    found = [_at(one, prefix) for one in read if one.unit or one.room]
    if not read and len(sought.bare) > 1:
        found.append(Q(**{f"{prefix}label__contains": sought.bare}))
    return _any_of(found)


def building_matches(sought: Sought, codes: Collection[str] = ()) -> Q | None:
    """The condition that a building is meant: its number, with its compound or without, or all of a compound."""
    read = [one for one in readings(sought, codes) if not (one.unit or one.room)]
    return _any_of([_at_building(one) for one in read if one.building or one.compound])


def _at(address: Address, prefix: str) -> Q:
    found = _at_building(address, f"{prefix}building__")
    if address.unit:
        found &= Q(**{f"{prefix}unit__number": address.unit})
    return found & Q(**{f"{prefix}room_no": address.room}) if address.room else found


def _at_building(address: Address, prefix: str = "") -> Q:
    found = Q(**{f"{prefix}number": address.building}) if address.building else Q()
    if not address.compound:
        return found
    names = {address.name or address.compound, f"{address.road}{address.compound}"}
    code = (address.number or address.name)[:12]
    return found & (Q(**{f"{prefix}estate__code": code}) | Q(**{f"{prefix}estate__name__in": names}))


def _any_of(conditions: Collection[Q | None]) -> Q | None:
    found = None
    for condition in conditions:
        if condition is not None:
            found = condition if found is None else found | condition
    return found
