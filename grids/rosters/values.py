"""Read the cells of a roster: what people write for a sex, a relation, a date, a phone, a hardship.

Every reader takes the cell as the spreadsheet gives it and returns the value to store, or raises `ValueDoubt` when
something is written that cannot be that value. An empty cell is no doubt.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from core import clock
from core.spreadsheets import Cell
from grids import identity
from grids.codes import CareCategory, Employment, Relation, Sex


class ValueDoubt(ValueError):
    """The cell holds something, but not this; `reason` is a short English code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


DITTO = frozenset({"同上", "同前", "上同", "同左", "〃", '"', '""', "''", "″", "“", "”", "々"})
_NOTHING = frozenset(
    {"", "无", "否", "没有", "不是", "不详", "/", "-", "--", "—", "——", "×", "X", "N", "NO", "0", "空"}
)
_TICKS = frozenset({"√", "✓", "✔", "☑", "是", "有", "1", "Y", "YES", "T", "TRUE", "V", "○", "●", "对"})
_VACANT = re.compile(r"^(?:空置?(?:房|户)?|空关(?:房|户)?|无人(?:居住)?|闲置|未入住|未出售)$")
_TOTAL = re.compile(r"^(?:本页|全部|以上)?(?:合计|总计|小计|共计|总数|总人数|总户数)|^共\d+[户人]")
_FOOTER = re.compile(r"^(?:填表|制表|审核|统计|经办|负责|登记|社区负责|联系)\w{0,4}[::]|^(?:注|备注|说明|填表说明)[::]")
_EXPONENT = re.compile(r"^\d(?:\.\d+)?E\+\d+$")
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), 0xFEFF))
_EPOCH = dt.date(1899, 12, 30)  # day 0 of a spreadsheet's serial numbers
_SPELLED_DATE = re.compile(r"(\d{4})[年./-](\d{1,2})(?:月|[./-](?=\d)|$)(?:(\d{1,2})[日号]?)?(?:00:00:00)?")
_LAST_YEAR = 2100  # a number up to here is a year, above it a serial number
_OLDEST = dt.date(1890, 1, 1)

_SEXES = {
    Sex.MALE: "男 男性 M 1",
    Sex.FEMALE: "女 女性 F 2",
    Sex.UNKNOWN: "未知 0",
    Sex.UNSTATED: "未说明 9",
}
_SEX_OF = {word: sex for sex, words in _SEXES.items() for word in words.split()}

_RELATIONS = {
    Relation.HEAD: "户主 本人 本户户主 户主本人 房主 是 √ ✓",
    Relation.SPOUSE: "配偶 爱人 夫 丈夫 老公 妻 妻子 老婆 夫妻",
    Relation.SON: "子 儿子 儿 独生子 独子 长子 大儿子 次子 二子 二儿子 三子 三儿子 四子 五子 养子 继子 养子或继子",
    Relation.DAUGHTER: "女 女儿 独生女 独女 长女 大女儿 次女 二女 二女儿 三女 三女儿 四女 五女 养女 继女 养女或继女",
    Relation.GRANDCHILD: "孙子 孙 孙女 外孙 外孙子 外孙女 孙子女 外孙子女 孙辈 曾孙子 曾孙女 外曾孙子 外曾孙女",
    Relation.PARENT: "父母 公公 婆婆 岳父 岳母 公婆 岳父母 继父 养父 继母 养母 继父或养父 继母或养母",
    Relation.FATHER: "父亲 父 爸爸",
    Relation.MOTHER: "母亲 母 妈妈",
    Relation.GRANDPARENT: "祖父 祖母 爷爷 奶奶 外祖父 外祖母 外公 外婆 姥爷 姥姥 祖父母 外祖父母 曾祖父 曾祖母",
    Relation.SIBLING: "兄弟姐妹 兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 哥 兄弟 姐妹",
    Relation.OTHER_RELATIVE: "其他亲属 亲属 亲戚 女婿 儿媳 媳妇 儿媳妇 媳 孙媳妇 孙媳 孙女婿 外孙媳妇 外孙女婿 嫂 嫂子 "
    "弟媳 弟妹 姐夫 妹夫 伯父 伯母 叔父 叔叔 婶母 婶婶 舅父 舅舅 舅母 姨父 姨母 阿姨 姑父 姑母 姑姑 "
    "堂兄弟 堂姐妹 表兄弟 表姐妹 侄子 侄 侄女 外甥 外甥女",
    Relation.NON_RELATIVE: "非亲属 保姆 朋友 租客 租户 室友 合租 同住 同事 房客 其他",
}
RELATION_WORDS = {str(code): words.split()[0] for code, words in _RELATIONS.items()}
_RELATION_OF = {word: code for code, words in _RELATIONS.items() for word in words.split()}

