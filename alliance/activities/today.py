"""What activities ask of one person today."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from alliance.activities.states import State
from alliance.models import Activity
from community.access import Permission
from community.questions import Row
from community.today import Ask
from core import clock
from core.addresses import address
from core.templatetags.portal import moment

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20


class Waiting(NamedTuple):
    """An activity as a line of Today reads it."""

    pk: UUID
    title: str
    state: str
    place: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime


def waiting(user: User) -> Any:
    """Drafts to announce and results to publish for the office, what is over for who runs it."""
    if not user.scope.may(Permission.ALLIANCE_WORK) and not user.scope.may(Permission.ALLIANCE_MANAGE):
        return None
    rows = Activity.objects.waiting_for(user).order_by("starts_at", "pk")
    return rows.values_list(*Waiting._fields)[:AT_MOST]


def say(_user: User, rows: list[Row]) -> list[Ask]:
    """A line for each."""
    return [_ask(Waiting._make(row)) for row in rows]


def _ask(one: Waiting) -> Ask:
    if one.state == State.DRAFT:
        title, button = _("等着公布的活动：%(title)s"), _("看一看")
    elif one.state == State.HELD:
        title, button = _("等着公布结果：%(title)s"), _("去公布")
    else:
        title, button = _("活动办完了，请核对到场和时长：%(title)s"), _("去核对")
    return Ask(
        title=title % {"title": one.title},
        detail=f"{moment(one.starts_at)} · {one.place}",
        url=address("alliance:activity", one.pk),
        button=button,
        since=one.ends_at if one.ends_at < clock.now() else one.created_at,
        urgent=False,
    )
