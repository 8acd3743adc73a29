"""The own place's records of the duty roster, and who sees their pages."""

from __future__ import annotations

from tests.matrix.page import Page
from tests.matrix.world import World

PAGES: dict[str, Page] = {}


def add_records(world: World) -> None:
    """One record of each kind."""
