"""Read the address of a door as people in the community write it.

One door has many spellings: 朱方路225号3幢2单元501室, 225号3栋二单元五〇一, 225-3-2-501. All of them give the same
`Address.door`. What is written is read, never guessed: a floor is not inferred from a room number, and a text that
has two readings or none raises `AddressDoubt`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace


class AddressDoubt(ValueError):
    """The text does not name one door for certain; `reason` is a short English code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, order=True)
class Address:
    """A door as written: road and number of the compound (or its name), building, unit and room; "" is not written."""

    road: str = ""
    number: str = ""
    name: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""

    @property
    def compound(self) -> str:
        """What people call the compound: `225号`, `225弄` or `阳光花园`; "" when the text does not say."""
        if self.number:
            return self.number if self.number.endswith("弄") else f"{self.number}号"
        return self.name

    @property
    def door(self) -> tuple[str, str, str, str]:
        """The key that is equal for all spellings of one door within a community."""
        return self.compound, self.building, self.unit, self.room

    def within(self, place: Address) -> Address:
        """This door; what it leaves unsaid is taken from the place it is known to lie in (a sheet named `225号3幢`)."""
        if self.compound and place.compound not in ("", self.compound):
            return self
        building = self.building or place.building
        return Address(
            road=self.road or place.road,
            number=self.number or place.number,
            name=self.name or place.name,
            building=building,
            unit=self.unit or (place.unit if building == place.building else ""),
            room=self.room or place.room,
        )

    def __str__(self) -> str:
        parts = (
            self.road,
            self.compound,
            f"{self.building}幢" if self.building else "",
            f"{self.unit}单元" if self.unit else "",
            f"{self.room}室" if self.room else "",
        )
        return "".join(parts)


_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_CJK_NUMBER = "[零〇○一二两三四五六七八九十百千]+"
_NUMBER = rf"(?:[0-9]{{1,5}}|{_CJK_NUMBER})"
_MARK = "[甲乙丙丁戊东西南北中]"
_TOKEN = rf"(?:{_MARK}?{_NUMBER}[A-Z]?|[A-Z][0-9]{{0,3}}|{_MARK})"
_PLACE = "[一-鿿]"
_ROAD = rf"(?:{_PLACE}{{1,12}}?(?:大道|路|街|巷|道|里|胡同|村))"
_AUTHORITY = re.compile(
    rf"^(?:中国)?(?:{_PLACE}{{2,7}}?(?:省|自治区)(?:{_PLACE}{{2,8}}?(?:市|州))?|{_PLACE}{{2,5}}?市)"
    rf"(?:{_PLACE}{{2,5}}?市)?(?:{_PLACE}{{1,5}}?(?<!小)[区县])?"
)
_LOCALITY = re.compile(rf"^(?:{_PLACE}{{1,6}}?(?:街道办事处|街道办|街道|镇))?(?:{_PLACE}{{1,8}}?社区(?:居委会)?)?")
_HEAD = re.compile(
    rf"^(?P<road>{_ROAD}(?=第?{_MARK}?{_NUMBER}))?"
    rf"(?:(?P<number>{_MARK}?{_NUMBER}[A-Z]?(?:-[0-9]+)?)(?:(?P<lane>弄)|号(?![楼幢栋座])(?:附(?P<annex>[0-9]+)号)?)(?:大院|院内|院)?-?)?"
    rf"(?P<name>(?!{_TOKEN}(?:号?[楼幢栋座]|#)){_PLACE}{{2,12}}?(?=-?第?{_TOKEN}(?:号?[楼幢栋座]|#)|-?[0-9]+-))?-?"
)
_BUILDING = re.compile(rf"^第?(?P<building>{_TOKEN})(?:号楼|#楼|号?[幢栋座]|#|楼(?=-?第?{_TOKEN}单元))-?")
_LANE_HOUSE = re.compile(rf"^(?P<building>{_NUMBER}[A-Z]?)号-?(?=.)")
_UNIT = re.compile(rf"^第?(?P<unit>{_TOKEN})(?:单元|门|梯)-?")
_FLOOR = re.compile(rf"^第?{_NUMBER}[楼层]-?(?=.)")
_ROOM = re.compile(rf"^(?P<room>[A-Z]?{_NUMBER}(?:[A-Z]|{_MARK})?(?:-[0-9]{{1,2}})?)(?:室|号房|房|号|户)?$")
_PARTS = re.compile(r"^[A-Z]?[0-9]{1,5}[A-Z]?(?:-[A-Z]?[0-9]{1,5}[A-Z]?){1,3}(?:室|号|房)?$")
_UNIT_AND_ROOM = re.compile(r"^([A-Z]?[0-9]{1,2}[A-Z]?)-([0-9]{1,5}[A-Z]?(?:-[0-9]{1,2})?(?:室|号|房)?)$")
_TRADITIONAL = str.maketrans("棟樓單號門層戶東", "栋楼单号门层户东")
_NOISE = re.compile(r"[\s\u200b-\u200f\ufeff,,、。;;]+")


