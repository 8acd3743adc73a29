"""Every address × every role × own, neighbouring and foreign place, generated from the URLconf.

`tests/matrix/world.py` builds one record of each kind in one place and an actor for every role there, next door and
in another community. `tests/matrix/pages.py` says for each address whose record it shows and which roles see it. An
address without an entry fails.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.matrix.pages import PAGES, Page
from tests.matrix.world import ACTORS, World, build_world

# Answered by libraries, marked and tested in tests/test_url_marks.py.
NOT_OURS = ("account_", "mfa_", "static")


def names(patterns=None, space: str = "") -> list[str]:
    """The full name of every address in the URLconf."""
    found: list[str] = []
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found += names(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            found.append(f"{space}{entry.name}")
    return found


OURS = sorted({name for name in names() if not name.startswith(NOT_OURS)})


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world is built once for all cells; it is taken back with its transaction."""
    from django.db import connection, transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield build_world()
        finally:
            connection.set_rollback(True)
            atomic.__exit__(None, None, None)


def test_every_address_has_an_entry():
    assert sorted(PAGES) == OURS


@pytest.mark.parametrize("name", OURS)
def test_who_gets_what(name: str, world: World) -> None:
    page = PAGES[name]
    wrong = [
        f"{role} {place}: {got}, should be {due}"
        for role, place in ACTORS
        for got, due in [(status(world, name, page, role, place), expected(world, page, role, place))]
        if got != due
    ]
    assert not wrong, f"{name}\n" + "\n".join(wrong)


def status(world: World, name: str, page: Page, role: str, place: str) -> int:
    """What the server answers to a GET of this actor."""
    from django.db import transaction

    client = Client()
    user = world.actor(role, place)
    if user is not None:
        client.force_login(user)
    with transaction.atomic():
        response = client.get(reverse(name, kwargs=page.kwargs(world)) + page.query)
        body = b"" if response.streaming else response.content
        transaction.set_rollback(True)
    if page.lists and place != "own":
        assert world.secret.encode() not in body, f"{role} {place} reads the neighbour's record in {name}"
    return response.status_code


def expected(world: World, page: Page, role: str, place: str) -> int:
    """What the rules say: sign in first, 403 without the right, 404 for another's record."""
    if page.public:
        return page.answer
    user = world.actor(role, place)
    if user is None:
        return 302
    if page.needs is not None and not user.scope.may(page.needs):
        return 403
    if page.sees is None:
        return page.answer
    return page.answer if (place == "own" and role in page.sees) or (role, place) in page.also else 404
