"""Read a sheet of requests from a city's system (工单): pure parsing, no database.

Every row becomes a ticket, or a doubt that names sheet, row, column and reason. Columns are known by what their
headings mean, in whatever words and order; nothing is guessed and nothing is lost silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.refusal import Refused
from core.spreadsheets import Cell, Sheet
from grids.rosters import values
from grids.rosters.columns import as_written, normal

_SEARCHED_ROWS = 30
_LONGEST = 4000
_LOST = re.compile(r"^\d(?:\.\d+)?E\+\d+$", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s-]{5,20}")
# What a sheet is full of where nothing is known.
_NOTHING = frozenset({"", "-", "--", "—", "/", "无", "不详", "匿名"})
_ENDED = re.compile(r"已?(办结|归档|完成|关闭|结案|撤[回销]|作废|退回|终止)|不予受理|无效")
_NOT_ENDED = re.compile(r"(未|待|没有?)(办结|归档|完成|关闭|结案)")


class Column(TextChoices):
    """What a column of such a sheet can hold."""

    NUMBER = "number", gettext_lazy("工单编号")
    TITLE = "title", gettext_lazy("标题")
    DESCRIPTION = "description", gettext_lazy("诉求内容")
    CATEGORY = "category", gettext_lazy("类别")
    ADDRESS = "address", gettext_lazy("地址")
    NAME = "name", gettext_lazy("诉求人")
    PHONE = "phone", gettext_lazy("联系电话")
    TIME = "time", gettext_lazy("登记时间")
    STATE = "state", gettext_lazy("办理状态")


IGNORED = ""
# Tried from top to bottom on the whole heading; the first that fits wins.
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), column)
    for pattern, column in (
        (r"序号?|行号", IGNORED),
        (r".*(回复|答复|反馈|结果|意见|处理情况|办理情况|满意|评价|时限|期限|截止|办结时间|完成时间|回访).*", IGNORED),
        (r".*(承办|办理|处理|责任|主办|协办|派发|经办|接线|受理|登记|话务)(单位|部门|人员?|员|社区|机构)", IGNORED),
        (
            r"(工单|诉求|事件|案件|受理|任务|来件|信件|流水|单据|业务|热线)?(编号|单号|流水号|号码?|ID|NO\.?)",
            Column.NUMBER,
        ),
        (r".*(电话|手机|联系方式|来电号码|主叫号码|联系号码).*", Column.PHONE),
        (
            r"(诉求|反映|投诉|来电|举报|联系|申请|报修|提出|市民)?(人|者)?(姓名|名字|称呼)|(诉求|反映|投诉|来电|联系|申请|报修|提出)(人|者)|市民|来电人员",
            Column.NAME,
        ),
        (r".*(状态|进度|进展)", Column.STATE),
        (r".*(时间|日期)", Column.TIME),
        (r".*(类别|类型|分类|大类|小类|种类|性质).*", Column.CATEGORY),
        (r".*(地址|地点|位置|住址|点位|所在地).*", Column.ADDRESS),
        (r"(诉求|工单|事件|问题|案件|来电)?(标题|主题|名称|概述|摘要)", Column.TITLE),
        (r".*(内容|描述|详情|情况|事项|问题|诉求|正文).*", Column.DESCRIPTION),
    )
)


class Severity(StrEnum):
    """What a doubt means for the row: not taken, or taken and worth a look."""

    LEFT_OUT = "left_out"
    NOTED = "noted"


@dataclass(frozen=True)
class Doubt:
    """A row that somebody should look at: row as Excel counts (from 1), heading of the column, short reason code."""

    sheet: str
    row: int
    column: str
    reason: str
    severity: Severity = Severity.LEFT_OUT

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it."""
        return _sentences()[self.reason]


@dataclass(frozen=True)
class Ticket:
    """One row: what the other system knows of a request. `at` is as it is written there."""

    sheet: str
    row: int
    number: str
    title: str = ""
    description: str = ""
    category: str = ""
    address: str = ""
    name: str = ""
    phone: str = ""
    at: str = ""


@dataclass
class CitySheet:
    """Everything that was read."""

    tickets: list[Ticket] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    ended: int = 0
    columns: dict[str, dict[str, str]] = field(default_factory=dict)

    def doubt(self, sheet: str, row: int, column: str, reason: str, severity: Severity = Severity.LEFT_OUT) -> None:
        self.doubts.append(Doubt(sheet, row, column, reason, severity))


def meanings() -> dict[str, str]:
    """Everything a column can hold, with its name for people; "" is a column that is not read."""
    return {IGNORED: _("不读取"), **{column.value: str(column.label) for column in Column}}


def meaning(heading: str, mapping: Mapping[str, str] | None = None) -> str | None:
    """What a column under this heading holds: a `Column`, "" for nothing of use, None for unknown.

    `mapping` is a person's own choice, from the normal heading to the meaning, and goes before every rule.
    """
    written = normal(heading)
    if mapping and written in mapping:
        return mapping[written]
    if not written or len(written) > 16:
        return None
    return next((column for pattern, column in _RULES if pattern.fullmatch(written)), None)


def read(sheets: Iterable[Sheet], mapping: Mapping[str, str] | None = None) -> CitySheet:
    """Read all sheets. Raises Refused where none has a heading row that names numbers and what is asked."""
    found = CitySheet()
    numbers: set[str] = set()
    for sheet in sheets:
        heading = _heading(sheet.rows, mapping)
        if heading is None:
            if any(values.text(cell) for row in sheet.rows for cell in row):
                found.doubt(sheet.name, 1, "", "no heading row", Severity.NOTED)
            continue
        _Reader(sheet, *heading, found, numbers).read()
    if not found.columns:
        raise Refused(_("没有找到表头：请检查文件里是否有一行写着“工单编号”“诉求内容”等栏目。"))
    return found


