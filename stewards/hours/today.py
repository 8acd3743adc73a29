"""What the hours ask: of whoever was there, a word; of the office, what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission
from community.models import Community
from community.roles import Role
from community.today import Ask
from core.templatetags.portal import day
from stewards.hours.states import PaperState, ReportState
from stewards.hours.witnesses import ROLES
from stewards.models import Certificate, SelfReport

if TYPE_CHECKING:
    from community.models import User

_WHY = "how many wait, counted within the office's own communities"


def asks(user: User) -> list[Ask]:
    """What waits for `user`: one query for whoever may be named as a witness, one more for the office."""
    return [*_to_confirm(user), *_for_office(user)]


def _to_confirm(user: User) -> list[Ask]:
    if not user.scope.has_role(*ROLES):
        return []
    waiting = SelfReport.objects.visible_to(user).filter(witness=user, state=ReportState.WAITING)
    return [
        Ask(
            title=_("请确认 %(who)s 做的事") % {"who": one.volunteer},
            detail=_("%(day)s · %(what)s · %(lasting)s")
            % {"day": day(one.day), "what": one.what, "lasting": one.lasting},
            url=one.get_absolute_url(),
            button=_("看一看"),
            since=one.reported_at,
        )
        for one in waiting.select_related("volunteer")
    ]


def _for_office(user: User) -> list[Ask]:
    if not user.scope.has_role(Role.COMMUNITY_STAFF, Role.SECRETARY):
        return []
    if not user.scope.may(Permission.STEWARDS_MANAGE):
        return []
    reports = SelfReport.objects.unscoped(reason=_WHY).filter(state=ReportState.WAITING, witness__isnull=True)
    papers = Certificate.objects.unscoped(reason=_WHY).filter(state=PaperState.ASKED)
    found = (
        Community.objects.filter(pk__in=user.scope.offices_communities)
        .order_by("pk")
        .values_list(
            _of(reports, Count("pk")),
            _of(reports, Min("reported_at")),
            _of(papers, Count("pk")),
            _of(papers, Min("asked_at")),
        )
    )
    return [ask for row in found for ask in _counted(*row)]


def _of(rows: Any, figure: Any) -> Subquery:
    here = rows.filter(community=OuterRef("pk")).order_by()
    return Subquery(here.values("community").annotate(figure=figure).values("figure"))


def _counted(reports: int | None, since: Any, papers: int | None, asked: Any) -> list[Ask]:
    found = []
    if reports:
        words = ngettext("%(n)d 次自己报的服务等社区核对", "%(n)d 次自己报的服务等社区核对", reports) % {"n": reports}
        url = f"{reverse('stewards:self_reports')}?state={ReportState.WAITING}"
        found.append(Ask(title=words, url=url, button=_("去核对"), since=since))
    if papers:
        words = ngettext("%(n)d 份志愿服务证明等您开", "%(n)d 份志愿服务证明等您开", papers) % {"n": papers}
        url = f"{reverse('stewards:certificates')}?state={PaperState.ASKED}"
        found.append(Ask(title=words, url=url, button=_("去开"), since=asked))
    return found
