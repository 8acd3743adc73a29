"""Pages that change a request: its steps, remarks, and the two households of a mediation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from helpdesk import actions
from helpdesk.actions import handing_out
from helpdesk.forms import STEP_FORMS, OtherForm, StepForm, step_form
from helpdesk.models import Party, ServiceRequest
from helpdesk.page import update_form
from helpdesk.parties import WORKING, asked, parties_of, steps_for
from helpdesk.states import REQUESTS
from helpdesk.views.found import found_request

# Steps whose form may ask for more than one of the table.
TAKEN: dict[str, Callable[..., Any]] = {"accept": handing_out.accept}
# Where a step taken from another page than the request's goes back to.
BACK_TO = {"board": "helpdesk:board"}


@access(Permission.REQUEST_VIEW)
@once
def step(request: PortalRequest, pk: UUID, action: str) -> HttpResponseBase:
    """One step, with the fields that it needs."""
    if action not in STEP_FORMS:
        raise Http404
    found = found_request(request, pk)
    parties = parties_of(found, request.user)
    offered = {row.action: row for row in steps_for(found, request.user, parties)}
    if request.method != "POST" and action not in offered:
        messages.warning(request, actions.why_not(found, action, by=request.user))
        return redirect(found)
    form = step_form(action, request.POST or None, request.FILES or None, request=found, user=request.user)
    filled = "fill" in request.POST and form.fill(request.POST.get("ready", ""))
    if request.method == "POST" and not filled and form.is_valid():
        with acting(request, form) as answer:
            take = TAKEN.get(action) or partial(actions.step, action=action)
            take(found, by=request.user, **form.given())
            messages.success(request, form.thanks)
            return answer(_after(request, found))
    if form.non_field_errors():
        _catch_up(form, found)
    template = "helpdesk/rate.html" if action == "rate" else "helpdesk/step.html"
    label = next(row.label for row in REQUESTS if row.action == action)
    title = found.title_for(request.user, works=not WORKING.isdisjoint(parties))
    return render(request, template, {"form": form, "found": found, "label": label, "title": title})


def _after(request: PortalRequest, found: ServiceRequest) -> Any:
    """Where to go after a step: the page it was taken from, or the request while one still sees it."""
    back = BACK_TO.get(request.POST.get("then", ""))
    if back and request.user.scope.may(Permission.REQUEST_TRIAGE):
        return back
    sees = asked(found, request.user) or ServiceRequest.objects.visible_to(request.user).filter(pk=found.pk).exists()
    return found if sees else "helpdesk:list"


def _catch_up(form: StepForm, found: ServiceRequest) -> None:
    found.refresh_from_db()
    form.catch_up()


@access(Permission.REQUEST_VIEW)
@once
def update(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Add a remark or photos."""
    found = found_request(request, pk)
    parties = parties_of(found, request.user)
    form = update_form(found, parties)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_update(found, by=request.user, **form.given())
            return answer(found)
    title = found.title_for(request.user, works=not WORKING.isdisjoint(parties))
    return render(request, "helpdesk/update.html", {"form": form, "found": found, "title": title})


@access(Permission.REQUEST_VIEW)
@require_POST
@once
def agree(request: PortalRequest, pk: UUID, side_pk: UUID) -> HttpResponseBase:
    """Record that a household agrees to a mediation."""
    found = found_request(request, pk)
    side = get_object_or_404(Party.objects.visible_to(request.user), pk=side_pk, request=found)
    with acting(request) as answer:
        actions.agree(found, side, by=request.user)
        messages.success(request, _("记下了，这一家同意请人说和。"))
        answer(found)
    return redirect(found)


@access(Permission.REQUEST_TRIAGE)
@once
def name_other(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Name the other household of a mediation that somebody asked for alone."""
    found = found_request(request, pk)
    form = OtherForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.name_other(found, by=request.user, **form.given())
            messages.success(request, _("补上了。请分别问一问两家愿不愿意。"))
            return answer(found)
    return render(request, "helpdesk/other.html", {"form": form, "found": found})
