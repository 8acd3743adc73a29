"""Compare a roster with the register of a community: what to create, what to change field by field, what to leave.

A plan is made of unsaved rows and of rows with changed attributes; nothing is written. Reading takes the same number of
queries for ten households and for ten thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from community import audit
from community.models import Community
from core import clock, pinyin
from core.fields import plain_of, search_hash
from grids.codes import Arrival, CareCategory, Relation
from grids.models import CareTag, Dwelling, Household, Membership, Proposal, Resident
from grids.rosters import missing
from grids.rosters.columns import Column
from grids.rosters.doubts import Doubt, Severity
from grids.rosters.households import Person, Roster, RosterHousehold
from grids.rosters.missing import Full
from grids.rosters.places import Places, UnknownCompound
from grids.rosters.plan import FieldChange, HouseholdPlan, PersonPlan, Plan
from grids.rosters.register import Register

_PERSON_FIELDS = ("name", "sex", "birth_date", "phone", "hukou", "employment", "is_party_member", "note")
_CERTAIN_AREAS = (Dwelling.AreaSource.DEED, Dwelling.AreaSource.SURVEY)
_EVERY = 200

Progress = Callable[[int, int], None]


def plan(
    roster: Roster,
    community: Community,
    *,
    full: Full | None = None,
    joins: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Compare a roster with the register of a community.

    `full` says where it is the full roster. `joins` is for a single row that somebody has mended: who is not a head
    and stands alone joins the one household at the door instead of founding another.
    """
    return _Planner(roster, community, joins=joins).plan(full or Full(), progress)


