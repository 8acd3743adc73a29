"""Vouchers: the list, the paper, and the steps of the three offices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from community import history, reveal
from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.models import AuditEvent
from community.once import acting, once
from core.lists import list_page
from core.money import chinese_capital
from property import actions
from property.actions.checks import needs_resolution
from property.auditing import gate
from property.forms import (
    ReverseForm,
    SendBackForm,
    SettleForm,
    StepForm,
    VoidForm,
    VoucherForm,
    caption_of,
    rows_of,
    voucher_filter,
)
from property.models import Account, Book, LedgerMonth, Voucher, VoucherAttachment
from property.views.books import find_book, offices_of

A_PAGE = 30
Kind = Voucher.Kind
KINDS = (Kind.PAYMENT, Kind.RECEIPT, Kind.TRANSFER, Kind.JOURNAL)


def find_voucher(request: PortalRequest, pk: UUID) -> Voucher:
    """The voucher of this id with all its paper shows, when the user may read it."""
    found: Voucher = get_object_or_404(Voucher.objects.visible_to(request.user).for_page(), pk=pk)
    return found


@access(Permission.BOOKS_VIEW)
def vouchers(request: PortalRequest, pk: int) -> HttpResponse:
    """The vouchers of a book, the newest first, filtered by the address."""
    book = find_book(request, pk)
    months = LedgerMonth.objects.visible_to(request.user).of_book(book).order_by("-month")
    accounts = Account.objects.of_book(book).postable()
    page = list_page(
        request,
        Voucher.objects.visible_to(request.user).of_book(book).for_list(),
        filterset_class=voucher_filter(months, accounts),
        sorts={"day": ("day", "id"), "amount": ("amount", "id")},
        default_sort="-day",
        size=A_PAGE,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("%(book)s凭证") % {"book": book}, _columns())
    return render(request, "property/vouchers.html", {"book": book, "page": page, "offices": offices_of(request, book)})


def _columns() -> list[tuple[str, str]]:
    return [
        (_("凭证"), "label"),
        (_("日期"), "day"),
        (_("种类"), "get_kind_display"),
        (_("摘要"), "summary"),
        (_("收款人或付款人"), "payee"),
        (_("金额（元）"), "amount"),
        (_("依据的决议"), "resolution_ref"),
        (_("进展"), "get_state_display"),
    ]


@access(Permission.BOOKS_VIEW)
def voucher(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A voucher as the paper it stands for, with what the reader can do next."""
    voucher = find_voucher(request, pk)
    steps = {step.action for step in voucher.steps(request.user)}
    reversals = Voucher.objects.visible_to(request.user).filter(reverses=voucher).exclude(state=Voucher.State.VOIDED)
    reversal = reversals.select_related("month").first()
    may_draft = "bookkeeper" in voucher.parties(request.user)
    return render(
        request,
        "property/voucher.html",
        {
            **_paper(voucher, apart=gate.is_auditing(request.user, voucher.book)),
            "steps": steps,
            "form": StepForm(initial={"version": voucher.version}),
            "reversal": reversal,
            "may_reverse": may_draft and voucher.is_posted and voucher.kind != Kind.REVERSAL and reversal is None,
            "events": history.tell(AuditEvent.objects.of(voucher).order_by("at", "pk")[:20]),
        },
    )


@access(Permission.VOUCHER_DRAFT)
def voucher_kinds(request: PortalRequest, pk: int) -> HttpResponse:
    """The first question: did money come in, go out, or move."""
    return render(request, "property/voucher_kinds.html", {"book": find_book(request, pk)})


@access(Permission.VOUCHER_DRAFT)
@once
def voucher_new(request: PortalRequest, pk: int, kind: str) -> HttpResponseBase:
    """A new draft; "more" adds rows, "submit" hands it to the reviewer at once."""
    book = find_book(request, pk)
    if kind not in KINDS:
        raise Http404
    options: dict[str, Any] = {"kind": kind, "book": book, "accounts": list(Account.objects.of_book(book).postable())}
    if "more" in request.POST:
        form = VoucherForm.with_more_rows(request.POST, **options)
    else:
        form = VoucherForm(request.POST or None, request.FILES or None, **options)
        if request.method == "POST" and form.is_valid():
            with acting(request, form) as answer:
                draft = actions.draft_voucher(book, by=request.user, kind=kind, **form.given())
                return answer(_submitted_if_asked(request, draft))
    return _show_form(request, form, book, kind)


