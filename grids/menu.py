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
    """The register and its care, for those who look after households."""
    if not user.scope.may(Permission.HOUSEHOLD_VIEW):
        # Whoever sits on the committee of an estate sees its owners, and no household.
        owners = Entry(_("业主"), reverse("grids:owner_groups"), "house-check", order=60)
        return [owners] if user.scope.may(Permission.OWNERS_VIEW) else []
    found = [Entry(_("住户名册"), reverse("grids:places"), "houses", order=30)]
    if user.scope.may(Permission.CARE_MANAGE):
        found.append(Entry(_("关爱结对"), reverse("grids:care"), "heart", order=32))
    if user.scope.buildings:
        found.append(Entry(_("我结对的住户"), reverse("grids:my_pairings"), "people", order=33))
    return found


def account(user: User) -> list[Entry]:
    """What is answered beside the daily work."""
    entries = []
    if user.scope.may(Permission.HOUSEHOLD_EDIT):
        entries.append(Entry(_("更正申请"), reverse("grids:proposals"), "pencil-square", order=30))
    if user.scope.may(Permission.ERASURE_DECIDE):
        entries.append(Entry(_("删除申请"), reverse("grids:erasures"), "eraser", order=31))
    if user.scope.may(Permission.RETENTION_VIEW):
        entries.append(Entry(_("保存多久"), reverse("community:retention"), "hourglass", order=32))
    return entries


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """One's own household."""
    if user.is_anonymous or not user.scope.households:
        return []
    return [Tile(_("我家信息"), reverse("grids:mine"), _("核对资料，看谁查过"), "house-heart", order=40)]
