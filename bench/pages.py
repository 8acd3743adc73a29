"""What is measured, what is aimed at, and what came out, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from measure import Cost

MOST_QUERIES = 12
LIST_AIM, POST_AIM = 3.0, 4.0
POST = "request posted with 2 photos"
AIMS = {
    "request list (grid leader)": LIST_AIM,
    "request list (office)": LIST_AIM,
    "request page": LIST_AIM,
    "Today": LIST_AIM,
    "visit form": LIST_AIM,
    "published quarter": LIST_AIM,
    POST: POST_AIM,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `queries` is None where they are not counted."""

    name: str
    cost: Cost
    queries: int | None

    @property
    def aim(self) -> float | None:
        """The most that the ratio should be; None where nothing is asked."""
        return AIMS.get(self.name)

    @property
    def met(self) -> bool:
        few = self.queries is None or self.queries <= MOST_QUERIES
        return few and (self.aim is None or self.cost.ratio <= self.aim)

    def as_json(self) -> dict[str, Any]:
        cost = {name: getattr(self.cost, name) for name in Cost.__slots__}
        return {"name": self.name, **cost, "queries": self.queries, "aim": self.aim, "met": self.met}


HEAD = (
    f"{'page':32} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms':>7} {'bare':>6} {'ratio':>6} {'middle half':>12} "
    f"{'aim':>5} {'queries':>7} {'KB':>6}"
)


def table(result: dict[str, Any]) -> str:
    """One database's result for the terminal."""
    lines = [f"\n== {result['database']}, {result['requests']:,} requests more than the demo's", HEAD]
    lines += [_line(row) for row in result["pages"]]
    lines += ["", *_ledger(result["ledger"])]
    lines += [f"image work taken out of the post: {result['image_ms']:.1f} ms of processor time"]
    missed = [row["name"] for row in result["pages"] if not row["met"]]
    lines += ["missed: " + "; ".join(missed) if missed else "every aim is met"]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    aim = f"≤ {row['aim']:.0f}" if row["aim"] else ""
    spread = f"{row['low']:.2f}–{row['high']:.2f}"
    queries = "" if row["queries"] is None else row["queries"]
    return (
        f"{row['name']:32} {row['p50']:7.1f} {row['p95']:7.1f} {row['cpu']:7.2f} {row['bare_cpu']:6.2f} "
        f"{row['ratio']:6.2f} {spread:>12} {aim:>5} {queries:>7} {row['bytes'] / 1024:6.1f}  "
        f"{'' if row['met'] else 'MISSED'}"
    )


def _ledger(ledger: dict[str, Any]) -> list[str]:
    """The race of the statement."""
    met = "" if ledger["met"] else "  MISSED"
    return [
        f"statement of a quarter, {ledger['postings']:,} postings kept in {ledger['balances']:,} balances:",
        f"  from the kept balances            {ledger['statement']:9.1f} ms{met}",
        f"  GROUP BY, no months, covering     {ledger['group_by']:9.1f} ms",
        f"  GROUP BY that answers the same    {ledger['group_by_months']:9.1f} ms",
    ]
