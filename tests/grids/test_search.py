"""The search in the head: everything is found by those who may see it, by every way there is, and by nobody else."""

from __future__ import annotations

import html
import logging
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community import search
from community.models import AuditEvent
from community.roles import Role
from community.search import Sought
from core import clock, pinyin
from grids.models import Owner, OwnerGroup, Ownership
from tests.factories import (
    DwellingFactory,
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    UnitFactory,
    appoint,
    desk,
    family_of,
    household_in,
    resident_of,
)

pytestmark = pytest.mark.django_db
SEARCH = "grids:search"
IDENTITY = "11010519491231002X"


@pytest.fixture
def unit():
    """225号3幢2单元 in a grid of its own."""
    unit = UnitFactory(
        number="2", building__number="3", building__estate__code="225", building__estate__name="朱方路225号"
    )
    unit.building.label = "225号3幢"
    unit.building.save()
    return unit


@pytest.fixture
def household(unit):
    """张三丰 and the family behind 225-3-2-501."""
    dwelling = DwellingFactory(unit=unit, room_no="501", label="225号3幢2单元501室")
    household = HouseholdFactory(dwelling=dwelling, phone="0511-88881234")
    family_of(
        household,
        named("张三丰", phone="13812345678", id_number=IDENTITY),
        named("李晓明", phone="13900002222"),
    )
    return household


@pytest.fixture
def leader(unit):
    return appoint(Role.GRID_LEADER, unit.building.grid)


def named(name, **fields):
    return {"name": name, "pinyin": pinyin.full(name), "initials": pinyin.initials(name), **fields}


def hits(user, words, only=""):
    """What the search gives, as (section, title, because, mark)."""
    groups = search.find(user, Sought.of(words), only)
    return [(group.key, hit.title, hit.because, hit.mark) for group in groups for hit in group.hits]


def titles(user, words):
    return [title for _section, title, _because, _mark in hits(user, words)]


class TestPeople:
    @pytest.mark.parametrize(
        ("words", "because"),
        [
            ("张", "姓名"),
            ("张三", "姓名"),
            ("三丰", "姓名"),
            ("张 三丰", "姓名"),
            ("zhangsanfeng", "拼音"),
            ("Zhang San Feng", "拼音"),
            ("zhāng sān fēng", "拼音"),
            ("ZHANGS", "拼音"),
            ("ｚｈａｎｇ", "拼音"),
            ("sanfeng", "拼音"),
            ("zsf", "拼音首字母"),
            ("Z S", "拼音首字母"),
            ("5678", "手机尾号"),
            ("13812345678", "手机号"),
            ("+86 138-1234-5678", "手机号"),
            (IDENTITY, "证件号码"),
            (IDENTITY.lower(), "证件号码"),
            ("110105 19491231 002X", "证件号码"),
        ],
    )
    def test_is_found_and_said_why(self, words, because, household, leader):
        assert ("people", "张三丰", because, "") in hits(leader, words)

    @pytest.mark.parametrize(
        "words", ["%", "_", "张%", "z%f", "___", "\\", "'", "<script>alert(1)</script>", "\x00", "🀄"]
    )
    def test_signs_mean_themselves(self, words, household, leader):
        assert hits(leader, words) == []

    @pytest.mark.parametrize("words", ["45678", "12345678", "1381234567", "110105194912310"])
    def test_the_hidden_digits_cannot_be_guessed_one_by_one(self, words, household, leader):
        assert hits(leader, words) == []

    def test_the_whole_name_comes_before_what_begins_with_it(self, household, leader):
        family_of(household, named("张三"), named("王张三"))
        assert titles(leader, "张三") == ["张三", "张三丰", "王张三"]

    def test_who_moved_away_is_marked_and_not_followed(self, household, leader):
        person = household.head
        membership = person.memberships.get()
        membership.ends_on = clock.today() - timedelta(days=40)
        membership.save()
        elsewhere = household_in(GridFactory(community=household.community))
        MembershipFactory(household=elsewhere, resident=person, starts_on=clock.today() - timedelta(days=39))
        (found,) = search.find(leader, Sought.of("张三丰"))
        (hit,) = found.hits
        assert "搬走了" in hit.mark
        assert hit.url == household.get_absolute_url()
        office = appoint(Role.COMMUNITY_STAFF, household.community)
        (found,) = search.find(office, Sought.of("张三丰"))
        assert [(hit.url, hit.mark) for hit in found.hits] == [(elsewhere.get_absolute_url(), "")]

    def test_who_died_is_marked(self, household, leader):
        household.head.deceased_on = date(2026, 1, 1)
        household.head.save()
        assert hits(leader, "张三丰") == [("people", "张三丰", "姓名", "已去世")]

    def test_merged_and_forgotten_are_gone(self, household, leader):
        first, second = (one.resident for one in household.memberships.order_by("pk"))
        second.merged_into = first
        second.save()
        first.forgotten_on = clock.today()
        first.save()
        assert hits(leader, "张三丰") == hits(leader, "李晓明") == []


