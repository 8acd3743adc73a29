"""Pages of the published quarter: for who lives there, for the five who sign, and for whoever reads the sheet."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community.access import Permission, PortalRequest, access, public
from community.files import hand_over
from community.once import acting, once
from core import clock
from core.context import in_care
from core.money import yuan
from core.quarters import Quarter
from core.refusal import Refused
from property.closing import Check
from property.models import Book, PostingPhoto, Publication, PublicationSignature
from property.models.publication import SIGNATORIES
from property.proofs.proof import has_own
from property.publication import actions, readiness, seal, sheet, today, typed
from property.publication.beside import Beside, beside
from property.publication.body import body_of
from property.publication.forms import CheckForm, ConfirmForm, CorrectForm, PublicationForm, SignForm
from property.publication.sheet import WAGES
from property.publication.suggested import suggested
from property.publication.typed_forms import RowsForm

State = Publication.State
# What phones say of themselves and desks do not: https://developer.mozilla.org/docs/Web/HTTP/Guides/Browser_detection
PHONE = "Mobi"
CHECK_RATES = {"check": "60/m/ip,600/h/ip"}


def _find(request: PortalRequest, pk: Any) -> Publication:
    found: Publication = get_object_or_404(Publication.objects.visible_to(request.user).for_page(), pk=pk)
    return found


def _sheet(publication: Publication) -> sheet.Sheet:
    """The frozen rows, or what a draft would be now. Raises Refused for books that contradict themselves."""
    if publication.state != State.DRAFT:
        return sheet.of_frozen(publication)
    return sheet.of_draft(publication, actions.draft_sections(publication)[0])


@access(Permission.ACCOUNTS_VIEW)
def quarters(request: PortalRequest) -> HttpResponse:
    """What has been published where one lives; for the committee also what waits to be drafted, signed, published."""
    found = list(Publication.objects.visible_to(request.user).current().for_list())
    making = list(Publication.objects.visible_to(request.user).unfinished().for_list())
    return render(
        request,
        "property/quarters.html",
        {"publications": found, "making": making, "asks": today.asks(request.user)},
    )


@access(Permission.ACCOUNTS_VIEW)
def quarter(request: PortalRequest, pk: Any) -> HttpResponse:
    """The published quarter; a draft of it for the committee, with what is still missing."""
    publication = _find(request, pk)
    context: dict[str, Any] = {"publication": publication}
    try:
        context |= _shown(request, _sheet(publication), linked=publication.is_out)
    except Refused as refusal:
        context["refused"] = str(refusal)
    around = beside(publication, request.user.scope.households)
    others = around.publications
    context["versions"] = [one for one in others if one.quarter == publication.quarter and one.pk != publication.pk]
    context["others"] = [one for one in others if one.quarter != publication.quarter and one.state == State.PUBLISHED]
    if publication.is_out:
        context["may_correct"] = _may_correct(request, publication)
        context["own_proof"] = has_own(publication, lives_there=around.lives_there)
        context |= _replies(request, publication, around)
    else:
        context |= _work(request, publication)
    return render(request, "property/quarter.html", context)


def _shown(request: HttpRequest, shown: sheet.Sheet, *, linked: bool = False) -> dict[str, Any]:
    """The sheet and its body; on a phone the long tables begin folded, `linked` lines lead to their own page."""
    folded = PHONE in request.headers.get("User-Agent", "")
    return {"sheet": shown, "body": body_of(shown, care=in_care(request), folded=folded, linked=linked)}


def _replies(request: PortalRequest, publication: Publication, around: Beside) -> dict[str, Any]:
    """What residents and the committee have added; asks for photos only where there are some."""
    offices = request.user.scope.offices(publication.book.estate_id)
    photos = list(PostingPhoto.objects.of(publication)) if around.photos else []
    runs = publication.notice_to is not None and clock.today() <= publication.notice_to
    valid = publication.state == State.PUBLISHED
    return {
        "around": around,
        "photos": [_picture(photo) for photo in photos],
        "may_photograph": bool(offices) and runs,
        "may_begin": around.lives_there and around.petition is None and valid,
        "line_zero": reverse("property:quarter_line", args=[publication.pk, 0, 0]),
    }


def _picture(photo: PostingPhoto) -> dict[str, str]:
    url = reverse("property:posting_photo", args=[photo.pk])
    return {"url": url, "thumbnail": f"{url}?size=small", "caption": f"{photo.place} {photo.posted_on.isoformat()}"}


def _may_correct(request: PortalRequest, publication: Publication) -> bool:
    offices = request.user.scope.offices(publication.book.estate_id)
    return publication.state == State.PUBLISHED and bool(offices & {"bookkeeper", "chair"})


def _work(request: PortalRequest, publication: Publication) -> dict[str, Any]:
    """What is missing of a draft, and the buttons for this person."""
    signed = list(PublicationSignature.objects.of(publication).values_list("office", flat=True))
    offices = request.user.scope.offices(publication.book.estate_id)
    due = next((office for office in SIGNATORIES if office not in signed), None)
    checks = readiness.signature_checks(publication.book, signed)
    if publication.state == State.DRAFT:
        try:
            told, proofs = actions.draft_sections(publication)
            content = readiness.content_checks(publication, told, proofs)
            checks = [*content, *readiness.advice(publication, told), *checks]
        except Refused as refusal:
            checks = [Check(False, str(refusal)), *checks]
    return {
        "checks": checks,
        "may_change": bool(offices & {"bookkeeper", "cashier"}),
        "may_type": "bookkeeper" in offices,
        "may_sign": due in offices,
        "may_publish": due is None and "chair" in offices,
    }


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def quarter_pdf(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """The posted sheet as it was stored when it was published."""
    return _hand_over(_find(request, pk))


def _hand_over(publication: Publication) -> HttpResponseBase:
    if publication.pdf is None:
        raise Http404
    return hand_over(publication.pdf)


@access(Permission.QUARTER_PUBLISH)
@once
def quarter_new(request: PortalRequest, pk: int, quarter: str) -> HttpResponseBase:
    """What must be in order before a quarter is drafted, and the button that does it."""
    book: Book = get_object_or_404(Book.objects.visible_to(request.user).for_page(), pk=pk)
    try:
        period = Quarter.parse(quarter)
    except ValueError:
        raise Http404 from None
    there = Publication.objects.visible_to(request.user).of_book(book).filter(quarter=str(period)).first()
    if there is not None and request.method == "GET":
        return redirect(there)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.draft_publication(book, by=request.user, quarter=period))
    checks = readiness.quarter_checks(book, period)
    return render(
        request,
        "property/quarter_new.html",
        {
            "book": book,
            "quarter": period,
            "form": form,
            "checks": checks,
            "ready": all(one.passed for one in checks),
            "drafts": "bookkeeper" in request.user.scope.offices(book.estate_id),
        },
    )


@access(Permission.QUARTER_PUBLISH)
@once
def quarter_edit(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Where the sheet hangs, whom to ask, notes, and the proof of every money account."""
    publication = _find(request, pk)
    if publication.is_out:
        return redirect(publication)
    try:
        sections, proofs = actions.draft_sections(publication)
    except Refused as refusal:
        return render(request, "property/quarter.html", {"publication": publication, "refused": str(refusal)})
    form = PublicationForm(
        request.POST or None,
        publication=publication,
        accounts=sections.cash,
        proofs=proofs,
        suggested=suggested(publication, sections.cash),
    )
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_draft(publication, by=request.user, **form.given()))
    return render(request, "property/quarter_form.html", {"publication": publication, "form": form})


