"""A household has left: what waits for it in the rooms above waits no longer, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grids.actions.journal import Journal
    from grids.models import Household

React = Callable[["Household", "Journal"], None]
_rooms: list[React] = []


def register(react: React) -> None:
    """What a room does when nobody lives in a household any more; registered when its app is ready.

    It changes its rows through the journal: where a merge has emptied the household, they are put back with the merge.
    """
    _rooms.append(react)


def tell(household: Household, journal: Journal) -> None:
    """Let every room do what the departure asks of it."""
    for react in _rooms:
        react(household, journal)
