"""Open311 GeoReport v2 as a city's system meets it: what is told, what is taken, what is refused and how."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import audit, retention
from community.models import AuditEvent, Notice
from core import clock
from helpdesk import actions
from helpdesk.models import ApiKey, Category, OutsideRequest, ServiceRequest, Update
from helpdesk.open311.answers import XML, in_format
from helpdesk.open311.telling import without_people
from tests.factories import (
    BuildingFactory,
    CommunityFactory,
    Desk,
    EstateFactory,
    MembershipFactory,
    desk,
    neighbour_of,
)

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


class System:
    """A city's system: asks with its key and reads what it gets."""

    def __init__(self, here: Desk, name: str = "市 12345 热线", *, may_write: bool = True) -> None:
        self.here = here
        self.row, self.key = actions.open_key(here.grid.community, by=here.secretary, name=name, may_write=may_write)
        self.browser = Client(headers={"Authorization": f"Bearer {self.key}"})

    def get(self, path: str, expected: int = 200, **query: Any) -> Any:
        answer = self.browser.get(f"/open311/v2/{path}", query)
        assert answer.status_code == expected, body(answer)
        return read(answer)

    def post(self, status: int = 201, form: str = "json", **sent: Any) -> Any:
        answer = self.browser.post(f"/open311/v2/requests.{form}", urlencode(typed(**sent)), content_type=FORM)
        assert answer.status_code == status, body(answer)
        return read(answer)


def typed(**sent: Any) -> dict[str, Any]:
    """What a system sends of a leaking pipe, in the words of the standard."""
    fields = {
        "service_code": "plumbing",
        "description": "地下室水管爆了\n从昨晚开始。",
        "address_string": "大门口往东五十米",
        "last_name": "张",
        "first_name": "桂兰",
        "phone": "13800138000",
        **{name: value for name, value in sent.items() if name != "outside_id"},
    }
    if "outside_id" in sent:
        fields["attribute[outside_id]"] = sent["outside_id"]
    return {name: value for name, value in fields.items() if value is not None}


def body(answer: HttpResponseBase) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode()


def read(answer: HttpResponseBase) -> Any:
    """JSON as it is, XML as its root."""
    if answer["Content-Type"] == "application/json; charset=utf-8":
        return json.loads(body(answer))
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    text = body(answer)
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    return ElementTree.fromstring(text)


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def city(here: Desk) -> System:
    return System(here)


def code_of(here: Desk) -> str:
    return here.grid.community.code


# What the interface says of itself


@pytest.mark.parametrize("form", ["json", "xml"])
def test_discovery_names_the_interface_and_both_formats(here: Desk, form: str, settings: Any) -> None:
    settings.SITE_URL = "https://portal.example.org/"
    answer = Client().get(f"/open311/v2/discovery.{form}")
    found = read(answer)
    if form == "json":
        (endpoint,) = found["endpoints"]
        assert endpoint["formats"] == ["text/xml", "application/json"]
        assert endpoint["url"] == "https://portal.example.org/open311/v2"
        assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert code_of(here) in found["contact"]
        assert endpoint["changeset"] == found["changeset"]
    else:
        assert found.tag == "discovery"
        assert [one.text for one in found.findall("endpoints/endpoint/formats/format")] == [
            "text/xml",
            "application/json",
        ]
    assert answer["Cache-Control"] == "no-store"


def test_a_category_that_is_changed_changes_the_changeset(here: Desk) -> None:
    before = Client().get("/open311/v2/discovery.json").json()["changeset"]
    with clock.at(clock.now() + timedelta(hours=1)):
        audit.record("categories_seeded", here.category(), by=here.secretary)
    assert Client().get("/open311/v2/discovery.json").json()["changeset"] > before


