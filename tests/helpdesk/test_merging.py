"""Several who ask for the same: one is handled, everybody follows it on the own page and rates for themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.models import Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import Household
from helpdesk import actions
from helpdesk.models import Category, Rating, ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import parties_of, steps_for
from helpdesk.states import State
from tests.factories import Desk, appoint, desk, household_in, neighbour_of, resident_of, small_photo

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def enter() -> As:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def neighbour(here: Desk) -> User:
    return resident_of(neighbour_of(here.household))


def told(user: object) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def home_of(user: User) -> Household:
    return Household.objects.get(pk=next(iter(user.scope.households)))


def of(here: Desk, user: User, slug: str = "plumbing", **fields: Any) -> ServiceRequest:
    home = home_of(user)
    fields = {"title": "楼下也滴水", **fields}
    return here.log(slug, by=user, reporter=user, household=home, **fields)


def lamp(here: Desk, **fields: Any) -> ServiceRequest:
    """About the lamp in the stairs: no home, so that its photos may be shown."""
    fields = {"place": "三楼楼道", "place_kind": "building", "building": here.household.building, **fields}
    return here.log("public_fixtures", title="楼道灯不亮", **fields)


def test_it_follows_and_nobody_handles_it_apart(here: Desk, neighbour: User) -> None:
    master, row = here.log(), of(here, neighbour)
    row = here.take(row, "merge", master=master)
    master.refresh_from_db()
    assert (row.state, row.master, master.followers) == (State.MERGED, master, 1)
    assert row.closed_at is not None
    assert any("同一件事" in text for text in told(neighbour))
    assert Update.objects.filter(request=row).last().details == {"master": master.number}


def test_who_follows_is_told_in_the_own_words_and_rates_apart(here: Desk, neighbour: User) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    Notice.objects.all().delete()
    here.walk(master, "accept", "dispatch", "sign", "reply", "resolve")
    said = told(neighbour)
    assert any("请您评价" in text for text in said)
    assert all("楼下也滴水" in text for text in said), "of the own request, never the other's title"
    assert {one.url for one in Notice.objects.filter(user=neighbour)} == {row.get_absolute_url()}
    row.refresh_from_db()
    assert row.asks_rating
    row = here.take(row, "rate", by=neighbour, solved="no", score=2)
    master.refresh_from_db()
    assert (row.state, master.state) == (State.MERGED, State.RESOLVED)
    assert Rating.objects.get(request=row).score == 2
    assert not row.asks_rating
    with pytest.raises(Refused, match="已经评价过"):
        here.take(row, "rate", by=neighbour)
    here.take(master, "rate")
    assert Rating.objects.count() == 2


def test_nobody_rates_what_is_not_done_or_long_past(here: Desk, neighbour: User) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    with pytest.raises(Refused, match="还没有办结"):
        here.take(row, "rate", by=neighbour)
    here.walk(master, "accept", "dispatch", "sign", "reply", "resolve")
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(Refused, match="7 天"):
        here.take(ServiceRequest.objects.get(pk=row.pk), "rate", by=neighbour)


def test_another_round_is_rated_again(here: Desk, neighbour: User) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    master = here.walk(master, "accept", "dispatch", "sign", "reply", "resolve")
    row = here.take(ServiceRequest.objects.get(pk=row.pk), "rate", by=neighbour)
    master = here.take(master, "reopen")
    row.refresh_from_db()
    assert not row.resolved_at
    assert any("重新办理" in text for text in told(neighbour))
    master = here.walk(master, "dispatch", "sign", "reply")
    here.take(master, "resolve", by=here.secretary)
    here.take(ServiceRequest.objects.get(pk=row.pk), "rate", by=neighbour)
    assert sorted(Rating.objects.filter(request=row).values_list("round", flat=True)) == [1, 2]


@pytest.mark.parametrize("case", ["itself", "ended", "merged", "elsewhere", "confidential", "mediation", "two"])
def test_what_is_no_one_matter_is_not_merged(here: Desk, neighbour: User, case: str) -> None:
    row = here.log("mediation") if case == "two" else here.log()
    match case:
        case "itself":
            master = row
        case "ended":
            master = here.take(of(here, neighbour), "withdraw", by=neighbour)
        case "merged":
            master = here.take(of(here, neighbour), "merge", master=here.log())
        case "elsewhere":
            master = desk().log()
        case "confidential":
            master = of(here, neighbour, "tip_off")
        case "mediation":
            master = of(here, neighbour, "mediation")
        case _:
            master = here.log("mediation", other=neighbour_of(here.household))
    with pytest.raises(Refused):
        here.take(row, "merge", master=master)
    assert ServiceRequest.objects.get(pk=row.pk).state == State.SUBMITTED


def test_two_tip_offs_are_one_matter_for_the_secretary(here: Desk, neighbour: User) -> None:
    master, row = here.log("tip_off"), of(here, neighbour, "tip_off")
    assert here.take(row, "merge", by=here.secretary, master=master).state == State.MERGED


def test_what_follows_moves_along_with_what_it_follows(here: Desk, neighbour: User) -> None:
    first, second = here.log(), here.log()
    row = here.take(of(here, neighbour), "merge", master=first)
    here.take(first, "merge", master=second)
    row.refresh_from_db()
    second.refresh_from_db()
    assert (row.master, second.followers, ServiceRequest.objects.get(pk=first.pk).followers) == (second, 2, 0)


def test_it_is_taken_out_again(here: Desk, neighbour: User) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    due = row.due_at
    with pytest.raises(Refused, match="别的同志"):
        here.take(row, "split", by=neighbour)
    row = here.take(row, "split")
    master.refresh_from_db()
    assert (row.state, row.master, row.closed_at, row.due_at, master.followers) == (State.ACCEPTED, None, None, due, 0)
    assert row.accepted_by == here.leader
    assert any("单独办" in text for text in told(neighbour))


def test_what_is_rated_is_not_taken_out(here: Desk, neighbour: User) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    here.walk(master, "accept", "dispatch", "sign", "reply", "resolve")
    row = here.take(ServiceRequest.objects.get(pk=row.pk), "rate", by=neighbour)
    with pytest.raises(Refused, match="已经办结"):
        here.take(row, "split")


@pytest.mark.parametrize("path", [[], ["accept", "dispatch"]])
def test_where_the_first_withdraws_the_eldest_goes_on(here: Desk, neighbour: User, path: list[str]) -> None:
    master = here.log()
    elder, younger = of(here, neighbour), here.log(title="又一件")
    elder = here.take(elder, "merge", master=master)
    younger = here.take(younger, "merge", master=master)
    master = here.take(here.walk(master, *path), "withdraw")
    elder.refresh_from_db()
    younger.refresh_from_db()
    assert (master.state, master.followers) == (State.WITHDRAWN, 0)
    assert (elder.state, elder.master, elder.followers) == (State.ACCEPTED, None, 1)
    assert (younger.state, younger.master) == (State.MERGED, elder)
    assert any("单独办" in text for text in told(neighbour))
    assert any("等您安排" in text for text in told(here.leader))
    assert here.take(elder, "dispatch").state == State.DISPATCHED


def test_who_joins_has_a_number_of_their_own(here: Desk, neighbour: User) -> None:
    master = here.walk(here.log(), "accept", "dispatch", "sign")
    Notice.objects.all().delete()
    home = home_of(neighbour)
    row = actions.join(
        master, by=neighbour, reporter=neighbour, category=master.category, title="我家也漏", household=home
    )
    master.refresh_from_db()
    assert (row.state, row.master, master.followers) == (State.MERGED, master, 1)
    assert row.number != master.number
    step = Update.objects.get(request=row)
    assert (step.action, step.from_state, step.to_state) == ("join", "", State.MERGED)
    assert not any("等您受理" in text for text in told(here.leader))
    assert any("同一件事" in text for text in told(here.leader))
    assert any("同一件事" in text for text in told(here.handler))
    assert told(here.reporter) == [], "who asked first hears nothing of the others"


def test_joining_what_has_ended_writes_nothing(here: Desk, neighbour: User) -> None:
    master = here.take(here.log(), "withdraw")
    before = ServiceRequest.objects.count()
    with pytest.raises(Refused, match="不在办"):
        actions.join(
            master,
            by=neighbour,
            reporter=neighbour,
            category=master.category,
            title="我家也漏",
            household=home_of(neighbour),
        )
    assert ServiceRequest.objects.count() == before


def test_a_category_that_would_part_them_is_refused(here: Desk, neighbour: User) -> None:
    master = here.log()
    here.take(of(here, neighbour), "merge", master=master)
    master.refresh_from_db()
    with pytest.raises(Refused, match="先拆出来"):
        here.take(master, "accept", category=here.category("tip_off"))
    assert here.take(master, "accept", category=here.category("other")).category.slug == "other"


# What who follows reads


def test_the_page_tells_the_course_and_nothing_of_who_asked(here: Desk, neighbour: User, enter: As) -> None:
    name = here.reporter.name
    master = here.log(description="请晚上来", photos=[small_photo()])
    row = here.take(of(here, neighbour), "merge", master=master)
    actions.add_update(master, by=here.reporter, text="我周末不在家")
    master = here.take(master, "accept", text=f"{name}阿姨好")
    master = here.take(here.take(master, "dispatch"), "sign", appointment="周六九点上门")
    told_all = f"{name}家（{master.place}）换了水管，电话 13912345678"
    master = here.take(master, "reply", text=told_all)
    page = enter(neighbour).get(row.get_absolute_url())
    text = page.content.decode()
    assert page.status_code == 200
    assert "受理了" in text
    assert "换了水管" in text
    for secret in (name, str(here.household), master.title, "周末", "周六", "13912345678", "请晚上来", master.place):
        assert secret not in text
    assert master.number in text
    assert master.get_absolute_url() not in text
    assert enter(neighbour).get(master.get_absolute_url()).status_code == 404


def test_photos_of_the_work_are_shown_but_of_no_home(here: Desk, neighbour: User, enter: As) -> None:
    for master, shown in ((here.log(), False), (lamp(here), True)):
        slug = "plumbing" if not shown else "public_fixtures"
        row = here.take(of(here, neighbour, slug), "merge", master=master)
        here.walk(master, "accept", "dispatch", "sign", "reply")
        photo = UpdatePhoto.objects.get(update__request=master, moment="after")
        url = reverse("helpdesk:photo", args=[row.pk, photo.pk])
        browser = enter(neighbour)
        assert (url in browser.get(row.get_absolute_url()).content.decode()) is shown
        answer = browser.get(url)
        assert answer.getvalue()
        assert answer.status_code == (200 if shown else 404)
        assert browser.get(reverse("helpdesk:photo", args=[master.pk, photo.pk])).status_code == 404


def test_what_the_first_one_showed_stays_theirs(here: Desk, neighbour: User, enter: As) -> None:
    master = lamp(here, photos=[small_photo()])
    row = here.take(of(here, neighbour, "public_fixtures"), "merge", master=master)
    photo = UpdatePhoto.objects.get(update__request=master)
    assert enter(neighbour).get(reverse("helpdesk:photo", args=[row.pk, photo.pk])).status_code == 404


def test_those_who_work_on_it_see_which_they_are(here: Desk, neighbour: User, enter: As) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    assert row.get_absolute_url() in enter(here.leader).get(master.get_absolute_url()).content.decode()
    assert master.get_absolute_url() in enter(here.leader).get(row.get_absolute_url()).content.decode()
    assert row.number not in enter(here.reporter).get(master.get_absolute_url()).content.decode()


def test_the_rating_is_asked_for_on_the_card_and_the_page(here: Desk, neighbour: User, enter: As) -> None:
    master = here.log()
    row = here.take(of(here, neighbour), "merge", master=master)
    here.walk(master, "accept", "dispatch", "sign", "reply", "resolve")
    browser, url = enter(neighbour), reverse("helpdesk:rate", args=[row.pk])
    assert url in browser.get(reverse("helpdesk:mine")).content.decode()
    assert url in browser.get(row.get_absolute_url()).content.decode()
    version = ServiceRequest.objects.get(pk=row.pk).version
    answer = browser.post(url, {"solved": "yes", "score": "5", "version": version})
    assert answer.status_code == 302
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "很满意" in page
    assert url not in page


def test_many_that_follow_cost_the_page_no_more(
    here: Desk, neighbour: User, enter: As, django_assert_max_num_queries: Any
) -> None:
    master = here.log()
    browser = enter(here.leader)
    counts = []
    for _ in range(2):
        here.take(of(here, neighbour), "merge", master=ServiceRequest.objects.get(pk=master.pk))
        with django_assert_max_num_queries(30) as captured:
            browser.get(master.get_absolute_url())
        counts.append(len(captured))
    assert counts[0] == counts[1]


# The form


def test_the_leader_chooses_among_those_nearby_or_writes_the_number(here: Desk, neighbour: User, enter: As) -> None:
    near, far, row = here.log(), of(here, resident_of(household_in(here.grid)), title="别处"), of(here, neighbour)
    url = reverse("helpdesk:step", args=[row.pk, "merge"])
    browser = enter(here.leader)
    page = browser.get(url).content.decode()
    assert near.number in page
    assert far.number not in page
    for sent in ({}, {"number": "999999"}, {"number": row.number}):
        answer = browser.post(url, {**sent, "version": row.version})
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert browser.post(url, {"number": far.number[-6:], "version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.master == far


def test_what_the_leader_cannot_see_cannot_be_followed(here: Desk, neighbour: User, enter: As) -> None:
    secret, row = here.log("tip_off"), of(here, neighbour)
    elsewhere = desk().log()
    browser = enter(here.leader)
    for other in (secret, elsewhere):
        sent = {"number": other.number, "master": other.pk, "version": row.version}
        answer = browser.post(reverse("helpdesk:step", args=[row.pk, "merge"]), sent)
        assert answer.context["form"].errors
        assert other.title not in answer.content.decode().replace(row.title, "")


def test_a_co_worker_of_the_office_sees_the_way_out(here: Desk, neighbour: User) -> None:
    row = here.take(of(here, neighbour), "merge", master=here.log())
    staff = appoint(Role.COMMUNITY_STAFF, here.grid.community)
    assert {one.action for one in steps_for(row, staff, parties_of(row, staff))} == {"split"}
    assert Category.objects.filter(community=here.grid.community).exists()
