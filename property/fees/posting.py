"""How fees come into the books: a run of bills is one voucher, a day's receipts and refunds are one.

Dr 1121 / Cr income for what is billed, Dr 430102 / Cr 1121 for reliefs, Dr money / Cr 1121 and 2203 for what is paid,
Dr 2203 / Cr 1121 for what is paid from prepaid money; each fund by itself, and 2203 of the fee fund alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.refusal import Refused
from property.chart import Fund
from property.entries import Line
from property.models import (
    Account,
    Allocation,
    Bill,
    BillingRun,
    Book,
    Means,
    MonthlyBalance,
    Payment,
    Posting,
    Voucher,
)
from property.querysets import fen_sum, yuan_of

RECEIVABLE, PREPAID, RELIEF = "1121", "2203", "430102"
ACCOUNT_OF_MEANS = {Means.CASH: "1001", Means.BANK: "1002", Means.WECHAT: "100901", Means.ALIPAY: "100902"}
_WHY = "fees of a book found already"
Sums = dict[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Control:
    """An account that fees keep, in one fund, in yuan on its normal side: what the books say, what bills and payments
    say, and what of it is on vouchers that are not posted yet. The difference is 0.00, or somebody posted by hand."""

    code: str
    fund: str
    book: Decimal
    register: Decimal
    waiting: Decimal

    @property
    def difference(self) -> Decimal:
        return self.book + self.waiting - self.register


@dataclass(frozen=True, slots=True)
class RunSums:
    """What a run moves, in fen: gross and relief by (income account, fund), and what prepaid money paid."""

    gross: Sums
    relief: dict[str, int]
    prepaid_used: int


def accounts_of(book: Book) -> dict[str, Account]:
    """The accounts of a book by code."""
    return {account.code: account for account in Account.objects.of_book(book)}


def money_account(book: Book, means: str, account: Account | None = None) -> Account:
    """Where money of these means goes: the account named, or the standard one. Refused where that takes none."""
    if account is None:
        code = ACCOUNT_OF_MEANS.get(Means(means)) if means in Means.values else None
        if code is None:
            raise Refused(_("请选择怎样收付的。"))
        account = Account.objects.of_book(book).filter(code=code).first()
    if account is None or account.book_id != book.pk or not account.is_money or not account.takes_postings:
        raise Refused(_("请选择钱存进哪个账户。"))
    return account


def run_lines(book: Book, sums: RunSums) -> list[Line]:
    """The lines of a run's voucher; none where its bills cancel each other out."""
    known = accounts_of(book)
    by_pk = {account.pk: account for account in known.values()}
    lines: list[Line | None] = []
    per_fund: dict[str, int] = defaultdict(int)
    for (_account, fund), fen in sums.gross.items():
        per_fund[fund] += fen
    for fund, fen in sorted(per_fund.items()):
        lines.append(_line(known[RECEIVABLE], fund, fen, _("应收")))
    for (account, fund), fen in sorted(sums.gross.items()):
        lines.append(_line(by_pk[account], fund, -fen))
    for fund, fen in sorted(sums.relief.items()):
        lines += [_line(known[RELIEF], fund, fen), _line(known[RECEIVABLE], fund, -fen, _("减免"))]
    used = sums.prepaid_used
    lines += [
        _line(known[PREPAID], Fund.FEE, used),
        _line(known[RECEIVABLE], Fund.FEE, -used, _("用预交款抵扣")),
    ]
    return [line for line in lines if line is not None]


def run_sums(run: BillingRun) -> RunSums:
    """What a run that was made moves."""
    bills = Bill.objects.unscoped(reason=_WHY).filter(run=run).order_by()
    made = bills.values("account", "fund").annotate(g=fen_sum("gross"), r=fen_sum("relief"))
    gross: Sums = {}
    relief: dict[str, int] = defaultdict(int)
    for account, fund, gross_fen, relief_fen in made.values_list("account", "fund", "g", "r"):
        gross[account, fund] = gross_fen
        relief[fund] += relief_fen
    used = Allocation.objects.unscoped(reason=_WHY).filter(run=run, bill__fund=Fund.FEE)
    return RunSums(gross, dict(relief), used.aggregate(fen=fen_sum("amount"))["fen"])


def day_lines(book: Book, payments: Any) -> list[Line]:
    """The lines of receipts and refunds: by money account and fund, then what they paid, then what is prepaid."""
    known = accounts_of(book)
    by_pk = {account.pk: account for account in known.values()}
    money, paid, prepaid = payment_sums(payments)
    lines = [_line(by_pk[account], fund, fen) for (account, fund), fen in sorted(money.items())]
    lines += [_line(known[RECEIVABLE], fund, -fen) for fund, fen in sorted(paid.items())]
    lines.append(_line(known[PREPAID], Fund.FEE, -prepaid))
    return [line for line in lines if line is not None]


