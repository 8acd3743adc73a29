"""Who sees which request, and whose step is next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.roles import Role
from core import clock, scoping
from core.scoping import UnscopedQuery
from helpdesk import today
from helpdesk.models import Category, Rating, ServiceRequest, Update, UpdatePhoto
from helpdesk.querysets import leaders_of, possible_handlers
from tests.asks import asks_of
from tests.factories import Desk, GridFactory, appoint, desk, household_in, resident_of, small_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Desk:
    return desk()


def sees(user: object) -> set[object]:
    user.__dict__.pop("scope", None)
    with scoping.armed():
        return set(ServiceRequest.objects.visible_to(user))  # type: ignore[arg-type]


@pytest.mark.parametrize("model", [Category, ServiceRequest, Update, UpdatePhoto, Rating])
def test_rows_are_guarded(model: type) -> None:
    with scoping.armed(), pytest.raises(UnscopedQuery):
        list(model.objects.all())  # type: ignore[attr-defined]


def test_a_request_is_seen_by_its_parties(here: Desk) -> None:
    row = here.log()
    for user in (here.reporter, here.leader, here.secretary, appoint(Role.COMMUNITY_STAFF, here.grid.community)):
        assert sees(user) == {row}
    neighbour = resident_of(household_in(here.grid))
    other_leader = appoint(Role.GRID_LEADER, GridFactory(community=here.grid.community))
    for user in (here.handler, here.other, neighbour, other_leader, desk().secretary):
        assert sees(user) == set()


def test_the_family_does_not_see_what_one_of_them_said(here: Desk) -> None:
    here.log("mediation")
    assert sees(resident_of(here.household)) == set()


def test_those_who_handle_it_see_it(here: Desk) -> None:
    row = here.take(here.log(), "accept")
    row = here.take(row, "dispatch", co_handlers=[here.other])
    assert sees(here.handler) == sees(here.other) == {row}
    row = here.take(row, "hand_back")
    assert sees(here.handler) == sees(here.other) == set()


def test_whoever_wrote_it_down_sees_it(here: Desk) -> None:
    steward = appoint(Role.BUILDING_STEWARD, here.household.building)
    row = here.log(by=steward, reporter=None, reporter_name="老李")
    assert sees(steward) == {row}


def test_a_tip_off_is_for_the_secretary(here: Desk) -> None:
    row = here.log("tip_off")
    assert sees(here.secretary) == {row}
    assert set(ServiceRequest.objects.in_confidence(here.reporter)) == {row}
    assert set(ServiceRequest.objects.reported_by(here.reporter)) == {row}
    assert sees(here.reporter) == sees(here.leader) == sees(appoint(Role.COMMUNITY_STAFF, here.grid.community)) == set()


def test_what_hangs_on_a_request_follows_it(here: Desk) -> None:
    row = here.walk(here.log(photos=[small_photo()]), "accept", "dispatch", "sign", "reply", "resolve", "rate")
    stranger = resident_of(household_in(here.grid))
    for model in (Update, UpdatePhoto, Rating):
        assert model.objects.visible_to(here.reporter).exists()
        assert not model.objects.visible_to(stranger).exists()
    assert Category.objects.visible_to(stranger).count() == 14
    assert Rating.objects.of(row).count() == 1


def test_words_find_number_title_place_and_name(here: Desk) -> None:
    row = here.log(description="洗菜池下面")
    rows = ServiceRequest.objects.visible_to(here.leader)
    for words in (row.number, "厨房 洗菜池", row.place, row.reporter_name):
        assert list(rows.containing(words)) == [row]
    assert not rows.containing("厨房 阳台").exists()


def test_open_and_overdue(here: Desk) -> None:
    row, done = here.log(), here.take(here.log(), "withdraw")
    rows = ServiceRequest.objects.visible_to(here.leader)
    assert list(rows.open()) == [row]
    assert not rows.overdue().exists()
    with clock.at(row.due_at + timedelta(minutes=1)):
        assert list(rows.overdue()) == [row]
        assert rows.tallied() == {"open": 1, "overdue": 1, "submitted": 1, "review": 0}
    assert done not in rows.open()


def asked(user: object) -> list[str]:
    user.__dict__.pop("scope", None)
    with scoping.armed():
        return [f"{ask.title}｜{ask.button}" for ask in asks_of(today, user)]  # type: ignore[arg-type]


def test_each_step_is_asked_of_the_one_whose_it_is(here: Desk) -> None:
    row = here.log()
    everybody = {"leader", "secretary", "handler", "other", "reporter"}
    for asks, person, step in [
        ("新诉求：厨房水管漏水｜去受理", "leader", "accept"),
        ("还没派人：厨房水管漏水｜去派单", "leader", "dispatch"),
        ("请您签收：厨房水管漏水｜去签收", "handler", "sign"),
        ("正在办：厨房水管漏水｜去办理", "handler", "reply"),
        ("请您审核：厨房水管漏水｜去审核", "leader", "resolve"),
        ("请您评价：厨房水管漏水｜去评价", "reporter", "rate"),
    ]:
        assert asked(getattr(here, person)) == [asks]
        assert all(asked(getattr(here, other)) == [] for other in everybody - {person})
        row = here.take(row, step)
    assert all(asked(getattr(here, other)) == [] for other in everybody)


def test_what_a_leader_handled_is_checked_by_the_office(here: Desk) -> None:
    row = here.take(here.take(here.log(), "accept"), "dispatch", handler=here.leader)
    row = here.take(here.take(row, "sign", by=here.leader), "reply", by=here.leader)
    assert asked(here.leader) == []
    assert asked(here.secretary) == ["请您审核：厨房水管漏水｜去审核"]


def test_where_nobody_leads_the_office_triages(here: Desk) -> None:
    empty = GridFactory(community=here.grid.community)
    here.log(household=household_in(empty))
    staff = appoint(Role.COMMUNITY_STAFF, here.grid.community)
    assert asked(staff) == asked(here.secretary) == ["新诉求：厨房水管漏水｜去受理"]
    assert asked(here.leader) == []


def test_a_tip_off_waits_with_the_secretary(here: Desk) -> None:
    row = here.log("tip_off")
    assert asked(here.leader) == asked(appoint(Role.COMMUNITY_STAFF, here.grid.community)) == []
    assert len(asked(here.secretary)) == 1
    assert [one.pk for one in leaders_of(row)] == [here.secretary.pk]


def test_what_is_due_first_is_asked_first_and_what_is_late_urgent(here: Desk) -> None:
    here.log("suggestion", title="添条凳子")
    late = here.log(title="漏水")
    with clock.at(late.due_at + timedelta(days=1)):
        asks = asks_of(today, here.leader)
    assert [ask.title for ask in asks] == ["新诉求：漏水", "新诉求：添条凳子"]
    assert [ask.urgent for ask in asks] == [True, False]


def test_today_asks_the_database_as_often_for_one_as_for_thirty(here: Desk, django_assert_num_queries: object) -> None:
    here.log()
    here.leader.scope  # noqa: B018 read once a request
    with django_assert_num_queries(2):  # type: ignore[operator]
        asks_of(today, here.leader)
    for _ in range(29):
        here.log()
    del here.leader.calendar  # read once a page
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(asks_of(today, here.leader)) == 30


def test_red_stewards_are_offered_first_for_what_they_may_do(here: Desk) -> None:
    community = here.grid.community
    first = possible_handlers(community.pk, here.category("plumbing"))[0]
    assert first.role == Role.RED_STEWARD
    people = possible_handlers(community.pk, here.category("enquiry"))
    assert people[0].role == Role.GRID_LEADER
    assert people[-1].role == Role.RED_STEWARD
    both = appoint(Role.COMMUNITY_STAFF, community, user=here.leader)
    people = possible_handlers(community.pk, here.category("enquiry"))
    assert [one.user_id for one in people].count(both.pk) == 1
