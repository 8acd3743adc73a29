"""Two lives as tables: a roster from its draft to the board, and one person's seat in a shift."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition


class RosterState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    ASKED = "asked", _("正在征求意见")
    PUBLISHED = "published", _("已公布")


class SeatState(models.TextChoices):
    PLANNED = "planned", _("草拟")
    ASKED = "asked", _("还没答复")
    HELD = "held", _("答应了")
    SWAPPING = "swapping", _("在找人换")
    DECLINED = "declined", _("这次不行")
    GIVEN_UP = "given_up", _("换给别人了")
    TAKEN_OUT = "taken_out", _("被调出")


S, R = SeatState, RosterState
# The time is somebody's: no other seat and no job of theirs may lie in it.
LIVE = (S.PLANNED, S.ASKED, S.HELD, S.SWAPPING)
# Somebody said yes, and stays responsible until another does.
PROMISED = (S.HELD, S.SWAPPING)
# The person is not put into this shift again when the roster is planned anew.
REFUSED = (S.DECLINED, S.GIVEN_UP, S.TAKEN_OUT)

OFFICE, STEWARD, SYSTEM = "office", "steward", "system"

ROSTERS = StateTable(
    [
        Transition("", R.DRAFT, "make", _("排新的一期"), (OFFICE,), ("first",)),
        Transition(R.DRAFT, R.ASKED, "ask", _("发给大家看"), (OFFICE,)),
        Transition(R.ASKED, R.PUBLISHED, "publish", _("公布"), (OFFICE,)),
    ]
)

SEATS = StateTable(
    [
        Transition("", S.PLANNED, "plan", _("排进草稿"), (SYSTEM, OFFICE)),
        Transition("", S.ASKED, "put_in", _("加人"), (OFFICE,)),
        Transition("", S.HELD, "take_over", _("接过来"), (STEWARD, OFFICE)),
        Transition(S.PLANNED, S.ASKED, "ask", _("发给大家看"), (OFFICE,)),
        Transition(S.ASKED, S.HELD, "accept", _("我来"), (STEWARD, OFFICE)),
        Transition(S.ASKED, S.DECLINED, "decline", _("这次不行"), (STEWARD, OFFICE)),
        Transition(S.DECLINED, S.HELD, "accept", _("我来"), (STEWARD, OFFICE)),
        Transition(S.HELD, S.SWAPPING, "ask_swap", _("找人换"), (STEWARD, OFFICE)),
        Transition(S.SWAPPING, S.HELD, "keep", _("不换了"), (STEWARD, OFFICE, SYSTEM)),
        Transition(S.SWAPPING, S.GIVEN_UP, "hand_over", _("有人接了"), (STEWARD, OFFICE)),
        # Of whoever takes another's seat and gives this one for it.
        Transition(S.HELD, S.GIVEN_UP, "exchange", _("对换"), (STEWARD, OFFICE)),
        *(
            Transition(state, S.TAKEN_OUT, "take_out", _("调出"), (OFFICE,))
            for state in (S.PLANNED, S.ASKED, S.HELD, S.SWAPPING)
        ),
    ]
)
