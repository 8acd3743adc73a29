"""What offers and jobs bring to the shared pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.nav import Entry

if TYPE_CHECKING:
    from community.models import User


def entries(user: User) -> list[Entry]:
    """What a steward is asked."""
    if user.scope.may(Permission.STEWARD_WORK):
        return [Entry(_("请我帮的忙"), reverse("stewards:offers"), "tools", order=5)]
    return []


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from community import history, messages, nav, retention
    from community.personal import register as register_personal
    from core import daily
    from helpdesk import bars, reactions
    from stewards.jobs import panel, today
    from stewards.jobs.actions import lapse, move_all_on
    from stewards.jobs.actions.reacting import bar_reply, react
    from stewards.jobs.personal import ROOM, RULES
    from stewards.members import busy
    from stewards.models import Job

    today.register()
    nav.register(entries)
    busy.register(busy.JOBS, Job.objects.busy)
    panel.register()
    register_personal("jobs", ROOM)
    retention.register(*RULES)
    reactions.register(react)
    bars.register("reply", bar_reply)
    daily.register("offers to red stewards", move_all_on, every=timedelta(minutes=2))
    daily.register("jobs that nobody confirmed", lapse)
    messages.register("jobs", _("上门帮忙"), kinds=("job",))
    history.register(
        {
            "job_asked": _("请红管家上门"),
            "job_widened": _("多问了几位红管家"),
            "job_accepted": _("红管家答应去了"),
            "job_given_back": _("红管家去不了，换人"),
            "job_passed_on": _("红管家请别人接着去"),
            "job_taken_over": _("别的红管家接着去"),
            "job_set_out": _("红管家出发了"),
            "job_checked": _("核对了来人的到访码"),
            "job_arrived": _("红管家到了"),
            "job_rebooked": _("红管家改了上门的时间"),
            "job_done": _("红管家做完了"),
            "job_confirmed": _("确认了红管家上门帮忙"),
            "job_doubted": _("说红管家的活还没办好"),
            "job_lapsed": _("红管家上门满期没有确认"),
            "job_stopped": _("不再请红管家"),
            "parts_claimed": _("交了材料费的小票"),
            "parts_drafted": _("给材料费制了凭证"),
            "parts_declined": _("没有同意报销材料费"),
        }
    )
