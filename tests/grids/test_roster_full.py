"""A full roster: who is registered and missing from it is proposed as moved out, and nobody is deleted."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from community.models import AuditEvent, User
from community.roles import Role
from core import clock
from core.fields import plain_of
from grids.models import Building, Estate, Grid, Household, Membership, Proposal, Resident, RosterUpload
from tests.factories import CommunityFactory, GridFactory, appoint, resident_of
from tests.grids.roster_pages import apply_rows, decide, send, work_off
from tests.grids.rosters import HEADINGS, card, row, workbook

pytestmark = pytest.mark.django_db

ONE = "225号3幢2单元501室"
TWO = "225号4幢2单元501室"
THREE = "231号1幢101"
ZHANG = row(ONE, "户主", "张三", number=card(order=1))
LI = row(ONE, "配偶", "李四", number=card("19570406", 2))
WANG = row(TWO, "户主", "王五", number=card("19600101", 3))
SUN = row(THREE, "户主", "孙七", number=card("19610101", 5))


@pytest.fixture
def staff(client: Client) -> User:
    user = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    client.force_login(user)
    return user


def send_full(client: Client, *rows: list[Any], what: str = "everywhere", **places: Any) -> RosterUpload:
    """Send a roster, say what it is the full one of, and wait for the preview."""
    send(client, workbook([("一", [HEADINGS, *rows])]))
    upload: RosterUpload = RosterUpload.objects.order_by("pk").last()
    answer = client.post(reverse("grids:roster_full", args=[upload.pk]), {"what": what, **places})
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    upload.refresh_from_db()
    return upload


def confirm(client: Client, upload: RosterUpload) -> None:
    decide(client, upload, "apply")
    work_off()


def left_yesterday(name: str) -> None:
    day = clock.today()
    Membership.objects.filter(resident__name=name).update(
        starts_on=day - timedelta(days=9), ends_on=day - timedelta(days=1)
    )


def proposed() -> list[tuple[str, str]]:
    return [(one.resident.name, one.state) for one in Proposal.objects.order_by("created_at", "resident__name")]


def test_who_is_missing_is_counted_listed_and_proposed(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI, WANG)
    upload = send_full(client, ZHANG)
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "您说过这是全社区的全册" in page
    assert "登记在那里、名册里却没有的有 2 人" in page
    assert "不会删除" in page
    listed = client.get(reverse("grids:roster_part", args=[upload.pk, "missing"])).content.decode()
    assert "李四" in listed
    assert TWO in listed
    assert proposed() == []
    confirm(client, upload)
    assert proposed() == [("李四", "open"), ("王五", "open")]
    one = Proposal.objects.get(resident__name="李四")
    assert (one.kind, one.source, one.proposed_by) == (Proposal.Kind.LEAVE, Proposal.Source.ROSTER, staff)
    assert one.household == Household.objects.get(head__name="张三")
    assert Membership.objects.filter(ends_on__isnull=True).count() == 3
    assert AuditEvent.objects.filter(verb="proposal_made", household_id=one.household_id).exists()
    assert client.get(one.get_absolute_url()).status_code == 200


def test_nobody_is_proposed_twice_and_who_is_back_is_withdrawn(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI, WANG)
    confirm(client, send_full(client, ZHANG))
    upload = send_full(client, ZHANG)
    assert "另有 2 人以前已经提过" in client.get(upload.get_absolute_url()).content.decode()
    decide(client, upload, "give_up")
    upload = send_full(client, ZHANG, WANG)
    assert "撤回" in client.get(upload.get_absolute_url()).content.decode()
    confirm(client, upload)
    assert proposed() == [("李四", "open"), ("王五", "withdrawn")]
    apply_rows(client, ZHANG, LI)
    assert proposed() == [("李四", "withdrawn"), ("王五", "withdrawn")]
    confirm(client, send_full(client, ZHANG, LI))
    assert ("王五", "open") in proposed()


def test_what_a_resident_proposed_counts_and_stays(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI)
    household = Household.objects.get()
    own = Proposal.objects.create(
        community=household.community,
        household=household,
        building=household.building,
        resident=Resident.objects.get(name="李四"),
        kind=Proposal.Kind.LEAVE,
        source=Proposal.Source.RESIDENT,
        proposed_by=resident_of(household),
    )
    confirm(client, send_full(client, ZHANG, WANG))
    assert Proposal.objects.count() == 1
    apply_rows(client, ZHANG, LI)
    own.refresh_from_db()
    assert own.state == Proposal.State.OPEN


@pytest.mark.parametrize("named", ["estates", "grids", "buildings"])
def test_only_the_named_places_are_covered(client: Client, staff: User, named: str) -> None:
    apply_rows(client, ZHANG, LI, WANG, SUN)
    building = Building.objects.get(estate__code="225", number="3")
    building.grid = GridFactory(community=building.community)
    building.save()
    chosen = {"estates": building.estate_id, "grids": building.grid_id, "buildings": building.pk}[named]
    confirm(client, send_full(client, ZHANG, what="places", **{named: [chosen]}))
    names = {name for name, _state in proposed()}
    assert names == ({"李四", "王五"} if named == "estates" else {"李四"})


def test_places_have_to_be_chosen_and_be_ones_own(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG)
    send(client, workbook([("一", [HEADINGS, ZHANG])]))
    upload = RosterUpload.objects.order_by("pk").last()
    url = reverse("grids:roster_full", args=[upload.pk])
    assert "请在下面勾选" in client.post(url, {"what": "places"}).content.decode()
    foreign = Grid.objects.create(community=CommunityFactory(), code="9" * 15, name="别处")
    assert client.post(url, {"what": "places", "grids": [foreign.pk]}).status_code == 200
    assert Estate.objects.filter(community=upload.community).exists()


def test_a_part_of_the_people_is_the_default_and_can_be_said_again(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI)
    upload = send_full(client, ZHANG)
    client.post(reverse("grids:roster_full", args=[upload.pk]), {"what": "not"})
    work_off()
    upload.refresh_from_db()
    confirm(client, upload)
    assert proposed() == []


def test_who_may_stand_in_a_row_that_was_not_read_is_not_missing(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI, WANG)
    unread = row("小区东门", "配偶", "李四")
    renamed = row("小区东门", "户主", "王伍", number=card("19600101", 3))
    confirm(client, send_full(client, ZHANG, unread, renamed))
    assert proposed() == []


def test_the_dead_and_who_has_left_are_not_missing(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI, WANG)
    Resident.objects.filter(name="李四").update(deceased_on="2026-01-01")
    left_yesterday("王五")
    upload = send_full(client, ZHANG)
    assert upload.preview["missing"] == 0


def test_a_register_that_lost_somebody_since_the_preview_is_previewed_again(client: Client, staff: User) -> None:
    apply_rows(client, ZHANG, LI, WANG)
    upload = send_full(client, ZHANG)
    left_yesterday("王五")
    confirm(client, upload)
    upload.refresh_from_db()
    assert upload.state == RosterUpload.State.READY
    assert proposed() == []


def test_the_command_can_say_that_it_is_the_full_roster(client: Client, staff: User, tmp_path: Any) -> None:
    upload = apply_rows(client, ZHANG, LI)
    file = tmp_path / "名册.xlsx"
    file.write_bytes(workbook([("一", [HEADINGS, ZHANG, row("小区东门", "户主", "赵六")])]))
    out = io.StringIO()
    code = upload.community.code
    call_command("import_roster", str(file), "--community", code, "--full", "--json", stdout=out)
    assert json.loads(out.getvalue())["missing"] == 1
    call_command(
        "import_roster", str(file), "--community", code, "--full", "--apply", "--by", plain_of(staff.phone), stdout=out
    )
    assert proposed() == [("李四", "open")]
    kept = RosterUpload.objects.order_by("pk").last()
    assert (kept.owner, kept.state, kept.full) == (staff, RosterUpload.State.APPLIED, {"everywhere": True})
    assert kept.doubts.get().reason == "not understood"
