"""A quarrel brought back from a door: the request between two, and what of it stands in whose records."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from community import personal
from community.models import User
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from helpdesk import actions as requests
from helpdesk.models import Party, ServiceRequest
from tests.factories import GridFactory, HouseholdFactory, MembershipFactory, neighbour_of, report_of, resident_of
from visits import actions, mediated, planning
from visits.forms.visit import VisitForm
from visits.models import Finding, Target
from visits.report import Brought, Handling
from visits.sheet import sheet_for

pytestmark = pytest.mark.django_db

TEXT = "楼上半夜弹琴，李阿姨睡不着"


@pytest.fixture
def signed_in(client):
    def enter(user):
        client.force_login(user)

    return enter


@pytest.fixture
def other(household):
    home = neighbour_of(household)
    MembershipFactory(household=home)
    return home


@pytest.fixture
def brought(household, other, leader):
    report = report_of(household, findings=(Brought(TEXT, handling=Handling.MEDIATION, other=other.pk),))
    actions.record_visit(household, by=leader, report=report)
    return Finding.objects.get(household=household)


def filled(form, household, other="", **fields):
    """What a browser sends of the form with one problem."""
    names = {name: form[name].value() for name in ("uuid", "started", "base_version")}
    problem = {"f1-text": TEXT, "f1-handling": "mediation", "f1-severity": "minor", "f1-other": other}
    return {**names, "seen": json.dumps(form.sheet.seen), "outcome": "met", **problem, **fields}


def test_a_visit_opens_a_request_between_two(brought, household, other, leader):
    request = brought.request
    assert (brought.state, brought.category.slug) == ("requested", "mediation")
    assert (request.source, request.home, request.has_parties) == ("visit", household, True)
    assert request.visibility == "handlers"
    sides = Party.objects.filter(request=request).order_by("side").values_list("side", "household")
    assert list(sides) == [("first", household.pk), ("second", other.pk)]


def test_the_same_visit_again_opens_no_other(brought, household, other, leader):
    report = report_of(household, findings=(Brought(TEXT, handling=Handling.MEDIATION, other=other.pk),))
    first = actions.record_visit(household, by=leader, report=report)
    assert actions.record_visit(household, by=leader, report=report) == first
    assert ServiceRequest.objects.count() == 2


def test_the_finding_leads_to_it_and_says_no_other_door(brought, other, leader, client, signed_in):
    signed_in(leader)
    shown = client.get(brought.get_absolute_url()).content.decode()
    assert "请人调解" in shown
    assert brought.request.number in shown
    assert brought.request.get_absolute_url() in shown
    assert str(other) not in shown


def test_neither_record_tells_what_the_other_said(brought, household, other, leader):
    first, second = resident_of(household), resident_of(other)
    requests.step(brought.request, "accept", by=leader, category=brought.category)
    requests.add_update(brought.request, by=second, text="我们家孩子要考试")

    def record(user):
        return str([part.rows for _room, parts in personal.sections(User.objects.get(pk=user.pk)) for part in parts])

    assert TEXT in record(first)
    assert "我们家孩子要考试" not in record(first)
    assert str(other) not in record(first)
    assert "我们家孩子要考试" in record(second)
    assert TEXT not in record(second)
    assert str(household) not in record(second)


class TestTheForm:
    def test_the_other_door_however_it_is_written(self, household, other, leader):
        sheet = sheet_for(leader, household)
        for written in (other.dwelling.label, other.dwelling.label.replace("室", "")):
            form = VisitForm(filled(VisitForm(sheet=sheet), household, written), sheet=sheet)
            assert form.is_valid(), form.errors
            (one,) = form.report().findings
            assert (one.handling, one.other) == ("mediation", other.pk)

    @pytest.mark.parametrize(
        ("which", "says"),
        [("", "请写另一家"), ("same", "不能是同一户"), ("afar", "没有找到"), ("99幢9单元999室", "没有找到")],
    )
    def test_another_door_is_refused_with_a_sentence(self, household, leader, which, says):
        afar = HouseholdFactory(dwelling__unit__building__grid=GridFactory(community=household.community))
        written = {"same": household.dwelling.label, "afar": afar.dwelling.label}.get(which, which)
        sheet = sheet_for(leader, household)
        form = VisitForm(filled(VisitForm(sheet=sheet), household, written), sheet=sheet)
        assert not form.is_valid()
        assert says in str(form.errors["f1-other"])

    def test_a_door_without_a_problem_is_asked_for_it(self, household, other, leader):
        sheet = sheet_for(leader, household)
        sent = filled(VisitForm(sheet=sheet), household, other.dwelling.label, **{"f1-text": ""})
        form = VisitForm(sent, sheet=sheet)
        assert "f1-text" in form.errors

    def test_on_the_page(self, household, other, leader, client, signed_in):
        signed_in(leader)
        url = reverse("visits:record_household", args=[household.pk])
        shown = client.get(url)
        assert "另一家的门牌" in shown.content.decode()
        sent = filled(shown.context["form"], household, other.dwelling.label)
        answer = client.post(url, sent)
        assert answer.status_code == 302
        assert Finding.objects.get().request.has_parties


def test_a_report_without_the_other_household_is_refused(household, leader):
    report = report_of(household, findings=(Brought(TEXT, handling=Handling.MEDIATION),))
    with pytest.raises(Refused, match="另一家"):
        actions.record_visit(household, by=leader, report=report)
    assert not Finding.objects.exists()


class TestAskedAgain:
    @pytest.fixture
    def settled(self, brought, leader, grid):
        request = brought.request
        request.follow_up_on = clock.today() + timedelta(days=1)
        request.save()
        return request

    def test_both_are_asked_again_by_the_round_that_is_walked(self, campaign, settled, household, other, leader):
        mediated.ask_again(settled, leader)
        targets = Target.objects.filter(kind="follow_up").order_by("pk")
        assert {one.household_id for one in targets} == {household.pk, other.pk}
        told = " ".join(why for one in targets for why in one.why)
        assert "再去看看" in told
        assert not [word for word in (TEXT, "调解", str(household), str(other)) if word in told]

    def test_without_a_round_the_next_one_says_why(self, settled, household, other, leader, office):
        mediated.ask_again(settled, leader)
        assert not Target.objects.filter(kind="follow_up").exists()
        actions.open_campaign(household.community, quarter=Quarter.of(clock.today()), by=office)
        for home in (household, other):
            target = Target.objects.get(household=home, kind="quarterly")
            assert any("再去看看" in why for why in target.why)

    def test_who_is_asked_already_gets_no_second_reason(self, campaign, settled, household, leader):
        mediated.ask_again(settled, leader)
        homes = planning.these_homes(household.community_id, [household.pk])
        (target, *_) = planning.targets_for(campaign, homes, from_day=campaign.starts_on)
        assert not any("再去看看" in why for why in target.why)
