"""Sessions: the list, one of them, planning and calling off, saying whether one comes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliance.advice import actions
from alliance.advice.calendar_file import calendar_file
from alliance.advice.came_of import lines_of
from alliance.advice.filters import SESSION_SORTS, SessionFilter, session_columns
from alliance.advice.forms import CallOffForm, ComeForm, SessionForm, SignForm
from alliance.advice.people import parties_of
from alliance.advice.seal import agrees, parts_of
from alliance.advice.states import SESSIONS, State
from alliance.advice.views.found import found_session, own_community
from alliance.models import AdviceAttendance, AdviceSession, MinutesRemark
from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from core import clock
from core.lists import list_page

TONES = {
    State.PLANNED: "wait",
    State.CALLED_OFF: "idle",
    State.DRAFTED: "warn",
    State.SIGNING: "warn",
    State.APPROVED: "good",
}
EVENTS = 30


@access(Permission.ADVICE_VIEW)
def sessions(request: PortalRequest) -> HttpResponseBase:
    """All sessions, the newest first."""
    rows = AdviceSession.objects.visible_to(request.user)
    page = list_page(request, rows, filterset_class=SessionFilter, sorts=SESSION_SORTS, default_sort="-starts")
    if page.wants_xlsx:
        return page.as_xlsx(_("顾问会议"), session_columns())
    shown = [(one, TONES[State(one.state)]) for one in page.rows]
    context = {"page": page, "shown": shown, "may_manage": request.user.scope.may(Permission.ADVICE_MANAGE)}
    return render(request, "alliance/advice/sessions.html", context)


@access(Permission.ADVICE_MANAGE)
@once
def session_new(request: PortalRequest) -> HttpResponseBase:
    """Plan a session, or write down one that was held."""
    community = own_community(request)
    form = SessionForm(request.POST or None, community_id=community.pk)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            del given["version"]
            return answer(actions.plan_session(community, by=request.user, **given))
    return render(request, "alliance/advice/session_form.html", {"form": form})


@access(Permission.ADVICE_VIEW)
def session(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One session: its agenda or its minutes, who comes or came, what was recommended, what comes next."""
    user = request.user
    found = found_session(request, pk)
    parts = parts_of(found)
    own = next((seat for seat in parts.seats if seat.user_id == user.pk), None)
    parties = parties_of(found, user, attended=bool(own and own.attended))
    remarks = list(MinutesRemark.objects.of(found).select_related("by", "answered_by"))
    steps = {step.action for step in SESSIONS.steps(found.state, parties)}
    context = {
        "session": found,
        "tone": TONES[State(found.state)],
        "agenda": parts.agenda,
        "seats": parts.seats,
        "remarks": remarks,
        "lines": lines_of(parts.advice, user),
        "steps": steps,
        "offers": _offers(found, own, steps),
        "sign": SignForm(initial={"version": found.version}),
        "signed": [seat for seat in parts.seats if seat.signed_at],
        "is_over": found.starts_at <= clock.now(),
        "is_sealed": found.state == State.APPROVED and agrees(found, parts),
        "events": history.tell(AuditEvent.objects.of(found).order_by("at", "pk")[:EVENTS]),
    }
    return render(request, "alliance/advice/session.html", context)


def _offers(found: AdviceSession, own: AdviceAttendance | None, steps: set[str]) -> dict[str, Any]:
    """What this reader is asked for now, by the name of the block that asks it."""
    if own is None:
        return {}
    coming = found.state == State.PLANNED and found.starts_at > clock.now()
    came = bool(own.attended) and found.written_by_id != own.user_id
    return {
        "come": coming,
        "own": own,
        "read": came and found.state == State.DRAFTED and own.read_at is None,
        "sign": came and "sign" in steps and own.signed_at is None,
    }


@access(Permission.ADVICE_MANAGE)
@once
def session_change(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change what was planned."""
    found = found_session(request, pk)
    if found.state != State.PLANNED:
        return redirect(found)
    form = SessionForm(request.POST or None, community_id=found.community_id, session=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_session(found, by=request.user, **form.given()))
    return render(request, "alliance/advice/session_form.html", {"form": form, "session": found})


@access(Permission.ADVICE_MANAGE)
@once
def session_call_off(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say that it is not held."""
    found = found_session(request, pk)
    if found.state != State.PLANNED:
        return redirect(found)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.call_off(found, by=request.user, **form.given())
            messages.success(request, _("取消了，请来的人都告诉了。"))
            return answer(found)
    return render(request, "alliance/advice/session_call_off.html", {"form": form, "session": found})


@access(Permission.ADVICE_VIEW)
@require_POST
@once
def session_come(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say whether one comes."""
    found = found_session(request, pk)
    form = ComeForm(request.POST)
    if form.is_valid():
        with acting(request) as answer:
            actions.answer_invitation(found, by=request.user, **form.given())
            messages.success(request, _("记下了，谢谢您说一声。"))
            return answer(found)
    return redirect(found)


@access(Permission.ADVICE_VIEW)
@require_safe
def session_file(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The session for a calendar."""
    found = found_session(request, pk)
    content = calendar_file(found, url=request.build_absolute_uri(found.get_absolute_url()))
    disposition = content_disposition_header(True, f"{found.label}.ics") or "attachment"
    headers = {"Content-Disposition": disposition}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
