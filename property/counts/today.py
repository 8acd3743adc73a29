"""What cash counts ask: of the committee to look on, of the bookkeeper to draft a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from community import today
from community.questions import Row
from community.roles import Office, Role
from community.today import Ask
from core.money import yuan
from core.parts import made_of
from property.models import CashCount, Voucher
from property.querysets import fen_of, yuan_of

if TYPE_CHECKING:
    from community.models import User

_COUNT = (
    "id", "counted_at", "counted_by_id", "witnessed_at", "withdrawn_at", "book__estate_id", "book__estate__name",
)  # fmt: skip


def register() -> None:
    """Counts that wait for a witness, of the committee; differences, of the bookkeeper."""
    today.register(_waiting, _counts)


def _waiting(user: User) -> Any:
    if not user.scope.has_role(Role.COMMITTEE):
        return None
    no_voucher = Q(voucher__isnull=True) | Q(voucher__state=Voucher.State.VOIDED)
    differs = Q(witnessed_at__isnull=False) & ~Q(difference=0) & no_voucher
    waits = Q(witnessed_at__isnull=True, withdrawn_at__isnull=True)
    rows = CashCount.objects.visible_to(user).filter(waits | differs, book__estate__in=user.scope.estates)
    return rows.values_list(*_COUNT, fen_of(F("difference")))


def _counts(user: User, rows: list[Row]) -> list[Ask]:
    found = (_ask(made_of(CashCount, _COUNT, columns), fen, user) for *columns, fen in rows)
    return [ask for ask in found if ask is not None]


def _ask(count: CashCount, fen: int, user: User) -> Ask | None:
    url, detail = count.get_absolute_url(), str(count.book.estate)
    if count.is_waiting:
        if count.counted_by_id == user.pk:
            return None
        return Ask(title=_("现金盘点等人监盘"), detail=detail, url=url, button=_("去看看"), since=count.counted_at)
    if Office.BOOKKEEPER not in user.scope.offices(count.book.estate_id):
        return None
    title = _("现金盘点相差 %(amount)s 元，等您制单") % {"amount": yuan(yuan_of(fen))}
    return Ask(title=title, detail=detail, url=url, button=_("去制单"), since=count.witnessed_at)