@access(Permission.QUARTER_PUBLISH)
@once
def quarter_rows(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Sections 6 to 8: posts, assets and projects, resolutions; each send keeps them all and offers more rows."""
    publication = _find(request, pk)
    if publication.is_out:
        return redirect(publication)
    try:
        sections, proofs = actions.draft_sections(publication)
    except Refused as refusal:
        return render(request, "property/quarter.html", {"publication": publication, "refused": str(refusal)})
    form = RowsForm(
        request.POST or None,
        publication=publication,
        rows=typed.typed_rows(publication),
        offered=[row.resolution for row in sections.spending if row.resolution],
    )
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            revision = form.cleaned_data["revision"]
            actions.change_rows(publication, by=request.user, revision=revision, rows=form.rows(), proofs=proofs)
            return answer(request.path if "more" in request.POST else publication)
    wages = [row for row in sections.items if row.code in WAGES]
    context = {"publication": publication, "form": form, "sections": form.sections, "wages": wages}
    return render(request, "property/quarter_rows.html", context)


@access(Permission.QUARTER_PUBLISH)
@once
def quarter_sign(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """What one signs, in three numbers, before the button."""
    publication = _find(request, pk)
    form = SignForm(request.POST or None, initial={"revision": publication.revision})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.sign(publication, by=request.user, revision=form.cleaned_data["revision"]))
    return _confirm(request, publication, form, "property/quarter_sign.html")


@access(Permission.QUARTER_PUBLISH)
@once
def quarter_publish(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """What publishing does, before the button."""
    publication = _find(request, pk)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.publish(publication, by=request.user))
    return _confirm(request, publication, form, "property/quarter_publish.html")


def _confirm(request: PortalRequest, publication: Publication, form: Any, template: str) -> HttpResponseBase:
    if publication.is_out:
        return redirect(publication)
    context: dict[str, Any] = {"publication": publication, "form": form}
    try:
        shown = _sheet(publication)
    except Refused as refusal:
        context["refused"] = str(refusal)
    else:
        context["lines"] = [
            (yuan(shown.income), _("本季收入（元）")),
            (yuan(shown.expenditure), _("本季支出（元）")),
            (yuan(shown.closing), _("期末结余（元），与钱款核对一致")),
            (len(shown.sections.spending), _("笔支出，逐笔列出")),
        ]
    return render(request, template, context)


@access(Permission.QUARTER_PUBLISH)
@once
def quarter_correct(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Begin the corrected version of a published quarter."""
    publication = _find(request, pk)
    form = CorrectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.correct(publication, by=request.user, reason=form.cleaned_data["reason"]))
    return render(request, "property/quarter_correct.html", {"publication": publication, "form": form})


