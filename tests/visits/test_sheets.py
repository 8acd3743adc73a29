"""A printed round sheet: what stands on it, and that typing it in does each door once."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta

import pytest
from django.urls import reverse

from community.models import AuditEvent
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import CareTag
from tests.factories import HouseholdFactory, UserFactory, appoint, family_of, report_of
from visits import actions, round_sheets
from visits.models import RoundSheet, Target, Verification, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def homes(household):
    """Three more doors of the same stairwell, with numbers that texts sort wrongly."""
    unit = household.dwelling.unit
    household.dwelling.room_no, household.dwelling.label = "901", f"{unit}901室"
    household.dwelling.save()
    rooms = ("1001", "201", "1002")
    homes = [HouseholdFactory(dwelling__unit=unit, dwelling__room_no=room, phone="0511-66667777") for room in rooms]
    family_of(homes[0], {"name": "欧阳明", "sex": "1", "phone": "13700001111", "id_number": "321102195603070016"})
    family_of(homes[1], {"name": "周芳", "sex": "2"}, {"name": "周小雨", "birth_date": "2020-05-01"})
    family_of(homes[2], {"name": "陈静"})
    return [homes[1], household, homes[0], homes[2]]


@pytest.fixture
def sheet(homes, campaign, leader):
    return actions.print_sheet(homes[0].building, campaign, by=leader)


def ticks(sheet, *outcomes):
    """Outcomes for the first lines, "" for a line without a tick."""
    targets = [Target.objects.get(pk=key) for key in sheet.targets]
    return {target.pk: outcome for target, outcome in zip(targets, outcomes, strict=False) if outcome}


def typed_in(sheet, by, *outcomes, on=None):
    return actions.type_in_sheet(sheet, ticks(sheet, *outcomes), walked_on=on or clock.today(), by=by)


def fields(sheet, *outcomes, **more):
    """The form of the page."""
    posted = {"walked_on": clock.today().isoformat(), **more}
    return posted | {f"door-{key.hex}": outcome for key, outcome in ticks(sheet, *outcomes).items()}


def text_of(pdf, tmp_path):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return done.stdout


class TestPrinting:
    def test_the_doors_stand_as_one_walks_and_the_numbers_go_on(self, homes, campaign, leader):
        first = actions.print_sheet(homes[0].building, campaign, by=leader)
        second = actions.print_sheet(homes[0].building, campaign, by=leader)
        assert (first.number, second.number) == (1, 2)
        doors = [Target.objects.get(pk=key).household for key in first.targets]
        assert doors == homes
        assert AuditEvent.objects.filter(verb="round_sheet_printed").count() == 2

    def test_a_door_with_several_targets_has_one_line(self, homes, campaign, leader, office):
        actions.add_target(homes[0], kind="special", due_on=clock.today(), reason="看看取暖器", by=office)
        sheet = actions.print_sheet(homes[0].building, campaign, by=leader)
        assert len(sheet.targets) == len(homes)
        line = round_sheets.lines_of(leader, sheet)[0]
        assert "看看取暖器" in line.why

    def test_only_doors_that_wait(self, homes, campaign, leader):
        actions.record_visit(homes[1], by=leader, report=report_of(homes[1]))
        sheet = actions.print_sheet(homes[0].building, campaign, by=leader)
        assert [Target.objects.get(pk=key).household for key in sheet.targets] == [homes[0], homes[2], homes[3]]
        for home in homes:
            actions.record_visit(home, by=leader, report=report_of(home))
        with pytest.raises(Refused, match="没有还要走的户"):
            actions.print_sheet(homes[0].building, campaign, by=leader)

    def test_not_after_the_round(self, homes, campaign, leader, office):
        actions.close_campaign(campaign, by=office, explanation="下一季补")
        campaign.refresh_from_db()
        with pytest.raises(Refused, match="没有在进行"):
            actions.print_sheet(homes[0].building, campaign, by=leader)

    def test_statements_do_not_grow_with_the_doors(self, homes, sheet, leader, django_assert_num_queries):
        leader.scope  # noqa: B018 read once a request
        with django_assert_num_queries(4):
            round_sheets.lines_of(leader, sheet)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is missing")
class TestPaper:
    def test_says_who_and_why_and_no_number(self, homes, sheet, leader, tmp_path):
        text = text_of(round_sheets.pdf_of(leader, sheet), tmp_path)
        flat = re.sub(r"\s", "", text)
        for words in (
            "欧阳先生",
            "周女士、周小朋友",
            "陈家人",
            "第1号",
            "第1页，共1页",
            "见到",
            "没人",
            "其他",
            "签名",
        ):
            assert words in flat, words
        assert "还没有走访过这一户" in flat
        for secret in ("13700001111", "0511-66667777", "321102195603070016", "7777", "1956", "周小雨", "欧阳明"):
            assert secret not in flat, secret
        rooms = [flat.index(f"{home.dwelling.room_no}室") for home in homes]
        assert rooms == sorted(rooms)

    def test_does_not_say_what_somebody_is_cared_for(self, homes, household, grid, leader, office, tmp_path):
        from core.quarters import Quarter

        tag = {"category": "disabled", "starts_on": "2025-01-01", "community": household.community}
        CareTag.objects.create(household=household, resident=household.head, **tag)
        campaign = actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
        sheet = actions.print_sheet(household.building, campaign, by=leader)
        text = text_of(round_sheets.pdf_of(leader, sheet), tmp_path)
        assert "残疾" not in text
        if clock.today().month == Target.objects.filter(kind="monthly_care").first().due_on.month:
            assert "每月看望" in text

    def test_is_tagged_and_given_out_by_the_page(self, client, homes, sheet, leader):
        client.force_login(leader)
        answer = client.get(reverse("visits:round_sheet_pdf", args=[sheet.pk]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store"
        assert b"/StructTreeRoot" in answer.content

    def test_a_long_building_goes_on_with_its_heading(self, homes, campaign, household, leader, tmp_path):
        unit = household.dwelling.unit
        for number in range(40):
            home = HouseholdFactory(dwelling__unit=unit, dwelling__room_no=f"{number + 20}01")
            Target.objects.create(
                community=home.community,
                campaign=campaign,
                household=home,
                building=home.building,
                due_on=campaign.ends_on,
            )
        sheet = actions.print_sheet(household.building, campaign, by=leader)
        text = re.sub(r"[ ]", "", text_of(round_sheets.pdf_of(leader, sheet), tmp_path))
        pages = text.strip("\f\n").split("\f")
        assert len(pages) > 2
        assert all("门牌" in page for page in pages)
        assert f"第{len(pages)}页，共{len(pages)}页" in text


class TestTypingIn:
    def test_each_tick_is_a_visit_from_paper(self, homes, sheet, leader):
        typed = typed_in(sheet, leader, "met", "absent", "", "met")
        assert typed.recorded == 3
        assert typed.left_out == ()
        assert set(Visit.objects.values_list("via", "by")) == {("paper", leader.pk)}
        states = {target.household: target.state for target in Target.objects.filter(kind="quarterly")}
        assert [states[home] for home in homes] == ["done", "absent_once", "waiting", "done"]
        assert Verification.objects.filter(household=homes[0], result="confirmed").exists()

    def test_sent_again_nothing_is_done_again(self, sheet, leader):
        typed_in(sheet, leader, "met", "absent")
        again = typed_in(sheet, leader, "met", "absent", "met")
        assert again.recorded == 1
        assert [("以前录入过了" in said) for said in again.left_out] == [True, True]
        assert Visit.objects.count() == 3
        assert Target.objects.filter(state="absent_once").count() == 1
        assert not Target.objects.filter(state="absent_twice").exists()

    def test_a_door_reached_meanwhile_is_left_out_and_the_rest_recorded(self, homes, sheet, leader):
        actions.record_visit(homes[0], by=leader, report=report_of(homes[0]))
        typed = typed_in(sheet, leader, "met", "met")
        assert typed.recorded == 1
        assert len(typed.left_out) == 1
        assert str(homes[0]) in typed.left_out[0]
        assert Visit.objects.filter(household=homes[0]).count() == 1

    def test_who_has_moved_out_meanwhile_is_left_out(self, homes, sheet, leader):
        Target.objects.filter(household=homes[0]).update(state="moved", done_at=clock.now())
        assert typed_in(sheet, leader, "met", "met").recorded == 1

    def test_a_target_that_is_gone_is_left_out(self, homes, sheet, leader):
        asked = ticks(sheet, "met", "met")
        Target.objects.filter(household=homes[0]).delete()
        typed = actions.type_in_sheet(sheet, asked, walked_on=clock.today(), by=leader)
        assert typed.recorded == 1
        assert "不在名单里" in typed.left_out[0]

    def test_late_for_a_door_that_changed_hands(self, homes, sheet, leader, office):
        steward = appoint(Role.BUILDING_STEWARD, homes[0].building)
        actions.hand_over(Target.objects.filter(building=homes[0].building), to=steward, by=office)
        assert typed_in(sheet, leader, "met").recorded == 1

    def test_another_types_what_the_leader_walked(self, sheet, leader, office):
        asked = ticks(sheet, "met")
        actions.type_in_sheet(sheet, asked, walked_on=clock.today(), by=office, walker=leader)
        assert Visit.objects.get().by == leader
        assert AuditEvent.objects.get(verb="visit_recorded").actor_id == office.pk
        with pytest.raises(Refused, match="不负责这幢楼"):
            actions.type_in_sheet(sheet, asked, walked_on=clock.today(), by=office, walker=UserFactory())

    @pytest.mark.parametrize("days", [-1, 1])
    def test_the_day_lies_between_printing_and_today(self, sheet, leader, days):
        with pytest.raises(Refused, match="走访日期"):
            typed_in(sheet, leader, "met", on=clock.today() + timedelta(days=days))

    def test_the_day_is_kept(self, homes, campaign, leader):
        with clock.at(clock.now() - timedelta(days=3)):
            sheet = actions.print_sheet(homes[0].building, campaign, by=leader)
        walked = clock.today() - timedelta(days=2)
        typed_in(sheet, leader, "met", on=walked)
        assert Visit.objects.get().visited_at.astimezone(clock.now().tzinfo).date() == walked

    def test_not_after_the_round(self, sheet, campaign, leader, office):
        actions.close_campaign(campaign, by=office, explanation="下一季补")
        with pytest.raises(Refused, match="已经结束"):
            typed_in(sheet, leader, "met")


class TestPages:
    def test_from_the_building_to_a_typed_sheet(self, client, homes, campaign, leader):
        client.force_login(leader)
        building = homes[0].building
        page = client.get(reverse("visits:building", args=[building.pk])).content.decode()
        address = reverse("visits:print_sheet", args=[building.pk])
        assert address in page
        assert "4" in client.get(address).content.decode()
        made = client.post(address)
        sheet = RoundSheet.objects.get()
        assert made.url == sheet.get_absolute_url()
        page = client.get(made.url).content.decode()
        assert page.index(str(homes[0])) < page.index(str(homes[1])) < page.index(str(homes[2]))
        answer = client.post(made.url, fields(sheet, "met", "absent", walker=leader.pk), follow=True)
        shown = answer.content.decode()
        assert "记下了 2 户" in shown
        assert "已经录入：见到了" in shown
        assert Visit.objects.filter(via="paper").count() == 2

    def test_the_page_proposes_who_has_the_doors(self, client, sheet, leader, office):
        client.force_login(office)
        page = client.get(sheet.get_absolute_url()).content.decode()
        walkers = re.findall(r"<option value=\"(\d+)\"", page)
        assert walkers[0] == str(leader.pk)
        assert str(office.pk) in walkers

    def test_a_double_click_is_one(self, client, sheet, leader):
        client.force_login(leader)
        sent = fields(sheet, "absent", walker=leader.pk, submission="0190b6a0-0000-7000-8000-000000000001")
        first, second = (client.post(sheet.get_absolute_url(), sent) for _number in range(2))
        assert first.url == second.url
        assert Visit.objects.count() == 1

    def test_a_line_reached_since_the_page_was_opened_is_told(self, client, homes, sheet, leader):
        client.force_login(leader)
        sent = fields(sheet, "met", "met", walker=leader.pk)
        actions.record_visit(homes[0], by=leader, report=report_of(homes[0]))
        shown = client.post(sheet.get_absolute_url(), sent, follow=True).content.decode()
        assert "记下了 1 户" in shown
        assert "没有重复记" in shown

    def test_a_wrong_day_keeps_the_ticks(self, client, sheet, leader):
        client.force_login(leader)
        later = (clock.today() + timedelta(days=1)).isoformat()
        sent = fields(sheet, "met", walker=leader.pk) | {"walked_on": later}
        shown = client.post(sheet.get_absolute_url(), sent).content.decode()
        assert "走访日期还没有到" in shown
        assert re.search(r'value="met"[^>]*checked', shown)
        assert not Visit.objects.exists()

    def test_found_by_its_number(self, client, sheet, leader):
        client.force_login(leader)
        address = reverse("visits:sheets")
        assert client.get(address, {"number": "1"}).url == sheet.get_absolute_url()
        assert "没有这个表号" in client.get(address, {"number": "9"}).content.decode()
        assert "第 1 号走访表" in client.get(address).content.decode()

    def test_not_for_the_leader_next_door(self, client, grid, sheet):
        from tests.factories import GridFactory

        client.force_login(appoint(Role.GRID_LEADER, GridFactory(community=grid.community)))
        assert client.get(sheet.get_absolute_url()).status_code == 404
        assert client.get(reverse("visits:sheets"), {"number": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("王秀英", "王"),
        ("欧阳明", "欧阳"),
        ("欧阳", "欧"),
        ("阿依古丽·买买提", "买买提"),
        ("John Smith", "Smith"),
        ("", ""),
    ],
)
def test_family_names(name, family):
    assert round_sheets.family_name(name) == family
