"""What the books bring to the navigation and to the record."""

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

WORDS_OF_THE_RECORD = {
    "book_opened": _("启用了账本"),
    "account_added": _("加了科目"),
    "limit_changed": _("改了委员会限额"),
    "month_closed": _("结了账"),
    "voucher_drafted": _("制了单"),
    "voucher_changed": _("改了草稿"),
    "voucher_submitted": _("送去审核"),
    "voucher_approved": _("审核通过"),
    "voucher_sent_back": _("退回"),
    "voucher_voided": _("作废了草稿"),
    "voucher_posted": _("收付并入账"),
}


def entries(user: User) -> list[Entry]:
    """The books, for whoever may read some."""
    if not user.scope.may(Permission.BOOKS_VIEW):
        return []
    return [Entry(label=_("账本"), url=reverse("property:home"), icon="journal-text", order=40)]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """The published accounts for those who belong here; for a visitor the check of a posted sheet."""
    if user.is_anonymous:
        return [Tile(_("核对公示"), reverse("property:check"), _("查一查墙上贴的账是不是真的"), "qr-code", order=60)]
    if not user.scope.may(Permission.ACCOUNTS_VIEW):
        return []
    return [Tile(_("账目公示"), reverse("property:quarters"), _("每季度收了多少、花在哪里"), "journal-text", order=30)]
