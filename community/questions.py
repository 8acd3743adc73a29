"""What is asked anew on every page of one reader: the statement is written once, and only its answer is fetched again.

The ORM takes longer to write a query about who may see what than the database to answer it (docs/bench.md).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Union

from core import clock
from core.kept import Kept
from core.sql import Statement, Within, written, written_within
from core.together import Together, together
from core.whole import Whole, WholeRows, write_whole

if TYPE_CHECKING:
    from community.models import User
    from core.scoping import ScopedQuerySet

Row = tuple[Any, ...]
# Rows of columns; or statements about querysets, which have the same columns; None asks this person nothing.
Asked = Union["ScopedQuerySet[Any]", Sequence[Within], None]
Question = Callable[["User"], Asked]
_kept: Kept[Statement] = Kept(most=2048)
_together: Kept[Together] = Kept(most=2048)
_whole: Kept[WholeRows] = Kept(most=2048)


def rows_for(user: User, question: Question, *given: Any) -> list[Row]:
    """The rows that answer `question`, a function of the module that depends on who asks, on what they hold and on the
    day, and on nothing else: not on another row, which is `core.sql.Given`, nor on the moment, which is `core.sql.Now`.
    """
    return _kept.of(_key(question, user), lambda: _write(question(user))).rows(*given)


def row_for(user: User, question: Callable[[User], Whole], *given: Any) -> Any:
    """The one whole row that answers such a question, or None."""
    rows = _wholly(user, question).rows(*given)
    return rows[0] if rows else None


def parts_for(user: User, question: Callable[[User], Whole], *given: Any) -> list[Row]:
    """The whole rows that answer such a question, each beside what was joined to it."""
    return _wholly(user, question).rows_of_parts(*given)


def rows_for_each(user: User, questions: tuple[Question, ...], *given: Any) -> list[list[Row]]:
    """The rows that answer each of several such questions, in no order; one query for all."""
    key = _key(questions, user)
    return _together.of(key, lambda: together([_write(question(user)) for question in questions])).rows_of_each(*given)


def _key(asked: Hashable, user: User) -> Hashable:
    return asked, user.pk, user.scope, clock.today()


def _wholly(user: User, question: Callable[[User], Whole]) -> WholeRows:
    return _whole.of(_key(question, user), lambda: _write_whole(question(user)))


def _write_whole(asked: Whole) -> WholeRows:
    asked.narrowed.must_be_narrowed()
    return write_whole(asked)


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
