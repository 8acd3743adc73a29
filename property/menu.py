"""What the books bring to the navigation and to the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.nav import Entry

if TYPE_CHECKING:
    from community.models import User

WORDS_OF_THE_RECORD = {
    "book_opened": _("启用了账本"),
    "account_added": _("加了科目"),
    "limit_changed": _("改了委员会限额"),
    "month_closed": _("结了账"),
    "opening_taken_in": _("记了各户的期初"),
    "budget_drafted": _("编了预算"),
    "budget_changed": _("改了预算草稿"),
    "budget_approved": _("批准了预算"),
    "recurring_made": _("定了定期凭证"),
    "recurring_stopped": _("停了定期凭证"),
    "cash_counted": _("盘点了现金"),
    "cash_witnessed": _("监盘了现金"),
    "cash_withdrawn": _("撤回了盘点"),
    "handover_begun": _("发起了交接"),
    "handover_taken_again": _("重新清点了交接"),
    "handover_signed": _("在交接单上签了字"),
    "handover_done": _("办完了交接"),
    "handover_cancelled": _("取消了交接"),
    "audit_purpose_given": _("写了查账事由"),
    "paper_opened": _("打开了凭证附件"),
    "voucher_drafted": _("制了单"),
    "voucher_changed": _("改了草稿"),
    "voucher_submitted": _("送去审核了"),
    "voucher_approved": _("审核通过了"),
    "voucher_sent_back": _("退回了"),
    "voucher_voided": _("作废了草稿"),
    "voucher_posted": _("收付并入账了"),
}


def entries(user: User) -> list[Entry]:
    """The books, for whoever may read some."""
    if not user.scope.may(Permission.BOOKS_VIEW):
        return []
    return [Entry(label=_("账本"), url=reverse("property:home"), icon="journal-text", order=40)]
