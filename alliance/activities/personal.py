"""What activities keep about a person: to take away, to erase, and for how long it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.models import Feedback, SignUp
from community.account_data import accounts_of
from community.models import Community
from community.personal import Going, Room, Section
from community.retention import Rule
from core import clock

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"
_OVER = "what has been kept for its time"
ERASED_NAME = "＊"


def sections(user: User) -> list[Section]:
    """Activities that one came to or meant to come to, and what one said of them."""
    rows = SignUp.objects.visible_to(user).filter(user=user).select_related("activity", "slot").order_by("at")
    columns = [("at", _("何时报名")), ("what", _("什么活动")), ("slot", _("来做什么")), ("state", _("进展"))]
    columns += [("came", _("何时到场")), ("minutes", _("服务了多少分钟"))]
    joined = [
        {
            "at": _moment(one.at),
            "what": one.activity.title,
            "slot": one.slot.title,
            "state": one.get_state_display(),
            "came": _moment(one.came_at),
            "minutes": one.minutes,
        }
        for one in rows
    ]
    words = [("at", _("时间")), ("what", _("什么活动")), ("helped", _("帮上忙了吗")), ("text", _("想说的话"))]
    own = Feedback.objects.visible_to(user).filter(user=user).select_related("activity").order_by("at")
    said = [
        {"at": _moment(one.at), "what": one.activity.title, "helped": one.get_helped_display(), "text": one.text}
        for one in own
    ]
    return [
        Section("activities", _("参加的活动"), columns, joined),
        Section("activity_feedback", _("对活动说的话"), words, said),
    ]


def goes(resident: Any) -> list[Going]:
    """Coming activities are left, what was said goes without its words."""
    return [
        Going(_coming(resident).count(), _("场还没开始的活动的报名")),
        Going(_said(resident).count(), _("句对活动说的话")),
    ]


def erase(resident: Any, by: User) -> None:
    """Who was there stays with the hours, under an account that says no name any more."""
    _coming(resident).update(state=SignUp.State.LEFT, left_at=clock.now())
    _said(resident).update(text="", may_show=False, user=None)


def _coming(resident: Any) -> Any:
    rows = SignUp.objects.unscoped(reason=_FOUND).filter(user__in=accounts_of(resident), came_at__isnull=True)
    return rows.exclude(state=SignUp.State.LEFT)


def _said(resident: Any) -> Any:
    return Feedback.objects.unscoped(reason=_FOUND).filter(user__in=accounts_of(resident))


def _names(community: Community, before: datetime) -> Any:
    rows = SignUp.objects.unscoped(reason=_OVER).filter(community=community, activity__ends_at__lt=before)
    return rows.exclude(name="").exclude(name=ERASED_NAME)


def _moment(at: datetime | None) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else ""


ROOM = Room(gettext_lazy("活动"), sections, goes, None, erase)
RULES = (
    Rule(
        slug="activity_names",
        what=gettext_lazy("活动签到名单上没有账号的人的姓名"),
        then=gettext_lazy("只留下来了几个人"),
        days=180,
        basis=gettext_lazy("半年内用来核对到场和时长"),
        count=lambda community, before: int(_names(community, before).count()),
        forget=lambda community, before: int(_names(community, before).update(name=ERASED_NAME)),
    ),
)
