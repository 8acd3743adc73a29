"""The life of an activity as one table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition

# Parties: the office; who runs it (the organiser, and whoever speaks for the unit that holds it).
OFFICE, RUNNER = "office", "runner"


class State(models.TextChoices):
    DRAFT = "draft", _("还没公布")
    OPEN = "open", _("可以报名")
    HELD = "held", _("办完了")
    PUBLISHED = "published", _("结果公布了")
    CANCELLED = "cancelled", _("取消了")


S = State
BOTH = (RUNNER, OFFICE)
ACTIVITIES = StateTable(
    [
        Transition("", S.DRAFT, "plan", _("筹备"), BOTH, ("title", "place")),
        Transition(S.DRAFT, S.OPEN, "announce", _("公布，开始报名"), (OFFICE,)),
        Transition(S.OPEN, S.HELD, "close", _("办完了，核对到场和时长"), BOTH),
        Transition(S.HELD, S.PUBLISHED, "publish", _("公布结果"), (OFFICE,), ("outcome",)),
        Transition(S.PUBLISHED, S.HELD, "take_back", _("撤下结果"), (OFFICE,)),
        Transition(S.DRAFT, S.CANCELLED, "cancel", _("不办了"), BOTH, ("reason",)),
        Transition(S.OPEN, S.CANCELLED, "cancel", _("取消活动"), BOTH, ("reason",)),
    ]
)
# Neighbours have been told of it.
TOLD = (S.OPEN, S.HELD, S.PUBLISHED, S.CANCELLED)
