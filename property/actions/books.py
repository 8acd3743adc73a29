"""Opening a book, its accounts, and the closing of its months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from core.sql import Given
from core.whole import Whole, WholeRows, write_whole
from grids.models import Estate
from property import chart, closing, entries
from property.entries import Line
from property.models import Account, Book, LedgerMonth, Voucher


def require(by: User, estate_id: int, *offices: str) -> None:
    """Refuse whoever holds none of these offices on the committee of the estate."""
    if not by.scope.offices(estate_id) & set(offices):
        raise Refused(_("这一步由本小区自管会的“%(office)s”来办。") % {"office": Office(offices[0]).label})


@transaction.atomic
def open_book(
    estate: Estate,
    *,
    by: User,
    opened_on: date,
    spending_limit: Decimal,
    opening: Iterable[tuple[str, str, Decimal]] = (),
) -> Book:
    """Open the book of an estate, with the standard chart.

    `opened_on` is the first day of a month. `opening` holds what is there already: (account code, fund, yuan), each
    balance positive on the account's normal side. It becomes a voucher of the day before, which goes through the
    three offices like every other; net assets of the fund stand on its other side.
    """
    require(by, estate.pk, Office.BOOKKEEPER)
    if opened_on.day != 1 or opened_on > clock.today():
        raise Refused(_("账本从某个月的第一天开始，而且这一天不能在今天以后。"))
    if spending_limit < 0:
        raise Refused(_("限额不能小于零。"))
    estate = locked(estate)
    if Book.objects.unscoped(reason="whether an estate has its one book").filter(estate=estate).exists():
        raise Refused(_("这个小区已经有账本了。"))
    book = Book.objects.create(
        community_id=estate.community_id, estate=estate, opened_on=opened_on, spending_limit=spending_limit
    )
    _lay_out(book)
    LedgerMonth.objects.create(community_id=book.community_id, book=book, month=str(Month.of(opened_on)))
    audit.record("book_opened", book, by=by, changes={"spending_limit": [None, str(spending_limit)]})
    lines = opening_lines(book, opening)
    if lines:
        draft_opening(book, lines, by=by)
    return book


@transaction.atomic
def add_account(book: Book, *, by: User, parent: Account, name: str, is_money: bool = False) -> Account:
    """A new account of the estate's own, below `parent`, with the next free code."""
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    if parent.book_id != book.pk or len(parent.code) > 10:
        raise Refused(_("请选择本账本里的上级科目。"))
    if is_money and not (parent.is_money or parent.code == "1009"):
        raise Refused(_("钱款账户只能加在现金、银行存款或其他货币资金下面。"))
    kin = Account.objects.of_book(book).filter(parent=parent)
    if kin.filter(name=name).exists():
        raise Refused(_("“%(name)s”已经有了。") % {"name": name})
    last = max((int(code[-2:]) for code in kin.values_list("code", flat=True)), default=0)
    if last >= 99:
        raise Refused(_("这个科目下面已经满了。"))
    account = Account.objects.create(
        community_id=book.community_id,
        book=book,
        code=f"{parent.code}{last + 1:02}",
        name=name,
        kind=parent.kind,
        normal_side=parent.normal_side,
        parent=parent,
        is_money=is_money,
    )
    audit.record("account_added", account, by=by, changes={"name": [None, str(account)]})
    return account


@transaction.atomic
def change_limit(book: Book, *, by: User, spending_limit: Decimal, reason: str) -> Book:
    """Set the amount above which a spend cites a resolution; the chair does it and says why."""
    require(by, book.estate_id, Office.CHAIR)
    if spending_limit < 0:
        raise Refused(_("限额不能小于零。"))
    if not reason.strip():
        raise Refused(_("请写明依据，例如哪一次会议定的。"))
    book = locked(book)
    before, book.spending_limit = book.spending_limit, spending_limit
    book.save(update_fields=["spending_limit"])
    changes = {"spending_limit": [str(before), str(spending_limit)]}
    audit.record("limit_changed", book, by=by, changes=changes, reason=reason)
    return book


