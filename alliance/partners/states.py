"""The lives of a need, a project and a pledge, each as one table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition

# Parties: the office; whoever speaks for the unit; of these two the side that has proposed, and the one that answers.
OFFICE, CONTACT, ASKER, ASKED = "office", "contact", "asker", "asked"


class NeedState(models.TextChoices):
    OPEN = "open", _("等着对接")
    IN_HAND = "in_hand", _("有单位在办")
    MET = "met", _("满足了")
    DROPPED = "dropped", _("不再需要")


class ProjectState(models.TextChoices):
    PROPOSED = "proposed", _("提出来了，等对方答复")
    AGREED = "agreed", _("说定了")
    UNDER_WAY = "under_way", _("正在做")
    DONE = "done", _("做成了")
    DROPPED = "dropped", _("不做了")


P = ProjectState
BOTH = (CONTACT, OFFICE)
PROJECTS = StateTable(
    [
        Transition("", P.PROPOSED, "propose", _("提议"), BOTH, ("title", "partner")),
        Transition(P.PROPOSED, P.AGREED, "agree", _("同意，一起做"), (ASKED,)),
        Transition(P.AGREED, P.UNDER_WAY, "start", _("开始做了"), BOTH),
        Transition(P.UNDER_WAY, P.DONE, "finish", _("做成了"), BOTH, ("outcome",)),
        Transition(P.PROPOSED, P.DROPPED, "decline", _("这次做不了"), (ASKED,), ("outcome",)),
        Transition(P.PROPOSED, P.DROPPED, "drop", _("收回提议"), (ASKER,), ("outcome",)),
        Transition(P.AGREED, P.DROPPED, "drop", _("不做了"), BOTH, ("outcome",)),
        Transition(P.UNDER_WAY, P.DROPPED, "drop", _("不做了"), BOTH, ("outcome",)),
    ]
)


class PledgeState(models.TextChoices):
    OPEN = "open", _("还没兑现")
    REPORTED = "reported", _("说办好了，等社区核对")
    KEPT = "kept", _("兑现了")
    RELEASED = "released", _("商量好不办了")


L = PledgeState
PLEDGES = StateTable(
    [
        Transition("", L.OPEN, "make", _("记下承诺"), BOTH, ("title", "until")),
        Transition(L.OPEN, L.REPORTED, "report", _("办好了"), BOTH, ("outcome", "photo")),
        Transition(L.REPORTED, L.KEPT, "confirm", _("核对过了，属实"), (OFFICE,)),
        Transition(L.REPORTED, L.OPEN, "send_back", _("还差一点"), (OFFICE,), ("outcome",)),
        Transition(L.OPEN, L.OPEN, "postpone", _("改到别的日子"), (OFFICE,), ("until", "outcome")),
        Transition(L.OPEN, L.RELEASED, "release", _("商量好不办了"), (OFFICE,), ("outcome",)),
    ]
)
