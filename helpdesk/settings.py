"""What can be set up about requests, as links of one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
LINKS: list[Link] = [
    Link(_("诉求类别"), _("有哪几类，多久联系、多久办好"), "list-check", "helpdesk:categories"),
    Link(_("派单规则"), _("哪一类、哪里的事先想到谁"), "diagram-3", "helpdesk:rules"),
    Link(_("常用的话"), _("写回复时挑一段，填进去再改"), "chat-quote", "helpdesk:replies"),
    Link(_("工作日历"), _("哪天放假、哪天补班，期限都按它算"), "calendar-week", "community:calendar"),
    Link(_("公共设施的报修牌"), _("路灯、门禁贴上二维码，坏了扫一扫"), "qr-code", "helpdesk:fixtures"),
    Link(_("接口钥匙"), _("让 12345、街道的系统连进来"), "key", "helpdesk:keys", Permission.API_KEYS),
]


def links(user: User) -> list[Tile]:
    """The pages of settings that this user may open."""
    may = [one for one in LINKS if user.scope.may(one.needs)]
    return [Tile(one.title, reverse(one.name), one.text, one.icon, order) for order, one in enumerate(may)]
