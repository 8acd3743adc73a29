"""A building changes its grid: what hangs on it in the rooms above goes with it, in the same transaction.

A room registers, when its app is ready, what it does then (`react`) and what it would do (`foresee`), so that the
page can say so in numbers before anybody presses the button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Building, Grid


@dataclass(frozen=True)
class Move:
    """A building, the grid it leaves (None: it was in none), the one it comes to, and who leads them today."""

    building: Building
    before: Grid | None
    after: Grid
    old_leader: User | None
    new_leader: User | None
    by: User | None


Line = tuple[int, str]
React = Callable[[Move], None]
Foresee = Callable[["Move"], list[Line]]
_rooms: list[tuple[React, Foresee]] = []


def register(react: React, foresee: Foresee) -> None:
    """`react` writes; `foresee` gives lines of (number, what happens to them) and writes nothing."""
    _rooms.append((react, foresee))


def carry_out(move: Move) -> None:
    """Let every room do what the move asks of it."""
    for react, _foresee in _rooms:
        react(move)


def expected(move: Move) -> list[Line]:
    """What the rooms would do, in numbers."""
    return [line for _react, foresee in _rooms for line in foresee(move)]