class TestDoors:
    @pytest.mark.parametrize(
        "words",
        [
            "225-3-2-501",
            "225号3幢2单元501室",
            "朱方路225号3栋二单元五〇一",
            "3-2-501",
            "3-501",
            "501",
            "501室",
            "2单元501",
            "225 3 2 501",
            "２２５－３－２－５０１",
            "225-3-501",
            "225-3-2",
            "3-2",
        ],
    )
    def test_in_all_spellings(self, words, household, leader):
        assert ("doors", "225号3幢2单元501室", "门牌", "") in hits(leader, words)

    @pytest.mark.parametrize("words", ["225", "225号", "3幢", "225-3", "225号3幢", "朱方路225号", "三幢"])
    def test_a_building(self, words, household, leader):
        assert ("doors", "225号3幢", "楼栋", "") in hits(leader, words)

    @pytest.mark.parametrize("room", ["1201A", "商铺3", "1201-1", "门卫室"])
    def test_odd_rooms(self, room, unit, leader):
        dwelling = DwellingFactory(unit=unit, room_no=room, label=f"225号3幢2单元{room}")
        HouseholdFactory(dwelling=dwelling)
        assert dwelling.label in titles(leader, room)
        assert dwelling.label in titles(leader, room.lower())

    def test_another_door_is_not(self, household, leader):
        assert hits(leader, "225-3-1-501") == hits(leader, "225-13-2-501") == hits(leader, "226-3-2-501") == []

    def test_a_vacant_one_leads_to_its_building(self, unit, leader):
        DwellingFactory(unit=unit, room_no="502", label="225号3幢2单元502室")
        (found,) = search.find(leader, Sought.of("502"))
        assert [(hit.mark, hit.url) for hit in found.hits] == [
            ("空置", reverse("grids:building", args=[unit.building_id]))
        ]

    def test_several_households_and_the_one_that_left(self, household, leader):
        HouseholdFactory(dwelling=household.dwelling, kind="renting")
        HouseholdFactory(dwelling=household.dwelling, left_on=date(2026, 3, 31))
        marks = [mark for _section, _title, _because, mark in hits(leader, "225-3-2-501")]
        assert len(marks) == 3
        assert marks[:2] == ["", ""]
        assert "搬走了" in marks[2]

    @pytest.mark.parametrize("words", ["1234", "0511-88881234", "051188881234"])
    def test_the_household_by_its_telephone(self, words, household, leader):
        household.phone = household.phone.plain if "-" in words or words == "1234" else words
        household.save()
        assert ("doors", "225号3幢2单元501室", "联系电话", "") in hits(leader, words)


class TestOwners:
    @pytest.fixture
    def owner(self, household):
        place = {"community": household.community}
        group = OwnerGroup.objects.create(estate=household.building.estate, label="钱塘江", **place)
        Ownership.objects.create(group=group, dwelling=household.dwelling, starts_on=date(2020, 1, 1), **place)
        return Owner.objects.create(group=group, name="钱塘江", phone="13700001111", id_number=IDENTITY, **place)

    @pytest.mark.parametrize("words", ["钱塘", "13700001111", IDENTITY])
    def test_for_those_who_may(self, words, owner, leader):
        committee = appoint(Role.COMMITTEE, owner.group.estate, office="chair")
        assert ("owners", "钱塘江") in [hit[:2] for hit in hits(leader, words)]
        assert {hit[0] for hit in hits(committee, words)} == {"owners"}

    def test_not_for_the_steward_or_next_door(self, owner, household):
        steward = appoint(Role.BUILDING_STEWARD, household.building)
        neighbour = appoint(Role.GRID_LEADER, GridFactory(community=household.community))
        assert hits(steward, "钱塘") == hits(neighbour, "钱塘") == []


