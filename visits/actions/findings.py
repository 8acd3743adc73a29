"""What was brought back from a door: handled, and answered for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.access import Permission
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from helpdesk.actions import log_request, open_mediation
from helpdesk.models import Category, ServiceRequest
from visits import walkers
from visits.models import DUE_DAYS, FINDING_STEPS, Feedback, Finding, Severity, Visit
from visits.report import Brought, Handling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from community.models import User
    from core.photos import CleanPhoto

_VISITOR = ("visitor",)


@transaction.atomic
def raise_finding(
    visit: Visit, *, brought: Brought, owner: User, by: User, photos: Sequence[CleanPhoto] = ()
) -> Finding:
    """Keep a problem of a visit: mended on the spot, handed to the helpdesk, or to be followed up by its owner.

    Raises Refused where a request is to be opened and no category of this community is named, and where the two
    households cannot be brought together.
    """
    fixed = brought.handling == Handling.FIXED
    finding = Finding(
        community_id=visit.community_id,
        visit=visit,
        household=visit.household,
        building=visit.building,
        category=_category(visit.community_id, brought.category),
        severity=brought.severity,
        text=brought.text,
        owner=owner,
        due_on=clock.today() + timedelta(days=DUE_DAYS[Severity(brought.severity)]),
        state=Finding.State.FIXED if fixed else Finding.State.OPEN,
        fixed_on_spot=fixed,
        fixed_how=brought.how if fixed else "",
        for_hall=brought.handling == Handling.HALL,
    )
    finding.save(force_insert=True)
    audit.record("finding_raised", finding, by=by, changes={"text": [None, brought.text]})
    if brought.handling == Handling.REQUEST:
        return request_for(finding, by=by, photos=photos)
    if brought.handling == Handling.MEDIATION:
        return mediation_for(finding, other=_other(finding, brought), by=by, photos=photos)
    if fixed and brought.satisfied:
        told = brought.how or _("当场处理好了")
        give_feedback(finding, told=told, answer=Feedback.Answer.SATISFIED, by=by, visit=visit, at=visit.visited_at)
    return finding


@transaction.atomic
def request_for(
    finding: Finding, *, by: User, category: Category | None = None, photos: Sequence[CleanPhoto] = ()
) -> Finding:
    """Open a request of the helpdesk for a finding; the two stay linked."""
    finding = locked(finding)
    step = FINDING_STEPS.find(finding.state, "request", _VISITOR)
    category = category or finding.category
    if category is None:
        raise Refused(_("要登记成诉求，请选一个类别。"))
    finding.category = category
    finding.request = log_request(**_request_of(finding, category), photos=list(photos), by=by)
    finding.state = step.target
    finding.save(update_fields=["state", "request", "category"])
    audit.record("finding_requested", finding, by=by, changes={"request": [None, finding.request.number]})
    return finding


@transaction.atomic
def mediation_for(finding: Finding, *, other: Household, by: User, photos: Sequence[CleanPhoto] = ()) -> Finding:
    """Ask for a mediation between the household of a finding and another; the finding does not say which."""
    finding = locked(finding)
    step = FINDING_STEPS.find(finding.state, "request", _VISITOR)
    finding.request = open_mediation(
        by=by,
        title=finding.text[:60],
        description=finding.text,
        home=finding.household,
        other=other,
        source=ServiceRequest.Source.VISIT,
        photos=photos,
    )
    finding.state, finding.category = step.target, finding.request.category
    finding.save(update_fields=["state", "request", "category"])
    audit.record("finding_requested", finding, by=by, changes={"request": [None, finding.request.number]})
    return finding


@transaction.atomic
def fix_finding(finding: Finding, *, by: User, how: str) -> Finding:
    """Say how the problem was dealt with; what is left is to tell the household."""
    finding = locked(finding)
    step = FINDING_STEPS.find(finding.state, "fix", _VISITOR, {"how": how.strip()})
    before = finding.state
    finding.state, finding.fixed_how = step.target, how.strip()
    finding.save(update_fields=["state", "fixed_how"])
    audit.record("finding_fixed", finding, by=by, changes={"state": [before, finding.state]}, reason=how)
    return finding


@transaction.atomic
def give_feedback(
    finding: Finding, *, told: str, answer: str, by: User, visit: Visit | None = None, at: datetime | None = None
) -> Feedback:
    """Record what the household was told and what it said; only its being satisfied closes the finding.

    Raises Refused where the finding is closed already, or its request is still being worked on.
    """
    finding = locked(finding)
    step = FINDING_STEPS.find(finding.state, answer, _VISITOR, {"told": told.strip()})
    request, before = finding.request, finding.state
    if step.target == Finding.State.CLOSED and request is not None and request.is_open:
        raise Refused(_("诉求 %(number)s 还在办。请先选“知道了，还在办”，办好了再了结。") % {"number": request.number})
    feedback = Feedback.objects.create(
        community_id=finding.community_id,
        finding=finding,
        visit=visit,
        told=told.strip(),
        told_at=at or clock.now(),
        by=by,
        answer=answer,
    )
    finding.state = step.target
    finding.closed_at = clock.now() if finding.state == Finding.State.CLOSED else None
    finding.save(update_fields=["state", "closed_at"])
    audit.record(
        "finding_feedback",
        finding,
        by=by,
        changes={"state": [before, finding.state]},
        reason=feedback.told,
    )
    return feedback


@transaction.atomic
def hand_finding(finding: Finding, *, owner: User, by: User, reason: str = "") -> Finding:
    """Give a problem to another person, who looks after the building too; until when stays as it is.

    Raises Refused where it is closed, where nothing would change, or where `owner` has no duty there.
    """
    finding = locked(finding)
    if not finding.is_open:
        raise Refused(_("这件事已经反馈过，不用再换人了。"))
    if finding.owner == owner:
        raise Refused(_("这件事本来就由%(name)s负责。") % {"name": owner.name})
    if not (walkers.covers(owner.scope, finding.building) and owner.scope.may(Permission.VISIT_RECORD)):
        raise Refused(_("%(name)s不负责这幢楼，请选别人。") % {"name": owner.name})
    before = finding.owner
    finding.owner = owner
    finding.save(update_fields=["owner"])
    changes = {"owner": [before.name, owner.name]}
    audit.record("finding_handed", finding, by=by, changes=changes, reason=reason)
    if owner != by:
        text = _("%(by)s把%(building)s的一个走访问题交给您办。") % {"by": by.name, "building": finding.building}
        notify([owner], about=finding, kind="finding_handed", text=text)
    return finding


def _category(community_id: int, pk: int | None) -> Category | None:
    if pk is None:
        return None
    rows = Category.objects.unscoped(reason="a category named in a report")
    found: Category | None = rows.filter(community=community_id, pk=pk).first()
    if found is None:
        raise Refused(_("没有这个类别，请重新选一个。"))
    return found


def _other(finding: Finding, brought: Brought) -> Household:
    rows = Household.objects.unscoped(reason="the other household, named in a report")
    found: Household | None = rows.filter(community=finding.community_id, pk=brought.other).first()
    if found is None:
        raise Refused(_("两家的矛盾，请写另一家的门牌。"))
    return found


def _request_of(finding: Finding, category: Category) -> dict[str, Any]:
    return {
        "category": category,
        "title": finding.text[:60],
        "description": finding.text,
        "household": finding.household,
        "source": ServiceRequest.Source.VISIT,
    }
