"""What places and people bring to the navigation and to the first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.home import Tile
from community.nav import Entry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


def entries(user: User) -> list[Entry]:
    """The register, for those who look after households."""
    if not user.scope.may(Permission.HOUSEHOLD_VIEW):
        return []
    return [Entry(_("住户名册"), reverse("grids:places"), "houses", order=30)]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """One's own household."""
    if user.is_anonymous or not user.scope.households:
        return []
    return [Tile(_("我家信息"), reverse("grids:mine"), _("核对资料，看谁查过"), "house-heart", order=40)]
