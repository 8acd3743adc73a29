"""Who uses the pages in tests."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from community.models import User

As = Callable[[User], Client]


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser
