"""Pages by which what somebody has in hand goes to another."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.models import User
from community.once import acting, once
from core import clock
from helpdesk import in_hands
from helpdesk.actions.hand_over import HandedOver, hand_over
from helpdesk.forms.hand_over import HandOverForm
from helpdesk.states import State

NAMED_AT_MOST = 10


@access(Permission.REQUEST_TRIAGE)
def handlers(request: PortalRequest) -> HttpResponse:
    """Who has how much in hand; those who have left first."""
    return render(request, "helpdesk/handlers.html", {"handlers": in_hands.handlers(request.user)})


@access(Permission.REQUEST_TRIAGE)
@once
def hand_over_page(request: PortalRequest, pk: int) -> HttpResponseBase:
    """What will happen in numbers, and the button: to another, or back to the desk."""
    held = list(in_hands.held_by(request.user, pk))
    helped = list(in_hands.helped_by(request.user, pk))
    if not held and not helped:
        raise Http404
    who = get_object_or_404(User, pk=pk)
    form = HandOverForm(request.POST or None, community_id=(held or helped)[0].community_id, who=who)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            _say(request, hand_over(held, helped, who=who, by=request.user, **form.given()))
            return answer("helpdesk:handlers")
    states = in_hands.by_state(held)
    lines = [(count, _("件%(state)s") % {"state": State(state).label}) for state, count in states.items()]
    late = sum(one.due_at < clock.now() for one in held)
    lines += [
        (count, words)
        for count, words in ((late, _("件已经超期")), (len(helped), _("件在帮手，会从帮手里去掉")))
        if count
    ]
    context = {
        "form": form,
        "who": who,
        "lines": lines,
        "rows": held[:NAMED_AT_MOST],
        "rest": max(len(held) - NAMED_AT_MOST, 0),
        "title": _("交接%(name)s手里的事") % {"name": who.name},
        "back": reverse("helpdesk:handlers"),
    }
    return render(request, "helpdesk/hand_over.html", context)


def _say(request: PortalRequest, done: HandedOver) -> None:
    messages.success(request, _("交好了 %(count)d 件，都已经通知到。") % {"count": done.went})
    for one in done.left:
        messages.warning(request, _("%(number)s 没有交成：%(why)s") % {"number": one.request.number, "why": one.why})
