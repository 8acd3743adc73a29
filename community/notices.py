"""Telling people, in the portal; the text never holds another person's data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.shortcuts import resolve_url

from community.models import Notice

if TYPE_CHECKING:
    from community.models import User


def notify(users: Iterable[User], *, about: Any, kind: str, text: str, url: str = "") -> None:
    """Leave each of `users` a notice about a record, in the transaction of what it tells.

    `url`, an address or the name of one, is where they read on, where that is not the record's own page.
    """
    url = resolve_url(url) if url else about.get_absolute_url()
    Notice.objects.bulk_create(
        [
            Notice(community_id=about.community_id, user=user, kind=kind, text=text[:200], url=url)
            for user in {user.pk: user for user in users}.values()
        ]
    )
