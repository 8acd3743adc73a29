"""What the page of a statement shows before its rows are taken in."""

from __future__ import annotations

from typing import Any

from core.money import yuan
from property.models.ledger import mask_payee
from property.statements.headings import Headings
from property.statements.keeping import Plan
from property.statements.masking import mask_remark

ROWS_SHOWN = 40
DOUBTS_SHOWN = 60


def preview(found: Plan) -> dict[str, Any]:
    """The plan in numbers and short lists; names and long numbers masked."""
    summary: dict[str, Any] = found.summary()
    doubts = summary.pop("doubts")
    return {
        **summary,
        "money_in_yuan": yuan(found.reading.money_in),
        "money_out_yuan": yuan(found.reading.money_out),
        "neutral_yuan": yuan(found.reading.neutral) if found.reading.neutral else "",
        "label": str(found.reading.format.label),
        "doubts": doubts[:DOUBTS_SHOWN],
        "more_doubts": max(len(doubts) - DOUBTS_SHOWN, 0),
        "headings": _headings(found.reading.headings),
        "entries": [
            {
                "day": entry.day.isoformat(),
                "yuan": yuan(entry.amount),
                "who": mask_payee(entry.counterparty) if entry.counterparty else "",
                "remark": mask_remark(entry.remark),
            }
            for _print, entry in found.new[:ROWS_SHOWN]
        ],
        "more_entries": max(len(found.new) - ROWS_SHOWN, 0),
    }


def unknown(headings: Headings) -> dict[str, Any]:
    """A statement whose columns somebody has to name first."""
    return {"unknown": True, "headings": _headings(headings)}


def _headings(headings: Headings) -> dict[str, str]:
    return {one.text: one.column for one in headings.columns}
