"""Pages around who the red stewards are: the own page, the week, papers, the list, what the office sets up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from community import history, today
from community.models import Notice, User
from community.once import new_id
from community.roles import Role
from core import clock
from core.spreadsheets import read_sheets
from grids.models import Household
from helpdesk.actions import seed_categories
from helpdesk.models import Category
from stewards.members import actions, menu
from stewards.members import today as room
from stewards.members.page import days_ahead, said_line
from stewards.members.week import Hours, clock_of
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
from tests.asks import asks_of
from tests.factories import CommunityFactory, GridFactory, appoint, household_in, small_photo
from tests.stewards.makers import WHY, a_steward, can, free_on, skills_of
from tests.stewards.test_members_free import MONDAY, at

pytestmark = pytest.mark.django_db


class Portal:
    """A community with a steward who can fix pipes, and those who work with stewards."""

    def __init__(self) -> None:
        self.grid = GridFactory()
        self.community = self.grid.community
        self.steward = a_steward(self.community, ["pipes"], free=False, user=None)
        self.colleague = a_steward(self.community, ["hair"])
        self.leader = appoint(Role.GRID_LEADER, self.grid)
        self.office = appoint(Role.COMMUNITY_STAFF, self.community)

    def get(self, user: User, page: str, /, *args: Any, **query: str) -> Any:
        return self.client(user).get(reverse(f"stewards:{page}", args=args), query)

    def post(self, user: User, page: str, /, *args: Any, **data: Any) -> Any:
        return self.client(user).post(reverse(f"stewards:{page}", args=args), {"submission": new_id(), **data})

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def home(self) -> Household:
        return household_in(self.grid)


@pytest.fixture
def portal() -> Portal:
    return Portal()


def text(answer: Any) -> str:
    return answer.content.decode()


class TestOwnPage:
    def test_shows_what_one_can_do_and_asks_for_the_week(self, portal):
        answer = portal.get(portal.steward.user, "mine")
        assert "水管" in text(answer)
        assert "还不知道您什么时候有空" in text(answer)
        free_on(portal.steward, 0, 8, 12)
        assert "还不知道您什么时候有空" not in text(portal.get(portal.steward.user, "mine"))

    def test_whoever_was_appointed_without_a_row_gets_it(self, portal):
        user = appoint(Role.RED_STEWARD, portal.community)
        assert portal.get(user, "mine").status_code == 200
        assert Steward.objects.unscoped(reason=WHY).filter(user=user).exists()

    def test_no_page_asks_more_than_twelve_queries(self, portal, django_assert_max_num_queries):
        steward = portal.steward
        for slug, skill in skills_of(portal.community).items():
            if slug != "pipes":
                can(steward, skill)
        now = clock.now()
        for number in range(6):
            free_on(steward, number, 8, 12)
            actions.say(
                steward,
                starts_at=now + timedelta(days=number),
                ends_at=now + timedelta(days=number, hours=3),
                is_free=number % 2 == 0,
                by=steward.user,
            )
        for user, name, args in (
            (steward.user, "mine", ()),
            (portal.office, "steward", (steward.pk,)),
            (portal.leader, "steward", (steward.pk,)),
            (portal.colleague.user, "steward", (steward.pk,)),
            (steward.user, "availability", (steward.pk,)),
        ):
            client = portal.client(user)
            with django_assert_max_num_queries(12):
                assert client.get(reverse(f"stewards:{name}", args=args)).status_code == 200

    def test_neighbours_and_colleagues_see_no_calendar(self, portal):
        free_on(portal.steward, 0, 8, 12)
        page = text(portal.get(portal.colleague.user, "steward", portal.steward.pk))
        assert "水管" in page
        for words in ("七天里有空", "周一", "培训和保险", "什么时候有空"):
            assert words not in page
        assert portal.get(appoint(Role.RESIDENT, portal.home()), "steward", portal.steward.pk).status_code == 403

    def test_a_leader_sees_who_is_free_and_not_why_somebody_is_away(self, portal):
        steward = portal.steward
        free_on(steward, clock.today().weekday(), 0, 24)
        actions.pause(
            steward, starts_on=clock.today() + timedelta(days=1), ends_on=None, reason="去做手术", by=steward.user
        )
        page = text(portal.get(portal.leader, "steward", steward.pk))
        assert "七天里有空" in page
        assert "手术" not in page


class TestWeek:
    def test_ticks_and_exact_hours_are_kept_and_shown_again(self, portal):
        steward = portal.steward
        data = {"parts": ["0-morning", "5-night"], "day_0": "2", "from_0": "9:30", "to_0": "11:00"}
        answer = portal.post(steward.user, "availability", steward.pk, **data)
        assert answer.status_code == 302
        rows = Availability.objects.unscoped(reason=WHY).filter(steward=steward)
        assert {(one.weekday, one.starts_at, one.ends_at) for one in rows} == {
            (0, 360, 720),
            (5, 1320, 1800),
            (2, 570, 660),
        }
        page = text(portal.get(steward.user, "availability", steward.pk))
        assert 'value="0-morning" aria-label="周一 上午" checked' in page
        assert 'value="0-noon" aria-label="周一 中午">' in page
        assert "09:30" in page
        assert "周三 9:30–11:00" in text(portal.get(steward.user, "mine"))

    def test_what_is_wrong_is_said_and_what_was_ticked_stays(self, portal):
        steward = portal.steward
        data = {"parts": ["3-evening"], "day_0": "2", "from_0": "9:30", "from_1": "8:00"}
        page = text(portal.post(steward.user, "availability", steward.pk, **data))
        assert "从几点、到几点都填上" in page
        assert "请选是哪一天" in page
        assert "<details" in page
        assert 'class="fold" open' in page
        assert 'value="3-evening" aria-label="周四 晚上" checked' in page
        assert not Availability.objects.unscoped(reason=WHY).filter(steward=steward).exists()

    def test_what_ends_before_it_begins_ends_on_the_next_day(self, portal):
        steward = portal.steward
        portal.post(steward.user, "availability", steward.pk, day_0="6", from_0="21:00", to_0="2:00")
        row = Availability.objects.unscoped(reason=WHY).get(steward=steward)
        assert (row.weekday, row.starts_at, row.ends_at) == (6, 1260, 1560)
        assert clock_of(1560) == "2:00"

    def test_the_office_fills_it_in_for_who_is_rung_up(self, portal):
        portal.post(portal.office, "availability", portal.steward.pk, parts=["0-morning"])
        assert Availability.objects.unscoped(reason=WHY).filter(steward=portal.steward).count() == 1
        assert portal.post(portal.leader, "availability", portal.steward.pk, parts=[]).status_code == 404
        assert portal.post(portal.colleague.user, "availability", portal.steward.pk).status_code == 404


class TestTimes:
    def test_whole_days_away(self, portal):
        steward, first = portal.steward, clock.today() + timedelta(days=3)
        last = first + timedelta(days=2)
        portal.post(steward.user, "time_add", steward.pk, is_free="no", first_day=first, last_day=last, note="女儿家")
        said = AvailabilityException.objects.unscoped(reason=WHY).get()
        assert said.ends_at - said.starts_at == timedelta(days=3)
        assert "到" in said_line(said).words
        assert "女儿家" in text(portal.get(steward.user, "mine"))

    def test_a_night_crosses_midnight(self, portal):
        steward, day = portal.steward, clock.today() + timedelta(days=3)
        portal.post(steward.user, "time_add", steward.pk, is_free="yes", first_day=day, start="22:00", end="6:00")
        said = AvailabilityException.objects.unscoped(reason=WHY).get()
        assert said.is_free
        assert said.ends_at - said.starts_at == timedelta(hours=8)
        assert "22:00 到" in said_line(said).words

    def test_what_makes_no_sense_is_said(self, portal):
        steward, day = portal.steward, clock.today() + timedelta(days=3)
        back = day - timedelta(days=1)
        page = text(portal.post(steward.user, "time_add", steward.pk, is_free="no", first_day=day, last_day=back))
        assert "结束的日子要在开始以后" in page
        long_ago = day - timedelta(days=30)
        page = text(portal.post(steward.user, "time_add", steward.pk, is_free="no", first_day=long_ago))
        assert "已经过去了" in page

    def test_a_time_is_dropped_once_and_twice(self, portal):
        steward = portal.steward
        now = clock.now()
        said = actions.say(steward, starts_at=now, ends_at=now + timedelta(hours=2), is_free=False, by=steward.user)
        client, data = portal.client(steward.user), {"submission": new_id()}
        url = reverse("stewards:time_drop", args=[steward.pk, said.pk])
        assert [client.post(url, data).status_code for _again in range(2)] == [302, 302]

    def test_a_pause_and_coming_back(self, portal):
        steward = portal.steward
        portal.post(steward.user, "pause_add", steward.pk, starts_on=clock.today(), reason="带孙子")
        assert "暂停中" in text(portal.get(steward.user, "mine"))
        pause = StewardPause.objects.unscoped(reason=WHY).get()
        portal.post(steward.user, "pause_end", steward.pk, pause.pk)
        assert "照常服务" in text(portal.get(steward.user, "mine"))

    def test_days_ahead_read_as_people_say_them(self):
        with clock.at(at(7)):
            shown = days_ahead([(at(8), at(12)), (at(14), at(18)), (at(24), at(48)), (at(70), at(78))])
        assert shown == [
            ("今天", "8:00–12:00、14:00–18:00"),
            ("周二", "全天"),
            ("周三", "22:00 到11月26日 6:00"),
        ]
        assert MONDAY.weekday() == 0


class TestSkillPages:
    def upload(self, content: bytes | None = None, name: str = "电工证.jpg") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content or small_photo().content, content_type="image/jpeg")

    def test_from_the_photo_to_the_offices_word(self, portal):
        steward, wiring = portal.steward, skills_of(portal.community)["wiring"]
        until = clock.today() + timedelta(days=200)
        answer = portal.post(
            steward.user,
            "skill_add",
            steward.pk,
            skill=wiring.pk,
            level=2,
            paper=self.upload(),
            valid_until=until,
        )
        assert answer.status_code == 302
        held = StewardSkill.objects.unscoped(reason=WHY).get(skill=wiring)
        assert "等办公室核实" in text(portal.get(steward.user, "mine"))
        assert steward.user.name in text(portal.get(portal.office, "papers"))
        answer = portal.get(portal.office, "skill_paper", steward.pk, held.pk, "now")
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
        assert answer["Content-Type"] == "image/jpeg"
        for user in (portal.leader, portal.colleague.user):
            assert portal.get(user, "skill_paper", steward.pk, held.pk, "now").status_code == 404
        assert portal.get(portal.office, "skill_paper", steward.pk, held.pk, "new").status_code == 404
        page = text(portal.get(portal.office, "skill_confirm", steward.pk, held.pk))
        assert until.isoformat() in page
        portal.post(portal.office, "skill_confirm", steward.pk, held.pk, valid_until=until)
        assert "核实过" in text(portal.get(steward.user, "mine"))
        assert Notice.objects.visible_to(steward.user).filter(kind="steward_skill").exists()

    def test_what_is_no_photo_and_no_pdf_is_refused(self, portal):
        steward, wiring = portal.steward, skills_of(portal.community)["wiring"]
        data = {"skill": wiring.pk, "level": 2, "paper": self.upload(b"MZ\x90 not a photo", "证.exe")}
        page = portal.post(steward.user, "skill_add", steward.pk, **data)
        assert page.status_code == 200
        assert not StewardSkill.objects.unscoped(reason=WHY).filter(skill=wiring).exists()

    def test_sent_back_with_a_word_and_handed_in_again(self, portal):
        steward, wiring = portal.steward, skills_of(portal.community)["wiring"]
        held = actions.add_skill(steward, skill=wiring, level=2, by=steward.user)
        portal.post(portal.office, "skill_return", steward.pk, held.pk, asks="请拍清楚一点")
        assert "请拍清楚一点" in text(portal.get(steward.user, "mine"))
        portal.post(steward.user, "skill_edit", steward.pk, held.pk, level=3, paper=self.upload())
        held.refresh_from_db()
        assert (held.returned, held.level, held.paper_id is not None) == ("", 3, True)

    def test_dropped(self, portal):
        held = portal.steward.skills.unscoped(reason=WHY).get()
        portal.post(portal.steward.user, "skill_drop", portal.steward.pk, held.pk)
        assert not portal.steward.skills.unscoped(reason=WHY).exists()

    def test_only_skills_that_one_has_not_are_offered(self, portal):
        page = text(portal.get(portal.steward.user, "skill_add", portal.steward.pk))
        assert "理发修脚" in page
        assert ">水管<" not in page
        assert "电路（要看证书）" in page


class TestNotes:
    def test_the_office_keeps_training_and_insurance(self, portal):
        until = clock.today() + timedelta(days=12)
        data = {"trained_on": clock.today(), "insurer": "人保", "policy": "P-778899", "insured_until": until}
        portal.post(portal.office, "steward_note", portal.steward.pk, **data)
        for user in (portal.office, portal.steward.user):
            name = "steward" if user == portal.office else "mine"
            page = text(portal.get(user, name, *([portal.steward.pk] if name == "steward" else [])))
            assert "人保" in page
            assert "到期" in page
            assert "P-778899" not in page
        assert "人保" not in text(portal.get(portal.leader, "steward", portal.steward.pk))
        assert portal.steward.user.name in text(portal.get(portal.office, "papers"))

    def test_about_is_ones_own_and_read_by_leaders(self, portal):
        data = {"about": "水电都行", "weekly_minutes": "240", "by_phone": "on"}
        portal.post(portal.steward.user, "steward_about", portal.steward.pk, **data)
        page = text(portal.get(portal.leader, "steward", portal.steward.pk))
        assert "水电都行" in page
        assert "4 小时" in page


class TestList:
    def test_leaders_see_who_is_free_and_colleagues_only_who_can_what(self, portal):
        page = text(portal.get(portal.leader, "list"))
        assert "168 小时" in page
        assert "水管" in page
        assert "七天里有空" in page
        page = text(portal.get(portal.colleague.user, "list"))
        assert "水管" in page
        assert "七天里有空" not in page

    def test_narrowed_by_skill_and_by_when_somebody_is_free(self, portal):
        day = clock.today() + timedelta(days=2)
        free_on(portal.steward, day.weekday(), 7, 10)
        names = {one.pk: one.user.name for one in (portal.steward, portal.colleague)}

        def found(**query: str) -> set[str]:
            page = text(portal.get(portal.leader, "list", **query))
            return {name for name in names.values() if f">{name}<" in page}

        mine, other = names[portal.steward.pk], names[portal.colleague.pk]
        assert found() == {mine, other}
        assert found(skill=str(skills_of(portal.community)["pipes"].pk)) == {mine}
        assert found(day=day.isoformat()) == {mine, other}
        assert found(day=day.isoformat(), part="morning") == {other}
        assert found(part="night") == {other}
        assert found(q=mine) == {mine}

    def test_a_skill_that_ran_out_shows_and_is_not_found(self, portal):
        wiring = skills_of(portal.community)["wiring"]
        can(portal.steward, wiring, valid_until=clock.today() - timedelta(days=1))
        assert "过期了" in text(portal.get(portal.leader, "list"))
        assert "没有符合的红管家" in text(portal.get(portal.leader, "list", skill=str(wiring.pk)))

    def test_the_spreadsheet_says_the_same(self, portal):
        answer = portal.get(portal.office, "list", format="xlsx")
        content = b"".join(answer) if answer.streaming else answer.content
        cells = {str(cell) for row in read_sheets(content)[0].rows for cell in row}
        assert {portal.steward.user.name, "水管", "168 小时"} <= cells

    def test_twelve_queries_for_one_and_for_many(self, portal, django_assert_max_num_queries):
        for user in (portal.leader, portal.office, portal.colleague.user):
            client = portal.client(user)
            with django_assert_max_num_queries(12):
                client.get(reverse("stewards:list"))
        for _number in range(15):
            a_steward(portal.community, ["pipes", "hair"])
        for user in (portal.leader, portal.office, portal.colleague.user):
            client = portal.client(user)
            with django_assert_max_num_queries(12):
                assert client.get(reverse("stewards:list")).status_code == 200


class TestElsewhere:
    """Somebody who is one thing here and another there sees each place as what they are there."""

    def test_who_only_lives_here_does_not_see_who_serves_here(self, portal):
        other = GridFactory()
        user = a_steward(other.community).user
        appoint(Role.RESIDENT, portal.home(), user=user)
        page = text(portal.get(user, "list"))
        assert user.name in page
        assert portal.steward.user.name not in page
        assert portal.get(user, "steward", portal.steward.pk).status_code == 404

    def test_who_hands_out_work_there_is_a_colleague_here(self, portal):
        other = GridFactory()
        user = a_steward(portal.community, user=appoint(Role.COMMUNITY_STAFF, other.community)).user
        there = a_steward(other.community)
        portal.steward.policy = "P-1"
        portal.steward.save()
        page = text(portal.get(user, "list"))
        assert "七天里有空" in page
        assert page.count("168 小时") == 1
        assert "七天里有空" not in text(portal.get(user, "steward", portal.steward.pk))
        assert "七天里有空" in text(portal.get(user, "steward", there.pk))
        day = clock.today().isoformat()
        narrowed = text(portal.get(user, "list", day=day))
        assert there.user.name in narrowed
        assert portal.colleague.user.name not in narrowed
        for steward, answer in ((portal.steward, 404), (there, 200)):
            url = reverse("community:reveal", args=["stewards.steward", steward.pk, "policy"])
            assert portal.client(user).get(url).status_code == answer
        assert portal.get(user, "steward_note", portal.steward.pk).status_code == 404


class TestSettings:
    def test_skills_of_the_community(self, portal):
        assert "1 位会" in text(portal.get(portal.office, "skill_kinds"))
        seed_categories(portal.community)
        plumbing = Category.objects.unscoped(reason=WHY).get(community=portal.community, slug="plumbing")
        portal.post(portal.office, "skill_kind_add", name="磨剪子", hint="菜刀", categories=[plumbing.pk])
        skill = Skill.objects.unscoped(reason=WHY).get(name="磨剪子")
        assert "磨剪子" in text(portal.get(portal.steward.user, "skill_add", portal.steward.pk))
        assert list(skill.categories.unscoped(reason=WHY)) == [plumbing]
        portal.post(portal.office, "skill_kind_edit", skill.pk, name="磨刀", hint="", needs_evidence="on")
        assert not skill.categories.unscoped(reason=WHY).exists()
        skill.refresh_from_db()
        assert (skill.name, skill.needs_evidence, skill.is_active) == ("磨刀", True, False)
        assert "磨刀" not in text(portal.get(portal.steward.user, "skill_add", portal.steward.pk))

    def test_the_page_says_how_many_would_not_be_asked_any_more(self, portal):
        pipes = skills_of(portal.community)["pipes"]
        actions.add_skill(portal.colleague, skill=pipes, level=2, by=portal.colleague.user)
        assert "有 1 位红管家的这一项还没有核实过" in text(portal.get(portal.office, "skill_kind_edit", pipes.pk))

    def test_kept_apart_from_a_household(self, portal):
        home = portal.home()
        data = {"steward": portal.steward.pk, "door": home.dwelling.label, "reason": "吵过架"}
        assert portal.post(portal.office, "apart", **data).status_code == 302
        pair = BlockedPair.objects.unscoped(reason=WHY).get()
        assert pair.home == home
        page = text(portal.get(portal.office, "apart"))
        assert str(home) in page
        assert "吵过架" not in page
        portal.post(portal.office, "apart_end", pair.pk)
        assert not BlockedPair.objects.unscoped(reason=WHY).exists()

    def test_one_other_and_not_two(self, portal):
        both = {"steward": portal.steward.pk, "other": portal.colleague.pk, "door": "3幢", "reason": "不合"}
        for data in (both, {**both, "other": "", "door": ""}):
            assert "选一样就行" in text(portal.post(portal.office, "apart", **data))
        answer = portal.post(portal.office, "apart", **{**both, "door": ""})
        assert answer.status_code == 302
        assert "没有找到这一户" in text(portal.post(portal.office, "apart", **{**both, "other": "", "door": "九百幢"}))

    def test_where_two_go_together(self, portal):
        portal.post(portal.office, "two_together", categories=["disabled", "destitute"])
        rows = TwoTogether.objects.unscoped(reason=WHY).filter(community=portal.community)
        assert {one.category for one in rows} == {"disabled", "destitute"}
        home = portal.home()
        portal.post(portal.office, "two_together_add", door=home.dwelling.label, reason="路滑")
        assert str(home) in text(portal.get(portal.office, "two_together"))
        portal.post(portal.office, "two_together_end", rows.get(home=home).pk)
        assert not rows.filter(home=home).exists()


class TestToday:
    def asks(self, user: User) -> list[str]:
        user.__dict__.pop("scope", None)
        return [ask.title for ask in today.gather(user)]

    def test_a_steward_is_asked_for_the_week_and_for_new_papers(self, portal):
        user = portal.steward.user
        assert "请告诉我们您平时什么时候有空" in self.asks(user)
        actions.set_week(portal.steward, hours=[Hours(0, 480, 720)], by=user)
        assert self.asks(user) == []
        can(portal.steward, skills_of(portal.community)["wiring"], valid_until=clock.today() + timedelta(days=30))
        assert self.asks(user) == ["您有 1 张证书到期或快到期了"]

    def test_the_office_is_asked_to_look_at_papers_and_told_what_ends(self, portal):
        wiring = skills_of(portal.community)["wiring"]
        assert not [title for title in self.asks(portal.office) if "红管家" in title]
        actions.add_skill(portal.steward, skill=wiring, level=2, by=portal.steward.user)
        can(portal.colleague, wiring, valid_until=clock.today())
        Steward.objects.unscoped(reason=WHY).filter(pk=portal.steward.pk).update(
            insured_until=clock.today() + timedelta(days=30)
        )
        assert {
            "1 张红管家的证书等您核实",
            "1 张红管家的证书到期或快到期了",
            "1 位红管家的保险到期或快到期了",
        } <= set(self.asks(portal.office))
        portal.steward.user.appointments.unscoped(reason=WHY).update(ends_on=clock.today() - timedelta(days=1))
        assert "1 张红管家的证书等您核实" not in self.asks(portal.office)

    def test_in_one_query(self, portal, django_assert_num_queries):
        for user in (portal.steward.user, portal.office):
            assert user.scope
            with django_assert_num_queries(1):
                asks_of(room, user)
        assert portal.leader.scope
        with django_assert_num_queries(0):
            asks_of(room, portal.leader)


def test_every_verb_has_words():
    assert set(menu.WORDS_OF_THE_RECORD) <= history.known_verbs()


def test_a_steward_finds_the_own_page_and_a_leader_the_list():
    community = CommunityFactory()
    grid = GridFactory(community=community)
    assert menu.entries(appoint(Role.RED_STEWARD, community))[0].url == reverse("stewards:mine")
    assert menu.entries(appoint(Role.GRID_LEADER, grid))[0].url == reverse("stewards:list")
    assert menu.entries(appoint(Role.RESIDENT, household_in(grid))) == []
