"""Pages of the statements: send one, look at it, take it in; say what each row is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import history, reveal
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from community.roles import Office
from core.forms import PortalForm
from core.lists import ListPage, list_page
from property.models import Account, Book, Statement, StatementRow
from property.statements import actions, matching, uploads
from property.statements.forms import (
    AccountForm,
    AsideForm,
    ColumnsForm,
    ConfirmForm,
    MatchForm,
    ReasonForm,
    StatementForm,
    key_of,
    row_filter,
)
from property.statements.matching import Suggestion
from property.views.books import find_book, offices_of

A_PAGE = 20
SENT_SHOWN = 40
AT_ONCE = 300


@access(Permission.BOOKS_VIEW)
@once
def statements(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The statements of a book; the cashier sends one from here."""
    book = find_book(request, pk)
    is_cashier = Office.CASHIER in offices_of(request, book)
    given = (request.POST or None, request.FILES or None) if is_cashier else ()
    form = StatementForm(*given, accounts=_accounts(book))
    if is_cashier and request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(uploads.take_in(book, by=request.user, **form.given()))
    context = {
        "book": book,
        "form": form if is_cashier else None,
        "sent": Statement.objects.visible_to(request.user).of_book(book).for_list()[:SENT_SHOWN],
        "waiting": StatementRow.objects.visible_to(request.user).of_book(book).waiting().count(),
    }
    return render(request, "property/statements/statements.html", context)


