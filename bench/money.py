"""The estate's money by the million postings: statement, publication, proof, verification, export, billing.

`bench/run.py --money`: a book of 1,000,000 postings over 40 quarters, on SQLite and on a throw-away PostgreSQL. Beside
it django-ledger with 200,000 postings asked for its income statement of the same quarter, hledger and beancount reading
the export, and a GROUP BY over the postings. docs/bench.md says more.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import venv
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import measure
import stage
from client import Visitor

POSTINGS, THEIR_POSTINGS = 1_000_000, 200_000
HOUSEHOLDS = 3_000
STATEMENT_MS, VERIFIED, BILLED_SECONDS = 5.0, 100_000, 5.0
TIMES = {"SQLite": 200.0, "PostgreSQL": 20.0}
_NEEDED = stage.BENCH / "ledgers/requirements.txt"

Row = dict[str, Any]


def bench(postings: int, keep: Path | None) -> dict[str, Any]:
    """Everything on one database."""
    with stage.make(0, keep) as made, ExitStack() as stack:
        folder = Path(made.portal["DATA_DIR"]).parent
        stage.say(f"{made.vendor}: a book of {postings:,} postings")
        found = made.inside("books_grow", str(postings))
        server = stack.enter_context(stage.serving("config.wsgi", made.portal))
        rows = [*_statement(made, found, folder, stack), *_pages(found, server)]
        rows += [_verified(made, found), *_exported(made, found, folder), _billed(made)]
        return {"database": made.vendor, "postings": found["postings"], "rows": rows}


def _row(name: str, figure: float, unit: str, aim: str = "", *, met: bool = True) -> Row:
    return {"name": name, "figure": figure, "unit": unit, "aim": aim, "met": met}


def _statement(made: stage.Stage, found: dict[str, Any], folder: Path, stack: ExitStack) -> list[Row]:
    """The quarter's statement beside django-ledger's and a GROUP BY over the postings."""
    stage.say("  statement")
    asked, times = made.inside("statement", found["estate"]), TIMES[made.vendor]
    theirs = _django_ledger(made, found, folder, stack)
    times_faster = theirs["ms"] / asked["read"]
    return [
        _row("statement, read", asked["read"], "ms"),
        _row(
            "statement, read and drawn",
            asked["read and drawn"],
            "ms",
            f"≤ {STATEMENT_MS:.0f}",
            met=asked["read and drawn"] <= STATEMENT_MS,
        ),
        _row("GROUP BY over the postings", asked["group by"], "ms"),
        _row(f"django-ledger, {theirs['postings']:,} postings", theirs["ms"], "ms"),
        _row("django-ledger over ours", times_faster, "times", f"≥ {times:.0f}", met=times_faster >= times),
    ]


def _django_ledger(made: stage.Stage, found: dict[str, Any], folder: Path, stack: ExitStack) -> dict[str, Any]:
    """Its income statement of the same quarter, in an environment of its own made from hashed packages."""
    home = folder / "ledgers"
    house = stage.House(str(home / "env/bin/python"), stage.BENCH)
    if not (home / "env").exists():
        stage.say("django-ledger: fetching it")
        venv.create(home / "env", with_pip=True)
        stage.run({}, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(_NEEDED), house=house)
    url = os.environ.get("DATABASE_URL", "")
    if made.vendor == "SQLite":
        (home / "ledgers.sqlite3").unlink(missing_ok=True)
        address = f"sqlite:///{home}/ledgers.sqlite3"
    else:
        address = stack.enter_context(stage.database(url, "ledgers"))
    environment = {
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "ledgers.settings",
        "PYTHONPATH": str(stage.BENCH),
        "SECRET_KEY": made.bare["SECRET_KEY"],
        "MEDIA_ROOT": str(home),
    }
    stage.say(f"django-ledger: {THEIR_POSTINGS:,} postings")
    command = ("-m", "ledgers.ask", str(THEIR_POSTINGS), found["first"], found["last"])
    answer: dict[str, Any] = json.loads(stage.run(environment, *command, house=house).splitlines()[-1])
    return answer


def _pages(found: dict[str, Any], server: stage.Server) -> list[Row]:
    """What a page costs the worker, in ms of processor time."""
    rows = []
    for name, (phone, path) in found["pages"].items():
        stage.say(f"  {name}")
        fields = {"login": phone, "password": found["password"], "remember": "on"}
        visitor = Visitor(server.port).sign_in(found["sign_in"], fields)
        side = measure.Side(server.worker, lambda visitor=visitor, path=path: visitor.get(path))
        for _ in range(measure.WARM_UP):
            side.once()
        for _ in range(8):
            side.turn(4)
        rows.append(_row(name, 1000 * sorted(side.cpu)[len(side.cpu) // 2], "ms CPU"))
    return rows


def _verified(made: stage.Stage, found: dict[str, Any]) -> Row:
    stage.say("  verify_books")
    seconds = _timed(made.portal, "manage.py", "verify_books", "--estate", found["estate"])
    speed = found["postings"] / seconds
    return _row("verify_books", speed, "postings/s", f"≥ {VERIFIED:,}", met=speed >= VERIFIED)


def _exported(made: stage.Stage, found: dict[str, Any], folder: Path) -> list[Row]:
    """The whole book written for each of the two tools, and read by them."""
    rows = []
    readers = {
        "hledger": [shutil.which("hledger") or "", "balance", "--no-total", "-f"],
        "beancount": [str(folder / "ledgers/env/bin/bean-check")],
    }
    for name, reader in readers.items():
        stage.say(f"  export for {name}")
        file = folder / f"book.{name}"
        command = ("export_ledger", "--estate", found["estate"], "--format", name, "--output", str(file))
        seconds = _timed(made.portal, "manage.py", *command)
        rows.append(_row(f"export for {name}", found["postings"] / seconds, "postings/s"))
        if not Path(reader[0]).is_file():
            stage.say(f"  {name} is not here: left out")
            continue
        started = time.perf_counter()
        subprocess.run([*reader, str(file)], stdout=subprocess.DEVNULL, check=True)
        rows.append(_row(f"{name} reads it", time.perf_counter() - started, "s"))
    return rows


def _billed(made: stage.Stage) -> Row:
    stage.say(f"  billing {HOUSEHOLDS:,} households")
    seconds = made.inside("bill", str(HOUSEHOLDS))["seconds"]
    return _row(
        f"a quarter billed to {HOUSEHOLDS:,} households",
        seconds,
        "s",
        f"≤ {BILLED_SECONDS:.0f}",
        met=seconds <= BILLED_SECONDS,
    )


def _timed(environment: stage.Environment, *command: str) -> float:
    started = time.perf_counter()
    stage.run(environment, *command)
    return time.perf_counter() - started


def table(result: dict[str, Any]) -> str:
    """The result for the terminal."""
    lines = [f"\n== {result['database']}: a book of {result['postings']:,} postings over 40 quarters"]
    for row in result["rows"]:
        figure = f"{row['figure']:,.0f}" if row["figure"] >= 1000 else f"{row['figure']:,.2f}"
        lines.append(
            f"{row['name']:44} {figure:>12} {row['unit']:<12} {row['aim']:>10}  {'' if row['met'] else 'MISSED'}"
        )
    missed = [row["name"] for row in result["rows"] if not row["met"]]
    lines.append("missed: " + "; ".join(missed) if missed else "every aim is met")
    return "\n".join(lines)
