"""What the hours bring to the rest of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.nav import Entry

if TYPE_CHECKING:
    from community.models import User

WORDS_OF_THE_RECORD = {
    "hours_entered": _("记入了服务时长"),
    "hours_reversed": _("冲销了一条时长"),
    "self_report_made": _("自己报了一次服务"),
    "self_report_confirmed": _("确认了自己报的服务"),
    "self_report_declined": _("没有确认自己报的服务"),
    "self_report_withdrawn": _("收回了自己报的服务"),
    "certificate_asked": _("要了一份志愿服务证明"),
    "certificate_issued": _("开了志愿服务证明"),
    "certificate_dropped": _("没有开志愿服务证明"),
    "certificate_revoked": _("撤销了志愿服务证明"),
}
KINDS = ("hours_", "self_report_", "certificate_")


def own_entries(user: User) -> list[Entry]:
    """One's own hours, for everybody who may give some."""
    if not user.scope.may(Permission.HOURS_OWN):
        return []
    return [Entry(_("我的志愿时长"), reverse("stewards:my_hours"), "clock-history", order=45)]


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from community import history, messages, nav
    from stewards.hours import personal, today

    nav.register_account(own_entries)
    history.register(WORDS_OF_THE_RECORD)
    messages.register("hours", _("志愿时长"), kinds=KINDS)
    today.register()
    personal.register()
