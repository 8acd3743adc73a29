"""The pages: what they show and keep, what they cost, who gets in."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from community.roles import Role
from core import clock, scoping
from core.quarters import Quarter
from grids.actions import change_resident, consents
from grids.models import Resident
from tests.asks import asks_of, panels_of
from tests.factories import DwellingFactory, MembershipFactory, appoint, family_of, household_in, report_of, resident_of
from visits import actions
from visits import today as room
from visits.models import Campaign, Conflict, Feedback, Finding, Target, Verification, Visit
from visits.report import Answer, Brought, Handling
from visits.sheet import sheet_for
from visits.today import entries

pytestmark = pytest.mark.django_db

ALERT = 'role="alert"'
ASKED = {"handling": "request", "severity": "minor"}


@pytest.fixture
def signed_in(leader, client):
    client.force_login(leader)
    return leader


def typed(client, url, **fields):
    """What a browser sends back: the hidden fields of the page, and what was filled in."""
    page = client.get(url).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(uuid|started|base_version|seen)" value="([^"]*)"', page)
    assert len(hidden) == 4
    return {**{name: unescape(value) for name, value in hidden}, "outcome": "met", **fields}


def photo(name="door.jpg"):
    file = BytesIO()
    Image.new("RGB", (64, 48), "white").save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue(), content_type="image/jpeg")


class TestForm:
    def test_the_empty_form_is_drawn_as_the_one_that_comes_back(self, target, household, signed_in, client):
        """An empty form is drawn from what was kept at hand: every control must stand in it just as in the other."""
        Resident.objects.update(name="gap-key <b>王</b>")
        url = target.get_absolute_url()

        def controls(page):
            groups = page[page.index('<div class="groups">') :]
            return re.findall(r"<(?:input|select|textarea|option|legend|label)[^>]*>", groups)

        chosen = {f"f{number}-{name}": value for number in (1, 2, 3) for name, value in ASKED.items()}
        sent = typed(client, url, **chosen)
        empty, back = client.get(url).content.decode(), client.post(url, sent).content.decode()
        assert ALERT in back
        assert controls(empty) == controls(back)
        assert empty.count("gap-key &lt;b&gt;王&lt;/b&gt;的手机号") == 2 * len(household.memberships.all())
        assert "<b>王" not in empty

    def test_all_true_in_one_press(self, target, household, signed_in, client):
        url = target.get_absolute_url()
        answer = client.post(url, typed(client, url, rest="confirmed"))
        visit = Visit.objects.get()
        assert answer.url == visit.get_absolute_url()
        assert Verification.objects.filter(visit=visit, result="confirmed").count() == 9
        target.refresh_from_db()
        # What the register does not know cannot be confirmed by one press: a membership, a phone, a place of hukou.
        assert Verification.objects.filter(visit=visit, result="unknown").count() == 3
        assert (target.state, target.fields_verified) == ("done", 9)

    def test_all_true_but_one(self, target, household, signed_in, client):
        url, head = target.get_absolute_url(), household.head
        given = {f"r-{head.pk.hex}-phone": "changed", f"r-{head.pk.hex}-phone-new": "13900001111"}
        client.post(url, typed(client, url, rest="confirmed", **given))
        head.refresh_from_db()
        assert str(head.phone) == "139****1111"
        assert Verification.objects.filter(result="confirmed").count() == 8

    def test_one_person_all_true(self, target, household, signed_in, client):
        url = target.get_absolute_url()
        client.post(url, typed(client, url, **{f"all-r-{household.head.pk.hex}": "on"}))
        assert set(Verification.objects.values_list("resident", "result")) == {
            (household.head.pk, "confirmed"),
            (household.head.pk, "unknown"),
        }

    def test_only_what_was_shown_is_confirmed(self, target, household, signed_in, client):
        url = target.get_absolute_url()
        given = typed(client, url, rest="confirmed")
        MembershipFactory(household=household)
        client.post(url, given)
        assert Verification.objects.count() == 12

    def test_a_double_click_and_a_late_repeat_do_nothing_twice(self, target, signed_in, client):
        url = target.get_absolute_url()
        given = typed(client, url, rest="confirmed", note="都好")
        answers = [client.post(url, given) for _ in range(3)]
        assert len({answer.url for answer in answers}) == 1
        assert Visit.objects.count() == 1

    def test_back_and_changed_is_told_so(self, target, signed_in, client):
        url = target.get_absolute_url()
        given = typed(client, url, rest="confirmed")
        client.post(url, given)
        page = client.post(url, {**given, "note": "忘了写"}).content.decode()
        assert "内容和这次不一样" in page
        assert "忘了写" in page
        assert Visit.objects.count() == 1

    def test_bad_input_keeps_what_was_typed(self, target, household, signed_in, client):
        url, head = target.get_absolute_url(), household.head
        key = f"r-{head.pk.hex}-phone"
        given = {
            key: "changed",
            f"{key}-new": "138",
            "note": "晚上七点以后在家",
            "f1-text": "楼道灯坏了",
            "f1-handling": "request",
            "f2-how": "换了",
        }
        answer = client.post(url, typed(client, url, **given))
        page = answer.content.decode()
        assert answer.status_code == 200
        for words in (
            "11 位手机号",
            "请选一个类别",
            "请写明是什么问题",
            "晚上七点以后在家",
            "楼道灯坏了",
            'value="138"',
        ):
            assert words in page
        assert not Visit.objects.exists()

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({}, "还没有核实任何一项"),
            ({"outcome": "absent", "all-h": "on"}, "没有见到人"),
            ({"outcome": "moon"}, ALERT),
            ({"h-phone": "changed"}, "请填上新的"),
            ({"h-phone-new": "13900001111"}, "请选“有变”"),
            ({"h-kind": "moon"}, ALERT),
            ({"r-0-phone": "confirmed"}, "有人搬走了"),
            ({"seen": "[1]"}, "表格不完整"),
            ({"seen": "{"}, ALERT),
            ({"started": "moon"}, ALERT),
            ({"uuid": "moon"}, ALERT),
            ({"uuid": ""}, ALERT),
            ({"rest": "moon", "met_who": "外人"}, ALERT),
            ({"f1-text": "漏水", "f1-handling": "request", "f1-category": "999999"}, ALERT),
            ({"note": "字" * 501}, "500"),
        ],
    )
    def test_every_nonsense_is_answered_with_a_page(self, given, says, target, signed_in, client):
        url = target.get_absolute_url()
        answer = client.post(url, typed(client, url, **given))
        assert answer.status_code == 200
        assert says in answer.content.decode()
        assert not Visit.objects.exists()

    def test_nobody_at_home_is_one_press(self, target, signed_in, client):
        url = target.get_absolute_url()
        client.post(url, typed(client, url, outcome="absent", rest="confirmed"))
        target.refresh_from_db()
        assert target.state == "absent_once"
        assert not Verification.objects.exists()

    def test_a_household_of_eight(self, campaign, grid, signed_in, client, django_assert_max_num_queries):
        household = household_in(grid)
        members = family_of(household, *[{"name": f"家人{number}"} for number in range(8)])
        url = reverse("visits:record_household", args=[household.pk])
        with django_assert_max_num_queries(12):
            page = client.get(url).content.decode()
        assert all(member.name in page for member in members)
        client.post(url, typed(client, url, rest="confirmed"))
        assert Verification.objects.count() == 2 + 8 * 5

    def test_a_problem_with_a_photo_becomes_a_request(self, target, category, signed_in, client):
        url = target.get_absolute_url()
        given = {"f1-text": "厨房漏水", "f1-handling": "request", "f1-category": category.pk, "photos": photo()}
        answer = client.post(url, typed(client, url, rest="confirmed", **given))
        finding = Finding.objects.get()
        assert finding.request is not None
        page = client.get(answer.url).content.decode()
        assert "厨房漏水" in page
        shown = client.get(Visit.objects.get().photos.get().thumbnail)
        assert shown["Content-Type"] == "image/jpeg"
        assert shown.getvalue().startswith(b"\xff\xd8")
        shown.close()

    def test_photos_are_not_offered_where_somebody_minds_them(self, target, household, leader, signed_in, client):
        url, person = target.get_absolute_url(), household.head
        assert 'name="photos"' in client.get(url).content.decode()
        for write in (consents.give_consent, consents.withdraw_consent):
            more = {"household": household} if write is consents.give_consent else {}
            write(person, kind="visit_photos", how="当面说的", by=leader, **more)
        page = client.get(url).content.decode()
        assert 'name="photos"' not in page
        assert f"{person.name}不同意走访时拍照" in page
        page = client.post(url, typed(client, url, rest="confirmed", photos=photo())).content.decode()
        assert ALERT in page
        assert "请去掉照片再保存" in page
        assert not Visit.objects.exists()
        assert client.post(url, typed(client, url, rest="confirmed")).status_code == 302

    def test_a_new_value_is_named_without_a_second_colon(self, target, household, signed_in, client):
        url = target.get_absolute_url()
        assert f"{household.head.name}的手机号（新的）<" in client.get(url).content.decode()

    def test_a_door_that_is_overdue_says_so(self, target, signed_in, client):
        with clock.at(clock.now() + (target.due_on - clock.today()) + timedelta(days=3)):
            client.force_login(signed_in)
            assert "，已经过了 3 天" in client.get(target.get_absolute_url()).content.decode()
            assert "，已经过了 3 天" in asks_of(room, signed_in)[0].detail
        assert "已经过了" not in client.get(target.get_absolute_url()).content.decode()

    def test_feedback_comes_first_and_closes(self, target, household, leader, signed_in, client):
        actions.record_visit(household, by=leader, report=report_of(household, findings=(Brought("灯泡坏了"),)))
        finding = Finding.objects.get()
        url = reverse("visits:record_household", args=[household.pk])
        key = finding.pk.hex
        page = client.post(url, typed(client, url, **{f"told-{key}": "换好了"})).content.decode()
        assert "请选家里怎么说" in page
        client.post(url, typed(client, url, **{f"told-{key}": "换好了", f"answer-{key}": "satisfied"}))
        finding.refresh_from_db()
        assert finding.state == "closed"

    def test_two_open_forms_make_a_conflict(self, target, household, office, signed_in, client):
        url, head = target.get_absolute_url(), household.head
        given = typed(client, url, **{f"r-{head.pk.hex}-phone": "changed", f"r-{head.pk.hex}-phone-new": "13900001111"})
        change_resident(head, household=household, by=office, phone="13700000000")
        answer = client.post(url, given)
        assert "有的地方对不上" in client.get(answer.url).content.decode()
        page = client.get(reverse("visits:conflicts")).content.decode()
        assert "139****1111" in page
        assert "137****0000" in page
        settle = reverse("visits:settle", args=[Conflict.objects.get().pk])
        assert "请选以哪个为准" in client.post(settle, {"keep": "moon"}, follow=True).content.decode()
        assert client.post(settle, {"keep": "visit"}).status_code == 302
        assert client.post(settle, {"keep": "visit"}).status_code == 302
        head.refresh_from_db()
        assert str(head.phone) == "139****1111"

    def test_a_correction_from_the_page_of_the_visit(self, target, signed_in, client):
        url = target.get_absolute_url()
        client.post(url, typed(client, url, rest="confirmed"))
        first = Visit.objects.get()
        again = reverse("visits:correct", args=[first.pk])
        client.post(again, typed(client, again, outcome="phone", rest="confirmed"))
        assert Visit.objects.exclude(pk=first.pk).get().supersedes == first
        assert "后来更正过" in client.get(first.get_absolute_url()).content.decode()
        assert client.get(again).status_code == 404

    def test_phones_are_masked_and_not_in_the_fingerprints(self, target, household, signed_in, client):
        page = client.get(target.get_absolute_url()).content.decode()
        assert "138****5678" in page
        assert "13812345678" not in page
        seen = json.loads(typed(client, target.get_absolute_url())["seen"])
        assert all(re.fullmatch("[0-9a-f]{16}", value) for value in seen.values())


class TestQueries:
    """The same number of queries for one row and for thirty, twelve at most."""

    def cost(self, client, url, counter):
        with counter(12) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    def visited(self, household, leader):
        brought = (Brought("灯泡坏了"), Brought("楼道堆物"))
        seen = sheet_for(leader, household).seen
        answers = {"h-kind": Answer("confirmed"), "h-phone": Answer("unknown")}
        report = report_of(household, findings=brought, answers=answers, seen=seen)
        return actions.record_visit(household, by=leader, report=report)

    @pytest.mark.parametrize(
        "page", ["round", "building", "record", "history", "visit", "findings", "finding", "conflicts", "campaigns"]
    )
    def test_a_page(self, page, campaign, household, leader, office, client, django_assert_max_num_queries):
        client.force_login(office)
        visit = self.visited(household, leader)
        finding = visit.findings.first()
        self.conflict(visit)
        url = {
            "round": reverse("visits:round"),
            "building": reverse("visits:building", args=[household.building_id]),
            "record": reverse("visits:record", args=[campaign.targets.get(kind="quarterly").pk]),
            "history": reverse("visits:household_history", args=[household.pk]),
            "visit": visit.get_absolute_url(),
            "findings": reverse("visits:findings"),
            "finding": finding.get_absolute_url(),
            "conflicts": reverse("visits:conflicts"),
            "campaigns": reverse("visits:campaigns"),
        }[page]
        client.get(url)
        few = self.cost(client, url, django_assert_max_num_queries)
        for number in range(30):
            other = household_in(household.building.grid)
            if number % 3 == 0:
                self.conflict(self.visited(household, leader))
                self.visited(other, leader)
                actions.give_feedback(finding, told="在办", answer="heard", by=leader)
                family_of(household_in(household.building.grid, dwelling__unit=household.dwelling.unit), {})
        assert self.cost(client, url, django_assert_max_num_queries) == few

    def conflict(self, visit):
        return Conflict.objects.create(
            community=visit.community,
            visit=visit,
            household=visit.household,
            building=visit.building,
            field="phone",
            brought="13900001111",
            found="13800001111",
        )


class TestFinding:
    @pytest.fixture
    def finding(self, household, leader):
        actions.record_visit(household, by=leader, report=report_of(household, findings=(Brought("灯泡坏了"),)))
        return Finding.objects.get()

    def test_fix_then_tell(self, finding, signed_in, client):
        fix = reverse("visits:finding_fix", args=[finding.pk])
        assert "has-error" in client.post(fix, {"how": ""}).content.decode()
        assert client.post(fix, {"how": "换了灯泡"}).url == finding.get_absolute_url()
        url = finding.get_absolute_url()
        given = {"told": "灯泡换好了", "answer": "satisfied", "submission": "0198c0de-0000-4000-8000-000000000001"}
        for _ in range(2):
            assert client.post(url, given).status_code == 302
        assert Feedback.objects.count() == 1
        assert "已反馈" in client.get(url).content.decode()
        assert "灯泡坏了" in client.get(reverse("visits:findings") + "?state=closed").content.decode()

    def test_hand_it_over(self, finding, category, signed_in, client):
        hand = reverse("visits:finding_request", args=[finding.pk])
        assert client.post(hand, {"category": ""}).status_code == 200
        client.post(hand, {"category": category.pk})
        finding.refresh_from_db()
        assert finding.state == "requested"
        page = client.get(finding.get_absolute_url()).content.decode()
        assert finding.request.number in page
        refused = client.post(finding.get_absolute_url(), {"told": "好了", "answer": "satisfied"}).content.decode()
        assert "还在办" in refused
        assert "好了" in refused


class TestCampaigns:
    def test_numbers_then_open_then_close(self, grid, household, leader, office, client):
        client.force_login(office)
        assert "还没开始" in client.get(reverse("visits:round")).content.decode()
        url = reverse("visits:open_campaign")
        page = client.get(url).content.decode()
        assert "户每户一个走访任务" in page
        given = dict(re.findall(r'name="(quarter|starts_on|ends_on)"[^>]*value="([^"]+)"', page))
        given["quarter"] = re.search(r'<option value="([^"]+)"', page)[1]
        made = client.post(url, given)
        campaign = Campaign.objects.get()
        assert made.url == campaign.get_absolute_url()
        assert "已经有了" in client.post(url, given).content.decode()
        close = reverse("visits:close_campaign", args=[campaign.pk])
        assert "请写明原因" in client.post(close, {"explanation": ""}).content.decode()
        client.post(close, {"explanation": "台风"})
        campaign.refresh_from_db()
        assert not campaign.is_open
        assert "已结束" in client.get(reverse("visits:round")).content.decode()
        assert "台风" in client.get(reverse("visits:campaigns")).content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"starts_on": "2026-12-31", "ends_on": "2026-10-01"}, {"ends_on": "2099-01-01"}, {"quarter": "x"}]
    )
    def test_bad_windows(self, wrong, grid, office, client):
        client.force_login(office)
        given = {"quarter": "2026Q4", "starts_on": "2026-10-01", "ends_on": "2026-12-31", **wrong}
        assert client.post(reverse("visits:open_campaign"), given).status_code == 200
        assert not Campaign.objects.exists()


class TestWhoGetsIn:
    def test_another_grid_finds_nothing(self, target, household, leader, grid, client):
        visit = actions.record_visit(household, by=leader, report=report_of(household, findings=(Brought("灯"),)))
        other = appoint(Role.GRID_LEADER, type(grid).objects.create(community=grid.community, code="1" * 15, name="二"))
        client.force_login(other)
        for url in (
            target.get_absolute_url(),
            visit.get_absolute_url(),
            visit.findings.get().get_absolute_url(),
            reverse("visits:building", args=[household.building_id]),
            reverse("visits:household_history", args=[household.pk]),
            reverse("visits:record_household", args=[household.pk]),
            reverse("visits:correct", args=[visit.pk]),
        ):
            assert client.get(url).status_code == 404

    def test_a_resident_has_no_visit_pages(self, household, client):
        client.force_login(resident_of(household))
        assert client.get(reverse("visits:round")).status_code == 403

    def test_a_leader_does_not_visit_as_a_resident(self, grid, household, leader, client):
        elsewhere = household_in(type(grid).objects.create(community=grid.community, code="2" * 15, name="三"))
        appoint(Role.RESIDENT, elsewhere, user=leader)
        client.force_login(leader)
        assert client.get(reverse("visits:record_household", args=[elsewhere.pk])).status_code == 404

    def test_a_resident_sees_visits_to_the_own_household_only(self, household, leader, grid):
        other = household_in(grid)
        mine = actions.record_visit(household, by=leader, report=report_of(household))
        actions.record_visit(other, by=leader, report=report_of(other))
        user = resident_of(household)
        with scoping.armed():
            assert list(Visit.objects.visible_to(user)) == [mine]
            assert not Target.objects.visible_to(user).exists()
            assert not Conflict.objects.visible_to(user).exists()

    def test_a_steward_visits_the_own_building(self, target, household, client):
        client.force_login(appoint(Role.BUILDING_STEWARD, household.building))
        url = target.get_absolute_url()
        assert client.post(url, typed(client, url, rest="confirmed")).status_code == 302
        assert "没有对不上" in client.get(reverse("visits:conflicts")).content.decode()

    @pytest.mark.parametrize("asked", ["moon", "0198c0de-0000-4000-8000-000000000001"])
    def test_a_round_that_is_not_there(self, asked, campaign, signed_in, client):
        assert client.get(reverse("visits:round"), {"campaign": asked}).status_code == 404


class TestFacade:
    def test_every_door_says_how_it_stands(self, campaign, household, leader, signed_in, client):
        unit = household.dwelling.unit
        DwellingFactory(unit=unit, room_no="101")
        late = household_in(household.building.grid, dwelling__unit=unit)
        actions.record_visit(household, by=leader, report=report_of(household))
        page = client.get(reverse("visits:building", args=[household.building_id])).content.decode()
        assert "已访" in page
        assert "空置" in page
        assert "新住户" in page
        assert reverse("visits:record_household", args=[late.pk]) in page


class TestToday:
    def test_doors_problems_and_conflicts(self, campaign, household, leader, office, django_assert_num_queries):
        brought = (Brought("灯泡坏了", handling=Handling.NOTE),)
        with django_assert_num_queries(1 + 1):
            titles = [ask.title for ask in asks_of(room, leader)]
        assert titles == [f"{household.building.label}还有 1 户待访"]
        visit = actions.record_visit(household, by=leader, report=report_of(household, findings=brought))
        TestQueries().conflict(visit)
        with django_assert_num_queries(1):
            titles = [ask.title for ask in asks_of(room, leader)]
        assert titles == ["走访问题还没反馈 1 件", "两个人说的不一样 1 处"]

    def test_the_office_is_told_once_for_all_buildings(self, grid, household, leader, office):
        assert [ask.button for ask in asks_of(room, office)] == ["去开始"]
        household_in(grid)
        actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
        assert [ask.title for ask in asks_of(room, office)] == ["本季还有 2 户待访"]
        with clock.at(clock.now() + timedelta(days=120)):
            assert [ask.button for ask in asks_of(room, office)] == ["去走访", "去结束"]

    def test_a_resident_is_asked_nothing(self, household):
        nobody = resident_of(household)
        assert asks_of(room, nobody) == panels_of(room, nobody) == entries(nobody) == []

    def test_the_picture_counts_the_doors_of_the_duty(self, campaign, household, leader, office):
        assert panels_of(room, leader)[0].data["count"].doors == panels_of(room, office)[0].data["count"].doors == 1
        elsewhere = appoint(Role.BUILDING_STEWARD, household_in(household.building.grid).building)
        assert panels_of(room, elsewhere) == []

    def test_today_shows_the_round(self, campaign, household, signed_in, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(6) as few:
            panels_of(room, signed_in), asks_of(room, signed_in)
        for _ in range(30):
            family_of(household_in(household.building.grid, dwelling__unit=household.dwelling.unit), {})
        with django_assert_max_num_queries(len(few)):
            panels_of(room, signed_in), asks_of(room, signed_in)
        page = client.get(reverse("community:today")).content.decode()
        assert "核实字段" in page
