"""What the units' room asks of one person today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alliance.models import Pledge, Project
from alliance.partners.states import PledgeState
from community import today
from community.access import Permission
from community.questions import Row
from community.today import Ask
from core import clock
from core.addresses import address
from core.parts import made_of
from core.templatetags.portal import day

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20
SOON = timedelta(days=7)


def register() -> None:
    """Asks a unit and the office about proposals to answer and pledges to keep or to check."""
    today.register(_proposed, _proposals)
    today.register(_promised, _pledges)


def _works_here(user: User) -> bool:
    return user.scope.may(Permission.ALLIANCE_WORK) or user.scope.may(Permission.ALLIANCE_MANAGE)


def _proposed(user: User) -> Any:
    if not _works_here(user):
        return None
    rows = Project.objects.waiting_for(user).order_by("created_at")
    return rows.values_list("pk", "title", "partner__name", "created_at")[:AT_MOST]


def _proposals(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("想一起做：%(title)s") % {"title": title},
            detail=unit,
            url=address("alliance:project", pk),
            button=_("去答复"),
            since=since,
        )
        for pk, title, unit, since in rows
    ]


def _promised(user: User) -> Any:
    """For a unit what it has to keep within a week, for the office what waits to be checked and what is late."""
    if not _works_here(user):
        return None
    rows = Pledge.objects.waiting_for(user, soon=clock.today() + SOON).order_by("until", "pk")
    return rows.values_list("partner__name", *PLEDGE)[:AT_MOST]


PLEDGE = ("id", "title", "state", "until", "reported_at")


def _pledges(_user: User, rows: list[Row]) -> list[Ask]:
    pledges = [(unit, made_of(Pledge, PLEDGE, row)) for unit, *row in rows]
    return [_pledge(one, unit) for unit, one in sorted(pledges, key=lambda pair: pair[1].until)]


def _pledge(one: Pledge, unit: str) -> Ask:
    if one.state == PledgeState.REPORTED:
        title, button = _("请核对承诺：%(title)s"), _("去核对")
    elif one.is_late:
        title, button = _("承诺过了日子：%(title)s"), _("看一看")
    else:
        title, button = _("快到日子的承诺：%(title)s"), _("去报一下")
    return Ask(
        title=title % {"title": one.title},
        detail=f"{unit} · {day(one.until)}",
        url=one.get_absolute_url(),
        button=button,
        since=one.reported_at,
        urgent=one.is_late,
    )
