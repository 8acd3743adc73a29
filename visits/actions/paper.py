"""A round that was walked with paper: many doors typed in at once, where nothing had changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core.ids import uuid7
from core.quarters import Month
from core.refusal import Refused
from core.sql import insert
from grids.models import CareTag, Household, Membership
from visits.fields import Result, Slot, count_of, slots_of
from visits.models import REACHED, TARGET_STEPS, Target, Verification, Visit
from visits.report import Answer, Report

if TYPE_CHECKING:
    from community.models import User

_FOUND = "what belongs to households whose targets were found already"
_BATCH = 400


@dataclass(frozen=True)
class PaperLine:
    """One ticked door of a round sheet: somebody was met and all was as known, or nobody was in.

    `uuid` is the id of the visit that it becomes.
    """

    target: Target
    outcome: str
    visited_at: datetime
    uuid: UUID = field(default_factory=uuid7)


@transaction.atomic
def record_paper_round(
    lines: Iterable[PaperLine], *, by: User, walker: User | None = None, via: str = Visit.Via.PAPER
) -> int:
    """Record the doors of a round sheet, in few statements; gives how many.

    `walker` is who knocked, where another one than `by` types it in; `via` says how the visits were written down.

    What the register knows counts as confirmed at a door where somebody was met, what it does not know as unknown.
    A door with a change, a problem or a refusal is recorded by itself, with `record_visit`. Raises Refused where a
    door is not waiting any more.
    """
    lines = list(lines)
    seen = _Register({line.target.household_id for line in lines})
    rows, verified, events = [], [], []
    for line in lines:
        if line.outcome not in (Visit.Outcome.MET, Visit.Outcome.ABSENT):
            raise Refused(_("纸质走访表只登记“见到了”和“没人在家”，其他情况请单独记一次走访。"))
        visit, answers = _visit(line, seen.slots(line.target.household), walker or by, via)
        rows.append(visit)
        verified += answers
        events.append((visit, {"outcome": [None, visit.outcome]}))
        seen.advance(line, sum(row.result == Result.CONFIRMED for row in answers))
    insert(rows)
    insert(verified)
    # One upsert a batch: the rows are locked and there, and Django's bulk_update takes four times as long.
    Target.objects.bulk_create(
        seen.moved,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["state", "done_at", "fields_total", "fields_verified"],
        batch_size=_BATCH,
    )
    audit.record_many("visit_recorded", events, by=by)
    return len(rows)


class _Register:
    """What is known of some households, and their targets, read once."""

    def __init__(self, households: set[Any]) -> None:
        members = Membership.objects.unscoped(reason=_FOUND).current().filter(household__in=households)
        cares = CareTag.objects.unscoped(reason=_FOUND).current().filter(household__in=households)
        targets = Target.objects.unscoped(reason=_FOUND).filter(household__in=households, campaign__state="open")
        self._members = _by_household(members.select_related("resident"))
        self._cares = _by_household(cares)
        self._targets = _by_household(targets.select_for_update(of=("self",)).order_by("pk"))
        self._moved: dict[Any, Target] = {}

    @property
    def moved(self) -> Sequence[Target]:
        return list(self._moved.values())

    def slots(self, household: Household) -> list[Slot]:
        """Everything that a visit verifies in the household."""
        return slots_of(household, self._members.get(household.pk, []), self._cares.get(household.pk, []))

    def advance(self, line: PaperLine, confirmed: int) -> None:
        """Move on the targets that this door answers: the quarter's, and those due by the end of the visit's month."""
        due_by = Month.of(line.visited_at).end
        rows = self._targets.get(line.target.household_id, [])
        if not any(row.pk == line.target.pk and row.is_due for row in rows):
            raise Refused(_("%(door)s已经走访过了，请从名单里去掉。") % {"door": line.target.household})
        for row in rows:
            if row.is_due and (row.kind == Target.Kind.QUARTERLY or row.due_on <= due_by):
                row.state = TARGET_STEPS.find(row.state, line.outcome, ("visitor",)).target
                row.done_at = line.visited_at if row.state in REACHED else None
                if row.kind == Target.Kind.QUARTERLY:
                    members = self._members.get(row.household_id, [])
                    row.fields_total = count_of(member.resident.birth_date for member in members)
                    row.fields_verified = min(max(row.fields_verified, confirmed), row.fields_total)
                self._moved[row.pk] = row


def _visit(line: PaperLine, slots: Iterable[Slot], by: User, via: str) -> tuple[Visit, list[Verification]]:
    household = line.target.household
    met = line.outcome == Visit.Outcome.MET
    answers = [(slot, Answer(Result.CONFIRMED if slot.text else Result.UNKNOWN)) for slot in slots] if met else []
    report = Report(
        uuid=line.uuid,
        outcome=line.outcome,
        visited_at=line.visited_at,
        answers={slot.key: answer for slot, answer in answers},
        base_version=household.version,
    )
    visit = Visit(
        id=report.uuid,
        community_id=household.community_id,
        content_hash=report.content_hash(household.pk, by.pk),
        target=line.target,
        household=household,
        building_id=household.building_id,
        outcome=line.outcome,
        visited_at=line.visited_at,
        via=via,
        base_version=household.version,
        by=by,
    )
    return visit, [_verification(visit, slot, answer) for slot, answer in answers]


def _verification(visit: Visit, slot: Slot, answer: Answer) -> Verification:
    return Verification(
        community_id=visit.community_id,
        visit_id=visit.pk,
        household_id=visit.household_id,
        resident_id=slot.resident.pk if slot.resident else None,
        field=slot.field.name,
        result=answer.result,
    )


def _by_household(rows: Iterable[Any]) -> Mapping[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.household_id].append(row)
    return found
