"""Exports in the shape of many banks and wallets, each with what it holds."""

# The lines are as banks write them.
# ruff: noqa: E501

from __future__ import annotations

import struct
from datetime import date, time
from decimal import Decimal

import pytest

from core.refusal import Refused
from property.statements.reading import ColumnsUnknown, read
from tests.property.xls_files import as_xls

D = Decimal


def brief(content: bytes | str, name: str = "对账单.csv") -> tuple[object, ...]:
    """Format, rows, in, out, whether the balance agrees, doubts."""
    found = read(content.encode() if isinstance(content, str) else content, name)
    doubts = [doubt.text for doubt in found.doubts]
    return found.format.name, found.rows, found.money_in, found.money_out, found.balance_checked, doubts


CCB = """建设银行企业网上银行
账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号
32001,自管会,20260103 09:10:11,,"1,200.00","11,200.00",人民币元,王建国,6217****,镇江分行,20260103,转存,3-2-501物业费,101
32001,自管会,20260105 10:00:00,300.50,,"10,899.50",人民币元,国网电力,3200,镇江分行,20260105,电费,公共用电,102
32001,自管会,20260105 10:00:01,-300.50,,"11,200.00",人民币元,国网电力,3200,镇江分行,20260105,冲正,公共用电,103
"""
BOC = """"查询账号[ Inquirer account number ]",4563
"总笔数[ Total Numbers ]",2
"交易类型[ Transaction Type ]","业务类型[ Business type ]","付款人账号[ Debit Account No. ]","付款人名称[ Payer's Name ]","收款人账号[ Payee's Account Number ]","收款人名称[ Payee's Name ]","交易日期[ Transaction Date ]","交易时间[ Transaction time ]","交易货币[ Trade Currency ]","交易金额[ Trade Amount ]","交易后余额[ After-transaction balance ]","交易流水号[ Transaction reference number ]","摘要[ Reference ]"
来账,大额来账,6222,李秀英,4563,自管会,20260201,09:00:00,CNY,500.00,"1,500.00",B1,物业费
往账,转账,4563,自管会,3201,保洁公司,20260202,10:11:12,CNY,-200.00,"1,300.00",B2,保洁
"""
CMB = """# 招商银行交易记录
# 账号: [一卡通6225********1234]
# 起始日期: [20260101] 终止日期: [20260131]
交易日期,交易时间,收入,支出,余额,交易类型,交易备注
\t20260103,\t10:11:12,100.00,,600.00,转账汇入,王建国
\t20260102,\t08:00:00,,50.00,500.00,快捷支付,电费
# 收入合计：1笔，共100.00元
# 支出合计：1笔，共50.00元
"""
ABC = (
    "账户明细,,,,,,,\n账号：6228****,户名：某某,,,,,,\n交易日期,交易时间,交易金额,本次余额,对手信息,日志号,交易渠道,交易附言\n"
    "20260103,101112,+100.00,1100.00,王建国,123,网上银行,物业\n20260104,91112,-20.00,1080.00,国网,124,网上银行,电费\n"
)
SIDED = "记账日,借贷标志,交易金额,账户余额,对方名称,摘要\n2026-1-3,贷,100,1100,王建国,物业费\n2026-1-4,借,20,1080,国网,电费\n2026-1-4,借,-5,1085,国网,冲正\n"
LEDGER = "日期,借方,贷方,余额\n2026-01-03,100.00,,1100.00\n2026-01-04,,20.00,1080.00\n2026-01-05,30.00,,1110.00\n"
WECHAT_FUNDS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n"
    "`2026-02-01 04:21:23,`5001,`1001,`交易,`交易,`收入,`0.02,`0.17,system,`缺省,`REF1\n"
    "`2026-02-01 05:00:00,`5002,`1002,`退款,`退款,`支出,`0.01,`0.16,system,`缺省,`REF2\n"
    "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`2.0,`1.0,`0.02,`1.0,`0.01\n"
)
WECHAT_TRADES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称\n"
    "`2026-02-01 08:00:00,`wx,`1,`0,`,`4200001,`A1,`o1,`NATIVE,`SUCCESS,`ICBC,`CNY,`120.00,`0.00,`0,`0,`0.00,`0.00,`,`,`物业费\n"
    "`2026-02-02 08:00:00,`wx,`1,`0,`,`4200001,`A1,`o1,`NATIVE,`REFUND,`ICBC,`CNY,`0.00,`0.00,`5,`6,`20.00,`0.00,`ORIGINAL,`SUCCESS,`物业费\n"
    "总交易单数,应结订单总金额,退款总金额\n`2,`120.00,`20.00\n"
)
ALIPAY_MERCHANT = (
    "#支付宝账务明细查询\n#账号：[20880]\n#起始日期：[2026年02月01日 00:00:00]   终止日期：[2026年03月01日 00:00:00]\n"
    "#-----------------------------------------账务明细列表----------------------------------------\n"
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注\n"
    "1001\t,2001\t,S1\t,物业费,2026-02-01 10:00:00,王*国(138***),120.00,0.00,620.00,支付宝,在线支付,3-2-501\t\n"
    "1002\t,2002\t,S2\t,退费,2026-02-02 10:00:00,李*英(139***),0.00,-20.00,600.00,支付宝,交易退款,\t\n"
    "#-----------------------------------------账务明细列表结束------------------------------------\n"
    "#支出合计：1笔，共-20.00元\n#收入合计：1笔，共120.00元\n#导出时间：[2026年03月02日 09:00:00]\n"
)
ALIPAY_OLD = (
    "支付宝交易记录明细查询\n账号:[a@b.cn]\n起始日期:[2026-02-01 00:00:00]    终止日期:[2026-03-01 00:00:00]\n"
    "---------------------------------交易记录明细列表------------------------------------\n"
    "交易号 ,商家订单号 ,交易创建时间 ,付款时间 ,最近修改时间 ,交易来源地 ,类型 ,交易对方 ,商品名称 ,金额（元）,收/支 ,交易状态 ,服务费（元）,成功退款（元）,备注 ,资金状态 ,\n"
    "2026020122001 \t,A1 \t,2026-02-01 09:00:00 ,2026-02-01 09:00:05 ,2026-02-02 09:00:00 ,其他 ,即时到账交易 ,王建国 ,物业费 ,120.00 ,收入 ,交易成功 ,0.00 ,0.00 , ,已收入 ,\n"
    "2026020222001 \t,A2 \t,2026-02-02 09:00:00 , ,2026-02-02 09:00:00 ,其他 ,即时到账交易 ,五金店 ,灯泡 ,30.00 , ,交易关闭 ,0.00 ,0.00 , , ,\n"
    "2026020322001 \t,A3 \t,2026-02-03 09:00:00 ,2026-02-03 09:00:07 ,2026-02-03 09:00:00 ,其他 ,即时到账交易 ,五金店 ,灯泡 ,30.00 ,支出 ,交易成功 ,0.00 ,0.00 , ,已支出 ,\n"
    "------------------------------------------------------------------------------------\n共3笔记录\n已收入:1笔,120.00元\n待收入:0笔,0元\n已支出:1笔,30.00元\n"
)
WECHAT = (
    "微信支付账单明细,,,,,,,,,,\n微信昵称：[自管会],,,,,,,,,,\n共5笔记录,,,,,,,,,,\n收入：2笔 140.00元,,,,,,,,,,\n支出：1笔 20.00元,,,,,,,,,,\n中性交易：2笔 200.10元,,,,,,,,,,\n"
    "----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n"
    "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
    "2026-02-03 09:00:00,零钱提现,招商银行(1234),/,/,¥100.10,招商银行,提现已到账,9003\t,/\t,服务费¥0.10\n"
    "2026-02-03 08:30:00,转入零钱通-来自工商银行(9876),/,/,/,¥100.00,工商银行(9876),支付成功,9005\t,/\t,/\n"
    "2026-02-02 09:00:00,商户消费-退款,五金店,/,收入,¥20.00,/,已全额退款,9002\t,/\t,/\n"
    "2026-02-02 08:00:00,商户消费,五金店,灯泡,支出,¥20.00,零钱,已全额退款,9001\t,/\t,/\n"
    "2026-02-01 08:00:00,二维码收款,王建国,收款方备注:3-2-501,收入,¥120.00,零钱,已收钱,9000\t,/\t,/\n"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (CCB, ("ccb", 3, D("1200.00"), D("0.00"), True, [])),
        (BOC, ("boc", 2, D("500.00"), D("200.00"), True, [])),
        (CMB, ("cmb", 2, D("100.00"), D("50.00"), True, [])),
        (ABC, ("abc", 2, D("100.00"), D("20.00"), True, [])),
        (SIDED, ("bank", 3, D("100.00"), D("15.00"), True, [])),
        (WECHAT_FUNDS, ("wechat", 2, D("0.02"), D("0.01"), True, [])),
        (WECHAT_TRADES, ("wechat", 2, D("120.00"), D("20.00"), False, [])),
        (ALIPAY_MERCHANT, ("alipay", 2, D("120.00"), D("20.00"), True, [])),
        (WECHAT, ("wechat", 5, D("140.00"), D("20.00"), False, [])),
    ],
    ids=["ccb", "boc", "cmb", "abc", "sided", "wechat funds", "wechat trades", "alipay merchant", "wechat"],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_clean_export_leaves_no_doubt(content, expected, encoding):
    assert brief(content.encode(encoding)) == expected


