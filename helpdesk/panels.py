"""Panels on the page of a request that rooms above bring: who comes to the door, who could be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


@dataclass(frozen=True)
class Panel:
    """A template of the room, given `data` and nothing else, and the style sheet that it needs."""

    template: str
    data: Any
    style: str = ""


Panels = Callable[["ServiceRequest", "User", frozenset[str]], list[Panel]]
_rooms: list[Panels] = []


def register(panels: Panels) -> None:
    """A room's panels, asked with the request, its reader and what they are to it; a query or two, and none where it
    has nothing to say of such a request."""
    _rooms.append(panels)


def panels_for(found: ServiceRequest, reader: User, parties: frozenset[str]) -> list[Panel]:
    """The panels of all rooms for this reader."""
    return [panel for room in _rooms for panel in room(found, reader, parties)]
