"""What sections 2 and 5 take from the fee books and the budget."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.quarters import Quarter
from property.fees import totals
from property.models import Book
from property.publication.rows import AgeingRow, CollectionRow


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of one account of one fund besides its balance."""

    rate: str = ""
    receivable: Decimal | None = None
    received: Decimal | None = None
    budget: Decimal | None = None


def of_items(book: Book, quarter: Quarter) -> dict[tuple[str, str], ItemFacts]:
    """Rate, receivable, received and budget by (code of the account, fund)."""
    return {}


def collection(book: Book, quarter: Quarter) -> tuple[CollectionRow, ...]:
    """How the fees of the quarter came in; nothing while the estate charges none and nobody pays."""
    found = totals.collection(book, quarter.start, quarter.end)
    paid = totals.paid_by_household(book, quarter.start, quarter.end)
    if not (paid or found.households_due or found.billed or found.prepaid or found.arrears):
        return ()
    return (
        CollectionRow(
            due=found.households_due,
            paid=found.households_paid,
            billed=found.billed,
            received=found.received,
            relief=found.relief,
            prepaid=found.prepaid,
        ),
    )


def ageing(book: Book, quarter: Quarter) -> tuple[AgeingRow, ...]:
    """What is owed at the end of the quarter, by building."""
    return ()
