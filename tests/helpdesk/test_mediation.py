"""A mediation between two households: who learns what of it, and how it comes to its end."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from PIL import Image

from community import personal
from community.models import AuditEvent, Notice, User
from community.roles import Role
from core import clock
from core.files import Cleaned
from core.refusal import Refused
from grids.models import Household
from helpdesk import actions, today
from helpdesk.models import Category, Party, ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import parties_of, steps_for
from helpdesk.querysets import leaders_of
from helpdesk.states import State
from tests.asks import asks_of
from tests.factories import (
    Desk,
    GridFactory,
    MembershipFactory,
    appoint,
    desk,
    household_in,
    neighbour_of,
    resident_of,
    small_photo,
)

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]

TITLE = "楼上半夜弹琴吵得睡不着"
TOLD = "李阿姨说楼上那家的儿子半夜弹琴"
PAPER = Cleaned(b"%PDF-1.4 signed", "application/pdf", ".pdf")


@dataclass
class Quarrel:
    """Two households of a building, each with two who have an account, and the request between them."""

    desk: Desk
    first: Household
    second: Household
    asker: User
    wife: User
    son: User
    father: User
    row: ServiceRequest

    @property
    def one(self) -> Party:
        return Party.objects.get(request=self.row, side="first")

    @property
    def other(self) -> Party:
        return Party.objects.get(request=self.row, side="second")

    def take(self, action: str, **given: Any) -> ServiceRequest:
        self.row = self.desk.take(ServiceRequest.objects.get(pk=self.row.pk), action, **given)
        return self.row

    def agree(self) -> None:
        for side in (self.one, self.other):
            actions.agree(self.row, side, by=self.desk.leader)

    def say(self, text: str, *, by: User, party: Party | None = None, note: str = "", **more: Any) -> None:
        actions.add_update(self.row, by=by, text=text, party=party, note=note, **more)

    def walk_to_review(self, **given: Any) -> None:
        self.take("accept")
        self.agree()
        self.take("dispatch")
        self.take("sign")
        self.take("reply", **{"photos": [], "agreement": [PAPER], "text": "谈拢了。", **given})


@pytest.fixture
def quarrel() -> Quarrel:
    return a_quarrel()


def a_quarrel() -> Quarrel:
    here = desk()
    second = neighbour_of(here.household)
    head = MembershipFactory(household=here.household, resident__name="李桂兰").resident
    here.household.head = head
    here.household.save()
    here.reporter.appointments.update(resident=head)
    row = actions.open_mediation(
        by=here.leader, title=TITLE, description=TOLD, home=here.household, other=second, photos=[small_photo()]
    )
    return Quarrel(
        desk=here,
        first=here.household,
        second=second,
        asker=here.reporter,
        wife=resident_of(here.household),
        son=resident_of(second),
        father=resident_of(second),
        row=row,
    )


@pytest.fixture
def enter() -> As:
    """A browser in which this user is signed in."""

    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


def again(user: User) -> User:
    """The user as a later request knows them."""
    return User.objects.get(pk=user.pk)


def texts(row: ServiceRequest, user: User) -> set[str]:
    """What the user may read of it, words and notes."""
    rows = Update.objects.visible_to(again(user)).filter(request=row)
    return {text for one in rows for text in (one.public_text, one.internal_note) if text}


def page(browser: Client, row: ServiceRequest) -> str:
    return browser.get(row.get_absolute_url()).content.decode()


def told(user: User) -> str:
    return "\n".join(Notice.objects.filter(user=user).values_list("text", flat=True))


# Who reads what


def test_each_household_reads_its_own_words_and_those_for_both(quarrel: Quarrel) -> None:
    leader = quarrel.desk.leader
    quarrel.take("accept")
    quarrel.say("只给一", by=leader, party=quarrel.one)
    quarrel.say("只给二", by=leader, party=quarrel.other)
    quarrel.say("给两家", by=leader)
    quarrel.say("", by=leader, note="内部")
    quarrel.say("一家说", by=quarrel.wife)
    quarrel.say("二家说", by=quarrel.son, party=quarrel.one)
    first, second = {TOLD, "只给一", "给两家", "一家说"}, {"只给二", "给两家", "二家说"}
    for user in (quarrel.asker, quarrel.wife):
        assert texts(quarrel.row, user) == first
    for user in (quarrel.son, quarrel.father):
        assert texts(quarrel.row, user) == second
    everything = first | second | {"内部"}
    staff = appoint(Role.COMMUNITY_STAFF, quarrel.desk.grid.community)
    for user in (leader, quarrel.desk.secretary, staff):
        assert texts(quarrel.row, user) == everything
    other_leader = appoint(Role.GRID_LEADER, GridFactory(community=quarrel.desk.grid.community))
    third = resident_of(neighbour_of(quarrel.first))
    observer = appoint(Role.STREET_OBSERVER, quarrel.desk.grid.community)
    for user in (other_leader, third, observer, quarrel.desk.handler, quarrel.desk.other):
        assert texts(quarrel.row, user) == set()


def test_who_handles_it_reads_all_of_it_from_then_on(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    quarrel.say("二家说", by=quarrel.son)
    quarrel.agree()
    assert texts(quarrel.row, quarrel.desk.handler) == set()
    quarrel.take("dispatch")
    assert texts(quarrel.row, quarrel.desk.handler) == {TOLD, "二家说"}
    quarrel.take("hand_back")
    assert texts(quarrel.row, quarrel.desk.handler) == set()


def test_the_other_household_learns_of_it_when_it_is_accepted(quarrel: Quarrel, enter: As) -> None:
    quarrel.say("请先别急", by=quarrel.desk.leader)
    browser = enter(quarrel.son)
    assert browser.get(quarrel.row.get_absolute_url()).status_code == 404
    assert quarrel.row.number not in browser.get(reverse("helpdesk:mine")).content.decode()
    assert texts(quarrel.row, quarrel.son) == set()
    assert told(quarrel.son) == ""
    assert enter(quarrel.wife).get(quarrel.row.get_absolute_url()).status_code == 200
    with pytest.raises(Refused):
        actions.agree(quarrel.row, quarrel.other, by=quarrel.son)
    with pytest.raises(Refused):
        quarrel.say("我们没有", by=quarrel.son)
    quarrel.take("accept")
    assert page(browser, quarrel.row).count("矛盾调解") >= 2
    assert quarrel.row.number in browser.get(reverse("helpdesk:mine")).content.decode()
    assert "和您家有关的调解" in told(quarrel.son)


def test_the_page_of_one_household_says_nothing_of_the_other(quarrel: Quarrel, enter: As) -> None:
    leader, handler = quarrel.desk.leader, quarrel.desk.handler
    quarrel.say("一家的话", by=quarrel.asker, photos=[small_photo("red")])
    quarrel.take("accept")
    quarrel.say("二家的话", by=quarrel.father)
    quarrel.agree()
    quarrel.take("dispatch", text="两家都请在家。")
    quarrel.take("sign", appointment="11月30日 19:00")
    about_first = [TITLE, TOLD, "一家的话", "李桂兰", str(quarrel.first), quarrel.asker.name, quarrel.wife.name]
    about_second = ["二家的话", str(quarrel.second), quarrel.son.name, quarrel.father.name]
    for reader, own, others in (
        (quarrel.son, about_second[:2], about_first),
        (quarrel.wife, about_first[2:3], about_second),
    ):
        shown = page(enter(reader), quarrel.row)
        shown = shown.replace(reader.name, "")
        assert not [text for text in others if text != reader.name and text in shown]
        assert all(text in shown for text in [*own, "另一户", "两家都请在家。", "11月30日 19:00", handler.name])
    for user in (leader, handler, quarrel.desk.secretary):
        shown = page(enter(user), quarrel.row)
        assert all(
            text in shown for text in [TITLE, TOLD, "一家的话", "二家的话", str(quarrel.first), str(quarrel.second)]
        )


def test_the_one_who_asked_reads_the_title_and_the_family_that_it_is_a_mediation(quarrel: Quarrel, enter: As) -> None:
    assert TITLE in page(enter(quarrel.asker), quarrel.row)
    shown = page(enter(quarrel.wife), quarrel.row)
    assert TITLE not in shown
    assert TOLD in shown


def test_no_page_of_a_step_betrays_the_title(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    browser = enter(quarrel.son)
    for action in ("accept", "reject", "decline", "dispatch", "sign", "reply", "conclude", "withdraw", "rate"):
        answer = browser.post(reverse("helpdesk:step", args=[quarrel.row.pk, action]), {"version": "99"}, follow=True)
        shown = answer.content.decode()
        assert TITLE not in shown
        assert "李桂兰" not in shown
        assert str(quarrel.first) not in shown
    assert TITLE not in browser.get(reverse("helpdesk:update", args=[quarrel.row.pk])).content.decode()
    assert browser.post(reverse("helpdesk:phone", args=[quarrel.row.pk])).status_code == 403
    assert ServiceRequest.objects.get(pk=quarrel.row.pk).state == State.ACCEPTED


def test_whoever_lives_in_one_of_the_two_is_only_that(quarrel: Quarrel, enter: As) -> None:
    """A leader and somebody of the office who live in the other household: no list, no search, no step, no notice."""
    community, secretary = quarrel.desk.grid.community, quarrel.desk.secretary
    neighbour = quarrel.desk.leader
    Notice.objects.all().delete()
    appoint(Role.RESIDENT, quarrel.second, user=neighbour)
    staff = appoint(Role.COMMUNITY_STAFF, community, user=appoint(Role.RESIDENT, quarrel.second))
    row = actions.open_mediation(by=secretary, title=TITLE, description=TOLD, home=quarrel.first, other=quarrel.second)
    quarrel.row = row
    assert not ServiceRequest.objects.visible_to(again(staff)).exists()
    assert asks_of(today, again(neighbour)) == asks_of(today, again(staff)) == []
    quarrel.take("accept", by=secretary)
    quarrel.say("一家说", by=quarrel.wife)
    for user in (again(neighbour), again(staff)):
        assert texts(row, user) == set()
        assert steps_for(quarrel.row, user, parties_of(quarrel.row, user)) == []
        with pytest.raises(Refused, match="别的同志"):
            quarrel.take("dispatch", by=user)
        assert TITLE not in told(user)
        assert user.pk not in {one.pk for one in leaders_of(quarrel.row)}
        browser = enter(user)
        assert row.number not in browser.get(reverse("helpdesk:list")).content.decode()
        found = browser.get(reverse("grids:search"), {"q": row.number}).content.decode()
        assert row.get_absolute_url() not in found
        assert TITLE not in page(browser, row)
    for side in (quarrel.one, quarrel.other):
        actions.agree(quarrel.row, side, by=secretary)
    with pytest.raises(Refused, match="两家以外"):
        quarrel.take("dispatch", handler=neighbour, by=secretary)


def test_who_only_wrote_it_down_reads_what_they_wrote(quarrel: Quarrel) -> None:
    steward = appoint(Role.BUILDING_STEWARD, quarrel.first.building)
    row = actions.open_mediation(
        by=steward, title=TITLE, description="代写的", home=quarrel.first, other=quarrel.second
    )
    quarrel.desk.take(row, "accept")
    actions.add_update(row, by=quarrel.desk.leader, text="给两家")
    actions.add_update(row, by=quarrel.wife, text="一家说")
    assert texts(row, steward) == {"代写的"}


def test_who_moved_from_one_to_the_other_reads_the_other_side(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    quarrel.say("一家说", by=quarrel.wife)
    quarrel.say("二家说", by=quarrel.son)
    quarrel.asker.appointments.all().delete()
    appoint(Role.RESIDENT, quarrel.second, user=quarrel.asker)
    assert "一家说" not in texts(quarrel.row, quarrel.asker)
    assert "二家说" in texts(quarrel.row, quarrel.asker)


def test_a_reader_of_the_own_record_takes_away_the_own_side(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    quarrel.say("一家说", by=quarrel.asker)
    quarrel.say("二家说", by=quarrel.son)
    quarrel.say("", by=quarrel.desk.leader, note="内部")

    def record(user: User) -> str:
        return str([part.rows for _room, parts in personal.sections(again(user)) for part in parts])

    own, others = record(quarrel.asker), record(quarrel.son)
    assert TITLE in own
    assert "一家说" in own
    assert "二家说" not in own
    assert "二家说" in others
    assert quarrel.row.number in others
    assert not [word for word in (TITLE, TOLD, "一家说", "李桂兰", "内部", quarrel.asker.name) if word in others]


def test_an_erasure_takes_the_name_and_leaves_the_record_of_the_mediation(quarrel: Quarrel) -> None:
    quarrel.walk_to_review()
    quarrel.say("一家说", by=quarrel.asker)
    quarrel.take("conclude", follow_up_on=clock.today() + timedelta(days=30))
    head = quarrel.first.head
    kept = [one for room in personal.effects(head) for one in room.stays if "人民调解法" in one.basis]
    assert [one.number for one in kept] == [Update.objects.filter(party=quarrel.one).exclude(public_text="").count()]
    personal.erase(head, by=quarrel.desk.secretary)
    quarrel.row.refresh_from_db()
    assert (quarrel.row.reporter, quarrel.row.reporter_name) == (None, "（已删除）")
    assert "一家说" in texts(quarrel.row, quarrel.wife)


def test_an_erasure_takes_the_name_of_who_has_no_account(quarrel: Quarrel) -> None:
    head = MembershipFactory(household=quarrel.second, resident__name="王大山").resident
    quarrel.second.head = head
    quarrel.second.save()
    asked = quarrel.desk.log(by=quarrel.desk.leader, reporter=None, household=quarrel.second)
    assert (asked.reporter, asked.reporter_name) == (None, "王大山")
    personal.erase(head, by=quarrel.desk.secretary)
    asked.refresh_from_db()
    assert asked.reporter_name == "王大山"
    quarrel.desk.take(asked, "reject")
    personal.erase(head, by=quarrel.desk.secretary)
    asked.refresh_from_db()
    assert (asked.reporter_name, str(asked.reporter_phone)) == ("（已删除）", "")


def test_a_notice_names_neither_household(quarrel: Quarrel) -> None:
    quarrel.walk_to_review()
    quarrel.take("conclude", follow_up_on=clock.today() + timedelta(days=30))
    quarrel.row.refresh_from_db()
    assert told(quarrel.asker).count("等您") == 0
    for user in (quarrel.son, quarrel.father, quarrel.wife):
        assert quarrel.row.number in told(user)
        assert "结束了" in told(user)
        assert not [word for word in (TITLE, TOLD, "李桂兰", str(quarrel.first), "评价") if word in told(user)]
    assert "评价" not in told(quarrel.asker)
    assert quarrel.row.number in told(quarrel.desk.handler)
    assert TITLE not in told(quarrel.desk.handler)


def test_a_word_to_one_is_no_notice_to_the_other(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    Notice.objects.all().delete()
    quarrel.say("只给二", by=quarrel.desk.leader, party=quarrel.other)
    assert "写了话" in told(quarrel.son)
    assert told(quarrel.asker) == told(quarrel.wife) == ""
    quarrel.say("二家说", by=quarrel.son)
    assert told(quarrel.asker) == told(quarrel.wife) == ""
    assert "补充了情况" in told(quarrel.desk.leader)


def test_photos_and_papers_are_handed_to_those_who_may_read_them(quarrel: Quarrel, enter: As) -> None:
    quarrel.walk_to_review()
    first = UpdatePhoto.objects.get(update__request=quarrel.row, moment="before")
    paper = UpdatePhoto.objects.get(update__request=quarrel.row, moment="agreement")

    def answers(user: User) -> list[int]:
        browser = enter(user)
        urls = [reverse("helpdesk:photo", args=[quarrel.row.pk, one.pk]) for one in (first, paper)]
        found = [browser.get(url) for url in urls]
        assert all(answer.getvalue() for answer in found)
        return [answer.status_code for answer in found]

    assert answers(quarrel.wife) == answers(quarrel.desk.leader) == answers(quarrel.desk.handler) == [200, 200]
    assert answers(quarrel.son) == [404, 200]
    assert answers(resident_of(neighbour_of(quarrel.first))) == answers(quarrel.desk.other) == [404, 404]
    answer = enter(quarrel.son).get(reverse("helpdesk:photo", args=[quarrel.row.pk, paper.pk]))
    assert answer.getvalue().startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment")


def test_lists_and_searches_of_others_hold_nothing(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    assert quarrel.row.visibility == "handlers"
    others = [
        resident_of(neighbour_of(quarrel.first)),
        appoint(Role.GRID_LEADER, GridFactory(community=quarrel.desk.grid.community)),
        quarrel.desk.other,
        appoint(Role.STREET_OBSERVER, quarrel.desk.grid.community),
    ]
    for user in others:
        browser = enter(user)
        assert browser.get(quarrel.row.get_absolute_url()).status_code in (403, 404)
        for name in ("helpdesk:list", "helpdesk:mine"):
            assert quarrel.row.number not in browser.get(reverse(name)).content.decode()
        for word in (quarrel.row.number, TITLE[:6]):
            found = browser.get(reverse("grids:search"), {"q": word}).content.decode()
            assert str(quarrel.row.pk) not in found
    found = enter(quarrel.son).get(reverse("grids:search"), {"q": TITLE[:6]}).content.decode()
    assert str(quarrel.row.pk) not in found
    found = enter(quarrel.desk.leader).get(reverse("grids:search"), {"q": quarrel.row.number}).content.decode()
    assert str(quarrel.row.pk) in found


def test_the_record_of_neither_household_tells_of_it(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    quarrel.agree()
    assert not AuditEvent.objects.filter(household_id__in=[quarrel.first.pk, quarrel.second.pk]).exists()


class TestReading(TestCase):
    """Whoever says whatever to whom: no household reads a word of the other's, and each reads all of its own."""

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["leader", "secretary", "asker", "wife", "son", "father"]),
                st.sampled_from(["one", "other", "both", "note"]),
            ),
            max_size=12,
        )
    )
    def test_who_reads_what(self, words: list[tuple[str, str]]) -> None:
        quarrel = a_quarrel()
        quarrel.take("accept")
        expected: dict[str, set[str]] = {"first": {TOLD}, "second": set(), "staff": {TOLD}}
        for number, (who, whom) in enumerate(words):
            text, staff = f"第{number}句", who in {"leader", "secretary"}
            by = getattr(quarrel.desk if staff else quarrel, who)
            party = {"one": quarrel.one, "other": quarrel.other}.get(whom)
            if whom == "note" and not staff:
                with pytest.raises(Refused):
                    quarrel.say("", by=by, note=text)
                continue
            quarrel.say("" if whom == "note" else text, by=by, party=party, note=text if whom == "note" else "")
            expected["staff"].add(text)
            own = {"asker": "one", "wife": "one", "son": "other", "father": "other"}.get(who, whom)
            expected["first"] |= {text} if own in {"one", "both"} else set()
            expected["second"] |= {text} if own in {"other", "both"} else set()
        for side, users in {
            "first": [quarrel.asker, quarrel.wife],
            "second": [quarrel.son, quarrel.father],
            "staff": [quarrel.desk.leader, quarrel.desk.secretary],
        }.items():
            assert all(texts(quarrel.row, user) == expected[side] for user in users)