_EMPLOYMENT = {
    Employment.CIVIL_SERVANT: "公务员 国家公务员 机关干部",
    Employment.PROFESSIONAL: "专业技术人员 教师 医生 护士 工程师",
    Employment.CLERK: "职员 在职 在岗 就业 已就业 上班 工作 务工 在业 企业职工 事业单位",
    Employment.MANAGER: "企业管理人员",
    Employment.WORKER: "工人",
    Employment.FARMER: "农民 务农",
    Employment.STUDENT: "学生 在读 在校 在校学生 上学 就读",
    Employment.SOLDIER: "现役军人 服役 军人",
    Employment.FREELANCE: "自由职业者 自由职业 灵活就业",
    Employment.SELF_EMPLOYED: "个体经营者 个体 个体户 自主创业 经商",
    Employment.UNEMPLOYED: "无业人员 无业 失业 待业 未就业 下岗 无工作",
    Employment.RETIRED: "退(离)休人员 退休 离休 离退休 退休人员 离退休人员",
    Employment.OTHER: "其他 学龄前 未成年 幼儿",
}
_EMPLOYMENT_OF = {word: code for code, words in _EMPLOYMENT.items() for word in words.split()}

# The values of grids.models.Household.Kind, which this room of pure reading does not import.
_KINDS = {
    "registered": "户籍 人户一致 常住 在册 本地 本地户籍 自住 户籍户 常住户 户在人在 人在户在",
    "renting": "租住 租户 租房 出租 承租 外来 人在户不在 流动 租赁 租住户 寄住 借住",
    "registered_only": "空挂 空挂户 户在人不在 人户分离 空户 挂户",
    "collective": "集体 集体户 集体户口",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}

_PARTY_YES = frozenset({"党员", "中共党员", "共产党员", "预备党员", "中共预备党员", "正式党员"})
_PARTY_NO = frozenset(
    {"群众", "团员", "共青团员", "少先队员", "民主党派", "无党派", "无党派人士", "非党员", "普通居民"}
)

_CARE = {
    CareCategory.MINIMUM_ALLOWANCE: "低保 低保户 低保对象 低保家庭 最低生活保障 享受低保 低保人员",
    CareCategory.NEAR_ALLOWANCE: "低保边缘 低保边缘户 低保边缘家庭 低边 边缘户",
    CareCategory.DESTITUTE: "特困 特困人员 特困供养 特困供养人员 五保 五保户 三无人员",
    CareCategory.RIGID_EXPENSES: "刚性支出困难 支出型困难 刚性支出困难家庭 支出型贫困",
    CareCategory.DISABLED: "残疾 残疾人 残疾人员 持证残疾人 重残 "
    "肢体残疾 视力残疾 听力残疾 言语残疾 智力残疾 精神残疾 多重残疾",
    CareCategory.LIVING_ALONE: "独居老人 独居 独居老年人 孤寡老人 孤寡",
    CareCategory.EMPTY_NEST: "空巢老人 空巢 空巢老年人",
    CareCategory.VERY_OLD: "高龄老人 高龄 80岁以上 八十岁以上 80岁以上老人 高龄老年人",
    CareCategory.INCAPACITATED: "失能 失能老人 半失能 失能半失能 失能人员 生活不能自理",
    CareCategory.LEFT_BEHIND_CHILD: "留守儿童 留守 困境儿童 留守困境儿童",
    CareCategory.BEREAVED_FAMILY: "计生特殊家庭 计生特殊 计生特扶 失独 失独家庭 计划生育特殊家庭 特扶",
    CareCategory.MIGRANT: "流动人口 流动 流动人员 外来人口 外来人员",
    CareCategory.ENTITLED: "优抚对象 优抚 军属 烈属 烈军属 退役军人 伤残军人 军烈属",
    CareCategory.OTHER: "其他关爱 其他关爱对象",
}
_CARE_OF = {word: category for category, words in _CARE.items() for word in words.split()}
_GRADES = str.maketrans("一二三四1234", "12341234")
_GRADED = re.compile(r"^(?P<word>\D*?残疾?\D*?)?[(]?(?P<grade>[一二三四1234])级[)]?(?P<rest>\D*残疾\D*)?$")


