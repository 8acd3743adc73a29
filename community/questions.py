"""What is asked anew on every page of one reader: the statement is written once, and only its answer is fetched again.

The ORM takes longer to write a query about who may see what than the database to answer it (docs/bench.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Union

from core import clock
from core.kept import Kept
from core.sql import Statement, Within, written, written_within
from core.together import Together, together

if TYPE_CHECKING:
    from community.models import User
    from core.scoping import ScopedQuerySet

Row = tuple[Any, ...]
# Rows of columns; or statements about querysets, which have the same columns; None asks this person nothing.
Asked = Union["ScopedQuerySet[Any]", Sequence[Within], None]
Question = Callable[["User"], Asked]
_kept: Kept[Statement] = Kept(most=2048)
_together: Kept[Together] = Kept(most=2048)


def rows_for(user: User, question: Question) -> list[Row]:
    """The rows that answer `question`, a function of the module that depends on who asks, on what they hold and on the
    day, and on nothing else: not on another row, nor on the moment, which a question calls `core.sql.Now`."""
    key = (question, user.pk, user.scope, clock.today())
    return _kept.of(key, lambda: _write(question(user))).rows()


def rows_for_each(user: User, questions: tuple[Question, ...]) -> list[list[Row]]:
    """The rows that answer each of several such questions, in no order; one query for all."""
    key = (questions, user.pk, user.scope, clock.today())
    return _together.of(key, lambda: together([_write(question(user)) for question in questions])).rows_of_each()


def _write(asked: Asked) -> Statement:
    """Narrowed in any case: what is kept here is used by requests that do not see it being written."""
    if asked is None:
        return Statement()
    if not isinstance(asked, Sequence):
        asked.must_be_narrowed()
        return written(asked)
    for part in asked:
        part.narrowed.must_be_narrowed()
    return written_within(asked)
