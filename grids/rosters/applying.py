"""Import a household roster: read the file, plan, apply in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from community import audit
from community.models import Community, User
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.spreadsheets import read_sheets
from core.sql import insert
from grids.actions import belonging, following
from grids.actions.regrid import begin_in_grid
from grids.codes import Departure
from grids.models import Building, CareTag, Dwelling, Household, Membership, Proposal, Resident
from grids.rosters import planning
from grids.rosters import sheet as roster_sheet
from grids.rosters.households import Roster
from grids.rosters.missing import Full
from grids.rosters.plan import HouseholdPlan, PersonPlan, Plan
from grids.rosters.sheet import RosterUnreadable

_WHY = "rows that the plan found within the community"
_BATCH = 500

Row = TypeVar("Row", bound=models.Model)
Progress = Callable[[int, int], None]


def read(content: bytes, name: str, mapping: Mapping[str, str] | None = None) -> Roster:
    """Read the roster in an xlsx, xls or csv file; raises Refused with what is wrong with the file."""
    try:
        return roster_sheet.read(read_sheets(content, name), mapping)
    except RosterUnreadable as problem:
        raise Refused(str(problem)) from problem


def plan(roster: Roster, *, community: Community, full: Full | None = None, progress: Progress | None = None) -> Plan:
    """What applying the roster would do; writes nothing."""
    return planning.plan(roster, community, full=full, progress=progress)


@transaction.atomic
def apply(
    roster: Roster,
    *,
    community: Community,
    by: User | None,
    full: Full | None = None,
    expected: str = "",
    joins: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Apply a roster in one transaction; gives the plan that was carried out. Doing it twice changes nothing.

    `full` says where it is the full roster: who is registered there and missing is proposed as moved out. `expected` is
    the fingerprint of the plan the person agreed to: where the register has changed since, Refused. `joins` is for one
    mended row (`planning.plan`).
    """
    locked(community)
    carried_out = planning.plan(roster, community, full=full, joins=joins)
    if expected and carried_out.fingerprint() != expected:
        raise Refused(_("预览之后登记册有了变动，请重新预览再确认。"))
    for done, step in enumerate(_STEPS, 1):
        step(carried_out, by)
        if progress is not None:
            progress(done, STEPS)
    return carried_out


def _write_places(plan: Plan, by: User | None) -> None:
    new = plan.new_places
    insert(new.estates)
    insert(new.buildings)
    insert(new.units)
    insert(new.dwellings)
    added: list[models.Model] = [*new.estates, *new.buildings]
    audit.record_many("place_added", [(place, {"name": [None, str(place)]}) for place in added], by=by)
    _update(Building, plan.places.assigned, {"grid"})
    assigned = [(building, {"grid": [None, str(building.grid)]}) for building in plan.places.assigned]
    audit.record_many("building_assigned", assigned, by=by)
    begin_in_grid(new.buildings, assigned=plan.places.assigned, by=by)
    _update(Dwelling, [one.dwelling for one in plan.households if one.area_changed], {"area", "area_source"})


def _write_people(plan: Plan, by: User | None) -> None:
    people = list(plan.people)
    insert([one.resident for one in people if one.is_new])
    insert([one.household for one in plan.households if one.is_new])
    _update_by_fields(Resident, [(one.resident, one.fields) for one in people if not one.is_new])
    _update_by_fields(Household, [(one.household, one.fields) for one in plan.households if not one.is_new])
    _leave([home for one in people for home in one.left])
    insert([one.membership for one in people if one.is_joining])
    _update(Membership, [one.membership for one in people if one.new_relation], {"relation"})


def _leave(memberships: Sequence[Membership]) -> None:
    """The day before today was the last; what began today, or would begin later, was never true and goes."""
    today = clock.today()
    ended = [one for one in memberships if one.starts_on < today]
    for membership in ended:
        membership.ends_on, membership.left_by = today - timedelta(days=1), Departure.MOVED_WITHIN
    _update(Membership, ended, {"ends_on", "left_by"})
    mistaken = [one.pk for one in memberships if one.starts_on >= today]
    for batch in _batches(mistaken):
        Membership.objects.unscoped(reason=_WHY).filter(pk__in=batch).delete()


