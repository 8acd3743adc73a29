"""What the tests of requests begin with; a file may have a beginning of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tests.factories import Desk, desk
from tests.helpdesk.mediation_makers import Quarrel, a_quarrel
from tests.helpdesk.open311_makers import System
from tests.helpdesk.people import As, signed_in


@pytest.fixture
def here(db: Any) -> Desk:
    """A desk at which nobody has tried anything yet."""
    cache.clear()
    return desk()


@pytest.fixture
def enter() -> As:
    return signed_in


@pytest.fixture
def city(here: Desk) -> System:
    """A city's system with a key of its own."""
    return System(here)


@pytest.fixture
def quarrel() -> Quarrel:
    return a_quarrel()
