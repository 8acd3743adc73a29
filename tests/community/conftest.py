"""What the tests of the community begin with; a file may have a beginning of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from community.models import Community, User
from community.roles import Role
from tests.factories import GridFactory, appoint
from tests.servers import Hook, Mailbox, hook_server, mail_server


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    settings.SITE_URL = "https://portal.example.org"
    with mail_server(settings) as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as server:
        yield server


@pytest.fixture
def community() -> Community:
    return GridFactory().community


@pytest.fixture
def office(community) -> User:
    return appoint(Role.COMMUNITY_STAFF, community)
