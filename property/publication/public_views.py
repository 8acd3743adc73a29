"""Pages of what residents and the committee add to a published quarter, and of its other forms."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from community import audit
from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting, once
from community.roles import Role
from property.models import AuditPetition, PetitionSignature, PostingPhoto, Publication, PublicationQuestion, Voucher
from property.publication import asking, difference, petitioning, posting, sheet
from property.publication.lines import Line, home_in, line_of
from property.publication.public_forms import AnswerForm, AskForm, OutcomeForm, PetitionForm, PhotoForm
from property.publication.rows import SpendingRow
from property.publication.workbook import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _out(request: PortalRequest, pk: Any) -> Publication:
    """A publication that is out, as far as this person may see it."""
    rows = Publication.objects.visible_to(request.user).out().for_page()
    found: Publication = get_object_or_404(rows, pk=pk)
    return found


def _lives_there(request: PortalRequest, publication: Publication) -> bool:
    return home_in(request.user, publication.book.estate_id) is not None


def _sits_there(request: PortalRequest, publication: Publication) -> bool:
    return bool(request.user.scope.offices(publication.book.estate_id))


# The other forms of a quarter ---------------------------------------------------------------------------------------


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def quarter_xlsx(request: PortalRequest, pk: Any) -> HttpResponse:
    """The frozen rows as a workbook."""
    publication = _out(request, pk)
    answer = HttpResponse(workbook(sheet.of_frozen(publication)), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{publication.quarter}-v{publication.version}.xlsx"'
    return answer


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def quarter_changes(request: PortalRequest, pk: Any) -> HttpResponse:
    """What a corrected version says otherwise than the one before, line by line."""
    publication = _out(request, pk)
    if publication.supersedes_id is None:
        raise Http404
    before = Publication.objects.visible_to(request.user).for_page().get(pk=publication.supersedes_id)
    old, new = sheet.of_frozen(before), sheet.of_frozen(publication)
    return render(
        request,
        "property/quarter_changes.html",
        {
            "publication": publication,
            "before": before,
            "broken": "broken" in (old.verdict, new.verdict),
            "sums": difference.sums(old, new),
            "texts": difference.texts(before, publication),
            "parts": difference.parts(old, new),
        },
    )


# Questions ----------------------------------------------------------------------------------------------------------


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def quarter_line(request: PortalRequest, pk: Any, section: int, position: int) -> HttpResponse:
    """One line with all that was asked about it, and the form to ask."""
    return _line_page(request, _line(request, pk, section, position), AskForm())


@access(Permission.OWN_HOUSEHOLD)
@once
def quarter_ask(request: PortalRequest, pk: Any, section: int, position: int) -> HttpResponseBase:
    """Ask about one line; for who lives there."""
    line = _line(request, pk, section, position)
    if not _lives_there(request, line.publication):
        raise Http404
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            asking.ask(line, by=request.user, text=form.cleaned_data["text"])
            return answer(line)
    return _line_page(request, line, form)


def _line(request: PortalRequest, pk: Any, section: int, position: int) -> Line:
    line = line_of(_out(request, pk), section, position)
    if line is None:
        raise Http404
    return line


def _line_page(request: PortalRequest, line: Line, form: AskForm) -> HttpResponse:
    publication = line.publication
    questions = list(PublicationQuestion.objects.of(publication).about(line.section, line.position))
    may_ask = publication.state == Publication.State.PUBLISHED and _lives_there(request, publication)
    context = {
        "publication": publication,
        "line": line,
        "questions": _told(request, publication, questions),
        "form": form if may_ask else None,
        "ask_url": reverse("property:quarter_ask", args=[publication.pk, line.section, line.position]),
        "voucher": _voucher(request, line),
    }
    return render(request, "property/quarter_line.html", context)


def _voucher(request: PortalRequest, line: Line) -> Voucher | None:
    """The voucher behind a payment, for who may read the books."""
    row = line.row
    if not isinstance(row, SpendingRow) or not request.user.scope.may(Permission.BOOKS_VIEW):
        return None
    rows = Voucher.objects.visible_to(request.user).filter(book=line.publication.book_id, hash=row.seal)
    found: Voucher | None = rows.first()
    return found


def _told(
    request: PortalRequest, publication: Publication, questions: list[PublicationQuestion]
) -> list[dict[str, Any]]:
    """The questions with what this person can do about each."""
    answers = _sits_there(request, publication)
    return [
        {
            "question": one,
            "may_answer": answers and one.is_open,
            "may_withdraw": one.is_open and one.asked_by_id == request.user.pk,
            "line_url": reverse("property:quarter_line", args=[publication.pk, one.section, one.position]),
        }
        for one in questions
    ]


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def quarter_questions(request: PortalRequest, pk: Any) -> HttpResponse:
    """All that was asked about a quarter; what waits first."""
    publication = _out(request, pk)
    rows = sorted(PublicationQuestion.objects.of(publication), key=lambda one: (not one.is_open, one.asked_at))
    context = {
        "publication": publication,
        "questions": _told(request, publication, rows),
        "may_ask": publication.state == Publication.State.PUBLISHED and _lives_there(request, publication),
        "whole_url": reverse("property:quarter_line", args=[publication.pk, 0, 0]),
    }
    return render(request, "property/quarter_questions.html", context)


def _question(request: PortalRequest, pk: Any) -> PublicationQuestion:
    rows = PublicationQuestion.objects.visible_to(request.user).select_related("publication__book__estate", "asked_by")
    found: PublicationQuestion = get_object_or_404(rows.exclude(state="withdrawn"), pk=pk)
    return found


@access(Permission.QUARTER_PUBLISH)
@once
def question_answer(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Answer a question for the committee."""
    question = _question(request, pk)
    if not _sits_there(request, question.publication):
        raise Http404
    line = line_of(question.publication, question.section, question.position)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(asking.answer(question, by=request.user, answer=form.cleaned_data["answer"]))
    context = {"question": question, "publication": question.publication, "line": line, "form": form}
    return render(request, "property/question_answer.html", context)


