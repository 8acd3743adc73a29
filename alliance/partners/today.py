"""What the units' room asks of one person today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from alliance.models import Pledge, Project
from alliance.partners.states import PledgeState
from community.access import Permission
from community.today import Ask
from core import clock
from core.addresses import address
from core.templatetags.portal import day

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20
SOON = timedelta(days=7)


def asks(user: User) -> list[Ask]:
    """Proposals to answer and pledges to keep or to check; two queries, and none for anybody else."""
    if not user.scope.may(Permission.ALLIANCE_WORK) and not user.scope.may(Permission.ALLIANCE_MANAGE):
        return []
    return [*_proposals(user), *_pledges(user)]


def _proposals(user: User) -> list[Ask]:
    columns = ("pk", "title", "partner__name", "created_at")
    rows = Project.objects.waiting_for(user).order_by("created_at").values_list(*columns)
    return [
        Ask(
            title=_("想一起做：%(title)s") % {"title": title},
            detail=unit,
            url=address("alliance:project", pk),
            button=_("去答复"),
            since=since,
        )
        for pk, title, unit, since in rows[:AT_MOST]
    ]


def _pledges(user: User) -> list[Ask]:
    """For a unit what it has to keep within a week, for the office what waits to be checked and what is late."""
    rows = Pledge.objects.waiting_for(user, soon=clock.today() + SOON).order_by("until", "pk")
    return [_pledge(one) for one in rows.select_related("partner")[:AT_MOST]]


def _pledge(one: Pledge) -> Ask:
    if one.state == PledgeState.REPORTED:
        title, button = _("请核对承诺：%(title)s"), _("去核对")
    elif one.is_late:
        title, button = _("承诺过了日子：%(title)s"), _("看一看")
    else:
        title, button = _("快到日子的承诺：%(title)s"), _("去报一下")
    return Ask(
        title=title % {"title": one.title},
        detail=f"{one.partner} · {day(one.until)}",
        url=one.get_absolute_url(),
        button=button,
        since=one.reported_at,
        urgent=one.is_late,
    )