def parse(text: str, *, numbers: Collection[str] = ()) -> Address:
    """Read one address; what it does not name stays "".

    `numbers` are compound numbers known to exist: with 225 among them, `225-3-501` has one reading instead of two.
    Raises AddressDoubt with reason `empty`, `numeral`, `several readings` or `not understood`.
    """
    rest = _normal(text)
    if not rest:
        raise AddressDoubt("empty")
    rest = _LOCALITY.sub("", _AUTHORITY.sub("", rest)) or rest
    if _PARTS.match(rest):
        return _from_parts(Address(), rest.rstrip("室号房"), numbers)
    address, rest = _take_head(rest)
    if _PARTS.match(rest) and not (address.number and _is_numbered_room(rest)):
        return _from_parts(address, rest.rstrip("室号房"), numbers)
    return _take_door(address, rest)


def number_of(text: str) -> str:
    """Arabic digits of a numeral: `一百零二` and `一〇二` are `102`, `007` is `7`, `12A` stays `12A`.

    Raises AddressDoubt("numeral") for a Chinese numeral that is not well formed.
    """
    return re.sub(_CJK_NUMBER, lambda found: str(_cjk_value(found.group())), _strip_zeros(text))


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", str(text)).upper().translate(_TRADITIONAL)
    folded = re.sub(r"[‐-―−_~/\\]+", "-", _NOISE.sub("", folded))
    folded = re.sub(r"(?<=[0-9])[—.·](?=[0-9])", "-", folded)
    return re.sub(r"-+", "-", folded).strip("-")


def _take_head(rest: str) -> tuple[Address, str]:
    found = _HEAD.match(rest)
    if found is None:  # pragma: no cover - every part of the pattern is optional
        raise AddressDoubt("not understood")
    number = number_of(found["number"]) if found["number"] else ""
    if found["annex"]:
        number = f"{number}附{found['annex']}"
    if found["lane"]:
        number = f"{number}弄"
    road = found["road"] or ""
    remainder = rest[found.end() :]
    if road and not number:
        return _road_without_number(road, remainder)
    return Address(road=road, number=number, name="" if number else found["name"] or ""), remainder


def _road_without_number(road: str, rest: str) -> tuple[Address, str]:
    """朱方新村3幢 names an estate; 朱方路225-3-2-501 writes the number of the road as the first part."""
    parts = rest.rstrip("室号房").split("-")
    if _PARTS.match(rest) and len(parts) == 4:
        return Address(road=road, number=number_of(parts[0])), "-".join(parts[1:])
    return Address(name=road), rest


def _is_numbered_room(rest: str) -> bool:
    """501-1 after 12号 is a divided room, not building 501."""
    first, _, last = rest.rstrip("室号房").partition("-")
    return len(first) >= 3 and "-" not in last and len(last) <= 2


def _from_parts(address: Address, text: str, numbers: Collection[str]) -> Address:
    parts = [number_of(part) for part in text.split("-")]
    numbered = len(parts) == 4 or (len(parts) == 3 and not address.compound and parts[0] in numbers)
    unclear = not address.compound and len(parts) == 3 and len(parts[0]) > 2
    if (numbered and address.compound) or (unclear and not numbered):
        raise AddressDoubt("several readings")
    if numbered:
        address, parts = replace(address, number=parts[0]), parts[1:]
    unit = parts[1] if len(parts) == 3 else ""
    return replace(address, building=parts[0], unit=unit, room=parts[-1])


def _take_door(address: Address, rest: str) -> Address:
    building, rest = _take(_BUILDING, "building", rest)
    if not building and address.number:
        building, rest = _take(_LANE_HOUSE, "building", rest)
    unit, rest = _take(_UNIT, "unit", rest)
    if building and not unit and (split := _UNIT_AND_ROOM.match(rest)):
        unit, rest = number_of(split[1]), split[2]
    _, rest = _take(_FLOOR, "", rest)
    room = ""
    if rest:
        found = _ROOM.match(rest)
        if found is None:
            raise AddressDoubt("not understood")
        room = "-".join(number_of(part) for part in found["room"].split("-"))
    return replace(address, building=building, unit=unit, room=room)


def _take(pattern: re.Pattern[str], group: str, rest: str) -> tuple[str, str]:
    found = pattern.match(rest)
    if found is None:
        return "", rest
    return (number_of(found[group]) if group else ""), rest[found.end() :]


def _strip_zeros(text: str) -> str:
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", text)


def _cjk_value(text: str) -> int:
    if not any(char in _PLACES for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit, below, zero = 0, None, 10_000, False
    for char in text:
        if char in _PLACES:
            place = _PLACES[char]
            if place >= below or digit == 0 or (digit is None and (place > 10 or (total and not zero))):
                raise AddressDoubt("numeral")
            total, digit, below, zero = total + (digit or 1) * place, None, place, False
        elif digit is not None:
            raise AddressDoubt("numeral")
        elif _DIGITS[char] == 0:
            if zero or not total:
                raise AddressDoubt("numeral")
            zero = True
        else:
            digit = _DIGITS[char]
    # 一百一 is said for 110, and meant for 101 often enough that nobody should guess.
    if (digit is not None and below > 10 and not zero) or (zero and digit is None):
        raise AddressDoubt("numeral")
    return total + (digit or 0)
