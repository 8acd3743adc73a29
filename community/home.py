"""The tiles of the first page: each room brings its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


@dataclass(frozen=True)
class Tile:
    """A large way in. The lowest `order` comes first and is the red one; residents see the first six."""

    title: str | Promise
    url: str
    text: str | Promise = ""
    icon: str = ""
    order: int = 50


Tiles = Callable[["User | AnonymousUser"], list[Tile]]
_rooms: list[Tiles] = []


def register(tiles: Tiles) -> None:
    """A room's tiles, registered when its app is ready; asked with whoever opens the page, also a visitor."""
    _rooms.append(tiles)


def gather(user: User | AnonymousUser) -> list[Tile]:
    """All tiles for `user`, in order."""
    return sorted((tile for room in _rooms for tile in room(user)), key=lambda tile: tile.order)
