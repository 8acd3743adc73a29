"""What the published quarter brings to the first page, the navigation and the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.home import Tile
from community.nav import Entry
from property.models import Publication

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

WORDS_OF_THE_RECORD = {
    "publication_drafted": _("开始编制季度公示"),
    "publication_changed": _("填写了公示内容"),
    "publication_signatures_voided": _("内容改动，已签的字作废"),
    "publication_signed": _("在公示上签了字"),
    "publication_published": _("公示了本季账目"),
    "publication_superseded": _("由更正版代替了"),
    "publication_correction_begun": _("开始出更正版"),
    "question_asked": _("对公示提了问题"),
    "question_answered": _("答复了居民的提问"),
    "question_withdrawn": _("收回了提问"),
    "posting_photographed": _("上传了张贴照片"),
    "posting_photo_removed": _("拿掉了一张张贴照片"),
    "petition_begun": _("发起了审计联名"),
    "petition_signed": _("联了名"),
    "petition_withdrawn": _("收回了联名"),
    "petition_reached": _("审计联名达到了要求"),
    "petition_ended": _("写明了审计联名的办理结果"),
    "petition_read": _("核对了联名的门牌"),
}


def entries(user: User) -> list[Entry]:
    """The published accounts, for everybody who may read some."""
    if not user.scope.may(Permission.ACCOUNTS_VIEW):
        return []
    return [Entry(label=_("账目"), url=reverse("property:quarters"), icon="cash-coin", order=45)]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """The latest quarter where one lives, or the list while there is none; for a visitor the check of a sheet."""
    if user.is_anonymous:
        text = _("查一查墙上贴的账是不是真的")
        return [Tile(_("核对公示"), reverse("property:check"), text, "qr-code", order=60)]
    if not user.scope.may(Permission.ACCOUNTS_VIEW):
        return []
    latest = Publication.objects.visible_to(user).current().for_list().first()
    if latest is None:
        text = _("每季度收了多少、花在哪里")
        return [Tile(_("账目公示"), reverse("property:quarters"), text, "cash-coin", order=30)]
    return [Tile(_("账目公示"), latest.get_absolute_url(), latest.period.label, "cash-coin", order=30)]


def register() -> None:
    """What the published quarter keeps about people, for how long, and what it does by itself."""
    from community import personal, retention
    from core import daily
    from property.publication import asking, forgetting
    from property.publication import personal as kept

    daily.register("questions about published quarters", asking.remind)
    personal.register("publication", kept.ROOM)
    retention.register(*forgetting.RULES)
