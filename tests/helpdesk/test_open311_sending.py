"""What a system sends by Open311: one request whatever comes, in the common way, or refused with words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from community import retention
from community.models import AuditEvent, Notice
from core import clock
from helpdesk import actions
from helpdesk.models import OutsideRequest, ServiceRequest, Update
from tests.factories import (
    BuildingFactory,
    Desk,
    EstateFactory,
)
from tests.helpdesk.open311_makers import FORM, System, read, typed

pytestmark = pytest.mark.django_db


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
