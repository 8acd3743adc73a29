"""What can be set up about requests, as links of one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise

from community.access import Permission
from community.home import Tile

if TYPE_CHECKING:
    from community.models import User


class Link(NamedTuple):
    """One thing that can be set up: the name of its address, and who sees the link."""

    title: Promise
    text: Promise
    icon: str
    name: str
    needs: Permission = Permission.REQUEST_SETTINGS


# In the order in which the page shows them.
LINKS: list[Link] = []


def links(user: User) -> list[Tile]:
    """The pages of settings that this user may open."""
    may = [one for one in LINKS if user.scope.may(one.needs)]
    return [Tile(one.title, reverse(one.name), one.text, one.icon, order) for order, one in enumerate(may)]
