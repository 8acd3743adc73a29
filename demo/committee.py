"""What the invented committee does beside its books, and what residents say to the published quarter."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

from community.roles import Office
from core import clock
from core.quarters import Month, Quarter
from demo.days import published_quarters, voted_on
from demo.officers import Officers, at_noon
from demo.requests import picture
from property import entries
from property.budget import actions as budgets
from property.budget.actions import Planned
from property.chart import Fund
from property.counts import actions as counts
from property.counts.box import book_balance
from property.entries import Item
from property.fees.posting import accounts_of
from property.models import Account, Book, Means, Payment, Publication, StatementRow, Voucher
from property.publication import asking, petitioning, posting
from property.publication.lines import line_of
from property.publication.rows import AssetRow, ResolutionRow, Row, Section, StaffRow
from property.recurring import actions as recurring
from property.statements import actions as matching
from property.statements import keeping, uploads
from property.statements.reading import read

APPROVED = (1, 12)
"""Month and day on which the committee agrees to a year's budget."""
PLANNED = (
    ("430101", Fund.FEE, "156000"),
    ("490201", Fund.PUBLIC, "48000"),
    ("490202", Fund.PUBLIC, "5200"),
    ("4901", Fund.FEE, "160"),
    ("510101", Fund.FEE, "62400"),
    ("510103", Fund.FEE, "25000"),
    ("510104", Fund.FEE, "3200"),
    ("510105", Fund.FEE, "16000"),
    ("510106", Fund.FEE, "12000"),
    ("510107", Fund.PUBLIC, "5000"),
    ("520101", Fund.FEE, "600"),
)
STAFF: list[Row] = [
    StaffRow("门卫", 2, None, "两班，早六点到晚十点"),
    StaffRow("保洁", 1, None, "外包给清源保洁服务部"),
]
WALLET = "100901"


def typed(book: Book, quarter: Quarter) -> list[Row]:
    """What is typed into a quarter: who works there, what has been bought by then, what was voted on."""
    return [*STAFF, *_bought(book, quarter), _fee_vote(book)]


def _bought(book: Book, quarter: Quarter) -> list[Row]:
    year = book.opened_on.year if book.opened_on.month <= 5 else book.opened_on.year + 1
    if quarter < Quarter(year, 2):
        return []
    roof, gate = f"{year} 年第 1 次业主表决", f"{year} 年第 2 次议事会决议 3 号"
    return [
        AssetRow("project", "2 幢屋面防水", "政府补助", roof, Decimal("14200.00"), "已验收", "自管会"),
        AssetRow("asset", "东门道闸", "公共收益", gate, Decimal("3860.00"), "在用", "门卫室"),
    ]


def _fee_vote(book: Book) -> Row:
    day = voted_on(book.opened_on)
    return ResolutionRow(
        f"{day.year} 年第 3 次业主表决",
        "物业费每平方米每月 0.40 元",
        day,
        392,
        478,
        Decimal("26841.35"),
        Decimal("32512.20"),
    )


def plan(book: Book, officers: Officers) -> None:
    """The budget of this year and of the last published quarter, approved, and what comes back every month."""
    today = clock.today()
    for year in sorted({published_quarters(today)[-1].year, today.year}):
        if today > date(year, *APPROVED):
            _budget(book, officers, year)
    _every_month(book, officers)


def _budget(book: Book, officers: Officers, year: int) -> None:
    people = officers.committee
    accounts = accounts_of(book)
    with clock.at(at_noon(date(year, *APPROVED))):
        lines = [Planned(accounts[code], fund, Decimal(amount)) for code, fund, amount in PLANNED]
        budget = budgets.draft_budget(book, by=people[Office.BOOKKEEPER], year=year, lines=lines)
        budgets.approve_budget(
            budget, by=people[Office.CHAIR], revision=budget.revision, resolution_ref="第 1 次议事会决议 1 号"
        )


def _every_month(book: Book, officers: Officers) -> None:
    people = officers.committee
    accounts = accounts_of(book)
    wages = entries.paid([Item(accounts["510101"], Fund.FEE, Decimal("5200.00"))], accounts["1002"])
    recurring.make_recurring(
        book,
        by=people[Office.BOOKKEEPER],
        kind=Voucher.Kind.PAYMENT,
        summary="门卫工资",
        payee="赵永福",
        lines=wages,
        day=9,
        every=1,
        first=Month.of(clock.today()).next(),
    )