class _Planner:
    def __init__(self, roster: Roster, community: Community, *, joins: bool) -> None:
        self.roster = roster
        self.community = community
        self.joins = joins
        self.today = clock.today()
        self.places = Places(community)
        self.register = Register(community)
        self.doubts = list(roster.doubts)
        self.taken_households: set[Any] = set()
        self.taken_residents: set[Any] = set()

    def plan(self, full: Full, progress: Progress | None) -> Plan:
        self.places.expect(household.address for household in self.roster.households)
        for address, raw in self.roster.vacant:
            try:
                self.places.dwelling(address, raw=raw)
            except UnknownCompound:
                continue
        planned = []
        for number, household in enumerate(self.roster.households):
            if progress is not None and number % _EVERY == 0:
                progress(number, len(self.roster.households))
            if plan := self._household(household):
                planned.append(plan)
        order = {read.sheet: index for index, read in enumerate(self.roster.columns)}
        self.doubts.sort(key=lambda doubt: (order.get(doubt.sheet, -1), doubt.row))
        left = len(self.register.households) - len(self.taken_households)
        made = Plan(self.community, self.roster, planned, self.places, self.doubts, not_in_roster=left)
        self._find_missing(made, full)
        return made

    def _find_missing(self, made: Plan, full: Full) -> None:
        """Who is not in a full roster; and who was proposed as moved out by an earlier one and is in this one."""
        gone = missing.find(
            self.register, self.roster, full=full, buildings=self.places.known, found=self.taken_residents
        )
        made.missing = [one for one in gone if one.resident.pk not in self.register.leaving]
        made.waiting = len(gone) - len(made.missing)
        made.back = [
            proposal
            for one in made.people
            for proposal in self.register.leaving.get(one.resident.pk, ())
            if proposal.source == Proposal.Source.ROSTER
        ]

    def _household(self, read: RosterHousehold) -> HouseholdPlan | None:
        if not read.people:
            return None
        try:
            dwelling = self.places.dwelling(read.address, raw=read.raw_address, grid=read.grid)
        except UnknownCompound:
            for person in read.people:
                self._doubt(person, Column.ADDRESS, "no compound", Severity.LEFT_OUT)
            return None
        found = self._matching_household(dwelling, read)
        household = found or self._new_household(dwelling, read)
        plan = HouseholdPlan(read, household, dwelling, is_new=found is None)
        if found is not None:
            self.taken_households.add(found.pk)
        self._compare_household(plan)
        for person, resident in self._matched_people(plan):
            self._add_person(plan, person, resident)
        self._set_head(plan)
        return plan

    def _new_household(self, dwelling: Dwelling, read: RosterHousehold) -> Household:
        return Household(
            community_id=self.community.pk,
            dwelling=dwelling,
            building=dwelling.building,
            kind=read.kind or Household.Kind.REGISTERED,
            phone=read.head.phone if read.head else "",
        )

    def _matching_household(self, dwelling: Dwelling, read: RosterHousehold) -> Household | None:
        """The household at this door that shares most people; one nobody is registered in is taken as it is."""
        candidates = [
            household
            for household in self.register.at_dwelling.get(dwelling.pk, ())
            if household.pk not in self.taken_households
        ]
        if not candidates:
            return None
        if self.joins and read.head is None and len(candidates) == 1:
            return candidates[0]
        best = max(candidates, key=lambda household: self._shared(household, read))
        if self._shared(best, read) or not self.register.members.get(best.pk):
            return best
        self._doubt(read.people[0], Column.NAME, "others live there", Severity.NOTED)
        return None

    def _shared(self, household: Household, read: RosterHousehold) -> int:
        residents = self.register.people_in(household)
        hashes = {resident.id_hash for resident in residents if resident.id_hash}
        names = {resident.name for resident in residents}
        return sum(
            2 if person.id_number and search_hash(person.id_number) in hashes else person.name in names
            for person in read.people
        )

    def _matched_people(self, plan: HouseholdPlan) -> Iterable[tuple[Person, Resident | None]]:
        """Each person with its resident: by identity number, else in the household by name and birth date, or name."""
        pool = [] if plan.is_new else self.register.people_in(plan.household)
        found: dict[int, Resident] = {}
        for same in (self._same_number, _same_birth, _same_name):
            for index, person in enumerate(plan.roster.people):
                if index in found:
                    continue
                fitting = [one for one in same(person, pool) if one.pk not in self.taken_residents]
                if len(fitting) == 1:
                    found[index] = fitting[0]
                    self.taken_residents.add(fitting[0].pk)
        return [(person, found.get(index)) for index, person in enumerate(plan.roster.people)]

    def _same_number(self, person: Person, _pool: list[Resident]) -> list[Resident]:
        known = self.register.by_hash.get(search_hash(person.id_number)) if person.id_number else None
        return [known] if known is not None else []

    def _add_person(self, plan: HouseholdPlan, person: Person, resident: Resident | None) -> None:
        if resident is not None and resident.deceased_on is not None:
            self._doubt(person, Column.NAME, "registered as deceased", Severity.LEFT_OUT)
            return
        is_new = resident is None
        if resident is None:
            resident = Resident(community_id=self.community.pk)
            self.register.residents[resident.pk] = resident
        homes = self.register.homes.get(resident.pk, [])
        staying = next((home for home in homes if home.household_id == plan.household.pk), None)
        added = PersonPlan(
            person,
            resident,
            staying or self._new_membership(plan, person, resident, came_by=_arrival(homes, is_new=is_new)),
            is_new=is_new,
            is_joining=staying is None,
            left=[] if staying is not None else homes,
        )
        plan.people.append(added)
        self._tell_joining(plan, added)
        self._compare_person(plan, added)
        self._compare_relation(plan, added)
        self._compare_care(plan, added)

    def _new_membership(
        self, plan: HouseholdPlan, person: Person, resident: Resident, *, came_by: Arrival
    ) -> Membership:
        return Membership(
            community_id=self.community.pk,
            household=plan.household,
            resident=resident,
            relation=person.relation or Relation.NON_RELATIVE,
            starts_on=self.today,
            came_by=came_by,
        )

    def _tell_joining(self, plan: HouseholdPlan, added: PersonPlan) -> None:
        if added.is_new and not plan.is_new:
            self._change(plan, added.person, _("成员"), "", added.person.name)
        elif not added.is_new and added.is_joining:
            old = self.register.households.get(added.left[0].household_id) if added.left else None
            self._change(plan, added.person, _("住户"), str(old or ""), str(plan.household))

    def _compare_household(self, plan: HouseholdPlan) -> None:
        read, household, dwelling = plan.roster, plan.household, plan.dwelling
        if read.area and dwelling.area != read.area:
            self._compare_area(plan, read.area)
        if not plan.is_new and read.kind and household.kind != read.kind:
            before = household.get_kind_display()
            household.kind = read.kind
            plan.fields.add("kind")
            self._change(plan, None, _field_name(household, "kind"), before, household.get_kind_display())

    def _compare_area(self, plan: HouseholdPlan, area: int) -> None:
        """The area of the sheet, unless a deed or a survey says another."""
        dwelling = plan.dwelling
        if dwelling.area and dwelling.area_source in _CERTAIN_AREAS:
            self._doubt(plan.roster.people[0], Column.AREA, "area of the deed", Severity.WITHOUT_VALUE)
            return
        plan.area_changed = dwelling.pk is not None
        if plan.area_changed:
            before = f"{dwelling.area / 100:.2f}" if dwelling.area else ""
            self._change(plan, None, _field_name(dwelling, "area"), before, f"{area / 100:.2f}")
        dwelling.area, dwelling.area_source = area, Dwelling.AreaSource.ROSTER

    def _compare_person(self, plan: HouseholdPlan, added: PersonPlan) -> None:
        person, resident = added.person, added.resident
        for name in _PERSON_FIELDS:
            value = getattr(person, name)
            if value in (None, "") or (name == "sex" and value not in ("1", "2")):
                continue
            before = plain_of(getattr(resident, name))
            if before != value and not (name == "birth_date" and before.startswith(value)):
                self._set(plan, added, name, value)
        self._compare_number(plan, added)
        if "name" in added.fields:
            resident.pinyin, resident.initials = pinyin.full(resident.name)[:120], pinyin.initials(resident.name)[:20]
            added.fields |= {"pinyin", "initials"}

    def _compare_number(self, plan: HouseholdPlan, added: PersonPlan) -> None:
        person, resident = added.person, added.resident
        hashed = search_hash(person.id_number)
        if not hashed or hashed == resident.id_hash:
            return
        if hashed in self.register.by_hash:
            self._doubt(person, Column.ID_NUMBER, "number of another", Severity.WITHOUT_VALUE)
            return
        had_one = bool(resident.id_hash)
        resident.id_type, resident.id_number, resident.id_hash = person.id_type, person.id_number, hashed
        self.register.by_hash[hashed] = resident
        added.fields |= {"id_type", "id_number", "id_hash"}
        if not added.is_new:
            before = "＊＊＊" if had_one else ""
            self._change(plan, person, _field_name(resident, "id_number"), before, str(resident.id_number))

    def _set(self, plan: HouseholdPlan, added: PersonPlan, name: str, value: Any) -> None:
        resident = added.resident
        before = "" if added.is_new else _shown(resident, name)
        if name == "phone" and resident.phone == plan.household.phone and plan.household.head_id == resident.pk:
            plan.household.phone = value
            plan.fields.add("phone")
        setattr(resident, name, value)
        added.fields.add(name)
        if not added.is_new:
            self._change(plan, added.person, _field_name(resident, name), before, _shown(resident, name))

    def _compare_relation(self, plan: HouseholdPlan, added: PersonPlan) -> None:
        membership, written = added.membership, added.person.relation
        if added.is_joining or not written or membership.relation == written:
            return
        before = membership.get_relation_display()
        membership.relation = written
        added.new_relation = True
        after = membership.get_relation_display()
        self._change(plan, added.person, _field_name(membership, "relation"), before, after)

    def _compare_care(self, plan: HouseholdPlan, added: PersonPlan) -> None:
        for category, level in added.person.care:
            tag = self.register.tags.get((added.resident.pk, category))
            if tag is None and (plan.household.pk, category) not in self.register.household_tags:
                self._add_tag(plan, added, category, level)
            elif tag is not None and level and tag.level != level:
                self._change(plan, added.person, _field_name(tag, "level"), tag.level, level)
                tag.level = level
                added.changed_tags.append(tag)
        for (resident_pk, _category), tag in self._tags_left_behind(added):
            if resident_pk == added.resident.pk and tag not in added.changed_tags:
                tag.household = plan.household
                added.changed_tags.append(tag)

    def _tags_left_behind(self, added: PersonPlan) -> list[tuple[tuple[Any, str], CareTag]]:
        """The open tags of somebody who moves here; they come along."""
        if added.is_new or not added.is_joining:
            return []
        return [
            ((added.resident.pk, c), tag)
            for c in CareCategory
            if (tag := self.register.tags.get((added.resident.pk, c)))
        ]

    def _add_tag(self, plan: HouseholdPlan, added: PersonPlan, category: str, level: str) -> None:
        tag = CareTag(
            community_id=self.community.pk,
            household=plan.household,
            resident=added.resident,
            category=category,
            level=level,
            starts_on=self.today,
        )
        self.register.tags[added.resident.pk, category] = tag
        added.new_tags.append(tag)
        if not added.is_new:
            self._change(plan, added.person, _("关爱标签"), "", str(tag))

    def _set_head(self, plan: HouseholdPlan) -> None:
        head = next((one for one in plan.people if one.person.relation == Relation.HEAD), None)
        if head is None or plan.household.head_id == head.resident.pk:
            return
        before = self.register.residents.get(plan.household.head_id)
        plan.household.head = head.resident
        plan.fields.add("head")
        if not plan.is_new:
            self._change(plan, None, _field_name(plan.household, "head"), str(before or ""), head.resident.name)

    def _change(self, plan: HouseholdPlan, person: Person | None, name: str, before: str, after: str) -> None:
        at = person or plan.roster.people[0]
        who = person.name if person else str(plan.household)
        plan.changes.append(FieldChange(at.sheet, at.row, who, name, before, after))

    def _doubt(self, person: Person, column: Column, reason: str, severity: Severity) -> None:
        read = next(read for read in self.roster.columns if read.sheet == person.sheet)
        heading = read.headings.of(column)
        text = heading.text if heading else str(column.label)
        self.doubts.append(Doubt(person.sheet, person.row, text, reason, severity))


def _arrival(homes: list[Membership], *, is_new: bool) -> Arrival:
    """How somebody of a roster comes: known and without a home is back, known with one moves, new is registered."""
    if homes:
        return Arrival.MOVED_WITHIN
    return Arrival.REGISTERED if is_new else Arrival.MOVED_IN


def _same_birth(person: Person, pool: list[Resident]) -> list[Resident]:
    if not person.birth_date:
        return []
    return [one for one in _same_name(person, pool) if plain_of(one.birth_date) == person.birth_date]


def _same_name(person: Person, pool: list[Resident]) -> list[Resident]:
    return [one for one in pool if one.name == person.name]


def _field_name(row: models.Model, name: str) -> str:
    return str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _shown(row: models.Model, name: str) -> str:
    """A value as a person may read it: masked where it is sensitive, in words where it is a code."""
    value = getattr(row, name)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = dict(row._meta.get_field(name).flatchoices or [])  # type: ignore[union-attr]
    return str(choices.get(value) or audit.shown(value) or "")
