"""What swaps and attendance keep about a person: to take away, to erase, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import personal, retention
from community.account_data import accounts_of
from community.models import Community
from community.personal import Going, Room, Section
from community.retention import Rule
from stewards.duty.reliability import STANDS_DAYS
from stewards.models import Attendance, NoShow, Swap

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OVER = "what has been kept for its time"


def sections(user: User) -> list[Section]:
    """When one came and left, and the notes on shifts that one missed."""
    return [_came(user), _missed(user)]


def goes(resident: Any) -> list[Going]:
    """Every note on a missed shift, and what was said in swaps."""
    return [
        Going(_notes_of(resident).count(), _("条没有到岗的提醒")),
        Going(_said_by(resident).count(), _("句换班时说的话")),
    ]


def erase(resident: Any, by: User) -> None:
    _notes_of(resident).delete()
    _said_by(resident).update(note="")


def register() -> None:
    """Say what is kept and for how long; called when the app is ready."""
    personal.register("attendance", Room(gettext_lazy("值班到岗"), sections, goes, None, erase))
    retention.register(*RULES)


def _came(user: User) -> Section:
    columns = [("shift", _("班次")), ("came", _("几点到的")), ("left", _("几点走的")), ("minutes", _("分钟"))]
    rows = Attendance.objects.visible_to(user).filter(seat__steward__user=user).select_related("seat__slot__shift")
    found = [
        {
            "shift": one.seat.slot.shift.name,
            "came": one.seat.checked_in_at,
            "left": one.seat.checked_out_at,
            "minutes": one.minutes,
        }
        for one in rows
    ]
    return Section("attendance", _("值班到岗"), columns, found)


def _missed(user: User) -> Section:
    columns = [("shift", _("班次")), ("note", _("情况")), ("until", _("到哪天自动消除"))]
    columns += [("appeal", _("本人的说明")), ("answer", _("答复"))]
    rows = NoShow.objects.visible_to(user).filter(volunteer=user).select_related("seat__slot__shift")
    found = [
        {
            "shift": one.seat.slot.shift,
            "note": one.note,
            "until": one.expires_on,
            "appeal": one.appeal,
            "answer": one.answer,
        }
        for one in rows
    ]
    return Section("no_shows", _("没有到岗的提醒"), columns, found)


def _notes_of(resident: Any) -> Any:
    return NoShow.objects.unscoped(reason=_FOUND).filter(volunteer__in=accounts_of(resident))


def _said_by(resident: Any) -> Any:
    rows = Swap.objects.unscoped(reason=_FOUND).filter(seat__steward__user__in=accounts_of(resident))
    return rows.exclude(note="")


def _run_out(community: Community, before: datetime) -> Any:
    """Notes whose shift lies so long back that they have run out."""
    rows = NoShow.objects.unscoped(reason=_OVER).filter(community=community)
    return rows.filter(expires_on__lt=before.date() + timedelta(days=STANDS_DAYS))


RULES = (
    Rule(
        slug="no_shows",
        what=gettext_lazy("到期的没有到岗的提醒"),
        then=gettext_lazy("整条删去"),
        days=STANDS_DAYS,
        basis=gettext_lazy("到期就不再说明什么"),
        count=lambda community, before: int(_run_out(community, before).count()),
        forget=lambda community, before: int(_run_out(community, before).delete()[0]),
    ),
)
