"""What requests bring to the navigation and to the first page."""

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
    """All requests for those who handle them, one's own for residents."""
    scope = user.scope
    if scope.may(Permission.REQUEST_HANDLE):
        return [Entry(_("诉求"), reverse("helpdesk:list"), "chat-left-text", order=10)]
    if scope.may(Permission.REQUEST_VIEW):
        return [Entry(_("诉求"), reverse("helpdesk:mine"), "chat-left-text", order=10)]
    return []


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """Log a request, and look at one's own; for a visitor, how one stands that was written down for them."""
    if user.is_anonymous:
        text = _("有回执上的查询码，不用登录")
        return [Tile(_("查办到哪一步"), reverse("helpdesk:track"), text, "search", order=30)]
    if not user.scope.may(Permission.REQUEST_LOG):
        return []
    return [
        Tile(_("我要诉求"), reverse("helpdesk:new"), _("报修、反映、求助"), "chat-left-text", order=10),
        Tile(_("我的诉求"), reverse("helpdesk:mine"), _("看看办到哪一步了"), "list-check", order=20),
    ]