def text(cell: Cell) -> str:
    """The cell as a person reads it: 13813813800.0 is "13813813800", full-width letters are folded, edges trimmed."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else _folded(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat()[:10] if isinstance(cell, dt.date) else str(cell)


@lru_cache(maxsize=16_384)
def _folded(written: str) -> str:
    return unicodedata.normalize("NFKC", written).translate(_INVISIBLE).strip()


def packed(cell: Cell) -> str:
    """`text` without any space."""
    return "".join(text(cell).split())


def is_ditto(cell: Cell) -> bool:
    """Whether the cell says "as above"."""
    return isinstance(cell, str) and (packed(cell) in DITTO or cell.strip() in DITTO)


def is_total(cell: Cell) -> bool:
    """Whether the cell opens a row of totals or a line under the table."""
    return bool(_TOTAL.match(packed(cell)) or _FOOTER.match(packed(cell)))


def is_vacant(cell: Cell) -> bool:
    """Whether the cell in the place of a name says that nobody lives there."""
    return bool(_VACANT.match(packed(cell)))


def name(cell: Cell) -> str:
    """A person's name. Raises `formula` or `not a name`."""
    found = re.sub(r"[・•‧∙.。](?=[一-鿿])", "·", text(cell))
    if found[:1] in tuple("=+@-"):
        raise ValueDoubt("formula")
    found = re.sub(r"\s+", " ", found) if re.search(r"[A-Za-z]", found) else re.sub(r"\s+", "", found)
    if not found:
        return ""
    if len(found) > 50 or not re.fullmatch(r"[^\W\d_][^\d_<>{}=@#$%^&*+|\\]*", found):
        raise ValueDoubt("not a name")
    return found


def sex(cell: Cell) -> str:
    """GB/T 2261.1 code, "" when empty. Raises `word not known`."""
    return _lookup(_SEX_OF, packed(cell).upper())


def relation(cell: Cell) -> str:
    """GB/T 4761 code of the relation to the head, as fine as `codes.Relation` keeps it; "" when empty.

    Raises `word not known`.
    """
    written = packed(cell)
    return "" if written == "否" else _lookup(_RELATION_OF, written.removeprefix("户主之").removeprefix("之"))


def employment(cell: Cell) -> str:
    """GB/T 2261.4 code, "" when empty. Raises `word not known`."""
    return _lookup(_EMPLOYMENT_OF, packed(cell))


def household_kind(cell: Cell) -> str:
    """The value of Household.Kind, "" when empty. Raises `word not known`."""
    return _lookup(_KIND_OF, packed(cell))


def party(cell: Cell) -> bool | None:
    """Whether the person is a member of the Party; None when the cell is empty. Raises `word not known`."""
    written = packed(cell)
    if written in {"", "不详"}:
        return None
    if written in _PARTY_YES or written.upper() in _TICKS:
        return True
    if written in _PARTY_NO or written.upper() in _NOTHING or (written.endswith("党员") and "非" in written):
        return False
    raise ValueDoubt("word not known")


def birth_date(cell: Cell) -> str:
    """The birth date as ISO text from a date, a serial number or any usual spelling; "" when empty.

    A roster that knows the year or the month alone gives `1956` or `1956-03`. Raises `no such date` and `date in the
    future`.
    """
    if isinstance(cell, dt.date):
        return _plausible((cell.year, cell.month, cell.day))
    written = packed(cell)
    return "" if written in _NOTHING else _plausible(_written_date(written))