def go_on(book: Book, officers: Officers) -> None:
    """The cash is counted, a statement comes in, the posted sheet is photographed; residents ask and join."""
    _count(book, officers)
    _take_statement_in(book, officers)
    _hear_residents(book, officers)


def _count(book: Book, officers: Officers) -> None:
    people = officers.committee
    cash = Account.objects.of_book(book).get(code="1001")
    with clock.at(clock.now() - timedelta(days=3)):
        held = int(book_balance(book, cash) * 100)
        pieces = {}
        for piece in counts.PIECES:
            pieces[piece], held = divmod(held, piece)
        rest = Decimal(-held) / 100
        count = counts.count_cash(
            book,
            by=people[Office.CASHIER],
            account=cash,
            pieces=pieces,
            not_posted=rest,
            not_posted_note="找零的分币" if rest else "",
        )
        counts.witness_count(count, by=people[Office.SUPERVISOR])


def _take_statement_in(book: Book, officers: Officers) -> None:
    """The wallet's own list of this quarter, matched where it is sure; two rows are nobody's yet."""
    account = Account.objects.of_book(book).get(code=WALLET)
    since = clock.today() - timedelta(days=45)
    paid = Payment.objects.of_book(book).filter(means=Means.WECHAT, paid_on__gte=since).order_by("paid_on", "number")
    rows = [(one.paid_on, one.payer.plain, one.amount, f"1000{one.number:06}") for one in paid]
    rows.append((clock.today() - timedelta(days=5), "路过的好心人", Decimal("66.00"), "1000999001"))
    reading = read(_as_wechat_writes(rows), "微信支付账单.csv", mapping={}, remembered=lambda _digest: {})
    found = keeping.plan(reading, account)
    cashier = officers.committee[Office.CASHIER]
    uploads.keep_directly(found, account=account, name="微信支付账单.csv", mapping={}, by=cashier)
    open_rows = StatementRow.objects.unscoped(reason="the demo's own rows").filter(account=account)
    matching.confirm_sure(book, open_rows, by=cashier)


def _as_wechat_writes(rows: list[tuple[date, str, Decimal, str]]) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["微信支付账单明细"])
    sheet.writerow([])
    sheet.writerow(
        [
            "交易时间",
            "交易类型",
            "交易对方",
            "商品",
            "收/支",
            "金额(元)",
            "支付方式",
            "当前状态",
            "交易单号",
            "商户单号",
            "备注",
        ]
    )
    for day, who, amount, number in rows:
        sheet.writerow(
            [f"{day} 12:00:00", "二维码收款", who, "物业费", "收入", f"¥{amount}", "/", "已收钱", number, "/", "/"]
        )
    return text.getvalue().encode("utf-8-sig")


def _hear_residents(book: Book, officers: Officers) -> None:
    latest = Publication.objects.of_book(book).out().newest_first()[0]
    first, second, *others = [user for user, home in officers.residents if home.building.estate_id == book.estate_id]
    people = officers.committee
    assert latest.notice_from is not None
    with clock.at(at_noon(latest.notice_from + timedelta(days=1))):
        for place in ("小区公告栏", "1 幢 1 单元门口"):
            posting.add_photos(
                latest, by=people[Office.SUPERVISOR], place=place, posted_on=clock.today(), photos=[picture("after")]
            )
    spending = line_of(latest, Section.SPENDING, 1)
    whole = line_of(latest, 0, 0)
    assert spending is not None
    assert whole is not None
    with clock.at(at_noon(latest.notice_from + timedelta(days=3))):
        asked = asking.ask(spending, by=first, text="这笔钱是按几个人算的？去年好像少一些。")
    with clock.at(at_noon(latest.notice_from + timedelta(days=5))):
        asking.answer(asked, by=people[Office.CHAIR], answer="两个人，早晚两班，和去年一样；去年 12 月少发了半个月。")
    with clock.at(clock.now() - timedelta(days=2)):
        asking.ask(whole, by=second, text="停车费多少人没有交？能不能把每幢楼的收缴率也贴出来？")
        petition = petitioning.begin(latest, by=second, reason="想请外面的会计看一看去年的维修费。")
        for one in others[:1]:
            petitioning.sign(petition, by=one)
