"""A household has left: what waits for it in the rooms above waits no longer, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grids.models import Household

React = Callable[["Household"], None]
_rooms: list[React] = []


def register(react: React) -> None:
    """What a room does when nobody lives in a household any more; registered when its app is ready."""
    _rooms.append(react)


def tell(household: Household) -> None:
    """Let every room do what the departure asks of it."""
    for react in _rooms:
        react(household)
