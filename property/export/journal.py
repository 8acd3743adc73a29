"""All posted vouchers of a book as a journal in plain text, for hledger or beancount; a window of it in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from property.chart import AccountKind, Fund
from property.export.balances import trial_balance
from property.models import Account, Book, Voucher
from property.models.ledger import mask_payee
from property.posted import Row, amount_kept, steady, windows

REASON = "the journal of a book named on the command line"
CURRENCY = "CNY"
ROOTS = {
    AccountKind.ASSET: "Assets",
    AccountKind.LIABILITY: "Liabilities",
    AccountKind.NET_ASSET: "Equity",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSE: "Expenses",
}
_VOUCHER = (
    "month__month",
    "number",
    "kind",
    "day",
    "summary",
    "payee",
    "resolution_ref",
    "reverses__month__month",
    "reverses__number",
    "hash",
)
_POSTING = ("account_id", "fund", "debit", "credit", "note")


class Leaf(NamedTuple):
    """An account of the journal: one of the book in one fund. `path` is legal and unique in both tools."""

    path: str
    kind: str
    name: str
    fund: str


class Move(NamedTuple):
    """A line: where it goes, yuan with a sign (debit positive), and what it says."""

    path: str
    amount: str
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A posted voucher. `facts` are further things to know about it, by their names in the journal."""

    day: str
    label: str
    payee: str
    summary: str
    facts: dict[str, str]
    moves: list[Move]


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands before the vouchers: the accounts with any posting, and the first day of them all ("" for none)."""

    title: str
    first_day: str
    leaves: list[Leaf]


@dataclass(frozen=True, slots=True)
class Format:
    """How a tool wants to read it; each function gives whole lines."""

    opening: Callable[[Opening], str]
    entry: Callable[[Entry], str]


def written(book: Book, how: Format, until: date | None = None) -> Iterator[str]:
    """The journal of the vouchers of days as far as `until` (None: all), piece by piece.

    Accounts are exactly those of `trial_balance`, and so are their balances. Payees are masked.
    """
    book, opening = _begin(book, until)
    yield how.opening(opening)
    paths = {
        (account, str(fund)): path_of(code, kind, fund)
        for account, code, kind in _accounts(book).values_list("pk", "code", "kind")
        for fund in Fund
    }
    with steady():
        for window in windows(book, voucher=_VOUCHER, posting=_POSTING, up_to=book.last_sequence, until=until):
            lines: dict[int, list[Row]] = {}
            for line in window.postings:
                lines.setdefault(line[0], []).append(line)
            yield "".join([how.entry(_entry(row, lines.get(row[1], []), paths)) for row in window.vouchers])


def path_of(code: str, kind: str, fund: str) -> str:
    """The account in the journal, such as `Assets:1002:Fee`."""
    return f"{ROOTS[AccountKind(kind)]}:{code}:{fund.capitalize()}"


def tidy(text: str) -> str:
    """In one line, without what cannot be printed."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _begin(book: Book, until: date | None) -> tuple[Book, Opening]:
    """The book with its head, and the accounts of the vouchers as far as that."""
    while True:
        head = book.last_sequence
        balances = trial_balance(book, until)
        book = Book.objects.unscoped(reason=REASON).select_related("estate", "community").get(pk=book.pk)
        if book.last_sequence == head:  # Else somebody has posted meanwhile.
            break
    accounts = {account.code: account for account in _accounts(book)}
    leaves = [
        Leaf(path_of(code, accounts[code].kind, fund), accounts[code].kind, accounts[code].label, str(Fund(fund).label))
        for code, fund in ((balance.code, balance.fund) for balance in balances)
    ]
    posted = Voucher.objects.unscoped(reason=REASON).filter(book=book, state=Voucher.State.POSTED)
    first = posted.order_by("day").values_list("day", flat=True).first()
    return book, Opening(str(book), first.isoformat() if first else "", leaves)


def _accounts(book: Book) -> Any:
    return Account.objects.unscoped(reason=REASON).filter(book=book).order_by("code")


def _entry(row: Row, lines: list[Row], paths: dict[tuple[int, str], str]) -> Entry:
    _id, sequence, month, number, kind, day, summary, payee, resolution, undone_month, undone_number, seal = row
    facts = {"sequence": str(sequence), "kind": kind, "hash": seal}
    if resolution:
        facts["resolution"] = resolution
    if undone_number is not None:
        facts["reverses"] = _label(undone_month, undone_number)
    moves = []
    for _sequence, account, fund, debit, credit, note in lines:
        taken, given = amount_kept(debit), amount_kept(credit)
        moves.append(Move(paths[account, fund], taken[0] if taken[1] else f"-{given[0]}", note))
    return Entry(day, _label(month, number), mask_payee(payee) if payee else "", summary, facts, moves)


def _label(month: str, number: int) -> str:
    return _("%(month)s 记-%(number)d") % {"month": month, "number": number}
