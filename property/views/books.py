"""Books, accounts and months."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from community.roles import Office
from core import clock
from core.forms import PortalForm
from core.money import yuan
from core.quarters import Month
from grids.models import Estate
from property import actions, closing, month_end, today
from property.chart import AccountKind, Fund
from property.drawn_accounts import drawn_accounts, side_of
from property.forms import AccountForm, BookForm, LimitForm
from property.models import Account, Book, LedgerMonth, MonthlyBalance, Posting, Voucher

LATEST = 5
LINES_A_PAGE = 100
ZERO = Decimal("0.00")


def find_book(request: PortalRequest, pk: int) -> Book:
    """The book of this id, when the user may read it."""
    found: Book = get_object_or_404(Book.objects.visible_to(request.user).for_page(), pk=pk)
    return found


def offices_of(request: PortalRequest, book: Book) -> frozenset[str]:
    """The offices that the user holds for the estate of a book."""
    return request.user.scope.offices(book.estate_id)


@access(Permission.BOOKS_VIEW)
def home(request: PortalRequest) -> HttpResponse:
    """The books one may read; straight to the book where there is but one."""
    books = list(Book.objects.visible_to(request.user).for_page())
    kept = {book.estate_id for book in books}
    own = [
        estate
        for estate in Estate.objects.managed_by(request.user)
        if estate.pk not in kept and Office.BOOKKEEPER in request.user.scope.offices(estate.pk)
    ]
    if len(books) == 1 and not own:
        return redirect(books[0])
    return render(request, "property/books.html", {"books": books, "without_book": own})


@access(Permission.VOUCHER_DRAFT)
@once
def book_open(request: PortalRequest, estate_pk: int) -> HttpResponseBase:
    """Open the book of an estate with what is there already."""
    estate = get_object_or_404(Estate.objects.managed_by(request.user), pk=estate_pk)
    if "more" in request.POST:
        form = BookForm.with_more_rows(request.POST, estate=estate)
    else:
        form = BookForm(request.POST or None, estate=estate)
        if request.method == "POST" and form.is_valid():
            with acting(request, form) as answer:
                return answer(actions.open_book(estate, by=request.user, **form.given()))
    return render(request, "property/book_form.html", {"form": form, "estate": estate})


@access(Permission.BOOKS_VIEW)
def book(request: PortalRequest, pk: int) -> HttpResponse:
    """The committee's first page: what waits, the money, the months, the latest vouchers."""
    book = find_book(request, pk)
    months = list(LedgerMonth.objects.visible_to(request.user).of_book(book).with_counts().order_by("-month")[:13])
    this = Month.of(clock.today())
    money = Account.objects.of_book(book).money_by_fund()
    grown = MonthlyBalance.objects.of_book(book).grown(this, this)[this]
    return render(
        request,
        "property/book.html",
        {
            "book": book,
            "asks": today.asks(request.user, book),
            "funds": [(Fund(fund).label, amount) for fund, amount in money.items()],
            "money": sum(money.values()),
            "income": grown[AccountKind.INCOME],
            "expense": grown[AccountKind.EXPENSE],
            "months": months,
            "closable": next((month for month in reversed(months) if not month.is_closed), None),
            "latest": Voucher.objects.visible_to(request.user)
            .of_book(book)
            .for_list()
            .order_by("-day", "-id")[:LATEST],
            "offices": offices_of(request, book),
        },
    )


@access(Permission.BOOKS_VIEW)
def accounts(request: PortalRequest, pk: int) -> HttpResponse:
    """Every account with its balance, fund by fund: the trial balance of today."""
    book = find_book(request, pk)
    month = _month(request.GET.get("month", "")) or Month.of(clock.today())
    rows = Account.objects.statement(book, month, month)
    return render(
        request,
        "property/accounts.html",
        {
            "book": book,
            "month": month,
            "months": LedgerMonth.objects.visible_to(request.user).of_book(book).order_by("-month"),
            "rows": drawn_accounts(book, month, rows),
            "debit": sum(row.debit for row in rows),
            "credit": sum(row.credit for row in rows),
            "offices": offices_of(request, book),
        },
    )