def month_of(book: Book, day: date) -> LedgerMonth:
    """The open month of `day`, made (with all months before it) when it is not there yet; the book is locked.

    Raises Refused for a day before the book, after today, or in a closed month.
    """
    if day > clock.today():
        raise Refused(_("日期不能写在今天以后。"))
    if day < book.opened_on:
        raise Refused(_("账本从 %(day)s 开始，更早的事请放在期初余额里。") % {"day": book.opened_on.isoformat()})
    wanted = Month.of(day)
    found: list[LedgerMonth] = _month_asked().rows(book.pk, str(wanted))
    if not found:
        months = LedgerMonth.objects.of_book(book)
        last = Month.parse(months.order_by("-month").values_list("month", flat=True)[0])
        made = [
            LedgerMonth(community_id=book.community_id, book=book, month=str(month))
            for month in Month.range(last.next(), wanted)
        ]
        LedgerMonth.objects.bulk_create(made)
        return month_of(book, day)
    if found[0].is_closed:
        raise Refused(_("%(month)s已经结账，不能再记。请写到还没结账的月份。") % {"month": found[0]})
    return found[0]


@cache
def _month_asked() -> WholeRows:
    """A month of a book, written once."""
    months = LedgerMonth.objects.unscoped(reason="a month of a book already found")
    return write_whole(Whole(months.filter(book=Given(0), month=Given(1))))


@transaction.atomic
def close_month(month: LedgerMonth, *, by: User) -> LedgerMonth:
    """Close a month for good; the next one is opened. Refused while its checklist names something."""
    book = locked(month.book)
    require(by, book.estate_id, Office.BOOKKEEPER)
    month = locked(month)
    if month.is_closed:
        raise Refused(_("%(month)s已经结过账了。") % {"month": month})
    counted = LedgerMonth.objects.of_book(book).with_counts().get(pk=month.pk)
    money = Account.objects.of_book(book).money_by_fund(month.period)
    for check in closing.checklist(book, counted, money):
        if not check.passed and check.required:
            raise Refused(check.text)
    month.state = LedgerMonth.State.CLOSED
    month.closed_at, month.closed_by = clock.now(), by
    month.save(update_fields=["state", "closed_at", "closed_by"])
    following = LedgerMonth(community_id=book.community_id, book=book, month=str(month.period.next()))
    if not LedgerMonth.objects.of_book(book).filter(month=following.month).exists():
        following.save(force_insert=True)
    audit.record("month_closed", month, by=by, changes={"state": ["open", "closed"]})
    return month


def _lay_out(book: Book) -> None:
    """The standard chart, one level after the other so that parents are there."""
    made: dict[str, Account] = {}
    for level in (4, 6):
        accounts = [
            Account(
                community_id=book.community_id,
                book=book,
                code=line.code,
                name=line.name,
                kind=line.kind,
                normal_side=line.normal_side,
                parent=made.get(line.parent_code),
                is_money=line.is_money,
                takes_postings=line.code not in chart.PARENTS,
            )
            for line in chart.STANDARD
            if len(line.code) == level
        ]
        made |= {account.code: account for account in Account.objects.bulk_create(accounts)}


def opening_lines(book: Book, opening: Iterable[tuple[str, str, Decimal]]) -> list[Line]:
    """Balances as the lines of an opening voucher, with the net assets of each fund on their other side."""
    accounts = {account.code: account for account in Account.objects.of_book(book)}
    lines: list[Line] = []
    rest: dict[str, Decimal] = {}
    for code, fund, amount in opening:
        account = accounts.get(code)
        if account is None or not account.takes_postings or account.kind in {"income", "expense"} or amount <= 0:
            raise Refused(_("期初余额里有一行看不懂：%(code)s。") % {"code": code})
        debit = account.normal_side == chart.Side.DEBIT
        lines.append(Line(account, fund, debit=amount) if debit else Line(account, fund, credit=amount))
        rest[fund] = rest.get(fund, Decimal("0.00")) + (amount if debit else -amount)
    for fund, amount in rest.items():
        own = accounts[chart.NET_ASSETS_OF_FUND[chart.Fund(fund)]]
        if amount:
            lines.append(Line(own, fund, debit=max(-amount, Decimal(0)), credit=max(amount, Decimal(0))))
    return lines


def draft_opening(book: Book, lines: list[Line], *, by: User) -> Voucher:
    """The opening voucher, of the day before the book, in a month of its own."""
    from property.actions.vouchers import write_lines

    day = book.opened_on - timedelta(days=1)
    month, _made = LedgerMonth.objects.of_book(book).get_or_create(
        book=book, month=str(Month.of(day)), defaults={"community_id": book.community_id}
    )
    voucher = Voucher.objects.create(
        community_id=book.community_id,
        book=book,
        month=month,
        kind=Voucher.Kind.OPENING,
        day=day,
        summary=_("期初余额"),
        amount=entries.amount_of(lines),
        drafted_by=by,
        drafted_at=clock.now(),
    )
    write_lines(voucher, lines)
    audit.record("voucher_drafted", voucher, by=by, changes={"amount": [None, str(voucher.amount)]})
    return voucher
