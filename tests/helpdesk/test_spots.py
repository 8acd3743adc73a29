"""Where the same kind of thing comes again: raised once, planned, settled, raised anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock, scoping
from core.refusal import Refused
from helpdesk import spots
from helpdesk.actions.spots import plan_spot, settle_spot
from helpdesk.models import RecurringSpot, ServiceRequest
from tests.asks import asks_of
from tests.factories import Desk, GridFactory, appoint, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Desk:
    return desk()


def three(here: Desk, slug: str = "plumbing", **fields: Any) -> list[ServiceRequest]:
    return [here.log(slug, **fields) for _number in range(3)]


def raised() -> RecurringSpot:
    assert spots.raise_spots() == 1
    return RecurringSpot.objects.latest("raised_at")


def asked(user: Any) -> list[str]:
    user.__dict__.pop("scope", None)
    with scoping.armed():
        return [f"{ask.title}｜{ask.button}" for ask in asks_of(spots, user)]


def enter(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_the_third_time_raises_it_once_and_tells_who_leads(here: Desk) -> None:
    here.log()
    here.log()
    assert spots.raise_spots() == 0
    here.log()
    spot = raised()
    assert (spot.building, spot.category, spot.times) == (here.household.building, here.category(), 3)
    assert asked(here.leader) == [f"未诉先办：{here.household.building} 水电暖维修｜想个办法"]
    assert asked(here.secretary) == []
    told = Notice.objects.filter(kind="spot_raised")
    assert [one.user for one in told] == [here.leader]
    assert here.reporter.name not in told[0].text
    here.log()
    assert spots.raise_spots() == 0
    spot.refresh_from_db()
    assert spot.times == 4


@pytest.mark.parametrize("slug", ["mediation", "tip_off"])
def test_quarrels_and_secrets_are_no_spots(here: Desk, slug: str) -> None:
    three(here, slug)
    assert spots.raise_spots() == 0


def test_what_did_not_happen_and_what_is_long_ago_does_not_count(here: Desk) -> None:
    with clock.at(clock.now() - timedelta(days=91)):
        here.log()
    rows = three(here)
    here.take(rows[0], "withdraw")
    here.log(building=None, place_kind="elsewhere", place="小广场")
    assert spots.raise_spots() == 0


def test_where_nobody_leads_the_office_thinks_about_it(here: Desk) -> None:
    here.leader.appointments.update(ends_on=clock.today() - timedelta(days=1))
    three(here)
    raised()
    assert len(asked(here.secretary)) == 1
    assert asked(here.leader) == []


def test_a_plan_is_asked_about_on_its_day_by_who_made_it(here: Desk) -> None:
    three(here)
    spot = raised()
    until = clock.today() + timedelta(days=10)
    plan_spot(spot, by=here.leader, plan="换总管", plan_until=until)
    assert asked(here.leader) == []
    with clock.at(clock.now() + timedelta(days=10)):
        assert asked(here.leader) == [f"看看办好没有：{here.household.building} 水电暖维修｜去看"]
        assert asked(here.secretary) == []
    assert AuditEvent.objects.filter(verb="spot_planned").count() == 1


def test_settled_it_comes_back_only_with_three_more(here: Desk) -> None:
    three(here)
    spot = raised()
    with clock.at(clock.now() + timedelta(minutes=1)):
        settle_spot(spot, by=here.leader, outcome="换了总管。")
        assert asked(here.leader) == []
    with clock.at(clock.now() + timedelta(minutes=2)):
        here.log()
        here.log()
        assert spots.raise_spots() == 0
        here.log()
        again = raised()
    assert (again.pk != spot.pk, again.times) == (True, 3)
    with pytest.raises(Refused, match="已经记下办完了"):
        settle_spot(spot, by=here.leader, outcome="再来一次")
    with pytest.raises(Refused, match="已经记下办完了"):
        plan_spot(spot, by=here.leader, plan="x", plan_until=clock.today())


@pytest.mark.parametrize("days", [-1, 400])
def test_a_plan_is_for_a_day_to_come(here: Desk, days: int) -> None:
    three(here)
    with pytest.raises(Refused, match="一年以内"):
        plan_spot(raised(), by=here.leader, plan="x", plan_until=clock.today() + timedelta(days=days))


def test_the_database_keeps_one_open_spot_and_a_whole_plan(here: Desk) -> None:
    three(here)
    spot = raised()
    kept = {"community": spot.community, "building": spot.building, "category": spot.category, "times": 3}
    with pytest.raises(IntegrityError), transaction.atomic():
        RecurringSpot.objects.create(**kept)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecurringSpot.objects.filter(pk=spot.pk).update(plan="换总管")


def test_the_daily_tidying_raises_it(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    three(here)
    call_command("tidy")
    assert "recurring spots: 1" in capsys.readouterr().out


def test_the_page_shows_its_requests_and_takes_plan_and_outcome(here: Desk) -> None:
    rows = three(here)
    here.log("enquiry")
    spot = raised()
    browser = enter(here.leader)
    assert str(here.household.building) in browser.get(reverse("helpdesk:spots")).content.decode()
    page = browser.get(spot.get_absolute_url()).content.decode()
    assert all(row.number in page for row in rows)
    assert page.count("/requests/01") == 3
    until = (clock.today() + timedelta(days=5)).isoformat()
    answer = browser.post(spot.get_absolute_url(), {"submission": uuid4(), "plan": "", "plan_until": until})
    assert answer.status_code == 200
    browser.post(spot.get_absolute_url(), {"submission": uuid4(), "plan": "换总管", "plan_until": until})
    assert "换总管" in browser.get(spot.get_absolute_url()).content.decode()
    browser.post(spot.get_absolute_url(), {"submission": uuid4(), "settle": "1", "outcome": "换好了，不漏了"})
    assert "换好了，不漏了" in browser.get(reverse("helpdesk:spots")).content.decode()
    spot.refresh_from_db()
    assert (spot.settled_by, spot.planned_by) == (here.leader, here.leader)


def test_it_is_for_who_leads_there(here: Desk) -> None:
    three(here)
    spot = raised()
    other = appoint(Role.GRID_LEADER, GridFactory(community=here.grid.community))
    assert enter(other).get(spot.get_absolute_url()).status_code == 404
    assert enter(here.reporter).get(spot.get_absolute_url()).status_code == 403
    assert enter(here.secretary).get(spot.get_absolute_url()).status_code == 200
    with scoping.armed(), pytest.raises(scoping.UnscopedQuery):
        list(RecurringSpot.objects.all())


def test_as_many_queries_for_many_requests(here: Desk, django_assert_max_num_queries: Any) -> None:
    for _round in range(3):
        three(here)
    spot = raised()
    browser = enter(here.leader)
    with django_assert_max_num_queries(12):
        browser.get(spot.get_absolute_url())


class TestRaising(TestCase):
    @settings(max_examples=25)
    @given(
        days=st.lists(st.integers(0, 130), min_size=1, max_size=9),
        settled=st.none() | st.integers(0, 130),
    )
    def test_there_is_an_open_spot_exactly_when_three_came_since(self, days: list[int], settled: int | None) -> None:
        """`days` ago something came; `settled` days ago a spot of these was settled."""
        here, now = desk(), clock.now()
        for ago in days:
            with clock.at(now - timedelta(days=ago)):
                here.log()
        since = 90
        if settled is not None:
            RecurringSpot.objects.create(
                community=here.grid.community,
                building=here.household.building,
                category=here.category(),
                times=3,
                raised_at=now - timedelta(days=settled + 1),
                settled_at=now - timedelta(days=settled, seconds=-1),
                settled_by=here.leader,
                outcome="换了",
            )
            since = min(since, settled - 1)
        with clock.at(now):
            spots.raise_spots()
            spots.raise_spots()
        counted = len([ago for ago in days if ago <= since])
        found = [one.times for one in RecurringSpot.objects.filter(settled_at__isnull=True)]
        assert found == ([counted] if counted >= 3 else [])
