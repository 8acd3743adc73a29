"""The main navigation and the account menu: each room brings its own entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from core.kept import Kept

if TYPE_CHECKING:
    from community.models import User


@dataclass(frozen=True)
class Entry:
    """A way to a part of the portal. The four lowest in `order` stand in the phone's bar."""

    label: str | Promise
    url: str
    icon: str
    order: int = 50
    active: bool = False


Entries = Callable[["User"], list[Entry]]
_rooms: list[Entries] = []
_account: list[Entries] = []
_search: list[Callable[[User], str]] = []
_kept: Kept[list[Entry]] = Kept(most=512)


def register(entries: Entries) -> None:
    """A room's entries of the main navigation; by `user.scope` and nothing else, without a query."""
    _rooms.append(entries)


def register_account(entries: Entries) -> None:
    """A room's entries of the menu behind one's own name; by `user.scope` and nothing else, without a query."""
    _account.append(entries)


def register_search(url: Callable[[User], str]) -> None:
    """The room that answers the search in the head: its address for `user`, or ""."""
    _search.append(url)


def main(user: User, path: str) -> list[Entry]:
    """The navigation for `user`; the entry whose address is the longest beginning of `path` is active."""
    entries = _ordered(_rooms, user)
    here = max((entry.url for entry in entries if path.startswith(entry.url) and entry.url != "/"), key=len, default="")
    return [replace(entry, active=entry.url == (here or path)) for entry in entries]


def account(user: User) -> list[Entry]:
    """The entries behind one's own name."""
    return _ordered(_account, user)


def search_url(user: User) -> str:
    """Where the search in the head leads, or ""."""
    return next((url for room in _search if (url := room(user))), "")


def _ordered(rooms: list[Entries], user: User) -> list[Entry]:
    """The same for all who hold the same, so that it is put together once."""
    found = (entry for room in rooms for entry in room(user))
    return _kept.of((*rooms, user.scope), lambda: sorted(found, key=lambda entry: entry.order))
