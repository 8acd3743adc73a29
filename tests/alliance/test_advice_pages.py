"""The pages of the advisory group: what each reader sees and does, and what everybody reads."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from alliance.advice import actions, today
from alliance.advice.menu import WORDS_OF_THE_RECORD
from alliance.advice.states import State
from alliance.models import AdviceAttendance, AdviceSession, Adviser, Recommendation, Study
from community import personal, retention
from community.models import Appointment, AuditEvent
from community.roles import Role
from core import clock
from core.spreadsheets import read_sheets
from grids.models import Resident
from tests.alliance.advice_makers import Group, a_group
from tests.asks import asks_of
from tests.core.test_files import pdf
from tests.factories import GridFactory, appoint, desk, household_in, resident_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return a_group()


def enter(user: Any = None) -> Client:
    browser = Client()
    if user:
        user.__dict__.pop("scope", None)
        browser.force_login(user)
    return browser


def text_of(user: Any, name: str, *args: Any, **query: str) -> str:
    return enter(user).get(reverse(f"alliance:{name}", args=args), query).content.decode()


def send(user: Any, page: str, /, *args: Any, **fields: Any) -> Any:
    url = reverse(f"alliance:{page}", args=args)
    return enter(user).post(url, {"submission": str(uuid4()), **fields})


def status(user: Any, url: str) -> int:
    """What the address answers; a file is read to its end."""
    response = enter(user).get(url)
    if response.streaming:
        b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.status_code


def asked(user: Any) -> list[str]:
    user.__dict__.pop("scope", None)
    return [ask.title for ask in asks_of(today, user)]


class TestASessionThroughItsPages:
    def test_from_the_invitation_to_the_notice_board(self, group):
        staff, first, second = group.staff, *group.advisers[:2]
        tomorrow = clock.today() + timedelta(days=1)
        answer = send(
            staff,
            "advice_session_new",
            version="0",
            topic="老旧小区的停车",
            day=tomorrow.isoformat(),
            time="14:00",
            place="会议室",
            agenda="消防通道\n老人上下楼",
            invited=[str(one.pk) for one in group.advisers],
        )
        session = AdviceSession.objects.get()
        assert answer["Location"] == session.get_absolute_url()
        assert "您来吗" in text_of(first, "advice_session", session.pk)
        assert asked(first) == ["顾问会议，您来吗：老旧小区的停车"]
        send(first, "advice_session_come", session.pk, answer="coming")
        assert asked(first) == []
        with clock.at(clock.now() + timedelta(days=2)):
            assert asked(staff) == ["会议开过了，请写纪要：老旧小区的停车"]
            page = text_of(staff, "minutes_write", session.pk)
            items = re.findall(r'name="(said_\d+)"', page)
            send(
                staff,
                "minutes_write",
                session.pk,
                version=str(session.version),
                attended=[str(first.pk), str(second.pk)],
                title_1="垃圾分类",
                words_1="下次再谈。",
                **dict.fromkeys(items, "大家觉得要划线。"),
            )
            session.refresh_from_db()
            assert (session.state, session.number) == (State.DRAFTED, 1)
            assert asked(first) == ["请核对会议纪要：老旧小区的停车"]
            due = (clock.today() + timedelta(days=20)).isoformat()
            send(staff, "recommendation_new", session.pk, text="消防通道划黄线", to_whom="居委会", due_on=due)
            send(second, "minutes_remark", session.pk, text="是三号楼前面")
            remark = session.remarks.get()
            assert "提了更正" in enter(staff).get(reverse("community:notices")).content.decode()
            send(staff, "remark_answer", remark.pk, answer="taken")
            for one in (first, second):
                send(one, "minutes_read", session.pk)
            send(staff, "minutes_send", session.pk)
            session.refresh_from_db()
            for one in (first, second):
                assert asked(one) == ["请在会议纪要上签字：老旧小区的停车"]
                send(one, "minutes_sign", session.pk, version=str(session.version))
            session.refresh_from_db()
            assert session.state == State.APPROVED
            assert "和签字时一样" in text_of(first, "advice_session", session.pk)
            assert asked(group.secretary) == ["纪要定稿了，可以公开给居民：老旧小区的停车", "1 条顾问建议等答复"]
            row = Recommendation.objects.get()
            send(
                group.secretary,
                "session_publish",
                session.pk,
                public_text="谈了停车，建议划黄线。",
                public=[str(row.pk)],
            )
            send(group.secretary, "recommendation_answer", row.pk, verdict="adopted", words="这个月划。")
            send(staff, "recommendation_follow", row.pk, action="finish", words="划好了。")
            send(staff, "recommendation_outcome", row.pk, words="一共 120 米。")
            page = text_of(None, "advised")
            for words in ("消防通道划黄线", "采纳", "这个月划。", "做好了", "一共 120 米。", "划好了。"):
                assert words in page
            assert "谈了停车，建议划黄线。" in text_of(None, "advised_session", session.pk)
        assert AuditEvent.objects.of(session).count() > 8

    def test_sent_twice_it_is_done_once(self, group):
        session = group.draft()
        browser, url = enter(group.advisers[0]), reverse("alliance:minutes_remark", args=[session.pk])
        typed = {"submission": str(uuid4()), "text": "是三号楼"}
        assert browser.post(url, typed)["Location"] == browser.post(url, typed)["Location"]
        assert session.remarks.count() == 1

    def test_a_stale_form_says_so_and_keeps_what_was_typed(self, group):
        session = group.draft()
        seen = session.version
        group.advise(session)
        answer = send(
            group.staff,
            "minutes_write",
            session.pk,
            version=str(seen),
            attended=[str(group.advisers[0].pk)],
            closing="我写了半天的话",
        )
        page = answer.content.decode()
        assert "别人刚改过" in page
        assert "我写了半天的话" in page

    def test_the_days_of_the_form_are_asked_for_again(self, group):
        page = send(group.staff, "advice_session_new", topic="停车", agenda="\n").content.decode()
        for name in ("agenda", "day", "time", "place", "invited"):
            assert f'href="#id_{name}' in page
        assert not AdviceSession.objects.exists()

    def test_signing_what_was_changed_meanwhile_is_refused_with_words(self, group):
        session = group.send(group.draft())
        browser = enter(group.advisers[0])
        answer = browser.post(
            reverse("alliance:minutes_sign", args=[session.pk]),
            {"submission": str(uuid4()), "version": str(session.version - 1)},
            follow=True,
        )
        assert "别人刚改过" in answer.content.decode()


class TestPaper:
    def words(self, content: bytes, tmp_path: Path) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(content)
        found = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
        return re.sub(r"\s", "", found.stdout)

    def test_the_minutes_print_with_signatures_and_check_code(self, group, tmp_path):
        session = group.approved("消防通道划黄线")
        url = reverse("alliance:minutes_paper", args=[session.pk])
        words = self.words(enter(group.advisers[0]).get(url).content, tmp_path)
        for one in ("第1次会议纪要", "消防通道划黄线", "钱学文", session.digest[:16], "已在系统里签字"):
            assert one in words

    def test_a_draft_says_that_it_is_one(self, group, tmp_path):
        session = group.draft()
        url = reverse("alliance:minutes_paper", args=[session.pk])
        assert "还没有定稿" in self.words(enter(group.staff).get(url).content, tmp_path)
        assert enter(group.staff).get(reverse("alliance:minutes_paper", args=[group.plan().pk])).status_code == 404


class TestLists:
    def test_the_table_filters_sorts_and_leaves_as_a_spreadsheet(self, group):
        session = group.approved("划黄线", "装扶手")
        rows = list(Recommendation.objects.of(session).select_related("session").order_by("position"))
        actions.answer_recommendation(rows[0], by=group.secretary, verdict="declined", words="路不够宽。")
        adviser = group.advisers[0]
        assert "装扶手" not in text_of(adviser, "recommendations", verdict="declined")
        assert "划黄线" not in text_of(adviser, "recommendations", verdict="open")
        assert "划黄线" in text_of(adviser, "recommendations", q="不够宽")
        content = enter(adviser).get(reverse("alliance:recommendations") + "?format=xlsx").content
        sheet = read_sheets(content)[0].rows
        assert sheet[0][:3] == ["哪次会议", "第几条", "建议"]
        assert len(sheet) == 3

    def test_late_answers_and_days_to_look_are_found(self, group):
        row = group.advised()
        with clock.at(clock.now() + timedelta(days=31)):
            assert row.text in text_of(group.secretary, "recommendations", due="late")
            (title,) = [one for one in asked(group.secretary) if "等答复" in one]
            assert title == "1 条顾问建议等答复"
        actions.answer_recommendation(row, by=group.secretary, verdict="adopted", words="好。")
        with clock.at(clock.now() + timedelta(days=31)):
            assert row.text in text_of(group.staff, "recommendations", due="look")
            assert "1 条顾问建议到了再看的日子" in asked(group.staff)

    @pytest.mark.parametrize("name", ["advice_sessions", "studies"])
    def test_the_other_lists_leave_as_spreadsheets_too(self, group, name):
        group.approved()
        group.study()
        content = enter(group.advisers[0]).get(reverse(f"alliance:{name}") + "?format=xlsx&q=老").content
        assert len(read_sheets(content)[0].rows) == 2

    @pytest.mark.parametrize("name", ["advisory_group", "advice_sessions", "recommendations", "studies", "advised"])
    def test_pages_cost_the_same_for_many(self, group, name, django_assert_max_num_queries):
        for number in range(2):
            session = group.publish(group.approved(*(f"第{one}条" for one in range(4))))
            rows = Recommendation.objects.of(session).select_related("session")
            for row in rows:
                done = actions.answer_recommendation(row, by=group.secretary, verdict="adopted", words="好。")
                actions.record_outcome(done, by=group.staff, words=f"做了{number}。")
            actions.release_study(group.study(title=f"报告{number}"), by=group.staff)
        browser = enter(group.secretary)
        with django_assert_max_num_queries(12):
            assert browser.get(reverse(f"alliance:{name}")).status_code == 200

    def test_so_does_the_page_of_a_session(self, group, django_assert_max_num_queries):
        session = group.approved(*(f"第{one}条" for one in range(6)))
        browser = enter(group.advisers[0])
        with django_assert_max_num_queries(12):
            browser.get(session.get_absolute_url())

    def test_today_asks_one_query(self, group, django_assert_max_num_queries):
        for _number in range(3):
            group.plan()
            group.approved("划黄线")
        for user in (group.secretary, group.advisers[0]):
            user.__dict__.pop("scope", None)
            assert user.scope
            with django_assert_max_num_queries(1):
                assert asks_of(today, user)
        resident = resident_of(household_in(GridFactory(community=group.community)))
        assert resident.scope
        with django_assert_max_num_queries(0):
            assert not asks_of(today, resident)


class TestWhatEverybodyReads:
    def test_only_what_was_made_public_and_no_name_without_consent(self, group):
        actions.set_naming(group.community, group.advisers[0], by=group.advisers[0], is_named=True)
        session = group.publish(group.approved("划黄线"))
        group.approved("还没公开的建议")
        page = text_of(None, "advised")
        assert "划黄线" in page
        assert "还没公开的建议" not in page
        shown = text_of(None, "advised_session", session.pk)
        for one in (page, shown):
            assert group.advisers[0].name in one
            assert group.advisers[1].name not in one
            assert group.staff.name not in one
        assert "另外 1 位" in shown
        assert "另外还有 2 位顾问" in page

    def test_a_session_that_is_not_out_is_not_there(self, group):
        session = group.approved("划黄线")
        assert enter().get(reverse("alliance:advised_session", args=[session.pk])).status_code == 404

    def test_another_community_is_asked_for_by_its_code(self, group):
        group.publish(group.approved("划黄线"))
        other = a_group()
        other.publish(other.approved("装扶手"))
        page = text_of(None, "advised", community=other.community.code)
        assert "装扶手" in page
        assert "划黄线" not in page

    def test_an_empty_page_says_what_will_stand_here(self, group):
        assert "还没有公开的建议" in text_of(None, "advised")

    def test_a_request_keeps_its_words_and_its_page_to_itself(self):
        here = desk()
        group = a_group(here.grid.community)
        row = group.advised()
        row = actions.answer_recommendation(row, by=group.secretary, verdict="adopted", words="好。")
        request = here.log("public_fixtures", title="王家门口的灯")
        send(group.staff, "recommendation_outcome", row.pk, number=request.number)
        group.publish(row.session)
        page = text_of(None, "advised")
        assert "诉求：公共设施" in page
        assert "王家门口的灯" not in page
        assert str(request.pk) not in page
        assert request.get_absolute_url() in text_of(group.staff, "recommendation", row.pk)
        assert enter(group.advisers[0]).get(request.get_absolute_url()).status_code == 403

    def test_a_wrong_number_is_said_at_the_field(self, group):
        row = group.advised()
        actions.answer_recommendation(row, by=group.secretary, verdict="adopted", words="好。")
        page = send(group.staff, "recommendation_outcome", row.pk, number="不是编号").content.decode()
        assert "没有找到这个编号的诉求" in page

    def test_the_secretary_is_told_what_must_not_stand_there(self, group):
        session = group.approved("钱学文的停车方案")
        row = Recommendation.objects.of(session).get()
        answer = send(
            group.secretary, "session_publish", session.pk, public_text="请打 13912345678", public=[str(row.pk)]
        )
        page = answer.content.decode()
        assert "里面不能写 “13912345678”" in page
        assert "第 1 条里有 “钱学文”，不能给居民看" in page


class TestStudies:
    def typed(self, content: bytes = b"", **fields: Any) -> dict[str, Any]:
        paper = SimpleUploadedFile("报告.pdf", content or pdf(), content_type="application/pdf")
        given = {"title": "出行调查", "authors": "某大学", "year": "2025", "summary": "走访一百户。", "paper": paper}
        return given | fields

    def test_a_pdf_is_kept_and_read_by_the_group_then_by_everybody(self, group):
        send(group.staff, "study_new", **self.typed())
        study = Study.objects.get()
        inside, outside = (reverse(f"alliance:{name}", args=[study.pk]) for name in ("study_file", "study_out"))
        response = enter(group.advisers[0]).get(inside)
        assert b"".join(response.streaming_content) == pdf()  # type: ignore[attr-defined]
        assert status(None, outside) == 404
        send(group.staff, "study_release", study.pk)
        assert status(None, outside) == 404
        send(group.staff, "study_release", study.pk, agreed="on")
        assert status(None, outside) == 200
        assert "出行调查" in text_of(None, "advised")
        send(group.staff, "study_take_back", study.pk)
        assert status(None, outside) == 404

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"GIF89a", "这不是 PDF"),
            (pdf(catalog=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "脚本"),
            (pdf()[:-40], "没有传完整"),
        ],
    )
    def test_what_is_no_plain_pdf_is_refused_at_the_field(self, group, content, words):
        page = send(group.staff, "study_new", **self.typed(content)).content.decode()
        assert words in page
        assert "走访一百户。" in page
        assert not Study.objects.exists()

    def test_a_year_to_come_is_refused(self, group):
        page = send(group.staff, "study_new", **self.typed(year=str(clock.today().year + 1))).content.decode()
        assert "不能在今年以后" in page

    def test_its_words_change_without_its_file(self, group):
        study = group.study()
        typed = self.typed(title="新的题目")
        del typed["paper"]
        send(group.staff, "study_change", study.pk, **typed)
        study.refresh_from_db()
        assert study.title == "新的题目"
        send(group.staff, "study_drop", study.pk)
        assert not Study.objects.exists()


class TestMembers:
    def test_an_adviser_agrees_and_takes_it_back(self, group):
        adviser = group.advisers[0]
        send(adviser, "adviser", adviser.pk, background="社会学副教授")
        send(adviser, "adviser_naming", adviser.pk, is_named="yes")
        told = Adviser.objects.get()
        assert (told.background, told.is_named, told.consent_by) == ("社会学副教授", True, adviser)
        assert adviser.name in text_of(None, "advised")
        send(adviser, "adviser_naming", adviser.pk, is_named="no")
        assert adviser.name not in text_of(None, "advised")
        assert enter(adviser).get(reverse("alliance:adviser", args=[group.advisers[1].pk])).status_code == 404

    def test_the_office_says_how_it_was_agreed(self, group):
        page = send(group.staff, "adviser_naming", group.advisers[0].pk, is_named="yes").content.decode()
        assert "请写明本人是怎么同意的" in page
        send(group.staff, "adviser_naming", group.advisers[0].pk, is_named="yes", how="当面签了同意书")
        assert Adviser.objects.get().consent_how == "当面签了同意书"

    def test_the_group_tells_what_it_is(self, group):
        send(group.staff, "group_change", name="智囊团", about="五位老师出主意。", founded_on="2024-05-01")
        assert "五位老师出主意。" in text_of(None, "advised")
        assert "智囊团" in text_of(group.advisers[0], "advisory_group")

    def test_an_adviser_sees_numbers_and_no_residents(self, group):
        adviser = enter(group.advisers[0])
        assert adviser.get(reverse("helpdesk:rates")).status_code == 200
        for name in ("helpdesk:list", "grids:places"):
            assert adviser.get(reverse(name)).status_code == 403


class TestKeeping:
    def resident(self, group) -> tuple[Any, Resident]:
        """An adviser who lives here as well."""
        adviser = group.advisers[0]
        home = household_in(GridFactory(community=group.community))
        held = appoint(Role.RESIDENT, home, user=adviser)
        resident = Resident.objects.create(community=group.community, name=adviser.name, sex="1")
        Appointment.objects.filter(user=held, role=Role.RESIDENT).update(resident=resident)
        return adviser, resident

    def test_one_takes_away_what_is_kept(self, group):
        session = group.draft()
        actions.add_remark(session, by=group.advisers[0], text="是三号楼")
        found = dict(personal.sections(group.advisers[0]))["顾问团"]
        rows = {one.slug: one.rows for one in found}
        assert len(rows["advice_sessions"]) == 1
        assert rows["advice_remarks"][0]["text"] == "是三号楼"

    def test_erased_the_name_goes_off_the_page_and_the_minutes_stay(self, group):
        adviser, resident = self.resident(group)
        actions.set_naming(group.community, adviser, by=adviser, is_named=True)
        session = group.publish(group.approved(), public_text=f"{adviser.name}讲了停车。")
        effect = next(one for one in personal.effects(resident) if one.room == "顾问团")
        assert [one.number for one in effect.goes] == [1]
        assert [one.number for one in effect.stays] == [1]
        personal.erase(resident, by=group.secretary)
        session.refresh_from_db()
        assert session.published_at is None
        assert not Adviser.objects.exists()
        assert AdviceAttendance.objects.filter(session=session, attended=True).count() == 2

    def test_what_is_told_of_former_advisers_is_forgotten_after_a_year(self, group):
        for one in group.advisers[:2]:
            actions.describe_adviser(group.community, one, by=group.staff, background="教授")
        Appointment.objects.filter(user=group.advisers[0]).update(ends_on=clock.today())
        actions.call_off(group.plan(), by=group.staff, reason="下雨")
        with clock.at(clock.now() + timedelta(days=370)):
            assert retention.due(group.community)["former_advisers"] == 1
            retention.run([group.community])
        assert Adviser.objects.get().user == group.advisers[1]
        assert not AdviceSession.objects.exists()


def test_every_verb_of_this_room_has_words() -> None:
    sources = Path(settings.BASE_DIR).glob("alliance/advice/actions/*.py")
    written = {
        word
        for source in sources
        for word in re.findall(r'"((?:advice|adviser|advisory|recommendation|study)_\w+)"', source.read_text())
    }
    assert written - {"advice_session"} == set(WORDS_OF_THE_RECORD)
