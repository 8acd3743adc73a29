"""What swaps and attendance ask: of a steward, whether they can step in; of the office, what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import Community
from community.roles import Role
from community.today import Ask
from core import clock
from core.templatetags.portal import moment
from stewards.duty.states import SeatState
from stewards.duty.swaps import SOON
from stewards.models import Attendance, NoShow, Swap, SwapAsk

if TYPE_CHECKING:
    from community.models import User

_WHY = "how many wait, counted within the office's own communities"


def asks(user: User) -> list[Ask]:
    """What waits for `user`: one query for a steward, one for the office."""
    return [*_to_answer(user), *_for_office(user)]


def _to_answer(user: User) -> list[Ask]:
    if not user.scope.has_role(Role.RED_STEWARD):
        return []
    rows = SwapAsk.objects.visible_to(user).filter(
        steward__user=user,
        state=SwapAsk.State.OPEN,
        swap__seat__state=SeatState.SWAPPING,
        swap__seat__starts_at__gt=clock.now(),
    )
    return [
        Ask(
            title=_("能替 %(who)s 值一个班吗？") % {"who": ask.swap.seat.steward},
            detail=f"{moment(ask.swap.seat.starts_at)} · {ask.swap.seat.slot.shift.name}",
            url=ask.swap.get_absolute_url(),
            button=_("看一看"),
            since=ask.swap.asked_at,
        )
        for ask in rows.select_related("swap__seat__steward__user", "swap__seat__slot__shift")
    ]


def _for_office(user: User) -> list[Ask]:
    if not user.scope.has_role(Role.COMMUNITY_STAFF, Role.SECRETARY):
        return []
    waiting = Attendance.objects.unscoped(reason=_WHY).filter(state=Attendance.State.WAITING)
    appeals = NoShow.objects.unscoped(reason=_WHY).filter(appealed_at__isnull=False, decided_at__isnull=True)
    near = Swap.objects.unscoped(reason=_WHY).filter(state=Swap.State.OPEN, seat__state=SeatState.SWAPPING)
    near = near.filter(seat__starts_at__range=(clock.now(), clock.now() + SOON))
    found = (
        Community.objects.filter(pk__in=user.scope.offices_communities)
        .order_by("pk")
        .values_list(_count(waiting), _count(appeals.exclude(noted_by=user)), _count(near))
    )
    return [ask for shifts, said, swaps in found for ask in _counted(shifts or 0, said or 0, swaps or 0)]


def _count(rows: Any) -> Subquery:
    here = rows.filter(community=OuterRef("pk")).order_by()
    return Subquery(here.values("community").annotate(figure=Count("pk")).values("figure"))


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
