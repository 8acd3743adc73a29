"""Pages of those who give letters out."""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from community import letters
from community.access import Permission, access
from community.actions_letters import (
    check_account,
    drop_second_factor,
    hand_over,
    void_letter,
)
from community.forms import HandOverForm, LetterForm, PhoneForm, ReasonForm
from community.letters_job import print_letters, print_password_letter
from community.models import ActivationLetter, User
from community.once import acting, once
from core.forms import PortalForm
from core.models import Job
from core.refusal import Refused

A_PAGE = 50


@access(Permission.LETTER_ISSUE)
def letter_list(request: HttpRequest) -> HttpResponseBase:
    """Letters that can still be used, the newest first."""
    rows = ActivationLetter.objects.visible_to(_user(request)).open().order_by("-pk")
    rows = rows.select_related("household__dwelling", "user", "issued_by")
    count, before = rows.count(), request.GET.get("before", "")
    page = list((rows.filter(pk__lt=before) if _is_uuid(before) else rows)[: A_PAGE + 1])
    shown = page[:A_PAGE]
    older = shown[-1].pk if len(page) > A_PAGE else None
    return render(request, "community/letter_list.html", {"letters": shown, "count": count, "older": older})


@access(Permission.LETTER_ISSUE)
@once
def letter_new(request: HttpRequest) -> HttpResponseBase:
    """Choose the doors, see how many letters that makes, print them."""
    user = _user(request)
    households = apps.get_model("grids", "Household").objects.visible_to(user).living_here()
    single = request.GET.get("household", "")
    form = LetterForm(request.GET if "building" in request.GET else None, user=user)
    chosen: list[UUID] = []
    if _is_uuid(single):
        chosen = list(households.filter(pk=single).values_list("pk", flat=True))
    elif form.is_bound and form.is_valid():
        rows = households.filter(building=form.cleaned_data["building"])
        chosen = list(ActivationLetter.objects.narrow(rows, form.cleaned_data["which"]).values_list("pk", flat=True))
    send = PortalForm(request.POST or None)
    if request.method == "POST" and chosen and send.is_valid():
        with acting(request, send) as answer:
            return answer(print_letters(chosen, by=user))
    context = {"form": form, "send": send, "count": len(chosen), "asked": form.is_bound or bool(single)}
    return render(request, "community/letter_new.html", context)


@access(Permission.LETTER_ISSUE)
@once
def letter_account(request: HttpRequest) -> HttpResponseBase:
    """Who forgot the password: found by phone number."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = User.objects.filter(phone=form.cleaned_data["phone"]).first()
        try:
            if found is None:
                raise Refused(_("没有找到这个手机号的账号。还没开通的住户，请开一封开通信。"))
            check_account(found, by=_user(request))
            return redirect("community:letter_password", pk=found.pk)
        except Refused as refusal:
            form.add_error("phone", str(refusal))
    return render(request, "community/letter_account.html", {"form": form})


@access(Permission.LETTER_ISSUE)
@once
def letter_password(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Print the letter that sets a new password, or the first one of a staff account."""
    person = _person(request, pk)
    form = PortalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(print_password_letter(person, by=_user(request)))
    context = {"form": form, "person": person, "first": not person.has_usable_password()}
    return render(request, "community/letter_password.html", context)


@access(Permission.APPOINT)
@once
def second_factor_drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Somebody lost the phone: forget the second factors, in person."""
    person = _person(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            drop_second_factor(person, by=_user(request), **form.given())
            return answer("community:appointments")
    return render(request, "community/second_factor_drop.html", {"form": form, "person": person})


@access(Permission.LETTER_ISSUE)
@never_cache
def letter_batch(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Where a printed batch waits: a POST gives the PDF, once."""
    job = get_object_or_404(Job, pk=pk, owner=_user(request), kind="letters")
    if request.method == "POST":
        pdf = letters.fetch(job.pk)
        if pdf is not None:
            answer = HttpResponse(pdf, content_type="application/pdf")
            answer["Content-Disposition"] = f'attachment; filename="letters-{job.created_at:%Y%m%d-%H%M}.pdf"'
            return answer
    context = {"job": job, "waiting": letters.is_waiting(job.pk), "count": job.result.get("count")}
    return render(request, "community/letter_batch.html", context)


@access(Permission.LETTER_ISSUE)
@once
def letter_hand_over(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Record that it was handed over in person, against an identity card and a signature."""
    letter = _letter(request, pk)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            hand_over(letter, by=_user(request))
            return answer("community:letters")
    return render(request, "community/letter_hand_over.html", {"form": form, "letter": letter})


@access(Permission.LETTER_ISSUE)
@once
def letter_void(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Take a lost or misprinted letter out of use."""
    letter = _letter(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            void_letter(letter, by=_user(request), **form.given())
            return answer("community:letters")
    return render(request, "community/letter_void.html", {"form": form, "letter": letter})


def _letter(request: HttpRequest, pk: UUID) -> ActivationLetter:
    rows = ActivationLetter.objects.visible_to(_user(request)).select_related("household__dwelling", "user")
    found: ActivationLetter = get_object_or_404(rows, pk=pk)
    return found


def _person(request: HttpRequest, pk: int) -> User:
    """The account, where it is in the duty of who asks; 404 otherwise."""
    person = get_object_or_404(User, pk=pk)
    try:
        check_account(person, by=_user(request))
    except Refused as refusal:
        raise Http404 from refusal
    return person


def _user(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
