"""The week for the work group: counts that agree with the requests, and nobody's name, door or matter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.models import AuditEvent, Delivery
from community.models.messages import Channel
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.workdays import ZONE
from helpdesk import digest, spots
from helpdesk.actions.stories import tell_story
from helpdesk.actions.thanks import publish_thanks, write_thanks
from tests.factories import Desk, GridFactory, appoint, desk, family_of

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=ZONE)
NEXT_MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)


@pytest.fixture
def here() -> Desk:
    return desk()


def group(here: Desk, **fields: Any) -> Channel:
    given = {"name": "网格长群", "kind": "wecom", "address": "https://robot.example.org/x", **fields}
    return Channel.objects.create(community=here.grid.community, **given)


def week(here: Desk) -> None:
    """A week in which things came, were done, rated, and grew late."""
    with clock.at(WEDNESDAY - timedelta(days=30)):
        here.log(title="老早的事")
    with clock.at(WEDNESDAY):
        family_of(here.household, {"name": "李桂兰", "phone": "13812345678"})
        row = here.walk(here.log(visibility="neighbourhood"), "accept", "dispatch", "sign", "reply", "resolve", "rate")
        here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve")
        here.log()
        here.log("mediation", title="练琴吵")
        here.log("tip_off", title="举报的事")
        tell_story(row, by=here.leader, title="换好了")
        letter = write_thanks(
            by=here.reporter,
            community=here.grid.community,
            text="谢谢",
            consent="named",
            to_user=here.leader,
            request=row,
        )
        publish_thanks(letter, by=here.secretary)
        spots.raise_spots()


def test_the_counts_of_a_week(here: Desk) -> None:
    week(here)
    with clock.at(NEXT_MONDAY):
        found = digest.digest_of(here.grid.community, monday=digest.last_week())
    assert (found.monday, found.sunday) == (MONDAY, date(2026, 11, 22))
    assert (found.new, found.finished, found.open) == (3, 2, 2)
    assert (found.rated, found.solved, found.satisfied) == (1, 1, 1)
    assert (found.spots, found.spots_unplanned, found.stories, found.thanks) == (1, 1, 1, 1)
    assert found.late_count == len(found.late) == 1
    assert found.late[0].days > 20


def test_the_text_names_nobody_and_nothing(here: Desk) -> None:
    week(here)
    with clock.at(NEXT_MONDAY):
        found = digest.digest_of(here.grid.community, monday=MONDAY)
        text = found.text
    assert "新来诉求 3 件，办结 2 件，还在办 2 件。" in text
    assert f"{found.late[0].number}（{here.grid.name}）超期" in text
    people = (here.reporter.name, here.handler.name, here.leader.name, "李桂兰", "13812345678")
    for secret in (*people, str(here.household), "厨房", "练琴", "举报", "老早"):
        assert secret not in text
    with translation.override("en"), clock.at(NEXT_MONDAY):
        assert digest.in_community_language(found) == text


def test_a_grid_counts_its_own(here: Desk) -> None:
    week(here)
    other = GridFactory(community=here.grid.community)
    with clock.at(NEXT_MONDAY):
        own = digest.digest_of(here.grid.community, monday=MONDAY, grid=here.grid)
        empty = digest.digest_of(here.grid.community, monday=MONDAY, grid=other)
    assert (own.new, own.late_count, own.spots, own.thanks) == (3, 1, 1, 1)
    assert (empty.new, empty.open, empty.rated, empty.spots, empty.stories) == (0, 0, 0, 0, 0)
    assert "没有超期的" in empty.text


def test_of_many_late_ones_the_oldest_are_named(here: Desk) -> None:
    for number in range(12):
        with clock.at(WEDNESDAY - timedelta(days=40 - number)):
            here.log()
    with clock.at(NEXT_MONDAY):
        found = digest.digest_of(here.grid.community, monday=MONDAY)
    assert (len(found.late), found.late_count) == (10, 12)
    assert [one.days for one in found.late] == sorted((one.days for one in found.late), reverse=True)
    assert "还有 2 件" in found.text


def test_it_goes_out_once_a_week(here: Desk) -> None:
    group(here)
    with clock.at(NEXT_MONDAY):
        assert digest.send_weekly() == 1
        assert digest.send_weekly() == 0
    with clock.at(NEXT_MONDAY + timedelta(days=6)):
        assert digest.send_weekly() == 0
    with clock.at(NEXT_MONDAY + timedelta(days=8)):
        assert digest.send_weekly() == 1
    assert Delivery.objects.filter(kind="digest").count() == 2
    weeks = [event.changes["week"] for event in AuditEvent.objects.filter(verb="digest_sent").order_by("at")]
    assert weeks == ["2026-11-16", "2026-11-23"]


def test_without_a_group_nothing_is_sent_and_said_so(here: Desk) -> None:
    assert digest.send_weekly() == 0
    with pytest.raises(Refused, match="还没有接上工作群"):
        digest.send_digest(here.grid.community, by=here.secretary)
    assert not AuditEvent.objects.filter(verb="digest_sent").exists()


def test_a_group_that_does_not_want_it_and_a_grid_with_its_own(here: Desk) -> None:
    group(here, muted="digest")
    here.grid.work_group = "https://robot.example.org/grid"
    here.grid.save()
    assert digest.send_digest(here.grid.community, by=here.secretary) == 1
    delivery = Delivery.objects.get()
    assert delivery.grid == here.grid
    assert delivery.text.startswith(here.grid.name)


def test_the_page_shows_what_would_go_out(here: Desk) -> None:
    week(here)
    group(here)
    browser = Client()
    browser.force_login(here.secretary)
    page = browser.get(reverse("helpdesk:digest")).content.decode()
    assert "一周简报" in page
    assert here.grid.name in page
    browser.post(reverse("helpdesk:digest_send"), {"submission": uuid4()})
    assert Delivery.objects.filter(kind="digest").count() == 1
    assert browser.get(f"{reverse('helpdesk:digest')}?grid=0").status_code == 404


def test_a_leader_reads_the_own_grid_and_sends_nothing(here: Desk) -> None:
    other = GridFactory(community=here.grid.community)
    browser = Client()
    browser.force_login(here.leader)
    page = browser.get(reverse("helpdesk:digest"))
    assert page.context["digest"].grid == here.grid
    assert "现在就发一次" not in page.content.decode()
    assert browser.get(f"{reverse('helpdesk:digest')}?grid={other.pk}").status_code == 404
    assert browser.post(reverse("helpdesk:digest_send")).status_code == 403
    browser.force_login(appoint(Role.STREET_OBSERVER, here.grid.community))
    assert browser.get(reverse("helpdesk:digest")).status_code == 403


def test_a_look_costs_the_same_for_many(here: Desk, django_assert_max_num_queries: Any) -> None:
    week(here)
    browser = Client()
    browser.force_login(here.secretary)
    with django_assert_max_num_queries(12):
        browser.get(reverse("helpdesk:digest"))
