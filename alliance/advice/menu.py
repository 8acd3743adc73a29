"""What the advisory group brings to the rest of the portal: words of the record, Today, navigation, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.home import Tile
from community.nav import Entry
from community.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

WORDS_OF_THE_RECORD = {
    "advisory_group_changed": _("改了顾问团的介绍"),
    "adviser_described": _("写了顾问的介绍"),
    "adviser_named": _("记下顾问同意公开姓名"),
    "adviser_unnamed": _("不再公开顾问的姓名"),
    "advice_session_planned": _("约了顾问会议"),
    "advice_session_changed": _("改了顾问会议的安排"),
    "advice_session_called_off": _("取消了顾问会议"),
    "advice_invitation_answered": _("回答了来不来开会"),
    "advice_minutes_written": _("写了会议纪要"),
    "advice_minutes_changed": _("改了会议纪要"),
    "advice_minutes_remarked": _("对纪要提了更正"),
    "advice_remark_answered": _("答复了对纪要的更正"),
    "advice_minutes_read": _("核对了纪要，没有要改的"),
    "advice_minutes_sent": _("请到会的人签字"),
    "advice_minutes_opened": _("请再改一改纪要，签字作废"),
    "advice_minutes_signed": _("在纪要上签了字"),
    "advice_minutes_approved": _("纪要定稿"),
    "advice_session_published": _("把会议的建议公开给居民"),
    "advice_session_retold": _("改了公开给居民的话"),
    "advice_session_unpublished": _("不再公开会议的建议"),
    "recommendation_put": _("写了一条建议"),
    "recommendation_changed": _("改了建议"),
    "recommendation_dropped": _("删掉了一条建议"),
    "recommendation_answered": _("答复了建议"),
    "recommendation_followed": _("跟进了建议"),
    "recommendation_outcome": _("记下建议办成了什么"),
    "study_added": _("放上了研究报告"),
    "study_changed": _("改了研究报告"),
    "study_released": _("公开了研究报告"),
    "study_taken_back": _("不再公开研究报告"),
    "study_dropped": _("删掉了研究报告"),
}


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from alliance.advice import personal, today
    from alliance.advice.forgetting import RULES
    from community import history, home, messages, nav, retention
    from community import today as asked
    from community.personal import register as register_personal

    history.register(WORDS_OF_THE_RECORD)
    asked.register(today.waiting, today.say)
    nav.register(entries)
    nav.register_account(account_entries)
    home.register(tiles)
    messages.register("advice", _("顾问团"), kinds=("advice",), staff=True)
    register_personal("advice", personal.ROOM)
    retention.register(*RULES)


def entries(user: User) -> list[Entry]:
    """The group, for its advisers; the office finds it among the lists of the alliance."""
    if not user.scope.has_role(Role.ADVISER):
        return []
    return [Entry(_("顾问团"), reverse("alliance:advisory_group"), "lightbulb", order=15)]


def account_entries(_user: User) -> list[Entry]:
    """What everybody who is signed in may read as well."""
    return [Entry(_("顾问的建议"), reverse("alliance:advised"), "lightbulb", order=62)]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """What everybody may read, for visitors."""
    if not user.is_anonymous:
        return []
    return [Tile(_("顾问的建议"), reverse("alliance:advised"), _("提了什么，做了什么"), "lightbulb", order=62)]
