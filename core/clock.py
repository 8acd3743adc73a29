"""The one clock of business code; demo data and tests move it, nothing else does."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware."""
    return _moment.get() or timezone.now()


def local(moment: datetime) -> datetime:
    """An aware moment as the clock on the wall shows it where the community lives (settings.TIME_ZONE).

    Django's `localtime` first asks which zone this thread has chosen, at several times the price; none ever has.
    """
    return moment.astimezone(timezone.get_default_timezone())


def today() -> date:
    """The present day where the community lives."""
    return local(now()).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let business code believe that it is `moment` (aware)."""
    if timezone.is_naive(moment):
        raise ValueError("clock.at() takes an aware datetime")
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
