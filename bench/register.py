"""The register of a city: what its pages cost beside 1.2 million households, against the demo community alone.

`bench/run.py --register` on a throw-away PostgreSQL. Two databases of the same cluster, the demo in both, asked in
turns by the same people for the same pages; what counts is processor time, the worker's and that of its PostgreSQL
process together. docs/bench.md says more.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import measure
import stage
from client import Answer, Unexpected, Visitor

COMMUNITIES = 1_023
"""Copies of the demo with its 1,397 households and 3,127 residents: 1.4 and 3.2 million with its own."""
ROUNDS, BATCH = 8, 8
FEW_ROUNDS, FEW = 3, 4
"""For what a person may ask thirty times a minute."""
RATIO, SEARCH_MS = 1.5, 100.0
PRIVATE = "identity number"


@dataclass(slots=True)
class Side:
    """One of the two portals: how to ask it, and whose processor time counts."""

    worker: int
    backend: Callable[[], int | None] | None
    """Its process of PostgreSQL; there is none where the rows lie in SQLite."""
    ask: Callable[[], Answer]
    status: int = 200
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def once(self) -> float:
        answer = self.ask()
        if answer.status != self.status:
            raise Unexpected(f"answered {answer.status} {answer.location}")
        return answer.seconds

    def turn(self, batch: int) -> None:
        """So many requests; once more where the connection grew too old meanwhile and its process was another's."""
        processes = self._processes()
        try:
            before = sum(map(measure.cpu_seconds, processes))
            seconds = [self.once() for _ in range(batch)]
            spent = sum(map(measure.cpu_seconds, processes)) - before
        except FileNotFoundError:
            self.once()
            return self.turn(batch)
        self.seconds += seconds
        self.cpu.append(spent / batch)
        return None

    def _processes(self) -> tuple[int, ...]:
        if self.backend is None:
            return (self.worker,)
        while (backend := self.backend()) is None:
            self.once()
        return (self.worker, backend)


def bench(communities: int) -> dict[str, Any]:
    """Both portals, every page."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="portal-bench-")))
        url = os.environ["DATABASE_URL"]
        alone = stage.portal_at(folder, stack.enter_context(stage.database(url, "demo")))
        stage.say("migrating and seeding the demo")
        stage.seed(alone, folder)
        stage.run(alone, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        crowded = stage.portal_at(folder, stack.enter_context(stage.database(url, "city", template=_name(alone))))
        stage.inside(alone, "settle")
        stage.say(f"copying its register {communities:,} times")
        start = time.perf_counter()
        rows = stage.inside(crowded, "crowd", str(communities))
        took = time.perf_counter() - start
        found = stage.inside(alone, "register_pages")
        sides = [
            (environment, stack.enter_context(stage.serving("config.wsgi", environment)))
            for environment in (alone, crowded)
        ]
        pages = [_page(page, found, sides) for page in found["pages"]]
    return {"communities": communities + 1, "rows": rows, "copied_in": took, "pages": pages}


def _page(page: dict[str, Any], found: dict[str, Any], sides: list[tuple[stage.Environment, stage.Server]]) -> Any:
    """One page at both portals in turns."""
    stage.say(f"  {page['name']}")
    small, big = (_side(page, found, environment, server) for environment, server in sides)
    is_private = PRIVATE in page["name"]
    for side in (small, big):
        for _ in range(FEW if is_private else max(measure.WARM_UP, len(page["asked"]))):
            side.once()
    for _ in range(FEW_ROUNDS if is_private else ROUNDS):
        big.turn(FEW if is_private else BATCH)
        small.turn(FEW if is_private else BATCH)
    ratios = [ours / theirs for ours, theirs in zip(big.cpu, small.cpu, strict=True)]
    low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
    p50, p95 = times(big)
    fast = "search" not in page["name"] or p50 <= SEARCH_MS
    return {
        "name": page["name"],
        "p50": p50,
        "p95": p95,
        "alone_p50": times(small)[0],
        "cpu": 1000 * statistics.median(big.cpu),
        "alone_cpu": 1000 * statistics.median(small.cpu),
        "ratio": ratio,
        "low": low,
        "high": high,
        "met": ratio <= RATIO and fast,
    }


def _side(page: dict[str, Any], found: dict[str, Any], environment: stage.Environment, server: stage.Server) -> Side:
    fields = {"login": page["phone"], "password": found["password"], "remember": "on"}
    visitor = Visitor(server.port).sign_in(found["sign_in"], fields)
    asked = cycle(page["asked"])
    token = visitor.token(next(asked)["path"]) if PRIVATE in page["name"] else ""

    def ask() -> Answer:
        one = next(asked)
        if "words" not in one:
            return visitor.get(one["path"])
        if token:
            return visitor.post(one["path"], {"q": one["words"], "csrfmiddlewaretoken": token})
        return visitor.get(f"{one['path']}?{urlencode({'q': one['words']})}")

    return Side(server.worker, lambda: backend_of(environment), ask)


def times(side: Side) -> tuple[float, float]:
    """Median and p95 in milliseconds."""
    return 1000 * statistics.median(side.seconds), 1000 * statistics.quantiles(side.seconds, n=20, method="inclusive")[
        -1
    ]


def _name(environment: stage.Environment) -> str:
    return environment["DATABASE_URL"].rpartition("/")[2]


def backend_of(environment: stage.Environment) -> int | None:
    """The process of PostgreSQL that answers this portal's worker; None between two connections."""
    found = stage.ask(
        environment["DATABASE_URL"],
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()",
    )
    return int(found[0][0]) if found else None


HEAD = (
    f"{'page':34} {'p50 ms':>7} {'p95 ms':>7} {'alone':>7} {'CPU ms':>7} {'alone':>7} {'ratio':>6} {'middle half':>12}"
)


def table(result: dict[str, Any]) -> str:
    """The result for the terminal."""
    rows = result["rows"]
    lines = [
        f"\n== Register of {result['communities']:,} communities: {rows['household']:,} households, "
        f"{rows['resident']:,} residents, {rows['membership']:,} memberships, copied in {result['copied_in']:.0f} s",
        HEAD,
    ]
    for row in result["pages"]:
        spread = f"{row['low']:.2f}–{row['high']:.2f}"
        lines.append(
            f"{row['name']:34} {row['p50']:7.1f} {row['p95']:7.1f} {row['alone_p50']:7.1f} {row['cpu']:7.2f} "
            f"{row['alone_cpu']:7.2f} {row['ratio']:6.2f} {spread:>12}  {'' if row['met'] else 'MISSED'}"
        )
    missed = [row["name"] for row in result["pages"] if not row["met"]]
    lines.append("missed: " + "; ".join(missed) if missed else "every aim is met")
    return "\n".join(lines)
