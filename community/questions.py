"""What is asked anew on every page of one reader: the statement is written once, and only its answer is fetched again.

The ORM takes longer to write a query about who may see what than the database to answer it (docs/bench.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core import clock
from core.kept import Kept
from core.sql import Statement, Within, written, written_within

if TYPE_CHECKING:
    from community.models import User
    from core.scoping import ScopedQuerySet

# Either rows of columns, or statements about querysets, which have the same columns.
Question = Callable[["User"], "ScopedQuerySet[Any] | Sequence[Within]"]
_kept: Kept[Statement] = Kept(most=2048)


def rows_for(user: User, question: Question) -> list[tuple[Any, ...]]:
    """The rows that answer `question`, a function of the module that depends on who asks, on what they hold and on the
    day, and on nothing else: not on the moment, nor on another row."""

    return _kept.of((question, user.pk, user.scope, clock.today()), lambda: _write(question(user))).rows()


def _write(asked: ScopedQuerySet[Any] | Sequence[Within]) -> Statement:
    """Narrowed in any case: what is kept here is used by requests that do not see it being written."""
    if not isinstance(asked, Sequence):
        asked.must_be_narrowed()
        return written(asked)
    for part in asked:
        part.narrowed.must_be_narrowed()
    return written_within(asked)
