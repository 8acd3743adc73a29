"""Pages of what units offer, and of what it could be good for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliance.form_page import form_page
from alliance.models import Need, Project, Resource
from alliance.partners import actions, matching
from alliance.partners.forms import ResourceForm, units_of
from alliance.partners.lists import NEW_SORTS, ResourceFilter, resource_columns
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import list_page


@access(Permission.ALLIANCE_VIEW)
def resources(request: PortalRequest) -> HttpResponseBase:
    """What can be had from the units, the newest first."""
    rows = Resource.objects.visible_to(request.user).offered().select_related("partner")
    page = list_page(request, rows, filterset_class=ResourceFilter, sorts=NEW_SORTS, default_sort="-new")
    if page.wants_xlsx:
        return page.as_xlsx(_("资源"), resource_columns())
    return render(request, "alliance/partners/resources.html", {"page": page, "may_offer": _offers(request)})


@access(Permission.ALLIANCE_VIEW)
def resource(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One resource: the needs that it fits and why, and what came of it."""
    user = request.user
    found: Resource = get_object_or_404(Resource.objects.visible_to(user).select_related("partner"), pk=pk)
    writes = found.partner_id in user.scope.partners or found.community_id in user.scope.offices_communities
    matches = []
    projects = list(Project.objects.visible_to(user).filter(resource=found).select_related("partner", "need"))
    if writes and found.is_offered:
        asked = {one.need_id for one in projects if one.state not in ("done", "dropped")}
        needs = Need.objects.visible_to(user).open().filter(community=found.community_id).exclude(pk__in=asked - {None})
        matches = matching.for_resource(found, needs)
    context = {"resource": found, "writes": writes, "projects": projects, "matches": matches}
    return render(request, "alliance/partners/resource.html", context)


@access(Permission.ALLIANCE_VIEW)
@once
def resource_new(request: PortalRequest) -> HttpResponseBase:
    """Write down what a unit offers."""
    if not _offers(request):
        messages.info(request, _("资源由联盟单位的联络员或者社区来登记。"))
        return redirect("alliance:resources")
    form = ResourceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            made = actions.offer_resource(given.pop("partner"), by=request.user, **given)
            messages.success(request, _("记下了。看看下面哪些需求用得上。"))
            return answer(made)
    words = {"title": _("登记能帮什么"), "button": _("登记"), "back_label": _("资源")}
    return form_page(request, form, back_url=reverse("alliance:resources"), **words)


@access(Permission.ALLIANCE_VIEW)
@once
def resource_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change the words of a resource."""
    found = _written(request, pk)
    form = ResourceForm(request.POST or None, user=request.user, row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_resource(found, by=request.user, **form.given())
            messages.success(request, _("改好了。"))
            return answer(found)
    words = {"title": _("修改资源"), "button": _("保存"), "back_label": found.title}
    return form_page(request, form, back_url=found.get_absolute_url(), **words)


@access(Permission.ALLIANCE_VIEW)
@require_POST
@once
def resource_withdraw(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """It is not offered any more."""
    found = _written(request, pk)
    with acting(request) as answer:
        actions.withdraw_resource(found, by=request.user)
        messages.success(request, _("收回了，说定的项目不受影响。"))
        answer(found)
    return redirect(found)


def _offers(request: PortalRequest) -> bool:
    scope = request.user.scope
    return scope.may(Permission.ALLIANCE_WORK) or scope.may(Permission.ALLIANCE_MANAGE)


def _written(request: PortalRequest, pk: UUID) -> Resource:
    """A resource of a unit for which the user writes."""
    rows = Resource.objects.visible_to(request.user).filter(partner__in=units_of(request.user).values("pk"))
    found: Resource = get_object_or_404(rows.select_related("partner"), pk=pk)
    return found
