"""What is in doubt about a row of a roster, and the sentence that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Severity(StrEnum):
    """What a doubt means for the row: not imported, imported without this value, or imported and worth a look."""

    LEFT_OUT = "left_out"
    WITHOUT_VALUE = "without_value"
    NOTED = "noted"


@dataclass(frozen=True)
class Doubt:
    """A row that somebody should look at: row as Excel counts (from 1), heading of the column, short reason code."""

    sheet: str
    row: int
    column: str
    reason: str
    severity: Severity

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it."""
        return sentence(self.reason)


def sentence(reason: str) -> str:
    """The kind sentence for a reason code."""
    if digits := re.fullmatch(r"(\d+) digits", reason):
        if reason == "15 digits":
            return _("这是 15 位的旧身份证号，已停用，请补填 18 位号码。")
        return _("电话号码有 %(count)s 位数字，请核对。") % {"count": digits[1]}
    return _sentences().get(reason, reason)


def _sentences() -> dict[str, str]:
    return {
        "no heading row": _("这张表里没有找到表头，整张表没有读取。"),
        "household left out": _("这一行跟着上面没有读懂的住址，请先改好上面那一行。"),
        "no address": _("这一户没有写住址。"),
        "empty": _("住址是空的。"),
        "numeral": _("住址里的中文数字读不准，请改成阿拉伯数字。"),
        "several readings": _("住址有两种读法，请写成“225号3幢2单元501室”。"),
        "not understood": _("住址没有读懂，请写成“225号3幢2单元501室”。"),
        "no building": _("住址里没有写幢号。"),
        "no door": _("住址里没有写室号。"),
        "no compound": _("住址里没有写是哪个小区（例如 225号），社区有不止一个小区。"),
        "others live there": _("这个门牌已登记着另一户，名册里的人会登记成新的一户。"),
        "registered as deceased": _("这个人已登记为去世，没有更新。"),
        "number of another": _("这个证件号码已登记在别人名下。"),
        "formula": _("姓名栏里是公式，请改成文字。"),
        "not a name": _("姓名栏里不像是姓名。"),
        "no name": _("这一行没有写姓名。"),
        "check digit": _("身份证号末位校验不符，可能抄错了一位。"),
        "length": _("身份证号不是 18 位。"),
        "characters": _("身份证号里有不该出现的字符。"),
        "birth date": _("身份证号里的出生日期不存在。"),
        "lost precision": _("身份证号被表格当成数字，后几位已经丢失，请把这一栏设为文本再重新填写。"),
        "format": _("证件号码的格式不对。"),
        "same number twice": _("这个证件号码在前面已经出现过。"),
        "same person twice": _("同一户里这个人出现了两次。"),
        "sex contradicts number": _("性别和身份证号不一致，已按身份证号登记。"),
        "birth date contradicts number": _("出生日期和身份证号不一致，已按身份证号登记。"),
        "no such date": _("出生日期读不出来。"),
        "date in the future": _("出生日期在今天之后。"),
        "two heads": _("这一户出现了两个户主，请核对。"),
        "no head": _("这一户没有写明谁是户主。"),
        "word not known": _("这个词没有读懂，这一项没有登记。"),
        "care word not known": _("关爱类别里有没读懂的词，这一项没有登记。"),
        "not a phone": _("这不像电话号码。"),
        "area of the deed": _("面积和产权证或测绘成果上的不一样，没有改。"),
        "not an area": _("面积读不出来。"),
    }
