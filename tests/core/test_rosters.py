"""The roster engine: no plan breaks a hard rule, none is less fair than the greedy order, the same stays the same."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.rosters import fairness
from core.rosters.greedy import greedy
from core.rosters.problem import DAY, WEEK, Person, Plan, Problem, Seat, Slot, Span, merged
from core.rosters.rules import Rule, broken
from core.rosters.solver import Aim, Effort, Progress, Solution, solve
from core.rosters.why import who_could, why

HOUR = 60
QUICK = Effort(work=0.4, seconds=20)
ALWAYS = (Span(-WEEK, 5 * WEEK),)


def slot(key: str, day: int, begins: int, ends: int, **more: object) -> Slot:
    """A slot that is a shift of its own, from one hour of a day to another."""
    return Slot(**{"key": key, "shift": key, "span": Span(day * DAY + begins * HOUR, day * DAY + ends * HOUR)} | more)  # type: ignore[arg-type]


def person(key: str, **more: object) -> Person:
    """Somebody who is always free, for ten hours a week."""
    return Person(**{"key": key, "free": ALWAYS, "cap": 600} | more)  # type: ignore[arg-type]


@st.composite
def spans(draw: st.DrawFn, days: int = 10) -> Span:
    day = draw(st.integers(-1, days))
    begins = draw(st.integers(0, 23))
    return Span(day * DAY + begins * HOUR, day * DAY + (begins + draw(st.integers(1, 12))) * HOUR)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small problems with everything that can stand in the way, also locked seats that break rules themselves."""
    slots = tuple(
        Slot(
            key=f"s{number}",
            shift=draw(st.sampled_from([f"s{number}", f"s{max(0, number - 1)}"])),
            span=draw(spans()),
            minimum=draw(st.integers(1, 2)),
            reserves=draw(st.integers(0, 1)),
            skill=draw(st.sampled_from(["", "", "wiring"])),
        )
        for number in range(draw(st.integers(0, 8)))
    )
    keys = [f"p{number}" for number in range(draw(st.integers(0, 5)))]
    people = tuple(
        Person(
            key=key,
            free=draw(st.sampled_from([ALWAYS, tuple(merged(draw(st.lists(spans(), max_size=4))))])),
            cap=draw(st.sampled_from([0, 240, 480, 1200])),
            skills=draw(st.sampled_from([frozenset[str](), frozenset({"wiring"})])),
            prior=draw(st.integers(0, 20)) * 30,
            busy=tuple(draw(st.lists(spans(), max_size=2))),
            held=tuple(draw(st.lists(spans(), max_size=2))),
            wishes={one.key: draw(st.sampled_from([-1, 0, 1])) for one in slots},
        )
        for key in keys
    )
    if not slots or not keys:
        return Problem(slots, people)
    seats = st.builds(Seat, st.sampled_from([one.key for one in slots]), st.sampled_from(keys), st.booleans())
    locked = {(seat.slot, seat.person): seat for seat in draw(st.lists(seats, max_size=3))}
    pairs = st.frozensets(st.sampled_from(keys), min_size=2, max_size=2)
    return Problem(
        slots=slots,
        people=people,
        apart=frozenset(draw(st.lists(pairs, max_size=2))) if len(keys) > 1 else frozenset(),
        locked=frozenset(locked.values()),
        refused=frozenset((seat.slot, seat.person) for seat in draw(st.lists(seats, max_size=3))),
        before=frozenset(draw(st.lists(seats, max_size=5))),
    )


@given(problems())
@settings(deadline=None, max_examples=150)
def test_the_greedy_order_breaks_no_hard_rule(problem: Problem) -> None:
    assert broken(problem, greedy(problem)) == []
    assert broken(problem, greedy(problem, problem.before)) == []


@given(problems())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_no_plan_breaks_a_hard_rule_and_none_is_worse_than_the_greedy_one(problem: Problem) -> None:
    problem = replace(problem, before=frozenset())
    found = solve(problem, QUICK)
    assert broken(problem, found.plan) == []
    assert found.measure.shortage <= found.greedy.shortage
    if found.measure.shortage == found.greedy.shortage:
        assert found.measure.spread <= found.greedy.spread
    for stage in found.stages:
        assert stage.bound <= stage.value or stage.is_best


@given(problems())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_planning_again_breaks_no_rule_and_changes_least(problem: Problem) -> None:
    first = solve(replace(problem, before=frozenset()), QUICK)
    again = solve(replace(problem, before=first.plan), QUICK)
    assert again.plan == first.plan or again.measure.shortage < first.measure.shortage
    stale = solve(problem, QUICK)
    assert broken(problem, stale.plan) == []


