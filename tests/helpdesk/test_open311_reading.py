"""What a system is told of requests by Open311, and what it never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from helpdesk import actions
from helpdesk.models import Category
from helpdesk.open311.telling import without_people
from tests.factories import (
    Desk,
    MembershipFactory,
    neighbour_of,
)
from tests.helpdesk.open311_makers import System, body, read

pytestmark = pytest.mark.django_db


# What is told of a request


def test_a_request_is_told_without_words_and_place_unless_neighbours_may_know(here: Desk, city: System) -> None:
    row = here.log(description="厨房地上都是水。")
    (told,) = city.get("requests.json")
    assert told["service_request_id"] == row.number
    assert (told["status"], told["status_notes"]) == ("open", "待受理")
    assert (told["service_code"], told["service_name"]) == ("plumbing", "水电暖维修")
    assert told["requested_datetime"] == clock.local(row.submitted_at).isoformat(timespec="seconds")
    assert told["expected_datetime"].endswith("+08:00")
    assert told["service_notice"] == "4 个工作小时内联系，3 个工作日内办结。"
    assert told["agency_responsible"] == here.grid.community.name
    kept = ("description", "address", "address_id", "zipcode", "lat", "long", "media_url")
    assert {name: told[name] for name in kept} == dict.fromkeys(kept)
    (open_one,) = read(city.browser.get("/open311/v2/requests.xml")).findall("request")
    assert open_one.findtext("service_request_id") == row.number
    assert open_one.find("description").text is None


def test_what_neighbours_may_know_is_told_without_names_doors_and_numbers(here: Desk, city: System) -> None:
    text = f"{here.reporter.name}住 2 单元 501 室，电话 138 0013 8000，身份证 320102195603071234，2026-11-20 起漏。"
    row = here.log(description=text, visibility="neighbourhood")
    (told,) = city.get(f"requests/{row.number}.json")
    assert told["description"] == "厨房水管漏水\n＊＊＊住 ＊＊＊，电话 ＊＊＊，身份证 ＊＊＊，2026-11-20 起漏。"
    assert told["address"] == here.household.building.label
    assert told["address_id"] == str(here.household.building_id)
    whole = body(city.browser.get("/open311/v2/requests.xml")) + body(city.browser.get("/open311/v2/requests.csv"))
    phone, door = here.reporter.phone.plain, str(here.household)
    assert not any(private in whole for private in (here.reporter.name, phone, door, "501 室", "320102195603"))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("225号3幢2单元501室漏水", "225号3幢＊＊＊漏水"),
        ("二单元三〇一室门口", "＊＊＊门口"),
        ("3-2-501 漏水", "＊＊＊ 漏水"),
        ("601邻居太吵", "＊＊＊邻居太吵"),
        ("2026-11-20 停水", "2026-11-20 停水"),
        ("0511-85012345 没人接", "＊＊＊ 没人接"),
        ("张桂兰说灯不亮", "＊＊＊说灯不亮"),
        ("225号大门口路灯不亮", "225号大门口路灯不亮"),
    ],
)
def test_a_text_keeps_what_leads_to_nobody(said: str, told: str) -> None:
    assert without_people(said, "张桂兰") == told


def test_the_place_of_a_request_elsewhere_is_told_without_its_door(here: Desk, city: System) -> None:
    here.log(place_kind="elsewhere", place="东门路灯，501门口", visibility="neighbourhood")
    (told,) = city.get("requests.json")
    assert told["address"] == "东门路灯，＊＊＊门口"


def test_what_is_kept_is_never_listed(here: Desk, city: System) -> None:
    community = here.grid.community
    here.household.head = MembershipFactory(household=here.household).resident
    here.household.save()
    rows = [
        here.log("tip_off", title="有人倒卖车位", visibility="neighbourhood"),
        here.log("assistance", title="老伴住院", visibility="neighbourhood"),
        actions.open_mediation(
            by=here.secretary, title="夜里拉琴", home=here.household, other=neighbour_of(here.household)
        ),
        here.log("mediation", title="家里说不拢"),
    ]
    Category.objects.filter(community=community, slug="nuisance").update(never_public=True)
    rows.append(here.log("nuisance", title="狗叫"))
    assert city.get("requests.json") == []
    assert city.get("requests.json", service_request_id=",".join(row.number for row in rows)) == []
    for row in rows:
        city.get(f"requests/{row.number}.json", 404)
        city.get(f"requests/{row.number}.xml", 404)
    assert len(body(city.browser.get("/open311/v2/requests.csv")).splitlines()) == 1
    city.get("requests.json", 404, service_code="tip_off")


def test_open_and_closed_are_told_with_their_moments(here: Desk, city: System) -> None:
    running = here.walk(here.log(), "accept", "dispatch")
    done = here.walk(here.log(), "accept", "dispatch", "sign", "reply", "resolve")
    (told,) = city.get("requests.json", status="open")
    assert told["service_request_id"] == running.number
    (told,) = city.get("requests.json", status="closed")
    assert (told["service_request_id"], told["expected_datetime"]) == (done.number, None)
    assert told["status_notes"] == "办结待评：办好了"
    assert told["updated_datetime"] == clock.local(done.resolved_at).isoformat(timespec="seconds")
    assert len(city.get("requests.json", status="open,closed")) == 2
    (error,) = city.get("requests.json", 400, status="broken")
    assert error == {"code": 400, "description": "status 只有 open 和 closed，没有 broken。"}


def test_questions_are_narrowed_by_kind_day_and_page(here: Desk, city: System) -> None:
    now = clock.now()
    for days, slug in ((1, "plumbing"), (2, "sanitation"), (100, "plumbing")):
        with clock.at(now - timedelta(days=days)):
            here.log(slug)
    assert len(city.get("requests.json")) == 2
    assert len(city.get("requests.json", service_code="plumbing,sanitation")) == 2
    (one,) = city.get("requests.json", service_code="sanitation")
    early = (now - timedelta(days=120)).isoformat()
    late = (now - timedelta(days=60)).isoformat()
    (old,) = city.get("requests.json", start_date=early, end_date=late)
    assert old["service_code"] == "plumbing"
    assert len(city.get("requests.json", end_date=late)) == 1
    assert len(city.get("requests.json", start_date=early)) == 1
    first, second = (city.get("requests.json", page=page, page_size=1) for page in (1, 2))
    assert [row["service_code"] for row in (*first, *second)] == ["plumbing", "sanitation"]
    assert city.get("requests.json", page=3, page_size=1) == []
    assert city.get("requests.json", service_request_id=one["service_request_id"], status="closed") == [one]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"start_date": "yesterday"}, "start_date 要写成带时区的时间"),
        ({"start_date": "2026-13-01"}, "start_date 要写成带时区的时间"),
        ({"end_date": "2026-11-23T10:00:00"}, "end_date 要写成带时区的时间"),
        ({"start_date": "0001-01-01T00:00:00Z"}, "start_date 要写成带时区的时间"),
        ({"start_date": "2026-05-02", "end_date": "2026-05-01"}, "start_date 要早于 end_date"),
        ({"start_date": "2026-01-01", "end_date": "2026-05-01"}, "最多 90 天"),
        ({"page": "0"}, "page 要是 1 到"),
        ({"page_size": "1001"}, "page_size 要是 1 到 1000"),
        ({"page": "²"}, "page 要是 1 到"),
        ({"page": "9" * 40}, "page 要是 1 到"),
    ],
)
def test_a_question_that_cannot_be_read_is_told_so(city: System, query: dict[str, str], says: str) -> None:
    errors = city.get("requests.json", 400, **query)
    assert [error["code"] for error in errors] == [400]
    assert says in errors[0]["description"]
    assert read(city.browser.get("/open311/v2/requests.xml", query)).tag == "errors"


def test_all_that_is_wrong_is_told_at_once_and_a_bare_plus_is_understood(city: System) -> None:
    errors = city.get("requests.json", 400, start_date="x", end_date="y", status="z", page="0")
    assert len(errors) == 4
    answer = city.browser.get("/open311/v2/requests.json?start_date=2026-05-01T00:00:00+08:00&end_date=2026-05-02")
    assert answer.json() == []


def test_as_many_queries_for_one_request_as_for_many(here: Desk, city: System, django_assert_num_queries: Any) -> None:
    here.log()
    with django_assert_num_queries(3):
        city.get("requests.json")
    for _number in range(5):
        here.walk(here.log(visibility="neighbourhood"), "accept", "dispatch")
    with django_assert_num_queries(3):
        assert len(city.get("requests.json")) == 6
    with django_assert_num_queries(2):
        body(city.browser.get("/open311/v2/requests.csv"))
