"""Gaps are computed, never stored: whoever leaves, the gap is there the same day, and nothing was written for it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community import actions as people
from community import today
from community.models import Appointment, AuditEvent
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.spreadsheets import read_sheets
from core.terms import holds
from grids import actions
from grids.care import gaps
from grids.care.board import board_of
from grids.care.candidates import AT_MOST, Candidates
from grids.care.gaps import Reason
from grids.care.reasons import explain
from grids.care.tally import tallies
from grids.models import CareTag, Membership, Pairing, Resident
from tests.care import counted_from
from tests.factories import (
    BuildingFactory,
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    UserFactory,
    appoint,
    household_in,
    in_care,
    neighbour_of,
    party_member_in,
)

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def on(day: int):
    """The clock, so many days after the start."""
    return clock.at(START + day * DAY)


def the(day: int) -> date:
    return START.date() + day * DAY


def found(household=None):
    """Every gap there is now, {kind: gap} of a household or {(household, kind): gap}."""
    every = explain(gaps.look(CareTag.objects.unscoped(reason="test")))
    if household is None:
        return {(gap.home.pk, gap.kind): gap for gap in every}
    return {gap.kind: gap for gap in every if gap.home.pk == household.pk}


@pytest.fixture
def household(db):
    household = household_in(GridFactory())
    MembershipFactory(household=household)
    in_care(household, starts_on=the(0))
    return household


@pytest.fixture
def secretary(household):
    return appoint(Role.SECRETARY, household.community)


@pytest.fixture
def steward(household):
    return appoint(Role.BUILDING_STEWARD, household.building)


@pytest.fixture
def member(household):
    return party_member_in(household.building)


@pytest.fixture
def paired(household, steward, member, secretary):
    """Both on day 0, so that nothing is lacking."""
    with on(0):
        actions.pair(household, kind="steward", person=steward, by=secretary)
        actions.pair(household, kind="party_member", person=member, by=secretary)
        assert found() == {}
    return household


class TestTheSameDay:
    """Each test writes what happens to the person, and nothing about the pairing."""

    @pytest.fixture(autouse=True)
    def _nothing_is_written(self, paired):
        before = list(Pairing.objects.order_by("pk").values())
        yield
        assert list(Pairing.objects.order_by("pk").values()) == before

    def test_an_appointment_ends(self, household, steward, secretary):
        held = Appointment.objects.get(user=steward)
        with on(3):
            people.end_appointment(held, last_day=the(9), reason="换届", by=secretary)
        with on(9):
            assert found() == {}
        with on(10):
            gap = found(household)["steward"]
            assert (gap.reason, gap.since) == (Reason.DUTY_ENDED, the(10))
            assert gap.words == f"{steward.name}不再是楼栋管家"
        with on(30):
            assert found(household)["steward"].since == the(10)

    def test_an_appointment_that_comes_back_closes_it(self, household, steward, secretary):
        Appointment.objects.filter(user=steward).update(ends_on=the(4))
        with on(5):
            assert found(household)["steward"].reason == Reason.DUTY_ENDED
        with on(8):
            people.appoint(steward, role=Role.BUILDING_STEWARD, place=household.building, by=secretary)
            assert found() == {}

    def test_a_steward_goes_to_another_building(self, household, steward, secretary):
        Appointment.objects.filter(user=steward).update(ends_on=the(4))
        with on(5):
            other = BuildingFactory(grid=household.building.grid)
            people.appoint(steward, role=Role.BUILDING_STEWARD, place=other, by=secretary)
            gap = found(household)["steward"]
            assert (gap.reason, gap.since) == (Reason.OTHER_BUILDING, the(5))

    def test_a_party_member_moves_out(self, household, member, secretary):
        home = Membership.objects.get(resident=member).household
        with on(6):
            actions.move_out(home, by=secretary, day=the(6), residents=[member])
            gap = found(household)["party_member"]
            assert (gap.reason, gap.since, gap.words) == (Reason.MOVED_AWAY, the(6), f"{member.name}搬走了")

    def test_a_party_member_dies(self, household, member, secretary):
        home = Membership.objects.get(resident=member).household
        with on(6):
            actions.died(member, household=home, by=secretary, day=the(6))
            gap = found(household)["party_member"]
            assert (gap.reason, gap.since) == (Reason.DIED, the(6))

    def test_a_party_member_is_one_no_longer(self, household, member, secretary):
        home = Membership.objects.get(resident=member).household
        with on(6):
            actions.change_resident(member, household=home, by=secretary, is_party_member=False)
        with on(9):
            gap = found(household)["party_member"]
            assert (gap.reason, gap.since) == (Reason.NOT_IN_PARTY, the(6))

    def test_a_day_that_nobody_wrote_down_is_not_made_up(self, household, member):
        Resident.objects.filter(pk=member.pk).update(is_party_member=None)
        with on(9):
            gap = found(household)["party_member"]
            assert (gap.reason, gap.since) == (Reason.NOT_IN_PARTY, None)

    def test_a_party_member_comes_to_live_with_them(self, household, member, secretary):
        home = Membership.objects.get(resident=member).household
        with on(6):
            actions.move_within(
                home, to=household, by=secretary, day=the(6), residents=[member], relations_there={member.pk: "97"}
            )
            gap = found(household)["party_member"]
            assert (gap.reason, gap.since) == (Reason.SAME_HOME, the(6))

    def test_a_party_member_moves_within_the_building_and_stays(self, household, member, secretary):
        home = Membership.objects.get(resident=member).household
        with on(6):
            actions.move_within(
                home,
                to=neighbour_of(household),
                by=secretary,
                day=the(6),
                residents=[member],
                relations_there={member.pk: "97"},
            )
            assert found() == {}

    def test_the_household_is_in_another_building(self, household):
        household.building = BuildingFactory(grid=household.building.grid)
        household.save()
        with on(6):
            assert {gap.reason for gap in found(household).values()} == {Reason.HOME_MOVED}

    def test_who_is_cared_for_moves_and_has_nobody_there(self, household, secretary):
        person = Membership.objects.get(household=household).resident
        CareTag.objects.update(resident=person)
        there = household_in(household.building.grid)
        MembershipFactory(household=there)
        with on(6):
            Membership.objects.filter(resident=person).update(ends_on=the(5))
            MembershipFactory(household=there, resident=person, starts_on=the(6))
            Membership.objects.filter(household=there).update(starts_on=the(6))
            CareTag.objects.update(household=there)
            assert found(household) == {}
            gap = found(there)["steward"]
            assert (gap.reason, gap.since) == (Reason.HOME_MOVED, the(6))


def test_nobody_from_the_day_that_care_began(household):
    with on(5):
        assert {(gap.kind, gap.reason, gap.since) for gap in found().values()} == {
            ("steward", Reason.NOBODY, the(0)),
            ("party_member", Reason.NOBODY, the(0)),
        }


def test_a_pairing_that_ended_has_not_been_followed(paired, household, secretary):
    with on(7):
        actions.end_pairing(Pairing.objects.get(kind="steward"), by=secretary, reason="身体不好")
        gap = found(household)["steward"]
        assert (gap.reason, gap.since) == (Reason.ENDED, the(7))


def test_the_age_of_a_gap_is_not_made_younger_by_ending_what_did_not_hold(paired, household, steward, secretary):
    Appointment.objects.filter(user=steward).update(ends_on=the(4))
    with on(9):
        actions.end_pairing(Pairing.objects.get(kind="steward"), by=secretary, reason="任命早结束了")
        assert found(household)["steward"].since == the(5)


def test_nobody_is_missed_where_nobody_is_cared_for(paired, household, secretary):
    with on(5):
        actions.end_care(CareTag.objects.get(), by=secretary, reason="好了")
        assert found() == {}
        in_care(neighbour_of(household, left_on=the(1)))
        assert found() == {}


class TestWhoCouldTakeIt:
    def test_the_stewards_and_party_members_of_the_building_fewest_first(self, household, steward, member, secretary):
        second = party_member_in(household.building, name="钱少")
        own = MembershipFactory(household=household, resident__is_party_member=True).resident
        party_member_in(household_in(household.building.grid).building)
        other = neighbour_of(household)
        in_care(other)
        with on(1):
            actions.pair(other, kind="party_member", person=member, by=secretary)
            looked = gaps.look(CareTag.objects.unscoped(reason="test"))
            home = next(home for home in looked.homes if home.pk == household.pk)
            people = Candidates(looked.homes)
            assert [one.person for one in people.of(home, "steward")] == [steward]
            assert [(one.person, one.pairings) for one in people.of(home, "party_member")] == [(second, 0), (member, 1)]
            theirs = next(home for home in looked.homes if home.pk == other.pk)
            assert own in {one.person for one in people.of(theirs, "party_member")}

    def test_a_list_offers_a_few(self, household, client):
        client.force_login(appoint(Role.GRID_LEADER, household.building.grid))
        for _ in range(AT_MOST + 2):
            party_member_in(household.building)
        with on(1):
            page = client.get(reverse("grids:gaps"), {"kind": "party_member"}).context["page"]
        (row,) = page.blocks[0].rows
        assert row.best is not None
        assert (1 + len(row.others), row.more) == (AT_MOST, True)


class TestThePages:
    @pytest.fixture
    def leader(self, household, client):
        leader = appoint(Role.GRID_LEADER, household.building.grid)
        client.force_login(leader)
        return leader

    def test_today_says_so_the_same_day(self, paired, household, steward, leader, client):
        Appointment.objects.filter(user=steward).update(ends_on=the(4))
        with on(4):
            assert not [ask for ask in today.gather(leader) if "结对" in ask.title]
        with on(5):
            (ask,) = [ask for ask in today.gather(leader) if "结对" in ask.title]
            assert household.building.label in ask.title
            assert ask.detail == "缺楼栋管家 1 户"
            assert household.dwelling.label in client.get(ask.url).text

    def test_today_is_one_line_for_the_office(self, household, secretary):
        in_care(household_in(household.building.grid))
        with on(5):
            (ask,) = [ask for ask in today.gather(secretary) if "结对" in ask.title]
        assert "2 户" in ask.title
        assert "2 幢楼" in ask.detail

    def test_the_list_is_filtered_sorted_and_a_spreadsheet(self, paired, household, steward, leader, client):
        Appointment.objects.filter(user=steward).update(ends_on=the(4))
        second = household_in(household.building.grid)
        in_care(second, starts_on=the(2))
        elsewhere = household_in(GridFactory(community=household.community))
        in_care(elsewhere)

        def listed(**query):
            page = client.get(reverse("grids:gaps"), query).context["page"]
            return [(gap.home.pk, gap.kind) for gap in page.found]

        with on(6):
            mine, theirs = (household.pk, "steward"), [(second.pk, "steward"), (second.pk, "party_member")]
            assert set(listed()) == {mine, *theirs}
            assert set(listed(building=second.building_id)) == set(theirs)
            assert listed(reason="duty_ended") == [mine]
            assert listed(kind="party_member") == theirs[1:]
            assert listed(sort="since")[-1] == mine
            assert set(listed(building="x")) == {mine, *theirs}
            content = client.get(reverse("grids:gaps"), {"format": "xlsx", "reason": "duty_ended"}).content
        (sheet,) = read_sheets(content, "空缺.xlsx")
        assert len(sheet.rows) == 2
        assert f"{steward.name}不再是楼栋管家" in sheet.rows[1]

    def test_the_board_counts_every_building(self, paired, household, steward, leader, client):
        second = household_in(household.building.grid)
        in_care(second)
        third = neighbour_of(household)
        in_care(third)
        with on(1):
            actions.pair(third, kind="steward", person=steward, by=leader)
            board = client.get(reverse("grids:care_board")).context["board"]
            content = client.get(reverse("grids:care_board"), {"format": "xlsx"}).content
        facts = {line.label: (line.homes, line.steward, line.member, line.both, line.gaps) for line in board.lines}
        assert facts == {household.building.label: (2, 2, 1, 1, 1), second.building.label: (1, 0, 0, 0, 1)}
        assert (board.total.homes, board.total.both, board.total.gaps) == (3, 1, 2)
        (sheet,) = read_sheets(content, "一览.xlsx")
        assert sheet.rows[-1][2:] == [3, 2, 1, 1, 2]

    def test_a_grid_is_drawn_where_there_are_many_buildings(self, household, secretary, client):
        for _ in range(13):
            in_care(household_in(household.building.grid))
        client.force_login(secretary)
        with on(1):
            board = client.get(reverse("grids:care_board")).context["board"]
        assert len(board.lines) == 14
        assert [row[0] for row in board.chart.rows] == [household.building.grid.name]

    @pytest.mark.parametrize("name", ["gaps", "care_board", "my_pairings", "pair"])
    def test_the_number_of_queries_does_not_grow(
        self, name, paired, household, steward, leader, secretary, client, django_assert_max_num_queries
    ):
        if name == "my_pairings":
            client.force_login(steward)
        url = reverse(f"grids:{name}", args=[household.pk, "steward"] if name == "pair" else [])
        gone = neighbour_of(household)
        in_care(gone)
        with on(1):
            actions.pair(gone, kind="party_member", person=party_member_in(household.building), by=secretary)
            actions.pair(gone, kind="steward", person=steward, by=secretary)
        Resident.objects.filter(is_party_member=True).update(is_party_member=False)
        party_member_in(household.building)
        with on(2), django_assert_max_num_queries(12) as few:
            assert client.get(url).status_code == 200
        for _ in range(30):
            in_care(neighbour_of(household))
            party_member_in(household.building)
            in_care(household_in(household.building.grid))
        with on(2), django_assert_max_num_queries(len(few)):
            assert client.get(url).status_code == 200

    def test_other_communities_are_never_read(self, paired, household, leader, client):
        """Every query of the list names the community, so that it costs the same beside 860 others."""
        with on(1), CaptureQueriesContext(connection) as asked:
            client.get(reverse("grids:gaps"))
        of_care = [one["sql"] for one in asked if '"grids_' in one["sql"].split("WHERE")[0]]
        assert of_care
        wanted = f'"community_id" IN ({household.community_id})'
        assert all(wanted in sql or wanted.replace("IN (", "= ").rstrip(")") in sql for sql in of_care)


@pytest.mark.long
class TestAgainstTheDefinition(TestCase):
    """Whatever is appointed, ended, moved, paired: the list is what the definition says, read row by row."""

    KINDS = ("steward", "party_member")

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_any_sequence(self, data):
        world = World()
        for day in range(data.draw(st.integers(2, 14), label="days")):
            with on(day):
                for _ in range(data.draw(st.integers(0, 3))):
                    getattr(world, data.draw(st.sampled_from(World.STEPS)))(data)
                self.compare(world, the(day))

    def compare(self, world, day):
        rows = world.read()
        listed = found()
        assert set(listed) == {(home, kind) for home, kind in rows.ties() if rows.is_gap(home, kind, day)}
        for (home, kind), gap in listed.items():
            if not rows.is_odd(home, kind):
                first = day
                while first > rows.cared_since(home, day) and rows.is_gap(home, kind, first - DAY):
                    first -= DAY
                assert gap.since == first, (gap, first)
        looked = gaps.look(CareTag.objects.unscoped(reason="test"))
        total = board_of(looked).total
        homes = {home for home, _kind in rows.ties() if rows.is_cared_for(home, day)}
        whole = {home for home in homes if not any(rows.is_gap(home, kind, day) for kind in self.KINDS)}
        assert (total.homes, total.both) == (len(homes), len(whole))
        assert tallies(CareTag.objects.unscoped(reason="test")) == counted_from(looked)
        people = Candidates(looked.homes)
        for home in looked.homes:
            for kind in self.KINDS:
                assert {one.key for one in people.of(home, kind)} == rows.who_fits(home.pk, kind, day)


class World:
    """Two buildings, two households in care, two stewards, three Party members; what can happen to them."""

    STEPS = ("appoint", "end", "move", "die", "join_party", "pair", "pair", "unpair", "care", "uncare", "relocate")

    def __init__(self) -> None:
        grid = GridFactory()
        self.buildings = [BuildingFactory(grid=grid) for _ in range(2)]
        self.doors = [
            HouseholdFactory(dwelling__unit__building=building) for building in self.buildings for _ in range(2)
        ]
        self.homes = [self.doors[0], self.doors[2]]
        for home in self.homes:
            in_care(home, starts_on=the(0))
            MembershipFactory(household=home)
        self.by = appoint(Role.SECRETARY, grid.community)
        self.stewards = [UserFactory() for _ in range(2)]
        self.members = [ResidentFactory(community=grid.community, is_party_member=True) for _ in range(3)]
        for number, member in enumerate(self.members):
            MembershipFactory(household=self.doors[number + 1], resident=member, starts_on=the(0))

    def appoint(self, data) -> None:
        place, user = data.draw(st.sampled_from(self.buildings)), data.draw(st.sampled_from(self.stewards))
        with suppress(Refused):
            people.appoint(user, role=Role.BUILDING_STEWARD, place=place, by=None)

    def end(self, data) -> None:
        held = Appointment.objects.filter(role=Role.BUILDING_STEWARD, ends_on__isnull=True).order_by("pk")
        if held:
            one = data.draw(st.sampled_from(list(held)))
            one.ends_on = max(clock.today() - DAY * data.draw(st.integers(0, 1)), one.starts_on)
            one.save()

    def move(self, data) -> None:
        """To another door or out of the community, as the moves of the register do it."""
        open_ones = Membership.objects.filter(resident__in=self.members, ends_on__isnull=True).order_by("pk")
        if not open_ones:
            return
        one = data.draw(st.sampled_from(list(open_ones)))
        if one.starts_on < clock.today():
            one.ends_on = clock.today() - DAY
            one.save()
        else:
            one.delete()
        to = data.draw(st.sampled_from([None, *self.doors]))
        if to is not None:
            MembershipFactory(household=to, resident=one.resident, starts_on=clock.today())

    def die(self, data) -> None:
        if data.draw(st.integers(0, 3)) == 0:
            member = data.draw(st.sampled_from(self.members))
            Resident.objects.filter(pk=member.pk, deceased_on__isnull=True).update(deceased_on=clock.today())

    def join_party(self, data) -> None:
        member = data.draw(st.sampled_from(self.members))
        Resident.objects.filter(pk=member.pk).update(
            is_party_member=data.draw(st.sampled_from([True, True, False, None]))
        )

    def pair(self, data) -> None:
        """Taken exactly when the definition says that the person fits."""
        home = data.draw(st.sampled_from(self.homes))
        kind = data.draw(st.sampled_from(TestAgainstTheDefinition.KINDS))
        person = data.draw(st.sampled_from(self.stewards if kind == "steward" else self.members))
        person.refresh_from_db()
        rows = self.read()
        fits = rows.is_cared_for(home.pk, clock.today())
        fits = fits and str(person.pk) in rows.who_fits(home.pk, kind, clock.today())
        try:
            actions.pair(home, kind=kind, person=person, by=self.by)
        except Refused:
            assert not fits
        else:
            assert fits

    def unpair(self, data) -> None:
        rows = Pairing.objects.filter(ends_on__isnull=True).order_by("pk")
        if rows:
            actions.end_pairing(data.draw(st.sampled_from(list(rows))), by=self.by, reason="试")

    def care(self, data) -> None:
        home = data.draw(st.sampled_from(self.homes))
        actions.set_care(home, category="minimum_allowance", by=self.by)

    def uncare(self, data) -> None:
        tags = list(CareTag.objects.filter(ends_on__isnull=True).order_by("pk"))
        if tags and data.draw(st.integers(0, 2)) == 0:
            actions.end_care(data.draw(st.sampled_from(tags)), by=self.by, reason="试")

    def relocate(self, data) -> None:
        if data.draw(st.integers(0, 4)) == 0:
            home = data.draw(st.sampled_from(self.homes))
            home.refresh_from_db()
            home.building = data.draw(st.sampled_from(self.buildings))
            home.save()

    def read(self) -> Rows:
        return Rows()


class Rows:
    """All rows in plain lists, and the definition of a gap in plain loops."""

    def __init__(self) -> None:
        self.tags = list(CareTag.objects.select_related("household"))
        self.pairings = list(Pairing.objects.select_related("household", "member"))
        self.held = list(Appointment.objects.filter(role=Role.BUILDING_STEWARD))
        self.lived = list(Membership.objects.select_related("household", "resident"))
        self.homes = {tag.household_id: tag.household for tag in self.tags}
        self.homes |= {one.household_id: one.household for one in self.pairings}

    def ties(self):
        return [(home, kind) for home in self.homes for kind in TestAgainstTheDefinition.KINDS]

    def is_cared_for(self, home, day):
        return any(tag.household_id == home and holds(tag.starts_on, tag.ends_on, day) for tag in self.tags)

    def cared_since(self, home, day):
        """When the care began that holds today."""
        return min(
            tag.starts_on for tag in self.tags if tag.household_id == home and holds(tag.starts_on, tag.ends_on, day)
        )

    def who_fits(self, home, kind, day):
        building = self.homes[home].building_id if home in self.homes else None
        if kind == "steward":
            return {
                str(one.user_id)
                for one in self.held
                if one.building_id == building and holds(one.starts_on, one.ends_on, day)
            }
        return {
            str(one.resident_id)
            for one in self.lived
            if one.household.building_id == building
            and one.household_id != home
            and one.is_primary
            and holds(one.starts_on, one.ends_on, day)
            and one.resident.is_party_member
            and not (one.resident.deceased_on and one.resident.deceased_on <= day)
        }

    def is_gap(self, home, kind, day):
        fitting = self.who_fits(home, kind, day)
        kept = any(
            one.household_id == home
            and one.kind == kind
            and holds(one.starts_on, one.ends_on, day)
            and one.person_id in fitting
            for one in self.pairings
        )
        return self.is_cared_for(home, day) and not kept

    def is_odd(self, home, kind):
        """Where the register keeps no dates, and since when is not known: who joined or left the Party, a household
        that stands in another building than when it was paired."""
        return any(
            (one.member is not None and not one.member.is_party_member)
            or one.person_id not in self.who_fits(home, kind, one.starts_on)
            for one in self.pairings
            if one.household_id == home and one.kind == kind
        )


def test_what_was_read_stands_nowhere(paired, household, steward):
    """To look at gaps leaves no trace in the record."""
    Appointment.objects.filter(user=steward).update(ends_on=the(4))
    before = AuditEvent.objects.count()
    with on(9):
        assert found(household)
    assert AuditEvent.objects.count() == before
