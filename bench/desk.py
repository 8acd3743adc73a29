"""Requests by the ten thousand and by the million, beside django-helpdesk with as many tickets.

`bench/run.py --requests`: on SQLite and on a throw-away PostgreSQL. The same jobs are done in turns at both: the list,
a search in it, one page, the dashboard, and a new one written. What counts is processor time, the worker's and that of
its PostgreSQL process together. On PostgreSQL the list is asked once more beside a hundred times as many requests.
docs/bench.md says more.
"""

from __future__ import annotations

import base64
import json
import os
import re
import statistics
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import measure
import register
import stage
from client import Answer, Unexpected, Visitor

REQUESTS, TIMES = 20_000, 100
ROUNDS, BATCH = 8, 4
AIMS = {"list": 20.0, "search": None, "one of them": 5.0, "dashboard": 20.0, "a new one": 3.0}
GROWN = 1.3
WORDS_HERE, WORDS_THERE = "路灯", "stairwell"
_DATA = re.compile(rb"datatables_ticket_list/([A-Za-z0-9+/=]+)")

Ask = Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Portal:
    """One of the two that are asked: where its rows lie, who serves it."""

    environment: stage.Environment
    server: stage.Server

    def side(self, ask: Ask, status: int = 200) -> register.Side:
        on_postgres = not self.environment["DATABASE_URL"].startswith("sqlite")
        backend = (lambda: register.backend_of(self.environment)) if on_postgres else None
        return register.Side(self.server.worker, backend, ask, status)


def bench(requests: int, times: int, keep: Path | None) -> dict[str, Any]:
    """Both portals, every job, on one database."""
    with stage.make(requests, keep) as made, ExitStack() as stack:
        found = made.inside("desk_pages")
        ours = Portal(made.portal, stack.enter_context(stage.serving("config.wsgi", made.portal)))
        theirs = stack.enter_context(_tickets(requests, made))
        stage.say(f"{made.vendor}: in turns")
        rows = _jobs(found, ours, theirs)
        grown = None
        if made.vendor == "PostgreSQL" and times > 1:
            grown = _grown(found, made, ours, times)
        return {"database": made.vendor, "requests": requests, "times": times, "jobs": rows, "grown": grown}


@contextmanager
def _tickets(rows: int, made: stage.Stage) -> Iterator[Portal]:
    """django-helpdesk with as many tickets, in an environment of its own made from hashed packages."""
    folder = Path(made.portal["DATA_DIR"]).parent / "tickets"
    house = stage.House(str(folder / "env/bin/python"), stage.BENCH)
    with ExitStack() as stack:
        url = os.environ.get("DATABASE_URL", "")
        on_sqlite = made.vendor == "SQLite"
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/tickets.sqlite3"
            if on_sqlite
            else stack.enter_context(stage.database(url, "tickets")),
            "DJANGO_SETTINGS_MODULE": "tickets.settings",
            "PYTHONPATH": str(stage.BENCH),
            "MEDIA_ROOT": str(folder / "media"),
            "SECRET_KEY": made.bare["SECRET_KEY"],
        }
        if not (folder / "env").exists():
            stage.say("django-helpdesk: fetching it")
            venv.create(folder / "env", with_pip=True)
            stage.run({}, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(_NEEDED), house=house)
        if not (on_sqlite and (folder / "made").exists()):
            stage.say(f"django-helpdesk: {rows:,} tickets")
            stage.run(environment, "-m", "tickets.fill", str(rows), stage.USER, stage.PASSWORD, house=house)
            (folder / "made").touch()
        yield Portal(environment, stack.enter_context(stage.serving("tickets.wsgi", environment, house=house)))


_NEEDED = stage.BENCH / "tickets/requirements.txt"


def _jobs(found: dict[str, Any], ours: Portal, theirs: Portal) -> list[dict[str, Any]]:
    fields = {"login": found["phone"], "password": found["password"], "remember": "on"}
    here = Visitor(ours.server.port).sign_in(found["sign_in"], fields)
    there = _staff_of(theirs)
    asked = {
        "list": (lambda: here.get(found["list"]), _list_there(there)),
        "search": (
            lambda: here.get(f"{found['list']}?{urlencode({'q': WORDS_HERE})}"),
            _list_there(there, WORDS_THERE),
        ),
        "one of them": (lambda: here.get(found["page"]), lambda: there.get("/tickets/7/")),
        "dashboard": (lambda: here.get(found["today"]), lambda: there.get("/dashboard/")),
        "a new one": (_new_here(here, found), _new_there(there)),
    }
    rows = []
    for name, (ask_here, ask_there) in asked.items():
        stage.say(f"  {name}")
        status = 302 if name == "a new one" else 200
        rows.append(_compared(name, ours.side(ask_here, status), theirs.side(ask_there, status)))
    return rows


def _compared(name: str, ours: register.Side, theirs: register.Side) -> dict[str, Any]:
    """How many times as much theirs costs."""
    for side in (ours, theirs):
        for _ in range(measure.WARM_UP):
            side.once()
    for _ in range(ROUNDS):
        ours.turn(BATCH)
        theirs.turn(BATCH)
    ratios = [other / own for own, other in zip(ours.cpu, theirs.cpu, strict=True)]
    low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
    aim = AIMS.get(name)
    mine, others = register.times(ours), register.times(theirs)
    return {
        "name": name,
        "p50": mine[0],
        "p95": mine[1],
        "cpu": 1000 * statistics.median(ours.cpu),
        "their_p50": others[0],
        "their_p95": others[1],
        "their_cpu": 1000 * statistics.median(theirs.cpu),
        "ratio": ratio,
        "low": low,
        "high": high,
        "by_p50": others[0] / mine[0],
        "aim": aim,
        "met": aim is None or ratio >= aim,
    }