def test_an_order_that_never_came_about_is_left_out_and_said():
    found = read(ALIPAY_OLD.encode("gb18030"), "alipay_record.csv")
    assert (found.format.name, found.rows, found.left_out, found.money_in, found.money_out) == ("alipay", 3, 1, 120, 30)
    assert [(doubt.line, doubt.text) for doubt in found.doubts] == [(7, "这一笔的状态是“交易关闭”，没有算进来。")]
    assert found.entries[0].at == time(9, 0, 5)


def test_a_wallet_moves_by_what_counts_as_neither():
    """Withdrawn money left the wallet; what went from a bank card to a money fund never was in it."""
    found = read(WECHAT.encode(), "微信.csv")
    assert found.neutral == D("-100.10")
    assert [entry.amount for entry in found.entries] == [120, -20, 20, 0, D("-100.10")]


def test_sides_that_a_ledger_writes_the_other_way_round_are_read_by_the_balance():
    name, rows, into, out, checked, doubts = brief(LEDGER)
    assert (name, rows, into, out, checked) == ("bank", 3, 130, 20, True)
    assert "按余额" in doubts[0]


def test_without_sides_the_balance_says_them():
    content = "日期,金额,余额\n2026-01-03,100.00,1100.00\n2026-01-04,20.00,1080.00\n2026-01-05,30.00,1110.00\n"
    assert brief(content)[1:5] == (3, 130, 20, True)


