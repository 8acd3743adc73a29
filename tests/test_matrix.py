"""Every address × every role × own, neighbouring and foreign place, generated from the URLconf.

`tests/matrix/world.py` builds one record of each kind in one place and an actor for every role there, next door and
in another community. `tests/matrix/pages.py` says for each address whose record it shows and which roles see it. An
address without an entry fails.
"""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from community.models import User
from tests.matrix.pages import ROOMS, Page
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


def test_every_address_has_an_entry():
    ours = {name for name in names() if not name.startswith(NOT_OURS)}
    assert ours == {name for pages in ROOMS.values() for name in pages}


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("room", ROOMS)
def test_who_gets_what(room: str) -> None:
    world = build_world()
    browsers = {(role, place): Browser(world.actor(role, place)) for role, place in ACTORS}
    wrong = [
        f"{name} · {role} {place}: {got}, should be {due}"
        for name, page in ROOMS[room].items()
        for (role, place), browser in browsers.items()
        for got, due in [(answer(browser.anew(), world, name, page, role, place), expected(world, page, role, place))]
        if got != due
    ]
    assert not wrong, "\n".join(wrong)


class Browser:
    """Where somebody is signed in, once for all pages: that takes as long as to open one."""

    def __init__(self, user: User | None) -> None:
        self._client = Client()
        if user is not None:
            self._client.force_login(user)
        self._cookies = self._client.cookies.output(header="", sep=";")

    def anew(self) -> Client:
        """With nothing but the session, as before the first page."""
        self._client.cookies = SimpleCookie(self._cookies)
        return self._client


def answer(client: Client, world: World, name: str, page: Page, role: str, place: str) -> int:
    """What the server answers to this actor; whatever it does is taken back."""
    url = reverse(name, kwargs=page.kwargs(world)) + page.query
    with transaction.atomic():
        response = client.post(url) if page.post else client.get(url)
        body = content(response)
        if place != "own":
            assert world.secret.encode() not in body, f"{role} {place} reads another's record in {name}"
        assert b'class="care"' not in body, f"{name} gives its page a name that the frame uses for large print"
        transaction.set_rollback(True)
    return response.status_code


def content(response: HttpResponseBase) -> bytes:
    """The whole answer."""
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def expected(world: World, page: Page, role: str, place: str) -> int:
    """What the rules say: sign in first, 403 without the right, 404 for another's record."""
    due = page.answers.get(role.partition(":")[0], page.answer)
    if place == "own":
        due = page.answers_own.get(role, due)
    if page.public:
        return due
    user = world.actor(role, place)
    if user is None:
        return 302
    if page.needs is not None and not user.scope.may(page.needs):
        return 403
    if page.sees is None:
        return due
    near = place == "own" or (place == "neighbour" and role in page.everywhere)
    return due if near and role in page.sees else 404
