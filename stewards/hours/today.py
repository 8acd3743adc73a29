"""What the hours ask: of whoever was there, a word; of the office, what waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.access import Permission
from community.questions import Row
from community.roles import Role
from community.today import Ask
from core.addresses import address
from core.sql import Within, as_moment
from core.templatetags.portal import day
from stewards.hours.states import PaperState, ReportState
from stewards.hours.witnesses import ROLES
from stewards.hours.wording import lasting
from stewards.models import Certificate, SelfReport

if TYPE_CHECKING:
    from community.models import User

_WHY = "how many wait, counted within the office's own communities"


def register() -> None:
    """Asks whoever is named as a witness, and the office."""
    today.register(_named, _to_confirm)
    today.register(_for_office, _waiting)


def _named(user: User) -> Any:
    if not user.scope.has_role(*ROLES):
        return None
    reports: Any = SelfReport.objects.visible_to(user).filter(witness=user, state=ReportState.WAITING)
    return reports.order_by().values_list("pk", "volunteer__name", "day", "what", "minutes", "reported_at")


def _to_confirm(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("请确认 %(who)s 做的事") % {"who": who},
            detail=_("%(day)s · %(what)s · %(lasting)s") % {"day": day(on), "what": what, "lasting": lasting(minutes)},
            url=address("stewards:self_report", pk),
            button=_("看一看"),
            since=reported,
        )
        for pk, who, on, what, minutes, reported in rows
    ]


def _for_office(user: User) -> Any:
    if not user.scope.has_role(Role.COMMUNITY_STAFF, Role.SECRETARY):
        return None
    if not user.scope.may(Permission.STEWARDS_MANAGE):
        return None
    here = {"community__in": user.scope.offices_communities}
    reports: Any = SelfReport.objects.unscoped(reason=_WHY).filter(
        state=ReportState.WAITING, witness__isnull=True, **here
    )
    papers: Any = Certificate.objects.unscoped(reason=_WHY).filter(state=PaperState.ASKED, **here)
    return [
        Within(reports.order_by().values_list("reported_at"), "since", _COUNTED.format(kind="reports"), width=3),
        Within(papers.order_by().values_list("asked_at"), "since", _COUNTED.format(kind="papers"), width=3),
    ]


_COUNTED = "SELECT '{kind}', COUNT(*), MIN(since) FROM narrowed"


def _waiting(_user: User, rows: list[Row]) -> list[Ask]:
    return [_counted(kind, number, as_moment(since)) for kind, number, since in rows if number]


def _counted(kind: str, number: int, since: datetime | None) -> Ask:
    if kind == "reports":
        words = ngettext("%(n)d 次自己报的服务等社区核对", "%(n)d 次自己报的服务等社区核对", number) % {"n": number}
        url = f"{reverse('stewards:self_reports')}?state={ReportState.WAITING}"
        return Ask(title=words, url=url, button=_("去核对"), since=since)
    words = ngettext("%(n)d 份志愿服务证明等您开", "%(n)d 份志愿服务证明等您开", number) % {"n": number}
    url = f"{reverse('stewards:certificates')}?state={PaperState.ASKED}"
    return Ask(title=words, url=url, button=_("去开"), since=since)