@public
@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponseBase:
    """Type the code of a posted sheet, or scan it: the page shows what was published under it."""
    if "code" not in request.GET:
        return render(request, "property/quarter_check.html", {"form": CheckForm()})
    if not _allowed(request):
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    form = CheckForm(request.GET)
    publication = _by_code(form.cleaned_data["code"]) if form.is_valid() else None
    if publication is None:
        if form.is_valid():
            form.add_error("code", _("没有这个查验码的公示。请对着纸上的再看一遍；还是没有的话，请告诉社区。"))
        return render(request, "property/quarter_check.html", {"form": form})
    others = [one for one in Publication.objects.beside(publication) if one.quarter == publication.quarter]
    return render(
        request,
        "property/quarter_checked.html",
        {
            "publication": publication,
            **_shown(request, sheet.of_frozen(publication)),
            "newer": next((one for one in others if one.version > publication.version), None),
            "pdf_url": f"{reverse('property:check_pdf')}?code={publication.check_code}",
        },
    )


@public
@require_safe
def check_pdf(request: HttpRequest) -> HttpResponseBase:
    """The posted sheet for whoever has its code."""
    if not _allowed(request):
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    publication = _by_code(seal.read_code(request.GET.get("code", "")[:40]))
    if publication is None:
        raise Http404
    return _hand_over(publication)


def _by_code(code: str) -> Publication | None:
    found: Publication | None = Publication.objects.by_code(code).for_page().first() if code else None
    return found


def _allowed(request: HttpRequest) -> bool:
    """Whether this address may look up one more code."""
    return bool(
        ratelimit.consume(request, app="property", action="check", config=CHECK_RATES, limit_get=True) is not None
    )
