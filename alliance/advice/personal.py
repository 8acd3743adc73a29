"""What the advisory group keeps about a person: to take away, to erase, and what has to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.advice.actions.group import take_name_off
from alliance.models import AdviceAttendance, Adviser, MinutesRemark
from community.account_data import accounts_of
from community.personal import Going, Room, Section, Staying

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what is kept about a person already found"


def sections(user: User) -> list[Section]:
    """What is told of one as an adviser, the sessions one was invited to, and the corrections one asked for."""
    told = Adviser.objects.unscoped(reason=_FOUND).filter(user=user).select_related("partner")
    seats = AdviceAttendance.objects.unscoped(reason=_FOUND).filter(user=user).select_related("session")
    remarks = MinutesRemark.objects.unscoped(reason=_FOUND).filter(by=user).select_related("session")
    return [
        Section(
            "adviser",
            _("我作为顾问的介绍"),
            [("background", _("做什么的")), ("partner", _("来自哪个单位")), ("named", _("同意公开姓名的时间"))],
            [{"background": one.background, "partner": one.partner, "named": one.consent_at} for one in told],
        ),
        Section(
            "advice_sessions",
            _("请我去的顾问会议"),
            [("which", _("哪次会议")), ("answer", _("来不来")), ("came", _("到会了吗")), ("signed", _("签字时间"))],
            [_seat(one) for one in seats.order_by("session__starts_at")],
        ),
        Section(
            "advice_remarks",
            _("我对会议纪要提的更正"),
            [
                ("at", _("何时提的")),
                ("which", _("哪次会议")),
                ("text", _("哪里要改、改成什么")),
                ("answer", _("改了吗")),
            ],
            [
                {"at": one.at, "which": one.session, "text": one.text, "answer": one.get_answer_display()}
                for one in remarks
            ],
        ),
    ]


def _seat(one: AdviceAttendance) -> dict[str, Any]:
    came = {True: _("到了"), False: _("没有到"), None: ""}
    return {
        "which": one.session,
        "answer": one.get_answer_display(),
        "came": came[one.attended],
        "signed": one.signed_at,
    }


def _told(resident: Any) -> Any:
    return Adviser.objects.unscoped(reason=_FOUND).filter(user__in=accounts_of(resident))


def goes(resident: Any) -> list[Going]:
    """What was told of an adviser, and that residents may read the name."""
    return [Going(_told(resident).count(), _("份顾问介绍：删去，姓名也不再公开"))]


def stays(resident: Any) -> list[Staying]:
    """Who sat in a session stands in its minutes."""
    seats = AdviceAttendance.objects.unscoped(reason=_FOUND).filter(user__in=accounts_of(resident), attended=True)
    return [
        Staying(
            seats.count(),
            _("次顾问会议的到会记录"),
            _("个人信息保护法第四十七条第二款：纪要签了字就不能再改，只存不用"),
            _("和纪要一样久"),
        )
    ]


def erase(resident: Any, by: User) -> None:
    """What was told goes, and the name from the pages that everybody reads."""
    for one in _told(resident).select_related("user"):
        take_name_off(one.community_id, one.user, by=by)
        one.delete()


ROOM = Room(gettext_lazy("顾问团"), sections=sections, goes=goes, stays=stays, erase=erase)