@access(Permission.BOOKS_VIEW)
def account(request: PortalRequest, pk: int, code: str) -> HttpResponse:
    """The ledger of one account in a month: every line with the balance after it."""
    book = find_book(request, pk)
    account = get_object_or_404(Account.objects.visible_to(request.user).of_book(book), code=code)
    month = _month(request.GET.get("month", "")) or Month.of(clock.today())
    opening = sum(Account.objects.of_book(book).filter(pk=account.pk).balances(month.previous()).values(), start=ZERO)
    page = _page(request)
    postings = list(Posting.objects.posted_to(account, month, month)[: LINES_A_PAGE * page])
    return render(
        request,
        "property/account.html",
        {
            "book": book,
            "account": account,
            "month": month,
            "previous": month.previous(),
            "following": month.next() if month < Month.of(clock.today()) else None,
            "opening_amount": abs(opening),
            "opening_side": side_of(opening),
            "lines": _running(postings, opening)[LINES_A_PAGE * (page - 1) :],
            "page": page,
            "next_page": page + 1,
            "has_more": len(postings) == LINES_A_PAGE * page,
        },
    )


@access(Permission.VOUCHER_DRAFT)
@once
def account_add(request: PortalRequest, pk: int) -> HttpResponseBase:
    book = find_book(request, pk)
    form = AccountForm(request.POST or None, accounts=list(Account.objects.of_book(book)))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_account(book, by=request.user, **form.given())
            return answer(reverse("property:accounts", args=[book.pk]))
    return render(request, "property/account_form.html", {"form": form, "book": book})


@access(Permission.QUARTER_PUBLISH)
@once
def limit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The chair sets the amount above which a spend cites a resolution."""
    book = find_book(request, pk)
    form = LimitForm(request.POST or None, initial={"spending_limit": book.spending_limit})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_limit(book, by=request.user, **form.given()))
    return render(request, "property/limit_form.html", {"form": form, "book": book})


@access(Permission.BOOKS_CLOSE)
@once
def month_close(request: PortalRequest, pk: int, month: str) -> HttpResponseBase:
    """The checklist of a month and what closing it will do, before the button."""
    book = find_book(request, pk)
    row = get_object_or_404(LedgerMonth.objects.visible_to(request.user).of_book(book).with_counts(), month=month)
    if request.method == "POST":
        with acting(request) as answer:
            actions.close_month(row, by=request.user)
            return answer(book)
    money = Account.objects.of_book(book).money_by_fund(row.period)
    checks = [*closing.checklist(book, row, money), *month_end.warnings(book, row.period)]
    return render(
        request,
        "property/month_close.html",
        {
            "book": book,
            "month": row,
            "checks": checks,
            "ready": not row.is_closed and all(check.passed or not check.required for check in checks),
            "may_close": Office.BOOKKEEPER in offices_of(request, book),
            "consequences": _consequences(book, row, sum(money.values(), ZERO)),
            "form": PortalForm(),
        },
    )


def _consequences(book: Book, month: LedgerMonth, money: Decimal) -> list[tuple[str, str]]:
    """What a month comes to, in numbers: what closing it makes final."""
    period = month.period
    grown = MonthlyBalance.objects.of_book(book).grown(period, period)[period]
    return [
        (str(month.posted), _("张凭证入账，从此不能再改")),
        (yuan(grown[AccountKind.INCOME]), _("元收入")),
        (yuan(grown[AccountKind.EXPENSE]), _("元支出")),
        (yuan(money), _("元月末账上的钱")),
    ]


def _month(text: str) -> Month | None:
    if not text:
        return None
    try:
        return Month.parse(text)
    except ValueError:
        raise Http404 from None


def _page(request: PortalRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 5 else 1


def _running(postings: list[Posting], opening: Decimal) -> list[dict[str, Any]]:
    """Each line with the balance after it and the side on which that stands."""
    lines, balance = [], opening
    for posting in postings:
        balance += posting.debit - posting.credit
        lines.append({"posting": posting, "balance": abs(balance), "side": side_of(balance)})
    return lines
