"""What the paper of the minutes says."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from alliance.advice.states import State
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, Recommendation

SHORT = 16  # of a check code, as people compare it


def printed(session: AdviceSession) -> dict[str, Any]:
    """The minutes as data for the template; a draft says that it is one."""
    seats = AdviceAttendance.objects.of(session).filter(attended=True).select_related("user")
    people = list(seats)
    return {
        "community": str(session.community),
        "title": _("%(which)s纪要") % {"which": session.label},
        "is_final": session.state == State.APPROVED,
        "topic": session.topic,
        "when": localtime(session.starts_at).isoformat(timespec="minutes"),
        "place": session.place,
        "present": [str(seat.user) for seat in people],
        "guests": session.guests,
        "recorder": str(session.written_by or ""),
        "agenda": [[one.title, one.said] for one in AgendaItem.objects.of(session)],
        "closing": session.closing,
        "recommendations": [
            [str(one.position), one.text, one.because, one.to_whom, one.due_on.isoformat()]
            for one in Recommendation.objects.of(session).order_by("position")
        ],
        "signed": [
            [str(seat.user), localtime(seat.signed_at).isoformat(timespec="minutes") if seat.signed_at else ""]
            for seat in people
            if seat.user_id != session.written_by_id
        ],
        "digest": session.digest[:SHORT],
        "labels": _labels(),
    }


def _labels() -> dict[str, str]:
    return {
        "draft": _("还没有定稿"),
        "topic": _("主题"),
        "when": _("时间"),
        "place": _("地点"),
        "present": _("到会"),
        "guests": _("列席"),
        "recorder": _("记录"),
        "between": _("、"),
        "agenda": _("议程和讨论"),
        "nothing": _("没有记录。"),
        "closing": _("另外要记的"),
        "recommendations": _("建议"),
        "number": _("第几条"),
        "text": _("建议什么"),
        "to_whom": _("提给谁"),
        "due": _("哪天前答复"),
        "because": _("为什么"),
        "signature": _("签字"),
        "signed": _("已在系统里签字"),
        "digest": _("校验码"),
    }
