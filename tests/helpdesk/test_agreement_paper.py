"""The paper that two households sign: for those who mediate, with what was settled, or with lines to be filled in."""

from __future__ import annotations

import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from community.models import AuditEvent
from tests.helpdesk.mediation_makers import TITLE, Quarrel, a_quarrel
from tests.helpdesk.people import As

pytestmark = pytest.mark.django_db


@pytest.fixture
def quarrel() -> Quarrel:
    quarrel = a_quarrel()
    quarrel.take("accept")
    quarrel.agree()
    quarrel.take("dispatch")
    quarrel.take("sign")
    return quarrel


def printed(client: Client, quarrel: Quarrel, terms: str) -> str:
    answer = client.post(reverse("helpdesk:agreement", args=[quarrel.row.pk]), {"matter": TITLE, "terms": terms})
    assert answer["Content-Type"] == "application/pdf"
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=answer.content, capture_output=True, check=True).stdout.decode()
    return "".join(text.split())


def test_it_says_who_agreed_on_what(quarrel: Quarrel, enter: As) -> None:
    text = printed(enter(quarrel.desk.handler), quarrel, "晚上九点以后不弹琴\n\n周末先说一声")
    for words in (quarrel.row.number, "李桂兰", quarrel.first.dwelling.label, quarrel.second.dwelling.label, TITLE):
        assert words in text
    assert "1.晚上九点以后不弹琴" in text
    assert "2.周末先说一声" in text
    assert AuditEvent.objects.filter(verb="agreement_printed", target_id=str(quarrel.row.pk)).exists()


def test_it_can_be_filled_in_by_hand(quarrel: Quarrel, enter: As) -> None:
    assert "甲方签字" in printed(enter(quarrel.desk.leader), quarrel, "")


def test_neither_household_prints_it(quarrel: Quarrel, enter: As) -> None:
    for user in (quarrel.asker, quarrel.father, quarrel.desk.other):
        answer = enter(user).get(reverse("helpdesk:agreement", args=[quarrel.row.pk]))
        assert answer.status_code in (403, 404)


def test_the_page_leads_to_it_while_somebody_mediates(quarrel: Quarrel, enter: As) -> None:
    address = reverse("helpdesk:agreement", args=[quarrel.row.pk])
    page = quarrel.row.get_absolute_url()
    assert address in enter(quarrel.desk.handler).get(page).content.decode()
    assert address not in enter(quarrel.asker).get(page).content.decode()
    quarrel.take("reply", photos=[], result="impossible", text="谈不拢。")
    assert address not in enter(quarrel.desk.leader).get(page).content.decode()