@access(Permission.VOUCHER_DRAFT)
@once
def voucher_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change a draft or a returned voucher."""
    voucher = find_voucher(request, pk)
    kind, money, rows = rows_of(voucher)
    options: dict[str, Any] = {
        "kind": kind,
        "book": voucher.book,
        "accounts": list(Account.objects.of_book(voucher.book).postable()),
        "has_payee": bool(voucher.payee),
        "papers": voucher.paper_lines,
    }
    kept = {"version": voucher.version, "day": voucher.day, "summary": voucher.summary, "money": money}
    kept["resolution_ref"] = voucher.resolution_ref
    if "more" in request.POST:
        form = VoucherForm.with_more_rows(request.POST, **options)
    else:
        form = VoucherForm(
            request.POST or None, request.FILES or None, initial=kept, rows_initial=rows, rows=len(rows) + 1, **options
        )
        if request.method == "POST" and form.is_valid():
            with acting(request, form) as answer:
                changed = actions.change_draft(voucher, by=request.user, **form.changes())
                return answer(_submitted_if_asked(request, changed))
    return _show_form(request, form, voucher.book, kind, voucher)


@access(Permission.VOUCHER_DRAFT)
@once
def voucher_submit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    voucher = find_voucher(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.submit(voucher, by=request.user))
    return redirect(voucher)


@access(Permission.VOUCHER_DRAFT)
@once
def voucher_void(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    voucher = find_voucher(request, pk)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.void(voucher, by=request.user, **form.given()))
    return render(request, "property/voucher_void.html", {"form": form, "voucher": voucher})


@access(Permission.VOUCHER_REVIEW)
@once
def voucher_review(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The reviewer reads the paper and approves it; sending it back is the other form of the page."""
    voucher = find_voucher(request, pk)
    form = StepForm(request.POST or None, initial={"version": voucher.version})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.approve(voucher, by=request.user, **form.given()))
    steps = {step.action for step in voucher.steps(request.user)}
    context = {**_paper(voucher), "form": form, "back_form": _back_form(voucher), "steps": steps}
    return render(request, "property/voucher_review.html", context)


@access(Permission.VOUCHER_SETTLE)
@once
def voucher_settle(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The cashier says how and when the money changed hands; with that the voucher is posted."""
    voucher = find_voucher(request, pk)
    form = SettleForm(request.POST or None, voucher=voucher)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.settle(voucher, by=request.user, **form.given()))
    steps = {step.action for step in voucher.steps(request.user)}
    context = {**_paper(voucher), "form": form, "back_form": _back_form(voucher), "steps": steps}
    return render(request, "property/voucher_settle.html", context)


@access(Permission.BOOKS_VIEW)
@once
def voucher_send_back(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Reviewer or cashier says what is missing."""
    voucher = find_voucher(request, pk)
    form = SendBackForm(request.POST or None, initial={"version": voucher.version})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.send_back(voucher, by=request.user, **form.given()))
    return render(request, "property/voucher_send_back.html", {"form": form, "voucher": voucher})


@access(Permission.VOUCHER_DRAFT)
@once
def voucher_reverse(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    voucher = find_voucher(request, pk)
    form = ReverseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.reverse(voucher, by=request.user, **form.given()))
    return render(request, "property/voucher_reverse.html", {**_paper(voucher), "form": form})


@access(Permission.BOOKS_VIEW)
def paper(request: PortalRequest, pk: UUID, line: int) -> HttpResponseBase:
    """A file that hangs on a voucher."""
    papers = VoucherAttachment.objects.visible_to(request.user).select_related("attachment", "voucher__book")
    found = get_object_or_404(papers, voucher=pk, line=line)
    asked = gate.open_recorded(request, found.voucher.book, found.voucher, caption_of(found))
    if asked is not None:
        return asked
    return hand_over(found.attachment, small="small" in request.GET)


def _paper(voucher: Voucher, *, apart: bool = False) -> dict[str, Any]:
    """What the paper of a voucher shows; `apart`: no picture before it is opened, since each opening is recorded."""
    papers: list[VoucherAttachment] = voucher.paper_lines
    lines = voucher.lines
    above_limit = needs_resolution(voucher, lines)
    return {
        "voucher": voucher,
        "book": voucher.book,
        "lines": lines,
        "capital": chinese_capital(voucher.amount),
        "photos": [_photo(one) for one in papers if one.attachment.is_photo and not apart],
        "files": [(one, caption_of(one)) for one in papers if apart or not one.attachment.is_photo],
        "lacks_paper": not papers and voucher.kind in {Kind.PAYMENT, Kind.RECEIPT},
        "above_limit": above_limit,
        "lacks_scan": above_limit and not any(one.is_resolution for one in papers),
        "reveal_url": reveal.url(voucher, "payee", voucher.get_absolute_url()) if "＊" in str(voucher.payee) else "",
        "signatures": [
            (_("制单"), voucher.drafted_by, voucher.drafted_at),
            (_("审核"), voucher.reviewed_by, voucher.reviewed_at),
            (_("出纳"), voucher.settled_by, voucher.settled_at),
        ],
    }


def _photo(one: VoucherAttachment) -> dict[str, str]:
    url = one.get_absolute_url()
    return {"url": url, "thumbnail": f"{url}?small", "caption": caption_of(one)}


def _back_form(voucher: Voucher) -> SendBackForm:
    return SendBackForm(initial={"version": voucher.version}, auto_id="back_%s")


def _submitted_if_asked(request: PortalRequest, draft: Voucher) -> Voucher:
    return actions.submit(draft, by=request.user) if "submit" in request.POST else draft


def _show_form(
    request: PortalRequest, form: VoucherForm, book: Book, kind: str, voucher: Voucher | None = None
) -> HttpResponse:
    titles = {
        Kind.PAYMENT: _("记一笔支出"),
        Kind.RECEIPT: _("记一笔收入"),
        Kind.TRANSFER: _("记一笔转账"),
        Kind.JOURNAL: _("写分录"),
    }
    context = {
        "form": form,
        "book": book,
        "voucher": voucher,
        "title": _("修改凭证") if voucher else titles[Kind(kind)],
        "lines_title": _("花在哪里、多少钱") if kind == Kind.PAYMENT else _("逐项写清楚"),
        "lines_hint": _("有几项就写几行，没有的行空着就好。"),
        "files_again": bool(request.FILES),
    }
    return render(request, "property/voucher_form.html", context)
