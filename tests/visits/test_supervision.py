"""Visits drawn by lot and asked about again, talks about what looks odd, and doors that somebody is sent to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import CareTag
from tests.factories import GridFactory, appoint, family_of, household_in, in_care, neighbour_of, report_of
from visits import actions, oddities
from visits.actions.supervision import odd_visits
from visits.models import Recheck, Sample, Talk, Target, Visit

pytestmark = pytest.mark.django_db

EARLIER = timedelta(hours=2)


def visited(home, by, *, ago=EARLIER, **fields):
    """A visit that was received some time ago."""
    with clock.at(clock.now() - ago):
        return actions.record_visit(home, by=by, report=report_of(home, **fields))


@pytest.fixture
def homes(grid, household):
    return [household, *(neighbour_of(household) for _number in range(11))]


@pytest.fixture
def visits(homes, campaign, leader):
    """Twelve visits, ten of them to people who were spoken to."""
    outcomes = ["met"] * 9 + ["phone", "absent", "refused"]
    return [
        visited(home, leader, outcome=outcome, ago=EARLIER + timedelta(minutes=10 * number))
        for number, (home, outcome) in enumerate(zip(homes, outcomes, strict=True))
    ]


def drawn(sample):
    return {one.visit_id for one in sample.rechecks.all()}


class TestDraw:
    def test_from_those_who_were_spoken_to(self, visits, campaign, office):
        sample = actions.draw_sample(campaign, size=50, by=office)
        assert (sample.size, sample.population) == (10, 10)
        assert drawn(sample) == {one.pk for one in visits[:10]}
        assert AuditEvent.objects.filter(verb="sample_drawn").count() == 1

    def test_anybody_can_draw_it_once_more(self, visits, campaign, office, leader, homes):
        sample = actions.draw_sample(campaign, size=4, by=office)
        visited(homes[10], leader, ago=timedelta(0))
        visited(homes[0], leader, ago=timedelta(0), supersedes=visits[0].pk)
        assert set(actions.redraw(Sample.objects.get())) == drawn(sample)
        second = actions.draw_sample(campaign, size=3, by=office)
        assert set(actions.redraw(second)) == drawn(second)
        assert set(actions.redraw(sample)) == drawn(sample)

    def test_another_seed_would_draw_others(self, visits, campaign, office):
        sample = actions.draw_sample(campaign, size=4, by=office)
        others = set()
        for number in range(8):
            Sample.objects.update(seed=f"{number:032d}")
            sample.refresh_from_db()
            others.add(frozenset(actions.redraw(sample)))
        assert len(others) > 1

    def test_a_list_that_changed_is_noticed(self, visits, campaign, office):
        sample = actions.draw_sample(campaign, size=4, by=office)
        Visit.objects.filter(pk=visits[0].pk).update(outcome="absent")
        with pytest.raises(Refused, match="对不上"):
            actions.redraw(sample)

    def test_a_visit_is_drawn_once_a_quarter(self, visits, campaign, office):
        first, second = (actions.draw_sample(campaign, size=5, by=office) for _number in range(2))
        assert not drawn(first) & drawn(second)
        with pytest.raises(Refused, match="没有可以抽的"):
            actions.draw_sample(campaign, size=1, by=office)

    def test_a_corrected_visit_stands_no_longer(self, visits, campaign, office, leader, homes):
        correction = visited(homes[0], leader, ago=EARLIER / 2, supersedes=visits[0].pk)
        found = drawn(actions.draw_sample(campaign, size=50, by=office))
        assert correction.pk in found
        assert visits[0].pk not in found

    def test_what_a_household_filled_in_by_its_card_is_not_asked_about(self, visits, campaign, office):
        Visit.objects.filter(pk=visits[0].pk).update(outcome="card", via="card")
        assert visits[0].pk not in drawn(actions.draw_sample(campaign, size=50, by=office))

    @pytest.mark.parametrize("size", [0, 201])
    def test_a_reasonable_number(self, visits, campaign, office, size):
        with pytest.raises(Refused):
            actions.draw_sample(campaign, size=size, by=office)


class TestRecheck:
    @pytest.fixture
    def recheck(self, visits, campaign, office):
        return actions.draw_sample(campaign, size=1, by=office).rechecks.get()

    def test_what_the_household_said_is_kept(self, recheck, office):
        done = actions.record_recheck(recheck, outcome="as_written", by=office)
        assert (done.called_by, done.outcome) == (office, "as_written")
        event = AuditEvent.objects.get(verb="visit_rechecked")
        assert event.household_id == recheck.visit.household_id

    def test_not_by_the_visitor(self, recheck, leader):
        with pytest.raises(Refused, match="您自己"):
            actions.record_recheck(recheck, outcome="as_written", by=leader)

    def test_not_reached_may_be_called_again(self, recheck, office):
        actions.record_recheck(recheck, outcome="not_reached", by=office)
        actions.record_recheck(recheck, outcome="as_written", by=office)
        with pytest.raises(Refused, match="已经回访过"):
            actions.record_recheck(recheck, outcome="differs", note="没来过", by=office)

    @pytest.mark.parametrize("outcome", ["differs", "not_visited"])
    def test_what_differs_is_told(self, recheck, office, outcome):
        with pytest.raises(Refused, match="怎么说"):
            actions.record_recheck(recheck, outcome=outcome, note="  ", by=office)
        assert actions.record_recheck(recheck, outcome=outcome, note="说电话换了", by=office).note == "说电话换了"

    def test_nothing_else(self, recheck, office):
        with pytest.raises(Refused):
            actions.record_recheck(recheck, outcome="fine", by=office)


class TestTalks:
    @pytest.fixture
    def hurried(self, homes, campaign, leader):
        return [
            visited(home, leader, ago=EARLIER - timedelta(seconds=9 * number), outcome="met")
            for number, home in enumerate(homes)
        ]

    def test_listed_until_talked_about(self, hurried, campaign, office):
        (one,) = odd_visits(campaign, by=office)
        assert (one.about, one.doors) == ("fast", 12)
        told = {"about": one.about, "visits_hash": one.visits_hash}
        talk = actions.record_talk(campaign, said="晚上一起补录的", by=office, **told)
        assert talk.walker == hurried[0].by
        assert odd_visits(campaign, by=office) == []
        with pytest.raises(Refused, match="已经谈过"):
            actions.record_talk(campaign, said="再谈", by=office, **told)

    def test_what_is_made_up_cannot_be_talked_about(self, hurried, campaign, office):
        with pytest.raises(Refused):
            actions.record_talk(campaign, about="far", visits_hash="0" * 64, said="x", by=office)

    def test_one_does_not_talk_with_oneself(self, homes, campaign, office):
        for number, home in enumerate(homes):
            visited(home, office, ago=EARLIER - timedelta(seconds=number))
        (one,) = odd_visits(campaign, by=office)
        with pytest.raises(Refused, match="换一位同事"):
            actions.record_talk(campaign, about=one.about, visits_hash=one.visits_hash, said="补录", by=office)

    def test_corrected_visits_are_not_looked_at_twice(self, hurried, homes, campaign, office, leader):
        assert len(oddities.rows_of(Visit.objects.visible_to(office), campaign)) == len(homes)
        visited(homes[0], leader, ago=EARLIER, supersedes=hurried[0].pk)
        assert len(oddities.rows_of(Visit.objects.visible_to(office), campaign)) == len(homes)

    def test_two_queries_for_a_whole_round(self, hurried, campaign, office, django_assert_num_queries):
        office.scope  # noqa: B018 read once a request
        with django_assert_num_queries(2):
            odd_visits(campaign, by=office)

    def test_the_walker_reads_what_was_said(self, client, hurried, campaign, office, leader):
        (one,) = odd_visits(campaign, by=office)
        actions.record_talk(campaign, about=one.about, visits_hash=one.visits_hash, said="晚上补录", by=office)
        assert [talk.said for talk in Talk.objects.with_oneself(leader)] == ["晚上补录"]
        assert not Talk.objects.visible_to(leader).exists()
        from visits.personal import sections

        assert any("晚上补录" in str(section.rows) for section in sections(leader))


class TestAdding:
    def test_a_follow_up_shows_in_the_round(self, household, campaign, leader, office):
        made = actions.add_target(
            household, kind="follow_up", due_on=clock.today(), reason="电话里说号码换了", by=office
        )
        assert made.assignee == leader
        assert made.why == ["电话里说号码换了"]
        assert made in Target.objects.visible_to(leader).asked_now()
        assert AuditEvent.objects.get(verb="target_added").household_id == household.pk
        assert Notice.objects.filter(user=leader, kind="doors_added").count() == 1

    def test_any_visit_answers_it(self, household, campaign, leader, office):
        made = actions.add_target(household, kind="special", due_on=clock.today(), reason="看取暖", by=office)
        visited(household, leader, ago=timedelta(0))
        made.refresh_from_db()
        assert made.state == "done"

    def test_not_doubled(self, household, campaign, leader):
        same = {"kind": "follow_up", "due_on": clock.today(), "reason": "再去看看", "by": leader}
        actions.add_target(household, **same)
        with pytest.raises(Refused, match="不用再安排"):
            actions.add_target(household, **same)
        assert actions.add_targets([household], **same) == []
        actions.add_target(household, **{**same, "kind": "special"})
        assert Target.objects.filter(household=household).exclude(kind__in=["quarterly", "monthly_care"]).count() == 2

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"kind": "quarterly"}, "只能"),
            ({"reason": "  "}, "为什么"),
            ({"due_on": -1}, "已经过了"),
            ({"due_on": 400}, "结束以前"),
        ],
    )
    def test_what_is_refused(self, household, campaign, leader, fields, said):
        given = {"kind": "special", "reason": "看看", "due_on": 0} | fields
        given["due_on"] = clock.today() + timedelta(days=given["due_on"])
        with pytest.raises(Refused, match=said):
            actions.add_target(household, by=leader, **given)

    def test_for_the_leader_of_the_grid_and_the_office(self, grid, household, campaign):
        given = {"kind": "special", "reason": "看看", "due_on": clock.today()}
        others = appoint(Role.GRID_LEADER, GridFactory(community=grid.community))
        steward = appoint(Role.BUILDING_STEWARD, household.building)
        for other in (others, steward):
            with pytest.raises(Refused, match="不在您的网格里"):
                actions.add_target(household, by=other, **given)

    def test_not_without_a_round_or_for_who_has_left(self, household, leader, office, grid):
        given = {"kind": "special", "reason": "看看", "due_on": clock.today(), "by": leader}
        with pytest.raises(Refused, match="没有在进行"):
            actions.add_target(household, **given)

    def test_many_at_once_in_few_statements(self, homes, campaign, leader, office, django_assert_max_num_queries):
        office.scope  # noqa: B018 read once a request
        with django_assert_max_num_queries(12):
            made = actions.add_targets(homes, kind="special", due_on=clock.today(), reason="看取暖", by=office)
        assert len(made) == len(homes)
        assert Notice.objects.get(user=leader, kind="doors_added").text.count("12") == 1


class TestPages:
    def test_draw_call_and_follow_up(self, client, visits, campaign, office, household):
        family_of(household, {"name": "王秀英", "phone": "13812345678"})
        client.force_login(office)
        page = client.get(reverse("visits:supervision"))
        assert "随机抽取" in page.content.decode()
        made = client.post(reverse("visits:draw", args=[campaign.pk]), {"size": "50"})
        shown = client.get(made.url).content.decode()
        assert "随机种子" in shown
        assert "同样的走访" in client.get(made.url, {"again": "1"}).content.decode()
        recheck = Recheck.objects.get(visit__household=household)
        page = client.get(recheck.get_absolute_url()).content.decode()
        assert "138****5678" in page
        assert "13812345678" not in page
        assert f"reveal/grids.household/{household.pk}/phone" in page
        done = client.post(recheck.get_absolute_url(), {"outcome": "differs", "note": "电话换了"}, follow=True)
        page = done.content.decode()
        assert reverse("visits:follow_up", args=[household.pk]) in page
        assert reverse("visits:record_household", args=[household.pk]) in page
        sent = {"due_on": clock.today().isoformat(), "reason": "电话换了，当面核对"}
        client.post(reverse("visits:follow_up", args=[household.pk]), sent)
        assert Target.objects.get(kind="follow_up").why == ["电话换了，当面核对"]

    def test_an_own_visit_has_no_form(self, client, homes, campaign, office):
        visited(homes[0], office)
        recheck = actions.draw_sample(campaign, size=1, by=office).rechecks.get()
        client.force_login(office)
        page = client.get(recheck.get_absolute_url()).content.decode()
        assert "换一位同事" in page
        assert 'name="outcome"' not in page

    def test_a_talk_from_the_page(self, client, homes, campaign, leader, office):
        for number, home in enumerate(homes):
            visited(home, leader, ago=EARLIER - timedelta(seconds=number))
        client.force_login(office)
        page = client.get(reverse("visits:supervision")).content.decode()
        assert "或许是补录的，问一问就清楚了" in page
        (one,) = odd_visits(campaign, by=office)
        told = {"about": one.about, "visits_hash": one.visits_hash, "said": ""}
        assert "谈了什么" in client.post(reverse("visits:talk", args=[campaign.pk]), told).content.decode()
        done = client.post(reverse("visits:talk", args=[campaign.pk]), told | {"said": "晚上补录的"}, follow=True)
        page = done.content.decode()
        assert "没有看着特别的记录" in page
        assert "晚上补录的" in page

    def test_special_visits_are_counted_before_the_button(self, client, homes, campaign, office, grid):
        elsewhere = household_in(grid)
        for home in (homes[0], homes[1], elsewhere):
            in_care(home, category="living_alone")
        client.force_login(office)
        address = reverse("visits:special")
        sent = {"building": "", "category": "living_alone", "due_on": clock.today().isoformat(), "reason": "看取暖"}
        assert "请选一幢楼" in client.post(address, sent | {"category": ""}).content.decode()
        page = client.post(address, sent).content.decode()
        assert "<b>3</b>" in page
        assert 'name="counted" value="3"' in page
        assert not Target.objects.filter(kind="special").exists()
        CareTag.objects.filter(household=elsewhere).update(ends_on=clock.today() - timedelta(days=1))
        page = client.post(address, sent | {"counted": "3", "arrange": "1"}).content.decode()
        assert "<b>2</b>" in page
        client.post(address, sent | {"counted": "2", "arrange": "1"})
        assert Target.objects.filter(kind="special").count() == 2
        page = client.post(address, sent | {"building": str(homes[0].building_id), "category": ""}).content.decode()
        assert "<b>10</b>" in page
        assert "<b>2</b>" in page

    def test_the_leader_sees_only_the_own_grid(self, client, grid, homes, campaign, leader):
        other = in_care(household_in(GridFactory(community=grid.community)), category="living_alone")
        client.force_login(leader)
        page = client.get(reverse("visits:special")).content.decode()
        assert other.household.building.label not in page
        sent = {"building": "", "category": "living_alone", "due_on": clock.today().isoformat(), "reason": "看取暖"}
        assert "<b>0</b>" in client.post(reverse("visits:special"), sent).content.decode()
