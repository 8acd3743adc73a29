"""The card under the door: issued after two absences, opened with a name, answered once, and never believed blindly."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from community import letters
from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.actions import merge_households
from grids.codes import Relation
from grids.models import Household, Membership, Proposal
from tests.factories import GridFactory, appoint, family_of, household_in, report_of
from visits import actions, cards
from visits.models import Card, Target, Verification, Visit
from visits.report import Answer

pytestmark = pytest.mark.django_db
ALERT = 'role="alert"'


def absent(household, leader, times=2):
    for _time in range(times):
        actions.record_visit(household, by=leader, report=report_of(household, outcome="absent"))


@pytest.fixture
def twice(target, household, leader):
    absent(household, leader)
    return Target.objects.get(pk=target.pk)


@pytest.fixture
def issued(twice, leader):
    return actions.issue_card(twice, by=leader)


@pytest.fixture
def card(issued):
    return issued[0]


@pytest.fixture
def code(issued):
    return issued[1]


def enter(client, code, name="王秀英"):
    return client.post(reverse("visits:card"), {"code": code, "name": name})


def filled(client, **fields):
    """What a browser sends back of the record's page."""
    page = client.get(reverse("visits:card_record")).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(seen|submission)" value="([^"]*)"', page)
    assert len(hidden) == 2
    return {**{name: unescape(value) for name, value in hidden}, **fields}


class TestIssuing:
    def test_only_after_two_absences(self, target, household, leader, office, campaign):
        absent(household, leader, times=1)
        with pytest.raises(Refused, match="两次没遇到人"):
            actions.issue_card(target, by=leader)
        absent(household, leader, times=1)
        _card, code = actions.issue_card(target, by=leader)
        assert re.fullmatch(f"[{letters.ALPHABET}]{{10}}", code)
        assert code not in str(Card.objects.values().get())
        actions.close_campaign(campaign, by=office, explanation="x")
        with pytest.raises(Refused, match="两次没遇到人"):
            actions.issue_card(target, by=leader)

    def test_a_new_card_voids_the_old(self, issued, twice, leader):
        old, old_code = issued
        _new, code = actions.issue_card(twice, by=leader)
        assert actions.open_card(code=old_code, name="王秀英") is None
        assert actions.open_card(code=code, name="王秀英") is not None
        old.refresh_from_db()
        assert old.void_at is not None

    def test_it_is_good_for_21_days_but_a_week_after_the_round_at_most(self, twice):
        ends_on = twice.campaign.ends_on
        with clock.at(clock.now() + (ends_on - clock.today()) - timedelta(days=5)):
            assert clock.local(cards.expiry_of(twice) - timedelta(seconds=1)).date() == ends_on + timedelta(days=7)
        with clock.at(clock.now() + (ends_on - clock.today()) + timedelta(days=30)):
            assert cards.expiry_of(twice) > clock.now() + timedelta(days=7)
        with clock.at(clock.now() + (ends_on - clock.today()) - timedelta(days=60)):
            assert cards.expiry_of(twice) == clock.now() + timedelta(days=21)

    def test_the_door_and_the_visit_say_what_comes_next(self, twice, household, leader, client):
        client.force_login(leader)
        visit = Visit.objects.first()
        for url in (
            twice.get_absolute_url(),
            visit.get_absolute_url(),
            reverse("visits:household_history", args=[household.pk]),
        ):
            page = client.get(url).content.decode()
            assert "先打个电话" in page
            assert reverse("visits:card_issue", args=[twice.pk]) in page
        page = client.get(f"{twice.get_absolute_url()}?outcome=phone").content.decode()
        assert re.search(r'value="phone"[^>]* checked', page)

    def test_nothing_of_it_before(self, target, household, leader, client):
        absent(household, leader, times=1)
        client.force_login(leader)
        assert "先打个电话" not in client.get(target.get_absolute_url()).content.decode()
        assert "不用留卡片" in client.get(reverse("visits:card_issue", args=[target.pk])).content.decode()

    def test_the_paper_comes_once_and_to_who_asked_for_it(self, twice, leader, office, client):
        client.force_login(leader)
        answer = client.post(reverse("visits:card_issue", args=[twice.pk]), {"submission": str(uuid4())})
        card = Card.objects.get()
        assert answer.url == card.get_absolute_url()
        assert "取卡片，打印" in client.get(answer.url).content.decode()
        other = Client()
        other.force_login(office)
        assert "取卡片，打印" not in other.post(answer.url).content.decode()
        paper = client.post(answer.url)
        assert paper["Content-Type"] == "application/pdf"
        assert "已经取走了" in client.post(answer.url).content.decode()
        assert "重新留一张" in client.get(twice.get_absolute_url()).content.decode()

    @pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is missing")
    def test_the_paper_says_it_in_words_that_can_be_read_out(self, card, code, household, tmp_path):
        paper = tmp_path / "card.pdf"
        paper.write_bytes(cards.print_card(card, code))
        text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
        for words in (cards.shown(code), "我们来看过您家", "社区不会打电话问您这个码", str(household), "/visits/card/"):
            assert words.replace(" ", "") in "".join(text.split())
        assert letters.masked_door(household) in "".join(text.split())
        info = subprocess.run(["pdfinfo", paper], capture_output=True, text=True, check=True).stdout
        assert re.search(r"Tagged:\s+yes", info)
        assert re.search(r"Pages:\s+1\b", info)


class TestOpening:
    @pytest.mark.parametrize("name", ["王秀英", " 王 秀英 ", "王·秀英", "李大明"])
    def test_the_code_and_a_name_open_it(self, name, code, client):
        typed = f" {code[:5].lower()}-{code[5:].lower()} "
        assert enter(client, typed, name).url == reverse("visits:card_record")
        page = client.get(reverse("visits:card_record")).content.decode()
        assert "138****5678" in page
        assert "王＊英" in page
        for secret in ("王秀英", "李大明", "13812345678", "88880001", "本社区"):
            assert secret not in page

    def test_the_qr_code_fills_the_code_in_and_tells_nothing(self, code, client):
        right = client.get(cards.address(code).removeprefix("http://localhost:8000")).content.decode()
        assert cards.shown(code) in right
        wrong = client.get(reverse("visits:card_code", args=["00000-00000"])).content.decode()

        def bare(page):
            return re.sub(r'value="[^"]*"', "", page)

        assert bare(right.replace(cards.shown(code), "")) == bare(wrong.replace("00000-00000", ""))

    def test_wrong_code_and_wrong_name_are_told_the_same(self, code, client):
        def told(code, name):
            page = enter(client, code, name).content.decode()
            return re.findall(r'<div class="errors".*?</div>', page, re.DOTALL)

        answers = [told("0000000000", "王秀英"), told(code, "张三"), told("moon", "王秀英"), told(code, "···")]
        assert answers[0]
        assert all(answer == answers[0] for answer in answers)

    def test_care_and_party_are_not_on_it(self, code, household, leader, client):
        from grids.actions import set_care

        set_care(household, category="minimum_allowance", resident=household.head, by=leader)
        enter(client, code)
        page = client.get(reverse("visits:card_record")).content.decode()
        assert "低保" not in page
        assert "党员" not in page

    def test_five_wrong_names_make_it_void(self, card, code, leader, client):
        for _try in range(Card.MAX_TRIES):
            assert ALERT in enter(client, code, "张三").content.decode()
        assert ALERT in enter(client, code).content.decode()
        card.refresh_from_db()
        assert card.void_at is not None
        assert AuditEvent.objects.filter(verb="card_void").count() == 1
        assert Notice.objects.filter(user=leader, kind="card_void").count() == 1

    def test_four_wrong_names_do_not(self, code, client):
        for _try in range(Card.MAX_TRIES - 1):
            enter(client, code, "张三")
        assert enter(client, code).status_code == 302

    def test_who_moved_out_opens_it_no_longer(self, code, household, client):
        gone = clock.today() - timedelta(days=1)
        Membership.objects.filter(resident__name="李大明").update(starts_on=gone, ends_on=gone, left_by="moved_out")
        assert ALERT in enter(client, code, "李大明").content.decode()

    def test_it_is_over_after_its_days(self, code, client):
        with clock.at(clock.now() + timedelta(days=22)):
            assert ALERT in enter(client, code).content.decode()

    def test_many_codes_are_slowed_down(self, code, client):
        answers = [enter(client, f"{number:010d}").status_code for number in range(22)]
        assert answers[0] == 200
        assert answers[-1] == 429

    def test_the_record_is_behind_the_name(self, card, client):
        assert client.get(reverse("visits:card_record")).url == reverse("visits:card")
        assert client.post(reverse("visits:card_record"), {"rest": "confirmed"}).url == reverse("visits:card")
        assert not Visit.objects.filter(outcome="card").exists()


class TestAnswering:
    def test_all_right_in_one_press(self, card, code, household, leader, twice, client):
        enter(client, code)
        given = filled(client, rest="confirmed", note="儿子下月回来")
        answers = [client.post(reverse("visits:card_record"), given) for _time in range(2)]
        assert {answer.url for answer in answers} == {reverse("visits:card_thanks")}
        visit = Visit.objects.get(outcome="card")
        assert (visit.by, visit.via, visit.note, visit.target) == (leader, "card", "儿子下月回来", twice)
        twice.refresh_from_db()
        # The household's two, one's phone and work, place of hukou; what is not known stays so.
        assert (twice.state, twice.fields_verified) == ("done", 6)
        assert not Proposal.objects.exists()
        card.refresh_from_db()
        assert card.visit == visit
        notice = Notice.objects.get(user=leader, kind="card_answered")
        assert notice.url == visit.get_absolute_url()
        client.force_login(leader)
        assert "住户凭卡片自己填的" in client.get(visit.get_absolute_url()).content.decode()

    def test_what_changed_waits_for_the_leader(self, code, household, leader, client):
        head = household.head
        enter(client, code)
        key = f"r-{head.pk.hex}-phone"
        client.post(reverse("visits:card_record"), filled(client, **{key: "changed", f"{key}-new": "13900001111"}))
        head.refresh_from_db()
        assert head.phone == "13812345678"
        proposal = Proposal.objects.get()
        assert (proposal.kind, proposal.source, proposal.field, proposal.proposed_by) == (
            "change",
            "resident",
            "phone",
            None,
        )
        assert Verification.objects.get(field="phone", resident=head).result == "changed"
        client.force_login(leader)
        version = Household.objects.get(pk=household.pk).version
        assert client.post(proposal.get_absolute_url(), {"version": version}).status_code == 302
        head.refresh_from_db()
        assert head.phone == "13900001111"

    def test_nobody_else_sees_it_is_answered_but_the_household(self, code, client):
        enter(client, code)
        client.post(reverse("visits:card_record"), filled(client, rest="confirmed"))
        answer = client.post(reverse("visits:card"), {"code": code, "name": "王秀英"}, follow=True)
        assert "已经填过了" in answer.content.decode()
        assert "已经填过了" not in enter(client, code, "张三").content.decode()

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({}, "还没有填"),
            ({"h-phone": "changed"}, "请填上新的"),
            ({"h-phone": "changed", "h-phone-new": "12"}, "11 位手机号"),
            ({"h-phone-new": "13900001111"}, "请选“有变”"),
            ({"h-phone": "refused"}, ALERT),
            ({"h-kind": "changed", "h-kind-new": "moon"}, ALERT),
            ({"seen": "[1]"}, "页面不完整"),
            ({"note": "字" * 501}, "500"),
        ],
    )
    def test_every_nonsense_is_answered_with_a_page(self, given, says, code, client):
        enter(client, code)
        page = client.post(reverse("visits:card_record"), filled(client, **given)).content.decode()
        assert says in page
        assert not Visit.objects.filter(outcome="card").exists()

    def test_what_is_not_on_the_card_is_not_taken(self, card, household):
        answers = {f"r-{household.head.pk.hex}-hardship": Answer("changed", "minimum_allowance")}
        with pytest.raises(Refused, match="不在卡片上"):
            actions.answer_card(card, answers=answers, seen={})

    def test_a_change_meanwhile_is_not_confirmed_by_what_was_seen(self, code, household, office, client):
        from grids.actions import change_household

        enter(client, code)
        given = filled(client, rest="confirmed")
        change_household(household, by=office, phone="0511-88889999")
        client.post(reverse("visits:card_record"), given)
        assert Verification.objects.get(field="phone", resident=None).result == "unknown"

    def test_met_meanwhile_the_card_still_counts(self, code, household, leader, client):
        actions.record_visit(household, by=leader, report=report_of(household, note="在家"))
        enter(client, code)
        client.post(reverse("visits:card_record"), filled(client, rest="confirmed"))
        assert Visit.objects.filter(outcome="card").count() == 1


