"""Rows of an applied roster that somebody has to look at: listed, mended, put aside, solved by the next roster."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.models import AuditEvent, User
from community.roles import Role
from core.fields import plain_of
from core.spreadsheets import read_sheets
from grids.models import Household, Membership, Resident, RosterDoubt
from grids.rosters.written import WrittenRow
from tests.factories import CommunityFactory, appoint
from tests.grids.roster_pages import apply_rows
from tests.grids.rosters import HEADINGS, card, row

pytestmark = pytest.mark.django_db

DOOR = "225号3幢2单元501室"
HEAD = row(DOOR, "户主", "张三", number=card(order=1), phone="13812345678")
State = RosterDoubt.State


@pytest.fixture
def staff(client: Client) -> User:
    user = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    client.force_login(user)
    return user


def reasons(state: str = State.OPEN) -> list[tuple[int, str]]:
    return [(doubt.row, doubt.reason) for doubt in RosterDoubt.objects.filter(state=state).order_by("row", "reason")]


def mend(client: Client, doubt: RosterDoubt, **given: str) -> Any:
    form = client.get(doubt.get_absolute_url()).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    return client.post(doubt.get_absolute_url(), {**data, **given})


def test_every_doubtful_row_of_an_applied_roster_waits_on_the_list(client: Client, staff: User) -> None:
    upload = apply_rows(
        client,
        HEAD,
        row("同上", "配偶", "李四", phone=1381234567),
        row("小区东门", "户主", "王五"),
        row("同上", "子", "王小五"),
    )
    assert reasons() == [(3, "10 digits"), (4, "not understood"), (5, "household left out")]
    assert upload.outcome["doubts"] == 3
    doubt = RosterDoubt.objects.get(row=3)
    assert (doubt.sheet, doubt.column, doubt.severity) == ("一", "联系电话", "without_value")
    kept = WrittenRow.of_text(plain_of(doubt.content))
    assert (kept.of("name"), kept.address) == ("李四", DOOR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM grids_rosterdoubt")
        assert all("李四" not in content for (content,) in cursor.fetchall())
    done = client.get(upload.get_absolute_url()).content.decode()
    assert f"{reverse('grids:roster_doubts')}?upload={upload.pk}" in done
    page = client.get(reverse("grids:roster_doubts"), {"upload": upload.pk}).content.decode()
    assert "王五" in page
    assert "一第 4 行" in page
    assert "住址没有读懂" in page


def test_the_list_is_filtered_counted_and_downloaded(client: Client, staff: User) -> None:
    upload = apply_rows(client, HEAD, row("同上", "配偶", "李四", phone=1381234567), row("小区东门", "户主", "王五"))
    url = reverse("grids:roster_doubts")
    assert client.get(url).context["page"].count == 2
    assert client.get(url, {"reason": "10 digits"}).context["page"].count == 1
    assert client.get(url, {"upload": upload.pk, "state": "done"}).context["page"].count == 0
    rows = read_sheets(client.get(url, {"format": "xlsx"}).content)[0].rows
    assert {line[3] for line in rows[1:]} == {"李四", "王五"}
    assert not any("1381234567" in str(cell) for line in rows for cell in line)


def test_queries_of_the_list_do_not_grow(client: Client, staff: User) -> None:
    counts = []
    for first, last in ((0, 1), (1, 20)):
        apply_rows(client, *(row("小区东门", "户主", f"王{chr(0x4E00 + n)}") for n in range(first, last)))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("grids:roster_doubts"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_row_is_shown_masked(client: Client, staff: User) -> None:
    headings = [*HEADINGS, "紧急联系人电话"]
    wrong = [
        *row(DOOR, "户主", "张三", born="1956-03-07", number=card()[:-1] + "A", phone="13812345678"),
        "13912345678",
    ]
    apply_rows(client, wrong, headings=headings)
    page = client.get(RosterDoubt.objects.get().get_absolute_url()).content.decode()
    assert "张三" in page
    assert "138****5678" in page
    assert "139****5678" in page
    for secret in ("13812345678", "13912345678", card()[:-1], "04-09"):
        assert secret not in page


def test_mending_an_address_registers_the_household_with_the_rows_below(client: Client, staff: User) -> None:
    apply_rows(
        client,
        HEAD,
        row("小区东门", "户主", "王五", number=card("19600101", 3), phone="13912345678"),
        row("同上", "配偶", "赵六"),
        row("", "子", "王小五"),
        row("225号4幢101", "户主", "孙七"),
    )
    doubt = RosterDoubt.objects.get(row=3)
    assert "赵六、王小五" in client.get(doubt.get_absolute_url()).content.decode()
    still = mend(client, doubt).content.decode()
    assert "住址没有读懂" in still
    assert not Resident.objects.filter(name="王五").exists()
    answer = mend(client, doubt, address="225号3幢2单元502室")
    assert answer.status_code == 302
    household = Household.objects.get(head__name="王五")
    assert str(household) == "225号3幢2单元502室"
    members = Membership.objects.filter(household=household).values_list("resident__name", flat=True)
    assert set(members) == {"王五", "赵六", "王小五"}
    assert plain_of(Resident.objects.get(name="王五").id_number) == card("19600101", 3)
    assert reasons() == []
    event = AuditEvent.objects.get(verb="roster_doubt_mended")
    assert (event.household_id, event.actor_name) == (household.pk, staff.name)
    assert "已处理" in client.get(doubt.get_absolute_url()).content.decode()


def test_mending_a_number_changes_the_person_that_is_there(client: Client, staff: User) -> None:
    wrong = card()[:-1] + ("1" if card()[-1] != "1" else "2")
    apply_rows(client, row(DOOR, "户主", "张三", number=wrong, phone=1381234567))
    doubt = RosterDoubt.objects.get(reason="check digit")
    assert "末位校验不符" in mend(client, doubt).content.decode()
    assert "末位校验不符" in mend(client, doubt, id_number=wrong).content.decode()
    mend(client, doubt, id_number=card())
    resident = Resident.objects.get()
    assert plain_of(resident.id_number) == card()
    assert reasons() == [(2, "10 digits")]
    mend(client, RosterDoubt.objects.get(reason="10 digits"), phone="13812345678")
    assert plain_of(Resident.objects.get().phone) == "13812345678"
    assert reasons() == []


def test_a_mended_person_who_is_not_the_head_joins_the_household_at_the_door(client: Client, staff: User) -> None:
    apply_rows(client, HEAD, row("同上", "子", "=A1"))
    mend(client, RosterDoubt.objects.get(), name="张小三")
    household = Household.objects.get()
    assert household.head.name == "张三"
    assert Membership.objects.filter(household=household, resident__name="张小三", relation="20").exists()


def test_any_other_column_is_mended_in_its_own_field(client: Client, staff: User) -> None:
    apply_rows(client, [*HEAD, "咨询师傅"], headings=[*HEADINGS, "就业状况"])
    doubt = RosterDoubt.objects.get()
    assert "没有读懂" in mend(client, doubt, other="顾问").content.decode()
    mend(client, doubt, other="退休")
    assert Resident.objects.get().employment == "80"
    assert reasons(State.DONE) == [(2, "word not known")]


def test_a_row_is_put_aside_with_a_reason_and_does_not_come_again(client: Client, staff: User) -> None:
    rows = (HEAD, row("小区东门", "户主", "王五"))
    apply_rows(client, *rows)
    doubt = RosterDoubt.objects.get()
    url = reverse("grids:roster_doubt_dismiss", args=[doubt.pk])
    assert client.post(url, {"note": ""}).status_code == 200
    client.post(url, {"note": "门卫，不住这里"})
    doubt.refresh_from_db()
    assert (doubt.state, doubt.note, doubt.decided_by) == (State.DISMISSED, "门卫，不住这里", staff)
    apply_rows(client, HEAD, row("同上", "子", "张小三"), rows[1])
    assert reasons() == []


def test_two_people_at_one_row_do_not_both_decide(client: Client, staff: User) -> None:
    apply_rows(client, row("小区东门", "户主", "王五"))
    doubt = RosterDoubt.objects.get()
    form = client.get(doubt.get_absolute_url()).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    client.post(reverse("grids:roster_doubt_dismiss", args=[doubt.pk]), {"note": "重复"})
    answer = client.post(doubt.get_absolute_url(), {**data, "address": DOOR})
    assert "先看过这一行了" in answer.content.decode()
    assert not Household.objects.exists()


def test_the_same_roster_again_doubles_nothing(client: Client, staff: User) -> None:
    rows = (HEAD, row("同上", "配偶", "李四", phone=1381234567), row("小区东门", "户主", "王五"))
    apply_rows(client, *rows)
    first = set(RosterDoubt.objects.values_list("pk", flat=True))
    again = apply_rows(client, *rows, row("225号4幢101", "户主", "孙七"))
    assert set(RosterDoubt.objects.values_list("pk", flat=True)) == first
    assert set(RosterDoubt.objects.values_list("upload", flat=True)) == {again.pk}
    assert reasons() == [(3, "10 digits"), (4, "not understood")]


def test_a_corrected_roster_changes_what_changed_and_closes_what_it_solves(client: Client, staff: User) -> None:
    wrong = card("19570406", 2)[:-1] + ("1" if card("19570406", 2)[-1] != "1" else "2")
    apply_rows(
        client,
        HEAD,
        row("同上", "配偶", "李四", number=wrong, phone="13912345678"),
        row("小区东门", "户主", "王五"),
        row("小区西门", "户主", "赵六"),
    )
    events = AuditEvent.objects.filter(verb="roster_applied").count()
    corrected = apply_rows(
        client,
        HEAD,
        row("225号3幢2单元502室", "户主", "王五"),  # a row moved up, with its address mended
        row(DOOR, "配偶", "李四", number=card("19570406", 2), phone="13912345678"),
        row("小区西门", "户主", "赵六"),
    )
    assert reasons() == [(5, "not understood")]
    assert reasons(State.DONE) == [(3, "check digit"), (4, "not understood")]
    assert corrected.outcome["solved"] == 2
    assert (corrected.outcome["households"], corrected.outcome["residents"], corrected.outcome["change"]) == (1, 1, 3)
    assert AuditEvent.objects.filter(verb="roster_applied").count() == events + 2
    assert plain_of(Resident.objects.get(name="李四").id_number) == card("19570406", 2)


def test_another_row_at_the_same_place_solves_nothing(client: Client, staff: User) -> None:
    apply_rows(client, HEAD, row("同上", "配偶", "李四", phone=1381234567))
    apply_rows(client, HEAD, row("同上", "子", "张小三"))
    assert reasons() == [(3, "10 digits")]


def test_long_rows_fit(client: Client, staff: User) -> None:
    headings = [*HEADINGS, *(f"说明{number}" for number in range(20))]
    apply_rows(client, [*row("小区东门", "户主", "王五"), *["很长的说明" * 40] * 20], headings=headings)
    kept = WrittenRow.of_text(plain_of(RosterDoubt.objects.get().content))
    assert kept.of("name") == "王五"
    assert client.get(RosterDoubt.objects.get().get_absolute_url()).status_code == 200


def test_another_community_and_the_leaders_see_nothing(client: Client, staff: User) -> None:
    apply_rows(client, row("小区东门", "户主", "王五"))
    doubt = RosterDoubt.objects.get()
    client.force_login(appoint(Role.SECRETARY, CommunityFactory()))
    assert client.get(doubt.get_absolute_url()).status_code == 404
    assert "王五" not in client.get(reverse("grids:roster_doubts")).content.decode()
