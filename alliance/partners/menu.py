"""What the units bring to the rest of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.nav import Entry

if TYPE_CHECKING:
    from community.models import User

WORDS_OF_THE_RECORD = {
    "partner_added": _("登记了联盟单位"),
    "partner_changed": _("改了联盟单位的资料"),
    "partner_left": _("记下联盟单位退出了"),
    "need_logged": _("登记了需求"),
    "need_changed": _("改了需求"),
    "need_dropped": _("记下需求不再需要"),
    "resource_offered": _("登记了资源"),
    "resource_changed": _("改了资源"),
    "resource_withdrawn": _("不再提供资源"),
    "project_propose": _("提议一起做"),
    "project_agree": _("同意一起做"),
    "project_start": _("开始做了"),
    "project_finish": _("做成了"),
    "project_decline": _("这次做不了"),
    "project_drop": _("不做了"),
    "pledge_make": _("记下了承诺"),
    "pledge_report": _("报来承诺办好了"),
    "pledge_confirm": _("核对过，承诺兑现了"),
    "pledge_send_back": _("承诺还差一点，请接着办"),
    "pledge_postpone": _("承诺改了日子"),
    "pledge_release": _("承诺商量好不办了"),
    "pledge_reminded": _("提醒了承诺的日子"),
}


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from alliance.partners import reminders, today, wishes
    from community import history, messages, nav
    from core import daily

    history.register(WORDS_OF_THE_RECORD)
    today.register()
    wishes.register()
    nav.register(entries)
    messages.register("alliance", _("联盟和活动"), kinds=("project", "pledge", "activity"))
    daily.register("pledges to be kept", reminders.remind)


def entries(user: User) -> list[Entry]:
    """The alliance for those who work with it; for a contact their own unit."""
    scope = user.scope
    if not scope.may(Permission.ALLIANCE_VIEW):
        return []
    found = [Entry(_("联盟"), reverse("alliance:partners"), "people", order=46)]
    if scope.partners:
        own = reverse("alliance:partner", args=[min(scope.partners)])
        found.append(Entry(_("我的单位"), own, "building", order=12))
    return found
