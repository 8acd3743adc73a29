"""Recording what happened at a door: once, whole, and without overwriting anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.files import store_photos
from community.models import Appointment
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.sql import insert
from grids.actions.consents import withdrawn_by
from grids.models import CareTag, Consent, Household, Membership, Resident
from visits import planning
from visits.actions.findings import give_feedback, raise_finding
from visits.actions.register import apply_change, propose_came, propose_changes, propose_gone, propose_left
from visits.fields import BasicField, Result, Slot, count_of, slots_of
from visits.models import (
    REACHED,
    TALKED,
    TARGET_STEPS,
    Campaign,
    Conflict,
    Finding,
    Target,
    Verification,
    Visit,
    VisitPhoto,
)
from visits.report import hash_of

if TYPE_CHECKING:
    from community.models import User
    from visits.report import Answer, Report, Told

_FOUND = "what belongs to a household already found"


@transaction.atomic
def record_visit(household: Household, *, by: User, report: Report, target: Target | None = None) -> Visit:
    """Record one visit: fields verified, changes applied, problems and feedback kept, targets moved on.

    The same report again gives the same visit; the same id with other content is Refused, as is a report that
    contradicts itself. A change to a field that somebody else changed after it was seen becomes a Conflict.
    """
    household = locked(household)
    content_hash = report.content_hash(household.pk, by.pk)
    before = Visit.objects.unscoped(reason="a report that came before").filter(pk=report.uuid).first()
    if before is not None:
        return _again(before, content_hash)
    _consistent(report)
    _no_photos_against_ones_will(household, report)
    target = _target_for(household, target, report)
    visit = _write(household, report, by=by, target=target, content_hash=content_hash)
    _keep_photos(visit, report, by=by)
    _verify(visit, household, report, by=by)
    _bring_back(visit, report, by=by)
    propose_came(household, report.came, by=by)
    propose_gone(household, report.gone, by=by)
    if report.outcome == Visit.Outcome.MOVED:
        propose_left(household, by=by, note=report.note)
    _advance(visit, target)
    audit.record("visit_recorded", visit, by=by, changes={"outcome": [None, visit.outcome]}, reason=visit.note)
    return visit


def _again(before: Visit, content_hash: str) -> Visit:
    if before.content_hash == content_hash:
        return before
    raise Refused(_("这张走访表已经收到过，但内容和这次不一样。要改的话，请打开那次走访，点“更正”。"))


def _consistent(report: Report) -> None:
    if report.outcome not in TALKED and (report.answers or report.came or report.gone):
        raise Refused(_("没有见到人，就不能核实信息。请改一下结果，或者把核实的内容去掉。"))


def _no_photos_against_ones_will(household: Household, report: Report) -> None:
    """Nothing is photographed where somebody who lives there has withdrawn the consent to it."""
    against = withdrawn_by(household, Consent.Kind.VISIT_PHOTOS) if report.photo_hashes else []
    if against:
        words = {"name": "、".join(against)}
        raise Refused(_("%(name)s不同意走访时拍照，照片不能留。请去掉照片再保存，别的都留着。") % words)


def _write(household: Household, report: Report, *, by: User, target: Target | None, content_hash: str) -> Visit:
    visit = Visit(
        id=report.uuid,
        community_id=household.community_id,
        content_hash=content_hash,
        target=target,
        household=household,
        building_id=household.building_id,
        outcome=report.outcome,
        visited_at=min(report.visited_at, clock.now()),
        via=report.via,
        photos_announced=report.photo_hashes,
        met_who=report.met_who,
        note=report.note,
        position=report.position,
        base_version=report.base_version or household.version,
        supersedes=_superseded(household, report),
        by=by,
    )
    visit.save(force_insert=True)
    return visit


def _superseded(household: Household, report: Report) -> Visit | None:
    if report.supersedes is None:
        return None
    rows = Visit.objects.unscoped(reason=_FOUND).filter(household=household)
    before: Visit | None = rows.filter(pk=report.supersedes).first()
    if before is None:
        raise Refused(_("找不到要更正的那次走访。"))
    if Visit.objects.unscoped(reason=_FOUND).filter(supersedes=before).exists():
        raise Refused(_("那次走访已经有人更正过了，请打开看一看。"))
    return before


def _keep_photos(visit: Visit, report: Report, *, by: User) -> None:
    photos = {hash_of(photo): photo for photo in report.photos}
    named = [(f"{visit.pk}-{number}.jpg", photo) for number, photo in enumerate(photos.values(), start=1)]
    attachments = store_photos(named, community_id=visit.community_id, by=by)
    insert(
        VisitPhoto(community_id=visit.community_id, visit=visit, attachment=attachment, announced_as=announced)
        for announced, attachment in zip(photos, attachments, strict=True)
    )


def _verify(visit: Visit, household: Household, report: Report, *, by: User) -> None:
    """Keep what was answered, apply what changed, set aside what another changed too."""
    changes: dict[Resident | None, dict[BasicField, str]] = defaultdict(dict)
    by_card = report.via == Visit.Via.CARD
    rows, conflicts = [], []
    for slot, answer in _answered(household, report):
        row = _row(visit, slot, answer)
        stale = report.seen.get(slot.key, slot.fingerprint) != slot.fingerprint
        if row.result == Result.CHANGED and stale and answer.value != slot.text and not by_card:
            conflicts.append(_conflict(visit, slot, answer))
        elif row.result == Result.CHANGED:
            changes[slot.resident][slot.field] = answer.value
        elif row.result == Result.CONFIRMED and stale:
            # What the household confirmed is no longer what stands there: nobody has confirmed the new value.
            row.result = Result.UNKNOWN
        rows.append(row)
    insert(rows)
    insert(conflicts)
    for resident, given in changes.items():
        if by_card:
            propose_changes(household, resident, given)
        else:
            apply_change(household, resident, given, by=by)


def _answered(household: Household, report: Report) -> Iterator[tuple[Slot, Answer]]:
    slots = {slot.key: slot for slot in slots_of(household, _members(household), _cares(household))}
    if not report.answers.keys() <= slots.keys():
        raise Refused(_("这一户的人刚刚有变动。请重新打开走访表核对，您填的内容都还在。"))
    for key, slot in slots.items():
        if key in report.answers:
            yield slot, report.answers[key]


def _row(visit: Visit, slot: Slot, answer: Answer) -> Verification:
    changed = answer.result == Result.CHANGED
    return Verification(
        community_id=visit.community_id,
        visit=visit,
        household=visit.household,
        resident=slot.resident,
        field=slot.field.name,
        result=Result(answer.result),
        before=slot.text if changed else "",
        after=slot.field.check(answer.value) if changed else "",
    )


def _conflict(visit: Visit, slot: Slot, answer: Answer) -> Conflict:
    return Conflict(
        community_id=visit.community_id,
        visit=visit,
        household=visit.household,
        building_id=visit.building_id,
        resident=slot.resident,
        field=slot.field.name,
        brought=answer.value,
        found=slot.text,
    )


def _members(household: Household) -> Any:
    rows = Membership.objects.unscoped(reason=_FOUND).current()
    return rows.filter(household=household).select_related("resident")


def _cares(household: Household) -> Any:
    return CareTag.objects.unscoped(reason=_FOUND).current().filter(household=household)


def _bring_back(visit: Visit, report: Report, *, by: User) -> None:
    owner = _leader_of(visit.household) or by if report.findings else by
    for brought in report.findings:
        raise_finding(visit, brought=brought, owner=owner, by=by, photos=report.photos)
    if report.feedback:
        _give_feedback(visit, report.feedback, by=by)


def _give_feedback(visit: Visit, feedback: Sequence[Told], *, by: User) -> None:
    earlier = Finding.objects.unscoped(reason=_FOUND).filter(household=visit.household)
    found = {finding.pk: finding for finding in earlier.filter(pk__in=[one.finding for one in feedback])}
    for one in feedback:
        if one.finding not in found:
            raise Refused(_("找不到要反馈的问题，请重新打开走访表。"))
        give_feedback(found[one.finding], told=one.told, answer=one.answer, by=by, visit=visit, at=visit.visited_at)


def _leader_of(household: Household) -> User | None:
    held = Appointment.objects.unscoped(reason="who leads the grid answers for its problems").current()
    leader = held.filter(role=Role.GRID_LEADER, grid=household.building.grid_id).select_related("user").first()
    return leader.user if leader else None


def _target_for(household: Household, target: Target | None, report: Report) -> Target | None:
    """The target that the visit belongs to: the one given, else the round's; made where the round has none yet."""
    if target is not None and target.campaign.is_open:
        return locked(target)
    campaign = (
        Campaign.objects.unscoped(reason="the round that is being walked")
        .open()
        .filter(community=household.community_id)
        .first()
    )
    if campaign is None:
        return target
    rows = Target.objects.unscoped(reason=_FOUND).filter(campaign=campaign, household=household)
    return rows.filter(kind=Target.Kind.QUARTERLY).first() or _new_target(campaign, household)


