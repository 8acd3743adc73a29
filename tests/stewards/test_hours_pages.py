"""The pages of the hours: one's own year, what is reported and confirmed, certificates that anybody can check."""

from __future__ import annotations

import re
import subprocess
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from community import personal
from community.models import Appointment, Community, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids.models import Resident
from stewards.hours import actions, certifying
from stewards.hours import today as room
from stewards.hours.personal import RULES
from stewards.models import Certificate, HoursEntry, SelfReport
from tests.asks import asks_of
from tests.factories import CommunityFactory, GridFactory, appoint, small_photo

pytestmark = pytest.mark.django_db
Kind = HoursEntry.Kind


@pytest.fixture
def community() -> Community:
    return CommunityFactory(name="桃园社区")


@pytest.fixture
def volunteer(community: Community) -> User:
    user = appoint(Role.RED_STEWARD, community)
    user.name = "王建国"
    user.save()
    return user


@pytest.fixture
def office(community: Community) -> User:
    return appoint(Role.COMMUNITY_STAFF, community)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"stewards:{name}", args=args)


def once() -> dict[str, str]:
    return {"submission": str(uuid4())}


def gave(volunteer: User, office: User, community: Community, **fields: Any) -> HoursEntry:
    said = {"kind": Kind.JOB, "day": clock.today(), "minutes": 90, "what": "修水管"} | fields
    return actions.enter(volunteer=volunteer, community=community, by=office, **said)


def text_of(pdf: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


REPORT = {"what": "帮老人换灯泡", "kind": "other", "hours": "1", "rest": "30"}


def test_my_hours_costs_the_same_for_many_entries(
    volunteer: User, office: User, community: Community, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        gave(volunteer, office, community, kind=Kind.values[number % 5], minutes=20 + number, what=f"第{number}件事")
    taken = gave(volunteer, office, community, what="记错的事")
    actions.reverse(taken, reason="同一件事记了两遍", by=office)
    client = as_user(volunteer)
    with django_assert_max_num_queries(12):
        text = client.get(url("my_hours")).text
    assert "第29件事" in text
    assert "后来冲销了" in text
    total = sum(20 + number for number in range(30))
    assert f"{total // 60} 小时 {total % 60} 分钟" in text
    assert client.get(url("my_hours") + "?year=1999").status_code == 200
    assert client.get(url("my_hours") + "?year=99999999999").status_code == 200
    assert "这一年还没有记下时长" in client.get(url("my_hours") + f"?year={clock.today().year - 1}").text


def test_a_report_is_confirmed_by_whoever_was_there(volunteer: User, office: User, community: Community) -> None:
    witness = appoint(Role.GRID_LEADER, _grid(community))
    client = as_user(volunteer)
    said = {**REPORT, "day": clock.today().isoformat(), "witness": witness.pk, "submission": str(uuid4())}
    first, again = (client.post(url("self_report_new"), said) for _ in range(2))
    assert first.url == again.url
    report = SelfReport.objects.get()
    assert (report.minutes, report.witness) == (90, witness)
    assert [ask.url for ask in asks_of(room, witness)] == [report.get_absolute_url()]
    assert "这一步要由别的同志来办" in client.post(report.get_absolute_url(), once()).text
    assert not HoursEntry.objects.exists()
    stranger = appoint(Role.RED_STEWARD, community)
    assert as_user(stranger).get(report.get_absolute_url()).status_code == 404
    assert as_user(witness).post(report.get_absolute_url(), once()).status_code == 302
    entry = HoursEntry.objects.get()
    assert (entry.minutes, entry.confirmed_by, entry.volunteer) == (90, witness, volunteer)
    assert "时长记好了" in Notice.objects.get(user=volunteer).text
    with pytest.raises(Refused):
        actions.confirm_report(report, by=office)
    assert HoursEntry.objects.count() == 1
    assert not asks_of(room, User.objects.get(pk=witness.pk))


def test_a_report_without_a_witness_waits_for_the_office(volunteer: User, office: User, community: Community) -> None:
    as_user(volunteer).post(url("self_report_new"), {**REPORT, "day": clock.today().isoformat()})
    report = SelfReport.objects.get()
    assert [ask.title for ask in asks_of(room, office)] == ["1 次自己报的服务等社区核对"]
    page = as_user(office).get(url("self_reports") + "?state=waiting")
    assert report.get_absolute_url() in page.text
    declined = as_user(office).post(url("self_report_decline", report.pk), {"reason": "那天活动取消了"})
    assert declined.url == report.get_absolute_url()
    assert "那天活动取消了" in as_user(volunteer).get(report.get_absolute_url()).text
    assert not HoursEntry.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours": "0", "rest": "0"}, "请写花了多长时间"),
        ({"hours": "17"}, "16"),
        ({"day": "2999-01-01"}, "只能报今天和以前"),
        ({"day": "2001-01-01"}, "只能报今天和以前"),
        ({"witness": "self"}, "has-error"),
    ],
)
def test_what_cannot_be_reported(volunteer: User, wrong: dict[str, str], words: str) -> None:
    said = {**REPORT, "day": clock.today().isoformat()} | wrong
    if said.get("witness") == "self":
        said["witness"] = str(volunteer.pk)
    answer = as_user(volunteer).post(url("self_report_new"), said)
    assert answer.status_code == 200
    assert words in answer.text
    assert not SelfReport.objects.exists()


