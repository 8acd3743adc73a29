"""Pages by which an activity is planned, announced, called off and told of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.activities import actions
from alliance.activities.forms import ActivityForm, PublishForm, SlotForm
from alliance.activities.parties import parties_of
from alliance.activities.states import ACTIVITIES
from alliance.activities.views.found import run_activity
from alliance.form_page import form_page
from alliance.models import Activity, ActivitySlot
from alliance.partners.forms import ReasonForm
from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from core.forms import PortalForm

# Steps that have a page of their own elsewhere.
_ELSEWHERE = {"close": "alliance:activity_close"}
_THANKS = {
    "announce": gettext_lazy("公布了，大家可以报名了。"),
    "cancel": gettext_lazy("取消了，报了名的都会收到通知。"),
    "publish": gettext_lazy("公布了，不用登录就看得到。"),
    "take_back": gettext_lazy("撤下了，改好可以再公布。"),
}
_LEADS = {
    "announce": gettext_lazy("公布以后，邻居们在“身边的变化”里看得到，可以报名。"),
    "take_back": gettext_lazy("撤下以后，邻居们看不到结果和照片，改好可以再公布。"),
}


@access(Permission.ALLIANCE_VIEW)
@once
def activity_new(request: PortalRequest) -> HttpResponseBase:
    """Plan an activity."""
    scope = request.user.scope
    if not scope.offices_communities and not scope.partners:
        messages.info(request, _("活动由社区或者联盟单位来筹备。"))
        return redirect("alliance:activities")
    form = ActivityForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            partner = given["partner"] = given["partner"] or None
            key = partner.community_id if partner else min(scope.offices_communities)
            made = actions.plan_activity(Community.objects.get(pk=key), by=request.user, **given)
            messages.success(request, _("记下了。名额可以再细分，看好了再公布。"))
            return answer(made)
    words = {"title": _("筹备一场活动"), "button": _("先记下来"), "back_label": _("活动")}
    return form_page(request, form, back_url=reverse("alliance:activities"), **words)


@access(Permission.ACTIVITY_JOIN)
@once
def activity_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change what, where and when."""
    found = run_activity(request, pk)
    form = ActivityForm(request.POST or None, user=request.user, row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_activity(found, by=request.user, **form.given())
            messages.success(request, _("改好了。时间地点变了的话，报了名的会收到通知。"))
            return answer(found)
    return _form(request, form, found, title=_("修改活动"), button=_("保存"))


@access(Permission.ACTIVITY_JOIN)
@once
def slot_new(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Add a kind of place."""
    found = run_activity(request, pk)
    form = SlotForm(request.POST or None, user=request.user, community_id=found.community_id)
    return _slot(request, found, form, None, title=_("加一种名额"))


@access(Permission.ACTIVITY_JOIN)
@once
def slot_edit(request: PortalRequest, pk: UUID, slot_pk: int) -> HttpResponseBase:
    """Change how many places there are of a kind, and what for."""
    found = run_activity(request, pk)
    slot: ActivitySlot = get_object_or_404(ActivitySlot.objects.visible_to(request.user), pk=slot_pk, activity=found)
    form = SlotForm(request.POST or None, user=request.user, community_id=found.community_id, row=slot)
    return _slot(request, found, form, slot, title=_("修改名额"))


@access(Permission.ACTIVITY_JOIN)
@once
def activity_step(request: PortalRequest, pk: UUID, action: str) -> HttpResponseBase:
    """Announce, call off, publish the result, take it back."""
    found = run_activity(request, pk)
    if action in _ELSEWHERE:
        return redirect(_ELSEWHERE[action], pk=found.pk)
    offered = {row.action: row for row in ACTIVITIES.steps(found.state, parties_of(found, request.user))}
    if action not in _STEPS:
        raise Http404
    if action not in offered:
        messages.warning(request, _("这一步现在不能办，请看一看最新的进展。"))
        return redirect(found)
    form_class, take = _STEPS[action]
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method != "POST" and action == "publish":
        form.initial = {"outcome": found.outcome, "served": found.served}
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            take(found, by=request.user, **form.given())
            messages.success(request, str(_THANKS[action]))
            return answer(found)
    label = offered[action].label
    return _form(request, form, found, title=label, button=label, lead=_LEADS.get(action, ""))


def _slot(
    request: PortalRequest, found: Activity, form: SlotForm, slot: ActivitySlot | None, *, title: str
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            given["skill"] = given["skill"] or None
            actions.change_slot(found, by=request.user, slot=slot, **given)
            messages.success(request, _("记下了。"))
            return answer(found)
    return _form(request, form, found, title=title, button=_("保存"))


def _form(request: PortalRequest, form: PortalForm, found: Activity, **words: Any) -> HttpResponseBase:
    back = found.get_absolute_url()
    return form_page(request, form, kicker=found.title, back_url=back, back_label=found.title, **words)


_STEPS: dict[str, tuple[type[PortalForm], Any]] = {
    "announce": (PortalForm, actions.announce),
    "cancel": (ReasonForm, actions.call_off),
    "publish": (PublishForm, actions.publish),
    "take_back": (PortalForm, actions.take_back),
}
