"""One door, many spellings."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grids import address
from grids.address import Address, AddressDoubt

DOOR = Address(road="", number="225", building="3", unit="2", room="501")


@pytest.mark.parametrize(
    "text",
    [
        "225号3幢2单元501室",
        "225号3幢2单元501",
        "225-3-2-501",
        "225—3—2—501",
        "225/3/2/501",
        "225.3.2.501",
        "225号3栋二单元五〇一",
        "225号 三幢 二单元 501室",
        "225号3号楼2单元501",
        "225号3座2单元501室",
        "225号3#2单元501",
        "225号3＃楼2-501",
        "225号3-2-501",
        "225號3棟2單元501室",
        "２２５号３幢２单元５０１室",
        "225号院3号楼2门501",
        "225号03幢02单元0501室",
        "225号第3幢第2单元501房",
        "225号-3幢-2单元-501室",
        "225号3幢、2单元、501",
        "225号3幢2单元5楼501室",
        "225号朱方小区3幢2单元501室",
        "二百二十五号三幢二单元五百零一室",
    ],
)
def test_every_spelling_is_the_same_door(text: str) -> None:
    assert address.parse(text) == DOOR


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("朱方路225号3幢2单元501室", Address("朱方路", "225", "", "3", "2", "501")),
        ("朱方路225-3-2-501", Address("朱方路", "225", "", "3", "2", "501")),
        (
            "江苏省镇江市京口区大市口街道朱方社区朱方路225号3幢2单元501室",
            Address("朱方路", "225", "", "3", "2", "501"),
        ),
        ("中山一路225号3幢501", Address("中山一路", "225", "", "3", "", "501")),
        ("八一路二百二十五号三栋", Address("八一路", "225", "", "3", "", "")),
        ("朱方路225弄3号501室", Address("朱方路", "225弄", "", "3", "", "501")),
        ("朱方路12号201室", Address("朱方路", "12", "", "", "", "201")),
        ("225号附3号3幢501", Address("", "225附3", "", "3", "", "501")),
        ("3幢501", Address(building="3", room="501")),
        ("3-501", Address(building="3", room="501")),
        ("3-2-501", Address(building="3", unit="2", room="501")),
        ("3楼2单元501", Address(building="3", unit="2", room="501")),
        ("225号3幢2单元", Address(number="225", building="3", unit="2")),
        ("225号3幢", Address(number="225", building="3")),
        ("225号", Address(number="225")),
        ("1201A", Address(room="1201A")),
        ("A座1201a", Address(building="A", room="1201A")),
        ("225号3幢东单元501", Address(number="225", building="3", unit="东", room="501")),
        ("225号3幢2单元501-1室", Address(number="225", building="3", unit="2", room="501-1")),
        ("阳光花园3幢2单元501室", Address(name="阳光花园", building="3", unit="2", room="501")),
        ("朱方一区三幢501", Address(name="朱方一区", building="3", room="501")),
        ("朱方新村12幢3单元402", Address(name="朱方新村", building="12", unit="3", room="402")),
        ("三元路十二号二幢三单元二零三", Address("三元路", "12", "", "2", "3", "203")),
        ("225号二十一幢一百零二室", Address(number="225", building="21", room="102")),
    ],
)
def test_parts_are_read_as_written(text: str, found: Address) -> None:
    assert address.parse(text) == found


def test_a_floor_is_never_inferred() -> None:
    assert address.parse("3楼501") == Address(room="501")
    assert "floor" not in Address.__dataclass_fields__


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("　 ", "empty"),
        ("张三家", "not understood"),
        ("小区东门", "not understood"),
        ("车库3", "not understood"),
        ("225号3幢501室2单元", "not understood"),
        ("225号3幢2单元501室(租)", "not understood"),
        ("225-3-501", "several readings"),
        ("阳光花园225-3-2-501", "several readings"),
        ("225号3幢一百一室", "numeral"),
        ("225号3幢二百二十室十", "not understood"),
        ("225号百百幢501", "numeral"),
        ("1-2-3-4-5", "not understood"),
    ],
)
def test_doubts_are_named(text: str, reason: str) -> None:
    with pytest.raises(AddressDoubt) as doubt:
        address.parse(text)
    assert doubt.value.reason == reason


def test_a_known_compound_number_settles_two_readings() -> None:
    assert address.parse("225-3-501", numbers={"225"}) == Address(number="225", building="3", room="501")


def test_within_fills_only_what_is_not_said() -> None:
    place = address.parse("朱方路225号3幢2单元")
    assert str(address.parse("501").within(place)) == "朱方路225号3幢2单元501室"
    assert str(address.parse("4幢501").within(place)) == "朱方路225号4幢501室"
    assert address.parse("231号4幢501").within(place) == address.parse("231号4幢501")


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("一百零二", "102"),
        ("一〇二", "102"),
        ("一百一十", "110"),
        ("两千零五", "2005"),
        ("一千二百零三", "1203"),
        ("一百", "100"),
        ("007", "7"),
        ("12A", "12A"),
    ],
)
def test_numerals(numeral: str, digits: str) -> None:
    assert address.number_of(numeral) == digits


def _chinese(number: int) -> str:
    """How a number below 10,000 is written out."""
    digits = "零一二三四五六七八九"
    written = ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += ("" if number < 20 and place == 10 else digits[digit]) + name
        elif written and not written.endswith("零"):
            written += "零"
    return written.rstrip("零")


@given(st.integers(1, 9999))
def test_every_written_number_is_read_back(number: int) -> None:
    assert address.number_of(_chinese(number)) == str(number)


@st.composite
def spelled(draw: st.DrawFn) -> tuple[Address, str]:
    """A door and one of the ways to write it."""
    number, building, unit = (draw(st.integers(1, 999)), draw(st.integers(1, 40)), draw(st.integers(0, 9)))
    floor, door, letter = draw(st.integers(1, 33)), draw(st.integers(1, 12)), draw(st.sampled_from(["", "A", "B"]))
    room = f"{floor}{door:02d}{letter}"
    found = Address(number=str(number), building=str(building), unit=str(unit or ""), room=room)
    numeral = draw(st.sampled_from([str, _chinese]))
    parts = [
        f"{numeral(number)}号",
        numeral(building) + draw(st.sampled_from(["幢", "栋", "座", "号楼", "#", "#楼", "棟"])),
        numeral(unit) + draw(st.sampled_from(["单元", "門", "梯"])) if unit else "",
        (room if letter else draw(st.sampled_from([room, _chinese(int(room))])))
        + draw(st.sampled_from(["", "室", "房"])),
    ]
    written = draw(st.sampled_from(["", " ", "　", "-", "，"])).join(part for part in parts if part)
    if unit and draw(st.booleans()):
        written = draw(st.sampled_from(["-", "—", "/", "－"])).join((str(number), str(building), str(unit), room))
    return found, draw(st.sampled_from([str, lambda text: unicodedata.normalize("NFD", text), str.lower]))(written)


@given(spelled())
def test_all_spellings_of_a_door_are_one_door(case: tuple[Address, str]) -> None:
    found, text = case
    assert address.parse(text) == found


@given(st.from_regex(r"\A(朱方路)?[1-9][0-9]{0,2}号[1-9]幢([1-9]单元)?[1-9][0-9]{2}室\Z"))
def test_the_canonical_text_reads_as_itself(text: str) -> None:
    assert str(address.parse(text)) == text


@given(st.text(max_size=30))
def test_any_text_is_read_or_doubted(text: str) -> None:
    try:
        found = address.parse(text)
    except AddressDoubt:
        return
    assume(str(found))
    assert address.parse(str(found)).door == found.door
