"""The register's pages: what they show, what they keep, what they cost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from community.models import AuditEvent
from community.roles import Role
from tests.factories import GridFactory, MembershipFactory, appoint, household_in, resident_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def household():
    household = household_in(GridFactory(), phone="13812345678")
    household.head = MembershipFactory(household=household, resident__name="王秀英").resident
    household.save()
    return household


@pytest.fixture
def leader(household, client):
    leader = appoint(Role.GRID_LEADER, household.building.grid)
    client.force_login(leader)
    return leader


def queries(client, url, counter):
    with counter() as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["places", "building", "household"])
def test_the_number_of_queries_does_not_grow(page, household, leader, client, django_assert_max_num_queries):
    url = {
        "places": reverse("grids:places"),
        "building": reverse("grids:building", args=[household.building_id]),
        "household": household.get_absolute_url(),
    }[page]
    few = queries(client, url, lambda: django_assert_max_num_queries(12))
    for _ in range(30):
        MembershipFactory(household__dwelling__unit=household.dwelling.unit)
        MembershipFactory(household=household)
        household_in(household.building.grid)
    assert queries(client, url, lambda: django_assert_max_num_queries(12)) == few


def test_a_page_shows_the_mask_only(household, leader, client):
    page = client.get(household.get_absolute_url()).content.decode()
    assert "138****5678" in page
    assert "13812345678" not in page


def test_an_edit_is_saved_with_blank_meaning_keep(household, leader, client):
    url = reverse("grids:household_edit", args=[household.pk])
    answer = client.post(url, {"version": 1, "kind": "renting", "phone": "", "note": ""})
    assert answer.url == household.get_absolute_url()
    household.refresh_from_db()
    assert (household.kind, household.phone) == ("renting", "13812345678")
    assert "租住" in client.get(household.get_absolute_url()).content.decode()


def test_a_stale_edit_is_told_and_keeps_what_was_typed(household, leader, client):
    url = reverse("grids:household_edit", args=[household.pk])
    client.post(url, {"version": 1, "kind": "renting", "note": "先到"})
    page = client.post(url, {"version": 1, "kind": "registered", "note": "后到的话"}).content.decode()
    assert leader.name in page
    assert "后到的话" in page


def test_a_double_click_changes_once(household, leader, client):
    url = reverse("grids:member_add", args=[household.pk])
    form = {
        "submission": "6a1f5a34-3f52-4a37-bb3c-6dc8b8a4b0a1",
        "relation": "20",
        "how": "moved_in",
        "starts_on": "2026-03-01",
        "name": "王小明",
        "sex": "1",
    }
    first, second = client.post(url, form), client.post(url, form)
    assert first.url == second.url
    assert household.memberships.filter(resident__name="王小明").count() == 1


def test_a_wrong_identity_number_is_named(household, leader, client):
    url = reverse("grids:resident_edit", args=[household.pk, household.head.pk])
    page = client.post(url, {"name": "王秀英", "sex": "2", "id_number": "990712198207280611"}).content.decode()
    assert "校验码" in page
    assert not AuditEvent.objects.exists()


def test_a_resident_sees_the_own_household_and_who_read_it(household, leader, client):
    client.post(
        reverse("grids:household_edit", args=[household.pk]), {"version": 1, "kind": "renting", "note": "", "phone": ""}
    )
    client.force_login(resident_of(household))
    page = client.get(reverse("grids:mine")).content.decode()
    assert household.dwelling.label in page
    assert leader.name in page
