"""The life of a session's minutes, and of a recommendation, as tables: actions walk them, pages draw their buttons."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition


class State(models.TextChoices):
    """Where a session stands: its minutes lie open for corrections before they are signed."""

    PLANNED = "planned", _("约好了")
    CALLED_OFF = "called_off", _("不开了")
    DRAFTED = "drafted", _("纪要请核对")
    SIGNING = "signing", _("等签字")
    APPROVED = "approved", _("纪要已定稿")


class Verdict(models.TextChoices):
    """What the community says to a recommendation."""

    ADOPTED = "adopted", _("采纳")
    PARTLY = "partly", _("部分采纳")
    DECLINED = "declined", _("没有采纳")


class Progress(models.TextChoices):
    """How far that has come which was adopted."""

    PLANNED = "planned", _("准备做")
    DOING = "doing", _("在做")
    DONE = "done", _("做好了")
    DROPPED = "dropped", _("没有做成")


# Signatures that make minutes final; who wrote them down signs no minutes.
SIGNATURES = 2
# Days in which corrections are asked for, and in which a recommendation is to be answered unless it says otherwise.
CORRECTION_DAYS, ANSWER_DAYS = 5, 30

OFFICE, PRESENT, SECRETARY = "office", "present", "secretary"
S, P, V = State, Progress, Verdict

SESSIONS = StateTable(
    [
        Transition("", S.PLANNED, "plan", _("约下一次会议"), (OFFICE,)),
        Transition(S.PLANNED, S.PLANNED, "change", _("改时间、地点或议程"), (OFFICE,)),
        Transition(S.PLANNED, S.CALLED_OFF, "call_off", _("这次不开了"), (OFFICE,), ("reason",)),
        Transition(S.PLANNED, S.DRAFTED, "write", _("写纪要"), (OFFICE,)),
        Transition(S.DRAFTED, S.DRAFTED, "write", _("改纪要"), (OFFICE,)),
        Transition(S.DRAFTED, S.DRAFTED, "remark", _("提一处更正"), (PRESENT, OFFICE), ("text",)),
        Transition(S.DRAFTED, S.SIGNING, "send", _("请到会的人签字"), (OFFICE,)),
        Transition(S.SIGNING, S.DRAFTED, "open_again", _("还要改"), (PRESENT, OFFICE), ("reason",)),
        Transition(S.SIGNING, S.SIGNING, "sign", _("我核对过了，签字"), (PRESENT,)),
        Transition(S.SIGNING, S.APPROVED, "sign", _("我核对过了，签字"), (PRESENT,)),
        Transition(S.APPROVED, S.APPROVED, "publish", _("公开给居民"), (SECRETARY,)),
        Transition(S.APPROVED, S.APPROVED, "unpublish", _("不再公开"), (SECRETARY,)),
    ]
)

# From verdict and progress of a recommendation, "verdict/progress", "" while nothing is answered.
_GOING = (P.PLANNED, P.DOING)
FOLLOW_UP = StateTable(
    [
        *(Transition(one, one, "look", _("还是这样，记一句"), (OFFICE,), ("words",)) for one in _GOING),
        Transition(P.PLANNED, P.DOING, "go_on", _("开始做了"), (OFFICE,), ("words",)),
        *(Transition(one, P.DONE, "finish", _("做好了"), (OFFICE,), ("words",)) for one in _GOING),
        *(Transition(one, P.DROPPED, "drop", _("没有做成"), (OFFICE,), ("words",)) for one in _GOING),
        *(Transition(one, P.DOING, "go_on", _("接着做"), (OFFICE,), ("words",)) for one in (P.DONE, P.DROPPED)),
    ]
)