def test_services_are_those_of_the_community_and_nothing_that_is_kept(here: Desk) -> None:
    browser = Client()
    rows = browser.get("/open311/v2/services.json").json()
    codes = {row["service_code"] for row in rows}
    assert "plumbing" in codes
    assert not codes & {"tip_off", "mediation", "assistance"}
    plumbing = next(row for row in rows if row["service_code"] == "plumbing")
    assert plumbing.pop("keywords").startswith("漏水, 堵了, 跳闸, 灯不亮, 渗水")
    assert plumbing == {
        "service_code": "plumbing",
        "service_name": "水电暖维修",
        "description": "漏水、堵了、跳闸、灯不亮",
        "metadata": True,
        "type": "realtime",
        "group": "家里和院子里",
    }
    root = read(browser.get("/open311/v2/services.xml"))
    assert root.tag == "services"
    assert {one.findtext("service_code") for one in root.findall("service")} == codes
    assert {one.findtext("metadata") for one in root} == {"true"}
    Category.objects.filter(slug="plumbing").update(is_active=False)
    assert "plumbing" not in {row["service_code"] for row in browser.get("/open311/v2/services.json").json()}


def test_services_are_told_in_the_language_that_is_asked_for(here: Desk) -> None:
    answer = Client(headers={"Accept-Language": "en"}).get("/open311/v2/services.json")
    names = {row["service_code"]: row["service_name"] for row in answer.json()}
    assert names["plumbing"].isascii()


def test_where_there_are_several_communities_one_must_be_named(here: Desk) -> None:
    other = CommunityFactory()
    browser = Client()
    answer = browser.get("/open311/v2/services.json")
    assert answer.status_code == 400
    assert "jurisdiction_id" in answer.json()[0]["description"]
    assert len(browser.get("/open311/v2/services.json", {"jurisdiction_id": code_of(here)}).json()) == 11
    assert browser.get("/open311/v2/services.json", {"jurisdiction_id": other.code}).json() == []
    wrong = browser.get("/open311/v2/services.xml", {"jurisdiction_id": "999"})
    assert wrong.status_code == 404
    assert read(wrong).findtext("error/code") == "404"
    assert len(System(here).get("services.json")) == 11


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_definition_offers_the_callers_own_number_and_warns_before(here: Desk, form: str) -> None:
    found = read(Client().get(f"/open311/v2/services/emergency.{form}"))
    if form == "json":
        banner, number = found["attributes"]
        assert (banner["variable"], "119" in banner["description"]) == (False, True)
        assert (number["code"], number["required"], number["order"]) == ("outside_id", False, 2)
    else:
        assert found.tag == "service_definition"
        assert [one.findtext("code") for one in found.findall("attributes/attribute")] == ["banner", "outside_id"]


@pytest.mark.parametrize("code", ["tip_off", "mediation", "assistance", "unknown", "x" * 200, "a b"])
def test_what_is_kept_has_no_definition_no_more_than_what_is_not_there(here: Desk, code: str) -> None:
    answer = Client().get(f"/open311/v2/services/{code}.json")
    assert answer.status_code == 404
    assert answer.json() == [{"code": 404, "description": f"没有代码是 {code} 的服务。"}]


# Who gets in


@pytest.mark.parametrize("path", ["requests.json", "requests.xml", "requests.csv", "requests/ZF1.xml", "tokens/1.json"])
def test_without_a_key_nothing_is_read(here: Desk, path: str) -> None:
    here.log()
    for headers in ({}, {"Authorization": "Bearer gz-WRONG"}, {"Authorization": "Basic x"}):
        answer = Client(headers=headers).get(f"/open311/v2/{path}")
        assert answer.status_code == 403
        assert "钥匙" in body(answer)


def test_a_key_counts_as_parameter_too_and_in_any_case(here: Desk, city: System) -> None:
    assert Client().get("/open311/v2/requests.json", {"api_key": city.key.lower()}).json() == []
    answer = Client().post("/open311/v2/requests.json", urlencode({**typed(), "api_key": city.key}), content_type=FORM)
    assert answer.status_code == 201


def test_a_revoked_key_opens_nothing(here: Desk, city: System) -> None:
    city.get("requests.json")
    actions.revoke_key(city.row, by=here.secretary)
    city.get("requests.json", 403)
    city.post(403)


def test_a_key_that_reads_does_not_write(here: Desk) -> None:
    reader = System(here, may_write=False)
    (error,) = reader.post(403)
    assert error["description"] == "这把接口钥匙只能读，不能送诉求进来。"
    assert not ServiceRequest.objects.exists()