def _write_moves(plan: Plan, by: User | None) -> None:
    """What a move brings with it in the home that was left: the account, the head, the end of an empty household."""
    left: dict[Any, list[PersonPlan]] = {}
    for one in plan.people:
        if one.left:
            left.setdefault(one.left[0].household_id, []).append(one)
    for household_pk, leaving in left.items():
        old = Household.objects.unscoped(reason=_WHY).select_for_update(of=("self",)).get(pk=household_pk)
        for one in leaving:
            following.take_along(one.resident, old=old, new=one.membership.household, by=by)
            belonging.tell("moved_away", one.left[0], by=by)
        if not belonging.members_of(old):
            following.end_household(old, day=clock.today(), reason=_("全家迁出"), by=by)
            audit.record("household_left", old, by=by, changes={"left_on": [None, clock.today()]})
        elif old.head_id in {one.resident.pk for one in leaving}:
            audit.record("head_changed", old, by=by, changes={"head": [old.head, None]})
            old.head = None
        belonging.saved(old)


def _write_cares(plan: Plan, by: User | None) -> None:
    insert([tag for one in plan.people for tag in one.new_tags])
    _update(CareTag, [tag for one in plan.people for tag in one.changed_tags], {"level", "household"})


def _write_record(plan: Plan, by: User | None) -> None:
    """One event a household, whatever was written about it and its people; its version moves on."""
    touched = [one for one in plan.households if one.is_new or one.is_changed]
    changed = [one.household.pk for one in touched if not one.is_new]
    for batch in _batches(changed):
        Household.objects.unscoped(reason=_WHY).filter(pk__in=batch).update(version=F("version") + 1)
    audit.record_many("roster_applied", [(one.household, _told(one)) for one in touched], by=by)


def _write_proposals(plan: Plan, by: User | None) -> None:
    """Who is missing from a full roster is proposed as moved out; who is back, the proposal is taken back."""
    for batch in _batches([one.pk for one in plan.back]):
        Proposal.objects.unscoped(reason=_WHY).filter(pk__in=batch).update(
            state=Proposal.State.WITHDRAWN, decided_at=clock.now(), decided_by=by
        )
    audit.record_many("proposal_withdrawn", [(one, {}) for one in plan.back], by=by)
    made = [
        Proposal(
            community_id=one.household.community_id,
            household=one.household,
            building_id=one.household.building_id,
            resident=one.resident,
            kind=Proposal.Kind.LEAVE,
            source=Proposal.Source.ROSTER,
            note=_("全册里没有这个人。"),
            proposed_by=by,
        )
        for one in plan.missing
    ]
    insert(made)
    audit.record_many("proposal_made", [(one, {"after": [None, _leaves(one)]}) for one in made], by=by)


def _leaves(proposal: Proposal) -> str:
    return f"{proposal.resident} · {proposal.get_kind_display()}"


def _told(plan: HouseholdPlan) -> dict[str, Any]:
    """The changes of a household as its record keeps them: a new one names its people, an old one each field.

    Where somebody came from is not told: it may be nobody's business here.
    """
    came = {(person.person.sheet, person.person.row) for person in plan.people if person.left}
    home = _("住户")
    changes: dict[str, Any] = {
        f"{one.who} {one.field}": ["" if (one.sheet, one.row) in came and one.field == home else one.before, one.after]
        for one in plan.changes
    }
    if plan.is_new:
        changes[_("成员")] = ["", "、".join(one.person.name for one in plan.people)]
    return changes


_STEPS = (_write_places, _write_people, _write_moves, _write_cares, _write_record, _write_proposals)
STEPS = len(_STEPS)


def _update(model: type[Row], rows: Sequence[Row], fields: Iterable[str]) -> None:
    if rows:
        model._base_manager.bulk_update(rows, sorted(fields), batch_size=_BATCH)


def _update_by_fields(model: type[Row], rows: Iterable[tuple[Row, set[str]]]) -> None:
    """Rows that change the same fields go together, so that no row writes back a field it did not change."""
    groups: dict[frozenset[str], list[Row]] = {}
    for row, fields in rows:
        if fields:
            groups.setdefault(frozenset(fields), []).append(row)
    for names, group in groups.items():
        _update(model, group, names)


def _batches(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))
