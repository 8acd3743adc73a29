"""A building changes its grid: the doors that wait are handed to whoever leads the new one."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from community.notices import notify
from grids.moved import Line, Move
from visits.actions.handover import pass_on
from visits.models import Finding, Target


def react(move: Move) -> None:
    """Hand over the doors and the open problems that the old leader had, or nobody."""
    doors = _hand_over(move)
    problems = 0
    if move.new_leader is not None:
        problems = _problems(move).update(owner=move.new_leader)
    if (doors or problems) and move.new_leader and move.new_leader != move.by:
        words = {"building": move.building, "doors": doors, "problems": problems}
        text = _("%(building)s划入您的网格：%(doors)d 处待访、%(problems)d 个走访问题由您接着办。") % words
        notify([move.new_leader], about=move.building, kind="visits_moved", text=text)


def foresee(move: Move) -> list[Line]:
    """How many doors and problems would be handed over."""
    doors = (_doors(move).count(), _("处待访的住户，转给新的网格长"))
    if move.new_leader is None:
        return [doors]
    return [doors, (_problems(move).count(), _("个还没了结的走访问题，转给新的网格长"))]


def _hand_over(move: Move) -> int:
    """The doors, written down one by one: what the old leader still brings back has to find the new one."""
    doors = list(_doors(move).select_for_update(of=("self",)).order_by("pk"))
    moving = [door for door in doors if door.assignee_id != (move.new_leader.pk if move.new_leader else None)]
    pass_on(moving, to=move.new_leader, by=move.by)
    return len(doors)


_WHY = "what waits at the doors of a building that changes its grid"


def _doors(move: Move) -> Any:
    rows = Target.objects.unscoped(reason=_WHY).waiting().filter(building=move.building)
    return rows.filter(Q(assignee=move.old_leader) | Q(assignee__isnull=True))


def _problems(move: Move) -> Any:
    rows = Finding.objects.unscoped(reason=_WHY).open().filter(building=move.building)
    return rows.filter(owner=move.old_leader) if move.old_leader else rows.none()
