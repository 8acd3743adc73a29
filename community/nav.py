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
_kept: Kept[tuple[Entry, ...]] = Kept(most=512)


def register(entries: Entries) -> None:
    """A room's entries of the main navigation; by `user.scope` and nothing else, without a query."""
    _rooms.append(entries)


def register_account(entries: Entries) -> None:
    """A room's entries of the menu behind one's own name; by `user.scope` and nothing else, without a query."""
    _account.append(entries)


def register_search(url: Callable[[User], str]) -> None:
    """The room that answers the search in the head: its address for `user`, or ""."""
    _search.append(url)


def main(user: User, path: str) -> tuple[Entry, ...]:
    """The navigation for `user`; the entry whose address is the longest beginning of `path` is active."""
    entries = _ordered(_rooms, user)
    here = max((entry.url for entry in entries if _leads_to(entry.url, path)), key=len, default="")
    return _kept.of((entries, here), lambda: tuple(replace(entry, active=entry.url == here) for entry in entries))


def account(user: User) -> tuple[Entry, ...]:
    """The entries behind one's own name."""
    return _ordered(_account, user)


def search_url(user: User) -> str:
    """Where the search in the head leads, or ""."""
    return next((url for room in _search if (url := room(user))), "")


def _leads_to(url: str, path: str) -> bool:
    """Every path begins with "/", which is only the first page."""
    return path == url or (url != "/" and path.startswith(url))


def _ordered(rooms: list[Entries], user: User) -> tuple[Entry, ...]:
    """The same for all who hold the same, so that it is put together once, with its words in the reader's language."""

    def put_together() -> tuple[Entry, ...]:
        found = (replace(entry, label=str(entry.label)) for room in rooms for entry in room(user))
        return tuple(sorted(found, key=lambda entry: entry.order))

    return _kept.of((*rooms, user.scope), put_together)
