"""A visit that came after its door had been given to somebody else: kept, then taken in or declined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import Appointment, User
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from visits.actions.photos import show_at_work
from visits.actions.visits import record_visit
from visits.models import LatePhoto, LateReport, Target, Visit, VisitPhoto

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from visits.report import Report

_FOUND = "what belongs to a late report already found"


@transaction.atomic
def keep_late(
    target: Target,
    *,
    by: User,
    pk: UUID,
    content_hash: str,
    outcome: str,
    visited_at: datetime,
    sent: str,
    announced: Sequence[str] = (),
) -> LateReport:
    """Keep what the former holder of a door has brought, as it came; who holds the door now is told.

    `visited_at` is by the server's clock. The caller has made sure that this id has not come before.
    """
    late = LateReport(
        id=pk,
        community_id=target.community_id,
        content_hash=content_hash,
        target=target,
        household=target.household,
        building_id=target.building_id,
        by=by,
        outcome=outcome,
        visited_at=visited_at,
        sent=sent,
        photos_announced=list(announced),
    )
    late.save(force_insert=True)
    audit.record("late_report_kept", late, by=by, changes={"outcome": [None, outcome]})
    text = _("%(name)s送来一次走访，那一户已经换人去走，请核对") % {"name": by.name}
    notify(_deciders(target, by), about=late, kind="late_report", text=text)
    return late


@transaction.atomic
def take_in(late: LateReport, *, by: User, report: Report) -> Visit:
    """Record a late report as its sender's visit, its photos with it. `report` is what was sent, read anew.

    Twice is once. Raises Refused where it was declined, or where the visit cannot be recorded.
    """
    late = locked(late)
    if late.state == LateReport.State.TAKEN:
        taken: Visit = Visit.objects.unscoped(reason=_FOUND).get(pk=late.pk)
        return taken
    _still_waits(late)
    visit = record_visit(late.household, target=late.target, by=late.by, report=report)
    _hand_on_photos(late, visit)
    # All that was sent stands in the visit now, or in what it led to.
    late.sent = ""
    _decide(late, LateReport.State.TAKEN, by=by, answer="")
    return visit


@transaction.atomic
def decline_late(late: LateReport, *, by: User, answer: str) -> LateReport:
    """Leave a late report aside, with a word for its sender; it stays on record.

    Raises Refused where no word is given, or it was decided before.
    """
    late = locked(late)
    answer = answer.strip()
    if late.state == LateReport.State.DECLINED and late.decided_by_id == by.pk and late.answer == answer:
        return late
    _still_waits(late)
    if not answer:
        raise Refused(_("请写一句为什么不收。"))
    _decide(late, LateReport.State.DECLINED, by=by, answer=answer)
    return late


def _still_waits(late: LateReport) -> None:
    if late.state != LateReport.State.WAITING:
        words = {"name": late.decided_by, "state": late.get_state_display()}
        raise Refused(_("%(name)s已经处理过了：%(state)s。") % words)


def _decide(late: LateReport, state: str, *, by: User, answer: str) -> None:
    before, late.state = late.state, state
    late.decided_at, late.decided_by, late.answer = clock.now(), by, answer
    late.save(update_fields=["state", "decided_at", "decided_by", "answer", "sent"])
    verb = "late_report_taken" if state == LateReport.State.TAKEN else "late_report_declined"
    audit.record(verb, late, by=by, changes={"state": [before, state]}, reason=answer)
    if late.by_id != by.pk:
        text = _("%(name)s看了您送来的走访：%(state)s") % {"name": by.name, "state": late.get_state_display()}
        notify([late.by], about=late, kind="late_report_decided", text=text, url="visits:book")


def _hand_on_photos(late: LateReport, visit: Visit) -> None:
    """The photos that have come so far become the visit's; those still under way go there directly."""
    waiting = LatePhoto.objects.unscoped(reason=_FOUND).filter(report=late)
    come = list(waiting.select_related("attachment"))
    waiting.delete()
    photos = VisitPhoto.objects.bulk_create(
        VisitPhoto(
            community_id=visit.community_id,
            visit=visit,
            attachment=photo.attachment,
            announced_as=photo.announced_as,
        )
        for photo in come
    )
    show_at_work(visit, [photo.attachment for photo in photos], by=late.by)


def _deciders(target: Target, sender: User) -> list[User]:
    """Who has the door now, else the leader of the grid, else the office; never who has sent it."""
    held = Appointment.objects.unscoped(reason="who is told of a late report").current().select_related("user")
    leaders = held.filter(role=Role.GRID_LEADER, grid=target.building.grid_id)
    office = held.filter(role__in=[Role.COMMUNITY_STAFF, Role.SECRETARY], community=target.community_id)
    for found in ([target.assignee], [one.user for one in leaders], [one.user for one in office]):
        others = [user for user in found if user is not None and user.pk != sender.pk]
        if others:
            return others
    return []