# Its course


def test_nobody_is_sent_before_both_have_agreed(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    row = quarrel.row
    offered = {one.action for one in steps_for(row, quarrel.desk.leader, parties_of(row, quarrel.desk.leader))}
    assert offered == {"decline", "ask_extend"}
    with pytest.raises(Refused, match="两家都同意"):
        quarrel.take("dispatch")
    actions.agree(row, quarrel.one, by=quarrel.asker)
    with pytest.raises(Refused, match="两家都同意"):
        quarrel.take("dispatch")
    with pytest.raises(Refused, match="自己说"):
        actions.agree(row, quarrel.other, by=quarrel.wife)
    with pytest.raises(Refused, match="已经同意"):
        actions.agree(row, quarrel.one, by=quarrel.wife)
    actions.agree(row, quarrel.other, by=quarrel.desk.leader)
    assert (quarrel.other.agreed_on, quarrel.other.agreed_by) == (clock.today(), quarrel.desk.leader)
    assert quarrel.take("dispatch").state == State.DISPATCHED
    with pytest.raises(Refused, match="不用再问"):
        actions.agree(row, quarrel.other, by=quarrel.son)


@pytest.mark.parametrize("path", [[], ["accept"]])
def test_where_one_does_not_want_it_ends_without_saying_who(quarrel: Quarrel, path: list[str]) -> None:
    for step in path:
        quarrel.take(step)
    row = quarrel.take("decline", note="楼上那家不愿意")
    assert (row.state, row.reject_reason) == (State.REJECTED, "not_agreed")
    for user in (quarrel.asker, quarrel.son):
        assert "楼上那家不愿意" not in texts(row, user)
        assert "不愿意" not in told(user)
    assert "楼上那家不愿意" in texts(row, quarrel.desk.leader)
    assert "街道人民调解委员会" in str(texts(row, quarrel.asker))
    assert ("没有两家都同意" in told(quarrel.son)) == bool(path)


def test_an_ordinary_request_cannot_be_declined_or_concluded_so(quarrel: Quarrel) -> None:
    here = quarrel.desk
    here.reporter = quarrel.asker
    row = here.take(here.log(), "accept")
    with pytest.raises(Refused, match="不是两家之间"):
        here.take(row, "decline")
    row = here.walk(row, "dispatch", "sign", "reply")
    with pytest.raises(Refused, match="请人评价"):
        here.take(row, "conclude")


def test_it_ends_without_a_rating(quarrel: Quarrel) -> None:
    quarrel.walk_to_review()
    with pytest.raises(Refused, match="不请人评价"):
        quarrel.take("resolve")
    with pytest.raises(Refused, match="回访"):
        quarrel.take("conclude")
    with pytest.raises(Refused, match="今天以后"):
        quarrel.take("conclude", follow_up_on=clock.today())
    row = quarrel.take("conclude", follow_up_on=clock.today() + timedelta(days=30))
    assert (row.state, row.resolved_by, row.follow_up_on) == (
        State.CLOSED,
        quarrel.desk.leader,
        clock.today() + timedelta(days=30),
    )


def test_what_was_settled_is_signed(quarrel: Quarrel) -> None:
    quarrel.take("accept")
    quarrel.agree()
    quarrel.take("dispatch")
    quarrel.take("sign")
    with pytest.raises(Refused, match="签过字"):
        quarrel.take("reply", photos=[])
    row = quarrel.take("reply", photos=[], result="impossible", text="谈不拢。")
    assert quarrel.take("conclude").follow_up_on is None
    assert row.state == State.REVIEW


def test_a_quarrel_within_a_family_has_no_sides(quarrel: Quarrel) -> None:
    here = quarrel.desk
    row = here.log("mediation", by=quarrel.wife, reporter=quarrel.wife)
    row = here.walk(row, "accept", "dispatch", "sign", "reply", "conclude")
    assert (row.state, row.has_parties, row.follow_up_on) == (State.CLOSED, False, None)


def test_it_stays_a_mediation(quarrel: Quarrel) -> None:
    with pytest.raises(Refused, match="别的类别"):
        quarrel.take("accept", category=quarrel.desk.category())


def test_a_withdrawal_tells_the_other_no_name(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    quarrel.take("withdraw", by=quarrel.asker, text="我们自己谈")
    assert "撤回了" in told(quarrel.son)
    shown = page(enter(quarrel.son), quarrel.row)
    assert "已撤回" in shown
    assert "我们自己谈" not in shown
    assert quarrel.asker.name not in shown


# Which two there can be


def test_two_households_are_two(quarrel: Quarrel) -> None:
    def ask(other: Household, by: User | None = None) -> None:
        actions.open_mediation(by=by or quarrel.desk.leader, title=TITLE, home=quarrel.first, other=other)

    with pytest.raises(Refused, match="不能是同一户"):
        ask(quarrel.first)
    third = neighbour_of(quarrel.first)
    MembershipFactory(household=third, resident=quarrel.first.head, is_primary=False)
    with pytest.raises(Refused, match="不能是同一户"):
        ask(third)
    fourth = neighbour_of(quarrel.first)
    appoint(Role.RESIDENT, fourth, user=quarrel.wife)
    with pytest.raises(Refused, match="不能是同一户"):
        ask(fourth)
    with pytest.raises(Refused, match="本社区"):
        ask(household_in(GridFactory()))
    steward = appoint(Role.BUILDING_STEWARD, quarrel.first.building, user=resident_of(neighbour_of(quarrel.first)))
    (home,) = again(steward).scope.households
    with pytest.raises(Refused, match="别的同志来登记"):
        ask(Household.objects.get(pk=home), by=again(steward))


def test_the_database_keeps_two_sides(quarrel: Quarrel) -> None:
    for fields in (
        {"side": "first", "household": neighbour_of(quarrel.first)},
        {"side": "third", "household": quarrel.first},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.create(community=quarrel.row.community, request=quarrel.row, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=quarrel.one.pk).update(agreed_on=clock.today())


def test_a_community_without_the_category_is_told_so(quarrel: Quarrel) -> None:
    Category.objects.filter(slug="mediation").update(is_active=False)
    with pytest.raises(Refused, match="矛盾调解"):
        actions.open_mediation(by=quarrel.desk.leader, title=TITLE, home=quarrel.first, other=quarrel.second)


# On its pages


def test_a_leader_names_the_other_household(quarrel: Quarrel, enter: As) -> None:
    here = quarrel.desk
    row = here.log("mediation", by=quarrel.wife, reporter=quarrel.wife, title="楼道里堆东西", description="以前说的")
    actions.add_update(row, by=here.leader, text="以前答的")
    browser = enter(here.leader)
    assert "这是两家之间的事" in page(browser, row)
    url = reverse("helpdesk:name_other", args=[row.pk])
    wrong = browser.post(url, {"submission": str(uuid4()), "other": "九十九号楼"})
    assert "没有找到这一户" in wrong.content.decode()
    same = browser.post(url, {"submission": str(uuid4()), "other": quarrel.first.dwelling.label})
    assert "不能是同一户" in same.content.decode()
    browser.post(url, {"submission": str(uuid4()), "other": quarrel.second.dwelling.label})
    row.refresh_from_db()
    assert row.has_parties
    here.take(row, "accept")
    actions.add_update(row, by=here.leader, text="给两家")
    assert texts(row, quarrel.son) == texts(row, quarrel.asker) == {"给两家"}
    assert texts(row, quarrel.wife) == {"以前说的", "以前答的", "给两家"}
    with pytest.raises(Refused, match="别的同志"):
        actions.name_other(row, other=quarrel.second, by=quarrel.wife)


def test_on_the_pages_from_consent_to_the_signed_paper(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    leader, son = enter(quarrel.desk.leader), enter(quarrel.son)
    shown = page(leader, quarrel.row)
    assert "还没同意" in shown
    assert "派给这位" not in shown
    son.post(reverse("helpdesk:agree", args=[quarrel.row.pk, quarrel.other.pk]))
    assert son.post(reverse("helpdesk:agree", args=[quarrel.row.pk, quarrel.one.pk])).status_code == 404
    leader.post(reverse("helpdesk:agree", args=[quarrel.row.pk, quarrel.one.pk]))
    assert quarrel.one.agreed_on
    assert quarrel.other.agreed_on
    assert "派给这位" in page(leader, quarrel.row)
    url = reverse("helpdesk:update", args=[quarrel.row.pk])
    leader.post(url, {"submission": str(uuid4()), "audience": str(quarrel.other.pk), "text": "晚上九点以后不弹"})
    assert "请选一项" in leader.post(url, {"submission": str(uuid4()), "text": "忘了选"}).content.decode()
    assert "晚上九点以后不弹" in page(son, quarrel.row)
    assert "晚上九点以后不弹" not in page(enter(quarrel.wife), quarrel.row)
    quarrel.take("dispatch")
    quarrel.take("sign")
    image = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(image, "JPEG")
    sent = {
        "submission": str(uuid4()),
        "version": str(quarrel.row.version),
        "result": "solved",
        "text": "九点以后不弹。",
        "agreement": SimpleUploadedFile("signed.jpg", image.getvalue(), "image/jpeg"),
    }
    enter(quarrel.desk.handler).post(reverse("helpdesk:step", args=[quarrel.row.pk, "reply"]), sent)
    assert "两家签字的调解协议" in page(son, quarrel.row)
    row = ServiceRequest.objects.get(pk=quarrel.row.pk)
    day = (clock.today() + timedelta(days=14)).isoformat()
    leader.post(
        reverse("helpdesk:step", args=[row.pk, "conclude"]),
        {"submission": str(uuid4()), "version": str(row.version), "follow_up_on": day},
    )
    row.refresh_from_db()
    assert (row.state, row.follow_up_on.isoformat()) == (State.CLOSED, day)


def test_an_agreement_that_is_neither_photo_nor_pdf_is_refused(quarrel: Quarrel, enter: As) -> None:
    quarrel.take("accept")
    quarrel.agree()
    quarrel.take("dispatch")
    quarrel.take("sign")
    sent = {
        "submission": str(uuid4()),
        "version": str(quarrel.row.version),
        "result": "solved",
        "text": "谈拢了。",
        "agreement": SimpleUploadedFile("a.jpg", b"MZ not a photo", "image/jpeg"),
    }
    url = reverse("helpdesk:step", args=[quarrel.row.pk, "reply"])
    enter(quarrel.desk.handler).post(url, sent)
    assert ServiceRequest.objects.get(pk=quarrel.row.pk).state == State.IN_PROGRESS