def _new_target(campaign: Campaign, household: Household) -> Target:
    leader = _leader_of(household)
    members = [member.resident.birth_date for member in _members(household)]
    return Target.objects.create(
        community_id=household.community_id,
        campaign=campaign,
        household=household,
        building_id=household.building_id,
        assignee=leader,
        due_on=campaign.ends_on,
        base_version=household.version,
        fields_total=count_of(members),
    )


def _advance(visit: Visit, target: Target | None) -> None:
    """Move on every target that this one knock answers: its own, the quarter's, and those due by the month's end."""
    rows = Target.objects.unscoped(reason=_FOUND).filter(household=visit.household_id, campaign__state="open")
    answered = {row.pk: row for row in rows.due_by(clock.today())}
    if target is not None and target.campaign.is_open:
        answered[target.pk] = target
    for row in answered.values():
        _step(locked(row), visit)


def _step(target: Target, visit: Visit) -> None:
    can_move = target.is_due or (target.state in REACHED and visit.talked)
    if can_move and target.state != Target.State.DONE:
        step = TARGET_STEPS.find(target.state, visit.outcome, ("visitor",))
        target.state = step.target
        target.done_at = visit.visited_at if target.state in REACHED else None
    if target.kind == Target.Kind.QUARTERLY:
        members = [member.resident.birth_date for member in _members(visit.household)]
        target.fields_total = count_of(members)
        target.fields_verified = min(planning.verified_in(target.campaign, visit.household_id), target.fields_total)
    target.save(update_fields=["state", "done_at", "fields_total", "fields_verified"])
