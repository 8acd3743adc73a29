"""The search for the best plan, by OR-Tools CP-SAT: one aim after the other, each kept while the next is sought.

The library is loaded only where it is used: it takes a second and 100 MB, which belong to the process of a job.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from core.rosters import fairness
from core.rosters.fairness import Measure
from core.rosters.greedy import greedy
from core.rosters.problem import Plan, Problem

if TYPE_CHECKING:
    from core.rosters.model import Model


class Aim(StrEnum):
    """What is sought, in turn."""

    SHORTAGE = "shortage"
    CHANGES = "changes"
    SPREAD = "spread"
    EVENNESS = "evenness"
    WISHES = "wishes"


NEW = (Aim.SHORTAGE, Aim.SPREAD, Aim.EVENNESS, Aim.WISHES, Aim.CHANGES)
# With a plan that people know already, what changes least comes before what is fairest.
AGAIN = (Aim.SHORTAGE, Aim.CHANGES, Aim.SPREAD, Aim.EVENNESS, Aim.WISHES)

# How the work is shared out among the aims.
WEIGHTS = {Aim.SHORTAGE: 3, Aim.CHANGES: 3, Aim.SPREAD: 4, Aim.EVENNESS: 2, Aim.WISHES: 1}


@dataclass(frozen=True)
class Effort:
    """How long to search: `work` in the solver's own seconds, which are the same on every machine and make the plan
    repeatable, from two `workers` upwards whatever their number; `seconds` by the clock is the end in any case."""

    work: float = 20.0
    seconds: float = 120.0
    seed: int = 1
    workers: int = 2


@dataclass(frozen=True)
class Stage:
    """How far one aim was reached: what was found, what nobody can do better than, how long it took in seconds."""

    aim: Aim
    value: int
    bound: int
    seconds: float = 0.0

    @property
    def is_best(self) -> bool:
        return self.value <= self.bound

    @property
    def gap(self) -> float:
        """How much of what was found might still be saved, from 0 to 1."""
        return 0.0 if self.is_best else (self.value - self.bound) / self.value


@dataclass(frozen=True)
class Progress:
    """The best so far, told while the search goes on."""

    stage: Stage
    number: int
    stages: int
    plan: Plan


@dataclass(frozen=True)
class Solution:
    """The plan found, how it measures up beside the greedy one, and how far each aim was reached."""

    plan: Plan
    measure: Measure
    greedy: Measure
    stages: tuple[Stage, ...]
    first_seconds: float
    seconds: float
    was_stopped: bool = False


Watch = Callable[[Progress], bool]


def solve(
    problem: Problem, effort: Effort | None = None, watch: Watch | None = None, hint: Plan | None = None
) -> Solution:
    """The best plan that could be found: there always is one, with gaps where nobody can.

    With a plan `before`, as little of it is changed as the gaps allow, and that comes before fairness. `watch` is told
    the best so far and ends the search by answering True; `hint` is a plan to begin from, such as the best of a search
    that was broken off. The same problem and effort give the same plan, unless the clock or `watch` ended it.
    """
    return _Search(problem, effort or Effort(), watch or _go_on).run(hint)


def _go_on(progress: Progress) -> bool:
    return False


class _Search:
    def __init__(self, problem: Problem, effort: Effort, watch: Watch) -> None:
        self.problem, self.effort, self.watch = problem, effort, watch
        self.aims = [aim for aim in (AGAIN if problem.before else NEW) if self._matters(aim)]
        self.begun = time.monotonic()
        self.work = effort.work
        self.stopped = False
        self.stages: list[Stage] = []

    def run(self, hint: Plan | None) -> Solution:
        from core.rosters.model import Model

        by_hand = greedy(self.problem)
        first = time.monotonic() - self.begun
        starts = [by_hand, *(greedy(self.problem, begun) for begun in (hint, self.problem.before) if begun)]
        plan = min(starts, key=self._rank)
        model = Model(self.problem)
        for number, aim in enumerate(self.aims):
            plan = self._seek(model, aim, number, plan)
            if self.stopped:
                break
        plan = min([plan, *starts], key=self._rank)
        return Solution(
            plan=plan,
            measure=fairness.measure(self.problem, plan),
            greedy=fairness.measure(self.problem, by_hand),
            stages=tuple(self.stages),
            first_seconds=first,
            seconds=time.monotonic() - self.begun,
            was_stopped=self.stopped,
        )

    def _seek(self, model: Model, aim: Aim, number: int, plan: Plan) -> Plan:
        """One aim, from the plan so far; what is found is kept for the aims after it."""
        begun = time.monotonic()
        stage = Stage(aim, model.value(aim, plan), model.floor(aim))
        if not stage.is_best:

            def look(value: int, bound: int, best: Plan) -> bool:
                so_far = Stage(aim, value, bound, time.monotonic() - begun)
                self.stopped = self.stopped or self.watch(Progress(so_far, number, len(self.aims), best))
                return self.stopped

            left = self.effort.seconds - (begun - self.begun)
            limits = replace(self.effort, work=self._portion(number), seconds=max(0.0, left))
            value, bound, plan, work = model.seek(aim, plan, limits, look)
            self.work -= work
            stage = Stage(aim, value, bound, time.monotonic() - begun)
        self.stages.append(stage)
        self.stopped = self.stopped or self.watch(Progress(stage, number + 1, len(self.aims), plan))
        model.keep(aim, plan)
        return plan

    def _portion(self, number: int) -> float:
        """How much of the work that is left this aim may take; what it leaves goes to those after it."""
        left = [WEIGHTS[aim] for aim in self.aims[number:]]
        return max(0.0, self.work) * left[0] / sum(left)

    def _matters(self, aim: Aim) -> bool:
        if aim is Aim.CHANGES:
            return bool(self.problem.before)
        return aim is not Aim.WISHES or any(person.wishes for person in self.problem.people)

    def _rank(self, plan: Plan) -> tuple[object, ...]:
        """Plans in the order of the aims, measured exactly."""
        measured = fairness.measure(self.problem, plan)
        if self.problem.before:
            return (measured.shortage, measured.changes, measured.spread, measured.unmet)
        return measured
