"""Open311 as systems know it: what it says of itself, who gets in, and what it answers to anything else."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import audit
from core import clock
from helpdesk import actions
from helpdesk.models import ApiKey, Category, OutsideRequest, ServiceRequest
from helpdesk.open311.answers import XML, in_format
from tests.factories import (
    CommunityFactory,
    Desk,
    desk,
)
from tests.helpdesk.open311_makers import FORM, System, body, read, typed

pytestmark = pytest.mark.django_db


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
