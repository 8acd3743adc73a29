"""Pairings: who may look after whom, how one follows another, what the pages do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids import actions
from grids.models import Pairing
from tests.factories import (
    GridFactory,
    MembershipFactory,
    ResidentFactory,
    appoint,
    household_in,
    in_care,
    neighbour_of,
    party_member_in,
    resident_of,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def household():
    household = household_in(GridFactory())
    MembershipFactory(household=household, resident__is_party_member=True)
    in_care(household)
    return household


@pytest.fixture
def leader(household, client):
    leader = appoint(Role.GRID_LEADER, household.building.grid)
    client.force_login(leader)
    return leader


@pytest.fixture
def steward(household):
    return appoint(Role.BUILDING_STEWARD, household.building)


@pytest.fixture
def member(household):
    return party_member_in(household.building)


def earlier(household, person, *, days=10, kind="steward", by):
    with clock.at(NOW - timedelta(days=days)):
        return actions.pair(household, kind=kind, person=person, by=by)


class TestWhoFits:
    def test_the_steward_of_the_building(self, household, leader, steward):
        pairing = actions.pair(household, kind="steward", person=steward, by=leader)
        assert (pairing.person, pairing.starts_on, pairing.ends_on) == (steward.name, TODAY, None)
        event = AuditEvent.objects.get(verb="paired")
        assert event.changes == {"steward": [None, steward.name]}
        assert event.household_id == household.pk
        assert str(household) in Notice.objects.get(user=steward, kind="paired").text

    @pytest.mark.parametrize("who", ["nobody", "next door", "not any more", "not yet", "leader"])
    def test_no_other_steward(self, household, leader, who):
        people = {
            "nobody": lambda: appoint(Role.RED_STEWARD, household.community),
            "next door": lambda: appoint(Role.BUILDING_STEWARD, household_in(household.building.grid).building),
            "not any more": lambda: appoint(Role.BUILDING_STEWARD, household.building, ends_on=YESTERDAY),
            "not yet": lambda: appoint_from(household.building, TODAY + timedelta(days=1)),
            "leader": lambda: leader,
        }
        with pytest.raises(Refused, match="不是这幢楼现任的楼栋管家"):
            actions.pair(household, kind="steward", person=people[who](), by=leader)
        assert not Pairing.objects.exists()
        assert not AuditEvent.objects.filter(verb="paired").exists()

    def test_a_party_member_of_the_building(self, household, leader, member):
        actions.pair(household, kind="party_member", person=member, by=leader)
        assert Pairing.objects.holding().get().member == member

    @pytest.mark.parametrize(
        "who", ["not in the party", "of the household", "died", "moved", "elsewhere", "second home"]
    )
    def test_nobody_else(self, household, leader, who):
        def changed(**fields):
            return party_member_in(household.building, **fields)

        def lives(**fields):
            resident = ResidentFactory(community=household.community, is_party_member=True)
            MembershipFactory(household=fields.pop("household", neighbour_of(household)), resident=resident, **fields)
            return resident

        people = {
            "not in the party": lambda: lives_without_party(household),
            "of the household": lambda: household.memberships.get().resident,
            "died": lambda: changed(deceased_on=TODAY),
            "moved": lambda: lives(ends_on=YESTERDAY),
            "elsewhere": lambda: lives(household=household_in(household.building.grid)),
            "second home": lambda: lives(is_primary=False),
        }
        with pytest.raises(Refused, match="不能结对"):
            actions.pair(household, kind="party_member", person=people[who](), by=leader)

    def test_only_who_is_cared_for_is_paired(self, household, leader, steward):
        with pytest.raises(Refused, match="没有关爱标签"):
            actions.pair(neighbour_of(household), kind="steward", person=steward, by=leader)


def all_of(households, person):
    return [(household, person) for household in households]


def appoint_from(building, day):
    user = appoint(Role.BUILDING_STEWARD, building)
    user.appointments.update(starts_on=day)
    return user


def lives_without_party(household):
    return MembershipFactory(household=neighbour_of(household), resident__is_party_member=None).resident


class TestOneAfterAnother:
    def test_the_one_before_ends_the_day_before_with_the_reason(self, household, leader, steward):
        old = earlier(household, steward, by=leader)
        other = appoint(Role.BUILDING_STEWARD, household.building)
        new = actions.pair(household, kind="steward", person=other, by=leader, reason="王师傅住院")
        old.refresh_from_db()
        assert (old.ends_on, old.end_reason) == (YESTERDAY, "王师傅住院")
        assert (new.starts_on, new.ends_on) == (TODAY, None)
        assert AuditEvent.objects.get(verb="pairing_ended").reason == "王师傅住院"
        assert AuditEvent.objects.filter(verb="paired").first().changes == {"steward": [steward.name, other.name]}

    def test_the_one_of_the_same_day_is_replaced(self, household, leader, steward):
        earlier(household, steward, days=0, by=leader)
        other = appoint(Role.BUILDING_STEWARD, household.building)
        new = actions.pair(household, kind="steward", person=other, by=leader)
        assert Pairing.objects.get() == new

    def test_the_same_person_again_changes_nothing(self, household, leader, steward):
        old = earlier(household, steward, by=leader)
        assert actions.pair(household, kind="steward", person=steward, by=leader) == old
        assert Pairing.objects.count() == 1

    def test_a_pairing_ends_with_a_reason(self, household, leader, steward):
        pairing = actions.end_pairing(earlier(household, steward, by=leader), by=leader, reason="身体不好")
        assert pairing.ends_on == YESTERDAY
        with pytest.raises(Refused, match="已经结束"):
            actions.end_pairing(pairing, by=leader, reason="再来一次")

    def test_both_kinds_stand_beside_each_other(self, household, leader, steward, member):
        actions.pair(household, kind="steward", person=steward, by=leader)
        actions.pair(household, kind="party_member", person=member, by=leader)
        assert Pairing.objects.holding().count() == 2

    def test_several_households_at_once_or_none(self, household, leader, steward):
        others = [neighbour_of(household) for _ in range(3)]
        with pytest.raises(Refused, match="没有关爱标签"):
            actions.pair_all(all_of([household, *others], steward), kind="steward", by=leader)
        assert not Pairing.objects.exists()
        for other in others:
            in_care(other)
        assert len(actions.pair_all(all_of([household, *others], steward), kind="steward", by=leader)) == 4
        assert Notice.objects.filter(user=steward, kind="paired").count() == 1

    def test_many_cost_no_more_than_one(self, household, leader, steward, django_assert_max_num_queries):
        with django_assert_max_num_queries(30) as few:
            actions.pair(household, kind="steward", person=steward, by=leader)
        others = [neighbour_of(household) for _ in range(30)]
        for other in others:
            in_care(other)
        with django_assert_max_num_queries(len(few)):
            actions.pair_all(all_of(others, steward), kind="steward", by=leader)


class TestTwoAtOnce:
    def test_the_second_is_told_whom_the_first_chose(self, household, leader, steward):
        other = appoint(Role.BUILDING_STEWARD, household.building)
        actions.pair(household, kind="steward", person=other, by=leader, seen="")
        with pytest.raises(Refused, match=other.name):
            actions.pair(household, kind="steward", person=steward, by=leader, seen="")
        actions.end_pairing(Pairing.objects.get(), by=leader, reason="弄错了")
        with pytest.raises(Refused, match="刚刚有人结束了"):
            actions.pair(household, kind="steward", person=steward, by=leader, seen=str(other.pk))

    @pytest.mark.django_db(transaction=True)
    def test_a_race_leaves_one_and_a_sentence(self, household, leader, steward):
        people = [steward, appoint(Role.BUILDING_STEWARD, household.building)]
        start, said = Barrier(2), []

        def take(person):
            try:
                start.wait()
                with clock.at(NOW):
                    actions.pair(household, kind="steward", person=person, by=leader, seen="")
            except Refused as refusal:
                said.append(str(refusal))
            finally:
                connection.close()

        threads = [Thread(target=take, args=[person]) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Pairing.objects.filter(ends_on__isnull=True).count() == 1
        assert len(said) == 1
        assert "刚刚有人" in said[0]


class TestPages:
    def test_a_choice_of_all_who_fit(self, household, leader, steward, member, client):
        url = reverse("grids:pair", args=[household.pk, "party_member"])
        page = client.get(url).text
        assert member.name in page
        assert steward.name not in page
        answer = client.post(url, {"person": str(member.pk), "seen": ""})
        assert answer.url == household.get_absolute_url()
        assert Pairing.objects.get().member == member
        assert client.get(reverse("grids:pair", args=[household.pk, "friend"])).status_code == 404

    def test_a_stale_choice_is_told_and_can_be_made_again(self, household, leader, steward, client):
        other = appoint(Role.BUILDING_STEWARD, household.building)
        actions.pair(household, kind="steward", person=other, by=leader)
        url = reverse("grids:pair", args=[household.pk, "steward"])
        answer = client.post(url, {"person": str(steward.pk), "seen": ""})
        assert f"刚刚有人让{other.name}" in answer.text
        again = {"person": str(steward.pk), "seen": answer.context["form"]["seen"].value(), "reason": ""}
        assert client.post(url, again).status_code == 302
        assert Pairing.objects.current().get().steward == steward

    def test_who_does_not_fit_any_more_is_not_taken(self, household, leader, steward, client):
        steward.appointments.update(ends_on=YESTERDAY)
        url = reverse("grids:pair", args=[household.pk, "steward"])
        answer = client.post(url, {"person": str(steward.pk), "seen": ""})
        assert answer.status_code == 200
        assert not Pairing.objects.exists()

    def test_nobody_is_asked_where_nothing_is_needed(self, household, leader, client):
        page = client.get(reverse("grids:pair", args=[neighbour_of(household).pk, "steward"])).text
        assert "不用结对" in page

    def test_one_tap_from_the_list_comes_back_to_it(self, household, leader, steward, client):
        back = reverse("grids:gaps") + "?kind=steward"
        page = client.get(back).text
        assert f'value="{steward.pk}"' in page
        form = {
            "person": str(steward.pk),
            "seen": "",
            "next": back,
            "submission": "6a1f5a34-3f52-4a37-bb3c-6dc8b8a4b0a1",
        }
        url = reverse("grids:pair", args=[household.pk, "steward"])
        assert client.post(url, form).url == back
        assert client.post(url, form).url == back
        assert Pairing.objects.count() == 1
        form = {"person": str(steward.pk), "seen": str(steward.pk), "next": "https://example.org/"}
        assert "example.org" not in client.post(url, form).get("Location", "")

    def test_one_tap_for_a_building(self, household, leader, steward, client):
        second = neighbour_of(household)
        in_care(second)
        url = reverse("grids:pair_building", args=[household.building_id])
        assert "2 户" in client.get(reverse("grids:gaps")).text
        client.post(url, {"person": str(steward.pk)})
        assert Pairing.objects.holding().filter(steward=steward).count() == 2
        assert client.post(url, {"person": str(steward.pk)}).status_code == 302
        assert client.get(url).status_code == 405

    def test_the_end_asks_why(self, household, leader, steward, client):
        pairing = earlier(household, steward, by=leader)
        url = reverse("grids:pairing_end", args=[pairing.pk])
        assert "请写一句原因" in client.post(url, {"reason": ""}).text
        assert client.post(url, {"reason": "搬走了"}).url == f"{household.get_absolute_url()}#care"
        assert not Pairing.objects.current().exists()

    def test_the_household_page_says_who_and_what_is_missing(self, household, leader, steward, client):
        actions.pair(household, kind="steward", person=steward, by=leader)
        page = client.get(household.get_absolute_url()).text
        assert steward.name in page
        assert "还没有人结对" in page
        client.force_login(steward)
        page = client.get(household.get_absolute_url()).text
        assert steward.name in page
        assert reverse("grids:pair", args=[household.pk, "steward"]) not in page

    def test_the_steward_sees_the_own_households(self, household, leader, steward, client):
        actions.pair(household, kind="steward", person=steward, by=leader)
        in_care(neighbour_of(household))
        client.force_login(steward)
        answer = client.get(reverse("grids:my_pairings"))
        assert [one.household for one in answer.context["page"].rows] == [household]
        assert client.get(reverse("grids:my_pairings"), {"format": "xlsx"}).status_code == 200
        actions.end_care(household.care_tags.get(), by=leader, reason="好了")
        assert not client.get(reverse("grids:my_pairings")).context["page"].rows

    def test_a_resident_sees_who_looks_after_the_own_home(self, household, leader, steward, member, client):
        client.force_login(resident_of(household))
        assert "谁在照看您家" not in client.get(reverse("grids:mine")).text
        actions.pair(household, kind="steward", person=steward, by=leader)
        actions.pair(household, kind="party_member", person=member, by=leader)
        page = client.get(reverse("grids:mine")).text
        assert steward.name in page
        assert member.name in page
        member.is_party_member = False
        member.save()
        (home,) = client.get(reverse("grids:mine")).context["homes"]
        assert [one.steward for one in home.household.carers] == [steward]
