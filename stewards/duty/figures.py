"""How good a plan is, kept with the roster and told in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.rosters import fairness
from core.rosters.problem import Plan, Problem
from core.rosters.solver import Aim, Progress, Solution, Stage

AIMS = {
    Aim.SHORTAGE: gettext_lazy("先看缺不缺人"),
    Aim.CHANGES: gettext_lazy("再看动了几个人的班"),
    Aim.SPREAD: gettext_lazy("再看大家摊得匀不匀"),
    Aim.EVENNESS: gettext_lazy("每个人都往中间靠"),
    Aim.WISHES: gettext_lazy("最后照顾各人的心愿"),
}


@dataclass(frozen=True)
class Line:
    """One line of what the search came to: the aim, what was found, what could still be gained."""

    title: str
    value: str
    rest: str


def of_hand(problem: Problem, plan: Plan) -> dict[str, Any]:
    """The figures of a plan made in one go."""
    people, reserves = lacking(problem, plan)
    spread = percent(fairness.spread(problem, plan))
    return {"how": "quick", "people": people, "reserves": reserves, "spread": spread, "greedy": spread}


def of_search(problem: Problem, solution: Solution) -> dict[str, Any]:
    """The figures of a plan that was searched for, beside the one made in one go."""
    people, reserves = lacking(problem, solution.plan)
    return {
        "how": "stopped" if solution.was_stopped else "search",
        "people": people,
        "reserves": reserves,
        "spread": percent(solution.measure.spread),
        "greedy": percent(solution.greedy.spread),
        "greedy_short": solution.greedy.shortage > solution.measure.shortage,
        "seconds": round(solution.seconds),
        "stages": [[stage.aim.value, stage.value, stage.bound] for stage in solution.stages],
        "heavy": fairness.heavy(problem),
    }


def lacking(problem: Problem, plan: Plan) -> tuple[int, int]:
    """(people, reserves) missing in all."""
    found = fairness.missing(problem, plan).values()
    return sum(people for people, _reserves in found), sum(reserves for _people, reserves in found)


def percent(share: Fraction) -> int:
    return round(100 * share)


def progress_words(progress: Progress, heavy: int) -> str:
    """Where the search is, in a sentence for who watches it."""
    words = {
        "aim": AIMS[progress.stage.aim],
        "found": _value(progress.stage, heavy),
        "rest": _rest(progress.stage, heavy),
    }
    return _("%(aim)s：%(found)s，%(rest)s。") % words


def lines(figures: Mapping[str, Any]) -> list[Line]:
    """What came of each aim of the search."""
    stages = [Stage(Aim(aim), value, bound) for aim, value, bound in figures.get("stages", [])]
    heavy = figures.get("heavy", 1)
    return [Line(str(AIMS[stage.aim]), _value(stage, heavy), _rest(stage, heavy)) for stage in stages]


def _value(stage: Stage, heavy: int) -> str:
    if stage.aim is Aim.SHORTAGE:
        return short(*divmod(stage.value, heavy))
    if stage.aim is Aim.CHANGES:
        return _("动了 %(n)d 个位置") % {"n": stage.value}
    if stage.aim is Aim.WISHES:
        return _("照顾到的比委屈了的多 %(n)d 个班") % {"n": -stage.value}
    if stage.aim is Aim.SPREAD:
        return _("最忙的和最闲的相差 %(n)d%%") % {"n": round(stage.value / 100)}
    return _("大家离平均数一共差 %(n)d%%") % {"n": round(stage.value / 100)}


def _rest(stage: Stage, heavy: int) -> str:
    """What is left between what was found and what nobody can do better than."""
    if stage.is_best:
        return _("已经不能更好了")
    if stage.aim is Aim.SHORTAGE:
        return _("再好也好不过%(bound)s") % {"bound": short(*divmod(stage.bound, heavy))}
    if stage.aim in (Aim.CHANGES, Aim.WISHES):
        return _("最多还能好 %(n)d 个") % {"n": stage.value - stage.bound}
    return _("再好也不会少于 %(n)d%%") % {"n": max(0, stage.bound // 100)}


def short(people: int, reserves: int) -> str:
    """How many are missing, in words."""
    if not people and not reserves:
        return _("一个人也不缺")
    if not people:
        return _("人够了，候补缺 %(n)d 个") % {"n": reserves}
    if not reserves:
        return _("缺 %(n)d 个人") % {"n": people}
    return _("缺 %(people)d 个人、%(reserves)d 个候补") % {"people": people, "reserves": reserves}
