"""Pages of what neighbours need, and of who could help."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliance.form_page import form_page
from alliance.models import Need, Project, Resource
from alliance.partners import actions, matching
from alliance.partners.forms import NeedForm, ReasonForm
from alliance.partners.lists import NEW_SORTS, NeedFilter, need_columns
from alliance.partners.querysets import led_in
from alliance.partners.states import NeedState
from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from core.lists import list_page
from helpdesk.models import ServiceRequest

TONES = {NeedState.OPEN: "wait", NeedState.IN_HAND: "wait", NeedState.MET: "good", NeedState.DROPPED: "idle"}
RUNNING = (NeedState.OPEN, NeedState.IN_HAND)


@access(Permission.ALLIANCE_VIEW)
def needs(request: PortalRequest) -> HttpResponseBase:
    """What neighbours need, the newest first."""
    rows = Need.objects.visible_to(request.user)
    page = list_page(request, rows, filterset_class=NeedFilter, sorts=NEW_SORTS, default_sort="-new")
    if page.wants_xlsx:
        return page.as_xlsx(_("需求"), need_columns())
    return render(request, "alliance/partners/needs.html", {"page": page, "may_log": bool(led_in(request.user))})


@access(Permission.ALLIANCE_VIEW)
def need(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One need: who could help and why, and what is being done for it."""
    user = request.user
    found: Need = get_object_or_404(Need.objects.visible_to(user).select_related("logged_by"), pk=pk)
    projects = list(Project.objects.visible_to(user).filter(need=found).select_related("partner"))
    leads = found.community_id in led_in(user)
    is_running, matches = found.state in RUNNING, []
    if is_running and (found.community_id in user.scope.offices_communities or user.scope.partners):
        asked = {one.partner_id for one in projects if one.state not in ("done", "dropped")}
        offered = Resource.objects.visible_to(user).offered().filter(community=found.community_id)
        if not leads:
            offered = offered.filter(partner__in=user.scope.partners)
        matches = matching.for_need(found, offered.exclude(partner__in=asked).select_related("partner"))
    context = {
        "need": found,
        "tone": TONES[NeedState(found.state)],
        "projects": projects,
        "matches": matches,
        "is_running": is_running,
        "may_change": leads and is_running,
        "may_propose": is_running and (found.community_id in user.scope.offices_communities or user.scope.partners),
        "is_unit": bool(user.scope.partners) and not leads,
        "wish": ServiceRequest.objects.led_by(user).filter(pk=found.request_id).first() if found.request_id else None,
    }
    return render(request, "alliance/partners/need.html", context)


@access(Permission.REQUEST_TRIAGE)
@once
def need_new(request: PortalRequest) -> HttpResponseBase:
    """Write down what neighbours need."""
    wish = _wish(request)
    form = NeedForm(
        request.POST or None, initial={"title": wish.title[:60], "text": wish.description[:500]} if wish else {}
    )
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            here = wish.community if wish else Community.objects.get(pk=min(led_in(request.user)))
            made = actions.log_need(here, by=request.user, request=wish, **form.given())
            messages.success(request, _("记下了。看看下面哪个单位能帮上。"))
            return answer(made)
    words = {"title": _("登记一个需求"), "button": _("登记"), "kicker": str(wish or "")}
    back = (wish.get_absolute_url(), wish.title) if wish else (reverse("alliance:needs"), _("需求"))
    lead = _("走访、聊天里听到的心愿，写在这里，联盟单位就看得到。不写名字。")
    return form_page(request, form, back_url=back[0], back_label=back[1], lead=lead, **words)


def _wish(request: PortalRequest) -> ServiceRequest | None:
    """The request that the need is to come from, if the address names one that the reader leads."""
    key = request.GET.get("request", "")
    if not key:
        return None
    try:
        pk = UUID(key)
    except ValueError as error:
        raise Http404 from error
    found: ServiceRequest = get_object_or_404(ServiceRequest.objects.led_by(request.user), pk=pk)
    return found


@access(Permission.REQUEST_TRIAGE)
@once
def need_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change the words of a need."""
    found = _led(request, pk)
    form = NeedForm(request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_need(found, by=request.user, **form.given())
            messages.success(request, _("改好了。"))
            return answer(found)
    words = {"title": _("修改需求"), "button": _("保存"), "back_label": found.title}
    return form_page(request, form, back_url=found.get_absolute_url(), **words)


@access(Permission.REQUEST_TRIAGE)
@once
def need_drop(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """It is not needed any more."""
    found = _led(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.drop_need(found, by=request.user, **form.given())
            messages.success(request, _("记下了，不再需要。"))
            return answer(found)
    words = {"title": _("不再需要"), "kicker": found.title, "button": _("记下"), "back_label": found.title}
    return form_page(request, form, back_url=found.get_absolute_url(), **words)


@access(Permission.ALLIANCE_VIEW)
@require_POST
@once
def propose_match(request: PortalRequest, pk: UUID, resource_pk: UUID) -> HttpResponseBase:
    """One tap: what a unit offers is proposed for a need."""
    found: Need = get_object_or_404(Need.objects.visible_to(request.user), pk=pk)
    offered = Resource.objects.visible_to(request.user).offered().select_related("partner")
    resource: Resource = get_object_or_404(offered, pk=resource_pk)
    goes_to: Need | Project = found
    with acting(request) as answer:
        goes_to = actions.propose(
            resource.partner,
            by=request.user,
            title=found.title,
            text=resource.text,
            until=found.until,
            need=found,
            resource=resource,
        )
        messages.success(request, _("提过去了，等对方答复。"))
        answer(goes_to)
    return redirect(goes_to)


def _led(request: PortalRequest, pk: UUID) -> Need:
    rows = Need.objects.visible_to(request.user).filter(community__in=led_in(request.user))
    found: Need = get_object_or_404(rows, pk=pk)
    return found
