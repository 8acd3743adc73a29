"""Between two households: each reads its own side, and nobody else either."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community import personal
from community.models import AuditEvent, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk import actions, today
from helpdesk.models import ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import parties_of, steps_for
from helpdesk.querysets import leaders_of
from helpdesk.states import State
from tests.asks import asks_of
from tests.factories import (
    GridFactory,
    MembershipFactory,
    appoint,
    neighbour_of,
    resident_of,
    small_photo,
)
from tests.helpdesk.mediation_makers import TITLE, TOLD, Quarrel, a_quarrel, again, page, texts, told
from tests.helpdesk.people import As

pytestmark = pytest.mark.django_db


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
