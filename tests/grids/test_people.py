"""The household's and the person's page, and what a person's record may hold."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from community.roles import Role
from core import clock
from core.refusal import Refused
from grids import actions, person
from grids.codes import IdType, Relation
from grids.models import Household, Membership, Resident
from tests.factories import (
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    appoint,
    household_in,
    resident_of,
)

CARD = "99071219820728061X"  # born on 1982-07-28, male
COMING = {"how": "moved_in", "starts_on": "2026-03-01"}


@pytest.fixture
def household(db):
    household = household_in(GridFactory())
    household.head = MembershipFactory(
        household=household, relation=Relation.HEAD, resident__name="王秀英", resident__birth_date="1956-03-07"
    ).resident
    household.save()
    return household


@pytest.fixture
def leader(household):
    return appoint(Role.GRID_LEADER, household.building.grid)


@pytest.fixture
def signed_in(client, leader):
    client.force_login(leader)
    return client


BAD = [
    ({"name": ""}, "name", "请写明姓名"),
    ({"name": "=SUM(A1)"}, "name", "开头"),
    ({"name": "王1"}, "name", "不像一个姓名"),
    ({"phone": "1381234567"}, "phone", "10 位"),
    ({"phone": "12345678901"}, "phone", "不像一个电话"),
    ({"phone": "没有电话"}, "phone", "不像一个电话"),
    ({"birth_date": "2026-02-30"}, "birth_date", "没有这一天"),
    ({"birth_date": "1856-01-01"}, "birth_date", "没有这一天"),
    ({"birth_date": "2999-01-01"}, "birth_date", "晚于今天"),
    ({"id_number": "990712198207280611"}, "id_number", "校验码"),
    ({"id_number": "990712820728061"}, "id_number", "15 位"),
    ({"id_number": "9907121982072806"}, "id_number", "18 位"),
    ({"id_number": "99071219820230061X"}, "id_number", "没有这一天"),
    ({"id_number": "AB", "id_type": IdType.PASSPORT}, "id_number", "5 到 20 位"),
    ({"id_number": CARD, "birth_date": "1982-07-29"}, "birth_date", "不一样"),
    ({"id_number": CARD, "sex": "2"}, "sex", "不一样"),
]


@pytest.mark.parametrize(("wrong", "field", "says"), BAD)
def test_what_cannot_be_is_said_at_its_field_and_refused(household, leader, signed_in, wrong, field, says):
    given = {"name": "王小明", "sex": "1", "relation": Relation.SON, **wrong}
    page = signed_in.post(reverse("grids:member_add", args=[household.pk]), given)
    assert page.status_code == 200
    assert says in str(page.context["form"].errors[field])
    with pytest.raises(Refused, match=says):
        actions.add_member(household, by=leader, **given)
    assert not Resident.objects.filter(name="王小明").exists()


@pytest.mark.parametrize("phone", ["13812345678", "138 1234 5678", "0511-85551234", "85551234", "+86 13812345678"])
def test_a_phone_that_the_roster_reads_may_be_typed(phone):
    assert person.read_phone(phone).isdigit()


def test_the_card_tells_birth_date_and_sex(household, leader):
    membership = actions.add_member(household, by=leader, relation=Relation.SON, name="王小明", id_number=CARD)
    assert (membership.resident.birth_date, membership.resident.sex) == ("1982-07-28", "1")


def test_a_number_that_is_registered_is_said_with_who_may_help(household, leader, signed_in):
    known = MembershipFactory(household=household, resident__name="王小明", resident__birth_date="").resident
    actions.change_resident(known, household=household, by=leader, id_number=CARD)
    url = reverse("grids:resident_edit", args=[household.pk, household.head.pk])
    form = {"name": "王秀英", "sex": "1", "id_number": CARD, "birth_date": "1982-07-28"}
    assert "社区办公室在“疑似重复”里合并" in signed_in.post(url, form).content.decode()


def test_who_is_registered_in_scope_is_offered_and_moved(household, signed_in):
    other = household_in(household.building.grid)
    known = MembershipFactory(household=other, resident__name="王小明", resident__birth_date="1982-07-28").resident
    url = reverse("grids:member_add", args=[household.pk])
    form = {"name": "王小明", "sex": "1", "birth_date": "1982-07-28", "relation": "20"} | COMING
    page = signed_in.post(url, form)
    assert [one for one, _address in page.context["offered"]] == [known]
    (_known, address) = page.context["offered"][0]
    assert signed_in.get(address).url.startswith(reverse("grids:move", args=[other.pk]))
    signed_in.post(url, form | {"another": "on"})
    assert Resident.objects.filter(name="王小明").count() == 2


def test_who_lives_nowhere_comes_back(household, leader, signed_in):
    known = MembershipFactory(
        household=household, resident__name="王小明", starts_on=date(2020, 1, 1), ends_on=date(2022, 1, 1)
    ).resident
    url = f"{reverse('grids:member_add', args=[household.pk])}?resident={known.pk}"
    assert "王小明" in signed_in.get(url).content.decode()
    signed_in.post(url, {"relation": "20", "starts_on": clock.today().isoformat(), "version": 1})
    assert Membership.objects.get(resident=known, ends_on__isnull=True).household == household


@pytest.mark.parametrize("by_number", [True, False])
def test_who_is_registered_out_of_scope_is_the_offices_and_not_told(household, leader, signed_in, by_number):
    far = household_in(GridFactory(community=household.community))
    number = {"id_number": CARD} if by_number else {}
    fields = {f"resident__{key}": value for key, value in number.items()}
    MembershipFactory(household=far, resident__name="王远方", resident__birth_date="1982-07-28", **fields)
    name = "王别名" if by_number else "王远方"
    form = {"name": name, "sex": "1", "birth_date": "1982-07-28", "relation": "20", "another": "on", **COMING, **number}
    page = signed_in.post(reverse("grids:member_add", args=[household.pk]), form).content.decode()
    assert "社区办公室" in page
    assert far.dwelling.label not in page
    assert not by_number or "王远方" not in page
    with pytest.raises(Refused, match="社区办公室"):
        actions.add_member(
            household, by=leader, name=name, birth_date="1982-07-28", relation="20", another=True, **number
        )


@pytest.mark.django_db(transaction=True)
def test_one_number_registered_twice_at_one_moment(household, leader):
    homes = [household, household_in(household.building.grid)]
    at_once, came = threading.Barrier(2), []

    def add(home):
        try:
            at_once.wait()
            actions.add_member(home, by=leader, relation=Relation.SON, name="王小明", id_number=CARD)
            came.append("registered")
        except Refused as refusal:
            came.append(str(refusal))
        finally:
            connection.close()

    both = [threading.Thread(target=add, args=[home]) for home in homes]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert came.count("registered") == 1
    assert len(came) == 2
    assert Resident.objects.exclude(id_hash="").count() == 1


# Looking back ---------------------------------------------------------------------------------------------------


def test_who_lived_here_on_a_day(household, signed_in):
    MembershipFactory(
        household=household, resident__name="王小明", starts_on=date(2020, 1, 1), ends_on=date(2026, 3, 31)
    )
    MembershipFactory(household=household, resident__name="王小红", starts_on=date(2026, 4, 1))
    names = {
        day: [one.resident.name for one in signed_in.get(household.get_absolute_url(), {"on": day}).context["then"]]
        for day in ("2026-03-31", "2026-04-01")
    }
    assert sorted(names["2026-03-31"]) == ["王小明", "王秀英"]
    assert sorted(names["2026-04-01"]) == ["王小红", "王秀英"]
    page = signed_in.get(household.get_absolute_url()).content.decode()
    assert "已经离开的" in page


@pytest.mark.parametrize(("day", "says"), [("2026-02-30", "没有这一天"), ("x", "没有这一天"), ("2999-01-01", "还没到")])
def test_a_day_that_cannot_be_is_said(household, signed_in, day, says):
    building = reverse("grids:building_past", args=[household.building_id])
    for url in (household.get_absolute_url(), building):
        assert says in signed_in.get(url, {"on": day}).content.decode()


def test_the_page_of_a_building_leads_to_a_day(household, signed_in):
    answer = signed_in.get(reverse("grids:building", args=[household.building_id]), {"on": "2026-03-31"})
    assert answer.url == f"{reverse('grids:building_past', args=[household.building_id])}?on=2026-03-31"


def test_a_building_on_a_day_costs_the_same_for_many(household, signed_in, django_assert_max_num_queries):
    url = reverse("grids:building_past", args=[household.building_id])
    counts = []
    for more in (0, 30):
        for _number in range(more):
            MembershipFactory(household=HouseholdFactory(dwelling__unit=household.dwelling.unit))
        with django_assert_max_num_queries(12) as captured:
            page = signed_in.get(url, {"on": "2026-03-31"})
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert "31 人" in page.content.decode()


def test_a_persons_page_shows_only_the_homes_in_ones_scope(household, leader, signed_in):
    far = household_in(GridFactory(community=household.community))
    MembershipFactory(
        household=far, resident=household.head, is_primary=False, starts_on=date(2010, 1, 1), ends_on=date(2015, 1, 1)
    )
    page = signed_in.get(reverse("grids:resident", args=[household.head.pk])).content.decode()
    assert household.dwelling.label in page
    assert far.dwelling.label not in page


def test_what_can_be_done_is_for_those_who_may(household, client):
    steward = appoint(Role.BUILDING_STEWARD, household.building)
    client.force_login(steward)
    page = client.get(household.get_absolute_url()).content.decode()
    assert reverse("grids:leave", args=[household.pk]) not in page
    assert client.get(reverse("grids:leave", args=[household.pk])).status_code == 403
    client.force_login(resident_of(household))
    assert client.get(reverse("grids:leave", args=[household.pk])).status_code == 403


def test_a_leader_who_is_steward_elsewhere_moves_nobody_there(household, leader, signed_in):
    far = household_in(GridFactory(community=household.community))
    MembershipFactory(household=far)
    appoint(Role.BUILDING_STEWARD, far.building, user=leader)
    assert signed_in.get(far.get_absolute_url()).status_code == 200
    assert signed_in.get(reverse("grids:leave", args=[far.pk])).status_code == 404


def test_a_household_that_has_left_offers_no_moves(household, leader, signed_in):
    actions.move_out(household, by=leader, day=clock.today(), residents=[household.head])
    page = signed_in.get(household.get_absolute_url()).content.decode()
    assert "迁出" in page
    assert reverse("grids:leave", args=[household.pk]) not in page
    assert Household.objects.get(pk=household.pk).left_on == clock.today()


def test_birth_page(household, signed_in):
    born = clock.today() - timedelta(days=3)
    url = reverse("grids:birth", args=[household.pk])
    form = {"name": "王新", "sex": "1", "relation": "20", "birth_date": born.isoformat(), "version": 1}
    assert "晚于今天" in signed_in.post(url, form | {"birth_date": "2999-01-01"}).content.decode()
    signed_in.post(url, form)
    assert Membership.objects.get(resident__name="王新").starts_on == born


def test_a_resident_without_any_home_is_not_shown(household, signed_in):
    assert signed_in.get(reverse("grids:resident", args=[ResidentFactory().pk])).status_code == 404
