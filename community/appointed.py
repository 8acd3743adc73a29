"""An appointment begins: what waits for somebody in the rooms above now has them, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from community.models import Appointment

React = Callable[["Appointment"], None]
_rooms: list[React] = []


def register(react: React) -> None:
    """What a room does when somebody takes up a role; registered when its app is ready.

    A term that begins on a later day is not told: a room that must know it looks for it in its daily duty.
    """
    _rooms.append(react)


def tell(appointment: Appointment) -> None:
    """Let every room do what the appointment asks of it."""
    for react in _rooms:
        react(appointment)