def best(problem: Problem) -> Solution:
    """The plan with nothing left to gain in what is missing and how evenly it lies."""
    found = solve(problem, Effort(work=10, seconds=60))
    assert broken(problem, found.plan) == []
    return found


def test_a_missing_person_weighs_more_than_all_missing_reserves() -> None:
    """One free person: on duty in the one slot rather than ready for two others."""
    slots = (slot("a", 0, 8, 12), slot("b", 0, 8, 12, reserves=1), slot("c", 0, 9, 12, reserves=1))
    found = best(Problem(slots, (person("anna"),)))
    assert [seat.is_reserve for seat in found.plan] == [False]


def test_the_load_lies_evenly_by_what_each_offered() -> None:
    """Anna offers twice what Ben offers, so she has twice as many shifts."""
    slots = tuple(slot(f"s{week}{day}", week * 7 + day, 8, 10) for week in range(3) for day in (0, 2, 4))
    people = (person("anna", cap=480), person("ben", cap=240))
    found = best(Problem(slots, people))
    given_to = {key: sum(seat.person == key for seat in found.plan) for key in ("anna", "ben")}
    assert given_to["anna"] + given_to["ben"] == 9
    assert given_to == {"anna": 5, "ben": 4} or given_to == {"anna": 6, "ben": 3}
    assert found.measure.spread <= found.greedy.spread


def test_who_did_much_before_has_less_now() -> None:
    slots = tuple(slot(f"s{day}", day, 8, 10) for day in (0, 2, 4, 6))
    found = best(Problem(slots, (person("anna", prior=480), person("ben"))))
    assert {seat.person for seat in found.plan} == {"ben"}


def test_wishes_come_after_fairness() -> None:
    slots = (slot("early", 0, 8, 10), slot("late", 2, 8, 10))
    people = (person("anna", wishes={"late": 1}), person("ben", wishes={"late": -1}))
    found = best(Problem(slots, people))
    assert found.plan == {Seat("late", "anna"), Seat("early", "ben")}
    assert found.measure.spread == 0


def test_planning_again_moves_one_person_and_not_the_rest() -> None:
    slots = tuple(slot(f"s{day}", day, 8, 10) for day in range(0, 14, 2))
    people = tuple(person(key) for key in ("anna", "ben", "cora"))
    first = best(Problem(slots, people)).plan
    ill = next(seat for seat in sorted(first) if seat.person == "anna")
    again = best(Problem(slots, people, before=first, refused=frozenset({(ill.slot, "anna")})))
    assert first - again.plan == {ill}
    assert again.measure.shortage == 0


@pytest.mark.parametrize(
    ("rule", "problem", "plan"),
    [
        (Rule.SKILL, Problem((slot("a", 0, 8, 9, skill="wiring"),), (person("p"),)), {Seat("a", "p")}),
        (
            Rule.FREE,
            Problem((slot("a", 0, 8, 9),), (person("p", free=(Span(8 * 60, 8 * 60 + 59),)),)),
            {Seat("a", "p")},
        ),
        (Rule.BUSY, Problem((slot("a", 0, 8, 9),), (person("p", busy=(Span(530, 600),)),)), {Seat("a", "p")}),
        (
            Rule.REFUSED,
            Problem((slot("a", 0, 8, 9),), (person("p"),), refused=frozenset({("a", "p")})),
            {Seat("a", "p")},
        ),
        (
            Rule.OVERLAP,
            Problem((slot("a", 0, 22, 30), slot("b", 1, 5, 7)), (person("p", cap=2000),)),
            {Seat("a", "p"), Seat("b", "p")},
        ),
        (
            Rule.REST,
            Problem((slot("a", 0, 14, 22), slot("b", 1, 8, 12, reserves=1)), (person("p", cap=2000),)),
            {Seat("a", "p"), Seat("b", "p", True)},
        ),
        (Rule.REST, Problem((slot("a", 0, 8, 12),), (person("p", held=(Span(-180, -60),)),)), {Seat("a", "p")}),
        (
            Rule.WEEK,
            Problem((slot("a", 0, 8, 14), slot("b", 2, 8, 13)), (person("p"),)),
            {Seat("a", "p"), Seat("b", "p")},
        ),
        (
            Rule.RUNNING,
            Problem(tuple(slot(key, day, 8, 10) for day, key in enumerate("abc")), (person("p"),)),
            {Seat("a", "p"), Seat("b", "p"), Seat("c", "p")},
        ),
        (
            Rule.APART,
            Problem(
                (slot("a", 0, 8, 9), slot("b", 0, 8, 9, shift="a")),
                (person("p"), person("q")),
                apart=frozenset({frozenset("pq")}),
            ),
            {Seat("a", "p"), Seat("b", "q")},
        ),
        (Rule.LOCKED, Problem((slot("a", 0, 8, 9),), (person("p"),), locked=frozenset({Seat("a", "p")})), set()),
        (
            Rule.CROWDED,
            Problem((slot("a", 0, 8, 9),), (person("p"), person("q"))),
            {Seat("a", "p"), Seat("a", "q")},
        ),
        (Rule.UNKNOWN, Problem((), (person("p"),)), {Seat("gone", "p")}),
    ],
)
def test_each_hard_rule_is_seen(rule: Rule, problem: Problem, plan: set[Seat]) -> None:
    found = broken(problem, frozenset(plan))
    assert {breach.rule for breach in found} == {rule}
    assert all(str(breach).startswith(rule) for breach in found)


