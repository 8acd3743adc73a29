"""Pages of offers and jobs: for who is asked, who asks, and who is at home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting, once
from core import clock
from core.forms import PortalForm
from core.lists import list_page
from core.refusal import Refused
from helpdesk.parties import parties_of
from helpdesk.states import LEADER as REQUEST_LEADER
from helpdesk.states import SECRETARY
from helpdesk.states import State as RequestState
from helpdesk.views.found import found_request
from stewards.jobs import actions, forbidden, forms, listing
from stewards.jobs.actions.held import live_job_of, parties
from stewards.jobs.calendar import calendar_file
from stewards.jobs.mine import mine
from stewards.jobs.page import job_page, offer_card
from stewards.jobs.states import HOUSEHOLD, JOBS, STEWARD, State
from stewards.models import Job, JobOffer, PartsClaim


@dataclass(frozen=True)
class Step:
    """A step with its form and what it calls; one that is a tap is sent from the job's page."""

    form: type[forms.JobForm]
    act: Callable[..., Any]
    is_tap: bool = False
    # Beside the table of states, for one party: parts are claimed, the household compares a code.
    beside: str = ""


STEPS: dict[str, Step] = {
    "set_out": Step(forms.TapForm, actions.set_out, is_tap=True),
    "widen": Step(forms.TapForm, actions.widen, is_tap=True),
    "check": Step(forms.TapForm, actions.check_visitor, is_tap=True, beside=HOUSEHOLD),
    "arrive": Step(forms.ArriveForm, actions.arrive),
    "arrive_for": Step(forms.ArriveForForm, actions.arrive_for),
    "rebook": Step(forms.RebookForm, actions.rebook),
    "give_back": Step(forms.GiveBackForm, actions.give_back),
    "pass_on": Step(forms.PassOnForm, actions.pass_on),
    "finish": Step(forms.FinishForm, actions.finish),
    "confirm": Step(forms.ConfirmForm, actions.confirm),
    "confirm_for": Step(forms.ConfirmForForm, actions.confirm_for),
    "doubt": Step(forms.DoubtForm, actions.doubt),
    "stop": Step(forms.StopForm, actions.stop),
    "parts": Step(forms.PartsForm, actions.claim, beside=STEWARD),
}


@access(Permission.STEWARD_WORK)
def offers(request: PortalRequest) -> HttpResponse:
    """A steward's own page: what they are asked, where they go, what they did."""
    return render(request, "stewards/jobs/mine.html", {"mine": mine(request.user)})


