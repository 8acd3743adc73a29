"""What stewards and the office write down: skills with evidence, times, pauses, who is kept apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from community import audit
from community.actions import appoint as appoint_for
from community.files import path_of
from community.founding import found_community
from community.models import Attachment, AuditEvent, Notice, User
from community.roles import Role
from core import clock
from core.files import Cleaned
from core.refusal import Refused
from grids.actions.journal import Journal
from grids.uniting import repoint
from helpdesk.actions.settings import seen_of
from stewards.members import actions
from stewards.members.actions.office import ABOUT
from stewards.members.blocked import blocked_households, blocked_with
from stewards.members.safety import needs_two
from stewards.members.week import Hours, exact, hours_of, seen, ticked
from stewards.models import (
    Availability,
    AvailabilityException,
    BlockedPair,
    Skill,
    Steward,
    StewardPause,
    StewardSkill,
    TwoTogether,
)
from tests.factories import CommunityFactory, HouseholdFactory, UserFactory, appoint, in_care, small_photo
from tests.stewards.makers import WHY, a_steward, can, skills_of

pytestmark = pytest.mark.django_db
ALONE = StewardSkill.Level.ALONE
TODAY = clock.today


def paper(colour: str = "teal") -> Cleaned:
    photo = small_photo(colour)
    return Cleaned(photo.content, photo.content_type, ".jpg")


def in_days(days: int):
    return TODAY() + timedelta(days=days)


@pytest.fixture
def steward() -> Steward:
    return a_steward(CommunityFactory(), free=False)


@pytest.fixture
def office(steward: Steward) -> User:
    return appoint(Role.COMMUNITY_STAFF, steward.community)


@pytest.fixture
def wiring(steward: Steward) -> Skill:
    return skills_of(steward.community)["wiring"]


def can_wire(steward: Steward, wiring: Skill, day=None) -> bool:
    return Steward.objects.unscoped(reason=WHY).with_skill(wiring, day or TODAY()).filter(pk=steward.pk).exists()


class TestBeginning:
    def test_a_community_begins_with_skills_that_know_their_categories(self):
        community = found_community(code="321100000001", name="新社区")
        skills = Skill.objects.unscoped(reason=WHY).filter(community=community)
        pipes = skills.get(slug="pipes")
        assert [one.slug for one in pipes.categories.unscoped(reason=WHY)] == ["plumbing"]
        assert skills.get(slug="wiring").needs_evidence
        assert TwoTogether.objects.unscoped(reason=WHY).filter(community=community).count() == 5

    def test_beginning_again_changes_nothing(self):
        community = found_community(code="321100000002", name="新社区")
        Skill.objects.unscoped(reason=WHY).filter(community=community, slug="hair").delete()
        assert actions.begin(community) == 0
        assert not Skill.objects.unscoped(reason=WHY).filter(community=community, slug="hair").exists()

    def test_an_appointment_makes_the_row(self):
        community, user = CommunityFactory(), UserFactory()
        appoint_for(user, role=Role.RED_STEWARD, place=community, by=None)
        assert Steward.objects.unscoped(reason=WHY).get(user=user).community == community

    def test_the_daily_duty_catches_up(self):
        community = CommunityFactory()
        early = appoint(Role.RED_STEWARD, community)
        later = UserFactory()
        appoint_for(later, role=Role.RED_STEWARD, place=community, by=None, starts_on=in_days(3))
        rows = Steward.objects.unscoped(reason=WHY).filter(community=community)
        assert actions.catch_up() >= 2
        assert [one.user for one in rows] == [early]
        assert actions.catch_up(in_days(3)) == 1
        assert actions.catch_up(in_days(3)) == 0


class TestSkills:
    def test_evidence_waits_for_the_office_and_then_counts_to_its_last_day(self, steward, office, wiring):
        held = actions.add_skill(
            steward, skill=wiring, level=ALONE, paper=paper(), valid_until=in_days(10), by=steward.user
        )
        assert not can_wire(steward, wiring)
        actions.confirm_skill(held, valid_until=in_days(10), by=office)
        assert can_wire(steward, wiring)
        assert can_wire(steward, wiring, in_days(10))
        assert not can_wire(steward, wiring, in_days(11))
        assert Notice.objects.visible_to(steward.user).filter(kind="steward_skill").count() == 1

    def test_a_skill_that_ran_out_yesterday_does_not_count(self, steward, wiring):
        can(steward, wiring, valid_until=in_days(-1))
        assert not can_wire(steward, wiring)
        assert can_wire(steward, wiring, in_days(-1))

    def test_what_needs_no_evidence_counts_at_once(self, steward):
        pipes = skills_of(steward.community)["pipes"]
        actions.add_skill(steward, skill=pipes, level=ALONE, by=steward.user)
        assert can_wire(steward, pipes)

    def test_what_the_office_writes_down_it_has_looked_at(self, steward, office, wiring):
        actions.add_skill(steward, skill=wiring, level=ALONE, by=office)
        assert can_wire(steward, wiring)

    def test_nobody_vouches_for_themselves(self, wiring, steward, office):
        own = a_steward(steward.community, user=office)
        held = actions.add_skill(own, skill=wiring, level=ALONE, paper=paper(), by=office)
        assert held.confirmed_at is None
        with pytest.raises(Refused, match="别的同事"):
            actions.confirm_skill(held, by=office)
        actions.confirm_skill(held, by=appoint(Role.SECRETARY, steward.community))
        assert can_wire(own, wiring)

    def test_a_renewal_waits_beside_what_still_counts(self, steward, office, wiring):
        held = actions.add_skill(steward, skill=wiring, level=ALONE, paper=paper(), valid_until=in_days(5), by=office)
        old = held.paper
        held = actions.change_skill(held, level=ALONE, paper=paper("olive"), valid_until=in_days(900), by=steward.user)
        assert held.is_renewed
        assert can_wire(steward, wiring, in_days(5))
        assert not can_wire(steward, wiring, in_days(6))
        held = actions.confirm_skill(held, valid_until=in_days(900), by=office)
        assert can_wire(steward, wiring, in_days(6))
        assert not held.is_renewed
        assert held.paper != old
        assert not Attachment.objects.unscoped(reason=WHY).filter(pk=old.pk).exists()

    def test_what_does_not_count_any_more_is_replaced_at_once(self, steward, office, wiring):
        held = can(steward, wiring, valid_until=in_days(-1))
        held = actions.change_skill(held, level=ALONE, paper=paper(), valid_until=in_days(90), by=steward.user)
        assert (held.is_renewed, held.confirmed_at) == (False, None)
        assert not can_wire(steward, wiring)

    def test_another_level_takes_nothing_away(self, steward, wiring):
        held = can(steward, wiring, valid_until=in_days(90))
        actions.change_skill(held, level=StewardSkill.Level.TEACHES, valid_until=in_days(90), by=steward.user)
        assert can_wire(steward, wiring)

    def test_the_office_asks_for_more_and_is_asked_again_only_after_that(self, steward, office, wiring):
        rows = StewardSkill.objects.unscoped(reason=WHY).to_look_at()
        held = actions.add_skill(steward, skill=wiring, level=ALONE, paper=paper(), by=steward.user)
        assert rows.count() == 1
        held = actions.send_back(held, asks="请把有效期那一页也拍一张", by=office)
        assert rows.count() == 0
        actions.change_skill(held, level=ALONE, paper=paper("olive"), by=steward.user)
        assert rows.count() == 1
        held.refresh_from_db()
        actions.confirm_skill(held, by=office)
        assert rows.count() == 0
        with pytest.raises(Refused, match="已经核实"):
            actions.send_back(held, asks="再来", by=office)

    def test_no_paper_that_has_run_out_comes_in(self, steward, office, wiring):
        with pytest.raises(Refused, match="过期"):
            actions.add_skill(steward, skill=wiring, level=ALONE, valid_until=in_days(-1), by=steward.user)
        held = can(steward, wiring, valid_until=in_days(-3))
        with pytest.raises(Refused, match="过期"):
            actions.change_skill(held, level=ALONE, valid_until=in_days(-2), by=steward.user)
        with pytest.raises(Refused, match="过期"):
            actions.confirm_skill(held, valid_until=in_days(-2), by=office)

    def test_a_skill_is_held_once_and_only_one_in_use_of_the_own_community(self, steward, wiring):
        actions.add_skill(steward, skill=wiring, level=ALONE, by=steward.user)
        with pytest.raises(Refused, match="已经在名单里"):
            actions.add_skill(steward, skill=wiring, level=ALONE, by=steward.user)
        foreign = skills_of(CommunityFactory())["pipes"]
        unused = skills_of(steward.community)["hair"]
        unused.is_active = False
        unused.save()
        for skill in (foreign, unused):
            with pytest.raises(Refused, match="不用了"):
                actions.add_skill(steward, skill=skill, level=ALONE, by=steward.user)

    def test_dropping_takes_the_papers_along(self, steward, wiring, django_capture_on_commit_callbacks):
        held = actions.add_skill(steward, skill=wiring, level=ALONE, paper=paper("maroon"), by=steward.user)
        file: Path = path_of(held.paper.sha256)
        assert file.exists()
        with django_capture_on_commit_callbacks(execute=True):
            actions.drop_skill(held, by=steward.user)
        assert not file.exists()
        assert not StewardSkill.objects.unscoped(reason=WHY).filter(steward=steward).exists()

    def test_others_do_not_write_for_a_steward(self, steward, wiring):
        for role in (Role.RED_STEWARD, Role.STREET_OBSERVER):
            with pytest.raises(Refused, match="只有本人"):
                actions.add_skill(steward, skill=wiring, level=ALONE, by=appoint(role, steward.community))
        held = can(steward, wiring)
        for act in (
            lambda by: actions.confirm_skill(held, by=by),
            lambda by: actions.send_back(held, asks="补", by=by),
            lambda by: actions.note(steward, trained_on=None, insurer="", insured_until=None, by=by),
        ):
            with pytest.raises(Refused, match="办公室"):
                act(steward.user)


class TestTimes:
    def test_the_week_is_set_whole(self, steward):
        actions.set_week(steward, hours=[Hours(0, 480, 720), Hours(6, 1320, 1800)], by=steward.user)
        actions.set_week(steward, hours=[Hours(1, 480, 720)], by=steward.user)
        rows = Availability.objects.unscoped(reason=WHY).filter(steward=steward)
        assert [(one.weekday, one.starts_at, one.ends_at) for one in rows] == [(1, 480, 720)]

    def test_the_second_of_two_is_told(self, steward, office):
        shown = seen([])
        actions.set_week(steward, hours=[Hours(0, 480, 720)], expected=shown, by=office)
        with pytest.raises(Refused, match="刚才有人改过"):
            actions.set_week(steward, hours=[Hours(1, 480, 720)], expected=shown, by=steward.user)

    def test_parts_and_exact_hours_come_back_as_they_were_said(self):
        said = ["0-morning", "0-noon", "5-night"]
        hours = hours_of(said, [Hours(2, 570, 660), Hours(0, 360, 500)])
        assert sorted(ticked(hours)) == said
        assert exact(hours) == [Hours(2, 570, 660)]
        assert [one.words for one in (Hours(2, 570, 660), Hours(5, 1320, 1800), Hours(5, 0, 1440))] == [
            "周三 9:30–11:00",
            "周六 22:00 到第二天 6:00",
            "周六 0:00–24:00",
        ]

    def test_single_times_make_sense(self, steward):
        now = clock.now()
        hour = timedelta(hours=1)
        for start, end, words in (
            (now + hour, now, "开始以后"),
            (now - 2 * hour, now - hour, "过去"),
            (now, now + timedelta(days=400), "一年"),
        ):
            with pytest.raises(Refused, match=words):
                actions.say(steward, starts_at=start, ends_at=end, is_free=False, by=steward.user)
        said = actions.say(steward, starts_at=now, ends_at=now + hour, is_free=False, by=steward.user)
        actions.take_back(said, by=steward.user)
        assert not AvailabilityException.objects.unscoped(reason=WHY).filter(steward=steward).exists()

    def test_there_is_an_end_to_single_times(self, steward):
        now = clock.now()
        rows = [
            AvailabilityException(
                community=steward.community,
                steward=steward,
                starts_at=now + timedelta(days=number),
                ends_at=now + timedelta(days=number, hours=1),
            )
            for number in range(60)
        ]
        AvailabilityException.objects.bulk_create(rows)
        with pytest.raises(Refused, match="60 条"):
            actions.say(steward, starts_at=now, ends_at=now + timedelta(hours=1), is_free=True, by=steward.user)

    def test_a_pause_begins_ends_and_is_taken_back(self, steward):
        rows = StewardPause.objects.unscoped(reason=WHY).filter(steward=steward)
        serving = Steward.objects.unscoped(reason=WHY).filter(pk=steward.pk)
        with clock.at(clock.now() - timedelta(days=5)):
            actions.pause(steward, starts_on=TODAY(), by=steward.user, reason="看孙子")
        assert not serving.serving(TODAY()).exists()
        assert serving.appointed(TODAY()).exists()
        with pytest.raises(Refused, match="已经有一次暂停"):
            actions.pause(steward, starts_on=in_days(9), ends_on=in_days(12), by=steward.user)
        actions.resume(rows.get(), by=steward.user)
        assert rows.get().ends_on == in_days(-1)
        assert serving.serving(TODAY()).exists()
        actions.resume(rows.get(), by=steward.user)
        later = actions.pause(steward, starts_on=in_days(9), ends_on=in_days(12), by=steward.user)
        assert not serving.serving(in_days(12)).exists()
        actions.resume(later, by=steward.user)
        assert rows.count() == 1

    def test_a_pause_makes_sense(self, steward):
        with pytest.raises(Refused, match="今天或以后"):
            actions.pause(steward, starts_on=in_days(-1), by=steward.user)
        with pytest.raises(Refused, match="开始以后"):
            actions.pause(steward, starts_on=in_days(3), ends_on=in_days(2), by=steward.user)

    def test_who_is_no_red_steward_any_more_does_not_serve(self, steward):
        rows = Steward.objects.unscoped(reason=WHY).filter(pk=steward.pk)
        assert rows.serving(TODAY()).exists()
        steward.user.appointments.unscoped(reason=WHY).update(ends_on=in_days(-1))
        assert not rows.serving(TODAY()).exists()
        assert rows.serving(in_days(-1)).exists()


class TestOffice:
    def test_notes_keep_the_number_of_the_policy_unless_it_is_given(self, steward, office):
        given = {"trained_on": TODAY(), "insurer": "人保", "insured_until": in_days(300), "by": office}
        actions.note(steward, policy="PIC-20260001", **given)
        actions.note(steward, **given | {"insurer": "太保"})
        steward.refresh_from_db()
        assert steward.policy.plain == "PIC-20260001"
        assert steward.insurer == "太保"
        assert "PIC" not in str(list(AuditEvent.objects.of(steward).values_list("changes", flat=True)))

    def test_the_second_of_two_is_told(self, steward, office):
        shown = seen_of(steward, ABOUT)
        said = {"about": "会修水管", "weekly_minutes": 240, "by_phone": True}
        actions.change_about(steward, by=steward.user, expected=shown, **said)
        with pytest.raises(Refused, match="刚才有人改过"):
            actions.change_about(steward, by=office, expected=shown, **said)

    def test_two_are_kept_apart_once_whichever_way_round(self, steward, office):
        other = a_steward(steward.community)
        pair = actions.keep_apart(steward, other=other, reason="闹过矛盾", by=office)
        assert blocked_with([other.pk]) == {frozenset({steward.pk, other.pk})}
        for one, two in ((steward, other), (other, steward)):
            with pytest.raises(Refused, match="已经不安排"):
                actions.keep_apart(one, other=two, reason="又", by=office)
        with pytest.raises(Refused, match="另一位"):
            actions.keep_apart(steward, other=steward, reason="自己", by=office)
        actions.bring_together(pair, by=office)
        assert blocked_with([steward.pk]) == set()

    def test_a_household_kept_apart_is_told_nothing(self, steward, office):
        home = HouseholdFactory(dwelling__unit__building__grid__community=steward.community)
        resident = appoint(Role.RESIDENT, home)
        pair = actions.keep_apart(steward, home=home, reason="为门口的车吵过", by=office)
        rule = actions.two_at(home, reason="家里有大狗", by=office)
        assert blocked_households(home) == {steward.pk}
        for row in (pair, rule):
            assert audit.reveal(row, "reason", by=office_with_two_factors(office), purpose="派活前看一看")
        touched = AuditEvent.objects.visible_to(resident)
        assert not touched.filter(target_type__startswith="stewards.").exists()
        assert not Notice.objects.visible_to(resident).exists()
        assert not Notice.objects.visible_to(steward.user).exists()
        for user in (steward.user, resident):
            assert not BlockedPair.objects.visible_to(user).exists()
            assert not TwoTogether.objects.visible_to(user).exists()

    def test_only_the_office_keeps_apart(self, steward):
        other = a_steward(steward.community)
        with pytest.raises(Refused, match="办公室"):
            actions.keep_apart(steward, other=other, reason="不想", by=steward.user)

    def test_the_reason_is_sealed_in_the_database(self, steward, office):
        other = a_steward(steward.community)
        actions.keep_apart(steward, other=other, reason="很长的原因" * 24, by=office)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT reason FROM {BlockedPair._meta.db_table}")
            assert "原因" not in cursor.fetchone()[0]


def office_with_two_factors(office: User) -> User:
    Authenticator.objects.get_or_create(user=office, type=Authenticator.Type.TOTP, defaults={"data": {}})
    return office


class TestTwoTogether:
    def test_a_care_tag_asks_for_two_and_the_office_decides_which(self, office, steward):
        home = HouseholdFactory(dwelling__unit__building__grid__community=steward.community)
        tag = in_care(home)
        actions.two_for(steward.community, categories={tag.category}, by=office)
        assert needs_two(home)
        actions.two_for(steward.community, categories={"destitute"}, by=office)
        assert not needs_two(home)
        rule = actions.two_at(home, reason="路滑", by=office)
        assert needs_two(home)
        with pytest.raises(Refused, match="已经是两个人"):
            actions.two_at(home, reason="路滑", by=office)
        actions.one_at(rule, by=office)
        assert not needs_two(home)

    def test_a_tag_that_has_ended_asks_nothing(self, office, steward):
        home = HouseholdFactory(dwelling__unit__building__grid__community=steward.community)
        tag = in_care(home)
        actions.two_for(steward.community, categories={tag.category}, by=office)
        tag.starts_on, tag.ends_on = in_days(-30), in_days(-1)
        tag.save()
        assert not needs_two(home)

    def test_in_one_query(self, steward, django_assert_num_queries):
        home = HouseholdFactory(dwelling__unit__building__grid__community=steward.community)
        with django_assert_num_queries(1):
            assert not needs_two(home)


class TestKinds:
    def test_a_skill_of_ones_own(self, steward, office):
        made = actions.add_kind(
            steward.community, name="磨剪子", hint="菜刀、剪子", needs_evidence=False, categories=[], by=office
        )
        assert made.slug == "s1"
        assert made.order > 0
        with pytest.raises(Refused, match="已经有一项"):
            actions.add_kind(steward.community, name="磨剪子", categories=[], by=office)
        second = actions.add_kind(steward.community, name="修鞋", categories=[], by=office)
        assert second.slug == "s2"
        with pytest.raises(Refused, match="已经有一项"):
            actions.change_kind(second, name="磨剪子", categories=[], by=office)
        with pytest.raises(Refused, match="办公室"):
            actions.change_kind(second, name="修鞋", categories=[], by=steward.user)

    def test_asking_for_evidence_stops_those_who_have_shown_none(self, steward, office):
        pipes = skills_of(steward.community)["pipes"]
        actions.add_skill(steward, skill=pipes, level=ALONE, by=steward.user)
        assert can_wire(steward, pipes)
        actions.change_kind(pipes, name=pipes.name, needs_evidence=True, categories=[], by=office)
        assert not can_wire(steward, pipes)


class TestMerging:
    def test_what_is_kept_apart_from_either_record_is_kept_apart_from_both(self, steward, office):
        grid = {"dwelling__unit__building__grid__community": steward.community}
        gone, kept = HouseholdFactory(**grid), HouseholdFactory(**grid)
        other = a_steward(steward.community)
        for home in (gone, kept):
            actions.keep_apart(steward, home=home, reason="吵过", by=office)
            actions.two_at(home, reason="路滑", by=office)
        actions.keep_apart(other, home=gone, reason="亲戚", by=office)
        repoint(Journal(), gone, kept)
        assert blocked_households(kept) == {steward.pk, other.pk}
        assert needs_two(kept)
        assert blocked_households(gone) == set()