def _heading(rows: Sequence[Sequence[Cell]], mapping: Mapping[str, str] | None) -> tuple[int, dict[str, int]] | None:
    """The 0-based heading row that says most, with the place of each column; None where no row names requests."""
    best: tuple[int, dict[str, int]] | None = None
    for index, row in enumerate(rows[:_SEARCHED_ROWS]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            column = meaning(as_written(cell), mapping) if isinstance(cell, str) else None
            if column:
                places.setdefault(column, place)
        asked = {Column.TITLE, Column.DESCRIPTION} & places.keys()
        if Column.NUMBER in places and asked and (best is None or len(places) > len(best[1])):
            best = index, places
    return best


class _Reader:
    """Reads one sheet from top to bottom."""

    def __init__(self, sheet: Sheet, heading: int, places: dict[str, int], found: CitySheet, numbers: set[str]) -> None:
        self.sheet, self.heading, self.places = sheet, heading, places
        self.found, self.numbers = found, numbers
        self.headings = {column: as_written(sheet.rows[heading][place]) for column, place in places.items()}
        found.columns[sheet.name] = dict(self.headings)
        self.cells: Sequence[Cell] = ()

    def read(self) -> None:
        for index, cells in enumerate(self.sheet.rows[self.heading + 1 :], self.heading + 2):
            self.cells = cells
            opening = next((values.text(cell) for cell in cells if values.text(cell)), "")
            if opening and not values.is_total(opening) and not self._is_heading():
                self._take(index)

    def _is_heading(self) -> bool:
        """Whether the headings come again, as they do on every printed page."""
        return all(self._said(column) == heading for column, heading in self.headings.items())

    def _take(self, row: int) -> None:
        state = self._said(Column.STATE)
        if _ENDED.search(state) and not _NOT_ENDED.search(state):
            self.found.ended += 1
            return
        number = self._said(Column.NUMBER)
        title, description = self._written(Column.TITLE), self._written(Column.DESCRIPTION)
        if reason := self._reason(number, title, description):
            column = Column.NUMBER if "number" in reason else Column.DESCRIPTION
            self.found.doubt(self.sheet.name, row, self.headings.get(column, ""), reason)
            return
        self.numbers.add(number)
        self.found.tickets.append(
            Ticket(
                self.sheet.name,
                row,
                number,
                title=title,
                description=description,
                category=self._said(Column.CATEGORY),
                address=self._written(Column.ADDRESS),
                name=self._written(Column.NAME)[:40],
                phone=self._phone(row),
                at=self._when(),
            )
        )

    def _reason(self, number: str, title: str, description: str) -> str:
        """Why the row cannot be taken, or ""."""
        if not number:
            return "no number"
        if _LOST.match(number):
            return "number lost"
        if len(number) > 80:
            return "number too long"
        if number in self.numbers:
            return "number again"
        if not (title or description):
            return "nothing asked"
        return "too long" if len(description) + len(title) >= _LONGEST else ""

    def _phone(self, row: int) -> str:
        """A phone, or nothing and a doubt."""
        written = self._said(Column.PHONE)
        if not written or _PHONE.fullmatch(written):
            return written
        self.found.doubt(self.sheet.name, row, self.headings[Column.PHONE], "not a phone", Severity.NOTED)
        return ""

    def _when(self) -> str:
        cell = self._cell(Column.TIME)
        if isinstance(cell, datetime):
            return f"{cell:%Y-%m-%d %H:%M}"
        return cell.isoformat() if isinstance(cell, date) else self._said(Column.TIME)[:40]

    def _written(self, column: str) -> str:
        """What somebody said, with every mark as it was set."""
        cell = self._cell(column)
        return cell.strip() if isinstance(cell, str) and self._said(column) else self._said(column)

    def _said(self, column: str) -> str:
        written = values.text(self._cell(column))
        return "" if written in _NOTHING else written

    def _cell(self, column: str) -> Cell:
        place = self.places.get(column)
        return self.cells[place] if place is not None and place < len(self.cells) else None


def _sentences() -> dict[str, str]:
    return {
        "no heading row": _("这张表里没有找到表头，整张表没有读取。"),
        "no number": _("没有工单编号，没有收。请补上编号，不然同一件会收两次。"),
        "number lost": _("编号被表格当成数字，后几位已经丢失，请把这一栏设为文本再导出。"),
        "number too long": _("编号超过 80 个字，没有收。"),
        "number again": _("这个编号在前面已经出现过，只收前面那一件。"),
        "nothing asked": _("没有写是什么事，没有收。"),
        "too long": _("内容超过 4000 个字，没有收，请当面登记。"),
        "not a phone": _("这不像电话号码，没有写进去。"),
        "category not known": _("没有读懂类别，先按内容归了一类，受理时请看一眼。"),
        "category kept": _("这一类保密或从不公开，不从别的系统收，请当面登记。"),
        "no place": _("没有写地址，地点先写“没有写明”，请问一问本人。"),
        "other words": _("这个编号以前收过，内容不一样，没有改动原来那件。"),
        "known elsewhere": _("这个编号从另一个系统收过，没有再收。"),
        "refused": _("这一件没有收下，请当面登记。"),
    }