def test_a_report_can_be_taken_back_until_it_is_answered(volunteer: User, community: Community) -> None:
    fields = {"kind": "other", "day": clock.today(), "minutes": 30, "what": "扫楼道"}
    report = actions.report_work(by=volunteer, community=community, photos=[small_photo()], **fields)
    client = as_user(volunteer)
    photo = client.get(url("self_report_photo", report.pk))
    assert photo["Content-Type"] == "image/jpeg"
    b"".join(photo.streaming_content)  # type: ignore[attr-defined]
    assert client.post(url("self_report_withdraw", report.pk), once()).url == url("my_hours")
    with pytest.raises(Refused):
        actions.withdraw_report(report, by=volunteer)


def test_a_certificate_from_asking_to_the_check(volunteer: User, office: User, community: Community) -> None:
    gave(volunteer, office, community)
    gave(volunteer, office, community, kind=Kind.DUTY, minutes=120, what="值班")
    period = {"starts_on": date(clock.today().year, 1, 1).isoformat(), "ends_on": clock.today().isoformat()}
    asked = as_user(volunteer).post(url("certificate_ask"), {**period, "purpose": "单位评优"})
    paper = Certificate.objects.get()
    assert asked.url == paper.get_absolute_url()
    assert paper.number == ""
    assert "还在等社区开" in as_user(volunteer).post(url("certificate_ask"), period).text
    assert as_user(volunteer).get(url("certificate_pdf", paper.pk)).status_code == 404
    assert [ask.title for ask in asks_of(room, office)] == ["1 份志愿服务证明等您开"]
    assert "这一步要由别的同志来办" in as_user(volunteer).post(paper.get_absolute_url(), once()).text
    as_user(office).post(paper.get_absolute_url(), once())
    paper.refresh_from_db()
    assert (paper.number, paper.minutes) == (f"{clock.today().year}-0001", 210)
    assert paper.kinds == {"job": 90, "duty": 120}
    text = text_of(as_user(volunteer).get(url("certificate_pdf", paper.pk)).content)
    for words in ("志愿服务记录证明", "王建国", "3 小时 30 分钟", paper.number, "单位评优"):
        assert words in text, text

    asked_for = {"number": paper.number, "code": certifying.shown(certifying.code_of(paper))}
    checked = Client().get(url("certificate_check"), asked_for)
    assert "是真的，有效" in checked.text
    assert "王某" in checked.text
    assert "王建国" not in checked.text
    assert "3 小时 30 分钟" in checked.text
    for wrong in ({"code": "0000-0000"}, {"number": f"{clock.today().year}-0002"}):
        assert "没有查到这份证明" in Client().get(url("certificate_check"), asked_for | wrong).text
    assert "编号是年份和一串数字" in Client().get(url("certificate_check"), asked_for | {"number": "七"}).text

    as_user(office).post(url("certificate_revoke", paper.pk), {"reason": "有一条记错了"})
    assert "已经撤销" in Client().get(url("certificate_check"), asked_for).text
    assert "已经撤销" in text_of(certifying.pdf(Certificate.objects.get()))
    with pytest.raises(Refused):
        actions.revoke(paper, reason="再撤一次", by=office)


def test_numbers_have_no_gap_and_a_revoked_one_is_issued_anew(
    volunteer: User, office: User, community: Community
) -> None:
    entry = gave(volunteer, office, community, minutes=100)
    gave(volunteer, office, community, minutes=30, day=clock.today() - timedelta(days=1))
    span = {"starts_on": clock.today() - timedelta(days=3), "ends_on": clock.today()}
    given = {"by": office, "volunteer": volunteer, "community": community, **span}
    with pytest.raises(Refused, match="还没有记下"), transaction.atomic():
        actions.issue_certificate(**{**given, "starts_on": date(2001, 1, 1), "ends_on": date(2001, 1, 2)})
    first = actions.issue_certificate(**given)
    actions.reverse(entry, reason="那天没有去", by=office)
    assert Notice.objects.filter(user=office, kind="certificate_doubted").count() == 1
    assert "有 1 小时 40 分钟 冲销了" in as_user(office).get(first.get_absolute_url()).text
    as_user(office).post(url("certificate_revoke", first.pk), {"reason": "时长有更正", "again": "on"})
    anew = Certificate.objects.get(replaces=first)
    assert (anew.number, anew.minutes) == (f"{clock.today().year}-0002", 30)
    with pytest.raises(Refused, match="已经重开过"):
        actions.reissue(first, reason="再来", by=office)
    code = {"number": first.number, "code": certifying.code_of(first)}
    assert "重新开了一份" in Client().get(url("certificate_check"), code).text
    with pytest.raises(Refused):
        actions.issue_certificate(**{**given, "by": volunteer})


