"""What the duty roster keeps about a person: to take away, to erase, and for how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.account_data import accounts_of
from community.models import Community
from community.personal import Going, Room, Section, Staying
from community.retention import Rule
from stewards.duty.states import SeatState
from stewards.duty.wording import when
from stewards.models import Assignment, ShiftWish

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OVER = "what has been kept for its time"
# Who was asked and did not come into it: of use while the weeks around it are planned.
SAID_NO = (SeatState.DECLINED, SeatState.TAKEN_OUT)


def sections(user: User) -> list[Section]:
    """The shifts somebody was asked for, and what they like; nothing for those who never were."""
    seats = Assignment.objects.unscoped(reason=_FOUND).filter(steward__user=user).exclude(state=SeatState.PLANNED)
    wishes = ShiftWish.objects.unscoped(reason=_FOUND).filter(steward__user=user).select_related("template")
    found = [_seats(seats.select_related("slot__shift").order_by("starts_at")), _wishes(wishes)]
    return [section for section in found if section.rows]


def _seats(seats: Any) -> Section:
    columns = [("shift", _("班次")), ("when", _("时间")), ("kind", _("值班还是候补")), ("state", _("进展"))]
    rows = [
        {
            "shift": seat.slot.shift.name,
            "when": when(seat.starts_at, seat.ends_at),
            "kind": _("候补") if seat.is_reserve else _("值班"),
            "state": seat.get_state_display(),
        }
        for seat in seats
    ]
    return Section("shifts", _("值班"), columns, rows)


def _wishes(wishes: Any) -> Section:
    rows = [{"shift": wish.template.name, "wish": wish.get_wish_display()} for wish in wishes]
    return Section("shift_wishes", _("愿意值哪些班"), [("shift", _("班次")), ("wish", _("心愿"))], rows)


def goes(resident: Any) -> list[Going]:
    """What they like, and what they said no to."""
    return [
        Going(_of(ShiftWish, resident).count(), _("条对班次的心愿")),
        Going(_of(Assignment, resident).filter(state__in=SAID_NO).count(), _("个说过不行的班")),
    ]


def stays(resident: Any) -> list[Staying]:
    """Shifts that were done stand behind the hours that were certified."""
    count = _of(Assignment, resident).exclude(state__in=SAID_NO).count()
    return [Staying(count, _("个值过的班"), _("《志愿服务条例》第十九条"), _("和志愿服务时长一起"))]


def erase(resident: Any, by: User) -> None:
    _of(ShiftWish, resident).delete()
    _of(Assignment, resident).filter(state__in=SAID_NO).delete()


def _of(model: Any, resident: Any) -> Any:
    accounts = [account.pk for account in accounts_of(resident)]
    return model.objects.unscoped(reason=_FOUND).filter(steward__user__in=accounts)


def _said_no(community: Community, before: datetime) -> Any:
    rows = Assignment.objects.unscoped(reason=_OVER)
    return rows.filter(community=community, state__in=SAID_NO, ends_at__lt=before)


def _count(community: Community, before: datetime) -> int:
    count: int = _said_no(community, before).count()
    return count


def _forget(community: Community, before: datetime) -> int:
    done: int = _said_no(community, before).delete()[0]
    return done


ROOM = Room(gettext_lazy("值班"), sections, goes, stays, erase)
RULES = (
    Rule(
        slug="shifts_declined",
        what=gettext_lazy("说过不行的班"),
        then=gettext_lazy("删除，说不行没有任何后果"),
        days=90,
        basis=gettext_lazy("《个人信息保护法》第十九条"),
        count=_count,
        forget=_forget,
    ),
)
