"""A building as a picture: where the doors stand, what layers say of them, and that picture, legend and table agree."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community.access import Permission
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids import facade
from grids.codes import CareCategory
from grids.facade import Home, Layer, Mark
from grids.models import CareTag, Dwelling, Household, Unit
from tests.factories import DwellingFactory, HouseholdFactory, UnitFactory, appoint, family_of, resident_of
from visits import actions as visits

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return UnitFactory(number="2", building__number="3", building__estate__code="225")


@pytest.fixture
def building(unit):
    return unit.building


@pytest.fixture
def leader(building):
    return appoint(Role.GRID_LEADER, building.grid)


def door(unit, room, *families, **fields):
    """A dwelling with a household for each of the families given, as many people in each."""
    dwelling = DwellingFactory(unit=unit, room_no=room, label=f"{unit}{room}室")
    for people in families:
        family_of(HouseholdFactory(dwelling=dwelling, **fields), *({} for _ in range(people)))
    return dwelling


def cared(household, category):
    place = {"community": household.community, "household": household}
    return CareTag.objects.create(category=category, starts_on=clock.today(), **place)


def drawn(user, building, key="kinds"):
    layer = next(one for one in facade.layers_for(user) if one.key == key)
    homes = facade.homes_of(user, building)
    return facade.draw(homes, layer.read(user, building)), facade.figures_of(homes)


def words(units):
    return [(one.label, one.note, one.tone) for unit in units for one in unit.doors]


class TestWhereDoorsStand:
    def test_the_top_floor_first_and_odd_rooms_where_they_belong(self, unit, building, leader):
        for room in ("101", "1201A", "商铺3", "502", "501", "1201", "102", "9"):
            door(unit, room, 1)
        (shown,), _figures = drawn(leader, building)
        assert [one.label for one in shown.doors] == ["1201", "1201A", "501", "502", "101", "102", "商铺3", "9"]
        assert [one.label for one in shown.doors if one.is_first] == ["1201", "501", "101", "商铺3"]
        assert shown.per == 2

    def test_stairwells_in_order_and_one_without_a_number(self, building, leader):
        for number in ("10", "9", ""):
            door(UnitFactory(building=building, number=number), "101", 1)
        units, _figures = drawn(leader, building)
        assert [one.label for one in units] == ["", "9 单元", "10 单元"]

    def test_several_households_and_none(self, unit, building, leader):
        door(unit, "501", 2, 1)
        door(unit, "502")
        HouseholdFactory(dwelling=Dwelling.objects.get(room_no="502"), left_on=clock.today())
        units, figures = drawn(leader, building)
        assert words(units) == [("501·1", "户籍", ""), ("501·2", "户籍", ""), ("502", "空置", "idle")]
        assert units[0].doors[2].url == ""
        assert (figures.dwellings, figures.vacant, figures.households, figures.residents) == (2, 1, 2, 3)

    def test_a_building_without_doors(self, building, leader):
        assert drawn(leader, building)[0] == []

    @given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 40), st.integers(1, 8)), max_size=40, unique=True))
    def test_every_door_stands_once_and_floors_never_rise(self, places):
        homes = [
            Home(Dwelling(unit=Unit(pk=unit, number=str(unit)), unit_id=unit, room_no=f"{floor}{number:02}"), [])
            for unit, floor, number in sorted(places, key=lambda place: (place[0], -place[1], place[2]))
        ]
        units = facade.draw(homes, lambda household: Mark("?"))
        assert [one.label for unit in units for one in unit.doors] == [home.dwelling.room_no for home in homes]
        for unit in units:
            floors = [int(one.label) // 100 for one in unit.doors]
            assert floors == sorted(floors, reverse=True)
            assert sum(one.is_first for one in unit.doors) == len(set(floors))
            assert unit.per in (1, 2, 3, 4, 6)


class TestLayers:
    def test_who_lives_there(self, unit, building, leader):
        for number, kind in enumerate(Household.Kind.values, start=1):
            door(unit, f"10{number}", 1, kind=kind)
        assert [note for _label, note, _tone in words(drawn(leader, building)[0])] == ["户籍", "租住", "空挂", "集体"]

    def test_who_is_cared_for(self, unit, building, leader):
        for room in ("101", "102", "103", "104"):
            door(unit, room, 1)
        homes = list(Household.objects.order_by("dwelling__room_no"))
        cared(homes[0], CareCategory.LIVING_ALONE)
        cared(homes[1], CareCategory.MINIMUM_ALLOWANCE)
        cared(homes[2], CareCategory.MINIMUM_ALLOWANCE)
        cared(homes[2], CareCategory.DISABLED)
        units, figures = drawn(leader, building, "care")
        assert words(units) == [
            ("101", "独居老人", "warn"),
            ("102", "低保", "wait"),
            ("103", "残疾等", "warn"),
            ("104", "有人住", ""),
        ]
        assert figures.cared == 3
        assert [one.cared for one in units[0].doors] == [True, True, True, False]

    def test_who_looks_after_them(self, unit, building, leader):
        door(unit, "101", 1)
        door(unit, "102", 1)
        cared(Household.objects.get(dwelling__room_no="101"), CareCategory.LIVING_ALONE)
        assert words(drawn(leader, building, "pairings")[0]) == [("101", "没人结对", "bad"), ("102", "有人住", "")]

    def test_how_far_the_round_has_come(self, unit, building, leader):
        door(unit, "101", 1)
        office = appoint(Role.COMMUNITY_STAFF, building.community)
        visits.open_campaign(building.community, quarter=Quarter.of(clock.today()), by=office)
        (shown,), _figures = drawn(leader, building, "visits")
        household = Household.objects.get()
        assert [(one.note, one.tone, one.url) for one in shown.doors] == [
            ("待访", "warn", household.get_absolute_url())
        ]

    def test_a_layer_is_offered_to_those_who_may_see_it(self, building, leader, monkeypatch):
        secret = Layer(
            "arrears", "欠费", lambda user, building: lambda household: Mark("欠 2 季"), Permission.BOOKS_VIEW
        )
        monkeypatch.setattr(facade, "_layers", [*facade._layers, secret])
        assert secret not in facade.layers_for(leader)
        secretary = appoint(Role.SECRETARY, building.community)
        assert facade.layers_for(secretary)[-1] == secret


class TestPage:
    @pytest.fixture(autouse=True)
    def _signed_in(self, leader, client):
        client.force_login(leader)

    @pytest.fixture
    def url(self, building):
        return reverse("grids:building", args=[building.pk])

    @pytest.mark.parametrize("layer", ["kinds", "care", "pairings", "visits", "moon", ""])
    def test_picture_legend_table_and_numbers_agree(self, layer, unit, url, client):
        door(unit, "101", 2, 1)
        door(unit, "102")
        door(unit, "201", 3, kind="renting")
        cared(Household.objects.first(), CareCategory.LIVING_ALONE)
        answer = client.get(url, {"layer": layer})
        page = answer.content.decode()
        doors = page.count('class="door ')
        assert doors == 4
        assert sum(line.count for line in answer.context["legend"]) == doors
        assert page.count('<th scope="row">') == doors
        assert page.count('aria-current="true"') == 1
        figures = answer.context["figures"]
        assert (figures.households, figures.residents, figures.cared, figures.vacant) == (3, 6, 1, 1)
        people = re.findall(r'<td class="num" data-label="居民">(\d+)</td>', page)
        assert sum(map(int, people)) == figures.residents
        for household in Household.objects.all():
            assert f'href="{household.get_absolute_url()}"' in page
        assert "style=" not in page.split("<main", 1)[1]

    @pytest.mark.parametrize("layer", ["kinds", "care", "pairings", "visits"])
    def test_the_number_of_queries_does_not_grow(self, layer, unit, url, client, django_assert_max_num_queries):
        def asked():
            with django_assert_max_num_queries(12) as captured:
                assert client.get(url, {"layer": layer}).status_code == 200
            return len(captured)

        door(unit, "101", 1)
        cared(Household.objects.get(), CareCategory.LIVING_ALONE)
        few = asked()
        for number in range(30):
            door(unit, f"{number + 2}01", 1, 1)
        for household in Household.objects.all()[1:]:
            cared(household, CareCategory.DISABLED)
        assert asked() == few

    def test_nobody_else_sees_it(self, building, unit, url, client):
        door(unit, "101", 1)
        for user, status in ((resident_of(Household.objects.get()), 403), (appoint(Role.GRID_LEADER, other()), 404)):
            client.force_login(user)
            assert client.get(url).status_code == status


def other():
    """A grid of another community."""
    return UnitFactory().building.grid
