"""Statements as banks and wallets might print them, made from rows that are known; for the tests of the reader."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from xlsxwriter import Workbook

DATE = ("交易日期", "日期", "记账日期", "交易时间", "入账日期", "记账日", "发生日期", "交易日", "Transaction Date")
TIME = ("交易时间", "时间")
AMOUNT = ("金额", "交易金额", "发生额", "金额(元)", "交易金额（元）", "收支金额", "Amount", "本次发生额")
IN = (
    "收入",
    "收入金额",
    "贷方发生额",
    "贷方金额",
    "存入金额",
    "收入金额（+元）",
    "贷方发生额（收入）",
    "转入金额",
    "Credit",
    "贷方",
)
OUT = (
    "支出",
    "支出金额",
    "借方发生额",
    "借方金额",
    "支取金额",
    "支出金额（-元）",
    "借方发生额（支取）",
    "转出金额",
    "Debit",
    "借方",
)
DIRECTION = ("收/支", "借贷标志", "收支类型", "借贷", "借/贷", "收支方向", "借贷方向", "收支标志")
BALANCE = (
    "余额",
    "账户余额",
    "本次余额",
    "联机余额",
    "交易后余额",
    "账户结余",
    "帐户余额",
    "Balance",
    "账户余额（元）",
)
WHO = ("对方户名", "交易对方", "对方名称", "对手信息", "对方单位名称", "收/付方名称", "对方姓名", "对方账户名称")
REMARK = ("摘要", "备注", "附言", "用途", "交易摘要", "商品说明", "交易附言", "客户摘要")
NUMBER = ("交易流水号", "流水号", "交易单号", "账务流水号", "日志号", "业务参考号", "交易订单号")
SIDES = (("收入", "支出"), ("贷", "借"), ("贷 Cr", "借 Dr"), ("C", "D"), ("收", "支"), ("转入", "转出"), ("+", "-"))
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d", "loose")
PREAMBLES = (
    [],
    [["中国某某银行账户明细"], ["户名：某小区", "账号：6222****1234"], []],
    [["明细查询文件下载"], [], ["起始日期：20260101 截止日期：20261231"], ["币种：人民币"]],
    [["#账务明细"], ["-----------------账务明细列表-----------------"]],
)
WORDS = [
    "王建国",
    "3-2-501",
    "物业费",
    "3幢2单元501",
    "李秀英",
    "停车费",
    "利息",
    "电费",
    "国网电力有限公司",
    "转账",
    "7月",
    "报销，垃圾清运",
    '引号"',
    "中文、顿号",
]


@dataclass(frozen=True)
class Row:
    day: date
    at: time
    amount: Decimal
    who: str
    remark: str
    number: str


@dataclass(frozen=True)
class Style:
    """How a statement is written."""

    shape: str
    headings: dict[str, str]
    days: str
    sides: tuple[str, str]
    encoding: str
    mark: str
    newest_first: bool
    with_balance: bool
    thousands: bool
    yen: bool
    tabs: bool
    preamble: list[list[str]]
    total: bool
    time_apart: bool
    seed: Decimal
    order: list[int] = field(default_factory=list)


yuan = st.integers(1, 99_999_999).map(lambda fen: Decimal(fen) / 100)
rows = st.lists(
    st.builds(
        Row,
        day=st.integers(0, 40).map(lambda days: date(2026, 1, 5) + timedelta(days=days)),
        at=st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)),
        amount=st.tuples(yuan, st.booleans()).map(lambda pair: pair[0] if pair[1] else -pair[0]),
        who=st.sampled_from(["王建国", "李秀英", "国网电力有限公司", "某某（苏州）保洁公司", "用户A"]),
        remark=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
        number=st.integers(10**9, 10**12).map(str),
    ),
    min_size=1,
    max_size=25,
).map(lambda found: sorted(found, key=lambda row: (row.day, row.at)))


@st.composite
def styles(draw: st.DrawFn) -> Style:
    time_apart = draw(st.booleans())
    dates = [one for one in DATE if not (time_apart and one == "交易时间")]
    names = {
        "day": draw(st.sampled_from(dates)),
        "time": draw(st.sampled_from(TIME)),
        "amount": draw(st.sampled_from(AMOUNT)),
        "in": draw(st.sampled_from(IN)),
        "out": draw(st.sampled_from(OUT)),
        "direction": draw(st.sampled_from(DIRECTION)),
        "balance": draw(st.sampled_from(BALANCE)),
        "who": draw(st.sampled_from(WHO)),
        "remark": draw(st.sampled_from(REMARK)),
        "number": draw(st.sampled_from(NUMBER)),
    }
    return Style(
        shape=draw(st.sampled_from(["signed", "sided", "columns"])),
        headings=names,
        days=draw(st.sampled_from(DAYS)),
        sides=draw(st.sampled_from(SIDES)),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])),
        mark=draw(st.sampled_from([",", "\t", ";"])),
        newest_first=draw(st.booleans()),
        with_balance=draw(st.booleans()),
        thousands=draw(st.booleans()),
        yen=draw(st.booleans()),
        tabs=draw(st.booleans()),
        preamble=draw(st.sampled_from(PREAMBLES)),
        total=draw(st.booleans()),
        time_apart=time_apart,
        seed=draw(yuan),
        order=draw(st.permutations(range(7))),
    )


def table(found: list[Row], style: Style) -> list[list[str]]:
    """The cells of the statement, heading row first."""
    body, balance = [], style.seed
    for row in found:
        balance += row.amount
        body.append(_cells(row, balance, style))
    if style.newest_first:
        body.reverse()
    head = list(body[0])
    lines = [[style.headings[name] for name in head], *[[line[name] for name in head] for line in body]]
    if style.total and style.shape == "columns":
        total = dict.fromkeys(head, "")
        total[head[0]] = "合计"
        sums = {
            "in": sum(r.amount for r in found if r.amount > 0),
            "out": -sum(r.amount for r in found if r.amount < 0),
        }
        total |= {side: _money(Decimal(amount), style) for side, amount in sums.items()}
        total[head[0]] = "合计" if head[0] not in sums else total[head[0]]
        if head[0] not in sums:
            lines.append([total[name] for name in head])
    return lines


def as_text(found: list[Row], style: Style) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=style.mark)
    writer.writerows(style.preamble)
    head, *body = table(found, style)
    writer.writerow(head)
    writer.writerows([f"{cell}\t" if style.tabs and style.mark != "\t" else cell for cell in line] for line in body)
    return target.getvalue().encode(style.encoding)


def as_xlsx(found: list[Row], style: Style, *, typed: bool) -> bytes:
    """The same as a workbook: texts, or `typed` with numbers and days as such."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("明细")
        as_day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        lines = [*style.preamble, *table(found, style)]
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                bare = cell.replace(",", "").replace("¥", "")
                if typed and number > len(style.preamble) and _is_number(bare) and len(bare) < 12 and "." in bare:
                    sheet.write_number(number, place, float(bare))
                elif typed and style.days == "%Y-%m-%d" and len(cell) == 10 and cell[:3] == "202":
                    sheet.write_datetime(number, place, date.fromisoformat(cell), as_day)
                elif cell:
                    sheet.write_string(number, place, cell)
    return target.getvalue()


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _cells(row: Row, balance: Decimal, style: Style) -> dict[str, str]:
    day = _day(row.day, style.days)
    cells = {"day": day if style.time_apart else f"{day} {row.at:%H:%M:%S}"}
    if style.time_apart:
        cells["time"] = f"{row.at:%H:%M:%S}"
    if style.shape == "signed":
        cells["amount"] = _money(row.amount, style)
    elif style.shape == "sided":
        cells |= {"direction": style.sides[row.amount < 0], "amount": _money(abs(row.amount), style)}
    else:
        cells |= {"in": _money(row.amount, style) if row.amount > 0 else ""}
        cells |= {"out": _money(-row.amount, style) if row.amount < 0 else ""}
    if style.with_balance:
        cells["balance"] = _money(balance, style)
    cells |= {"who": row.who, "remark": row.remark, "number": row.number}
    names = list(cells)
    return {name: cells[name] for name in sorted(names, key=lambda name: style.order[names.index(name) % 7])}


def _day(day: date, form: str) -> str:
    return f"{day.year}/{day.month}/{day.day}" if form == "loose" else day.strftime(form)


def _money(amount: Decimal, style: Style) -> str:
    text = f"{amount:,.2f}" if style.thousands else f"{amount:.2f}"
    return f"¥{text}" if style.yen and amount >= 0 else text


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    """Several sheets of texts."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                for place, cell in enumerate(line):
                    sheet.write_string(number, place, cell)
    return target.getvalue()