def test_the_use_of_a_key_is_dated_and_counted_by_the_minute(here: Desk, city: System, settings: Any) -> None:
    settings.OPEN311_CALLS_A_MINUTE = 3
    now = clock.now().replace(second=40)
    with clock.at(now):
        for _time in range(3):
            city.get("requests.json")
        answer = city.browser.get("/open311/v2/requests.xml")
        assert answer.status_code == 429
        assert answer["Retry-After"] == "20"
        assert read(answer).findtext("error/code") == "429"
        System(here, "街道").get("requests.json")
    city.row.refresh_from_db()
    assert city.row.last_used_at == now
    with clock.at(now + timedelta(minutes=1)):
        city.get("requests.json")


def test_what_is_named_as_jurisdiction_must_be_the_keys_community(here: Desk, city: System) -> None:
    other = desk()
    city.get("requests.json", jurisdiction_id=code_of(here))
    (error,) = city.get("requests.json", 404, jurisdiction_id=code_of(other))
    assert code_of(other) in error["description"]
    city.post(404, jurisdiction_id="0")
    assert not ServiceRequest.objects.exists()


def test_a_key_reads_its_own_community_alone(here: Desk, city: System) -> None:
    other = desk()
    theirs = other.log(visibility="neighbourhood")
    assert city.get("requests.json") == []
    assert city.get("requests.json", service_request_id=theirs.number) == []
    city.get(f"requests/{theirs.number}.json", 404)


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
    assert not any(private in whole for private in (here.reporter.name, phone, door, "501", "320102"))


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


# What is sent


def test_a_request_is_sent_and_followed_to_its_end(here: Desk, city: System) -> None:
    (made,) = city.post(outside_id="GD-2026-0001", media_url="https://photos.example.org/1.jpg", email="a@b.cn")
    row = ServiceRequest.objects.get()
    assert made == {
        "service_request_id": row.number,
        "service_notice": "4 个工作小时内联系，3 个工作日内办结。",
        "account_id": None,
    }
    assert (row.title, row.description) == ("地下室水管爆了", "地下室水管爆了\n从昨晚开始。")
    assert (row.source, row.reporter, row.logged_by, row.reporter_name) == ("city", None, None, "张桂兰")
    assert row.reporter_phone.plain == "13800138000"
    assert (row.place_kind, row.place, row.visibility) == ("elsewhere", "大门口往东五十米", "handlers")
    note = Update.objects.get(kind="note").internal_note
    assert note == "市 12345 热线的编号：GD-2026-0001\n照片在：https://photos.example.org/1.jpg"
    assert OutsideRequest.objects.get().key == city.row
    assert Notice.objects.filter(user=here.secretary, text__contains="新诉求：地下室水管爆了").exists()
    for action in ("accept", "dispatch", "sign"):
        row = here.take(row, action, **({"by": here.secretary} if action != "sign" else {}))
    here.take(row, "reply", text="张桂兰家的阀门换好了。")
    (told,) = city.get("tokens/GD-2026-0001.json")
    assert told == {"service_request_id": row.number, "token": "GD-2026-0001"}
    (told,) = city.get(f"requests/{row.number}.json")
    assert told["status_notes"] == "待审核：办好了\n＊＊＊家的阀门换好了。"
    assert told["description"] == "地下室水管爆了\n从昨晚开始。"
    assert told["address"] == "大门口往东五十米"
    (seen_by_another,) = System(here, "街道平台").get(f"requests/{row.number}.json")
    assert (seen_by_another["description"], seen_by_another["status_notes"]) == (None, "待审核：办好了")


def test_the_same_number_is_one_request_whatever_comes(here: Desk, city: System) -> None:
    (first,) = city.post(outside_id="A/1")
    (again,) = city.post(200, outside_id="A/1")
    assert again["service_request_id"] == first["service_request_id"]
    assert again["service_notice"] == "这件以前收到过，编号不变，没有再登记。"
    (error,) = city.post(400, outside_id="A/1", description="别的事")
    assert first["service_request_id"] in error["description"]
    assert ServiceRequest.objects.count() == 1
    assert city.get("tokens/A/1.json") == [{"service_request_id": first["service_request_id"], "token": "A/1"}]
    city.post(outside_id="A/2")
    assert ServiceRequest.objects.count() == 2


