"""Appointing: who may, which terms exclude each other, and the secretary's pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import actions
from community.models import Appointment, AuditEvent, Notice, User
from community.roles import Office, Role
from core import clock
from core.refusal import Refused
from tests.factories import BuildingFactory, EstateFactory, GridFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
DAY = timedelta(days=1)


@pytest.fixture
def grid():
    return GridFactory()


@pytest.fixture
def secretary(grid):
    return appoint(Role.SECRETARY, grid.community)


def test_appointing_is_recorded_and_told(grid, secretary):
    user = UserFactory()
    made = actions.appoint(user, role=Role.GRID_LEADER, place=grid, by=secretary)
    assert made.is_current
    assert made.appointed_by == secretary
    assert User.objects.get(pk=user.pk).scope.grids == {grid.pk}
    assert AuditEvent.objects.get(verb="appoint").changes["role"] == [None, "grid_leader"]
    assert "网格长" in Notice.objects.get(user=user).text


def test_only_the_secretary_of_the_community_appoints(grid, secretary):
    elsewhere = GridFactory()
    for by, place in (
        (appoint(Role.COMMUNITY_STAFF, grid.community), grid),
        (secretary, elsewhere),
        (appoint(Role.GRID_LEADER, GridFactory(community=grid.community)), grid),
    ):
        with pytest.raises(Refused):
            actions.appoint(UserFactory(), role=Role.GRID_LEADER, place=place, by=by)
    for role in (Role.SECRETARY, Role.ADMINISTRATOR, Role.STREET_OBSERVER):
        with pytest.raises(Refused):
            actions.appoint(secretary, role=role, place=grid.community, by=secretary)


def test_a_grid_has_one_leader_on_any_day(grid, secretary):
    def lead(starts, ends):
        return actions.appoint(
            UserFactory(), role=Role.GRID_LEADER, place=grid, by=secretary, starts_on=starts, ends_on=ends
        )

    lead(JUNE, JULY)
    for starts, ends in ((JULY, AUGUST), (JUNE - DAY, JUNE), (JUNE + DAY, None), (JUNE - DAY, None)):
        with pytest.raises(Refused, match="已经有网格长"):
            lead(starts, ends)
    lead(JULY + DAY, None)
    lead(JUNE - 9 * DAY, JUNE - DAY)


TERM = st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)).map(
    lambda pair: (JUNE + pair[0] * DAY, None if pair[1] is None else JUNE + (pair[0] + pair[1]) * DAY)
)
DRAWN = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Office.values), TERM), max_size=8)


@given(DRAWN)
def test_three_offices_are_three_people_on_every_day(drawn):
    estate = EstateFactory()
    secretary = appoint(Role.SECRETARY, estate.community)
    people = [UserFactory() for _ in range(3)]
    for who, office, (starts, ends) in drawn:
        try:
            actions.appoint(
                people[who],
                role=Role.COMMITTEE,
                office=office,
                place=estate,
                by=secretary,
                starts_on=starts,
                ends_on=ends,
            )
        except Refused:
            continue
    held = list(Appointment.objects.filter(estate=estate))
    for day in (JUNE + n * DAY for n in range(42)):
        now = [one for one in held if one.holds(day)]
        assert len({one.user_id for one in now}) == len(now)
        alone = [one.office for one in now if one.office != Office.SUPERVISOR]
        assert len(set(alone)) == len(alone)


def test_ending(grid, secretary):
    held = actions.appoint(UserFactory(), role=Role.GRID_LEADER, place=grid, by=secretary, starts_on=JUNE)
    today = clock.today()
    with pytest.raises(Refused, match="不能早于"):
        actions.end_appointment(held, last_day=JUNE - DAY, reason="x", by=secretary)
    with pytest.raises(Refused, match="书记"):
        actions.end_appointment(held, last_day=today, reason="x", by=held.user)
    actions.end_appointment(held, last_day=today - DAY, reason="换了工作", by=secretary)
    assert User.objects.get(pk=held.user_id).scope.grids == frozenset()
    with pytest.raises(Refused, match="已经结束"):
        actions.end_appointment(held, last_day=today, reason="x", by=secretary)
    assert AuditEvent.objects.get(verb="end_appointment").reason == "换了工作"


def test_an_account_of_another_name_is_not_taken(secretary):
    user = UserFactory(phone="13800138000", name="周敏")
    assert actions.make_account(phone="13800138000", name="周敏", by=secretary) == user
    with pytest.raises(Refused, match="不一样"):
        actions.make_account(phone="13800138000", name="王芳", by=secretary)
    made = actions.make_account(phone="13800138001", name="王芳", by=secretary)
    assert not made.has_usable_password()


def filled(**changed):
    return {
        "submission": "00000000-0000-4000-8000-000000000002",
        "name": "周敏",
        "phone": "138 0013 8000",
        "role": "grid_leader",
        "starts_on": clock.today().isoformat(),
    } | changed


def test_appointing_on_the_page_makes_the_account_and_leads_to_its_letter(client, grid, secretary):
    client.force_login(secretary)
    assert client.get(reverse("community:appointment_new")).status_code == 200
    page = client.post(reverse("community:appointment_new"), filled())
    assert "请选这个角色管的地方" in page.text
    answer = client.post(reverse("community:appointment_new"), filled(place=f"grid-{grid.pk}"))
    person = User.objects.get(phone="13800138000")
    assert answer.url == reverse("community:letter_password", args=[person.pk])
    page = client.get(answer.url).text
    assert "开通账号" in page
    job = client.post(answer.url, {"submission": "00000000-0000-4000-8000-000000000003"})
    assert client.get(job.url).status_code == 200
    listed = client.get(reverse("community:appointments")).text
    assert "周敏" in listed
    assert "还没开通账号" in listed
    assert "13800138000" not in listed


def test_a_place_of_another_community_cannot_be_chosen(client, secretary):
    client.force_login(secretary)
    page = client.post(reverse("community:appointment_new"), filled(place=f"grid-{GridFactory().pk}"))
    assert page.status_code == 200
    assert not Appointment.objects.filter(role=Role.GRID_LEADER).exists()


def test_what_is_refused_stays_on_the_form(client, grid, secretary):
    appoint(Role.GRID_LEADER, grid)
    client.force_login(secretary)
    page = client.post(reverse("community:appointment_new"), filled(place=f"grid-{grid.pk}")).text
    assert "已经有网格长" in page
    assert "周敏" in page
    assert not User.objects.filter(phone="13800138000").exists()


def test_ending_on_the_page(client, grid, secretary):
    leader = appoint(Role.GRID_LEADER, grid)
    held = leader.appointments.get()
    client.force_login(secretary)
    address = reverse("community:appointment_end", args=[held.pk])
    assert client.get(address).status_code == 200
    given = {"last_day": clock.today().isoformat(), "reason": "退休"}
    assert client.post(address, given | {"last_day": "2020-05-05"}).status_code == 200
    assert client.post(address, given).status_code == 302
    held.refresh_from_db()
    assert held.ends_on == clock.today()


def test_others_may_not_open_the_pages(client, grid):
    leader = appoint(Role.GRID_LEADER, grid)
    client.force_login(leader)
    for name in ("appointments", "appointment_new"):
        assert client.get(reverse(f"community:{name}")).status_code == 403
    foreign = appoint(Role.SECRETARY, GridFactory().community)
    client.force_login(foreign)
    assert client.get(reverse("community:appointment_end", args=[leader.appointments.get().pk])).status_code == 404


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_thirty(
    client, secretary, django_assert_max_num_queries
):
    client.force_login(secretary)
    for _ in range(30):
        grid = GridFactory(community_id=next(iter(secretary.scope.communities)))
        appoint(Role.GRID_LEADER, grid)
        appoint(Role.BUILDING_STEWARD, BuildingFactory(grid=grid))
    with django_assert_max_num_queries(8):
        client.get(reverse("community:appointments"))


def test_who_keeps_the_books_does_not_audit_them(grid, secretary):
    estate = EstateFactory(community=grid.community)
    keeper, auditor = UserFactory(), UserFactory()
    terms = {"place": estate, "by": secretary, "starts_on": JUNE}
    actions.appoint(keeper, role=Role.COMMITTEE, office=Office.BOOKKEEPER, **terms)
    with pytest.raises(Refused, match="既管这个小区的账"):
        actions.appoint(keeper, role=Role.AUDITOR, ends_on=JULY, **terms)
    with pytest.raises(Refused, match="到哪天止"):
        actions.appoint(auditor, role=Role.AUDITOR, **terms)
    actions.appoint(auditor, role=Role.AUDITOR, ends_on=JULY, **terms)
    with pytest.raises(Refused, match="既管这个小区的账"):
        actions.appoint(auditor, role=Role.COMMITTEE, office=Office.CASHIER, **terms)
    terms["starts_on"] = JULY + DAY
    actions.appoint(auditor, role=Role.COMMITTEE, office=Office.CASHIER, **terms)
