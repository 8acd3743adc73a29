"""What the tests of the stewards begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from community.models import Community, User
from core import clock
from tests.factories import CommunityFactory
from tests.stewards.duties import FRIDAY, office_of
from tests.stewards.errands import Errand, an_errand


@pytest.fixture
def community() -> Community:
    return CommunityFactory()


@pytest.fixture
def office(community: Community) -> User:
    return office_of(community)


@pytest.fixture
def friday() -> Iterator[None]:
    """The Friday before the Monday with which a roster begins."""
    with clock.at(FRIDAY):
        yield


@pytest.fixture
def errand() -> Errand:
    return an_errand()
