"""What statements and cash counts already say of the money accounts, offered to the cashier as a beginning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from core import clock
from property.models import Account, CashCount, CashProof, Publication
from property.publication.rows import CashRow
from property.statements.outstanding import Item, balance_on, unmatched

MOST_ITEMS = 12
LONGEST = 60
NEAR = timedelta(days=14)


def suggested(publication: Publication, rows: Iterable[CashRow]) -> dict[str, CashProof]:
    """Proofs by code of the account, nothing of them kept: of those accounts of which there is a statement of the end
    of the quarter, or a witnessed count soon after it with the same book balance."""
    accounts = {one.code: one for one in Account.objects.of_book(publication.book).filter(is_money=True)}
    found = {row.code: _proof(publication, accounts[row.code], row) for row in rows if row.code in accounts}
    return {code: proof for code, proof in found.items() if proof is not None}


def _proof(publication: Publication, account: Account, row: CashRow) -> CashProof | None:
    if row.is_cash:
        return _counted(publication, account, row)
    end = publication.period.end
    balance = balance_on(account, end)
    if balance is None:
        return None
    items = [[what[:LONGEST], str(amount)] for what, amount in few(unmatched(account, end))]
    return CashProof(account=account, balance=balance, items=items, counted_on=clock.today())


def _counted(publication: Publication, account: Account, row: CashRow) -> CashProof | None:
    """The first witnessed count after the quarter, while nothing had moved on the account."""
    end = publication.period.end
    rows = CashCount.objects.unscoped(reason="counts of an account of a book found already")
    near = rows.filter(account=account, witnessed_at__isnull=False, withdrawn_at__isnull=True)
    count = near.filter(counted_on__range=(end, end + NEAR)).order_by("counted_on").first()
    if count is None or count.book_amount != row.book or count.witnessed_by is None:
        return None
    return CashProof(
        account=account,
        balance=count.counted,
        explanation=count.explanation,
        counted_on=count.counted_on,
        counted_by=count.counted_by.name,
        witness=count.witnessed_by.name,
    )


def few(items: list[Item]) -> list[Item]:
    """The largest items one by one in their order, the others together, so that all still add up."""
    if len(items) <= MOST_ITEMS:
        return items
    ranked = sorted(range(len(items)), key=lambda number: -abs(items[number][1]))
    kept = sorted(ranked[: MOST_ITEMS - 1])
    rest = [items[number][1] for number in ranked[MOST_ITEMS - 1 :]]
    said = _("其他 %(number)d 笔") % {"number": len(rest)}
    return [*(items[number] for number in kept), (said, sum(rest, Decimal("0.00")))]
