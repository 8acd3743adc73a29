"""What the duty roster asks of one person today."""

from __future__ import annotations

from datetime import timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from community import today
from community.access import Permission
from community.questions import Row
from community.roles import Role
from community.today import Ask
from core.addresses import address
from core.sql import Now
from stewards.duty.alerts import WITHIN
from stewards.duty.states import PROMISED, SeatState
from stewards.duty.wording import when
from stewards.models import Assignment, Shift

if TYPE_CHECKING:
    from community.models import User

SOON = timedelta(hours=24)
AT_MOST = 20
COLUMNS = ("pk", "state", "asked_at", "starts_at", "ends_at", "is_reserve", "slot__shift__name", "slot__shift__place")


def register() -> None:
    """Asks a steward about shifts to answer and those of the next day, the office and the leaders about gaps."""
    today.register(_own, _seats)
    today.register(_short, _gaps)


def _own(user: User) -> Any:
    if not user.scope.may(Permission.STEWARD_WORK):
        return None
    seats = Assignment.objects.visible_to(user).filter(steward__user=user, ends_at__gt=Now())
    asked = seats.filter(Q(state=SeatState.ASKED) | Q(state__in=PROMISED, starts_at__lte=Now(SOON)))
    return asked.order_by("starts_at", "pk").values_list(*COLUMNS)[:AT_MOST]


def _seats(_user: User, rows: list[Row]) -> list[Ask]:
    rows = sorted(rows, key=itemgetter(3))
    waiting = [row for row in rows if row[1] == SeatState.ASKED]
    return [*([_to_answer(waiting)] if waiting else []), *(_next(row) for row in rows if row[1] in PROMISED)]


def _to_answer(waiting: list[tuple[Any, ...]]) -> Ask:
    first = waiting[0]
    return Ask(
        title=_("值班表上排了您 %(n)d 个班，看看行不行") % {"n": len(waiting)},
        detail=_("最近的是%(shift)s，%(when)s") % {"shift": first[6], "when": when(first[3], first[4])},
        url=reverse("stewards:my_shifts"),
        button=_("看一看"),
        since=min((row[2] for row in waiting if row[2]), default=None),
    )


def _next(row: tuple[Any, ...]) -> Ask:
    key, _state, _asked, start, end, is_reserve, name, place = row
    title = _("候补：%(shift)s") if is_reserve else _("您值班：%(shift)s")
    return Ask(
        title=title % {"shift": name},
        detail=f"{when(start, end)} · {place}",
        url=address("stewards:seat", key),
        button=_("看一看"),
    )


def _short(user: User) -> Any:
    if not user.scope.has_role(Role.COMMUNITY_STAFF, Role.SECRETARY, Role.GRID_LEADER):
        return None
    return Shift.objects.visible_to(user).short(WITHIN).values_list("pk", "name", "starts_at", "ends_at")[:AT_MOST]


def _gaps(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("缺人：%(shift)s") % {"shift": name},
            detail=when(start, end),
            url=address("stewards:shift", key),
            button=_("想办法"),
            since=None,
            urgent=True,
        )
        for key, name, start, end in sorted(rows, key=itemgetter(2))
    ]
