"""What swaps and attendance ask: of a steward, whether they can step in; of the office, what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.questions import Row
from community.roles import Role
from community.today import Ask
from core.addresses import address
from core.sql import Now, Within
from core.templatetags.portal import moment
from stewards.duty.states import SeatState
from stewards.duty.swaps import SOON
from stewards.models import Attendance, NoShow, Swap, SwapAsk

if TYPE_CHECKING:
    from community.models import User

_WHY = "how many wait, counted within the office's own communities"


def register() -> None:
    """Asks a steward whether they can step in, the office what waits for it."""
    today.register(_asked, _to_answer)
    today.register(_for_office, _waiting)


def _asked(user: User) -> Any:
    if not user.scope.has_role(Role.RED_STEWARD):
        return None
    rows = SwapAsk.objects.visible_to(user).filter(
        steward__user=user,
        state=SwapAsk.State.OPEN,
        swap__seat__state=SeatState.SWAPPING,
        swap__seat__starts_at__gt=Now(),
    )
    seat = "swap__seat"
    return rows.order_by().values_list(
        "swap", "swap__asked_at", f"{seat}__steward__user__name", f"{seat}__starts_at", f"{seat}__slot__shift__name"
    )


def _to_answer(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("能替 %(who)s 值一个班吗？") % {"who": who},
            detail=f"{moment(starts_at)} · {shift}",
            url=address("stewards:swap", swap),
            button=_("看一看"),
            since=asked_at,
        )
        for swap, asked_at, who, starts_at, shift in rows
    ]


def _for_office(user: User) -> Any:
    if not user.scope.has_role(Role.COMMUNITY_STAFF, Role.SECRETARY):
        return None
    here = {"community__in": user.scope.offices_communities}
    waiting: Any = Attendance.objects.unscoped(reason=_WHY).filter(state=Attendance.State.WAITING, **here)
    appeals: Any = NoShow.objects.unscoped(reason=_WHY).filter(
        appealed_at__isnull=False, decided_at__isnull=True, **here
    )
    near: Any = Swap.objects.unscoped(reason=_WHY).filter(state=Swap.State.OPEN, seat__state=SeatState.SWAPPING, **here)
    near = near.filter(seat__starts_at__range=(Now(), Now(SOON)))
    kinds = {"shifts": waiting, "appeals": appeals.exclude(noted_by=user), "swaps": near}
    return [
        Within(rows.order_by().values_list("pk"), "id", f"SELECT '{kind}', COUNT(*) FROM narrowed", width=2)  # noqa: S608
        for kind, rows in kinds.items()
    ]


def _waiting(_user: User, rows: list[Row]) -> list[Ask]:
    return _counted(**dict(rows)) if rows else []


def _counted(shifts: int, appeals: int, swaps: int) -> list[Ask]:
    url, found = reverse("stewards:attendance"), []
    if swaps:
        words = ngettext("%(n)d 个两天内的班在找人换", "%(n)d 个两天内的班在找人换", swaps) % {"n": swaps}
        found.append(Ask(title=words, url=url, button=_("看一看"), urgent=True))
    if shifts:
        words = ngettext("%(n)d 个班的时长等您确认", "%(n)d 个班的时长等您确认", shifts) % {"n": shifts}
        found.append(Ask(title=words, url=url, button=_("去确认")))
    if appeals:
        words = ngettext("%(n)d 位说明了没到岗的情况", "%(n)d 位说明了没到岗的情况", appeals) % {"n": appeals}
        found.append(Ask(title=words, url=url, button=_("看一看")))
    return found
