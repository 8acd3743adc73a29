"""What stands between the books and a statement on a day: for the proof of an account's money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from property.models import Account, Payment, Posting, StatementRow, Voucher
from property.querysets import fen_sum, yuan_of

_WHY = "items of the cash proof of an account found before"
_STALE = timedelta(days=31)
Item = tuple[str, Decimal]


def balance_on(account: Account, day: date) -> Decimal | None:
    """The last balance that a statement of the account prints up to this day; None where there is none of the month
    before it."""
    rows = StatementRow.objects.of_account(account).filter(day__range=(day - _STALE, day), balance__isnull=False)
    latest = rows.order_by("-day").values_list("day", flat=True).first()
    if latest is None:
        return None
    # Of several exports that hold the day, the one that was taken in last knows most of it.
    last = rows.filter(day=latest).order_by("-statement__created_at", "-position").first()
    return last.balance if last is not None else None


def unmatched(account: Account, last_day: date) -> list[Item]:
    """What explains the difference between book and statement up to this day: (what, yuan), above zero where the books
    have what the statement has not, below zero the other way round.

    The balance of the statement and all items together are the balance of the books. Nothing before the first row of
    a statement is looked at; without statements there are no items.
    """
    first = StatementRow.objects.of_account(account).order_by("day").values_list("day", flat=True).first()
    if first is None or first > last_day:
        return []
    return [
        *_of_statement(account, last_day),
        *_of_fees(account, first, last_day),
        *_of_vouchers(account, first, last_day),
    ]


def _of_statement(account: Account, last_day: date) -> list[Item]:
    """Rows that the books do not have: not matched, set aside, or on a payment whose voucher is not posted yet."""
    rows = StatementRow.objects.of_account(account).filter(day__lte=last_day).exclude(amount=0)
    items = []
    for row in rows.exclude(match=StatementRow.Match.VOUCHER).select_related("payment__voucher").order_by("day", "pk"):
        if row.payment is None:
            what = row.note or (str(row.counterparty) or row.get_kind_display())
            items.append((_("%(day)s 对账单有、账上没有：%(what)s") % {"day": row.day, "what": what}, -row.amount))
        elif not _is_booked(row.payment, last_day):
            words = {"day": row.day, "receipt": row.payment.receipt_no}
            items.append((_("%(day)s 已收、凭证还没入账：收据 %(receipt)s") % words, -row.amount))
    later = StatementRow.objects.of_account(account).filter(day__lte=last_day, voucher__day__gt=last_day)
    items += [(_("%(day)s 对账单有、账上记在以后") % {"day": row.day}, -row.amount) for row in later]
    return items


def _is_booked(payment: Payment, last_day: date) -> bool:
    voucher = payment.voucher
    return voucher is not None and voucher.is_posted and voucher.day <= last_day


def _of_fees(account: Account, first: date, last_day: date) -> list[Item]:
    """Payments on posted vouchers that no row up to the day is."""
    rows = Payment.objects.unscoped(reason=_WHY).filter(
        community=account.community_id,
        account=account,
        voucher__state=Voucher.State.POSTED,
        voucher__day__range=(first, last_day),
    )
    lone = rows.exclude(statement_row__day__lte=last_day).order_by("paid_on", "pk")
    return [
        (
            _("%(day)s 账上有、对账单没有：收据 %(receipt)s") % {"day": one.paid_on, "receipt": one.receipt_no},
            one.amount,
        )
        for one in lone
    ]


def _of_vouchers(account: Account, first: date, last_day: date) -> list[Item]:
    """What posted vouchers moved on the account beyond the rows that are matched with them."""
    moved = (
        Posting.objects.unscoped(reason=_WHY)
        .filter(account=account, voucher__state=Voucher.State.POSTED, voucher__day__range=(first, last_day))
        .filter(voucher__fee_payments=None)
        .exclude(voucher__kind=Voucher.Kind.OPENING)
        .order_by()
        .values("voucher")
        .annotate(fen=fen_sum("debit", less="credit"))
        .values_list("voucher", "fen")
    )
    seen = dict(
        StatementRow.objects.of_account(account)
        .filter(day__lte=last_day, voucher__isnull=False)
        .order_by()
        .values("voucher")
        .annotate(fen=fen_sum("amount"))
        .values_list("voucher", "fen")
    )
    left = {pk: yuan_of(fen - seen.get(pk, 0)) for pk, fen in moved}
    open_ones = {pk: amount for pk, amount in left.items() if amount}
    vouchers = Voucher.objects.unscoped(reason=_WHY).select_related("month").in_bulk(list(open_ones))
    return [
        (
            _("%(day)s 账上有、对账单没有：%(number)s %(what)s")
            % {"day": vouchers[pk].day, "number": vouchers[pk].label, "what": vouchers[pk].summary},
            amount,
        )
        for pk, amount in sorted(open_ones.items(), key=lambda one: (vouchers[one[0]].day, str(one[0])))
    ]
