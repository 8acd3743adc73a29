"""What cash counts ask: of the committee to look on, of the bookkeeper to draft a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from community.roles import Office, Role
from community.today import Ask
from core.money import yuan
from property.models import CashCount, Voucher

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """One query for members of a committee, none for the others."""
    if not user.scope.has_role(Role.COMMITTEE):
        return []
    no_voucher = Q(voucher__isnull=True) | Q(voucher__state=Voucher.State.VOIDED)
    differs = Q(witnessed_at__isnull=False) & ~Q(difference=0) & no_voucher
    waits = Q(witnessed_at__isnull=True, withdrawn_at__isnull=True)
    rows = CashCount.objects.visible_to(user).filter(waits | differs).for_page().order_by("counted_at")
    return [ask for row in rows if (ask := _ask(row, user)) is not None]


def _ask(count: CashCount, user: User) -> Ask | None:
    offices = user.scope.offices(count.book.estate_id)
    url, detail = count.get_absolute_url(), str(count.book.estate)
    if count.is_waiting:
        if not offices or count.counted_by_id == user.pk:
            return None
        return Ask(title=_("现金盘点等人监盘"), detail=detail, url=url, button=_("去看看"), since=count.counted_at)
    if Office.BOOKKEEPER not in offices:
        return None
    title = _("现金盘点相差 %(amount)s 元，等您制单") % {"amount": yuan(count.difference)}
    return Ask(title=title, detail=detail, url=url, button=_("去制单"), since=count.witnessed_at)
