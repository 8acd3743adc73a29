"""What may stand in a person's record: the rules that a form shows at its fields and an action refuses by.

A value is read as the roster import reads a cell (`grids.rosters.values`), so that a phone number that the sheet may
bring is one that a hand may type, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.fields import plain_of
from grids import identity
from grids.codes import IdType, Sex
from grids.rosters import values
from grids.rosters.values import ValueDoubt

if TYPE_CHECKING:
    from grids.models import Resident


class PersonDoubt(ValueError):
    """Something given cannot be right; `problems` says what, {field: translated sentence}."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("；".join(problems.values()))
        self.problems = dict(problems)


def read(given: Mapping[str, Any], *, known: Resident | None = None) -> dict[str, Any]:
    """The given fields as they are stored: spaces out, dates as ISO text, numbers in capitals; others as they are.

    What an identity card tells is filled in where nobody says otherwise: birth date and sex. `known` is the person as
    registered, for what is not given. Raises PersonDoubt with one sentence for each field that is wrong.
    """
    found, problems = dict(given), {}
    for field, reader in _READERS.items():
        if field in given:
            try:
                found[field] = reader(plain_of(given[field]))
            except ValueDoubt as doubt:
                problems[field] = _sentence(field, doubt.reason)
    if "name" in given and not found["name"] and "name" not in problems:
        problems["name"] = _("请写明姓名。")
    if "id_number" in given and "id_number" not in problems:
        problems |= _number_problem(found, known)
    if not problems:
        problems |= _contradictions(found, known)
    if problems:
        raise PersonDoubt(problems)
    return found


def read_phone(written: Any) -> str:
    """A phone number as it is stored; raises PersonDoubt."""
    return str(read({"phone": written})["phone"])


def _iso(written: Any) -> Any:
    return written.isoformat() if isinstance(written, date) else written


_READERS: dict[str, Callable[[Any], Any]] = {
    "name": values.name,
    "birth_date": lambda written: values.birth_date(_iso(written)),
    "phone": values.phone,
    "id_number": values.id_number,
}


def _number_problem(found: dict[str, Any], known: Resident | None) -> dict[str, str]:
    """A card by length, date and check digit; any other paper by its characters alone."""
    number = found["id_number"]
    if not number:
        return {}
    try:
        if _id_type(found, known) == IdType.IDENTITY_CARD:
            identity.check(number)
        else:
            identity.check_other(number)
    except identity.IdentityDoubt as doubt:
        return {"id_number": _sentence("id_number", doubt.reason)}
    return {}


def _contradictions(found: dict[str, Any], known: Resident | None) -> dict[str, str]:
    """What the card says against what is written; blanks are filled from the card."""
    card = _value(found, known, "id_number")
    if (
        not card
        or _id_type(found, known) != IdType.IDENTITY_CARD
        or not {"id_number", "birth_date", "sex"} & set(found)
    ):
        return {}
    try:
        born, sex = identity.birth_date(card).isoformat(), identity.sex(card)
    except (identity.IdentityDoubt, ValueError, IndexError):
        return {}  # An old number that nobody could check; it is not what is being changed.
    problems = {}
    written = _value(found, known, "birth_date")
    if not written:
        found["birth_date"] = born
    elif not born.startswith(written):
        field = "birth_date" if found.get("birth_date") else "id_number"
        problems[field] = _("出生日期和身份证号里的不一样，请核对其中一个。")
    said = _value(found, known, "sex")
    if said in (Sex.MALE, Sex.FEMALE) and said != sex:
        problems["sex" if "sex" in found else "id_number"] = _("性别和身份证号里的不一样，请核对其中一个。")
    elif said in ("", Sex.UNKNOWN):
        found["sex"] = sex
    return problems


def _id_type(found: Mapping[str, Any], known: Resident | None) -> str:
    return str(_value(found, known, "id_type") or IdType.IDENTITY_CARD)


def _value(found: Mapping[str, Any], known: Resident | None, field: str) -> str:
    """What is given, else what is registered."""
    if field in found:
        return str(found[field] or "")
    return str(plain_of(getattr(known, field)) or "") if known is not None else ""


def _sentence(field: str, reason: str) -> str:
    sentences = {
        "formula": _("姓名不能用“=”“+”“-”“@”开头，请填写本人的姓名。"),
        "not a name": _("这不像一个姓名，请只写姓名，不带数字和符号，最多 50 个字。"),
        "no such date": _("没有这一天，请写成 1956-03-07 这样的日期。"),
        "date in the future": _("出生日期不能晚于今天。"),
        "not a phone": _("这不像一个电话号码。手机号是 11 位、以 1 开头；固定电话可以带区号。"),
        "lost precision": _("证件号码不完整，请照证件重新填写。"),
        "15 digits": _("这是 15 位的旧号码，现在已经不用了，请照现在的身份证填 18 位。"),
        "length": _("身份证号是 18 位，请再数一遍。"),
        "characters": _("身份证号只有数字，最后一位可以是 X。"),
        "birth date": _("身份证号里的出生日期没有这一天，请再核对一遍。"),
        "check digit": _("这个身份证号对不上校验码，请再核对一遍。"),
        "format": _("这个证件号码不像是对的：5 到 20 位，由字母和数字组成。"),
    }
    digits = reason.partition(" ")[0]
    if field == "phone" and digits.isdigit():
        return _("这个号码是 %(n)s 位。手机号是 11 位、以 1 开头；固定电话可以带区号。") % {"n": digits}
    return sentences.get(reason, _("请再核对一遍。"))
