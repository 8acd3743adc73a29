"""Who may take which step with what somebody reports themselves, and with a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable, Transition

if TYPE_CHECKING:
    from community.models import User

VOLUNTEER, WITNESS, OFFICE = "volunteer", "witness", "office"


class ReportState(models.TextChoices):
    WAITING = "waiting", _("等人确认")
    CONFIRMED = "confirmed", _("记入了时长")
    DECLINED = "declined", _("没有记入")
    WITHDRAWN = "withdrawn", _("自己收回了")


class PaperState(models.TextChoices):
    ASKED = "asked", _("等社区开具")
    ISSUED = "issued", _("有效")
    REVOKED = "revoked", _("已撤销")
    DROPPED = "dropped", _("没有开")


R, P = ReportState, PaperState

REPORTS = StateTable(
    [
        Transition("", R.WAITING, "report", _("报一次服务"), (VOLUNTEER,)),
        Transition(R.WAITING, R.CONFIRMED, "confirm", _("确认，记入时长"), (WITNESS, OFFICE)),
        Transition(R.WAITING, R.DECLINED, "decline", _("不能确认"), (WITNESS, OFFICE), ("reason",)),
        Transition(R.WAITING, R.WITHDRAWN, "withdraw", _("收回"), (VOLUNTEER,)),
    ]
)

PAPERS = StateTable(
    [
        Transition("", P.ASKED, "ask", _("要一份证明"), (VOLUNTEER,)),
        Transition("", P.ISSUED, "issue", _("开证明"), (OFFICE,)),
        Transition(P.ASKED, P.ISSUED, "issue", _("开证明"), (OFFICE,)),
        Transition(P.ASKED, P.DROPPED, "drop", _("先不开"), (OFFICE,), ("reason",)),
        Transition(P.ISSUED, P.REVOKED, "revoke", _("撤销"), (OFFICE,), ("reason",)),
    ]
)


def parties(row: Any, user: User) -> set[str]:
    """What `user` is to a report or a certificate; whoever gave the hours is nothing else to them."""
    if row.volunteer_id == user.pk:
        return {VOLUNTEER}
    found = {OFFICE} if row.community_id in user.scope.offices_communities else set()
    return found | ({WITNESS} if getattr(row, "witness_id", None) == user.pk else set())
