"""Telling people, in the portal; the text never holds another person's data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.shortcuts import resolve_url

from community import messages
from community.models import Notice


class Somebody(Protocol):
    """A user, or as much of one as was read."""

    @property
    def pk(self) -> Any: ...


def notify(users: Iterable[Somebody], *, about: Any, kind: str, text: str, url: str = "", urgent: bool = False) -> None:
    """Leave each of `users` a notice about a record, in the transaction of what it tells.

    `url`, an address or the name of one, is where they read on, where that is not the record's own page. Those who
    chose so are told by mail as well, in the morning if it is night and not `urgent`.
    """
    url = resolve_url(url) if url else about.get_absolute_url()
    messages.leave(
        [
            Notice(community_id=about.community_id, user_id=key, kind=kind, text=text[:200], url=url)
            for key in dict.fromkeys(user.pk for user in users)
        ],
        urgent=urgent,
    )
