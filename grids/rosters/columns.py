"""Find the heading row of a roster sheet and say what each column holds, in whatever words the headings are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import Cell
from grids.codes import CareCategory
from grids.rosters import values

_SEARCHED_ROWS = 30


class Column(TextChoices):
    """What a column of a roster can hold; a column of ticks for one care category is `care:<category>`."""

    NAME = "name", _("姓名")
    HEAD_NAME = "head_name", _("户主姓名")
    RELATION = "relation", _("与户主关系")
    ADDRESS = "address", _("住址")
    ESTATE = "estate", _("小区")
    BUILDING = "building", _("幢号")
    UNIT = "unit", _("单元号")
    ROOM = "room", _("室号")
    HOUSEHOLD_NO = "household_no", _("户号")
    GRID = "grid", _("网格")
    SEX = "sex", _("性别")
    BIRTH_DATE = "birth_date", _("出生日期")
    ID_TYPE = "id_type", _("证件种类")
    ID_NUMBER = "id_number", _("证件号码")
    PHONE = "phone", _("联系电话")
    HUKOU = "hukou", _("户籍地")
    KIND = "kind", _("户别")
    EMPLOYMENT = "employment", _("就业状况")
    WORKPLACE = "workplace", _("工作单位")
    PARTY = "party", _("党员")
    AREA = "area", _("建筑面积")
    CARE = "care", _("关爱类别")
    REMARK = "remark", _("备注")
    SERIAL = "serial", _("序号")


IGNORED = ""
CARE_PREFIX = "care:"
_DOOR = "door"

# Tried from top to bottom on the whole heading; the first that fits wins.
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), column)
    for pattern, column in (
        (r"序号|编号|序|NO\.?", Column.SERIAL),
        (r"户号|户编号|家庭编号|户序号?|户籍号|家庭号", Column.HOUSEHOLD_NO),
        (r"(身份)?(证件|证照)(类型|种类|类别|名称)", Column.ID_TYPE),
        (r"户主.*(身份证|证件|电话|手机|联系).*|.*(紧急|监护|家属|子女|网格员|房东).*", IGNORED),
        (r".*(身份证|公民身份|证件号|身份号|证件).*", Column.ID_NUMBER),
        (r".*(电话|手机|联系方式|联系号码).*", Column.PHONE),
        (r"(与|和)?(户主|房主|家庭)?.*关系|与户主.*|称谓|是否户主|家庭成员关系", Column.RELATION),
        (r"(户主|房主|业主|产权人)(姓名|名字|名称)?", Column.HEAD_NAME),
        (r".*姓名|名字|居民|家庭成员(名单)?|成员|人员", Column.NAME),
        (r"性别", Column.SEX),
        (r"年龄|周岁|民族|学历|文化程度|婚姻.*|楼层|层数?|家庭人口数?|户数|人口数|人数", IGNORED),
        (r".*(出生|生日).*", Column.BIRTH_DATE),
        (r"人户.*|(居住|户籍|房屋|住房)(状态|类型|情况|现状)|户别|住户(类型|类别)|户类型|居住性质", Column.KIND),
        (r"户口性质|户籍性质", IGNORED),
        (r".*(户籍|户口|籍贯).*", Column.HUKOU),
        (r"(就业|工作|从业|职业|务工)(/工作)?(状况|状态|情况)?", Column.EMPLOYMENT),
        (r"(政治面貌|(是否)?(中共)?党员)(情况)?", Column.PARTY),
        (r".*(工作单位|单位|学校|就业|职业).*", Column.WORKPLACE),
        (r"备注.*|附注|说明|其他(情况|说明)?|情况说明", Column.REMARK),
        (r".*面积.*", Column.AREA),
        (r"(所属|所在)?网格(名称|号|编号)?", Column.GRID),
        (
            r".*(关爱|特殊|重点|困难|帮扶|优抚).*|(人员|人群|居民|家庭)?(类别|类型|标签|性质|属性)|.*(群体|对象)",
            Column.CARE,
        ),
        (r"(所[属在]|居住)?(小区|院落|小院|院区|苑)(名称)?", Column.ESTATE),
        (r"(所[属在])?(楼|幢|栋|座)(号|幢|栋|座|栋号|幢号|号/幢)?|楼栋名称|楼幢名称", Column.BUILDING),
        (r"单元(号)?|门栋|梯号?", Column.UNIT),
        (r"室|室号|房间号?|户室号?|房室号", Column.ROOM),
        (r"房号|门牌号?码?|房屋(编号|号)|门号|楼?房号", _DOOR),
        (r".*(住址|地址|住所|居住地|坐落|门牌|房号).*", Column.ADDRESS),
    )
)


@dataclass(frozen=True)
class Heading:
    """One column of a sheet: its place (0-based), the words over it and what it holds."""

    index: int
    text: str
    column: str


@dataclass(frozen=True)
class Headings:
    """The heading rows of a sheet; `last_row` is the 0-based index of the lower one."""

    last_row: int
    columns: tuple[Heading, ...]

    def of(self, column: str) -> Heading | None:
        """The first column that holds this."""
        return next((heading for heading in self.columns if heading.column == column), None)

    @property
    def cares(self) -> tuple[tuple[Heading, str], ...]:
        """The columns of ticks with their care category."""
        return tuple(
            (heading, heading.column.removeprefix(CARE_PREFIX))
            for heading in self.columns
            if heading.column.startswith(CARE_PREFIX)
        )


def meanings() -> dict[str, str]:
    """Everything a column can hold, with its name for people; "" is a column that is not read."""
    cares = {f"{CARE_PREFIX}{category.value}": str(category.label) for category in CareCategory}
    return {IGNORED: gettext("不读取"), **{column.value: str(column.label) for column in Column}, **cares}


def as_written(cell: Cell) -> str:
    """A heading in the characters of the file, on one line and without spaces."""
    return re.sub(r"\s+", "", cell) if isinstance(cell, str) else values.text(cell)


def normal(heading: str) -> str:
    """A heading without spaces, remarks in brackets and marks: `姓 名*` and `姓名(必填)` are both `姓名`."""
    bare = re.sub(r"[(\[【<][^)\]】>]*[)\]】>]", "", values.packed(heading))
    return re.sub(r"[*:：\"'、。]", "", bare)


def meaning(heading: str, mapping: Mapping[str, str] | None = None) -> str | None:
    """What a column under this heading holds: a `Column`, `care:<category>`, "" for nothing of use, None for unknown.

    `mapping` is a person's own choice, from the normal heading to the meaning, and goes before every rule.
    """
    written = normal(heading)
    if mapping and written in mapping:
        return mapping[written]
    if not written or len(written) > 16:
        return None
    if care := values.care_word(written.removeprefix("是否").removesuffix("情况")):
        return CARE_PREFIX + care[0]
    return next((column for pattern, column in _RULES if pattern.fullmatch(written)), None)


def find(rows: Sequence[Sequence[Cell]], mapping: Mapping[str, str] | None = None) -> Headings | None:
    """The heading row, or two rows where the upper one groups columns; None when no row names people.

    Titles and "filled in by" lines may stand before it. The row that says most wins; the upper one of equals.
    """
    found: list[Headings] = []
    for index in range(min(len(rows), _SEARCHED_ROWS)):
        single = [as_written(cell) for cell in rows[index]]
        found.append(_headings(index, single, mapping))
        if index + 1 < len(rows) and _is_lower_row(rows[index], rows[index + 1], mapping):
            lower = [as_written(cell) for cell in rows[index + 1]]
            found.append(_headings(index + 1, _under(single, lower, mapping), mapping))
    usable = [headings for headings in found if _weight(headings) >= 2]
    return max(usable, key=_weight, default=None)


def _weight(headings: Headings) -> int:
    meanings = {heading.column for heading in headings.columns if heading.column}
    return len(meanings) if Column.NAME in meanings else 0


def _headings(row: int, texts: Sequence[str], mapping: Mapping[str, str] | None) -> Headings:
    meanings = [meaning(text, mapping) for text in texts]
    door = Column.ROOM if Column.BUILDING in meanings and Column.ROOM not in meanings else Column.ADDRESS
    meanings = [door if found == _DOOR else found for found in meanings]
    if Column.NAME not in meanings and Column.HEAD_NAME in meanings:
        meanings[meanings.index(Column.HEAD_NAME)] = Column.NAME
    seen: set[str] = set()
    columns = []
    for index, (text, found) in enumerate(zip(texts, meanings, strict=True)):
        column = IGNORED if found is None or found in seen else found
        seen.add(column)
        if text:
            columns.append(Heading(index, text, column))
    return Headings(row, tuple(columns))


def _is_lower_row(upper: Sequence[Cell], lower: Sequence[Cell], mapping: Mapping[str, str] | None) -> bool:
    """Whether `lower` divides groups named in `upper`: nothing new under the name, only known headings elsewhere."""
    texts = [(values.text(above), values.text(below)) for above, below in zip(upper, lower, strict=False)]
    named = [(above, below) for above, below in texts if meaning(above, mapping) in {Column.NAME, Column.HEAD_NAME}]
    new = [below for above, below in texts if below and below != above]
    return (
        bool(named)
        and all(below in ("", above) for above, below in named)
        and len(new) >= 2
        and all(meaning(text, mapping) is not None for text in new)
    )


def _under(upper: Sequence[str], lower: Sequence[str], mapping: Mapping[str, str] | None) -> list[str]:
    return [
        below if below and (meaning(below, mapping) is not None or not above) else above
        for above, below in zip(upper, (*lower, *[""] * (len(upper) - len(lower))), strict=False)
    ]