def _staff_of(theirs: Portal) -> Visitor:
    visitor = Visitor(theirs.server.port)
    return visitor.sign_in("/login/", {"username": stage.USER, "password": stage.PASSWORD})


def _list_there(visitor: Visitor, words: str = "") -> Ask:
    """Its list is a page and the rows that the page's script then asks for: nobody has seen it before both came."""
    data = _DATA.search(visitor.get("/tickets/").body)
    if data is None:
        raise Unexpected("its list names no rows")
    # Of all, as the portal's own list begins; it opens with those that are open.
    asked = {**json.loads(base64.b64decode(data.group(1))), "filtering": {}}
    query = base64.b64encode(json.dumps({**asked, "search_string": words}).encode()).decode()
    columns = {"draw": "1", "start": "0", "length": "25", "order[0][column]": "0", "order[0][dir]": "desc"}
    path = f"/datatables_ticket_list/{query}?{urlencode({**columns, 'search[value]': words})}"

    def ask() -> Answer:
        page, rows = visitor.get("/tickets/"), visitor.get(path)
        return Answer(max(page.status, rows.status), "", rows.body, page.seconds + rows.seconds)

    return ask


def _new_here(visitor: Visitor, found: dict[str, Any]) -> Ask:
    token = visitor.token(found["new"])

    def ask() -> Answer:
        visitor.cookies.pop("messages", None)
        return visitor.post(found["new"], {**found["form"], "csrfmiddlewaretoken": token, "submission": str(uuid4())})

    return ask


def _new_there(visitor: Visitor) -> Ask:
    token, numbers = visitor.token("/tickets/submit/"), count(1)

    def ask() -> Answer:
        visitor.cookies.pop("messages", None)
        fields = {"queue": "1", "title": f"The gate lamp is out {next(numbers)}", "body": "One cannot see the steps."}
        fields |= {"priority": "3", "submitter_email": "resident@example.org", "csrfmiddlewaretoken": token}
        return visitor.post("/tickets/submit/", fields)

    return ask


def _grown(found: dict[str, Any], made: stage.Stage, ours: Portal, times: int) -> dict[str, Any]:
    """The list of the same people beside a hundred times as many requests, in turns with the list as it was."""
    url = os.environ["DATABASE_URL"]
    ours_url = made.portal["DATABASE_URL"]
    stage.ask(url, _CUT_OFF.format(name=ours_url.rpartition("/")[2]))
    with ExitStack() as stack:
        name = stack.enter_context(stage.database(url, "large", template=ours_url.rpartition("/")[2]))
        large = {**made.portal, "DATABASE_URL": name}
        stage.say(f"PostgreSQL: {times} times as many")
        rows = stage.inside(large, "grow", str(times))
        big = Portal(large, stack.enter_context(stage.serving("config.wsgi", large)))
        fields = {"login": found["phone"], "password": found["password"], "remember": "on"}
        jobs = []
        for name, path in (("list", found["list"]), ("dashboard", found["today"]), ("one of them", found["page"])):
            sides = []
            for portal in (ours, big):
                visitor = Visitor(portal.server.port).sign_in(found["sign_in"], fields)
                sides.append(portal.side(lambda visitor=visitor, path=path: visitor.get(path)))
            row = _compared(name, sides[0], sides[1])
            jobs.append({**row, "aim": GROWN, "met": row["ratio"] <= GROWN})
        return {"requests": rows["requests"], "open": rows["open"], "jobs": jobs}


_CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"

HEAD = (
    f"{'job':14} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'p50':>8} {'p95':>8} {'CPU':>8} "
    f"{'times':>7} {'middle half':>12} {'by p50':>7} {'aim':>7}"
)


def table(result: dict[str, Any]) -> str:
    """The result for the terminal."""
    lines = [f"\n== {result['database']}: {result['requests']:,} requests; the right half is django-helpdesk", HEAD]
    lines += [_line(row, f"≥ {row['aim']:.0f}" if row["aim"] else "") for row in result["jobs"]]
    missed = [row["name"] for row in result["jobs"] if not row["met"]]
    if grown := result["grown"]:
        lines += [
            "",
            f"the right half is the portal itself with {grown['requests']:,} requests, {grown['open']:,} open",
        ]
        lines += [_line(row, f"≤ {row['aim']}") for row in grown["jobs"]]
        missed += [f"{row['name']} grown" for row in grown["jobs"] if not row["met"]]
    lines.append("missed: " + "; ".join(missed) if missed else "every aim is met")
    return "\n".join(lines)


def _line(row: dict[str, Any], aim: str) -> str:
    spread = f"{row['low']:.2f}–{row['high']:.2f}"
    return (
        f"{row['name']:14} {row['p50']:8.1f} {row['p95']:8.1f} {row['cpu']:8.2f} {row['their_p50']:8.1f} "
        f"{row['their_p95']:8.1f} {row['their_cpu']:8.2f} {row['ratio']:7.2f} {spread:>12} {row['by_p50']:7.2f} "
        f"{aim:>7}  {'' if row['met'] else 'MISSED'}"
    )
