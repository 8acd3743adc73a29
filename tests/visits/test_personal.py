"""What the supervision of a round, cards and late reports keep about a person: given, erased, and forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community import retention
from community.roles import Role
from core import clock
from core.fields import plain_of
from grids.models import Resident
from tests.factories import appoint, household_in, report_of
from tests.visits.phone import Phone, picture
from visits import actions, personal
from visits.models import Card, LatePhoto, LateReport, Recheck, Talk, Target

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=366)


@pytest.fixture
def me(household):
    user = appoint(Role.RESIDENT, household)
    user.appointments.update(resident=household.head)
    return user


@pytest.fixture
def other(household):
    return Resident.objects.exclude(pk=household.head_id).get()


def rows(user, slug):
    return next(part.rows for part in personal.sections(user) if part.slug == slug)


@pytest.fixture
def recheck(household, target, leader, office):
    with clock.at(clock.now() - timedelta(minutes=5)):
        actions.record_visit(household, by=leader, report=report_of(household), target=target)
    return actions.draw_sample(target.campaign, size=1, by=office).rechecks.get()


class TestRecheck:
    def called(self, recheck, office, note):
        return actions.record_recheck(recheck, outcome="differs", note=note, by=office)

    def test_the_household_reads_what_it_said(self, recheck, office, me, grid):
        assert rows(me, "rechecks") == []
        self.called(recheck, office, "说电话换了")
        (row,) = rows(me, "rechecks")
        assert (row["by"], row["note"], row["outcome"]) == (office.name, "说电话换了", "有出入")
        assert rows(appoint(Role.RESIDENT, household_in(grid)), "rechecks") == []

    def test_of_a_shared_home_only_what_names_the_person_goes(self, recheck, office, household, other):
        self.called(recheck, office, "说李大明搬走了")
        before = [one.number for one in personal.goes(household.head)]
        personal.erase(household.head, office)
        assert Recheck.objects.get().note
        assert sum(one.number for one in personal.goes(other)) == sum(before) + 1
        personal.erase(other, office)
        assert Recheck.objects.get().note == ""
        assert Recheck.objects.get().outcome == "differs"

    def test_of_a_home_of_ones_own_all_goes(self, recheck, office, household, other):
        self.called(recheck, office, "说电话换了")
        other.memberships.update(ends_on=clock.today() - timedelta(days=1))
        personal.erase(household.head, office)
        assert Recheck.objects.get().note == ""


class TestTalk:
    @pytest.fixture
    def talk(self, campaign, leader, office, household, me):
        appoint(Role.RESIDENT, household, user=leader)
        leader.appointments.filter(role=Role.RESIDENT).update(resident=household.head)
        return Talk.objects.create(
            community=campaign.community,
            campaign=campaign,
            walker=leader,
            about="fast",
            visits_hash="0" * 64,
            said="晚上一起补录的",
            by=office,
        )

    def test_stays_while_the_round_is_walked_and_goes_after_it(self, talk, campaign, household, office):
        assert "次就走访谈过的话" in [one.words for one in personal.stays(household.head) if one.number]
        personal.erase(household.head, office)
        talk.refresh_from_db()
        assert talk.said
        actions.close_campaign(campaign, by=office, explanation="没走完")
        assert "次就走访谈过的话" in [one.words for one in personal.goes(household.head) if one.number]
        personal.erase(household.head, office)
        talk.refresh_from_db()
        assert talk.said == ""


class TestCard:
    @pytest.fixture
    def card(self, target, household, leader):
        for _time in range(2):
            actions.record_visit(household, by=leader, report=report_of(household, outcome="absent"), target=target)
        return actions.issue_card(Target.objects.get(pk=target.pk), by=leader)[0]

    def test_the_household_reads_when_it_was_left_and_answered(self, card, leader, me):
        (row,) = rows(me, "cards")
        assert (row["by"], row["answered"]) == (leader.name, None)
        actions.answer_card(card, answers={}, seen={})
        assert rows(me, "cards")[0]["answered"] is not None

    @pytest.mark.parametrize("field", ["void_at", "expires_at"])
    def test_goes_a_year_after_its_end(self, card, grid, field):
        Card.objects.update(**{field: clock.now() - timedelta(days=364)})
        assert retention.due(grid.community)["cards"] == 0
        Card.objects.update(**{field: clock.now() - LONG_AGO})
        assert retention.due(grid.community)["cards"] == 1
        retention.run([grid.community])
        assert not Card.objects.exists()

    def test_an_answered_one_goes_a_year_after_the_answer(self, card, grid):
        visit = actions.answer_card(card, answers={}, seen={})
        type(visit).objects.filter(pk=visit.pk).update(received_at=clock.now() - LONG_AGO)
        retention.run([grid.community])
        assert not Card.objects.exists()
        visit.refresh_from_db()


class TestLate:
    @pytest.fixture
    def steward(self, household):
        return appoint(Role.BUILDING_STEWARD, household.building)

    @pytest.fixture
    def late(self, target, household, other, leader, steward):
        phone = Phone(leader)
        door = phone.door(household)
        actions.hand_over(Target.objects.filter(pk=target.pk), to=steward, by=leader)
        changed = {
            f"r-{resident.pk.hex}-phone{end}": value
            for resident, number in ((household.head, "13700000001"), (other, "13700000002"))
            for end, value in (("", "changed"), ("-new", number))
        }
        record = phone.record(door, photos=(picture(),), note="身体还好", **changed)
        assert phone.send(record).status_code == 201
        assert phone.send_photo(record, picture()).status_code == 201
        return LateReport.objects.get()

    def test_the_household_reads_what_was_written_of_others_masked(self, late, me, leader):
        (row,) = rows(me, "late_reports")
        assert (row["by"], row["state"]) == (leader.name, "等待核对")
        assert "身体还好" in row["written"]
        assert "13700000001" in row["written"]
        assert "13700000002" not in row["written"]

    def test_what_waits_stays(self, late, household, steward):
        assert "次还没有核对的迟到的走访" in [one.words for one in personal.stays(household.head) if one.number]
        personal.erase(household.head, steward)
        late.refresh_from_db()
        assert str(plain_of(late.sent))

    def test_what_was_declined_goes_in_time(self, late, grid, steward):
        actions.decline_late(late, by=steward, answer="昨天去过了")
        assert retention.run([grid.community])[grid.community.code]["late_reports"] == 0
        LateReport.objects.update(decided_at=clock.now() - LONG_AGO)
        assert retention.due(grid.community)["late_reports"] == 1
        assert retention.run([grid.community])[grid.community.code]["late_reports"] == 1
        late.refresh_from_db()
        assert (str(plain_of(late.sent)), late.answer) == ("", "昨天去过了")
        assert not LatePhoto.objects.exists()
        assert retention.due(grid.community)["late_reports"] == 0

    def test_what_waits_is_not_forgotten(self, late, grid):
        LateReport.objects.update(received_at=clock.now() - LONG_AGO)
        assert retention.due(grid.community)["late_reports"] == 0