def test_a_new_key_of_the_same_system_goes_on_and_another_system_has_numbers_of_its_own(here: Desk) -> None:
    old = System(here)
    (first,) = old.post(outside_id="1")
    actions.revoke_key(old.row, by=here.secretary)
    new, other = System(here), System(here, "街道平台")
    (again,) = new.post(200, outside_id="1")
    assert again["service_request_id"] == first["service_request_id"]
    (theirs,) = other.post(outside_id="1")
    assert theirs["service_request_id"] != first["service_request_id"]
    assert other.get("tokens/1.json")[0]["service_request_id"] == theirs["service_request_id"]
    other.get("tokens/2.xml", 404)


def test_without_a_number_the_same_words_of_the_same_day_are_one_request(here: Desk, city: System) -> None:
    with clock.at(clock.now().replace(hour=4)):
        (first,) = city.post()
        (again,) = city.post(200)
        assert again["service_request_id"] == first["service_request_id"]
        city.post(description="别的事")
    with clock.at(clock.now() + timedelta(days=1)):
        city.post()
    assert ServiceRequest.objects.count() == 3


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"service_code": None}, 400, "service_code："),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "nothing"}, 404, "没有代码是 nothing 的服务。"),
        ({"service_code": "tip_off"}, 404, "没有代码是 tip_off 的服务。"),
        ({"service_code": "mediation"}, 404, "没有代码是 mediation 的服务。"),
        ({"service_code": "assistance"}, 404, "没有代码是 assistance 的服务。"),
        ({"address_string": None}, 400, "请说清楚在哪里"),
        ({"address_string": "   "}, 400, "请说清楚在哪里"),
        ({"address_string": None, "lat": "32.2"}, 400, "lat 和 long 要一起给。"),
        ({"lat": "north", "long": "119"}, 400, "lat"),
        ({"lat": "NaN", "long": "119"}, 400, "lat"),
        ({"lat": "91", "long": "119"}, 400, "lat"),
        ({"address_id": "no"}, 400, "address_id"),
        ({"address_id": "9" * 30}, 400, "address_id"),
        ({"address_id": "999999"}, 400, "address_id：没有这幢楼。"),
        ({"description": "长" * 50_000}, 400, "4000"),
        ({"description": "a\x00b"}, 400, "description"),
        ({"phone": "call me"}, 400, "phone：这不像电话号码。"),
        ({"first_name": "名" * 50}, 400, "first_name"),
        ({"outside_id": "x" * 81}, 400, "outside_id"),
    ],
)
def test_rubbish_is_refused_with_words(
    here: Desk, city: System, form: str, wrong: dict[str, Any], status: int, says: str
) -> None:
    errors = city.post(status, form, **wrong)
    if form == "xml":
        errors = [{one.tag: one.text for one in error} for error in errors.findall("error")]
    assert all(str(error["code"]) == str(status) for error in errors)
    assert any(says in error["description"] for error in errors)
    assert not ServiceRequest.objects.exists()
    assert not OutsideRequest.objects.exists()


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"service_code": "plumbing"}', "application/json"),
        (b"<request/>", "text/xml"),
        (b"\xff\xfe\x00", FORM),
        (b"", FORM),
        (b"%%%=%zz&&&&==", FORM),
        (b"--x\r\nrubbish", "multipart/form-data; boundary=x"),
        (b"rubbish", "multipart/form-data"),
        (b"service_code=plumbing", f"{FORM}; charset=utf-32"),
        (b"&".join(b"a%d=1" % number for number in range(1100)), FORM),
    ],
)
def test_a_body_that_is_none_is_refused_with_words(city: System, content: bytes, content_type: str) -> None:
    answer = city.browser.post("/open311/v2/requests.json", content, content_type=content_type)
    assert answer.status_code == 400
    assert all(error["description"] for error in answer.json())
    assert not ServiceRequest.objects.exists()


