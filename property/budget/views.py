"""The budget of a year with what the books say beside it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting, once
from community.roles import Office
from core import clock
from core.lists import XLSX
from core.spreadsheets import write_xlsx
from property.budget import actions, plan
from property.budget.forms import ApproveForm, BudgetForm
from property.models import Account, Book, Budget
from property.views.books import find_book, offices_of


@access(Permission.BOOKS_VIEW)
def budgets(request: PortalRequest, pk: int) -> HttpResponse:
    """The budget of this year."""
    return redirect("property:budget", pk=find_book(request, pk).pk, year=clock.today().year)


@access(Permission.BOOKS_VIEW)
def budget(request: PortalRequest, pk: int, year: int) -> HttpResponse:
    """A year: what was planned, what came and went so far; an earlier version on request (`?version=`)."""
    book = find_book(request, pk)
    versions = list(Budget.objects.visible_to(request.user).of_book(book).of_year(year).for_page().newest_first())
    shown = _shown(request, versions)
    parts = plan.beside(book, shown, year)
    if "xlsx" in request.GET:
        return _xlsx(_("%(book)s %(year)d 年预算") % {"book": book, "year": year}, parts)
    offices = offices_of(request, book)
    draft = next((one for one in versions if one.is_draft), None)
    return render(
        request,
        "property/budget.html",
        {
            "book": book,
            "year": year,
            "years": _years(book),
            "budget": shown,
            "versions": versions,
            "draft": draft,
            "parts": parts,
            "may_edit": Office.BOOKKEEPER in offices,
            "may_approve": Office.CHAIR in offices and draft is not None and shown == draft,
        },
    )


@access(Permission.VOUCHER_DRAFT)
@once
def budget_edit(request: PortalRequest, pk: int, year: int) -> HttpResponseBase:
    """Draft the budget of a year, go on with the draft, or change what is approved by a further version."""
    book = find_book(request, pk)
    versions = list(Budget.objects.visible_to(request.user).of_book(book).of_year(year).for_page().newest_first())
    latest = versions[0] if versions else None
    draft = latest if latest and latest.is_draft else None
    options: dict[str, Any] = {
        "accounts": [one for one in Account.objects.of_book(book).postable() if plan.is_planned(one)],
        "is_change": latest is not None and not (latest.is_draft and latest.version == 1),
    }
    if "more" in request.POST:
        form = BudgetForm.with_more_rows(request.POST, **options)
    else:
        kept = {"revision": draft.revision, "reason": draft.reason} if draft else {}
        form = BudgetForm(request.POST or None, initial=kept, rows_initial=_rows(book, latest, year), **options)
        if request.method == "POST" and form.is_valid():
            with acting(request, form) as answer:
                if draft is not None:
                    revision = form.cleaned_data["revision"] or 0
                    made = actions.change_budget(draft, by=request.user, revision=revision, **form.made())
                else:
                    made = actions.draft_budget(book, by=request.user, year=year, **form.made())
                return answer(_url(made))
    return render(request, "property/budget_form.html", {"form": form, "book": book, "year": year, "budget": latest})


@access(Permission.QUARTER_PUBLISH)
@once
def budget_approve(request: PortalRequest, pk: int, year: int) -> HttpResponseBase:
    """The chair puts a resolution under the draft."""
    book = find_book(request, pk)
    drafts = Budget.objects.visible_to(request.user).of_book(book).of_year(year).filter(state=Budget.State.DRAFT)
    draft = get_object_or_404(drafts.for_page())
    form = ApproveForm(request.POST or None, request.FILES or None, budget=draft)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(_url(actions.approve_budget(draft, by=request.user, **form.given())))
    context = {"form": form, "book": book, "budget": draft, "parts": plan.beside(book, draft, year)}
    return render(request, "property/budget_approve.html", context)


@access(Permission.BOOKS_VIEW)
def budget_paper(request: PortalRequest, pk: int, year: int, version: int) -> HttpResponseBase:
    """The scan of the resolution under a budget."""
    found = Budget.objects.visible_to(request.user).for_page().filter(resolution__isnull=False)
    budget = get_object_or_404(found, book=pk, year=year, version=version)
    return hand_over(budget.resolution, small="small" in request.GET)


def _shown(request: PortalRequest, versions: list[Budget]) -> Budget | None:
    """The version asked for; else the one in force, else the draft."""
    wanted = request.GET.get("version", "")
    if wanted:
        found = next((one for one in versions if str(one.version) == wanted), None)
        if found is None:
            raise Http404
        return found
    return next((one for one in versions if not one.is_draft), None) or next(iter(versions), None)


def _url(budget: Budget) -> str:
    return f"{budget.get_absolute_url()}?version={budget.version}"


def _years(book: Book) -> list[int]:
    """From the year before the book to next year, the latest first."""
    return list(range(clock.today().year + actions.LATEST, book.opened_on.year - actions.EARLIEST - 1, -1))


def _rows(book: Book, latest: Budget | None, year: int) -> list[dict[str, Any]]:
    """What a form begins with: the version before, else what the books say of the year before."""
    if latest is not None:
        lines = [(line.account.code, line.fund, line.amount, line.note) for line in latest.rows]
    else:
        before = [row for part in plan.beside(book, None, year - 1) for row in part.rows if row.actual > 0]
        lines = [(row.account.code, row.fund, row.actual, "") for row in before]
    return [{"account": code, "fund": fund, "amount": amount, "note": note} for code, fund, amount, note in lines]


def _xlsx(title: str, parts: list[plan.Part]) -> HttpResponse:
    headings = [_("类别"), _("科目"), _("资金"), _("预算（元）"), _("实际（元）"), _("完成（%）"), _("说明")]
    rows = [
        [part.title, row.account, row.fund_label, row.planned, row.actual, _percent(row.percent), row.note]
        for part in parts
        for row in part.rows
    ]
    content = write_xlsx(title, headings, rows)
    disposition = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def _percent(percent: int | None) -> object:
    return "" if percent is None else percent
