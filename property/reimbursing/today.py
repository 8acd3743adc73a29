"""What claims for parts ask: of the bookkeeper to draft or to decline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from community import today
from community.questions import Row
from community.roles import Office
from community.today import Ask
from core.money import yuan
from property.querysets import fen_of, yuan_of
from stewards.models import PartsClaim

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20
# Not decided; a voucher that was given up has decided nothing.
WAITING = Q(state=PartsClaim.State.CLAIMED) | Q(voucher__state="voided")


def register() -> None:
    """What stewards have paid for parts, of the bookkeeper."""
    today.register(_claimed, _to_pay_back)


def _claimed(user: User) -> Any:
    kept = user.scope.estates_as(Office.BOOKKEEPER)
    if not kept:
        return None
    rows = PartsClaim.objects.visible_to(user).filter(WAITING, estate__in=kept).order_by("claimed_at")
    columns = ("what", "claimed_at", "estate__name", "estate__book")
    return rows.values_list(*columns, fen_of(F("amount")))[:AT_MOST]


def _to_pay_back(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("红管家垫了材料费 %(amount)s 元：%(what)s") % {"amount": yuan(yuan_of(fen)), "what": what},
            detail=estate,
            url=reverse("property:claims", args=[book]),
            button=_("去报销"),
            since=claimed,
        )
        for what, claimed, estate, book, fen in rows
        if book
    ]
