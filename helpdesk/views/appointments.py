"""Pages of when somebody comes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from helpdesk.actions import appointments as actions
from helpdesk.appointments import calendar_file, shown
from helpdesk.forms.appointments import AppointForm, CallOffForm
from helpdesk.parties import SIDE, WORKING, parties_of
from helpdesk.states import REPORTER
from helpdesk.views.found import found_request


@access(Permission.REQUEST_VIEW)
@once
def appoint(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Agree on a time, or on another one."""
    return _page(request, pk, AppointForm, actions.appoint, "change_url")


@access(Permission.REQUEST_VIEW)
@once
def call_off(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say that nobody comes at the agreed time."""
    return _page(request, pk, CallOffForm, actions.call_off, "call_off_url")


def _page(request: PortalRequest, pk: UUID, form_class: Any, do: Any, offered_as: str) -> HttpResponseBase:
    found = found_request(request, pk)
    parties = parties_of(found, request.user)
    offered = shown(found, parties)
    if request.method != "POST" and not (offered and getattr(offered, offered_as)):
        messages.warning(request, _("现在不能约时间，请看一看办到哪一步了。"))
        return redirect(found)
    form = form_class(request.POST or None, request=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            do(found, by=request.user, **form.given())
            messages.success(request, form.thanks)
            return answer(found)
    title = found.title_for(request.user, works=not WORKING.isdisjoint(parties))
    label = _("约个时间") if form_class is AppointForm else _("取消这次约定")
    return render(request, "helpdesk/step.html", {"form": form, "found": found, "label": label, "title": title})


@access(Permission.REQUEST_VIEW)
def appointment_file(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The agreed time for a calendar; for those who come and those who are at home."""
    found = found_request(request, pk)
    parties = parties_of(found, request.user)
    if not parties & (WORKING | {REPORTER, SIDE}):
        raise Http404
    title = found.title_for(request.user, works=not WORKING.isdisjoint(parties))
    url = request.build_absolute_uri(found.get_absolute_url())
    content = calendar_file(found, request.user, title=title, url=url)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.ics"'
    return response
