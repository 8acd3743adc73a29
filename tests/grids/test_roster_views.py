"""Sending a roster in the browser: preview, confirm, and nothing kept longer than needed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.models import AuditEvent, User
from community.roles import Role
from core import clock
from core.models import Job
from grids.models import Household, Resident, RosterUpload
from grids.rosters import uploads as roster_uploads
from tests.factories import CommunityFactory, GridFactory, appoint
from tests.grids.roster_pages import decide, send, work_off
from tests.grids.rosters import HEADINGS, card, row, workbook

pytestmark = pytest.mark.django_db

DOOR = "225号3幢2单元501室"
FAMILY = [
    row(DOOR, "户主", "张三", number=card(order=1), phone="13812345678"),
    row("同上", "配偶", "李四", number=card("19570406", 2), phone=1381234567),
]


@pytest.fixture
def staff(client: Client) -> User:
    user = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    client.force_login(user)
    return user


@pytest.fixture
def upload(client: Client, staff: User) -> RosterUpload:
    send(client, workbook([("一", [HEADINGS, *FAMILY])]))
    return RosterUpload.objects.get()


def test_sending_leads_to_a_job_and_the_job_to_the_preview(client: Client, staff: User) -> None:
    answer = send(client, workbook([("一", [HEADINGS, *FAMILY])]))
    job = Job.objects.get()
    upload = RosterUpload.objects.get()
    assert answer.url == job.get_absolute_url()
    assert (job.state, job.result["url"]) == (Job.State.DONE, upload.get_absolute_url())
    assert upload.state == RosterUpload.State.READY
    assert not Household.objects.exists()


def test_the_preview_shows_numbers_doubts_and_columns(client: Client, upload: RosterUpload) -> None:
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "电话号码有 10 位数字，请核对。" in page
    assert "一 第 3 行" in page
    assert "表头在第 1 行" in page
    assert card(order=1) not in page
    assert "13812345678" not in page


def test_confirming_registers_and_erases_the_file(client: Client, upload: RosterUpload) -> None:
    answer = decide(client, upload, "apply")
    work_off()
    job = Job.objects.get(kind="roster_apply")
    assert answer.url == job.get_absolute_url()
    assert job.state == Job.State.DONE
    assert "新增 1 户、2 人" in job.message
    assert Resident.objects.count() == 2
    upload.refresh_from_db()
    assert (upload.state, upload.content, upload.preview) == (RosterUpload.State.APPLIED, b"", {})
    event = AuditEvent.objects.get(verb="roster_applied")
    assert event.actor_name == upload.owner.name
    assert "已经登记" in client.get(upload.get_absolute_url()).content.decode()


def test_a_double_click_registers_once(client: Client, upload: RosterUpload) -> None:
    form = client.get(upload.get_absolute_url()).context["form"]
    data = {"do": "apply", "seen": upload.fingerprint, "submission": str(form["submission"].value())}
    answers = [client.post(upload.get_absolute_url(), data).url for _click in range(2)]
    assert answers[0] == answers[1]
    assert Job.objects.filter(kind="roster_apply").count() == 1


def test_differences_are_shown_field_by_field_and_masked(client: Client, upload: RosterUpload) -> None:
    decide(client, upload, "apply")
    work_off()
    changed = row(DOOR, "户主", "张三", number=card(order=1), phone="13912345678")
    send(client, workbook([("一", [HEADINGS, changed])]))
    page = client.get(RosterUpload.objects.first().get_absolute_url()).content.decode()
    assert "138****5678" in page
    assert "139****5678" in page


def test_giving_up_erases_the_file(client: Client, upload: RosterUpload) -> None:
    assert decide(client, upload, "give_up").url == upload.get_absolute_url()
    upload.refresh_from_db()
    assert (upload.state, upload.sealed_content, upload.sealed_preview) == (RosterUpload.State.ABANDONED, "", "")
    assert "没有登记，文件已删除" in client.get(upload.get_absolute_url()).content.decode()
    assert "已经办结" in decide(client, upload, "apply").content.decode()
    assert not Household.objects.exists()


def test_a_preview_that_is_no_longer_the_one_seen_is_shown_again(client: Client, upload: RosterUpload) -> None:
    answer = client.post(upload.get_absolute_url(), {"do": "apply", "seen": "0" * 64})
    assert "预览已经更新" in answer.content.decode()
    assert upload.fingerprint in answer.content.decode()
    assert not Job.objects.filter(kind="roster_apply").exists()


def test_a_register_that_changed_after_the_preview_is_not_overwritten(client: Client, upload: RosterUpload) -> None:
    send(client, workbook([("一", [HEADINGS, FAMILY[0]])]))
    decide(client, RosterUpload.objects.first(), "apply")
    work_off()
    decide(client, upload, "apply")
    work_off()
    assert Job.objects.order_by("created_at").last().state == Job.State.FAILED
    upload.refresh_from_db()
    assert upload.state == RosterUpload.State.READY
    decide(client, upload, "read")
    work_off()
    decide(client, upload, "apply")
    work_off()
    assert Resident.objects.count() == 2


def test_a_corrected_column_is_read_again_and_remembered(client: Client, staff: User) -> None:
    odd = workbook([("一", [["姓名", "住址", "咋样"], ["张三", DOOR, "低保"]])])
    send(client, odd)
    upload = RosterUpload.objects.get()
    url = reverse("grids:roster_columns", args=[upload.pk])
    page = client.get(url)
    assert 'name="column_2"' in page.content.decode()
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    client.post(url, {**data, "column_2": "care"})
    work_off()
    upload.refresh_from_db()
    assert upload.preview["care"] == {"低保": 1}
    send(client, odd)
    assert RosterUpload.objects.first().preview["care"] == {"低保": 1}


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "名册.xlsx", "空"),
        (b"hello", "名册.docx", "请选择 Excel"),
    ],
)
def test_what_is_no_table_is_refused_at_the_form(
    client: Client, staff: User, content: bytes, name: str, words: str
) -> None:
    answer = send(client, content, name)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not RosterUpload.objects.exists()


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", "日期,金额\n1,2\n".encode()])
def test_what_cannot_be_read_is_erased_and_the_job_says_why(client: Client, staff: User, content: bytes) -> None:
    send(client, content)
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert job.message
    upload = RosterUpload.objects.get()
    assert (upload.state, upload.sealed_content) == (RosterUpload.State.UNREADABLE, "")
    assert client.get(upload.get_absolute_url()).status_code == 200


def test_a_file_is_sealed_in_the_database(client: Client, upload: RosterUpload) -> None:
    assert upload.content.startswith(b"PK")
    assert "张三" not in upload.sealed_preview
    assert upload.preview["households"] == 1


def test_a_roster_nobody_decides_about_is_forgotten(client: Client, upload: RosterUpload) -> None:
    with clock.at(clock.now() + roster_uploads.KEPT / 2):
        assert roster_uploads.forget_old() == 0
    with clock.at(clock.now() + roster_uploads.KEPT * 2):
        send(client, workbook([("一", [HEADINGS, *FAMILY])]))
    upload.refresh_from_db()
    assert (upload.state, upload.sealed_content) == (RosterUpload.State.ABANDONED, "")


def test_another_community_does_not_find_it(client: Client, upload: RosterUpload) -> None:
    client.force_login(appoint(Role.SECRETARY, CommunityFactory()))
    assert client.get(upload.get_absolute_url()).status_code == 404
    assert client.get(reverse("grids:roster_columns", args=[upload.pk])).status_code == 404
    assert upload.name not in client.get(reverse("grids:roster_send")).content.decode()


def test_the_register_leads_to_the_import(client: Client, staff: User) -> None:
    assert reverse("grids:roster_send") in client.get(reverse("grids:places")).content.decode()


def test_only_the_office_imports(client: Client) -> None:
    client.force_login(appoint(Role.GRID_LEADER, GridFactory()))
    assert reverse("grids:roster_send") not in client.get(reverse("grids:places")).content.decode()
    assert client.get(reverse("grids:roster_send")).status_code == 403


def test_queries_do_not_grow_with_what_was_sent(
    client: Client, staff: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        upload = RosterUpload(community=CommunityFactory(), owner=staff, name="x.xlsx")
        upload.community_id = next(iter(staff.scope.offices_communities))
        upload.content = b"x"
        upload.save()
    with django_assert_max_num_queries(12):
        client.get(reverse("grids:roster_send"))
