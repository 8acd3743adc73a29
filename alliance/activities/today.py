"""What activities ask of one person today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alliance.activities.states import State
from alliance.models import Activity
from community.access import Permission
from community.today import Ask
from core import clock
from core.templatetags.portal import moment

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20


def asks(user: User) -> list[Ask]:
    """Drafts to announce and results to publish for the office, what is over for who runs it; one query, and none for
    anybody else."""
    if not user.scope.may(Permission.ALLIANCE_WORK) and not user.scope.may(Permission.ALLIANCE_MANAGE):
        return []
    rows = Activity.objects.waiting_for(user).order_by("starts_at", "pk")
    return [_ask(one) for one in rows[:AT_MOST]]


def _ask(one: Activity) -> Ask:
    if one.state == State.DRAFT:
        title, button = _("等着公布的活动：%(title)s"), _("看一看")
    elif one.state == State.HELD:
        title, button = _("等着公布结果：%(title)s"), _("去公布")
    else:
        title, button = _("活动办完了，请核对到场和时长：%(title)s"), _("去核对")
    return Ask(
        title=title % {"title": one.title},
        detail=f"{moment(one.starts_at)} · {one.place}",
        url=one.get_absolute_url(),
        button=button,
        since=one.ends_at if one.ends_at < clock.now() else one.created_at,
        urgent=False,
    )
