"""What becomes of bills where two records of one household are made one: they stay with the record they were made for.

Bills, payments and allocations are never changed. Whoever reads them counts a record that leads to another with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grids import uniting

if TYPE_CHECKING:
    from grids.actions.journal import Journal
    from property.models import Bill


def _both_stay(journal: Journal, of_kept: Bill, of_gone: Bill) -> None:
    """Both records were billed for a month: the next run of it takes one of the two back."""


def register() -> None:
    """Say so to the register; called when the app is ready."""
    uniting.register("property.bill", _both_stay)