def test_a_gap_in_the_balance_is_named_by_its_row():
    content = SIDED.replace("贷,100,1100", "贷,100,1101")
    assert brief(content)[4:] == (False, ["这一笔之后的余额 1,080.00 元，和上一笔的余额接不上。"])


def test_rows_of_a_day_may_stand_in_any_order():
    content = (
        "日期,金额,余额,摘要\n2026-01-03,100.00,1100.00,a\n2026-01-03,-50.00,1080.00,c\n2026-01-03,30.00,1130.00,b\n"
        "2026-01-04,1.00,1081.00,d\n"
    )
    assert brief(content)[4] is True


def test_foreign_money_is_left_out_and_said():
    content = "日期,金额,币种\n2026-01-03,100.00,人民币\n2026-01-03,-30.00,人民币\n2026-01-03,7.00,USD\n"
    found = read(content.encode())
    assert (found.rows, found.left_out, found.money_in) == (3, 1, 100)
    assert "USD" in found.doubts[0].text


def test_equal_rows_of_one_file_are_both_rows():
    content = "日期,金额\n2026-01-03,100.00\n2026-01-03,100.00\n2026-01-04,-1.00\n"
    assert read(content.encode()).money_in == 200


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("（1,234.50）", "-1234.50"),
        ("1234.50-", "-1234.50"),
        ("－１２３４．５", "-1234.50"),
        ("−3", "-3.00"),
        ("+ 5.00", "5.00"),
        ("￥1,234.5元", "1234.50"),
        ('="12.00"', "12.00"),
        ("CNY 12", "12.00"),
        ("1 234.00", "1234.00"),
        ("借 7.00", "-7.00"),
    ],
)
def test_amounts_in_many_spellings(text, amount):
    quoted = text.replace('"', '""')
    found = read(f'日期,金额\n2026-01-03,"{quoted}"\n2026-01-03,-1.00\n'.encode())
    assert D(amount) in [entry.amount for entry in found.entries]


