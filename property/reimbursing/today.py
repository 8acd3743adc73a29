"""What claims for parts ask: of the bookkeeper to draft or to decline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from community.roles import Office, Role
from community.today import Ask
from core.money import yuan
from stewards.models import PartsClaim

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20
# Not decided; a voucher that was given up has decided nothing.
WAITING = Q(state=PartsClaim.State.CLAIMED) | Q(voucher__state="voided")


def asks(user: User) -> list[Ask]:
    """One query for a bookkeeper, none for the others."""
    held = user.scope.held
    kept = [one.estate for one in held if one.role == Role.COMMITTEE and one.office == Office.BOOKKEEPER]
    if not kept:
        return []
    rows = PartsClaim.objects.visible_to(user).filter(WAITING, estate__in=kept)
    columns = ("what", "amount", "claimed_at", "estate__name", "estate__book")
    return [
        Ask(
            title=_("红管家垫了材料费 %(amount)s 元：%(what)s") % {"amount": yuan(amount), "what": what},
            detail=estate,
            url=reverse("property:claims", args=[book]),
            button=_("去报销"),
            since=claimed,
        )
        for what, amount, claimed, estate, book in rows.order_by("claimed_at").values_list(*columns)[:AT_MOST]
        if book
    ]
