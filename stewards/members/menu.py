"""What this part brings to the rest of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from community.access import Permission
from community.nav import Entry

if TYPE_CHECKING:
    from community.models import User

# Of all of them: Chinese says it as of one, other languages do not.
STEWARDS = pgettext_lazy("several", "红管家")
WORDS_OF_THE_RECORD = {
    "skills_seeded": _("备好了红管家的技能"),
    "skill_added": _("加了一项红管家的技能"),
    "skill_changed": _("改了一项红管家的技能"),
    "steward_enrolled": _("加入了红管家"),
    "steward_changed": _("改了红管家的自我介绍和联系方式"),
    "steward_noted": _("记了红管家的培训和保险"),
    "steward_week_set": _("改了平时有空的时间"),
    "steward_time_said": _("说了一段和平时不一样的时间"),
    "steward_time_dropped": _("去掉了一段和平时不一样的时间"),
    "steward_paused": _("暂停了服务"),
    "steward_resumed": _("结束了暂停"),
    "steward_skill_added": _("加了一项会做的"),
    "steward_skill_changed": _("改了一项会做的"),
    "steward_skill_confirmed": _("核实了技能"),
    "steward_skill_returned": _("请红管家补一样东西"),
    "steward_skill_dropped": _("去掉了一项会做的"),
    "kept_apart": _("记下了两边不安排在一起"),
    "kept_apart_no_more": _("去掉了不安排在一起"),
    "two_together_set": _("改了哪些人家两个人一起上门"),
    "two_together_added": _("记下了一户两个人一起上门"),
    "two_together_dropped": _("去掉了一户两个人一起上门"),
}


def entries(user: User) -> list[Entry]:
    """For a steward the own page; for those who work with stewards the list of them."""
    if user.scope.may(Permission.STEWARD_WORK):
        return [Entry(pgettext("navigation", "我是红管家"), reverse("stewards:mine"), "person-heart", order=32)]
    if user.scope.may(Permission.STEWARDS_VIEW):
        return [Entry(STEWARDS, reverse("stewards:list"), "person-heart", order=32)]
    return []


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from community import appointed, founding, history, messages, nav, reveal
    from core import daily
    from grids import uniting
    from stewards.members import actions, personal, today
    from stewards.members.querysets import managed

    founding.register(actions.begin)
    appointed.register(actions.react)
    daily.register("red stewards", actions.catch_up)
    history.register(WORDS_OF_THE_RECORD)
    messages.register("stewards", STEWARDS, kinds=("steward_",), staff=True)
    nav.register(entries)
    today.register()
    reveal.register("stewards.blockedpair", {"reason"}, Permission.STEWARDS_MANAGE)
    reveal.register("stewards.twotogether", {"reason"}, Permission.STEWARDS_MANAGE)
    reveal.register("stewards.steward", {"policy"}, Permission.STEWARDS_MANAGE, within=managed)
    # Two records of one household are one: what is kept apart from either is kept apart from both.
    for label in ("stewards.blockedpair", "stewards.twotogether"):
        uniting.register(label, uniting.keep_by(lambda row: 0))
    personal.register()