@pytest.mark.parametrize("text", ["1,23", "12.345", "一百", "1.2.3", "99999999999999", "--5", "12/5"])
def test_what_is_no_amount_is_doubted(text):
    found = read(f'日期,金额\n2026-01-03,"{text}"\n2026-01-04,-1.00\n2026-01-05,2.00\n'.encode())
    assert [doubt.line for doubt in found.doubts] == [2]
    assert found.rows == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260103", (date(2026, 1, 3), None)),
        ("2026-1-3", (date(2026, 1, 3), None)),
        ("2026/01/03 12:00", (date(2026, 1, 3), time(12))),
        ("2026年1月3日 9时5分", (date(2026, 1, 3), time(9, 5))),
        ("20260103091112", (date(2026, 1, 3), time(9, 11, 12))),
        ("2026-01-03T09:11:12.000+08:00", (date(2026, 1, 3), time(9, 11, 12))),
        ("03-Jan-2026", (date(2026, 1, 3), None)),
        ("２０２６－０１－０３", (date(2026, 1, 3), None)),
        ("`2026-01-03 下午 3:05", (date(2026, 1, 3), time(15, 5))),
        ("46025", (date(2026, 1, 3), None)),
    ],
)
def test_days_in_many_spellings(text, expected):
    found = read(f"日期,金额\n{text},5.00\n{text},-1.00\n".encode()).entries[0]
    assert (found.day, found.at) == expected


def test_whether_the_day_stands_first_is_told_by_the_column():
    content = "Date,Amount\n03/04/2026,5.00\n13/04/2026,-1.00\n"
    assert read(content.encode()).first == date(2026, 4, 3)
    content = "Date,Amount\n03/04/2026,5.00\n03/14/2026,-1.00\n"
    assert read(content.encode()).first == date(2026, 3, 4)


def test_two_rows_of_headings_are_one():
    content = "日期,摘要,发生额,,余额\n,,借方,贷方,\n2026-01-03,a,,100.00,100.00\n2026-01-04,b,30.00,,70.00\n"
    assert brief(content)[1:5] == (2, 100, 30, True)


def test_headings_again_on_every_page_and_subtotals_are_no_rows():
    head = "日期,收入,支出,余额\n"
    content = (
        f"{head}2026-01-03,100.00,,100.00\n本页合计,100.00,,\n\n{head}2026-01-04,,30.00,70.00\n本页合计,,30.00,\n"
        "合计,100.00,30.00,\n制表人：张三,复核：李四,,\n"
    )
    assert brief(content)[1:] == (2, 100, 30, True, [])


def test_a_total_that_does_not_agree_is_said():
    content = "日期,收入,支出,余额\n2026-01-03,100.00,,100.00\n2026-01-04,,30.00,70.00\n合计,110.00,30.00,\n"
    assert brief(content)[5] == ["收入：对账单上印的合计是 110.00 元，逐笔加起来是 100.00 元。"]


def test_what_was_brought_forward_is_the_opening_balance():
    content = "日期,摘要,收入,支出,余额\n2026-01-01,期初余额,,,1000.00\n2026-01-03,a,100.00,,1100.00\n2026-01-04,b,,30.00,1070.00\n"
    assert brief(content)[1:] == (2, 100, 30, True, [])


def test_unusual_headings_are_understood_by_their_content():
    content = "甲,乙,丙,丁\n2026-01-03,abc,100.00,1100.00\n2026-01-04,def,-30.00,1070.00\n2026-01-05,g,1.00,1071.00\n"
    assert brief(content)[1:5] == (3, 101, 30, True)


def test_headings_that_say_nothing_are_asked_for_once():
    content = "甲,乙,丙,丁\n2026-01-03,abc,100.00,\n2026-01-04,def,30.00,\n2026-01-05,g,,7.00\n".encode()
    with pytest.raises(ColumnsUnknown) as unknown:
        read(content)
    assert unknown.value.headings.texts == ["甲", "乙", "丙", "丁"]
    found = read(content, mapping={"甲": "date", "丙": "in", "丁": "out"})
    assert (found.money_in, found.money_out) == (130, 7)
    digest = found.headings.digest
    kept = {digest: {"甲": "date", "丙": "in"}}
    assert read(content, remembered=lambda asked: kept.get(asked, {})).money_in == 130


