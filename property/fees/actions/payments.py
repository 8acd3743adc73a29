"""Money from households and back to them. The book is locked: numbers have no gap, nothing is taken twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.numbers import next_number
from community.roles import Office
from core import clock
from core.money import yuan
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from core.sql import insert
from grids.models import Household
from property.actions.books import month_of, require
from property.actions.vouchers import draft_voucher, void
from property.chart import Fund
from property.fees.actions.reliefs import check_household
from property.fees.billing import monthly_fee
from property.fees.posting import day_lines, money_account, unposted
from property.fees.spread import Spread, cover, give_back, take_back
from property.fees.standing import fen, standing
from property.models import Account, Allocation, Book, Payment, Voucher
from property.querysets import fen_sum, yuan_of

if TYPE_CHECKING:
    from property.models import StatementRow

Kind = Payment.Kind
PREPAID_MONTHS = 12
_WHY = "payments of a book found already"


@transaction.atomic
def take_payment(
    book: Book,
    household: Household,
    *,
    by: User,
    amount: Decimal,
    means: str,
    paid_on: date,
    account: Account | None = None,
    reference: str = "",
    payer: str = "",
    fund: str = Fund.FEE,
    row: StatementRow | None = None,
    key: UUID | None = None,
) -> Payment:
    """Take money from a household and give it a receipt number; the cashier does.

    It pays the oldest bills of `fund` first, then those of the fee fund, then others; the rest is prepaid, up to
    twelve months of the household's fees. `account` is where the money went, the standard one of the means unless
    named. `reference` is the number the bank or wallet gave it: the same one is not taken twice. `key` is the
    submission's: sent again, it gives the payment that it made. `row` is the line of a statement that is confirmed
    with it; who confirms marks it.

    Raises Refused for a day outside the open months, for too much, and for what was taken already.
    """
    require(by, book.estate_id, Office.CASHIER)
    book = locked(book)
    made = _made_with(book, key)
    if made is not None:
        return made
    check_household(book, household)
    account = money_account(book, means, account)
    _check_money(book, amount, paid_on)
    _check_new(book, means, reference.strip(), row)
    if fund not in Fund.values:
        raise Refused(_("请选择归哪项资金。"))
    stands = standing(household)
    spread = cover(stands.positions, prepaid=stands.prepaid_fen, money=fen(amount), fund=fund)
    _check_prepaid(book, household, spread, paid_on)
    payment = _numbered(
        book,
        household,
        by=by,
        kind=Kind.RECEIPT,
        amount=amount,
        means=means,
        account=account,
        paid_on=paid_on,
        reference=reference.strip(),
        payer=payer.strip(),
        key=key,
    )
    _allocate(payment, spread.moves)
    _record("fee_paid", payment, by=by)
    return payment


@transaction.atomic
def refund(
    book: Book,
    household: Household,
    *,
    by: User,
    amount: Decimal,
    means: str,
    paid_on: date,
    reason: str,
    account: Account | None = None,
    reference: str = "",
    payee: str = "",
    key: UUID | None = None,
) -> Payment:
    """Give back what a household has prepaid, and what it has to its credit in other funds. `amount` is above zero.

    What paid a bill is not given back: the bill is corrected first (rate, area, relief, then a run), or the payment is
    undone. Raises Refused for more than there is.
    """
    require(by, book.estate_id, Office.CASHIER)
    book = locked(book)
    made = _made_with(book, key)
    if made is not None:
        return made
    if household.building.estate_id != book.estate_id:
        raise Refused(_("这一户不在本小区。"))
    account = money_account(book, means, account)
    _check_money(book, amount, paid_on)
    if not reason.strip():
        raise Refused(_("请写明为什么退。"))
    stands = standing(household)
    spread = give_back(stands.positions, prepaid=stands.prepaid_fen, amount=fen(amount))
    if spread.short:
        raise Refused(_("这一户最多可以退 %(most)s 元。") % {"most": yuan(stands.refundable)})
    payment = _numbered(
        book,
        household,
        by=by,
        kind=Kind.REFUND,
        amount=-amount,
        means=means,
        account=account,
        paid_on=paid_on,
        reference=reference.strip(),
        payer=payee.strip(),
        reason=reason.strip(),
        key=key,
    )
    _allocate(payment, spread.moves)
    _record("fee_refunded", payment, by=by)
    return payment


@transaction.atomic
def undo_payment(payment: Payment, *, by: User, reason: str) -> Payment:
    """Undo a receipt or a refund that was entered by mistake, as a whole; gives the payment that undoes it.

    Its bills are open again. It is of the same day while that day is on no voucher, else of today. Raises Refused for
    what was undone already, and where the money was given back meanwhile.
    """
    book = locked(payment.book)
    require(by, book.estate_id, Office.CASHIER)
    payment = locked(payment)
    _check_undoing(payment, reason)
    household = _stays(payment.household)
    stands = standing(household)
    spread = take_back(stands.positions, _own(payment), prepaid=stands.prepaid_fen, amount=fen(payment.amount))
    if spread.short:
        raise Refused(_("这笔钱后来已经退给住户了，请先撤销那笔退款。"))
    posted = payment.voucher is not None and payment.voucher.state != Voucher.State.VOIDED
    day = clock.today() if posted else payment.paid_on
    month_of(book, day)
    undone = _numbered(
        book,
        household,
        by=by,
        kind=Kind.UNDO,
        amount=-payment.amount,
        means=payment.means,
        account=payment.account,
        paid_on=day,
        payer=payment.payer.plain,
        reason=reason.strip(),
        origin=payment,
    )
    _allocate(undone, spread.moves)
    _record("fee_undone", undone, by=by)
    return undone


@transaction.atomic
def draft_day(book: Book, day: date, *, by: User, resolution_ref: str = "") -> Voucher | None:
    """Draft the voucher of a day's receipts and refunds; None where there is nothing, or it cancels out.

    While the day's voucher is a draft, or came back, what was booked since is drafted with it anew; once it is with the
    reviewer, what comes later is on a further voucher.
    """
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    mine = Payment.objects.of_book(book).filter(paid_on=day)
    editable = (Voucher.State.DRAFT, Voucher.State.RETURNED)
    if not unposted(book).filter(paid_on=day).exists():
        return Voucher.objects.of_book(book).filter(fee_payments__in=mine, state__in=editable).distinct().first()
    for earlier in Voucher.objects.of_book(book).filter(fee_payments__in=mine, state__in=editable).distinct():
        void(earlier, by=by, reason=_("并入新的一张"))
    payments = unposted(book).filter(paid_on=day)
    lines = day_lines(book, payments)
    if not lines:
        return None
    voucher = draft_voucher(
        book,
        by=by,
        kind=_kind_of(payments),
        day=day,
        summary=_summary(payments, day),
        lines=lines,
        resolution_ref=resolution_ref,
        of_fees=True,
    )
    keys = list(payments.values_list("pk", flat=True))
    Payment.objects.unscoped(reason=_WHY).filter(pk__in=keys).update(voucher=voucher)
    return voucher


def _made_with(book: Book, key: UUID | None) -> Payment | None:
    if key is None:
        return None
    made: Payment | None = Payment.objects.of_book(book).filter(key=key).first()
    return made


def _check_money(book: Book, amount: Decimal, paid_on: date) -> None:
    if amount <= 0 or amount != amount.quantize(Decimal("0.01")) or amount >= Decimal("10000000000"):
        raise Refused(_("金额要大于零，最多两位小数。"))
    month_of(book, paid_on)


def _check_new(book: Book, means: str, reference: str, row: StatementRow | None) -> None:
    """Refuse what was booked before: the same transaction number, or a line of a statement that is matched."""
    if row is not None and locked(row).match != "none":
        raise Refused(_("这一行流水已经对上了，不用再登记。"))
    if not reference:
        return
    same = Payment.objects.of_book(book).filter(kind=Kind.RECEIPT, means=means, reference=reference)
    earlier = same.exclude(followed_by__kind=Kind.UNDO).first()
    if earlier is not None:
        raise Refused(_("这个流水号已经登记过了，收据号 %(number)s。") % {"number": earlier.receipt_no})


def _check_prepaid(book: Book, household: Household, spread: Spread, paid_on: date) -> None:
    """Refuse to hold more than twelve months of the household's fees for it."""
    if spread.prepaid <= 0:
        return
    most = monthly_fee(book, household, Month.of(paid_on)) * PREPAID_MONTHS
    over = yuan_of(spread.prepaid) - most
    if over > 0:
        raise Refused(
            _("多出 %(over)s 元。最多可以预交 12 个月，这一户是 %(most)s 元，请少收或分给别的费用。")
            % {"over": yuan(over), "most": yuan(most)}
        )


