"""What sections 2 and 5 take from the fee books and the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core.quarters import Quarter
from property import chart
from property.budget.plan import planned
from property.fees import ageing as fees_ageing
from property.fees import totals
from property.models import Book, FeeSchedule
from property.publication.rows import AgeingRow, CollectionRow


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of one account of one fund besides its balance."""

    rate: str = ""
    receivable: Decimal | None = None
    received: Decimal | None = None
    budget: Decimal | None = None


def of_items(book: Book, quarter: Quarter) -> dict[tuple[str, str], ItemFacts]:
    """Rate, receivable, received and budget by (code of the account, fund); what is billed is income."""
    budget = planned(book, quarter.year)
    billed = {
        key: sums
        for key, sums in totals.item_totals(book, quarter.start, quarter.end).items()
        if chart.kind_of(key[0]) == chart.AccountKind.INCOME
    }
    rates = _rates(book, quarter)
    return {
        key: ItemFacts(
            rate=rates.get(key, ""),
            receivable=billed[key].billed if key in billed else None,
            received=billed[key].received if key in billed else None,
            budget=budget.get(key),
        )
        for key in budget.keys() | billed.keys() | rates.keys()
    }


def _rates(book: Book, quarter: Quarter) -> dict[tuple[str, str], str]:
    """What is charged on each account and fund in any month of the quarter, in words of the books' language."""
    rows = FeeSchedule.objects.unscoped(reason="the rates of a book found already").filter(book=book)
    found: dict[tuple[str, str], list[str]] = {}
    with translation.override(settings.LANGUAGE_CODE):
        for one in rows.select_related("account", "building"):
            if any(one.holds_in(month) for month in quarter.months):
                found.setdefault((one.account.code, one.fund), []).append(_rate(one))
        return {key: _("；").join(dict.fromkeys(words)) for key, words in found.items()}


def _rate(schedule: FeeSchedule) -> str:
    """A rate as it stands on a notice: 1.2 元/平方米·月."""
    units = {
        FeeSchedule.Basis.AREA: _("%(rate)s 元/平方米·月"),
        FeeSchedule.Basis.HOUSEHOLD: _("%(rate)s 元/户·月"),
        FeeSchedule.Basis.VEHICLE: _("%(rate)s 元/辆·月"),
    }
    rate = units[FeeSchedule.Basis(schedule.basis)] % {"rate": f"{schedule.rate.normalize():f}"}
    return f"{schedule.building.label} {rate}" if schedule.building is not None else rate


def collection(book: Book, quarter: Quarter, owed: Sequence[AgeingRow]) -> tuple[CollectionRow, ...]:
    """How the fees of the quarter came in; nothing while the estate charges none, and nobody pays or owes (`owed`)."""
    found = totals.collection(book, quarter.start, quarter.end)
    paid = totals.paid_by_household(book, quarter.start, quarter.end)
    if not (paid or found.households_due or found.billed or found.prepaid or owed):
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
    return tuple(AgeingRow(row.label, *row.buckets) for row in fees_ageing.ageing(book, quarter.end))
