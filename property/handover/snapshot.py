"""What belongs to an office at one moment: the money, what is unfinished, the head of the chain, the papers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from core.hashing import digest
from property.chart import Fund
from property.models import (
    Account,
    Book,
    CashCount,
    Handover,
    LedgerMonth,
    Voucher,
    VoucherAttachment,
)

WHY = "what a book found already hands over"


def take(book: Book) -> dict[str, Any]:
    """The state of a book now, as plain values that go into the hash: amounts are text in yuan."""
    return {
        "estate": str(book.estate),
        "money": _money(book),
        "sequence": book.last_sequence,
        "head": book.last_hash,
        "open_months": list(LedgerMonth.objects.of_book(book).open().order_by("month").values_list("month", flat=True)),
        "unfinished": _unfinished(book),
        "papers": VoucherAttachment.objects.unscoped(reason=WHY).filter(voucher__book=book).count(),
        "cash": _counts(book),
    }


def digest_of(handover: Handover) -> str:
    """SHA-256 over everything that the three sign."""
    return digest(
        [
            handover.office,
            str(handover.leaving_id),
            str(handover.successor_id),
            handover.note,
            handover.absent_reason,
            handover.taken_at,
            handover.snapshot,
        ]
    )


def is_stale(handover: Handover) -> bool:
    """Whether the books have moved since the hand-over was taken down."""
    return bool(take(handover.book) != handover.snapshot)


def _money(book: Book) -> list[dict[str, str]]:
    accounts = Account.objects.of_book(book).filter(is_money=True)
    names = dict(accounts.values_list("code", "name"))
    return [
        {"code": code, "account": names[code], "fund": fund, "amount": str(balance)}
        for (code, fund), balance in accounts.balances().items()
        if balance
    ]


def _unfinished(book: Book) -> list[dict[str, str]]:
    rows = Voucher.objects.of_book(book).unfinished().order_by("day", "id")
    return [
        {
            "id": str(row.pk),
            "day": row.day.isoformat(),
            "summary": row.summary,
            "amount": str(row.amount),
            "state": row.state,
        }
        for row in rows
    ]


def _counts(book: Book) -> list[dict[str, str]]:
    """The newest witnessed count of every cash account."""
    newest: dict[str, dict[str, str]] = {}
    for row in CashCount.objects.of_book(book).witnessed().select_related("account").order_by("counted_at"):
        newest[row.account.code] = {
            "account": row.account.name,
            "day": row.counted_on.isoformat(),
            "amount": str(row.counted),
        }
    return [newest[code] for code in sorted(newest)]


def told(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot in the reader's words, for the page and the paper."""
    states = dict(Voucher.State.choices)
    funds = dict(Fund.choices)
    money = [(gettext(row["account"]), str(funds[row["fund"]]), Decimal(row["amount"])) for row in snapshot["money"]]
    return {
        "money": money,
        "total": sum((amount for _account, _fund, amount in money), Decimal("0.00")),
        "unfinished": [
            (row["id"], row["day"], row["summary"], str(states[row["state"]]), Decimal(row["amount"]))
            for row in snapshot["unfinished"]
        ],
        "cash": [(gettext(row["account"]), row["day"], Decimal(row["amount"])) for row in snapshot["cash"]],
        "sequence": snapshot["sequence"],
        "head": snapshot["head"],
        "open_months": snapshot["open_months"],
        "papers": snapshot["papers"],
    }
