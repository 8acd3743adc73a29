"""What a receipt leads to: how the request stands, and nothing for who guesses."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.ids import uuid7
from helpdesk import actions, papers, tracking
from tests.factories import Desk
from tests.helpdesk.logging_makers import at_door, on_behalf, track
from tests.helpdesk.people import As


def test_a_code_is_the_same_again_and_each_its_own(here: Desk) -> None:
    row = on_behalf(here)
    code = tracking.code_of(row.pk)
    assert len(code) == tracking.LENGTH
    assert row.tracking_hash == tracking.hash_of(code)
    assert code not in row.tracking_hash
    assert len({tracking.code_of(uuid7()) for _number in range(500)}) == 500
    assert here.log().tracking_hash == ""
    assert on_behalf(here, reporter_phone="", household=None, place="门口", place_kind="elsewhere").tracking_hash == ""


@given(st.uuids(), st.sampled_from(["", " ", "-", "－", "."]), st.booleans())
def test_a_code_is_read_as_people_type_it(pk: Any, between: str, lower: bool) -> None:
    code = tracking.code_of(pk)
    written = between.join([code[:4], code[4:]])
    written = written.replace("0", "O").replace("1", "l")
    assert tracking.read_code(written.lower() if lower else written) == code


def test_the_receipt_is_a_paper_for_who_leads_and_who_wrote_it_down(here: Desk, enter: As) -> None:
    row = on_behalf(here)
    url = reverse("helpdesk:receipt", args=[row.pk])
    assert enter(here.leader).get(url).content.startswith(b"%PDF")
    assert url in enter(here.leader).get(row.get_absolute_url()).content.decode()
    own = here.walk(here.log(), "accept", "dispatch")
    assert enter(here.leader).get(reverse("helpdesk:receipt", args=[own.pk])).status_code == 404
    row = here.walk(row, "accept", "dispatch")
    assert enter(here.handler).get(url).status_code == 404
    assert url not in enter(here.handler).get(row.get_absolute_url()).content.decode()


def test_the_receipt_without_a_phone(here: Desk) -> None:
    row = on_behalf(here, reporter_phone="", household=None, place="门口", place_kind="elsewhere")
    assert papers.receipt(row).startswith(b"%PDF")


def test_whoever_has_the_receipt_sees_how_it_stands(here: Desk) -> None:
    row = on_behalf(here, description="我家住 301，找老李。")
    here.take(row, "accept", text="先把小阀门关上。", note="这家人说话大声一点")
    code = tracking.shown(tracking.code_of(row.pk))
    page = track(code.lower(), "5678")
    for words in (row.number, "已受理", "先把小阀门关上。", row.category.label):
        assert words in page
    for secret in ("住 301", "大声", "老李", here.leader.name, "13812345678", str(here.household)):
        assert secret not in page
    page = Client().get(reverse("helpdesk:track"), {"code": code}).content.decode()
    assert f'value="{code}"' in page


def test_a_wrong_code_and_a_wrong_end_get_the_same_answer(here: Desk) -> None:
    row = on_behalf(here)
    code = tracking.code_of(row.pk)
    answers = {
        re.sub(r'value="[^"]*"', "", track(*asked))
        for asked in [("AAAAAAAA", "5678"), (code, "0000"), ("AAAAAAAA", "0000"), ("？", "5678"), (code, "12345678")]
    }
    assert len(answers) == 1
    assert "对不上" in answers.pop()
    assert row.number not in track(code, "")
    assert row.number not in track(code, "----")


def test_what_follows_another_stands_as_that_one_does(here: Desk) -> None:
    first = here.take(at_door(here), "accept", text="请电工来看。")
    wanted = {"reporter": None, "reporter_name": "老李", "reporter_phone": "13812345678", "title": "灯坏了"}
    row = actions.join(
        first, by=here.leader, category=first.category, household=here.household, place_kind="building",
        building=here.household.building, **wanted,
    )  # fmt: skip
    page = track(tracking.code_of(row.pk), "5678")
    assert row.number in page
    assert first.number not in page
    assert "已受理" in page
    assert "请电工来看。" in page
    assert first.title not in page


def test_guessing_is_slowed_down(here: Desk) -> None:
    row = on_behalf(here)
    code = tracking.code_of(row.pk)
    answers = [Client().post(reverse("helpdesk:track"), {"code": code, "tail": f"{n:04d}"}) for n in range(12)]
    assert [one.status_code for one in answers] == [200] * 10 + [429] * 2
    assert Client().post(reverse("helpdesk:track"), {"code": code, "tail": "5678"}).status_code == 429


def test_a_visitor_finds_the_way(here: Desk) -> None:
    assert reverse("helpdesk:track") in Client().get("/").content.decode()


def test_a_mediation_tells_its_state_alone(here: Desk) -> None:
    row = on_behalf(here, slug="mediation", title="和楼上的王家")
    here.take(row, "accept", text="和王家说过了。")
    page = track(tracking.code_of(row.pk), "5678")
    assert "已受理" in page
    assert "王家" not in page
    assert "矛盾调解" not in page
