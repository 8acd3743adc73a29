"""A visit that a phone sends: recorded once, whatever is sent twice; late where the door is somebody else's by now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from visits import actions
from visits.book import reading
from visits.book.wire import Malformed
from visits.models import Handover, LatePhoto, LateReport, Target, Visit, VisitPhoto
from visits.querysets import households_to_visit
from visits.sheet import sheet_for

if TYPE_CHECKING:
    from community.models import User
    from visits.book.wire import Record

_SENDER = "a record that its own sender asks after"


@dataclass(frozen=True)
class Answer:
    """What the phone is told: the status says what it may do with its record."""

    status: int
    message: str
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether the server has the record now."""
        return self.status in (201, 202)


@dataclass(frozen=True)
class _Door:
    """Where the record belongs; `late` where the door is not its sender's any more."""

    household: Household
    target: Target | None
    late: bool


def receive(record: Record, *, user: User) -> Answer:
    """Record a visit of the walk book for its sender, or say why it cannot be taken."""
    content_hash = reading.hash_of(record, user.pk)
    before = _before(record, content_hash)
    if before is not None:
        return before
    door = _door(record, user)
    if door is None:
        return Answer(404, _("这一户不归您走访，收不下。请和社区说一声。"))
    try:
        return _received(record, door, content_hash, user=user)
    except Refused as refusal:
        return Answer(422, str(refusal), {"errors": {"__all__": [str(refusal)]}})
    except Malformed as error:
        return Answer(error.status, str(error), {"errors": {}})
    except IntegrityError:
        # The same id came for another door, or for this one from elsewhere, in the same moment.
        before = _before(record, content_hash)
        if before is None:
            raise
        return before


@transaction.atomic
def _received(record: Record, door: _Door, content_hash: str, *, user: User) -> Answer:
    # Whoever sends the same in the same moment waits here.
    locked(door.household)
    before = _before(record, content_hash)
    if before is not None:
        return before
    if door.late and door.target is not None:
        return _late(record, door.target, content_hash, user=user)
    form = reading.form_of(record, sheet_for(user, door.household, target=door.target))
    if not form.is_valid():
        return _mistaken(form)
    report = reading.report_of(form, record, at=reading.visited_at(record))
    visit = actions.record_visit(door.household, target=door.target, by=user, report=report)
    said = _("记下了。%(household)s的信息和问题都已保存。") % {"household": door.household}
    return Answer(201, said, _of_visit(visit))


def _late(record: Record, target: Target, content_hash: str, *, user: User) -> Answer:
    late = actions.keep_late(
        target,
        by=user,
        pk=record.id,
        content_hash=content_hash,
        outcome=reading.outcome_of(record),
        visited_at=reading.visited_at(record),
        sent=record.written,
        announced=record.photos,
    )
    return Answer(201, _waits(), _of_late(late))


def _mistaken(form: Any) -> Answer:
    errors = {name: [str(one) for one in found] for name, found in form.errors.items()}
    first = next(iter(errors.values()))[0]
    return Answer(422, str(first), {"errors": errors})


def _before(record: Record, content_hash: str) -> Answer | None:
    """The answer to a record that has come before."""
    visit = Visit.objects.unscoped(reason=_SENDER).filter(pk=record.id).first()
    if visit is not None and visit.content_hash == content_hash:
        return Answer(202, _("这次走访已经收到了。"), _of_visit(visit))
    late = LateReport.objects.unscoped(reason=_SENDER).filter(pk=record.id).first()
    if visit is None and late is not None and late.content_hash == content_hash:
        return Answer(202, _waits(), _of_late(late))
    if visit is None and late is None:
        return None
    return Answer(409, _("这次走访已经收到过，但内容和这一次不一样。要改的话，请在网页上打开那次走访，点“更正”。"))


def _door(record: Record, user: User) -> _Door | None:
    household = _standing(record.household)
    target = _target(record, household, user)
    if record.target is not None and target is None:
        return None
    held = _held_before(target, user)
    covered = None
    if user.scope.may(Permission.VISIT_RECORD):
        covered = households_to_visit(user).filter(pk=household).first()
    if covered is not None and (target is None or target.assignee_id == user.pk or not held):
        return _Door(covered, target, late=False)
    if target is not None and (held or target.assignee_id == user.pk):
        return _Door(target.household, target, late=True)
    return _Door(covered, None, late=False) if covered is not None else None


def _standing(household: UUID) -> UUID:
    """The household that this one was made one with while the phone was away; itself where it was not."""
    merged = Household.objects.unscoped(reason=_SENDER).filter(pk=household, merged_into__isnull=False)
    into: UUID | None = merged.values_list("merged_into", flat=True).first()
    return household if into is None else into


def _target(record: Record, household: UUID, user: User) -> Target | None:
    """The target that led to the door; where the record names none, one there that its sender has held and given up."""
    rows = Target.objects.unscoped(reason=_SENDER).filter(household=household)
    rows = rows.select_related("household__dwelling", "campaign")
    if record.target is not None:
        found: Target | None = rows.filter(pk=record.target).first()
        return found
    if households_to_visit(user).filter(pk=household).exists():
        return None
    former: Target | None = rows.filter(handovers__before=user).order_by("-pk").first()
    return former


def _held_before(target: Target | None, user: User) -> bool:
    if target is None:
        return False
    return bool(Handover.objects.unscoped(reason=_SENDER).filter(target=target, before=user).exists())


def _of_visit(visit: Visit) -> dict[str, Any]:
    come = VisitPhoto.objects.unscoped(reason=_SENDER).filter(visit=visit).values_list("announced_as", flat=True)
    wanted = [one for one in visit.photos_announced if one not in set(come)]
    return {"id": str(visit.pk), "url": visit.get_absolute_url(), "photos": wanted, "review": False}


def _of_late(late: LateReport) -> dict[str, Any]:
    come = LatePhoto.objects.unscoped(reason=_SENDER).filter(report=late).values_list("announced_as", flat=True)
    wanted = [one for one in late.photos_announced if one not in set(come)]
    return {"id": str(late.pk), "url": reverse("visits:book"), "photos": wanted, "review": True}


def _waits() -> str:
    return _("收到了。这一户现在由别人负责，等对方核对后记下。")
