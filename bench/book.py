"""A queue of visits brought home: sent by four phones at once, with everything that goes wrong on the way.

`bench/run.py --book`. Afterwards the database is counted: what was acknowledged is stored, each exactly once. Then one
visit after the other beside the bare POST, in turns. docs/bench.md says more.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import measure
import photos
import stage
from client import Answer, Unexpected, Visitor
from filled import Filled, fill

VISITS, PHONES, PHOTOS = 500, 4, 2
ROWS = 2_000
CREW = ("--workers", "2", "--threads", "4", "--timeout", "60")
"""As `make run` serves."""
EFFORT = measure.Effort(12, 4)
LARGE = (2048, 1536)
MOST_TRIES = 12
JSON, JPEG = "application/json", "image/jpeg"
# Every so many records of a phone.
THROWN, HUNG_UP, DOUBLED, REVERSED, AGAIN, LATER = 5, 7, 6, 4, 3, 8


@dataclass
class Phone:
    """One phone with its queue; `acknowledged` holds the names of what it may forget."""

    visitor: Visitor
    send: str
    queue: list[Filled]
    sent: Counter[str]
    device: str = field(default_factory=lambda: str(uuid4()))
    acknowledged: set[str] = field(default_factory=set)
    tries: Counter[str] = field(default_factory=Counter)

    def bring_home(self) -> None:
        """Send everything until it is acknowledged."""
        later: list[tuple[Filled, str]] = []
        for number, visit in enumerate(self.queue, start=1):
            self._visit(number, visit)
            names = list(visit.photos)[:: -1 if number % REVERSED == 0 else 1]
            if number % LATER == 0:
                later += [(visit, name) for name in names]
            else:
                for name in names:
                    self._photo(number, visit, name)
            self.sent["visits"] += 1
        for number, (visit, name) in enumerate(sorted(later, key=lambda one: one[1]), start=1):
            self._photo(number, visit, name)

    def _visit(self, number: int, visit: Filled) -> None:
        unsent = len(self.queue) - number + 1
        self._until_kept(visit.id, self.send, lambda: visit.body(self.device, unsent), JSON, _fault(number))

    def _photo(self, number: int, visit: Filled, name: str) -> None:
        body = visit.photos[name]
        path = f"{self.send}{visit.id}/photos/{name}/"
        self._until_kept(f"{visit.id} {name}", path, lambda: body, JPEG, _fault(number + 1))
        if number % AGAIN == 0:
            self._until_kept(f"{visit.id} {name}", path, lambda: body, JPEG, "doubled")

    def _until_kept(self, name: str, path: str, body: Callable[[], bytes], kind: str, fault: str) -> None:
        """The first try fails in the way that `fault` says; whatever is not acknowledged is sent again."""
        for tried in range(MOST_TRIES):
            if tried:
                time.sleep(min(0.02 * 2**tried, 2.0))
            if any(self._kept(status) for status in self._try(path, body(), kind, "" if tried else fault)):
                self.acknowledged.add(name)
                return
        raise Unexpected(f"{path}: not taken in {MOST_TRIES} tries")

    def _try(self, path: str, body: bytes, kind: str, fault: str) -> list[int]:
        """The answers that the phone learns of."""
        if fault == "doubled":
            together = threading.Barrier(2)
            with ThreadPoolExecutor(2) as both:
                return list(both.map(lambda _: self._post(path, body, kind, together), range(2)))
        if fault == "hung up":
            self._post(path, body, kind, listen=False)
            return []
        status = self._post(path, body, kind)
        return [] if fault == "thrown away" else [status]

    def _post(
        self, path: str, body: bytes, kind: str, together: threading.Barrier | None = None, *, listen: bool = True
    ) -> int:
        if together is not None:
            together.wait()
        try:
            answer = self.visitor.deliver(path, body, kind, listen=listen)
        except OSError:
            answer = Answer(0, "", b"", 0.0)
        except Exception as error:  # What a killed server leaves of an answer.
            if "http.client" not in type(error).__module__:
                raise
            answer = Answer(0, "", b"", 0.0)
        self.tries[f"{'visit' if kind == JSON else 'photo'} {answer.status}"] += 1
        if 400 <= answer.status < 500:
            raise Unexpected(f"{path}: answered {answer.status} {answer.body.decode()[:400]}")
        return answer.status

    @staticmethod
    def _kept(status: int) -> bool:
        return status in (201, 202)


def _fault(number: int) -> str:
    """What goes wrong with the first try of this record."""
    if number % DOUBLED == 0:
        return "doubled"
    if number % HUNG_UP == 0:
        return "hung up"
    return "thrown away" if number % THROWN == 0 else ""


def bench(visits: int, keep: Path | None) -> dict[str, Any]:
    """Everything on one database."""
    with stage.make(ROWS, keep) as made:
        found = made.inside("book_doors")
        queues, spare = _queues(found, visits, made)
        before = made.inside("book_rows")
        stage.say(f"{made.vendor}: {visits} visits from {PHONES} phones")
        phones, spent = _bring_home(found, queues, made)
        sent = [visit for queue in queues.values() for visit in queue]
        result = {
            "database": made.vendor,
            "visits": visits,
            **spent,
            **_judged(sent, phones, before, made),
            "bare_per_second": _bare_posts(visits, made),
            "large_ms": 1000 * photos.work_on([photos.taken(seed, LARGE) for seed in range(4)]),
        }
        return result | {"cost": _cost(found, spare, made)}


def _queues(
    found: dict[str, Any], visits: int, made: stage.Stage
) -> tuple[dict[str, list[Filled]], tuple[str, Iterator[Filled]]]:
    """What each phone has written down, by the number of who carries it; and one more phone for what follows."""
    carriers = [phone for phone, _doors in found["walkers"]]
    if len(carriers) <= PHONES or sum(doors for _phone, doors in found["walkers"][:PHONES]) < visits:
        raise SystemExit(f"the demo has doors for fewer visits: {found['walkers']}")
    numbers = count(1)
    with stage.serving("config.wsgi", made.portal) as portal:

        def queue(phone: str, most: int) -> list[Filled]:
            doors = _held(_sign_in(found, phone, portal), found["held"], most)
            if len(doors) < most:
                raise SystemExit(f"the book of {phone} holds {len(doors)} doors, not {most}")
            return [fill(door, number, _taken(number)) for door, number in zip(doors, numbers, strict=False)]

        share, rest = divmod(visits, PHONES)
        queues = {phone: queue(phone, share + (turn < rest)) for turn, phone in enumerate(carriers[:PHONES])}
        most = measure.WARM_UP + EFFORT.rounds * EFFORT.batch
        return queues, (carriers[PHONES], iter(queue(carriers[PHONES], most)))


def _held(visitor: Visitor, path: str, most: int) -> list[dict[str, Any]]:
    """The doors of a book, as a phone fetches them."""
    doors: list[dict[str, Any]] = []
    after = ""
    while len(doors) < most and after is not None:
        page = json.loads(visitor.get(f"{path}?after={after}").body)
        doors, after = doors + page["doors"], page["next"]
    return doors[:most]


def _taken(number: int) -> dict[str, bytes]:
    pictures = [photos.taken(PHOTOS * number + turn) for turn in range(PHOTOS)]
    return {hashlib.sha256(picture).hexdigest(): picture for picture in pictures}


def _sign_in(found: dict[str, Any], phone: str, portal: stage.Server) -> Visitor:
    fields = {"login": phone, "password": found["password"], "remember": "on"}
    visitor = Visitor(portal.port).sign_in(found["sign_in"], fields)
    visitor.get(found["key"])
    return visitor


def _bring_home(
    found: dict[str, Any], queues: dict[str, list[Filled]], made: stage.Stage
) -> tuple[list[Phone], dict[str, Any]]:
    """All phones at once; half-way one of the two workers is killed."""
    sent: Counter[str] = Counter()
    half = sum(map(len, queues.values())) // 2
    with stage.serving("config.wsgi", made.portal, CREW) as portal:
        phones = [Phone(_sign_in(found, phone, portal), found["send"], queue, sent) for phone, queue in queues.items()]
        with _spending(portal) as spent, ThreadPoolExecutor(PHONES) as crowd:
            start = time.perf_counter()
            under_way = [crowd.submit(phone.bring_home) for phone in phones]
            while sent["visits"] < half and not all(one.done() for one in under_way):
                time.sleep(0.01)
            spent.kill(portal.workers[0])
            for one in under_way:
                one.result()
            took = time.perf_counter() - start
    tries = sum((phone.tries for phone in phones), Counter())
    visits = 2 * half
    return phones, {"seconds": took, "cpu_ms": 1000 * spent.seconds / visits, "tries": dict(sorted(tries.items()))}


@dataclass
class _Spent:
    """Processor time of all workers of a server, those that were killed too."""

    seconds: float = 0.0

    def kill(self, worker: int) -> None:
        self.seconds += _cpu(worker)
        os.kill(worker, signal.SIGKILL)


@contextmanager
def _spending(server: stage.Server) -> Iterator[_Spent]:
    spent = _Spent(-sum(map(_cpu, server.workers)))
    yield spent
    spent.seconds += sum(map(_cpu, server.workers))


def _cpu(process: int) -> float:
    return measure.cpu_of_all_threads(process)


def _judged(sent: list[Filled], phones: list[Phone], before: dict[str, int], made: stage.Stage) -> dict[str, Any]:
    """What is wrong: empty lists where every visit is stored once with all that belongs to it, and nothing else."""
    found = made.inside("book_found", given=[visit.id for visit in sent])
    after = made.inside("book_rows")
    acknowledged = set().union(*(phone.acknowledged for phone in phones))
    pictures = {f"{visit.id} {name}" for visit in sent for name in visit.photos}
    names = {visit.id for visit in sent}
    findings = {f"{visit.id} {text}" for visit in sent for text in visit.findings}
    wrong = []
    for what, wanted in [("visits", names), ("recorded", names), ("photos", pictures), ("findings", findings)]:
        stored = found[what]
        wrong += [f"{what}: lost {name}" for name in wanted - stored.keys()]
        wrong += [f"{what}: {times} times {name}" for name, times in stored.items() if times != 1]
        wrong += [f"{what}: nobody sent {name}" for name in stored.keys() - wanted]
    wrong += [f"never acknowledged {name}" for name in (names | pictures) - acknowledged]
    verified = Counter(key.split()[0] for key in found["verified"])
    wrong += [
        f"{visit.id}: {verified[visit.id]} fields, not {visit.verified}"
        for visit in sent
        if verified[visit.id] != visit.verified
    ]
    wrong += [f"verified: {times} times {name}" for name, times in found["verified"].items() if times != 1]
    wrong += [f"{found['files_gone']} files are gone"] if found["files_gone"] else []
    more = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    wanted_more = _wanted(sent)
    wrong += [
        f"{name}: {more.get(name, 0)} rows more, not {rows}"
        for name, rows in wanted_more.items()
        if more.get(name, 0) != rows
    ]
    return {"wrong": wrong, "rows": more, "acknowledged": len(acknowledged & names)}


def _wanted(sent: list[Filled]) -> dict[str, int]:
    """How many rows more there have to be of each kind, and how many events of each verb."""
    findings, requests = sum(len(visit.findings) for visit in sent), sum(visit.requests for visit in sent)
    pictures, told = sum(len(visit.photos) for visit in sent), sum(visit.told for visit in sent)
    return {
        "Visit": len(sent),
        "VisitPhoto": pictures,
        # A request that a visit opened shows its photos as its own.
        "Attachment": pictures + sum(visit.requests * len(visit.photos) for visit in sent),
        "Verification": sum(visit.verified for visit in sent),
        "Finding": findings,
        "Feedback": told,
        "ServiceRequest": requests,
        "visit_recorded": len(sent),
        "finding_raised": findings,
        "finding_requested": requests,
        "finding_feedback": told,
    }


def _bare_posts(number: int, made: stage.Stage) -> float:
    """How many bare POSTs a second as many visitors get done, served in the same way."""
    with stage.serving("bare.wsgi", made.bare, CREW) as bare, ThreadPoolExecutor(PHONES) as crowd:

        def post(writer: Visitor) -> None:
            note = {
                "title": "a",
                "second": "b",
                "place": "c",
                "text": "d",
                "csrfmiddlewaretoken": writer.token("/add/"),
            }
            for _ in range(number // PHONES):
                writer.post("/add/", note)

        writers = [_bare_visitor(bare) for _ in range(PHONES)]
        start = time.perf_counter()
        list(crowd.map(post, writers))
        return number / (time.perf_counter() - start)


def _cost(found: dict[str, Any], spare: tuple[str, Iterator[Filled]], made: stage.Stage) -> dict[str, float]:
    """A visit with its photos, sent once, beside two rows; in turns, each under one sync worker."""
    phone, queue = spare
    with ExitStack() as stack:
        portal = stack.enter_context(stage.serving("config.wsgi", made.portal))
        bare = stack.enter_context(stage.serving("bare.wsgi", made.bare))
        visitor, writer = _sign_in(found, phone, portal), _bare_visitor(bare)
        note = {"title": "a", "second": "b", "place": "c", "text": "d", "csrfmiddlewaretoken": writer.token("/add/")}

        def bring() -> Answer:
            visit = next(queue)
            answers = [visitor.deliver(found["send"], visit.body(str(uuid4()), 1), JSON)]
            for name, picture in visit.photos.items():
                answers.append(visitor.deliver(f"{found['send']}{visit.id}/photos/{name}/", picture, JPEG))
            worst = max(answers, key=lambda answer: answer.status)
            return Answer(worst.status, "", worst.body, sum(answer.seconds for answer in answers))

        cost = measure.compare(
            measure.Side(
                portal.worker, bring, 201, aside=lambda: photos.work_on([photos.taken(seed) for seed in range(8)])
            ),
            measure.Side(bare.worker, lambda: writer.post("/add/", note), 302),
            EFFORT,
        )
    return {
        "p50": cost.p50,
        "cpu": cost.cpu,
        "bare_cpu": cost.bare_cpu,
        "pixels": cost.left_out,
        "ratio": cost.ratio,
        "low": cost.low,
        "high": cost.high,
        "with_pixels": (cost.cpu + cost.left_out) / cost.bare_cpu,
    }


def _bare_visitor(bare: stage.Server) -> Visitor:
    return Visitor(bare.port).sign_in("/login/", {"username": stage.USER, "password": stage.PASSWORD})


def table(result: dict[str, Any]) -> str:
    """One database's result for the terminal."""
    cost, visits, stored = result["cost"], result["visits"], result["rows"].get("Visit", 0)
    spread = f"{cost['low']:.2f}–{cost['high']:.2f}"
    lines = [
        f"\n== {result['database']}: {visits} visits with {PHOTOS} photos each from {PHONES} phones at once",
        f"took {result['seconds']:.1f} s with every repeat: {visits / result['seconds']:.1f} visits/s; "
        f"bare POSTs {result['bare_per_second']:.1f}/s",
        f"CPU of the workers, with every repeat and a new worker's start: {result['cpu_ms']:.1f} ms a visit",
        "answers (0 is none): " + ", ".join(f"{name} {times}" for name, times in result["tries"].items()),
        "rows more: " + ", ".join(f"{name} {rows}" for name, rows in sorted(result["rows"].items())),
        f"acknowledged {result['acknowledged']} of {visits}, stored {stored}",
        f"sent once: p50 {cost['p50']:.1f} ms, CPU {cost['cpu']:.1f}, bare POST {cost['bare_cpu']:.2f} ms",
        f"  ratio {cost['ratio']:.2f} ({spread}); with the {cost['pixels']:.1f} ms on pixels {cost['with_pixels']:.2f}",
        f"  two photos of {LARGE[0]} × {LARGE[1]} would take {result['large_ms']:.0f} ms on pixels",
    ]
    wrong = result["wrong"][:20]
    return "\n".join([*lines, "WRONG: " + "; ".join(wrong) if wrong else "all of it is there, each exactly once"])
