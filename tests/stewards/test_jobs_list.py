"""The list of jobs of those who lead requests: who reads what, filtered, page by page, and as a spreadsheet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.models import User
from community.roles import Role
from core import clock
from core.spreadsheets import Sheet, read_sheets
from stewards.jobs import actions
from stewards.models import Job
from tests.factories import GridFactory, appoint
from tests.stewards.errands import WHY, Errand, at
from tests.stewards.makers import skills_of

pytestmark = pytest.mark.django_db
URL = reverse("stewards:jobs")


def another(errand: Errand, **request: Any) -> Errand:
    """One more request at the same desk, which the same stewards could see to."""
    made = errand.desk.take(errand.desk.log("plumbing", **request), "accept")
    return Errand(errand.desk, made, errand.stewards)


def reading(user: User, **asked: Any) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(URL, asked)
    assert response.status_code == 200
    return response.text


def sheet_of(user: User, **asked: Any) -> Sheet:
    client = Client()
    client.force_login(user)
    response = client.get(URL, {**asked, "format": "xlsx"})
    (sheet,) = read_sheets(response.content, "jobs.xlsx")
    return sheet


def test_who_leads_reads_their_own_and_the_office_reads_all(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.taken(what="换厨房的水龙头")
    office = appoint(Role.COMMUNITY_STAFF, errand.desk.grid.community)
    beside = appoint(Role.GRID_LEADER, GridFactory(community=errand.desk.grid.community))
    elsewhere = appoint(Role.SECRETARY, GridFactory().community)
    for user in (errand.leader, office):
        text = reading(user)
        for word in ("换厨房的水龙头", steward.user.name, errand.request.number, errand.request.place):
            assert word in text
        assert job.get_absolute_url() in text
        assert job.home_code not in text
    for user in (beside, elsewhere):
        text = reading(user)
        assert "换厨房的水龙头" not in text
        assert "还没有请过红管家" in text
    client = Client()
    client.force_login(steward.user)
    assert client.get(URL).status_code == 403


def test_from_the_stewards_to_their_jobs(errand: Errand) -> None:
    (steward,) = errand.hire()
    office = appoint(Role.COMMUNITY_STAFF, errand.desk.grid.community)
    client = Client()
    for user, leads in ((errand.leader, True), (office, True), (steward.user, False)):
        client.force_login(user)
        assert (f'href="{URL}"' in client.get(reverse("stewards:list")).text) is leads


def test_every_filter_narrows(errand: Errand) -> None:
    first, second = errand.hire(2)
    leader, community = errand.leader, errand.desk.grid.community
    errand.accept(errand.ask(what="一件答应了的"), errand.asked(Job.objects.unscoped(reason=WHY).get()))
    gone = Job.objects.unscoped(reason=WHY).get()
    goes, other = (first, second) if gone.steward == first else (second, first)
    asked = another(errand)
    Job.objects.unscoped(reason=WHY).filter(pk=gone.pk).update(
        asked_at=clock.now() - timedelta(days=9), urgency=Job.Urgency.EMERGENCY
    )
    asked.ask(what="一件还在问的", wishes=[at(9, days=4)])
    stopped = another(errand).ask(what="一件不请了的", wishes=[at(9, days=5)])
    actions.stop(stopped, by=leader, reason="修好了")
    skills = skills_of(community)
    week_ago = (clock.today() - timedelta(days=7)).isoformat()
    building = gone.building
    assert building
    for wanted, found in (
        ({}, {"答应", "问", "不请"}),
        ({"state": "open"}, {"答应", "问"}),
        ({"state": "stopped"}, {"不请"}),
        ({"steward": goes.pk}, {"答应"}),
        ({"skill": skills["pipes"].pk}, {"答应", "问", "不请"}),
        ({"skill": skills["wiring"].pk}, set()),
        ({"urgency": "emergency"}, {"答应"}),
        ({"grid": errand.desk.grid.pk}, {"答应", "问", "不请"}),
        ({"building": building.pk}, {"答应", "问", "不请"}),
        ({"since": week_ago}, {"问", "不请"}),
        ({"until": week_ago}, {"答应"}),
        ({"since": clock.today().isoformat(), "until": clock.today().isoformat()}, {"问", "不请"}),
    ):
        text = reading(leader, **wanted)
        words = {"答应": "一件答应了的", "问": "一件还在问的", "不请": "一件不请了的"}
        assert {short for short, long in words.items() if long in text} == found, wanted
    assert "没有符合的上门帮忙" in reading(leader, skill=skills["wiring"].pk)
    # Nobody is offered as a choice who has gone to none of these.
    assert f'<option value="{other.pk}"' not in reading(leader)
    assert f'<option value="{goes.pk}"' in reading(leader)


def test_newest_first_and_page_by_page(errand: Errand) -> None:
    for place in range(30):
        job = (another(errand) if place else errand).ask(what=f"第{place:02}件")
        Job.objects.unscoped(reason=WHY).filter(pk=job.pk).update(asked_at=clock.now() - timedelta(hours=place))
    client = Client()
    client.force_login(errand.leader)
    first = client.get(URL)
    assert first.text.index("第00件") < first.text.index("第01件") < first.text.index("第24件")
    assert "第25件" not in first.text
    second = client.get(first.context["page"].next_url)
    assert "第25件" in second.text
    assert "第29件" in second.text
    assert "第24件" not in second.text
    assert "第00件" in client.get(second.context["page"].previous_url).text


def test_the_spreadsheet_has_what_the_filter_lets_through_and_no_codes(errand: Errand) -> None:
    job = errand.done(what="换厨房的水龙头", minutes=35)
    another(errand).ask(what="还在问的", wishes=[at(9, days=4)])
    sheet = sheet_of(errand.leader)
    assert [row[1] for row in sheet.rows] == ["做什么", "还在问的", "换厨房的水龙头"]
    (heading, line) = sheet_of(errand.leader, state="done").rows
    said = dict(zip(heading, line, strict=True))
    steward = job.steward
    assert steward
    assert said["谁去"] == steward.user.name
    assert said["花了多少分钟"] == 35
    assert said["编号"] == errand.request.number
    assert said["谁请的"] == errand.leader.name
    everything = " ".join(str(cell) for row in sheet.rows for cell in row)
    assert errand.desk.reporter.name not in everything
    assert str(errand.desk.reporter.phone) not in everything


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_costs_the_same_for_one_and_for_many(
    errand: Errand, number: int, django_assert_max_num_queries: Any
) -> None:
    errand.hire(number)
    for place in range(number):
        one = another(errand) if place else errand
        one.accept(one.ask(wishes=[at(9, days=place + 2)]))
    office = appoint(Role.SECRETARY, errand.desk.grid.community)
    for user in (errand.leader, office):
        client = Client()
        client.force_login(user)
        client.get(URL)
        with django_assert_max_num_queries(12):
            client.get(URL)
        with django_assert_max_num_queries(12):
            client.get(URL, {"state": "open", "steward": str(errand.stewards[0].pk)})
        with django_assert_max_num_queries(12):
            client.get(URL, {"format": "xlsx"})
