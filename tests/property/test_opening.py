"""Opening balances of households from a small table."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.refusal import Refused
from core.spreadsheets import write_xlsx
from grids.models import Household
from property.fees.posting import control
from property.models import Bill, Payment, Voucher, VoucherAttachment
from property.opening import actions
from property.opening.actions import Opening
from property.opening.matching import match
from property.opening.table import Row, read
from tests.factories import (
    BuildingFactory,
    EstateFactory,
    FullCommittee,
    HouseholdFactory,
    MembershipFactory,
    full_committee_of,
)

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")


@pytest.fixture
def committee() -> FullCommittee:
    return full_committee_of(opening=[("1002", "fee", Decimal("9000.00"))])


@pytest.fixture
def homes(committee) -> list[Household]:
    """3幢2单元 501, 502 and 503."""
    building = BuildingFactory(estate=committee.book.estate, grid__community=committee.book.community, number="3")
    first = HouseholdFactory(dwelling__unit__building=building, dwelling__unit__number="2", dwelling__room_no="501")
    unit = first.dwelling.unit
    return [first, *(HouseholdFactory(dwelling__unit=unit, dwelling__room_no=room) for room in ("502", "503"))]


def xlsx(*rows) -> bytes:
    return write_xlsx("期初", ["门牌", "户主", "欠费（元）", "预交金额", "押金"], rows)


@pytest.mark.parametrize("door", ["3幢2单元501", "3-2-501", "3栋二单元501室"])
def test_doors_are_read_as_people_write_them(committee, homes, door):
    table = read(xlsx([door, "", Decimal("120.50"), "", "200"], ["合计", "", "120.50", "", "200"]))
    assert table.rows == [Row(2, door, "", Decimal("120.50"), ZERO, Decimal("200"))]
    assert [home.pk for home, _row in match(committee.book, table.rows).rows] == [homes[0].pk]


def test_columns_of_building_unit_and_room(committee, homes):
    content = write_xlsx("x", ["序号", "幢", "单元", "室号", "累计欠费"], [[1, 3, 2, 502, 88]])
    table = read(content)
    assert [home.pk for home, _row in match(committee.book, table.rows).rows] == [homes[1].pk]


def test_what_is_in_doubt_is_named_and_left_out(committee, homes):
    second = HouseholdFactory(dwelling=homes[0].dwelling)
    member = MembershipFactory(household=second, resident__name="李四")
    second.head = member.resident
    second.save()
    content = xlsx(
        ["3-2-999", "", 5, "", ""],
        ["3-2-501", "", 5, "", ""],
        ["3-2-502", "", "五块", "", ""],
        ["", "", 5, "", ""],
        ["3-2-503", "", 7, "", ""],
        ["3-2-503", "", 7, "", ""],
        ["3-2-501", "李四", 9, "", ""],
    )
    table = read(content)
    found = match(committee.book, table.rows)
    assert [number for number, _why in table.doubts] == [4, 5]
    assert [number for number, _why in found.doubts] == [2, 3, 7]
    assert [home.pk for home, _row in found.rows] == [homes[2].pk, second.pk]


def test_a_table_without_headings_is_refused():
    with pytest.raises(Refused, match="标题"):
        read(write_xlsx("x", ["一", "二"], [[1, 2]]))


def test_the_sums_stand_in_the_opening_voucher(committee, homes):
    given = [
        Opening(homes[0], owed=Decimal("120.50")),
        Opening(homes[1], prepaid=Decimal("360.00"), deposit=Decimal("500.00")),
    ]
    voucher = actions.take_in(committee.book, by=committee.bookkeeper, openings=given)
    assert actions.balances_of(voucher) == {
        ("1002", "fee"): Decimal("9000.00"),
        ("1121", "fee"): Decimal("120.50"),
        ("2203", "fee"): Decimal("360.00"),
        ("2209", "fee"): Decimal("500.00"),
    }
    assert VoucherAttachment.objects.filter(voucher=voucher).count() == 1
    committee.post(Voucher.objects.get())
    assert (Bill.objects.get().amount, Payment.objects.get().amount) == (Decimal("120.50"), Decimal("360.00"))
    assert all(row.difference == 0 for row in control(committee.book))


def test_no_household_is_brought_forward_twice(committee, homes):
    given = [Opening(homes[0], owed=Decimal("120.50"))]
    actions.take_in(committee.book, by=committee.bookkeeper, openings=given)
    with pytest.raises(Refused, match="记过"):
        actions.take_in(committee.book, by=committee.bookkeeper, openings=given)
    assert match(committee.book, [Row(2, "3-2-501", owed=Decimal(1))]).rows == []
    voucher = actions.take_in(
        committee.book, by=committee.bookkeeper, openings=[Opening(homes[1], owed=Decimal("10.00"))]
    )
    assert actions.balances_of(voucher)["1121", "fee"] == Decimal("130.50")


def test_a_posted_voucher_stays_and_the_households_come_to_it(homes, committee):
    posted = Voucher.objects.get()
    committee.post(posted)
    with pytest.raises(Refused, match="已经入账"):
        actions.take_in(committee.book, by=committee.bookkeeper, openings=[Opening(homes[0], owed=Decimal("5.00"))])
    assert not Bill.objects.exists()


def test_a_book_that_began_with_nothing_gets_its_voucher(homes):
    estate = EstateFactory(is_self_managed=True)
    bare = full_committee_of(estate)
    building = BuildingFactory(estate=estate, grid__community=estate.community)
    home = HouseholdFactory(dwelling__unit__building=building)
    voucher = actions.take_in(bare.book, by=bare.bookkeeper, openings=[Opening(home, owed=Decimal("7.00"))])
    assert (voucher.kind, voucher.amount) == ("opening", Decimal("7.00"))
    bare.post(voucher)


@given(st.integers(0, 10**9), st.sampled_from(["{}", "¥{}", "{}元"]))
def test_amounts_come_out_to_the_fen(fen, shape):
    amount = Decimal(fen) / 100
    table = read(xlsx(["3-2-501", "", shape.format(f"{amount:,.2f}"), "", ""]))
    assert sum((row.owed for row in table.rows), ZERO) == amount


def test_the_pages(committee, homes, client):
    client.force_login(committee.bookkeeper)
    url = reverse("property:opening", args=[committee.book.pk])
    assert client.get(url).status_code == 200
    content = xlsx(["3-2-501", "", "120.50", "", ""], ["3-2-999", "", "1", "", ""])
    page = client.post(url, {"file": SimpleUploadedFile("期初.xlsx", content)}).content.decode()
    assert "登记里没有这一户" in page
    rows = page.split('name="rows" value="')[1].split('"')[0]
    answer = client.post(reverse("property:opening_take_in", args=[committee.book.pk]), {"rows": rows})
    assert answer.url == Voucher.objects.get().get_absolute_url()
    assert "120.50" in client.get(answer.url).content.decode()
    forged = client.post(reverse("property:opening_take_in", args=[committee.book.pk]), {"rows": f"x{rows}"})
    assert forged.url == url
