"""The guard: inside a request nothing is read that was not narrowed."""

from __future__ import annotations

import pytest
from django.db.transaction import TransactionManagementError

from community.roles import Role
from core import scoping
from core.scoping import UnscopedQuery, locked
from grids.models import Household
from tests.factories import GridFactory, HouseholdFactory, UserFactory, appoint, household_in, resident_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "touch",
    [
        list,
        len,
        bool,
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.first(),
        lambda rows: rows.last(),
        lambda rows: rows.get(pk="00000000-0000-0000-0000-000000000000"),
        lambda rows: rows.in_bulk(),
        lambda rows: rows[0:1][0:1].count(),
        lambda rows: list(rows.iterator()),
        lambda rows: list(rows.values_list("pk")),
        lambda rows: rows.filter(version=1).order_by("pk").exists(),
        lambda rows: rows.aggregate(),
        lambda rows: rows.update(version=2),
        lambda rows: rows.delete(),
        lambda rows: rows.raw("select 1"),
        lambda rows: rows.contains(Household()),
        lambda rows: rows.get_or_create(pk="00000000-0000-0000-0000-000000000000"),
        lambda rows: (rows | rows).count(),
        lambda rows: list(rows.union(rows)),
    ],
)
def test_every_touch_is_refused_in_a_request(touch):
    with scoping.armed(), pytest.raises(UnscopedQuery):
        touch(Household.objects.all())


def test_outside_a_request_rows_are_free():
    assert Household.objects.count() == 0


def test_narrowed_rows_stay_narrowed_through_the_chain():
    grid = GridFactory()
    household = household_in(grid)
    leader = appoint(Role.GRID_LEADER, grid)
    with scoping.armed():
        rows = Household.objects.visible_to(leader).filter(version=1).order_by("-pk")
        assert list(rows) == [household]
        assert rows.for_list().count() == 1


def test_related_rows_are_guarded_too():
    household = HouseholdFactory()
    with scoping.armed(), pytest.raises(UnscopedQuery):
        list(household.memberships.all())


def test_union_of_a_narrowed_and_a_free_queryset_is_refused():
    leader = appoint(Role.GRID_LEADER, GridFactory())
    with scoping.armed(), pytest.raises(UnscopedQuery):
        list(Household.objects.visible_to(leader) | Household.objects.all())
    with scoping.armed(), pytest.raises(UnscopedQuery):
        list(Household.objects.visible_to(leader).union(Household.objects.all()))


def test_a_reason_is_asked_for():
    with pytest.raises(ValueError, match="why"):
        Household.objects.unscoped(reason="")


def test_locked_reads_the_row_that_was_found():
    household = HouseholdFactory()
    with scoping.armed():
        assert locked(household) == household


def test_locked_reads_it_as_it_is_now_in_one_statement(django_assert_num_queries):
    household = HouseholdFactory()
    for note in ("第一次", "第二次"):
        Household.objects.filter(pk=household.pk).update(note=note)
        with django_assert_num_queries(1):
            assert locked(household).note == note


def test_locked_says_that_a_row_is_gone():
    household = HouseholdFactory()
    Household.objects.filter(pk=household.pk).delete()
    with pytest.raises(Household.DoesNotExist):
        locked(household)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_without_a_transaction_that_would_hold_it():
    household = HouseholdFactory()
    with pytest.raises(TransactionManagementError):
        locked(household)


def test_who_sees_which_households():
    grid, other = GridFactory(), GridFactory()
    mine, neighbour, foreign = household_in(grid), household_in(grid), household_in(other)

    def seen(user):
        return set(Household.objects.visible_to(user))

    assert seen(resident_of(mine)) == {mine}
    assert seen(appoint(Role.GRID_LEADER, grid)) == {mine, neighbour}
    assert seen(appoint(Role.BUILDING_STEWARD, neighbour.building)) == {neighbour}
    assert seen(appoint(Role.SECRETARY, grid.community)) == {mine, neighbour}
    assert seen(appoint(Role.COMMUNITY_STAFF, other.community)) == {foreign}
    assert seen(appoint(Role.RED_STEWARD, grid.community)) == set()
    assert seen(appoint(Role.COMMITTEE, mine.building.estate, office="cashier")) == set()
    assert seen(UserFactory()) == set()
