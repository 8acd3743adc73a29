"""What rooms above do when a request has taken a step, or its agreed time has changed: in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

React = Callable[["ServiceRequest", str, "User | None", Mapping[str, Any]], None]
_rooms: list[React] = []


def register(react: React) -> None:
    """What a room does after a step, called with the locked request, the step, who took it and what was given.

    It may raise Refused, and then the step is not taken.
    """
    _rooms.append(react)


def tell(row: ServiceRequest, action: str, by: User | None, given: Mapping[str, Any]) -> None:
    """Let every room do what the step asks of it."""
    for react in _rooms:
        react(row, action, by, given)
