"""A problem as OR-Tools CP-SAT reads it. Imported by the search alone, when it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from fractions import Fraction
from typing import Any

from ortools.sat.python import cp_model

from core.rosters import fairness
from core.rosters.problem import Person, Plan, Problem, Seat, Slot, too_close
from core.rosters.rules import by_week
from core.rosters.solver import Aim, Effort

# Load shares as whole numbers, in ten-thousandths.
SCALE = 10_000
# As many tasks are handed out at once on every machine, so that the search is the same with any number of workers.
BATCH = 8
# A bound beyond this is none yet.
UNKNOWN = 1e15
# How often, in seconds, whoever watches is told.
LOOK = 0.5
Look = Callable[[int, int, Plan], bool]


class Model:
    """Variables and hard rules, and an expression for each aim as it is sought."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cp = cp_model.CpModel()
        self.seats: dict[Seat, Any] = {}
        self.of_person: dict[str, list[Seat]] = defaultdict(list)
        self.of_slot: dict[tuple[str, bool], list[Seat]] = defaultdict(list)
        self.days: dict[tuple[str, int], Any] = {}
        self.lacks: dict[tuple[str, bool], Any] = {}
        self.expressions: dict[Aim, Any] = {}
        for person in problem.people:
            self._seats_of(person)
        for person in problem.people:
            self._rules_of(person)
        for slot in problem.slots:
            self._places(slot)
        self._apart()
        self.capacity = {key: offered for key, offered in problem.capacity.items() if offered}
        self.shares = {key: self._share(key) for key in self.capacity}
        if self.shares:
            self._extremes()

    # --- the hard rules -----------------------------------------------------------------------------------------

    def _seats_of(self, person: Person) -> None:
        """A yes or no for each seat that the person could take, and for what is locked to them."""
        locked = {seat for seat in self.problem.kept if seat.person == person.key}
        slots = {slot.key: slot for slot in self.problem.could[person.key]}
        slots |= {seat.slot: self.problem.slot[seat.slot] for seat in locked}
        for slot in sorted(slots.values(), key=lambda slot: (slot.span, slot.key)):
            for is_reserve in (False, True):
                seat = Seat(slot.key, person.key, is_reserve)
                if seat in locked or not is_reserve or slot.reserves:
                    self.seats[seat] = self.cp.new_bool_var(f"{slot.key}/{person.key}/{int(is_reserve)}")
                    self.of_person[person.key].append(seat)
                    self.of_slot[slot.key, is_reserve].append(seat)
                if seat in locked:
                    self.cp.add(self.seats[seat] == 1)

    def _rules_of(self, person: Person) -> None:
        locked = [seat for seat in self.of_person[person.key] if seat in self.problem.kept]
        fixed = [self.problem.slot[seat.slot].span for seat in locked] + list(person.held)
        free = []
        for seat in self.of_person[person.key]:
            if seat in self.problem.kept:
                continue
            if any(too_close(self.problem.slot[seat.slot].span, span, self.problem.rest) for span in fixed):
                self.cp.add(self.seats[seat] == 0)
            else:
                free.append(seat)
        self._at_once(free)
        self._weeks(person, free, locked)
        self._running(person, free, {span.day for span in fixed})

    def _at_once(self, free: list[Seat]) -> None:
        """Of the shifts that are under way or rested from at one moment, one at most: such moments are beginnings."""
        spans = {seat: self.problem.slot[seat.slot].span for seat in free}
        seen: set[frozenset[Seat]] = set()
        for start in sorted({span.start for span in spans.values()}):
            at_once = frozenset(
                seat for seat in free if spans[seat].start <= start < spans[seat].end + self.problem.rest
            )
            if len(at_once) > 1 and at_once not in seen:
                seen.add(at_once)
                self.cp.add_at_most_one(self.seats[seat] for seat in sorted(at_once))

    def _weeks(self, person: Person, free: list[Seat], locked: list[Seat]) -> None:
        fixed: dict[int, int] = defaultdict(int)
        for span in (*person.busy, *person.held):
            for week, minutes in by_week(span):
                fixed[week] += minutes
        for seat in locked:
            span = self.problem.slot[seat.slot].span
            fixed[span.week] += span.minutes
        weeks: dict[int, list[Seat]] = defaultdict(list)
        for seat in free:
            weeks[self.problem.slot[seat.slot].span.week].append(seat)
        for week, seats in weeks.items():
            minutes = sum(self.problem.slot[seat.slot].span.minutes * self.seats[seat] for seat in seats)
            self.cp.add(minutes <= max(0, person.cap - fixed[week]))

    def _running(self, person: Person, free: list[Seat], fixed: set[int]) -> None:
        days: dict[int, list[Seat]] = defaultdict(list)
        for seat in free:
            days[self.problem.slot[seat.slot].span.day].append(seat)
        worked: dict[int, Any] = dict.fromkeys(fixed, 1)
        for day, seats in days.items():
            if day not in fixed:
                worked[day] = self.days[person.key, day] = self.cp.new_bool_var(f"{person.key}/day{day}")
                for seat in seats:
                    self.cp.add_implication(self.seats[seat], worked[day])
        length = self.problem.running + 1
        for first in sorted({day - back for day in days for back in range(length)}):
            row = [worked[day] for day in range(first, first + length) if day in worked]
            if len(row) == length and not all(isinstance(day, int) for day in row):
                self.cp.add(sum(row) <= self.problem.running)

    def _places(self, slot: Slot) -> None:
        for is_reserve, places in ((False, slot.minimum), (True, slot.reserves)):
            seats = self.of_slot[slot.key, is_reserve]
            locked = sum(seat in self.problem.kept for seat in seats)
            taken = sum(self.seats[seat] for seat in seats)
            if seats:
                self.cp.add(taken <= max(places, locked))
            if locked < places:
                self.lacks[slot.key, is_reserve] = places - taken

    def _apart(self) -> None:
        shifts: dict[tuple[str, str], list[Seat]] = defaultdict(list)
        for seat in self.seats:
            shifts[self.problem.slot[seat.slot].shift, seat.person].append(seat)
        for one, other in sorted(sorted(pair) for pair in self.problem.apart):
            for shift in sorted({slot.shift for slot in self.problem.slots}):
                ones, others = shifts[shift, one], shifts[shift, other]
                both_locked = any(s in self.problem.kept for s in ones) and any(s in self.problem.kept for s in others)
                if ones and others and not both_locked:
                    self.cp.add_at_most_one(self.seats[seat] for seat in (*ones, *others))

    # --- the aims -----------------------------------------------------------------------------------------------

    def _share(self, key: str) -> Any:
        """The load share in ten-thousandths."""
        offered = 4 * self.capacity[key]
        given = [(_scaled(self.problem.weight(seat), offered), self.seats[seat]) for seat in self.of_person[key]]
        prior = _scaled(4 * self.problem.person[key].prior, offered)
        return prior + sum(weight * seat for weight, seat in given)

    def _extremes(self) -> None:
        top = max(self._most(key) for key in self.shares)
        self.high = self.cp.new_int_var(0, top, "high")
        self.low = self.cp.new_int_var(0, top, "low")
        for share in self.shares.values():
            self.cp.add(share <= self.high)
            self.cp.add(share >= self.low)

    def _most(self, key: str) -> int:
        offered = 4 * self.capacity[key]
        given = sum(_scaled(self.problem.weight(seat), offered) for seat in self.of_person[key])
        return given + _scaled(4 * self.problem.person[key].prior, offered)

    def _sought(self, aim: Aim, plan: Plan) -> Any:
        """The expression of an aim; made when it is first sought, since evenness asks how much there is to share."""
        if aim not in self.expressions:
            self.expressions[aim] = getattr(self, f"_{aim}")(plan)
        return self.expressions[aim]

    def _shortage(self, plan: Plan) -> Any:
        weight = fairness.heavy(self.problem)
        return sum((1 if is_reserve else weight) * lack for (_slot, is_reserve), lack in self.lacks.items())

    def _spread(self, plan: Plan) -> Any:
        return self.high - self.low if self.shares else 0

    def _evenness(self, plan: Plan) -> Any:
        target = self._target(plan)
        self.deviations: dict[str, Any] = {}
        for key, share in self.shares.items():
            deviation = self.cp.new_int_var(0, max(self._most(key), target), f"{key}/deviation")
            self.cp.add(deviation >= share - target)
            self.cp.add(deviation >= target - share)
            self.deviations[key] = deviation
        self.target = target
        return sum(self.deviations.values())

    def _wishes(self, plan: Plan) -> Any:
        return -sum(
            wish * self.seats[seat]
            for seat in self.seats
            if not seat.is_reserve and (wish := self.problem.person[seat.person].wishes.get(seat.slot, 0))
        )

    def _changes(self, plan: Plan) -> Any:
        there = [self.seats[seat] for seat in sorted(self.problem.before) if seat in self.seats]
        return len(self.problem.before) - sum(there)

    def _target(self, plan: Plan) -> int:
        shares = fairness.shares(self.problem, plan)
        load = sum((shares[key] * offered for key, offered in self.capacity.items()), Fraction(0))
        return round(SCALE * load / sum(self.capacity.values())) if self.capacity else 0

    def floor(self, aim: Aim) -> int:
        """What no plan can be better than, without a search."""
        if aim is Aim.WISHES:
            return -sum(slot.minimum for slot in self.problem.slots)
        if aim is Aim.CHANGES:
            return len([seat for seat in self.problem.before if seat not in self.seats])
        return 0

    def value(self, aim: Aim, plan: Plan) -> int:
        """What a plan reaches, in the whole numbers of the search."""
        if aim is Aim.SHORTAGE:
            return fairness.shortage(self.problem, plan)
        if aim is Aim.CHANGES:
            return fairness.changes(self.problem, plan)
        if aim is Aim.WISHES:
            return fairness.unmet(self.problem, plan)
        shares = self._shares_in(plan)
        if aim is Aim.SPREAD:
            return max(shares.values()) - min(shares.values()) if shares else 0
        target = self._target(plan)
        return sum(abs(share - target) for share in shares.values())

    def _shares_in(self, plan: Plan) -> dict[str, int]:
        found = {
            key: _scaled(4 * self.problem.person[key].prior, 4 * offered) for key, offered in self.capacity.items()
        }
        for seat in plan:
            if seat.person in found:
                found[seat.person] += _scaled(self.problem.weight(seat), 4 * self.capacity[seat.person])
        return found

    # --- the search ---------------------------------------------------------------------------------------------

    def seek(self, aim: Aim, plan: Plan, limits: Effort, look: Look) -> tuple[int, int, Plan, float]:
        """Search from `plan` for less of `aim`; `look` is told the best so far now and then, and ends it with True.

        Gives what was found, what no plan can be better than, the plan, and the work that it took.
        """
        self.cp.minimize(self._sought(aim, plan))
        self._hint(plan)
        best = _Best(self, self.value(aim, plan), self.floor(aim), plan)
        solver = _solver(limits)
        solver.best_bound_callback = best.on_bound
        # The solver lets Python run while it searches: this thread keeps looking, with its own database connection.
        with ThreadPoolExecutor(max_workers=1) as pool:
            search = pool.submit(solver.solve, self.cp, best)
            while not wait([search], timeout=LOOK).done:
                if look(best.value_of_plan, best.bound, best.plan):
                    solver.stop_search()
        status = search.result()
        if status in (cp_model.MODEL_INVALID, cp_model.INFEASIBLE):
            raise RuntimeError(f"{aim}: {solver.status_name(status)}")
        if status == cp_model.OPTIMAL:
            best.bound = best.value_of_plan
        return best.value_of_plan, best.bound, best.plan, solver.deterministic_time

    def keep(self, aim: Aim, plan: Plan) -> None:
        """Let no later plan have more of an aim than this one."""
        sought, value = self._sought(aim, plan), self.value(aim, plan)
        if not isinstance(sought, int):
            self.cp.add(sought <= value)

    def _hint(self, plan: Plan) -> None:
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        for seat, variable in self.seats.items():
            self.cp.add_hint(variable, seat in plan)
        worked = {(seat.person, self.problem.slot[seat.slot].span.day) for seat in plan}
        for key, variable in self.days.items():
            self.cp.add_hint(variable, key in worked)
        shares = self._shares_in(plan)
        if shares:
            self.cp.add_hint(self.high, max(shares.values()))
            self.cp.add_hint(self.low, min(shares.values()))
        for key, variable in getattr(self, "deviations", {}).items():
            self.cp.add_hint(variable, abs(shares[key] - self.target))


class _Best(cp_model.CpSolverSolutionCallback):
    """The best plan so far, and the bound that is proven."""

    def __init__(self, model: Model, value: int, bound: int, plan: Plan) -> None:
        super().__init__()
        self.model, self.value_of_plan, self.bound, self.plan = model, value, bound, plan

    def on_solution_callback(self) -> None:
        seats = self.model.seats.items()
        self.plan = frozenset(seat for seat, variable in seats if self.boolean_value(variable))
        self.value_of_plan = round(self.objective_value)
        self.on_bound(self.best_objective_bound)

    def on_bound(self, bound: float) -> None:
        if abs(bound) < UNKNOWN:
            self.bound = max(self.bound, round(bound))


def _solver(limits: Effort) -> cp_model.CpSolver:
    """A solver whose search is the same every time, from two workers upwards."""
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = limits.seed
    solver.parameters.num_workers = limits.workers
    solver.parameters.interleave_search = True
    solver.parameters.interleave_batch_size = BATCH
    solver.parameters.max_deterministic_time = limits.work
    solver.parameters.max_time_in_seconds = limits.seconds
    solver.parameters.catch_sigint_signal = False
    return solver


def _scaled(part: int, whole: int) -> int:
    return (part * SCALE + whole // 2) // whole
