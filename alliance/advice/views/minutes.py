"""Minutes: writing, correcting, signing, printing, and making public what was recommended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliance.advice import actions
from alliance.advice.forms import MinutesForm, OpenAgainForm, PublishForm, RemarkAnswerForm, RemarkForm, SignForm
from alliance.advice.paper import printed
from alliance.advice.people import parties_of, seat_of
from alliance.advice.states import SESSIONS, State
from alliance.advice.views.found import found_session
from alliance.models import AdviceSession, MinutesRemark
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.documents import render as document


@access(Permission.ADVICE_MANAGE)
@once
def minutes_write(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Write the minutes, or change the draft."""
    found = found_session(request, pk)
    if not _may(request, found, "write"):
        return redirect(found)
    form = MinutesForm(request.POST or None, session=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.write_minutes(found, by=request.user, **form.given()))
    return render(request, "alliance/advice/minutes_form.html", {"form": form, "session": found})


@access(Permission.ADVICE_VIEW)
@once
def minutes_remark(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say what is to be corrected."""
    found = found_session(request, pk)
    if not _may(request, found, "remark"):
        return redirect(found)
    form = RemarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_remark(found, by=request.user, **form.given())
            messages.success(request, _("记下了，记录人会看。"))
            return answer(found)
    context = {"form": form, "session": found, "title": _("提一处更正"), "button": _("提出来")}
    return render(request, "alliance/advice/minutes_words.html", context)


@access(Permission.ADVICE_MANAGE)
@once
def remark_answer(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say whether the draft was changed."""
    rows = MinutesRemark.objects.visible_to(request.user).select_related("session", "by")
    remark: MinutesRemark = get_object_or_404(rows, pk=pk)
    if remark.answer or not _may(request, remark.session, "write"):
        return redirect(remark.session)
    form = RemarkAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.answer_remark(remark, by=request.user, **form.given())
            return answer(remark.session)
    context = {"form": form, "session": remark.session, "remark": remark, "title": _("答复更正"), "button": _("答复")}
    return render(request, "alliance/advice/minutes_words.html", context)


@access(Permission.ADVICE_VIEW)
@require_POST
@once
def minutes_read(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say that nothing is to be corrected."""
    found = found_session(request, pk)
    with acting(request) as answer:
        actions.say_read(found, by=request.user)
        messages.success(request, _("记下了，谢谢您看过。"))
        answer(found)
    return redirect(found)


@access(Permission.ADVICE_MANAGE)
@require_POST
@once
def minutes_send(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Ask those who came to sign."""
    found = found_session(request, pk)
    with acting(request) as answer:
        actions.send_for_signing(found, by=request.user)
        messages.success(request, _("发出去了，到会的人会收到提醒。"))
        answer(found)
    return redirect(found)


@access(Permission.ADVICE_VIEW)
@require_POST
@once
def minutes_sign(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Sign what was read."""
    found = found_session(request, pk)
    form = SignForm(request.POST)
    if form.is_valid():
        with acting(request) as answer:
            signed = actions.sign_minutes(found, by=request.user, **form.given())
            is_final = signed.state == State.APPROVED
            messages.success(request, _("签好了，纪要定稿了。") if is_final else _("签好了，谢谢您。"))
            answer(found)
    return redirect(found)


@access(Permission.ADVICE_VIEW)
@once
def minutes_open(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take the minutes back to be changed."""
    found = found_session(request, pk)
    if not _may(request, found, "open_again"):
        return redirect(found)
    form = OpenAgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.open_again(found, by=request.user, **form.given()))
    context = {"form": form, "session": found, "title": _("还要改"), "button": _("退回去改")}
    return render(request, "alliance/advice/minutes_words.html", context)


@access(Permission.ADVICE_VIEW)
@require_safe
def minutes_paper(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The minutes on paper."""
    found = found_session(request, pk)
    if found.number is None:
        raise Http404
    content = document("alliance/minutes", printed(found))
    disposition = content_disposition_header(False, f"{found.label}.pdf") or "inline"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@access(Permission.ADVICE_ANSWER)
@once
def session_publish(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Let residents read what was recommended."""
    found = found_session(request, pk)
    if not _may(request, found, "publish"):
        return redirect(found)
    form = PublishForm(request.POST or None, session=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.publish_session(found, by=request.user, **form.given())
            messages.success(request, _("公开了。邻居们不用登录就看得到。"))
            return answer(found)
    return render(request, "alliance/advice/publish.html", {"form": form, "session": found})


@access(Permission.ADVICE_ANSWER)
@require_POST
@once
def session_unpublish(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take it off the page again."""
    found = found_session(request, pk)
    with acting(request) as answer:
        actions.unpublish_session(found, by=request.user)
        messages.success(request, _("不再公开了。"))
        answer(found)
    return redirect(found)


def _may(request: PortalRequest, found: AdviceSession, action: str) -> bool:
    """Whether the reader can take this step now; who cannot is led back to the session, which says how it stands."""
    seat: Any = seat_of(found, request.user)
    parties = parties_of(found, request.user, attended=bool(seat and seat.attended))
    return any(step.action == action for step in SESSIONS.steps(found.state, parties))
