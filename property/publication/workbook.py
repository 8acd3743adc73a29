"""A published quarter as a workbook: one sheet a section, from the frozen rows, with the hash of all on the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.spreadsheets import Table, write_workbook
from property.publication.difference import titles
from property.publication.lines import count_words
from property.publication.rows import Section
from property.publication.sheet import Sheet

Column = tuple[str, Callable[[Any], object]]


def workbook(sheet: Sheet) -> bytes:
    """All sections that have rows; money as numbers."""
    tables = [Table(_("公示"), [_("项目"), _("内容")], _head(sheet))]
    words, columns = titles(), _columns()
    parts: dict[Section, list[Any]] = {}
    for section, _position, row in sheet.sections.lines():
        parts.setdefault(Section(section), []).append(row)
    for section, rows in parts.items():
        title = words.get(section) or _("近几个季度")
        kept = columns[section]
        cells = [[read(row) for _word, read in kept] for row in rows]
        tables.append(Table(title, [word for word, _read in kept], cells))
    return write_workbook(sheet.publication.title, tables)


def _head(sheet: Sheet) -> list[Sequence[object]]:
    publication = sheet.publication
    rows: list[Sequence[object]] = [
        (_("标题"), publication.label),
        (_("公示单位"), publication.issuer),
        (_("版本"), publication.version_label),
        (_("单位"), _("元")),
        (_("查验码"), sheet.code_groups),
        (_("校验码（SHA-256）"), publication.hash),
        (_("期初"), sheet.opening),
        (_("本季收入"), sheet.income),
        (_("本季支出"), sheet.expenditure),
        (_("期末结余"), sheet.closing),
        (_("公示开始"), publication.notice_from),
        (_("公示结束"), publication.notice_to),
        (_("张贴地点"), publication.places),
        (_("咨询电话"), publication.contact),
        (_("查账时间"), publication.inspection_hours),
        (_("说明"), publication.notes),
    ]
    signed = [(str(one["office"]), one["signature"].name) for one in sheet.stands if one["signature"] is not None]
    return [*rows, *signed]


def _columns() -> dict[Section, list[Column]]:
    """What each section shows, column by column."""
    return {
        Section.FUNDS: [
            (_("资金"), lambda row: row.label),
            (_("期初"), lambda row: row.opening),
            (_("收入"), lambda row: row.income),
            (_("支出"), lambda row: row.expenditure),
            (_("其他变动"), lambda row: row.other),
            (_("期末"), lambda row: row.closing),
        ],
        Section.ITEMS: [
            (_("项目"), lambda row: row.label),
            (_("资金"), lambda row: row.fund_label),
            (_("收费标准"), lambda row: row.rate),
            (_("应收"), lambda row: row.receivable),
            (_("实收"), lambda row: row.received),
            (_("本季"), lambda row: row.quarter),
            (_("今年累计"), lambda row: row.year),
            (_("全年预算"), lambda row: row.budget),
            (_("完成预算（%）"), lambda row: row.percent),
        ],
        Section.SPENDING: [
            (_("日期"), lambda row: row.day),
            (_("凭证"), lambda row: row.label),
            (_("事由"), lambda row: row.summary),
            (_("收款人"), lambda row: row.payee),
            (_("金额"), lambda row: row.amount),
            (_("附件"), lambda row: row.papers),
            (_("依据的决议"), lambda row: row.resolution),
            (_("凭证的校验码"), lambda row: row.seal),
        ],
        Section.CASH: [
            (_("账户"), lambda row: row.label),
            (_("账上"), lambda row: row.book),
            (_("对账单或盘点"), lambda row: row.statement),
            (_("未达账项"), lambda row: row.outstanding),
            (_("差额"), lambda row: row.difference),
            (_("原因"), lambda row: row.explanation),
            (_("日期"), lambda row: row.counted_on),
            (_("盘点人"), lambda row: row.counted_by),
            (_("监盘人"), lambda row: row.witness),
        ],
        **_fee_columns(),
        **_typed_columns(),
        Section.ANSWERS: [
            (_("问的是"), lambda row: row.label),
            (_("提问日期"), lambda row: row.asked_on),
            (_("问"), lambda row: row.text),
            (_("答"), lambda row: row.answer),
            (_("答复日期"), lambda row: row.answered_on),
        ],
        Section.HISTORY: [
            (_("季度"), lambda row: row.quarter),
            (_("收入"), lambda row: row.income),
            (_("支出"), lambda row: row.expenditure),
        ],
    }


def _fee_columns() -> dict[Section, list[Column]]:
    return {
        Section.COLLECTION: [
            (_("应交户数"), lambda row: row.due),
            (_("已交户数"), lambda row: row.paid),
            (_("收缴率（%）"), lambda row: row.rate),
            (_("应收"), lambda row: row.billed),
            (_("实收"), lambda row: row.received),
            (_("减免"), lambda row: row.relief),
            (_("预收"), lambda row: row.prepaid),
        ],
        Section.AGEING: [
            (_("楼幢"), lambda row: row.building),
            (_("三个月以内"), lambda row: row.months_3),
            (_("三个月到一年"), lambda row: row.months_12),
            (_("一到两年"), lambda row: row.years_2),
            (_("两年以上"), lambda row: row.older),
            (_("合计"), lambda row: row.total),
        ],
    }


def _typed_columns() -> dict[Section, list[Column]]:
    return {
        Section.STAFF: [
            (_("岗位"), lambda row: row.post),
            (_("人数"), lambda row: row.people),
            (_("本季工资"), lambda row: row.wages),
            (_("备注"), lambda row: row.note),
        ],
        Section.ASSETS: [
            (_("类别"), lambda row: row.kind_label),
            (_("名称"), lambda row: row.name),
            (_("资金来源"), lambda row: row.source),
            (_("谁批准的"), lambda row: row.approved_by),
            (_("金额"), lambda row: row.amount),
            (_("现在的状态"), lambda row: row.state),
            (_("保管人"), lambda row: row.custodian),
        ],
        Section.RESOLUTIONS: [
            (_("决议编号"), lambda row: row.ref),
            (_("决定了什么"), lambda row: row.title),
            (_("哪天通过"), lambda row: row.decided_on),
            (_("同意的人数"), lambda row: count_words(row)[0]),
            (_("同意的面积"), lambda row: count_words(row)[1]),
        ],
    }