def phone(cell: Cell) -> str:
    """A mobile or fixed-line number; the first one when several are written. Raises `N digits` or `not a phone`."""
    written = packed(cell)
    if written.upper() in _NOTHING:
        return ""
    first = re.split(r"[/、,;;,]|(?<=\d{11})[ -]", written)[0] or written
    digits = re.sub(r"[-()]", "", re.sub(r"^(?:\+|00)86-?", "", first))
    if not digits.isascii() or not digits.isdigit():
        raise ValueDoubt("not a phone")
    if re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}", digits):
        return digits
    raise ValueDoubt("not a phone" if len(digits) == 11 else f"{len(digits)} digits")


def id_number(cell: Cell) -> str:
    """The identity number as written and `identity.normal`; "" when empty. Raises `lost precision`.

    Excel keeps 15 digits of a number: a citizen's number stored as a number has lost its end for good.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 1e15:
        raise ValueDoubt("lost precision")
    written = identity.normal(text(cell))
    if _EXPONENT.match(written):
        raise ValueDoubt("lost precision")
    return "" if written in _NOTHING else written


def area(cell: Cell) -> int | None:
    """Floor area in 0.01 m²; None when empty. Raises `not an area`."""
    written = re.sub(r"(?:平方米|平米|平方|㎡|m2|m²)$", "", packed(cell))
    if written in _NOTHING:
        return None
    if not re.fullmatch(r"\d{1,5}(?:\.\d+)?", written) or not 0 < float(written) < 10_000:
        raise ValueDoubt("not an area")
    return round(float(written) * 100)


def care(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Care categories in free text (`低保、独居`), each with its grade or "". Raises `care word not known`."""
    written = text(cell)
    words = [packed(word) for word in re.split(r"[、,,;;/+\s]+", written)]
    found = [care_word(word) for word in words if word.upper() not in _NOTHING]
    if any(category is None for category in found):
        raise ValueDoubt("care word not known")
    return tuple(dict.fromkeys(category for category in found if category is not None))


def known_care(cell: Cell) -> tuple[tuple[str, str], ...]:
    """The care categories among the words of a remark; every other word is just a remark."""
    words = re.split(r"[、,,;;。/+\s]+", text(cell))
    return tuple(dict.fromkeys(found for word in words if (found := care_word(packed(word))) is not None))


def care_word(word: str) -> tuple[str, str] | None:
    """The category and grade of one word, None when it is no care category."""
    if word in _CARE_OF:
        return str(_CARE_OF[word]), ""
    graded = _GRADED.match(word)
    if graded is None or "残" not in word:
        return None
    return str(CareCategory.DISABLED), graded["grade"].translate(_GRADES)


def ticked(cell: Cell) -> tuple[bool, str]:
    """Whether a column of ticks is ticked, and the grade when one stands there instead of a tick.

    Raises `word not known`.
    """
    written = packed(cell)
    if written.upper() in _NOTHING:
        return False, ""
    if graded := re.fullmatch(r"([一二三四1234])级", written):
        return True, graded[1].translate(_GRADES)
    if written.upper() in _TICKS or care_word(written):
        return True, ""
    raise ValueDoubt("word not known")


def _lookup(table: Mapping[str, str], written: str) -> str:
    if written in table:
        return str(table[written])
    if written.upper() in _NOTHING:
        return ""
    raise ValueDoubt("word not known")


def _written_date(written: str) -> tuple[int, ...]:
    if (year := re.fullmatch(r"(\d{4})年?", written)) and int(year[1]) <= _LAST_YEAR:
        return (int(year[1]),)
    if re.fullmatch(r"\d{4,5}", written):
        day = _EPOCH + dt.timedelta(days=int(written))
        return (day.year, day.month, day.day)
    if compact := re.fullmatch(r"(\d{4})(\d{2})(\d{2})?", written):
        return tuple(int(part) for part in compact.groups() if part)
    if spelled := re.fullmatch(_SPELLED_DATE, written):
        return tuple(int(part) for part in spelled.groups() if part)
    raise ValueDoubt("no such date")


def _plausible(parts: tuple[int, ...]) -> str:
    try:
        day = dt.date(*(*parts, 1, 1)[:3])
    except ValueError:
        raise ValueDoubt("no such date") from None
    if day > clock.today():
        raise ValueDoubt("date in the future")
    if day < _OLDEST:
        raise ValueDoubt("no such date")
    return day.isoformat()[: (4, 7, 10)[len(parts) - 1]]