def test_a_page_saved_as_xls_is_read():
    rows = "".join(f"<tr><td>2026-01-0{n}</td><td>{n}.00</td><td>&nbsp;王建国</td></tr>" for n in range(1, 4))
    page = f"<html><head><style>td {{}}</style></head><body><table><tr><th>日期</th><th>收入金额</th><th>对方户名</th></tr>{rows}</table></body></html>"
    assert brief(page.encode("gb18030"), "明细.xls")[1:3] == (3, 6)


def test_a_workbook_in_xml_is_read():
    cells = ["日期", "金额", "余额"], ["2026-01-03", "5.00", "15.00"], ["2026-01-04", "-1.00", "14.00"]
    body = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in cells
    )
    content = f'<?xml version="1.0"?><Workbook xmlns:ss="urn:x"><Worksheet ss:Name="a"><Table>{body}</Table></Worksheet></Workbook>'
    assert brief(content, "明细.xls")[1:5] == (2, 5, 1, True)


def test_an_old_xls_is_read():
    lines = [
        ["中国某某银行"],
        ["交易日期", "摘要", "收入", "支出", "余额", "对方户名"],
        ["20260103", "物业费", 120.5, "", 620.5, "王建国"],
        ["20260104", "电费", "", 20.25, 600.25, "国网"],
    ]
    assert brief(as_xls(lines), "明细.xls")[1:] == (2, D("120.50"), D("20.25"), True, [])


def test_several_sheets_are_one_statement():
    from tests.property.statement_files import workbook

    sheets = {
        "一月": [["日期", "金额", "余额"], ["2026-01-03", "5.00", "15.00"], ["2026-01-04", "-1.00", "14.00"]],
        "二月": [["日期", "金额", "余额"], ["2026-02-03", "6.00", "20.00"]],
        "说明": [["本表由银行出具"]],
    }
    assert brief(workbook(sheets), "明细.xlsx")[1:5] == (3, 11, 1, True)


def test_a_month_in_which_nothing_happened_is_a_statement():
    assert brief("日期,金额,余额\n") == ("bank", 0, 0, 0, False, [])


def test_two_accounts_in_one_file_are_said():
    content = "账号,日期,金额\n1111,2026-01-03,5.00\n2222,2026-01-04,-1.00\n"
    assert "2 个账号" in brief(content)[5][0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"%PDF-1.7 x",
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\x00\x01\x02" * 99,
        b"hello",
        b"\x1a",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xff\xfea",
        "姓名,电话\n张三,138\n".encode(),
        struct.pack("<200d", *range(200)),
    ],
)
def test_what_is_no_statement_is_refused(content):
    with pytest.raises(Refused) as refusal:
        read(content, "x.csv")
    assert str(refusal.value).endswith("。")


def test_a_day_beside_a_total_does_not_make_it_a_row():
    content = "日期,摘要,收入,支出,余额\n2026-01-03,a,5.00,,15.00\n2026-01-03,本日合计,5.00,,15.00\n2026-01-04,b,,2.00,13.00\n"
    assert brief(content)[1:] == (2, 5, 2, True, [])


@pytest.mark.parametrize("into", ["贷方", "1-贷", "贷(收入)", "Credit", "转入"])
def test_sides_in_many_words(into):
    content = f"日期,收付标志,金额\n2026-01-03,{into},5.00\n2026-01-04,借方,2.00\n"
    assert brief(content)[1:4] == (2, 5, 2)


def test_a_lone_column_with_signs_holds_both_sides():
    assert brief("入账日期,入账金额\n2026-01-03,5.00\n2026-01-04,-2.00\n")[1:4] == (2, 5, 2)


def test_a_statement_in_english():
    content = "Posting Date,Transaction Description,Debit,Credit,Balance\n03-Jan-2026,Fee,,5.00,15.00\n04-Jan-2026,Power,2.00,,13.00\n"
    assert brief(content) == ("bank", 2, 5, 2, True, [])


@pytest.mark.parametrize("heading", ["交易金额/元", "金额（单位：元）", "发生额(人民币元)", "交易\n金额", "*交易金额*"])
def test_headings_with_marks_and_units(heading):
    assert brief(f'日期,"{heading}"\n2026-01-03,5.00\n2026-01-04,-2.00\n')[1:4] == (2, 5, 2)


def test_the_time_may_stand_in_another_column_of_days():
    content = "交易日期,记账时间,金额\n2026-01-03,2026-01-03 09:08:07,5.00\n2026-01-04,2026-01-04 10:00:00,-2.00\n"
    assert read(content.encode()).entries[0].at == time(9, 8, 7)
