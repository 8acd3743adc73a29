"""Invented books of the self-managed estate: two years of vouchers by three people, eight published quarters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from community.models import User
from community.roles import Office
from core import clock
from core.quarters import Month
from demo.days import opened_on
from demo.fees import Fees, first_quarter
from demo.officers import Officers, at_noon
from demo.requests import picture
from grids.models import Estate
from property import actions, entries
from property.actions import Paper
from property.chart import Fund
from property.entries import Item
from property.fees.posting import accounts_of
from property.models import Book, LedgerMonth, Means, Voucher

LIMIT = Decimal("6000.00")
OPENING = (
    ("1001", Fund.FEE, Decimal("860.00")),
    ("1002", Fund.FEE, Decimal("41250.37")),
    ("1002", Fund.PUBLIC, Decimal("18620.00")),
    ("1002", Fund.GRANT, Decimal("12000.00")),
)
BANK, CASH, WECHAT = "1002", "1001", "100901"
BILLED = ("430101", "490201")
"""What is billed door by door once there are fees."""


@dataclass(frozen=True)
class Entry:
    """One thing that money comes in or goes out for; `spread` is by how much the amount varies, in yuan; a
    `resolution` is of the `{year}` in which it is paid."""

    summary: str
    code: str
    fund: str
    amount: int
    spread: int = 0
    payee: str = ""
    money: str = BANK
    income: bool = False
    months: tuple[int, ...] = ()
    resolution: str = ""


ENTRIES = (
    Entry("收物业费", "430101", Fund.FEE, 9800, 1600, "", BANK, income=True),
    Entry("收物业费（微信）", "430101", Fund.FEE, 4800, 900, "", WECHAT, income=True, months=(2, 4, 6, 8, 10, 12)),
    Entry("收停车费", "490201", Fund.PUBLIC, 4500, 600, "", BANK, income=True, months=(2, 5, 8, 11)),
    Entry("门卫工资", "510101", Fund.FEE, 5200, 0, "赵永福"),
    Entry("保洁和垃圾清运", "510103", Fund.FEE, 2080, 0, "清源保洁服务部"),
    Entry("公共水电", "510105", Fund.FEE, 1300, 360, "江城供电公司"),
    Entry("零星维修", "510106", Fund.FEE, 900, 700, "老马五金店"),
    Entry("绿化修剪", "510104", Fund.FEE, 800, 200, "青禾园艺部", months=(3, 6, 9, 11)),
    Entry("办公和印刷", "520101", Fund.FEE, 120, 60, "小许打印店", months=(2, 5, 8, 11)),
    Entry("存款利息", "4901", Fund.FEE, 40, 12, "", BANK, income=True, months=(3, 6, 9, 12)),
    Entry("场地和广告收入", "490202", Fund.PUBLIC, 2600, 0, "", BANK, income=True, months=(1, 7)),
    Entry(
        "道闸换主板",
        "510107",
        Fund.PUBLIC,
        3860,
        0,
        "安行道闸公司",
        months=(5,),
        resolution="{year} 年第 2 次议事会决议 3 号",
    ),
    Entry("屋面防水补助到账", "4401", Fund.GRANT, 15000, 0, "", BANK, income=True, months=(4,)),
    Entry(
        "屋面防水工程款",
        "510106",
        Fund.GRANT,
        14200,
        0,
        "江城防水工程公司",
        months=(6,),
        resolution="{year} 年第 1 次业主表决",
    ),
)


def keep(estate: Estate, officers: Officers, *, seed: int) -> Book:
    """Open the book, post every month up to now and close those that are over; gives the book."""
    return _Keeper(estate, officers, Random(seed)).keep()  # noqa: S311 invented data, nothing secret


class _Keeper:
    def __init__(self, estate: Estate, officers: Officers, random: Random) -> None:
        self._estate = estate
        self._random = random
        self._people = officers.committee
        receipt = picture("after")
        self._paper = Paper(receipt.content, "发票.jpg", receipt.content_type)
        self._scan = Paper(receipt.content, "决议.jpg", receipt.content_type, is_resolution=True)
        self._vouchers = 0

    def keep(self) -> Book:
        bookkeeper, today = self._people[Office.BOOKKEEPER], clock.today()
        opened = opened_on(today)
        with clock.at(at_noon(opened)):
            self._book = actions.open_book(
                self._estate, by=bookkeeper, opened_on=opened, spending_limit=LIMIT, opening=OPENING
            )
            rows = Voucher.objects.of_book(self._book)
            self._sign(rows.get(), Means.BANK)
        self._accounts = accounts_of(self._book)
        with clock.at(at_noon(opened)):
            self._close(Month.of(opened).previous())
        fees = Fees(self._book, self._people, self._random)
        for month in Month.range(Month.of(opened), Month.of(today)):
            self._post(month, today)
            fees.take_in(month, today)
            if month.end < today:
                with clock.at(min(at_noon(month.end + timedelta(days=1)), clock.now())):
                    self._close(month)
        self._leave_work_for_today(today)
        return self._book

    def _post(self, month: Month, today: date) -> None:
        door_by_door = month.quarter >= first_quarter(today)
        for entry, day in _due(month):
            if day < today and not (door_by_door and entry.code in BILLED):
                with clock.at(at_noon(day)):
                    self._sign(self._draft(entry, day), self._means(entry))

    def _draft(self, entry: Entry, day: date) -> Voucher:
        varied = self._random.randint(-100 * entry.spread, 100 * entry.spread)
        amount = entry.amount + Decimal(varied) / 100
        item = Item(self._accounts[entry.code], entry.fund, amount)
        money = self._accounts[entry.money]
        self._vouchers += 1
        return actions.draft_voucher(
            self._book,
            by=self._people[Office.BOOKKEEPER],
            kind=Voucher.Kind.RECEIPT if entry.income else Voucher.Kind.PAYMENT,
            day=day,
            summary=entry.summary,
            payee=entry.payee,
            lines=entries.received([item], money) if entry.income else entries.paid([item], money),
            resolution_ref=entry.resolution.format(year=day.year),
            papers=self._papers(entry),
        )

    def _papers(self, entry: Entry) -> list[Paper]:
        if entry.resolution:
            return [self._paper, self._scan]
        return [] if entry.income or self._vouchers % 4 else [self._paper]

    def _sign(self, voucher: Voucher, means: str) -> None:
        voucher = actions.submit(voucher, by=self._people[Office.BOOKKEEPER])
        voucher = actions.approve(voucher, by=self._people[Office.REVIEWER], version=voucher.version)
        actions.settle(
            voucher,
            by=self._people[Office.CASHIER],
            version=voucher.version,
            settled_on=voucher.day,
            means=means,
        )

    def _means(self, entry: Entry) -> str:
        return {CASH: Means.CASH, WECHAT: Means.WECHAT}.get(entry.money, Means.BANK)

    def _close(self, month: Month) -> None:
        row = LedgerMonth.objects.of_book(self._book).get(month=str(month))
        actions.close_month(row, by=self._people[Office.BOOKKEEPER])

    def _leave_work_for_today(self, today: date) -> None:
        """Something for each office to do: one draft, one to review, one to settle."""
        by: User = self._people[Office.BOOKKEEPER]
        for number, entry in enumerate((ENTRIES[3], ENTRIES[6], ENTRIES[8])):
            voucher = self._draft(entry, today)
            if number >= 1:
                voucher = actions.submit(voucher, by=by)
            if number == 2:
                actions.approve(voucher, by=self._people[Office.REVIEWER], version=voucher.version)


def _due(month: Month) -> Iterator[tuple[Entry, date]]:
    """What falls due in a month, with its day, in the order of days."""
    for number, entry in enumerate(ENTRIES):
        if not entry.months or month.number in entry.months:
            yield entry, month.start + timedelta(days=2 + 2 * number)