def test_the_database_keeps_what_was_printed(volunteer: User, office: User, community: Community) -> None:
    gave(volunteer, office, community)
    span = {"starts_on": clock.today(), "ends_on": clock.today()}
    paper = actions.issue_certificate(by=office, volunteer=volunteer, community=community, **span)
    rows = Certificate.objects.filter(pk=paper.pk)
    for change in ({"minutes": 9000}, {"serial": 7}, {"starts_on": date(2020, 1, 1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    actions.revoke(paper, reason="不要了", by=office)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="issued", ended_at=None, ended_by=None, reason="")


def test_the_office_corrects_by_a_reversal(volunteer: User, office: User, community: Community) -> None:
    entry = gave(volunteer, office, community, about="stewards.job:1")
    said = {"reason": "少记了半小时", "hours": "2", "rest": "0"}
    answer = as_user(office).post(url("hours_reverse", entry.pk), said)
    anew = HoursEntry.objects.get(minutes=120)
    assert answer.url == anew.get_absolute_url()
    assert anew.about == "stewards.job:1#2"
    assert sum(HoursEntry.objects.values_list("minutes", flat=True)) == 120
    gone = as_user(office).post(url("hours_reverse", anew.pk), {"reason": "没有去过", "hours": "0", "rest": "0"})
    assert gone.status_code == 302
    assert sum(HoursEntry.objects.values_list("minutes", flat=True)) == 0
    assert "没有去过" in as_user(volunteer).get(anew.get_absolute_url()).text


def test_the_office_enters_for_somebody_else(volunteer: User, office: User, community: Community) -> None:
    said = {"volunteer": volunteer.pk, "what": "急救培训", "kind": "training", "day": clock.today().isoformat()}
    said |= {"hours": "2", "rest": "0", "submission": str(uuid4())}
    client = as_user(office)
    assert client.post(url("hours_enter"), said).url == client.post(url("hours_enter"), said).url
    assert HoursEntry.objects.get().minutes == 120
    assert "has-error" in client.post(url("hours_enter"), said | {"volunteer": office.pk, "submission": ""}).text
    book = client.get(url("hours_book") + "?q=急救")
    assert "急救培训" in book.text
    sheet = client.get(url("hours_book") + "?format=xlsx")
    assert sheet["Content-Type"].endswith("sheet")
    assert "急救培训" in client.get(url("hours_of", volunteer.pk)).text


def test_a_year_is_thanked_for(volunteer: User, office: User, community: Community) -> None:
    client, year = as_user(volunteer), clock.today().year
    assert "还没有记下时长" in client.get(url("hours_thanks", year)).text
    gave(volunteer, office, community)
    gave(volunteer, office, community, what="修灯", minutes=30)
    text = re.sub(r"\s+", " ", client.get(url("hours_thanks", year)).text)
    for words in (f"{year}<br>谢谢您", "2 小时", "2 次", "1 天里", '<p class="thanks-name">王建国</p>'):
        assert words in text
    assert client.get(url("hours_thanks", year + 1)).status_code == 404


def test_what_is_kept_about_a_person(volunteer: User, office: User, community: Community) -> None:
    entry = gave(volunteer, office, community)
    fields = {"kind": "other", "day": clock.today(), "minutes": 30, "what": "扫楼道", "photos": [small_photo()]}
    report = actions.report_work(by=volunteer, community=community, **fields)
    span = {"starts_on": clock.today(), "ends_on": clock.today()}
    paper = actions.issue_certificate(by=office, volunteer=volunteer, community=community, **span)
    found = {part.slug: part for _room, parts in personal.sections(volunteer) for part in parts}
    assert [row["what"] for row in found["hours"].rows] == ["修水管"]
    assert [row["what"] for row in found["self_reports"].rows] == ["扫楼道"]
    assert [row["number"] for row in found["certificates"].rows] == [paper.number]
    resident = Resident.objects.create(community=community, name="王建国")
    Appointment.objects.filter(user=volunteer).update(resident=resident)
    personal.erase(resident, by=office)
    assert HoursEntry.objects.filter(pk=entry.pk).exists()
    assert not SelfReport.objects.filter(pk=report.pk).exists()
    assert Certificate.objects.get().name == ""
    assert certifying.find((paper.year or 0, paper.serial or 0), certifying.code_of(paper)) is not None


def test_old_photos_and_answers_are_forgotten(volunteer: User, office: User, community: Community) -> None:
    fields = {"kind": "other", "day": clock.today(), "minutes": 30, "what": "扫楼道", "photos": [small_photo()]}
    report = actions.report_work(by=volunteer, community=community, **fields)
    actions.decline_report(report, reason="没有看到", by=office)
    SelfReport.objects.update(reported_at=clock.now() - timedelta(days=800))
    photos, reports = RULES
    assert photos.forget(community, photos.before) == 1
    assert photos.count(community, photos.before) == 0
    assert reports.count(community, reports.before) == 1
    assert reports.forget(community, reports.before) == 1
    assert not SelfReport.objects.exists()


def _grid(community: Community) -> Any:
    return GridFactory(community=community)