def test_two_shifts_that_just_keep_the_rest_and_two_days_running_are_in_order() -> None:
    slots = (slot("a", 0, 13, 21), slot("b", 1, 8, 10), slot("c", 3, 8, 10))
    plan = frozenset(Seat(one.key, "p") for one in slots)
    assert broken(Problem(slots, (person("p", cap=1000),)), plan) == []


def test_what_is_locked_stays_although_it_breaks_a_rule_and_nothing_is_added_to_it() -> None:
    slots = tuple(slot(f"s{day}", day, 8, 10) for day in range(5))
    locked = frozenset(Seat(f"s{day}", "anna") for day in range(3))
    found = best(Problem(slots, (person("anna", free=()), person("ben")), locked=locked))
    assert locked <= found.plan
    assert found.plan - locked == {Seat("s3", "ben"), Seat("s4", "ben")}


def test_a_seat_locked_to_somebody_who_left_is_forgotten() -> None:
    found = best(Problem((slot("a", 0, 8, 9),), (person("p"),), locked=frozenset({Seat("a", "gone")})))
    assert found.plan == {Seat("a", "p")}


def test_nobody_who_can_leaves_a_gap_and_no_error() -> None:
    found = best(Problem((slot("a", 0, 8, 9, skill="wiring"),), (person("p"),)))
    assert found.plan == frozenset()
    assert fairness.missing(Problem((slot("a", 0, 8, 9, skill="wiring"),), ()), found.plan) == {"a": (1, 0)}
    assert solve(Problem((), ())).plan == frozenset()


def many() -> Problem:
    slots = tuple(slot(f"s{day}", day, 8, 11 + day % 2, minimum=2, reserves=1) for day in range(21))
    people = tuple(person(f"p{n}", cap=240 + 60 * n, prior=30 * n, skills=frozenset()) for n in range(7))
    return Problem(slots, people)


def test_the_same_problem_has_the_same_plan_with_any_number_of_workers() -> None:
    plans = {solve(many(), Effort(work=1, seconds=300, workers=workers)).plan for workers in (2, 2, 3)}
    assert len(plans) == 1


def test_the_best_so_far_is_told_and_whoever_watches_may_end_the_search() -> None:
    told: list[Progress] = []

    def enough(progress: Progress) -> bool:
        told.append(progress)
        return len(told) == 2

    found = solve(many(), Effort(work=5, seconds=60), enough)
    assert found.was_stopped
    assert len(told) >= 2
    assert broken(many(), found.plan) == []
    assert all(broken(many(), progress.plan) == [] for progress in told)
    assert told[0].stage.aim is Aim.SHORTAGE


def test_a_search_begins_from_the_best_of_one_that_was_broken_off() -> None:
    kept = solve(many(), Effort(work=3, seconds=60)).plan
    found = solve(many(), Effort(work=0.0, seconds=0), hint=kept)
    assert fairness.spread(many(), found.plan) <= fairness.spread(many(), kept)


def test_each_seat_says_why() -> None:
    slots = (slot("a", 0, 8, 10, skill="wiring"), slot("b", 1, 8, 10))
    people = (person("anna", skills=frozenset({"wiring"})), person("ben", prior=30), person("cora", free=()))
    problem = Problem(slots, people, locked=frozenset({Seat("b", "ben")}))
    plan: Plan = frozenset({Seat("a", "anna"), Seat("b", "ben")})
    told = why(problem, plan)
    assert told[Seat("a", "anna")]["skill"] == "wiring"
    assert told[Seat("a", "anna")]["could"] == 0
    assert told[Seat("b", "ben")]["locked"]
    assert (told[Seat("b", "ben")]["could"], told[Seat("b", "ben")]["also"]) == (1, 1)
    assert who_could(problem, frozenset({Seat("a", "anna")}), "b") == ["ben", "anna"]


def test_the_library_is_loaded_only_by_a_search() -> None:
    code = "import sys, core.rosters.solver, core.rosters.why; assert 'ortools' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