def test_a_body_that_is_too_large_is_not_even_read(city: System, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    (error,) = city.post(413, description="x" * 20_000)
    assert error == {"code": 413, "description": "送来的内容太大了。"}


def test_four_thousand_characters_are_taken_whole_and_script_stays_text(here: Desk, city: System) -> None:
    text = "<script>alert(1)</script>" + "长" * 3975
    (made,) = city.post(description=text, outside_id="1")
    row = ServiceRequest.objects.get()
    assert row.description == text
    assert (len(row.title), row.title[-1]) == (60, "…")
    browser = Client()
    browser.force_login(here.secretary)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "市 12345 热线提交了诉求" in page
    assert city.get(f"requests/{made['service_request_id']}.json")[0]["description"] == text
    root = read(city.browser.get("/open311/v2/requests.xml"))
    assert root.findtext("request/description") == text


def test_who_asked_elsewhere_is_forgotten_a_year_after_the_end(here: Desk, city: System) -> None:
    city.post(outside_id="1")
    city.post(outside_id="2", last_name=None, first_name=None, phone=None)
    city.post(outside_id="3")
    community, rule = here.grid.community, next(one for one in retention.rules() if one.slug == "outside_names")
    for row in ServiceRequest.objects.exclude(outside__outside_id="3"):
        here.take(row, "reject", by=here.secretary)
    assert rule.count(community, rule.before) == 0
    with clock.at(clock.now() + timedelta(days=366)):
        assert rule.count(community, rule.before) == 1
        assert rule.forget(community, rule.before) == 1
        assert rule.count(community, rule.before) == 0
    names = dict(ServiceRequest.objects.values_list("outside__outside_id", "reporter_name"))
    assert names == {"1": "（已删除）", "2": "市 12345 热线", "3": "张桂兰"}
    assert not ServiceRequest.objects.get(outside__outside_id="1").reporter_phone


def test_a_request_without_words_is_called_by_its_kind_and_one_without_a_name_by_its_system(
    here: Desk, city: System
) -> None:
    city.post(description=None, last_name=None, first_name=None, phone=None)
    row = ServiceRequest.objects.get()
    assert (row.title, row.description, row.reporter_name) == ("水电暖维修", "", "市 12345 热线")
    assert not row.reporter_phone


def test_an_address_leads_to_its_building_and_that_to_its_leader(here: Desk, city: System) -> None:
    community = here.grid.community
    estate = EstateFactory(community=community, code="225", name="朱方路225号")
    building = BuildingFactory(grid=here.grid, estate=estate, number="3", label="225号3幢")
    sent = {
        "朱方路225号3幢2单元501室": "225号3幢 2单元501室",
        "江苏省镇江市润州区朱方路225号3栋": "225号3幢",
        "朱方路225号3幢楼下路灯旁": "225号3幢 楼下路灯旁",
    }
    for address, place in sent.items():
        city.post(address_string=address)
        row = ServiceRequest.objects.get(place=place)
        assert (row.building, row.place_kind, row.grid) == (building, "building", here.grid)
    assert Notice.objects.filter(user=here.leader).count() == 3
    for address in ("226号3幢", "3幢以北的广场", "长江路9号"):
        city.post(address_string=address)
    assert ServiceRequest.objects.filter(building=building).count() == 4
    city.post(address_string=None, address_id=building.pk, description="门坏了")
    assert ServiceRequest.objects.filter(building=building).count() == 5
    city.post(address_string=None, lat="32.19", long="119.42")
    assert ServiceRequest.objects.filter(place="北纬 32.19、东经 119.42").exists()
    long = "朱方路很长很长的地方" * 15
    city.post(address_string=long)
    assert long in ServiceRequest.objects.latest("submitted_at").description


def test_what_is_kept_is_in_the_language_of_those_who_read_it_here(here: Desk, city: System) -> None:
    sent = typed(description=None, address_string=None, lat="32.19", long="119.42", email="a@b.cn", api_key=city.key)
    browser = Client(headers={"Accept-Language": "en"})
    assert browser.post("/open311/v2/requests.json", urlencode(sent), content_type=FORM).status_code == 201
    row = ServiceRequest.objects.get()
    assert (row.title, row.place) == ("水电暖维修", "北纬 32.19、东经 119.42")
    assert Update.objects.get(kind="note").internal_note == "北纬 32.19、东经 119.42"


def test_names_are_written_as_people_write_them(here: Desk, city: System) -> None:
    city.post(last_name="Smith", first_name="John")
    city.post(last_name="欧阳", first_name="修")
    names = set(ServiceRequest.objects.values_list("reporter_name", flat=True))
    assert names == {"John Smith", "欧阳修"}


def test_what_a_system_sends_goes_the_common_way_and_lapses_unrated(here: Desk, city: System) -> None:
    city.post()
    row = ServiceRequest.objects.get()
    for action in ("accept", "dispatch", "sign", "reply", "resolve", "lapse"):
        by = {"by": here.secretary} if action in ("accept", "dispatch", "resolve") else {}
        row = here.take(row, action, **by)
    (told,) = city.get("requests.json", status="closed")
    assert told["status_notes"].startswith("已归档：办好了")
    event = AuditEvent.objects.get(verb="request_log")
    assert (event.actor_id, event.actor_name) == (None, "")


# Everything else


@pytest.mark.parametrize("path", ["", "discovery.xml"])
def test_the_root_is_the_discovery(path: str) -> None:
    assert read(Client().get(f"/open311/v2/{path}")).tag == "discovery"


@pytest.mark.parametrize("path", ["requests", "requests.yaml", "services.html", "x/y/z", "requests/1", "tokens/.json"])
def test_an_address_that_is_none_answers_as_the_standard_says(path: str) -> None:
    answer = Client().get(f"/open311/v2/{path}")
    assert answer.status_code in (403, 404)
    assert "<errors>" in body(answer) or answer.json()[0]["code"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_another_method_is_refused_with_those_that_are_not(city: System, method: str) -> None:
    answer = getattr(city.browser, method)("/open311/v2/requests.json")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"
    assert city.browser.post("/open311/v2/services.json").status_code == 405


def test_a_csv_is_read_by_spreadsheets_and_runs_nothing(here: Desk, city: System) -> None:
    here.log(title="=HYPERLINK(1)", description="+1\n@x", visibility="neighbourhood")
    answer = city.browser.get("/open311/v2/requests.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    text = body(answer)
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["description"] == "'=HYPERLINK(1)\n+1\n@x"
    assert row["service_request_id"] == ServiceRequest.objects.get().number
    assert row["status"] == "open"
    since = (clock.now() - timedelta(days=300)).isoformat()
    assert city.browser.get("/open311/v2/requests.csv", {"start_date": since}).status_code == 200
    wrong = city.browser.get("/open311/v2/requests.csv", {"start_date": "x"})
    assert (wrong.status_code, read(wrong).tag) == (400, "errors")


def test_the_list_of_the_office_is_a_csv_too(here: Desk, django_assert_max_num_queries: Any) -> None:
    here.log(title="=1+1")
    browser = Client()
    browser.force_login(here.leader)
    assert "format=csv" in browser.get(reverse("helpdesk:list")).content.decode()
    with django_assert_max_num_queries(12):
        text = body(browser.get(reverse("helpdesk:list"), {"format": "csv", "state": "open"}))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["什么事"], row["进展"]) == ("'=1+1", "待受理")
    browser.force_login(here.reporter)
    assert browser.get(reverse("helpdesk:list"), {"format": "csv"}).status_code == 403


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_whatever_somebody_wrote_is_well_formed_xml(said: str) -> None:
    text = said.encode("utf-8", "ignore").decode()
    answer = in_format("service_requests", XML, [{"description": text, "status": "open"}])
    root = ElementTree.fromstring(answer.content)
    assert root.findtext("request/status") == "open"


def test_keys_are_kept_as_hashes(city: System) -> None:
    held = ApiKey.objects.get()
    assert city.key not in str(list(ApiKey.objects.values()))
    assert (held.last_four, len(held.key_hash)) == (city.key[-4:], 64)
    assert reverse("open311:root") == "/open311/v2/"


@pytest.mark.django_db(transaction=True)
def test_the_same_sent_several_times_at_one_moment_is_one_request() -> None:
    city = System(desk())

    def send(_number: int) -> tuple[int, str]:
        try:
            answer = city.browser.post(
                "/open311/v2/requests.json", urlencode(typed(outside_id="GD-1")), content_type=FORM
            )
            return answer.status_code, answer.json()[0]["service_request_id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert sorted(status for status, _number in answers) == [200, 200, 200, 201]
    assert len({number for _status, number in answers}) == 1
    assert ServiceRequest.objects.count() == OutsideRequest.objects.count() == 1
