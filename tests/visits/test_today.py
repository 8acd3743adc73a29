"""What Today counts of the rounds by statements written by hand: the same as the ORM reads, for whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count, Min, Q, Sum

from community.roles import Role
from core import clock
from core.ids import uuid7
from core.scoping import UnscopedQuery, armed
from grids.models import Building
from grids.querysets import buildings_within
from tests.factories import BuildingFactory, GridFactory, HouseholdFactory, UserFactory, appoint
from visits.models import DUE, Campaign, Conflict, Finding, LateReport, Target, Visit
from visits.progress import open_round
from visits.querysets.within import settled_by
from visits.today import Brought, Waiting, brought_back, waiting_by_building

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
STATES = [*DUE, Target.State.DONE]


@pytest.fixture
def grids():
    """Two grids of one community and one of another, each with two buildings; targets of every kind and state."""
    here = GridFactory()
    grids = [here, GridFactory(community=here.community), GridFactory()]
    for grid in grids:
        for order in (2, 1):
            BuildingFactory(grid=grid, order=order)
    for community in {grid.community for grid in grids}:
        office = appoint(Role.SECRETARY, community)
        for year, state in ((2025, "closed"), (2026, "open")):
            campaign = Campaign.objects.create(
                community=community,
                year=year,
                quarter=4,
                starts_on=clock.today() - 20 * DAY,
                ends_on=clock.today() + 20 * DAY,
                state=state,
                opened_by=office,
                **({"closed_at": clock.now(), "closed_by": office} if state == "closed" else {}),
            )
            for building in Building.objects.filter(community=community):
                for number, step in enumerate(STATES):
                    home = HouseholdFactory(dwelling__unit__building=building)
                    for kind, days in (("quarterly", 20), ("monthly_care", number * 30)):
                        Target.objects.create(
                            community=community,
                            campaign=campaign,
                            household=home,
                            building=building,
                            kind=kind,
                            state=step,
                            done_at=clock.now() if step == Target.State.DONE else None,
                            due_on=clock.today() + days * DAY,
                            fields_total=7 + number,
                            fields_verified=number,
                        )
    return grids


@pytest.fixture
def readers(grids):
    here, _beside, other = grids
    return [
        appoint(Role.GRID_LEADER, here),
        appoint(Role.GRID_LEADER, other),
        appoint(Role.BUILDING_STEWARD, here.buildings.order_by("pk")[0]),
        appoint(Role.SECRETARY, here.community),
    ]


def test_the_doors_of_each_building(readers):
    numbers = []
    for user in readers:
        targets = Target.objects.visible_to(user)
        read = (
            targets.asked_now()
            .values("building_id", "building__label", "building__estate__code", "building__order")
            .annotate(
                doors=Count("household", distinct=True),
                twice=Count("household", distinct=True, filter=Q(state="absent_twice")),
                earliest=Min("due_on"),
            )
            .order_by("building__estate__code", "building__order", "building__label")
        )
        names = ("building_id", "building__label", "doors", "twice", "earliest")
        counted = waiting_by_building(targets)
        assert counted == [Waiting._make(row[name] for name in names) for row in read]
        numbers.append(len(counted))
    assert numbers == [2, 2, 1, 4]


def test_how_far_the_open_round_has_come(readers):
    for user in readers:
        targets = Target.objects.visible_to(user)
        found = open_round(targets)
        assert found is not None
        campaign, count = found
        stored = Campaign.objects.get(pk=campaign.pk)
        assert (stored.state, stored.starts_on, stored.ends_on) == ("open", campaign.starts_on, campaign.ends_on)
        quarterly = targets.filter(campaign=stored, kind="quarterly")
        care = targets.filter(campaign=stored, kind="monthly_care")
        sums = quarterly.aggregate(Sum("fields_total"), Sum("fields_verified"))
        assert (count.doors, count.care) == (quarterly.count(), care.count())
        assert (count.reached, count.care_reached) == (
            quarterly.filter(state="done").count(),
            care.filter(state="done").count(),
        )
        assert count.twice == quarterly.filter(state="absent_twice").count()
        assert (count.fields, count.verified) == (sums["fields_total__sum"], sums["fields_verified__sum"])


@pytest.fixture
def brought(grids, readers):
    """At a door of every building problems of each state, a conflict that waits and one settled, late reports."""
    for number, target in enumerate(Target.objects.filter(kind="quarterly", campaign__state="open").order_by("pk")):
        by = readers[number % len(readers)]
        Target.objects.filter(pk=target.pk).update(assignee=by)
        at = {"community": target.community, "household": target.household, "building": target.building}
        visit = Visit.objects.create(**at, target=target, outcome="met", visited_at=clock.now(), by=by)
        state = [Finding.State.OPEN, Finding.State.FIXED, Finding.State.CLOSED][number % 3]
        closed = {"closed_at": clock.now()} if state == Finding.State.CLOSED else {}
        due_on = clock.today() + (number - 5) * DAY
        Finding.objects.create(**at, **closed, visit=visit, text="a", owner=by, due_on=due_on, state=state)
        settled = {"settled_at": clock.now(), "settled_by": by, "kept": "visit"} if number % 2 else {}
        Conflict.objects.create(**at, **settled, visit=visit, field="phone", brought="b", found="c")
        decided = {"state": "taken", "decided_at": clock.now(), "decided_by": by} if number % 4 == 1 else {}
        LateReport.objects.create(
            **at, **decided, id=uuid7(), target=target, by=by, outcome="met", visited_at=clock.now()
        )
    return readers


def test_what_was_brought_back(brought, django_assert_num_queries):
    kinds = []
    for user in brought:
        findings = list(Finding.objects.in_duty_of(user).open())
        conflicts = list(Conflict.objects.visible_to(user).waiting())
        late = list(LateReport.objects.visible_to(user).waiting())
        read = {}
        if findings:
            due = [one.due_on for one in findings]
            overdue = sum(day < clock.today() for day in due)
            read["finding"] = Brought(len(due), min(one.created_at for one in findings), min(due), overdue)
        if conflicts:
            read["conflict"] = Brought(len(conflicts), min(one.created_at for one in conflicts), None, 0)
        if late:
            read["late"] = Brought(len(late), min(one.received_at for one in late), None, 0)
        with django_assert_num_queries(1):
            assert brought_back(user) == read
        kinds.append(set(read))
    steward = kinds.pop(2)
    assert all(one == {"finding", "conflict", "late"} for one in kinds)
    assert "conflict" not in steward
    assert "finding" in steward


def test_who_reads_late_reports_is_the_same_with_a_building_and_without(brought):
    for user in brought:
        settled = LateReport.objects.filter(settled_by(user.scope))
        now_theirs = LateReport.objects.filter(buildings_within(user.scope), target__assignee=user)
        assert set(LateReport.objects.visible_to(user)) == {*settled, *now_theirs}


def test_whoever_has_no_duty_counts_nothing_and_asks_nothing(grids, django_assert_num_queries):
    nobody = UserFactory()
    targets = Target.objects.visible_to(nobody)
    with django_assert_num_queries(0):
        assert waiting_by_building(targets) == []
        assert open_round(targets) is None
        assert brought_back(nobody) == {}


def test_nothing_is_counted_that_was_not_narrowed(grids):
    with armed():
        for count in (waiting_by_building, open_round):
            with pytest.raises(UnscopedQuery):
                count(Target.objects.all())
