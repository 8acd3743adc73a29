"""A project is proposed by one side, agreed by the other, done or dropped; a need follows what is done for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliance.models import Need, Partner, Project, Resource
from alliance.partners.parties import parties_of
from alliance.partners.querysets import contacts_of, office_of
from alliance.partners.states import PROJECTS, NeedState, ProjectState
from community import audit
from community.models import User
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked

_OPEN = "what else is open for a need already found"
_ENDED = (ProjectState.DONE, ProjectState.DROPPED)


@transaction.atomic
def propose(
    partner: Partner,
    *,
    by: User,
    title: str,
    text: str = "",
    until: date | None = None,
    need: Need | None = None,
    resource: Resource | None = None,
) -> Project:
    """Propose that the community and a unit do something together; the other side is told and answers.

    Raises Refused where it is neither's to propose, the unit has left, the need is over or has its proposal already.
    """
    by_partner = partner.pk in by.scope.partners
    if not by_partner and partner.community_id not in by.scope.offices_communities:
        raise Refused(_("项目由社区或者这个单位的联络员来提。"))
    if not partner.is_active:
        raise Refused(_("这个单位已经退出了。"))
    if until and until < clock.today():
        raise Refused(_("打算哪天前做完，请写今天以后的日子。"))
    _check_pair(partner, need, resource)
    row: Project = Project.objects.create(
        community_id=partner.community_id,
        partner=partner,
        need=need,
        resource=resource,
        title=title,
        text=text,
        until=until,
        by_partner=by_partner,
        proposed_by=by,
    )
    audit.record("project_propose", row, by=by, changes={"title": ["", title]})
    _tell(row, by, "project_proposed", _said("propose"))
    return row


@transaction.atomic
def step_project(project: Project, action: str, *, by: User, outcome: str = "") -> Project:
    """Take a step of the table; raises Refused where it is not legal or something is missing."""
    row = locked(project)
    step = PROJECTS.find(row.state, action, parties_of(row, by), {"outcome": outcome})
    before = row.state
    row.state = step.target
    if action == "agree":
        row.agreed_at, row.agreed_by = clock.now(), by
    if step.target in _ENDED:
        row.ended_at, row.outcome = clock.now(), outcome.strip()
    row.save()
    follow_need(row)
    audit.record(f"project_{action}", row, by=by, changes={"state": [before, row.state]}, reason=row.outcome[:200])
    _tell(row, by, f"project_{action}", _said(action))
    return row


def _check_pair(partner: Partner, need: Need | None, resource: Resource | None) -> None:
    if resource is not None and (resource.partner_id != partner.pk or not resource.is_offered):
        raise Refused(_("这个资源现在用不上，请换一个。"))
    if need is None:
        return
    need = locked(need)
    if need.community_id != partner.community_id or need.state in (NeedState.MET, NeedState.DROPPED):
        raise Refused(_("这个需求已经了结，不用再对接了。"))
    if Project.objects.unscoped(reason=_OPEN).open().filter(need=need, partner=partner).exists():
        raise Refused(_("已经跟这个单位提过了，请看项目里的进展。"))


def follow_need(project: Project) -> None:
    """The need is met by what is done, in hand while something agreed is under way, else open again."""
    if project.need_id is None:
        return
    need = locked(Need(pk=project.need_id))
    if need.state in (NeedState.MET, NeedState.DROPPED):
        return
    running = Project.objects.unscoped(reason=_OPEN).filter(need=need, state__in=("agreed", "under_way"))
    if project.state == ProjectState.DONE:
        need.state = NeedState.MET
    else:
        need.state = NeedState.IN_HAND if running.exists() else NeedState.OPEN
    need.save(update_fields=["state"])


def _said(action: str) -> str:
    """What the other side reads."""
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "propose": _("提议一起做：%(title)s。请您看一看，答复一下。"),
            "agree": _("同意了一起做：%(title)s。"),
            "decline": _("这次做不了：%(title)s。原因写在项目里。"),
            "start": _("开始做了：%(title)s。"),
            "finish": _("做成了：%(title)s。谢谢大家。"),
            "drop": _("不做了：%(title)s。原因写在项目里。"),
        }
        return words[action]


def _tell(row: Project, by: User, kind: str, words: str) -> None:
    """Everybody of both sides but who has done it."""
    told: list[Any] = [*contacts_of(row.partner_id), *office_of(row.community_id)]
    told = [one for one in told if one.pk != by.pk]
    notify(told, about=row, kind=kind, text=words % {"title": row.title})
