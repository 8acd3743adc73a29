"""How much each main page costs, in processor time, beside a bare Django list asked in the same moments.

`make bench`, or `.venv/bin/python bench/run.py`; on SQLite and, where Debian's PostgreSQL server is, on a throw-away
PostgreSQL. With DATABASE_URL set: on new databases beside the one it names, which is left alone. Only the ratios mean
anything on a machine that does other things as well; docs/bench.md says how they come about.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import book
import desk
import measure
import money
import pages
import photos
import register
import rosters
import round as rounds
import stage
from client import Answer, Visitor

FULL = {"rows": 20_000, "postings": 1_000_000, "read": measure.Effort(16, 8), "write": measure.Effort(12, 4)}
QUICK = {"rows": 2_000, "postings": 100_000, "read": measure.Effort(6, 4), "write": measure.Effort(5, 4)}

Size = dict[str, Any]


def bench(size: Size, keep: Path | None) -> dict[str, Any]:
    """Everything on one database."""
    with stage.make(size["rows"], keep) as made:
        found = made.inside("pages")
        with ExitStack() as stack:
            portal = stack.enter_context(stage.serving("config.wsgi", made.portal))
            bare = stack.enter_context(stage.serving("bare.wsgi", made.bare))
            rows = _read(found, portal, bare, size["read"])
            rows.append(_write(found, portal, bare, size["write"]))
        stage.say(f"{made.vendor}: the statement over {size['postings']:,} postings")
        ledger = made.inside("ledger", str(size["postings"]))
        ledger["met"] = size is QUICK or ledger["statement"] < ledger["group_by"]
        return {
            "database": made.vendor,
            "requests": size["rows"],
            "pages": [row.as_json() for row in rows],
            "image_ms": rows[-1].cost.left_out,
            "ledger": ledger,
        }


def _read(found: dict[str, Any], portal: stage.Server, bare: stage.Server, effort: measure.Effort) -> list[pages.Row]:
    """The pages that are opened."""
    visitors = _Visitors(found, portal)
    reader = _bare_visitor(bare)
    rows = []
    for page in found["pages"]:
        stage.say(f"  {page['name']}")
        visitor, path = visitors.by(page["phone"]), page["path"]
        cost = measure.compare(
            measure.Side(portal.worker, lambda visitor=visitor, path=path: visitor.get(path)),
            measure.Side(bare.worker, lambda: reader.get("/")),
            effort,
        )
        rows.append(pages.Row(page["name"], cost, page["queries"]))
    return rows


def _write(found: dict[str, Any], portal: stage.Server, bare: stage.Server, effort: measure.Effort) -> pages.Row:
    """A request with two photos, without the work on their pixels, beside two rows."""
    stage.say(f"  {pages.POST}")
    path = next(page["path"] for page in found["pages"] if page["name"] == "request form")
    resident = _Visitors(found, portal).by(found["form"]["phone"])
    token = resident.token(path)
    pictures = cycle([photos.taken(seed) for seed in range(2 * effort.rounds * effort.batch + 2 * measure.WARM_UP)])

    def post() -> Answer:
        fields = {
            "csrfmiddlewaretoken": token,
            "submission": str(uuid4()),
            "category": found["form"]["category"],
            "title": "单元门口的路灯坏了",
            "description": "晚上看不清台阶，有人差点绊倒。",
            "place_kind": "elsewhere",
            "place": "2 单元门口",
            "visibility": "handlers",
            "consent": "on",
        }
        # A browser opens the page it is sent to, and has been told then: nobody carries forty messages along.
        resident.cookies.pop("messages", None)
        return resident.send(path, fields, [("photos", f"{index}.jpg", next(pictures)) for index in range(2)])

    writer = _bare_visitor(bare)
    note = {"title": "a", "second": "b", "place": "c", "text": "d", "csrfmiddlewaretoken": writer.token("/add/")}
    cost = measure.compare(
        measure.Side(portal.worker, post, 302, aside=lambda: photos.work_on([photos.taken(seed) for seed in range(8)])),
        measure.Side(bare.worker, lambda: writer.post("/add/", note), 302),
        effort,
    )
    return pages.Row(pages.POST, cost, None)


class _Visitors:
    """Those who are signed in at the portal, by phone number."""

    def __init__(self, found: dict[str, Any], portal: stage.Server) -> None:
        self._found, self._portal = found, portal
        self._known: dict[str, Visitor] = {}

    def by(self, phone: str) -> Visitor:
        if phone not in self._known:
            fields = {"login": phone, "password": self._found["password"], "remember": "on"}
            self._known[phone] = Visitor(self._portal.port).sign_in(self._found["sign_in"], fields)
        return self._known[phone]


def _bare_visitor(bare: stage.Server) -> Visitor:
    return Visitor(bare.port).sign_in("/login/", {"username": stage.USER, "password": stage.PASSWORD})


def _on_postgres(arguments: list[str]) -> list[dict[str, Any]]:
    """The same in a throw-away PostgreSQL; nothing where there is none."""
    beside = str(stage.REPOSITORY / "tools/with_postgres")
    if subprocess.run([beside, "--check"], check=False).returncode:
        stage.say("PostgreSQL left out: apt install postgresql-15")
        return []
    command = [beside, sys.executable, str(stage.BENCH / "run.py"), *arguments, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def _book(visits: int, keep: Path | None, *, as_json: bool) -> int:
    """A queue of visits, on SQLite and on a throw-away PostgreSQL, or on what DATABASE_URL names."""
    results = [book.bench(visits, keep)]
    if not (keep or os.environ.get("DATABASE_URL")):
        results += _on_postgres(["--book", str(visits)])
    print(json.dumps(results, indent=1) if as_json else "\n".join(map(book.table, results)))
    return 0


def _round(households: int, *, as_json: bool) -> int:
    """A round of a city: on PostgreSQL as large as asked for, on SQLite smaller."""
    on_sqlite = not os.environ.get("DATABASE_URL")
    results = [rounds.bench(min(households, rounds.ON_SQLITE) if on_sqlite else households)]
    if on_sqlite:
        results += _on_postgres(["--round", str(households)])
    print(json.dumps(results, indent=1) if as_json else "\n".join(map(rounds.table, results)))
    return 0


def _requests(requests: int, keep: Path | None, *, as_json: bool) -> int:
    """Requests beside django-helpdesk, on SQLite and on a throw-away PostgreSQL, or on what DATABASE_URL names."""
    results = [desk.bench(requests, desk.TIMES, keep)]
    if not (keep or os.environ.get("DATABASE_URL")):
        results += _on_postgres(["--requests", str(requests)])
    print(json.dumps(results, indent=1) if as_json else "\n".join(map(desk.table, results)))
    return 0


def _money(postings: int, keep: Path | None, *, as_json: bool) -> int:
    """The estate's money, on SQLite and on a throw-away PostgreSQL, or on what DATABASE_URL names."""
    results = [money.bench(postings, keep)]
    if not (keep or os.environ.get("DATABASE_URL")):
        results += _on_postgres(["--money", str(postings)])
    print(json.dumps(results, indent=1) if as_json else "\n".join(map(money.table, results)))
    return 0


