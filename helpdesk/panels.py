"""Panels on the page of a request that rooms above bring: who comes to the door, who could be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from community.questions import Question, Row, rows_for_each

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


@dataclass(frozen=True)
class Panel:
    """A template of the room, given `data` and nothing else, and the style sheet that it needs."""

    template: str
    data: Any
    style: str = ""


# The request, its reader, what they are to it, and the rows that answer each question.
Panels = Callable[["ServiceRequest", "User", frozenset[str], list[list[Row]]], list[Panel]]


class _Room(NamedTuple):
    questions: tuple[Question, ...]
    panels: Panels


_rooms: list[_Room] = []


def register(panels: Panels, *questions: Question) -> None:
    """A room's panels, and what it wants to know for them: of the request `Given(0)`, its community `Given(1)` and its
    category `Given(2)`."""
    _rooms.append(_Room(questions, panels))


def panels_for(found: ServiceRequest, reader: User, parties: frozenset[str]) -> list[Panel]:
    """The panels of all rooms for this reader; one query for what they want to know."""
    questions = tuple(question for room in _rooms for question in room.questions)
    answers = iter(rows_for_each(reader, questions, found.pk, found.community_id, found.category_id))
    known = [(room, [next(answers) for _question in room.questions]) for room in _rooms]
    return [panel for room, rows in known for panel in room.panels(found, reader, parties, rows)]
