"""What every room does once a day, run by `manage.py tidy`, which the worker calls."""

from __future__ import annotations

from collections.abc import Callable

Duty = Callable[[], int]
_duties: dict[str, Duty] = {}


def register(name: str, duty: Duty) -> None:
    """A room's daily duty, registered when its app is ready; it gives how many rows it dealt with."""
    _duties[name] = duty


def perform() -> dict[str, int]:
    """Do all of them; how many rows each dealt with."""
    return {name: duty() for name, duty in _duties.items()}
