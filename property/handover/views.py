"""Hand-overs: the list, the protocol, the signatures, the paper."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from community import history
from community.access import Permission, PortalRequest, access, signed_in
from community.models import AuditEvent, User
from community.once import acting, once
from core.documents import render as document
from core.forms import PortalForm
from core.money import yuan
from property.handover import actions
from property.handover.forms import HandoverForm, SignForm
from property.handover.snapshot import is_stale, told
from property.models import Handover
from property.views.books import find_book, offices_of


@access(Permission.BOOKS_VIEW)
def handovers(request: PortalRequest, pk: int) -> HttpResponse:
    """Every hand-over of a book, the newest first."""
    book = find_book(request, pk)
    rows = Handover.objects.visible_to(request.user).of_book(book).for_page().order_by("-taken_at")
    return render(
        request, "property/handovers.html", {"book": book, "rows": rows, "may_begin": bool(offices_of(request, book))}
    )


@access(Permission.BOOKS_VIEW)
@once
def handover_new(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Begin a hand-over: the list is taken down by itself."""
    book = find_book(request, pk)
    form = HandoverForm(request.POST or None, book=book, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.begin_handover(book, by=request.user, **form.made()))
    return render(request, "property/handover_form.html", {"form": form, "book": book})


@signed_in
def handover(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The protocol: what is handed over, who has signed, what comes next."""
    found = _find(request, pk)
    stale = found.is_open and is_stale(found)
    held = actions.parties(found, request.user) if found.is_open else frozenset()
    return render(
        request,
        "property/handover.html",
        {
            "handover": found,
            "book": found.book,
            "told": told(found.snapshot),
            "signatures": signatures(found),
            "stale": stale,
            "to_sign": [] if stale else actions.to_sign(found, request.user),
            "may_take_again": stale and held,
            "may_cancel": found.is_open and (held or request.user.pk == found.begun_by_id),
            "sees_book": request.user.scope.may(Permission.BOOKS_VIEW),
            "form": SignForm(initial={"digest": found.digest}),
            "events": history.tell(AuditEvent.objects.of(found).order_by("at", "pk")[:20]),
        },
    )


@signed_in
def handover_pdf(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The protocol on paper, with lines for the signatures."""
    found = _find(request, pk)
    content = document("property/handover", printed(found))
    name = _("%(office)s交接单") % {"office": found.get_office_display()}
    disposition = content_disposition_header(False, f"{name}.pdf") or "inline"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@signed_in
@once
def handover_sign(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    found = _find(request, pk)
    form = SignForm(request.POST)
    if request.method == "POST" and form.is_valid():
        with acting(request) as answer:
            return answer(actions.sign_handover(found, by=request.user, **form.given()))
    return redirect(found)


@signed_in
@once
def handover_again(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take the list down anew."""
    found = _find(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.take_again(found, by=request.user))
    return redirect(found)


@signed_in
@once
def handover_cancel(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    found = _find(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.cancel_handover(found, by=request.user))
    return render(request, "property/handover_cancel.html", {"handover": found, "form": PortalForm()})


def signatures(handover: Handover) -> list[tuple[str, User | None, datetime | None]]:
    """Who signs as what, and when it was."""
    return [
        (_("移交人"), handover.leaving, handover.leaving_at),
        (_("接收人"), handover.successor, handover.successor_at),
        (_("监交人"), handover.witness, handover.witness_at),
    ]


def printed(handover: Handover) -> dict[str, object]:
    """What the paper says; amounts as text."""
    words = told(handover.snapshot)
    return {
        "community": str(handover.book.community),
        "estate": handover.snapshot["estate"],
        "title": _("%(office)s交接单") % {"office": handover.get_office_display()},
        "office": handover.get_office_display(),
        "leaving": str(handover.leaving),
        "successor": str(handover.successor),
        "taken_at": _minute(handover.taken_at),
        "money": [[account, fund, yuan(amount)] for account, fund, amount in words["money"]],
        "total": yuan(words["total"]),
        "cash": [[account, day, yuan(amount)] for account, day, amount in words["cash"]],
        "unfinished": [[day, summary, state, yuan(amount)] for _id, day, summary, state, amount in words["unfinished"]],
        "open_months": words["open_months"],
        "sequence": words["sequence"],
        "head": words["head"][:16],
        "papers": words["papers"],
        "note": handover.note,
        "absent_reason": handover.absent_reason,
        "digest": handover.digest[:16],
        "signed": [[label, str(who or ""), _minute(at)] for label, who, at in signatures(handover)],
        "labels": _labels(),
    }


def _minute(at: datetime | None) -> str:
    return localtime(at).isoformat(timespec="minutes") if at else ""


def _labels() -> dict[str, str]:
    return {
        "estate": _("小区"),
        "office": _("职务"),
        "leaving": _("移交人"),
        "successor": _("接收人"),
        "taken_at": _("清点时间"),
        "money": _("账上的钱"),
        "account": _("账户"),
        "fund": _("资金"),
        "amount": _("金额（元）"),
        "total": _("合计"),
        "cash": _("最近一次现金盘点"),
        "day": _("日期"),
        "unfinished": _("还没办完的凭证"),
        "none": _("没有。"),
        "summary": _("摘要"),
        "state": _("进展"),
        "books": _("账本"),
        "sequence": _("已入账的凭证（张）"),
        "head": _("最后一张的校验码"),
        "papers": _("附件（份）"),
        "open_months": _("还没结账的月份"),
        "note": _("另外移交的和要说明的"),
        "absent": _("移交人没有签字的原因"),
        "signature": _("签字"),
        "signed": _("已在系统里签字"),
        "digest": _("这份交接单的校验码"),
    }


def _find(request: PortalRequest, pk: UUID) -> Handover:
    found: Handover = get_object_or_404(Handover.objects.visible_to(request.user).for_page(), pk=pk)
    return found