def _rosters(*, as_json: bool) -> int:
    """The search for rosters beside the greedy order; fails where one breaks a rule or is worse."""
    rows = rosters.bench()
    print(json.dumps(rows, indent=1) if as_json else rosters.table(rows))
    return 0 if all(row["met"] for row in rows) else 1


def _register(copies: int, *, as_json: bool) -> int:
    """The pages of the register on PostgreSQL, a throw-away one unless DATABASE_URL names one."""
    if not os.environ.get("DATABASE_URL"):
        beside = str(stage.REPOSITORY / "tools/with_postgres")
        command = [beside, sys.executable, str(stage.BENCH / "run.py"), "--register", str(copies)]
        return subprocess.run([*command, "--json"] if as_json else command, check=False).returncode
    result = register.bench(copies)
    print(json.dumps(result, indent=1) if as_json else register.table(result))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rows and requests, SQLite alone: under a minute")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the data there, or use what is there already")
    parser.add_argument("--look", metavar="PAGE", help="instead: where the portal spends its time on this page")
    parser.add_argument(
        "--register",
        type=int,
        nargs="?",
        const=register.COMMUNITIES,
        metavar="COPIES",
        help=f"instead: pages of the register beside so many copies of the demo ({register.COMMUNITIES}), PostgreSQL",
    )
    parser.add_argument(
        "--book",
        type=int,
        nargs="?",
        const=book.VISITS,
        metavar="VISITS",
        help=f"instead: so many visits ({book.VISITS}) sent by {book.PHONES} phones at once",
    )
    parser.add_argument(
        "--round",
        type=int,
        nargs="?",
        const=rounds.HOUSEHOLDS,
        metavar="HOUSEHOLDS",
        help=f"instead: a round of so many households ({rounds.HOUSEHOLDS}) laid by the worker, killed twice",
    )
    parser.add_argument(
        "--requests",
        type=int,
        nargs="?",
        const=desk.REQUESTS,
        metavar="REQUESTS",
        help=f"instead: so many requests ({desk.REQUESTS}) beside django-helpdesk, and {desk.TIMES} times as many",
    )
    parser.add_argument(
        "--money",
        type=int,
        nargs="?",
        const=money.POSTINGS,
        metavar="POSTINGS",
        help=f"instead: a book of so many postings ({money.POSTINGS}) beside django-ledger, hledger and beancount",
    )
    parser.add_argument(
        "--rosters",
        action="store_true",
        help="instead: duty rosters of 12, 40 and 120 volunteers over 28 days, beside the greedy order",
    )
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.path.insert(0, str(stage.REPOSITORY))
    size = QUICK if asked.quick else FULL
    if asked.register:
        return _register(asked.register, as_json=asked.json)
    if asked.book:
        return _book(asked.book, asked.keep, as_json=asked.json)
    if asked.round:
        return _round(asked.round, as_json=asked.json)
    if asked.requests:
        return _requests(asked.requests, asked.keep, as_json=asked.json)
    if asked.money:
        return _money(asked.money, asked.keep, as_json=asked.json)
    if asked.rosters:
        return _rosters(as_json=asked.json)
    if asked.look:
        with stage.make(size["rows"], asked.keep) as made:
            print("\n".join(f"-- {name}\n{text}" for name, text in made.inside("look", asked.look).items()))
        return 0
    results = [bench(size, asked.keep)]
    if not (asked.quick or asked.keep or os.environ.get("DATABASE_URL")):
        results += _on_postgres(sys.argv[1:])
    print(json.dumps(results, indent=1) if asked.json else "\n".join(map(pages.table, results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