@access(Permission.STEWARD_WORK)
def offer(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One offer: why you, roughly where, when. Who has said yes is led to the job."""
    found = _own_offer(request, pk)
    if found.state == JobOffer.State.ACCEPTED:
        return redirect(found.job)
    return render(request, "stewards/jobs/offer.html", {"card": offer_card(found)})


@access(Permission.STEWARD_WORK)
@once
def accept(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Yes, at this time."""
    found = _own_offer(request, pk)
    form = forms.AcceptForm(*_sent(request), offer=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            job = actions.accept(found, by=request.user, slot=form.cleaned_data["slot"])
            messages.success(request, _said_yes(job))
            return answer(job)
    found.refresh_from_db()
    card = offer_card(found, form=form if request.method == "POST" else None)
    return render(request, "stewards/jobs/offer.html", {"card": card, "form": form})


@access(Permission.STEWARD_WORK)
@once
def decline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Not this time."""
    found = _own_offer(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            actions.decline(found, by=request.user)
            messages.success(request, _("好的，知道了，下次再请您。"))
            return answer("stewards:offers")
    return redirect(found)


@access(Permission.REQUEST_TRIAGE)
@once
def offer_answer(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Write down what a steward has said by phone or on paper."""
    rows = JobOffer.objects.visible_to(request.user).exclude(steward__user=request.user)
    found = get_object_or_404(rows.select_related("job__request", "steward__user"), pk=pk)
    form = forms.AnswerForm(*_sent(request), offer=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with acting(request, form) as answer:
            if given["says"] == "yes":
                actions.accept(found, by=request.user, slot=given["slot"], channel=given["channel"])
            else:
                actions.decline(found, by=request.user, channel=given["channel"])
            messages.success(request, _("记下了。"))
            return answer(found.job)
    return render(request, "stewards/jobs/answer.html", {"form": form, "card": offer_card(found), "job": found.job})


@access(Permission.REQUEST_TRIAGE)
@once
def ask(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Ask the red stewards to see to a request; where they are asked already, the way to that one job."""
    found = found_request(request, pk)
    if not parties_of(found, request.user) & {REQUEST_LEADER, SECRETARY}:
        raise Http404
    ban = forbidden.ban_on(found.title, found.description)
    form = forms.AskForm(*_sent(request), request=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.ask(found, by=request.user, **form.given()))
    if asked := live_job_of(found):
        messages.info(request, _("这件事已经请了红管家，办到哪里都在这一页。"))
        return redirect(asked)
    if request.method != "POST" and found.state != RequestState.ACCEPTED:
        messages.info(request, _("受理以后、派人以前，才能请红管家。"))
        return redirect(found)
    return render(request, "stewards/jobs/ask.html", {"form": form, "found": found, "ban": ban})


@access(Permission.REQUEST_TRIAGE)
def jobs(request: PortalRequest) -> HttpResponseBase:
    """What the red stewards are asked in the requests that one leads: filtered, sorted, and as a spreadsheet."""
    page = list_page(
        request,
        listing.listed(request.user),
        filterset_class=listing.JobFilter,
        sorts=listing.SORTS,
        default_sort=listing.DEFAULT_SORT,
        within=Q(community__in=request.user.scope.communities),
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("上门帮忙"), listing.columns(request.user), listing.for_sheet)
    shown = {"page": page, "lines": listing.lines_of(page.rows, request.user)}
    return render(request, "stewards/jobs/list.html", shown)


@access(Permission.REQUEST_VIEW)
def job(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One job; what the clock asks of it is done first."""
    found = _found_job(request, pk)
    if found.state == State.OFFERED and found.wave_due_at and found.wave_due_at <= clock.now():
        actions.move_on(found)
        found = _found_job(request, pk)
    return render(request, "stewards/jobs/job.html", {"job": found, "page": job_page(found, request.user)})


@access(Permission.REQUEST_VIEW)
@once
def job_step(request: PortalRequest, pk: UUID, step: str) -> HttpResponseBase:
    """A step of a job, with its form."""
    if step not in STEPS:
        raise Http404
    found, one = _found_job(request, pk), STEPS[step]
    if request.method != "POST" and (one.is_tap or not _offered(found, request, step)):
        if not one.is_tap:
            messages.warning(request, _("现在不用这一步了，请看一看办到哪里了。"))
        return redirect(found)
    if step == "finish" and not found.arrived_at:
        return redirect(found)
    form = one.form(*_sent(request), job=found, user=request.user)
    if request.method == "POST" and form.is_valid() and _code_fits(form, found, request, step):
        with acting(request, None if one.is_tap else form) as answer:
            one.act(found, by=request.user, **form.given())
            messages.success(request, str(form.thanks))
            return answer("stewards:offers" if step == "give_back" else found)
    if one.is_tap:
        return redirect(found)
    context = {"form": form, "job": found, "label": form.label}
    return render(request, "stewards/jobs/step.html", context)


@access(Permission.REQUEST_VIEW)
def job_file(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The agreed time for a calendar."""
    found = _found_job(request, pk)
    url = request.build_absolute_uri(found.get_absolute_url())
    content = calendar_file(found, request.user, url=url)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.request.number}.ics"'
    return response


@access(Permission.REQUEST_VIEW)
def receipt(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The photo of a receipt, whole or as its thumbnail (`?size=small`)."""
    rows = PartsClaim.objects.visible_to(request.user).select_related("receipt")
    found = get_object_or_404(rows, pk=pk)
    return hand_over(found.receipt, small=request.GET.get("size") == "small")


def _sent(request: PortalRequest) -> tuple[Any, Any]:
    """What a form is filled with: what was sent, also where that is nothing but the tap itself."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _offered(found: Job, request: PortalRequest, step: str) -> bool:
    """Whether the reader can take this step now."""
    held = parties(found, request.user)
    if STEPS[step].beside:
        return STEPS[step].beside in held
    return any(row.action == step for row in JOBS.steps(found.state, held))


def _code_fits(form: PortalForm, found: Job, request: PortalRequest, step: str) -> bool:
    """Whether the code is right; a wrong one is counted in a transaction of its own, and stands as the form's error."""
    if step != "arrive":
        return True
    try:
        trouble = actions.try_code(found, by=request.user, code=form.cleaned_data["code"])
    except Refused as refusal:
        trouble = str(refusal)
    if trouble:
        form.add_error("code", trouble)
    return not trouble


def _own_offer(request: PortalRequest, pk: UUID) -> JobOffer:
    rows = JobOffer.objects.asked_of(request.user)
    found: JobOffer = get_object_or_404(rows.select_related("job__request", "job__building", "steward__user"), pk=pk)
    return found


def _found_job(request: PortalRequest, pk: UUID) -> Job:
    found: Job = get_object_or_404(Job.objects.visible_to(request.user).for_page(), pk=pk)
    return found


def _said_yes(job: Job) -> str:
    if job.state == State.OFFERED:
        return _("谢谢您。还差一位一起去，人齐了告诉您。")
    return _("谢谢您。已经告诉住户，门牌和到访码在下面。")