@access(Permission.OWN_HOUSEHOLD)
@require_POST
@once
def question_withdraw(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Take one's own question back."""
    question = _question(request, pk)
    if question.asked_by_id != request.user.pk:
        raise Http404
    back = reverse("property:quarter_questions", args=[question.publication_id])
    with acting(request) as answer:
        asking.withdraw(question, by=request.user)
        answer(back)
    return redirect(back)


# Photos of the posted sheet -----------------------------------------------------------------------------------------


@access(Permission.QUARTER_PUBLISH)
@once
def photo_add(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Show where the sheet hangs."""
    publication = _out(request, pk)
    if not _sits_there(request, publication):
        raise Http404
    form = PhotoForm(request.POST or None, request.FILES or None, publication=publication)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            posting.add_photos(publication, by=request.user, **form.given())
            return answer(publication)
    photos = list(PostingPhoto.objects.of(publication))
    return render(request, "property/posting_form.html", {"publication": publication, "form": form, "photos": photos})


def _photo(request: PortalRequest, pk: Any) -> PostingPhoto:
    rows = PostingPhoto.objects.visible_to(request.user).select_related("attachment", "publication__book")
    found: PostingPhoto = get_object_or_404(rows, pk=pk)
    return found


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def posting_photo(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """A photo of the posted sheet."""
    return hand_over(_photo(request, pk).attachment, small=request.GET.get("size") == "small")


@access(Permission.QUARTER_PUBLISH)
@require_POST
@once
def photo_remove(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Take away a photo that was sent by mistake."""
    photo = _photo(request, pk)
    if not _sits_there(request, photo.publication):
        raise Http404
    back = reverse("property:photo_add", args=[photo.publication_id])
    with acting(request) as answer:
        posting.remove_photo(photo, by=request.user)
        answer(back)
    return redirect(back)


# The petition for an audit ------------------------------------------------------------------------------------------


@access(Permission.OWN_HOUSEHOLD)
@once
def petition_new(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Begin a petition about a quarter, or go to the one that runs."""
    publication = _out(request, pk)
    if not _lives_there(request, publication):
        raise Http404
    running = AuditPetition.objects.of(publication).running().first()
    if running is not None and request.method == "GET":
        return redirect(running)
    form = PetitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(petitioning.begin(publication, by=request.user, reason=form.cleaned_data["reason"]))
    return render(request, "property/petition_form.html", {"publication": publication, "form": form})


def _petition(request: PortalRequest, pk: Any) -> AuditPetition:
    rows = AuditPetition.objects.visible_to(request.user).for_page().with_counts()
    found: AuditPetition = get_object_or_404(rows, pk=pk)
    return found


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def petition(request: PortalRequest, pk: Any) -> HttpResponse:
    """How many have signed, by people and by area; numbers only."""
    found = _petition(request, pk)
    own = home_in(request.user, found.publication.book.estate_id)
    signed = own is not None and _own_signature(found, own)
    running = found.state != AuditPetition.State.ENDED
    context = {
        "petition": found,
        "publication": found.publication,
        "counts": petitioning.counts(found),
        "may_sign": own is not None and running and not signed,
        "may_withdraw": signed and running,
        "keeps": _keeps(request, found),
        "running": running,
    }
    return render(request, "property/petition.html", context)


def _own_signature(found: AuditPetition, own: Any) -> bool:
    rows = PetitionSignature.objects.unscoped(reason="whether the own household has signed")
    return bool(rows.of(found).standing().filter(household=own).exists())


def _keeps(request: PortalRequest, found: AuditPetition) -> bool:
    """Whether this is the secretary of the community, who checks signatures and says what came of it."""
    return found.community_id in request.user.scope.ids("community", Role.SECRETARY)


@access(Permission.OWN_HOUSEHOLD)
@require_POST
@once
def petition_sign(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Sign for the owner of one's home."""
    found = _petition(request, pk)
    if not _lives_there(request, found.publication):
        raise Http404
    with acting(request) as answer:
        answer(petitioning.sign(found, by=request.user))
    return redirect(found)


@access(Permission.OWN_HOUSEHOLD)
@require_POST
@once
def petition_withdraw(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Take the own signature back."""
    found = _petition(request, pk)
    if not _lives_there(request, found.publication):
        raise Http404
    with acting(request) as answer:
        answer(petitioning.withdraw(found, by=request.user))
    return redirect(found)


@access(Permission.BOOKS_VIEW)
@once
def petition_end(request: PortalRequest, pk: Any) -> HttpResponseBase:
    """Say what came of a petition; for the secretary."""
    found = _petition(request, pk)
    if not _keeps(request, found):
        raise Http404
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(petitioning.end(found, by=request.user, outcome=form.cleaned_data["outcome"]))
    context = {"petition": found, "counts": petitioning.counts(found), "form": form}
    return render(request, "property/petition_end.html", context)


@access(Permission.BOOKS_VIEW)
@require_safe
def petition_signers(request: PortalRequest, pk: Any) -> HttpResponse:
    """The doors behind the numbers, for the secretary who checks them; each look is recorded."""
    found = _petition(request, pk)
    if not _keeps(request, found):
        raise Http404
    rows = PetitionSignature.objects.visible_to(request.user).of(found).standing()
    signatures = list(rows.select_related("household__dwelling", "group"))
    audit.record("petition_read", found, by=request.user)
    return render(request, "property/petition_signers.html", {"petition": found, "signatures": signatures})