@access(Permission.BOOKS_VIEW)
@once
def statement(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """What was read, before it is taken in; afterwards what came of it."""
    found = _find_statement(request, pk)
    is_cashier = Office.CASHIER in offices_of(request, found.book)
    form = ConfirmForm(request.POST or None)
    account_form = AccountForm(request.POST or None, accounts=_accounts(found.book), current=found.account)
    reason_form = ReasonForm(request.POST or None)
    if request.method == "POST" and is_cashier and form.is_valid():
        shown = {ConfirmForm.ACCOUNT: account_form, ConfirmForm.TAKE_BACK: reason_form}
        sent: PortalForm = shown.get(form.cleaned_data["do"], form)
        if sent.is_valid():
            with acting(request, sent) as answer:
                return answer(_decide(request, found, form, account_form, reason_form))
    do = form.cleaned_data.get("do") if request.method == "POST" and form.is_valid() else ""
    context = {
        "statement": found,
        "book": found.book,
        "preview": found.preview,
        "form": form,
        "account_form": account_form
        if do == ConfirmForm.ACCOUNT
        else AccountForm(accounts=_accounts(found.book), current=found.account),
        "reason_form": reason_form if do == ConfirmForm.TAKE_BACK else ReasonForm(),
        "is_cashier": is_cashier,
        "broke_off": found.broke_off,
        "waiting": StatementRow.objects.visible_to(request.user).filter(statement=found).waiting().count(),
    }
    return render(request, "property/statements/statement.html", context)


def _decide(
    request: PortalRequest, found: Statement, form: ConfirmForm, account: AccountForm, reason: ReasonForm
) -> Any:
    match form.cleaned_data["do"]:
        case ConfirmForm.GIVE_UP:
            return uploads.give_up(found, by=request.user)
        case ConfirmForm.AGAIN:
            return uploads.take_up(found, by=request.user)
        case ConfirmForm.ACCOUNT:
            return uploads.choose_account(found, account=account.chosen(), by=request.user)
        case ConfirmForm.TAKE_BACK:
            return uploads.take_back(found, reason=reason.cleaned_data["reason"], by=request.user)
    return uploads.carry_out(found, fingerprint=form.cleaned_data["seen"], by=request.user)


@access(Permission.VOUCHER_SETTLE)
@once
def statement_columns(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """How the columns were understood, to be corrected; the choice is kept for the next statement like it."""
    found = _find_statement(request, pk)
    form = ColumnsForm(request.POST or None, headings_found=found.preview.get("headings", {}))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(uploads.understand(found, mapping=form.mapping(), by=request.user))
    return render(request, "property/statements/columns.html", {"statement": found, "form": form})


@access(Permission.BOOKS_VIEW)
@once
def statement_rows(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Every row of every statement of a book, with what it is or may be; all that is sure is confirmed at once."""
    book = find_book(request, pk)
    is_cashier = Office.CASHIER in offices_of(request, book)
    rows = StatementRow.objects.visible_to(request.user).of_book(book)
    page = list_page(
        request,
        rows.for_list(),
        filterset_class=row_filter(_accounts(book)),
        sorts={"day": ("day", "position", "id"), "amount": ("amount", "id")},
        default_sort="-day",
        size=A_PAGE,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("%(book)s对账单流水") % {"book": book}, _columns())
    if request.method == "POST" and is_cashier:
        with acting(request) as answer:
            chosen = rows.waiting().for_list().order_by("day", "position")[:AT_ONCE]
            done, refused = actions.confirm_sure(book, chosen, by=request.user)
            _tell(request, done, refused)
            return answer(f"{reverse('property:statement_rows', args=[book.pk])}?match=none")
    context = {
        "book": book,
        "page": page,
        "lines": _lines(book, page, is_cashier=is_cashier),
        "is_cashier": is_cashier,
        "waiting": rows.waiting().count(),
        "form": PortalForm(),
    }
    return render(request, "property/statements/rows.html", context)


def _lines(book: Book, page: ListPage, *, is_cashier: bool) -> list[tuple[StatementRow, Suggestion | None]]:
    found = matching.suggest(book, page.rows) if is_cashier else {}
    return [(row, next(iter(found.get(row.pk, ())), None)) for row in page.rows]


def _tell(request: PortalRequest, done: int, refused: list[str]) -> None:
    words = ngettext("对上了 %(n)d 笔。", "对上了 %(n)d 笔。", done) % {"n": done}
    messages.success(request, words if done else _("没有一笔是有把握的，请一笔一笔看。"))
    for why in dict.fromkeys(refused):
        messages.warning(request, why)


@access(Permission.BOOKS_VIEW)
@once
def statement_row(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One row: what it may be and why, and the cashier's own choice."""
    row = _find_row(request, pk)
    book = row.account.book
    is_cashier = Office.CASHIER in offices_of(request, book)
    sought = request.GET.get("q", "")[:60]
    suggestions = matching.suggest(book, [row]).get(row.pk, []) if is_cashier else []
    others = _others(book, sought, suggestions) if is_cashier and row.amount > 0 else []
    form = MatchForm(request.POST or None, suggestions=[*suggestions, *others])
    if request.method == "POST" and is_cashier and form.is_valid():
        with acting(request, form) as answer:
            actions.confirm(row, form.chosen, by=request.user)
            return answer(row)
    events = AuditEvent.objects.of(row).order_by("at", "pk")[:20]
    context = {
        "row": row,
        "book": book,
        "facts": _facts(row),
        "suggestions": [(key_of(one), one) for one in suggestions],
        "others": [(key_of(one), one) for one in others],
        "sought": sought,
        "form": form,
        "aside_form": AsideForm(),
        "is_cashier": is_cashier,
        "reveal_url": reveal.url(row, "counterparty", row.get_absolute_url()) if row.counterparty else "",
        "entries": history.tell(events),
    }
    return render(request, "property/statements/row.html", context)


def _others(book: Book, sought: str, suggestions: list[Suggestion]) -> list[Suggestion]:
    """Households that the cashier looked for."""
    there = {one.target.pk for one in suggestions if one.kind == "household"}
    found = [one for one in matching.search(book, sought) if one.pk not in there]
    return [Suggestion("household", one, one.dwelling.label) for one in found]


@access(Permission.VOUCHER_SETTLE)
@once
def statement_row_aside(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The row is something else: say what."""
    row = _find_row(request, pk)
    form = AsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.set_aside(row, note=form.cleaned_data["note"], by=request.user))
    return render(request, "property/statements/aside.html", {"row": row, "form": form})


@access(Permission.VOUCHER_SETTLE)
@once
def statement_row_unmatch(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take the match of a row back."""
    row = _find_row(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.unmatch(row, by=request.user))
    return redirect(row)


def _find_statement(request: PortalRequest, pk: UUID) -> Statement:
    found: Statement = get_object_or_404(Statement.objects.visible_to(request.user).for_page(), pk=pk)
    return found


def _find_row(request: PortalRequest, pk: UUID) -> StatementRow:
    rows = StatementRow.objects.visible_to(request.user).for_page()
    found: StatementRow = get_object_or_404(rows, pk=pk)
    return found


def _accounts(book: Book) -> list[Account]:
    """The accounts that have statements: all money but what lies in a drawer."""
    money = Account.objects.of_book(book).postable().filter(is_money=True)
    return list(money.exclude(code__startswith="1001").order_by("code"))


def _facts(row: StatementRow) -> list[tuple[Any, ...]]:
    facts: list[tuple[Any, ...]] = [
        (_("账户"), row.account.label),
        (_("日期"), f"{row.day} {row.at:%H:%M}" if row.at else str(row.day)),
        (_("收支"), row.get_kind_display()),
        (_("对方"), str(row.counterparty)),
        (_("对方账号"), str(row.counter_account)),
        (_("附言"), str(row.remark)),
        (_("流水号"), row.reference),
        (_("对账单"), str(row.statement), row.statement.get_absolute_url()),
    ]
    return [fact for fact in facts if fact[1]]


def _columns() -> list[tuple[str, str]]:
    return [
        (_("账户"), "account.label"),
        (_("日期"), "day"),
        (_("收支"), "get_kind_display"),
        (_("金额（元）"), "amount"),
        (_("余额（元）"), "balance"),
        (_("对方"), "counterparty"),
        (_("附言"), "remark"),
        (_("流水号"), "reference"),
        (_("核对"), "get_match_display"),
        (_("说明"), "note"),
    ]
