"""What one room alone asks on Today."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from community import today
from community.questions import rows_for_each

if TYPE_CHECKING:
    from community.models import User


def asks_of(room: ModuleType, user: User) -> list[today.Ask]:
    """The lines that the room's module has for somebody."""
    held = [one for one in today._asks if one.say.__module__ == room.__name__]
    assert held, f"{room.__name__} asks nothing"
    answers = rows_for_each(user, tuple(one.question for one in held))
    return [ask for one, rows in zip(held, answers, strict=True) for ask in one.say(user, rows)]


def panels_of(room: ModuleType, user: User) -> list[today.Panel]:
    """The pictures that the room's module has for somebody."""
    held = [one for one in today._pictures if one.draw.__module__ == room.__name__]
    assert held, f"{room.__name__} draws nothing"
    answers = rows_for_each(user, tuple(one.question for one in held))
    return [panel for one, rows in zip(held, answers, strict=True) for panel in one.draw(user, rows)]