def payment_sums(payments: Any) -> tuple[Sums, dict[str, int], int]:
    """In fen: money by (account, fund), what was paid of bills by fund, what became prepaid."""
    amounts = {pk: (account, fen) for pk, account, fen in _amounts(payments)}
    money: Sums = defaultdict(int)
    paid: dict[str, int] = defaultdict(int)
    left = {pk: fen for pk, (_account, fen) in amounts.items()}
    rows = Allocation.objects.unscoped(reason=_WHY).filter(payment__in=payments.order_by().values("pk"))
    sums = rows.order_by().values("payment", "bill__fund").annotate(fen=fen_sum("amount"))
    for payment, fund, fen in sums.values_list("payment", "bill__fund", "fen"):
        paid[fund] += fen
        left[payment] -= fen
        money[amounts[payment][0], fund] += fen
    for pk, fen in left.items():
        money[amounts[pk][0], str(Fund.FEE)] += fen
    return dict(money), dict(paid), sum(left.values())


def waiting_days(book: Book, last: date | None = None) -> list[date]:
    """Days until `last` whose receipts are on no voucher yet, the oldest first; those that cancel out are left out."""
    rows = unposted(book)
    if last is not None:
        rows = rows.filter(paid_on__lte=last)
    days = rows.order_by("paid_on").values_list("paid_on", flat=True).distinct()
    return [day for day in days if day_lines(book, rows.filter(paid_on=day))]


def unposted(book: Book) -> Any:
    """Payments of a book found already that are on no voucher, or on one that was given up."""
    return Payment.objects.of_book(book).unposted()


def control(book: Book) -> list[Control]:
    """The accounts that fees keep, beside what bills and payments say."""
    found = _balances(book)
    register, posted = _register(book, all_of_it=True), _register(book, all_of_it=False)
    keys = sorted(found.keys() | register.keys())
    return [
        Control(
            code,
            fund,
            yuan_of(found.get((code, fund), 0)),
            yuan_of(register.get((code, fund), 0)),
            yuan_of(register.get((code, fund), 0) - posted.get((code, fund), 0)),
        )
        for code, fund in keys
    ]


def _line(account: Account, fund: str, fen: int, note: str = "") -> Line | None:
    """A debit for what is above zero, a credit for what is below."""
    if fen > 0:
        return Line(account, fund, debit=yuan_of(fen), note=note)
    return Line(account, fund, credit=yuan_of(-fen), note=note) if fen else None


def _amounts(payments: Any) -> Iterable[tuple[Any, int, int]]:
    from property.querysets import fen_of

    rows = payments.order_by().annotate(fen=fen_of(F("amount")))
    yield from rows.values_list("pk", "account", "fen")


def _balances(book: Book) -> dict[tuple[str, str], int]:
    rows = MonthlyBalance.objects.of_book(book).filter(account__code__in=(RECEIVABLE, PREPAID)).order_by()
    sums = rows.values("account__code", "fund").annotate(fen=fen_sum("debit", less="credit"))
    return {
        (code, fund): fen if code == RECEIVABLE else -fen
        for code, fund, fen in sums.values_list("account__code", "fund", "fen")
        if fen
    }


def _register(book: Book, *, all_of_it: bool) -> dict[tuple[str, str], int]:
    """What bills and payments make of the two accounts; of what is posted alone unless `all_of_it`."""
    bills = Bill.objects.of_book(book)
    used = Allocation.objects.of_book(book)
    payments = Payment.objects.of_book(book)
    if not all_of_it:
        posted = Voucher.State.POSTED
        opened = _opening_posted(book)
        bills = bills.filter(Q(run__voucher__state=posted) | (Q(kind="opening") if opened else Q(pk__in=())))
        used = used.filter(Q(run__voucher__state=posted) | Q(payment__voucher__state=posted))
        payments = payments.filter(Q(voucher__state=posted) | (Q(kind="opening") if opened else Q(pk__in=())))
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for fund, fen in bills.order_by().values("fund").annotate(fen=fen_sum("amount")).values_list("fund", "fen"):
        sums[RECEIVABLE, fund] += fen
    taken = used.order_by().values("bill__fund").annotate(fen=fen_sum("amount"))
    for fund, fen in taken.values_list("bill__fund", "fen"):
        sums[RECEIVABLE, fund] -= fen
        sums[PREPAID, str(Fund.FEE)] -= fen
    sums[PREPAID, str(Fund.FEE)] += payments.aggregate(fen=fen_sum("amount"))["fen"]
    return {key: fen for key, fen in sums.items() if fen}


def _opening_posted(book: Book) -> bool:
    """Whether what was brought forward stands in the books."""
    rows = Posting.objects.unscoped(reason=_WHY).filter(
        voucher__book=book, voucher__kind=Voucher.Kind.OPENING, voucher__state=Voucher.State.POSTED
    )
    return rows.filter(account__code__in=(RECEIVABLE, PREPAID)).exists()
