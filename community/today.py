"""Today: what every room asks of one person, in one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from community.models import User


@dataclass(frozen=True)
class Ask:
    """One thing that waits for somebody: what, where, since when, and the button that does it."""

    title: str
    url: str
    button: str
    detail: str = ""
    since: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True)
class Panel:
    """A picture on Today, such as a grid's doors: a template of the room, given `data` and nothing else."""

    template: str
    data: dict[str, Any]


Asks = Callable[["User"], list[Ask]]
Panels = Callable[["User"], list[Panel]]
_rooms: list[Asks] = []
_pictures: list[Panels] = []


def register(asks: Asks) -> None:
    """A room's `today.asks`, registered when its app is ready; rooms are asked in the order of the layers."""
    _rooms.append(asks)


def gather(user: User) -> list[Ask]:
    """Everything that waits for `user`, the urgent first, then the oldest."""
    asks = [ask for room in _rooms for ask in room(user)]
    return sorted(asks, key=lambda ask: (not ask.urgent, ask.since is None, ask.since))


def register_panels(panels: Panels) -> None:
    """A room's pictures for Today; each may ask a query or two."""
    _pictures.append(panels)


def panels(user: User) -> list[Panel]:
    """The pictures that the rooms have for `user`."""
    return [panel for room in _pictures for panel in room(user)]
