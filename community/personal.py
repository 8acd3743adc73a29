"""What the portal keeps about a person, room by room: to be taken away (PIPL art. 45) and to be erased (art. 47).

A room registers, when its app is ready, what it gives, what of it would go and what the law keeps, and how it erases.
A resident is a row of the register, which this room does not know; rooms above do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from community.models import User

Words = str | Promise
Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """A table of what is kept: `columns` are (key, words), a row is {key: text}; sensitive values of others masked."""

    slug: str
    title: str
    columns: Sequence[tuple[str, str]]
    rows: list[Row]
    note: str = ""

    def lines(self) -> Iterable[list[str]]:
        """The rows as texts, in the order of the columns."""
        for row in self.rows:
            yield [str(row.get(key) or "") for key, _words in self.columns]


@dataclass(frozen=True)
class Going:
    """Something that would be erased: how many, and what."""

    number: int
    words: str


@dataclass(frozen=True)
class Staying:
    """Something that has to stay: how many, what, on what legal basis, and until when."""

    number: int
    words: str
    basis: str
    until: str


@dataclass(frozen=True)
class Effect:
    """What an erasure means in one room."""

    room: str
    goes: list[Going] = field(default_factory=list)
    stays: list[Staying] = field(default_factory=list)


@dataclass(frozen=True)
class Room:
    """What a room says of a person. `sections` of an account; `goes`, `stays` and `erase` of a resident."""

    title: Words
    sections: Callable[[User], list[Section]] | None = None
    goes: Callable[[Any], list[Going]] | None = None
    stays: Callable[[Any], list[Staying]] | None = None
    erase: Callable[[Any, User], None] | None = None


_rooms: dict[str, Room] = {}


def register(name: str, room: Room) -> None:
    """A room's answer; rooms are asked in the order of the layers."""
    _rooms[name] = room


def sections(user: User) -> list[tuple[str, list[Section]]]:
    """Everything that is kept about `user`, as [(room, sections)]."""
    return [(str(room.title), room.sections(user)) for room in _rooms.values() if room.sections]


def effects(resident: Any) -> list[Effect]:
    """What erasing a resident would mean, room by room, in numbers; nothing is changed."""
    found = []
    for room in _rooms.values():
        goes = [one for one in (room.goes(resident) if room.goes else []) if one.number]
        stays = [one for one in (room.stays(resident) if room.stays else []) if one.number]
        if goes or stays:
            found.append(Effect(str(room.title), goes, stays))
    return found


def erase(resident: Any, *, by: User) -> list[Effect]:
    """Erase in every room what may go, inside the caller's transaction; gives what went and what stayed.

    The upper rooms go first: they find a person's rows through what the lower ones are about to forget.
    """
    done = effects(resident)
    for room in reversed(_rooms.values()):
        if room.erase:
            room.erase(resident, by)
    return done
