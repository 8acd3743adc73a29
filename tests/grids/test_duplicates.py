"""Who may stand in the register twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from community.roles import Role
from grids import actions, duplicates
from grids.codes import IdType
from tests.factories import (
    CommunityFactory,
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    appoint,
    household_in,
)

pytestmark = pytest.mark.django_db
CARD, OTHER_CARD = "99071219820728061X", "990712198207280636"


@pytest.fixture
def grid():
    return GridFactory()


@pytest.fixture
def office(grid):
    return appoint(Role.COMMUNITY_STAFF, grid.community)


def people(grid, *fields):
    return [ResidentFactory(community=grid.community, **{"name": "王秀英", "birth_date": "", **one}) for one in fields]


def reasons(office):
    return [(pair.one.name, pair.reasons) for pair in duplicates.residents(office)]


def test_the_same_name_and_birth_date(grid, office):
    people(grid, {"birth_date": "1956-03-07"}, {"birth_date": "1956-03-07"}, {"birth_date": "1956-03-08"})
    assert reasons(office) == [("王秀英", [duplicates.BIRTH])]


def test_the_same_name_and_phone(grid, office):
    people(grid, {"phone": "13800001111"}, {"phone": "13800001111"}, {"phone": "13800002222"}, {"name": "李四"})
    assert reasons(office) == [("王秀英", [duplicates.PHONE])]


def test_one_pair_with_two_reasons_comes_first(grid, office):
    people(grid, {"name": "安一", "phone": "13800003333"}, {"name": "安一", "phone": "13800003333"})
    same = {"birth_date": "1956-03-07", "phone": "13800001111"}
    people(grid, same, same)
    assert reasons(office) == [("王秀英", [duplicates.BIRTH, duplicates.PHONE]), ("安一", [duplicates.PHONE])]


def test_one_number_written_in_two_ways(grid, office):
    written = f"({CARD[:6]}){CARD[6:]}"
    people(
        grid, {"id_number": CARD, "name": "王秀英"}, {"id_number": written, "id_type": IdType.OTHER, "name": "王秀瑛"}
    )
    assert [pair.reasons for pair in duplicates.residents(office)] == [[duplicates.PAPERS]]


def test_one_without_a_birth_date_in_the_same_building(grid, office):
    home = household_in(grid)
    neighbour = HouseholdFactory(dwelling__unit=home.dwelling.unit)
    for household, born in ((home, "1956-03-07"), (neighbour, ""), (household_in(grid), "")):
        MembershipFactory(household=household, resident__name="王秀英", resident__birth_date=born)
    assert reasons(office) == [("王秀英", [duplicates.NO_BIRTH])]


def test_two_different_cards_are_two_people(grid, office):
    people(grid, {"birth_date": "1982-07-28", "id_number": CARD}, {"birth_date": "1982-07-28", "id_number": OTHER_CARD})
    assert reasons(office) == []


def test_what_was_said_merged_or_forgotten_is_not_asked_again(grid, office):
    one, other = people(grid, {"birth_date": "1956-03-07"}, {"birth_date": "1956-03-07"})
    actions.not_the_same(one, other, by=office)
    assert reasons(office) == []
    first, second = people(grid, {"name": "李四", "phone": "13800001111"}, {"name": "李四", "phone": "13800001111"})
    assert reasons(office) == [("李四", [duplicates.PHONE])]
    actions.merge_residents(first, second, by=office)
    assert reasons(office) == []
    people(grid, *[{"name": "赵六", "phone": "13800002222", "forgotten_on": date(2026, 1, 1)}] * 2)
    assert reasons(office) == []


def test_another_community_is_another_offices(grid, office):
    people(GridFactory(), {"birth_date": "1956-03-07"}, {"birth_date": "1956-03-07"})
    assert reasons(office) == []


def test_two_households_of_one_door(grid, office):
    home = household_in(grid, phone="13800001111")
    twin = HouseholdFactory(dwelling=home.dwelling, phone="13800001111")
    HouseholdFactory(dwelling=home.dwelling)
    household_in(grid, phone="13800001111")
    (pair,) = duplicates.households(office)
    assert {pair.one, pair.other} == {home, twin}


def test_the_number_of_queries_does_not_grow(grid, office, client, django_assert_max_num_queries):
    client.force_login(office)
    counts = []
    for number in (1, 30):
        for each in range(number):
            same = {"name": f"王{number}{each}", "birth_date": "1956-03-07"}
            people(grid, same, same)
            home = household_in(grid, phone=f"138{number:04d}{each:04d}")
            HouseholdFactory(dwelling=home.dwelling, phone=home.phone)
        with django_assert_max_num_queries(16) as captured:
            assert client.get(reverse("grids:duplicates")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


PERSON = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["王一", "王二"]),
        "birth_date": st.sampled_from(["", "1956-03-07", "1957-01-01"]),
        "phone": st.sampled_from(["", "13800001111", "13900002222"]),
        "home": st.integers(0, 2),
    }
)


@settings(max_examples=25)
@given(st.lists(PERSON, max_size=7))
def test_a_record_is_never_paired_with_itself_and_a_pair_comes_once(given_people):
    community = CommunityFactory()
    grid = GridFactory(community=community)
    office = appoint(Role.SECRETARY, community)
    homes = [household_in(grid) for _number in range(3)]
    for one in given_people:
        home = homes[one.pop("home")]
        MembershipFactory(household=home, resident=ResidentFactory(community=community, **one))
    pairs = [(pair.one.pk, pair.other.pk) for pair in duplicates.residents(office)]
    assert all(one < other for one, other in pairs)
    assert len(pairs) == len(set(pairs))
    assert all(pair.reasons for pair in duplicates.residents(office))
