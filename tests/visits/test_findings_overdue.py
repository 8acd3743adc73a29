"""A problem is never forgotten: who answers for it, until when, and who hears of it when that day has passed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock, daily
from core.refusal import Refused
from helpdesk.actions import seed_categories
from helpdesk.models import Category
from tests.asks import asks_of
from tests.factories import GridFactory, appoint, family_of, household_in, report_of
from tests.visits.test_views import typed
from visits import actions, escalation, words
from visits import today as room
from visits.models import FINDING_STEPS, Feedback, Finding
from visits.report import Brought, Handling

STATES = Finding.State


@pytest.fixture
def finding(household, leader):
    return raised(household, leader)


@pytest.fixture
def secretary(grid):
    return appoint(Role.SECRETARY, grid.community)


def raised(household, leader, handling=Handling.NOTE, text="三楼楼道灯不亮", **more):
    brought = Brought(text, severity="urgent", handling=handling, **more)
    visit = actions.record_visit(household, by=leader, report=report_of(household, findings=(brought,)))
    return visit.findings.get()


def on_day(finding, late):
    """The day so many days after the finding was due."""
    return clock.at(clock.now() + (finding.due_on - clock.today()) + timedelta(days=late))


def told():
    return set(Notice.objects.filter(kind="finding_overdue").values_list("user", flat=True))


@pytest.mark.django_db
class TestEscalation:
    @pytest.mark.parametrize(("late", "level"), [(-1, 0), (0, 0), (1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (400, 3)])
    def test_whom_it_reaches_when(self, late, level, finding, leader, office, secretary):
        with on_day(finding, late):
            escalation.escalate()
        finding.refresh_from_db()
        assert finding.escalation == level
        assert told() == {user.pk for user in (leader, office, secretary)[:level]}

    def test_each_hears_once(self, finding, leader, office, secretary):
        for late in range(12):
            with on_day(finding, late):
                escalation.escalate()
                assert escalation.escalate() == 0
        assert Notice.objects.filter(kind="finding_overdue").count() == 3
        assert AuditEvent.objects.filter(verb="finding_escalated").count() == 3

    def test_what_is_closed_is_left_alone(self, finding, leader):
        actions.give_feedback(finding, told="好了", answer="satisfied", by=leader)
        with on_day(finding, 9):
            assert escalation.escalate() == 0

    def test_a_run_that_broke_off_goes_on(self, finding, household, leader, monkeypatch):
        raised(household, leader, text="第二件")
        seen = []

        def break_off(users, **more):
            seen.append(more)
            if len(seen) == 2:
                raise RuntimeError("killed")

        monkeypatch.setattr(escalation, "notify", break_off)
        with on_day(finding, 1), pytest.raises(RuntimeError):
            escalation.escalate()
        assert sorted(Finding.objects.values_list("escalation", flat=True)) == [0, 1]
        monkeypatch.undo()
        with on_day(finding, 1):
            assert escalation.escalate() == 1

    def test_it_is_a_daily_duty_and_shown(self, finding, leader, office, secretary, client):
        with on_day(finding, 3):
            assert daily.perform()["findings overdue"] == 1
            client.force_login(leader)
            page = client.get(finding.get_absolute_url()).content.decode()
            assert "已经过了 3 天还没反馈。已经提醒负责人，也告诉了社区工作者。" in page
            ask = next(ask for ask in asks_of(room, leader) if "走访问题" in ask.title)
            assert (ask.detail, ask.urgent) == ("其中 1 件过期了，最久的过了 3 天", True)
            page = client.get(reverse("visits:findings"), {"only": "overdue"}).content.decode()
            assert "三楼楼道灯不亮" in page
        assert "三楼楼道灯不亮" not in client.get(reverse("visits:findings"), {"only": "overdue"}).content.decode()

    def test_notices_name_neither_household_nor_problem(self, finding, household):
        with on_day(finding, 8):
            escalation.escalate()
        text = Notice.objects.get(kind="finding_overdue").text
        assert household.building.label in text
        assert finding.text not in text
        assert str(household) not in text


@pytest.mark.django_db
class TestOwner:
    def hand(self, client, finding, owner):
        return client.post(
            reverse("visits:finding_hand", args=[finding.pk]), {"owner": str(owner.pk), "reason": "休假"}
        )

    def test_it_is_given_to_another_of_the_duty(self, finding, leader, household, client):
        steward = appoint(Role.BUILDING_STEWARD, household.building)
        client.force_login(leader)
        assert self.hand(client, finding, steward).status_code == 302
        finding.refresh_from_db()
        assert finding.owner == steward
        assert Notice.objects.filter(user=steward, kind="finding_handed").count() == 1
        event = AuditEvent.objects.get(verb="finding_handed")
        assert event.changes == {"owner": [leader.name, steward.name]}
        with on_day(finding, 1):
            escalation.escalate()
        assert told() == {steward.pk}

    def test_nobody_of_another_grid_gets_it(self, finding, leader, household, client):
        other = appoint(Role.GRID_LEADER, GridFactory(community=household.community))
        client.force_login(leader)
        assert self.hand(client, finding, other).status_code == 200
        with pytest.raises(Refused, match="不负责这幢楼"):
            actions.hand_finding(finding, owner=other, by=leader)

    def test_not_twice_and_not_when_it_is_closed(self, finding, leader, office):
        with pytest.raises(Refused, match="本来就由"):
            actions.hand_finding(finding, owner=leader, by=leader)
        actions.give_feedback(finding, told="好了", answer="satisfied", by=leader)
        with pytest.raises(Refused, match="已经反馈过"):
            actions.hand_finding(finding, owner=office, by=leader)


@pytest.mark.django_db
class TestHall:
    def test_it_is_marked_listed_and_followed_up(self, household, leader, target, client):
        client.force_login(leader)
        url = target.get_absolute_url()
        given = {"f1-text": "车棚不够停", "f1-handling": "hall"}
        assert client.post(url, typed(client, url, rest="confirmed", **given)).status_code == 302
        finding = Finding.objects.get()
        assert (finding.for_hall, finding.state, finding.owner) == (True, "open", leader)
        raised(household, leader)
        listed = client.get(reverse("visits:findings"), {"only": "hall"})
        assert [one.pk for one in listed.context["page"].rows] == [finding.pk]
        assert "议事厅开起来以后由它接着办" in client.get(finding.get_absolute_url()).content.decode()
        assert b"\xe8" not in client.get(reverse("visits:findings"), {"format": "xlsx"}).content[:2]


@pytest.mark.django_db
class TestLastTime:
    def said(self, finding):
        return words.last_time(Finding.objects.select_related("visit", "request").get(pk=finding.pk))

    def test_what_was_said_and_what_came_of_it(self, household, leader, category):
        noted = raised(household, leader, text="漏水。")
        assert self.said(noted).endswith("您说：漏水。我们还在跟进，还没有办好。")
        actions.fix_finding(noted, by=leader, how="换了水管。")
        assert self.said(noted).endswith("您说：漏水。后来这样处理了：换了水管。")
        hall = raised(household, leader, Handling.HALL, text="车棚不够")
        assert "请大家一起议一议" in self.said(hall)
        handed = raised(household, leader, Handling.REQUEST, text="灯坏", category=category.pk)
        assert f"后来登记成诉求 {handed.request.number}，现在" in self.said(handed)

    def test_it_comes_first_in_the_form(self, household, leader, target, client):
        finding = raised(household, leader)
        client.force_login(leader)
        page = client.get(reverse("visits:record_household", args=[household.pk])).content.decode()
        assert page.index("您说：三楼楼道灯不亮。") < page.index("核对基本信息")
        assert f"told-{finding.pk.hex}" in page


class TestMachine(TestCase):
    """Whatever is done to a problem: it closes with the household's answer alone, and nobody is told twice."""

    MOVES = st.lists(
        st.tuples(
            st.sampled_from(["fix", "request", "satisfied", "unsatisfied", "heard", "hand", "night"]),
            st.integers(0, 4),
        ),
        max_size=14,
    )

    def setUp(self):
        grid = GridFactory()
        seed_categories(grid.community)
        self.leader = appoint(Role.GRID_LEADER, grid)
        self.office = appoint(Role.COMMUNITY_STAFF, grid.community)
        self.secretary = appoint(Role.SECRETARY, grid.community)
        self.household = household_in(grid)
        family_of(self.household, {"name": "王秀英"})
        self.category = Category.objects.filter(community=grid.community, is_confidential=False)[0]

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(MOVES)
    def test_any_course(self, moves):
        finding = raised(self.household, self.leader)
        day = clock.now()
        for move, days in moves:
            day += timedelta(days=days)
            with clock.at(day):
                finding = self.step(Finding.objects.get(pk=finding.pk), move)
                self.check(finding)

    def step(self, finding, move):
        before = finding.state
        legal = move in {"hand", "night"} or (before, move) in {(row.source, row.action) for row in FINDING_STEPS}
        try:
            self.act(finding, move)
        except Refused:
            request = finding.request
            assert not legal or before == "closed" or move == "hand" or (request is not None and request.is_open)
        return Finding.objects.get(pk=finding.pk)

    def act(self, finding, move):
        match move:
            case "fix":
                actions.fix_finding(finding, by=self.leader, how="修好了")
            case "request":
                actions.request_for(finding, by=self.leader, category=self.category)
            case "hand":
                owner = self.office if finding.owner == self.leader else self.leader
                actions.hand_finding(finding, owner=owner, by=self.leader)
            case "night":
                escalation.escalate()
                assert escalation.escalate() == 0
                late = Finding.objects.get(pk=finding.pk)
                if late.is_open:
                    assert late.escalation == escalation.level_on(late.due_on, clock.today())
            case answer:
                actions.give_feedback(finding, told="说了", answer=answer, by=self.leader)

    def check(self, finding):
        satisfied = Feedback.objects.filter(finding=finding, answer="satisfied").exists()
        assert (finding.state == "closed") == satisfied == (finding.closed_at is not None)
        assert finding.escalation <= escalation.level_on(finding.due_on, clock.today())
        events = AuditEvent.objects.filter(verb="finding_escalated", target_id=str(finding.pk))
        levels = [pair for event in events for pair in [event.changes["escalation"]]]
        assert len({pair[1] for pair in levels}) == len(levels)
