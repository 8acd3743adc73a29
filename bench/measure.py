"""Two servers asked in turns, so that whatever else this machine does hits both; their processor time compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from client import Answer, Unexpected

WARM_UP = 8


@dataclass(frozen=True, slots=True)
class Effort:
    """How often to ask: `rounds` turns of `batch` requests at each server."""

    rounds: int
    batch: int


@dataclass(slots=True)
class Side:
    """One of the two: whose processor time counts, how to ask, and what a good answer is."""

    worker: int
    ask: Callable[[], Answer]
    status: int = 200
    aside: Callable[[], float] | None = None
    """Seconds of processor time in every request that are not to count; asked anew every round."""
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    left_out: list[float] = field(default_factory=list)
    bytes: int = 0

    def once(self) -> Answer:
        answer = self.ask()
        if answer.status != self.status:
            raise Unexpected(f"answered {answer.status} {answer.location} instead of {self.status}")
        self.bytes = len(answer.body)
        return answer

    def turn(self, batch: int) -> None:
        before = cpu_seconds(self.worker)
        self.seconds += [self.once().seconds for _ in range(batch)]
        spent = (cpu_seconds(self.worker) - before) / batch
        self.left_out.append(self.aside() if self.aside else 0.0)
        self.cpu.append(spent - self.left_out[-1])


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request costs; times in milliseconds, `ratio` by processor time to the bare project's."""

    p50: float
    p95: float
    cpu: float
    bare_cpu: float
    left_out: float
    ratio: float
    low: float
    high: float
    bytes: int


def compare(portal: Side, bare: Side, effort: Effort) -> Cost:
    """The cost of the portal's request beside the bare one's: medians over the rounds, and the middle half of them."""
    for side in (portal, bare):
        for _ in range(WARM_UP):
            side.once()
    for _ in range(effort.rounds):
        portal.turn(effort.batch)
        bare.turn(effort.batch)
    ratios = [ours / theirs for ours, theirs in zip(portal.cpu, bare.cpu, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Cost(
        p50=1000 * statistics.median(portal.seconds),
        p95=1000 * statistics.quantiles(portal.seconds, n=20, method="inclusive")[-1],
        cpu=1000 * statistics.median(portal.cpu),
        bare_cpu=1000 * statistics.median(bare.cpu),
        left_out=1000 * statistics.median(portal.left_out),
        ratio=middle,
        low=low,
        high=high,
        bytes=portal.bytes,
    )


def cpu_seconds(process: int) -> float:
    """Processor time of a process of one thread, in user and kernel: to the nanosecond where the kernel tells."""
    exact = Path(f"/proc/{process}/schedstat")
    if exact.exists():
        return int(exact.read_text().split()[0]) / 1e9
    return cpu_of_all_threads(process)


def cpu_of_all_threads(process: int) -> float:
    """The same of a process of several threads, to a hundredth of a second."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def own_cpu(work: Callable[[], object]) -> float:
    """Processor time that `work` takes in this process, in seconds."""
    before = time.process_time()
    work()
    return time.process_time() - before
