"""Rows of which only some columns were read."""

import pytest

from core.parts import made_of, part_of
from grids.models import Building, Household
from tests.factories import HouseholdFactory

pytestmark = pytest.mark.django_db


def test_a_row_knows_what_was_read_of_it_and_of_what_it_hangs_on(django_assert_num_queries):
    there = HouseholdFactory()
    names = ("id", "building_id", "building__label", "building__grid__name")
    read = Household.objects.filter(pk=there.pk).values_list(*names).get()
    with django_assert_num_queries(0):
        household = made_of(Household, names, read)
        assert household == there
        assert household.building.label == there.building.label
        assert household.building.grid.name == there.building.grid.name


def test_what_was_not_read_is_read_when_somebody_asks(django_assert_num_queries):
    there = HouseholdFactory(note="狗很凶")
    household = part_of(Household, id=there.pk)
    with django_assert_num_queries(1):
        assert household.note == "狗很凶"


@pytest.mark.parametrize("values", [(1,), (1, "2 幢", "多")])
def test_names_and_values_go_together(values):
    with pytest.raises(ValueError, match="argument 2"):
        made_of(Building, ("id", "label"), values)
