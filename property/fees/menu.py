"""What the fees bring to the first page, the navigation and the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.home import Tile
from community.nav import Entry
from community.roles import Role
from core.money import yuan
from property.fees.household import own_owed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

WORDS_OF_THE_RECORD = {
    "fee_schedule_added": gettext_lazy("定了收费标准"),
    "fee_schedule_ended": gettext_lazy("让一项收费到期为止"),
    "relief_added": gettext_lazy("登记了减免"),
    "relief_ended": gettext_lazy("结束了减免"),
    "relief_dropped": gettext_lazy("去掉了登记错的减免"),
    "vehicle_added": gettext_lazy("登记了车辆"),
    "vehicle_ended": gettext_lazy("结束了车辆登记"),
    "fees_billed": gettext_lazy("出了账单"),
    "fees_brought_forward": gettext_lazy("记入了期初欠费和预交"),
    "fee_paid": gettext_lazy("收了住户交的钱"),
    "fee_refunded": gettext_lazy("退了钱给住户"),
    "fee_undone": gettext_lazy("撤销了一笔收付"),
    "fees_reminded": gettext_lazy("私下提醒了还没交费的住户"),
}


def entries(user: User) -> list[Entry]:
    """The fees, for those who work with them; the secretary finds them beside the books."""
    if not user.scope.has_role(Role.COMMITTEE, Role.AUDITOR):
        return []
    return [Entry(gettext_lazy("收费"), reverse("property:fees_home"), "wallet2", order=42)]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """One's own fees, where something was ever billed; for a visitor the check of a receipt."""
    if user.is_anonymous:
        check = gettext_lazy("扫收据上的码，或者填编号")
        return [Tile(gettext_lazy("查验收据"), reverse("property:receipt_check"), check, "receipt", order=65)]
    owed = own_owed(user)
    if owed is None:
        return []
    amount = owed[0]
    text = _("还有 %(amount)s 元") % {"amount": yuan(amount)} if amount > 0 else _("都交清了")
    return [Tile(gettext_lazy("我家的物业费"), reverse("property:my_fees"), text, "wallet2", order=35)]