def _check_undoing(payment: Payment, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("请写明为什么撤销。"))
    if payment.kind not in {Kind.RECEIPT, Kind.REFUND}:
        raise Refused(_("这一笔不能撤销。"))
    if Payment.objects.of_book(payment.book).filter(origin=payment, kind=Kind.UNDO).exists():
        raise Refused(_("这一笔已经撤销了。"))


def _numbered(book: Book, household: Household, *, by: User, **fields: Any) -> Payment:
    """A payment with the next number of the book and year."""
    year = clock.today().year
    number = next_number(book.community_id, kind=f"fee-receipt-{book.pk}", period=str(year))
    return Payment.objects.create(
        community_id=book.community_id,
        book=book,
        household=household,
        year=year,
        number=number,
        taken_by=by,
        taken_at=clock.now(),
        **fields,
    )


def _allocate(payment: Payment, moves: Mapping[int, int]) -> None:
    insert(
        Allocation(
            community_id=payment.community_id, bill_id=bill, payment=payment, amount=yuan_of(moved), day=payment.paid_on
        )
        for bill, moved in moves.items()
    )


def _own(payment: Payment) -> dict[int, int]:
    """What a payment allocated, in fen by bill."""
    rows = Allocation.objects.unscoped(reason=_WHY).filter(payment=payment).order_by().values("bill")
    return dict(rows.annotate(fen=fen_sum("amount")).values_list("bill", "fen"))


def _stays(household: Household) -> Household:
    """The household that stays where two records were made one."""
    return household.merged_into or household


def _record(verb: str, payment: Payment, *, by: User) -> None:
    changes = {"amount": [None, str(payment.amount)], "number": [None, payment.receipt_no]}
    audit.record(verb, payment, by=by, changes=changes, reason=payment.reason, household_id=payment.household_id)


def _kind_of(payments: Any) -> str:
    """Money came in on the whole, or went out."""
    total = payments.aggregate(fen=fen_sum("amount"))["fen"]
    return Voucher.Kind.RECEIPT if total >= 0 else Voucher.Kind.PAYMENT


def _summary(payments: Any, day: date) -> str:
    came = payments.filter(amount__gt=0).count()
    went = payments.filter(amount__lt=0).count()
    words = {"day": day.isoformat(), "came": came, "went": went}
    if not went:
        return _("%(day)s 收住户缴费 %(came)d 笔") % words
    return _("%(day)s 收住户缴费 %(came)d 笔，退款和撤销 %(went)d 笔") % words