def test_a_neighbouring_leader_does_not_see_it(card, household, client):
    client.force_login(appoint(Role.GRID_LEADER, GridFactory(community=household.community)))
    assert client.get(card.get_absolute_url()).status_code == 404


def test_of_two_households_that_are_one_a_single_card_stands(twice, issued, grid, household, leader, office):
    other = household_in(grid, dwelling=household.dwelling)
    (alone,) = family_of(other, {"name": "王老太"})
    actions.record_visit(other, by=leader, report=report_of(other, outcome="absent"))
    absent(other, leader, times=1)
    gone, gone_code = actions.issue_card(Target.objects.get(household=other), by=leader)
    merge_households(household, other, by=office, relations={alone.pk: Relation.MOTHER})
    gone.refresh_from_db()
    assert gone.void_at is not None
    assert actions.open_card(code=issued[1], name="王老太") == issued[0]
    assert actions.open_card(code=gone_code, name="王秀英") is None


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_one_moment(transactional_db, issued):
    card, refused, start = issued[0], [], threading.Barrier(2)

    def answer():
        start.wait()
        try:
            actions.answer_card(Card.objects.get(pk=card.pk), answers={"h-kind": Answer("confirmed")}, seen={})
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=answer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Visit.objects.filter(outcome="card").count() == 1
