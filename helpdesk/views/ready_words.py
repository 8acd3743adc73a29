"""Pages of the words kept ready for the steps of requests."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from helpdesk.actions import settings as actions
from helpdesk.forms.settings import ANY_STEP, ReadyWordsForm, steps_with_words
from helpdesk.models import ReplyTemplate
from helpdesk.views.setting_up import set_up

BACK = "helpdesk:replies"


class Line(NamedTuple):
    """Ready words as a line of their page."""

    row: ReplyTemplate
    step: str


@access(Permission.REQUEST_SETTINGS)
def replies(request: PortalRequest) -> HttpResponse:
    """The words kept ready in one's offices."""
    offices = request.user.scope.offices_communities
    rows = ReplyTemplate.objects.visible_to(request.user).filter(community__in=offices).select_related("category")
    steps = dict(steps_with_words())
    lines = [Line(row, steps.get(row.action, str(ANY_STEP[1]))) for row in rows]
    return render(request, "helpdesk/replies.html", {"lines": lines})


@access(Permission.REQUEST_SETTINGS)
@once
def reply_add(request: PortalRequest) -> HttpResponseBase:
    return set_up(
        request,
        ReadyWordsForm,
        None,
        do=actions.add_reply,
        back=BACK,
        says=_("加好了，办事的时候就能挑到。"),
        words={"title": _("加一段常用的话"), "back": reverse(BACK), "back_label": _("常用的话")},
    )


@access(Permission.REQUEST_SETTINGS)
@once
def reply_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    row = _found(request, pk)
    return set_up(
        request,
        ReadyWordsForm,
        row,
        do=actions.change_reply,
        back=BACK,
        says=_("改好了。"),
        words={
            "title": row.title,
            "back": reverse(BACK),
            "back_label": _("常用的话"),
            "drop_url": reverse("helpdesk:reply_drop", args=[row.pk]),
            "drop": _("删掉这一段"),
        },
    )


@access(Permission.REQUEST_SETTINGS)
@require_POST
def reply_drop(request: PortalRequest, pk: int) -> HttpResponseBase:
    row = _found(request, pk)
    with acting(request):
        actions.drop_reply(row, by=request.user)
        messages.success(request, _("删掉了。"))
    return redirect(BACK)


def _found(request: PortalRequest, pk: int) -> ReplyTemplate:
    rows = ReplyTemplate.objects.visible_to(request.user).select_related("community")
    found: ReplyTemplate = get_object_or_404(rows, pk=pk, community__in=request.user.scope.offices_communities)
    return found