class TestScope:
    @pytest.mark.parametrize("words", ["张三丰", "zsf", "5678", "13812345678", IDENTITY, "501", "225", "1234"])
    def test_nothing_outside_of_it_not_even_a_count(self, words, household, client):
        neighbour = appoint(Role.GRID_LEADER, GridFactory(community=household.community))
        foreign = appoint(Role.SECRETARY, GridFactory().community)
        for user in (neighbour, foreign):
            assert search.find(user, Sought.of(words)) == []
            client.force_login(user)
            page = look(client, words)
            assert "没有找到" in page
            assert household.dwelling.label not in page

    @pytest.mark.parametrize("role", [Role.GATEKEEPER, Role.ADVISER, Role.STREET_OBSERVER, Role.ADMINISTRATOR])
    def test_who_has_nothing_to_find_gets_no_search(self, role, household, client):
        place = household.building.estate if role == Role.GATEKEEPER else household.community
        client.force_login(appoint(role, place))
        assert 'class="find"' not in client.get(reverse("community:mine")).content.decode()
        assert "没有您可以查找的" in look(client, "张三丰")

    def test_a_resident_finds_the_own_requests_only(self, client):
        work = desk()
        mine = work.log(title="厨房水管漏水")
        other = resident_of(household_in(work.grid))
        assert hits(work.reporter, "水管") == [("requests", "厨房水管漏水", "诉求里写着", "")]
        assert titles(work.reporter, mine.number) == ["厨房水管漏水"]
        assert hits(other, "水管") == hits(other, mine.number) == []
        assert {hit[0] for hit in hits(work.reporter, work.household.dwelling.room_no)} <= {"requests"}

    def test_a_request_by_its_number(self):
        work = desk()
        number = work.log().number
        for words in (number, number.lower(), number[:-2], str(int(number[-6:])).zfill(3)):
            assert titles(work.leader, words) == ["厨房水管漏水"], words
        assert titles(work.leader, "水管") == []


def look(client, words, follow=True):
    """What the page says to words that were typed into the head."""
    return client.post(reverse(SEARCH), {"q": words}, follow=follow).content.decode()


class TestPage:
    @pytest.fixture(autouse=True)
    def _signed_in(self, leader, client):
        client.force_login(leader)

    def test_the_head_asks(self, household, client):
        page = client.get(reverse("grids:places")).content.decode()
        assert re.search(rf'<form class="find" action="{reverse(SEARCH)}" method="post"', page)

    def test_words_stand_in_the_address_and_can_be_sent_on(self, household, client):
        answer = client.post(reverse(SEARCH), {"q": " 张三 "})
        assert answer.url == f"{reverse(SEARCH)}?q=%E5%BC%A0%E4%B8%89"
        page = client.get(answer.url).content.decode()
        assert "张三丰" in page
        assert 'value="张三"' in page

    @pytest.mark.parametrize(
        "number", ["13812345678", "138 1234 5678", "138-1234-5678", IDENTITY, "0511-88881234", "E12345678"]
    )
    def test_a_whole_number_stands_in_no_address_and_no_log(self, number, household, client, caplog):
        with caplog.at_level(logging.DEBUG):
            answer = client.post(reverse(SEARCH), {"q": number})
        assert answer.status_code == 200
        digits = re.sub("[^0-9]", "", number)
        addresses = re.findall(r'(?:href|action|src)="([^"]*)"', answer.content.decode())
        assert not any(digits in re.sub("[^0-9]", "", one) for one in addresses)
        assert digits not in re.sub(
            "[^0-9]",
            "",
            " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db")),
        )
        page = client.get(reverse(SEARCH), {"q": number}).content.decode()
        assert "不从网址里查" in page
        assert "225号3幢" not in page

    def test_only_the_mask_is_shown(self, household, client):
        page = look(client, IDENTITY)
        assert "张三丰" in page
        assert "1101**********002X" in page
        assert re.sub(r'value="[^"]*"', "", page).find(IDENTITY) < 0

    def test_who_asked_for_a_whole_number_is_in_the_record(self, household, leader, client):
        look(client, "5678")
        assert not AuditEvent.objects.exists()
        look(client, IDENTITY)
        event = AuditEvent.objects.get()
        assert (event.verb, event.actor_id, event.household_id) == ("found_by_number", leader.pk, household.pk)
        assert IDENTITY not in str(event.changes)

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ("", "写上姓名"),
            ("   ", "写上姓名"),
            ("\u200b", "写上姓名"),
            ("z", "再多写一两个"),
            ("5", "再多写一两个"),
            ("长" * 500, "最多写 60 个字"),
            ("9" * 500, "最多写 60 个字"),
            ("%%", "没有找到"),
            ("<script>alert(1)</script>", "没有找到"),
        ],
    )
    def test_whatever_is_typed_is_answered_kindly(self, words, says, household, client):
        page = look(client, words)
        assert says in page
        assert "<script>alert" not in page
        assert client.get(reverse(SEARCH), {"q": words}).status_code == 200

    def test_many_are_cut_and_there_is_more(self, household, client):
        for _ in range(60):
            family_of(household, named("赵六"))
        page = look(client, "赵六")
        assert page.count('class="row-item"') < 50
        link = html.unescape(re.search(r'href="(\?q=[^"]*in=people)"', page).group(1))
        page = client.get(reverse(SEARCH) + link).content.decode()
        assert page.count('class="row-item"') == search.AT_MOST
        assert "请多写几个字" in page

    @pytest.mark.parametrize("words", ["赵六", "zl", "0001", "501", "225"])
    def test_the_number_of_queries_does_not_grow(self, words, household, client, django_assert_max_num_queries):
        def asked():
            with django_assert_max_num_queries(12) as captured:
                assert client.get(reverse(SEARCH), {"q": words}).status_code == 200
            return len(captured)

        family_of(household, named("赵六", phone="13800000001"))
        few = asked()
        for _ in range(30):
            family_of(household, named("赵六", phone="13800000001"))
            HouseholdFactory(dwelling__unit__building=household.building, dwelling__room_no="501", phone="13800000001")
        assert asked() == few

    def test_too_many_numbers_too_fast(self, household, client):
        answers = {client.post(reverse(SEARCH), {"q": f"138{number:08}"}).status_code for number in range(40)}
        assert answers == {200, 429}


CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=5)
LATIN = st.from_regex(r"\A[A-Z][a-z]{2,12}( [A-Z][a-z]{2,12})?\Z")


class TestWhoeverIsRegistered(TestCase):
    """Whatever the name, the door and the numbers: found by the entitled, never by the stranger."""

    @settings(max_examples=25)  # Each asks twenty searches of two people.
    @given(
        name=CHINESE | LATIN,
        phone=st.from_regex(r"\A1[3-9][0-9]{9}\Z"),
        building=st.integers(1, 99),
        unit=st.integers(1, 9),
        room=st.integers(101, 3699),
    )
    def test_is_found_by_the_entitled_and_never_by_the_stranger(self, name, phone, building, unit, room):
        dwelling = DwellingFactory(
            unit__number=str(unit), unit__building__number=str(building), unit__building__estate__code="225",
            room_no=str(room), label=f"225号{building}幢{unit}单元{room}室",
        )  # fmt: skip
        home = HouseholdFactory(dwelling=dwelling)
        family_of(home, named(name, phone=phone))
        leader = appoint(Role.GRID_LEADER, home.building.grid)
        stranger = appoint(Role.GRID_LEADER, GridFactory(community=home.community))
        sound, letters = pinyin.full(name), pinyin.initials(name)
        by_name = [name, name[:2], " ".join(name), sound, sound.upper(), sound[:5], letters, letters.upper(), phone]
        door = f"225-{building}-{unit}-{room}"
        by_door = [door, door[4:], f"{building}-{room}", str(room), f"225号{building}幢{unit}单元{room}室"]
        for words in [*(one for one in by_name if len(one) > 1), phone[-4:], *by_door]:
            found = [hit.url for group in search.find(leader, Sought.of(words)) for hit in group.hits]
            assert home.get_absolute_url() in found, words
            assert search.find(stranger, Sought.of(words)) == []


@given(st.text(max_size=80))
def test_whatever_is_typed_can_be_folded(typed):
    sought = Sought.of(typed)
    assert sought.text == " ".join(sought.text.split())
    assert not sought.latin or (sought.latin.isascii() and sought.latin == sought.latin.lower())
    assert all(phone for phone in sought.phones)
    assert isinstance(sought.is_private, bool)
