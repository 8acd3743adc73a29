"""Today: what every room asks of one person, in one list. What the rooms want to know for it goes to the database in
one query, however many rooms there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from community.questions import Question, Row, rows_for_each

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


Say = Callable[["User", list[Row]], list[Ask]]
Draw = Callable[["User", list[Row]], list[Panel]]


class _Asks(NamedTuple):
    question: Question
    say: Say


class _Picture(NamedTuple):
    question: Question
    draw: Draw


_asks: list[_Asks] = []
_pictures: list[_Picture] = []


def register(question: Question, say: Say) -> None:
    """What a room wants to know, and what it says of the rows, which come in no order; told when its app is ready.

    Rooms speak in the order of the layers.
    """
    _asks.append(_Asks(question, say))


def register_picture(question: Question, draw: Draw) -> None:
    """A room's picture for Today, drawn of the rows that answer its question."""
    _pictures.append(_Picture(question, draw))


def gather(user: User) -> list[Ask]:
    """Everything that waits for `user`, the urgent first, then the oldest."""
    return _said(user, rows_for_each(user, _questions(_asks)))


def whole(user: User) -> tuple[list[Ask], list[Panel]]:
    """Everything that waits, as `gather` has it, and the pictures of the rooms."""
    answers = rows_for_each(user, _questions([*_asks, *_pictures]))
    asks = _said(user, answers[: len(_asks)])
    drawn = zip(_pictures, answers[len(_asks) :], strict=True)
    return asks, [panel for picture, rows in drawn for panel in picture.draw(user, rows)]


def _questions(rooms: Sequence[_Asks | _Picture]) -> tuple[Question, ...]:
    return tuple(room.question for room in rooms)


def _said(user: User, answers: list[list[Row]]) -> list[Ask]:
    asks = [ask for room, rows in zip(_asks, answers, strict=True) for ask in room.say(user, rows)]
    return sorted(asks, key=lambda ask: (not ask.urgent, ask.since is None, ask.since))
