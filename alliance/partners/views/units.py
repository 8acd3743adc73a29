"""Pages of the partner units."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from alliance.form_page import form_page
from alliance.models import Activity, Need, Partner, Pledge, Project, Resource
from alliance.partners import actions, matching
from alliance.partners.forms import PartnerForm
from alliance.partners.handed import handed_to
from alliance.partners.lists import PARTNER_SORTS, PartnerFilter, partner_columns
from alliance.partners.querysets import contacts_of, led_in
from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from core.lists import list_page

SHOWN = 8


@access(Permission.ALLIANCE_VIEW)
def partners(request: PortalRequest) -> HttpResponseBase:
    """The units of the community."""
    rows = Partner.objects.visible_to(request.user).counted()
    page = list_page(request, rows, filterset_class=PartnerFilter, sorts=PARTNER_SORTS, default_sort="name")
    if page.wants_xlsx:
        return page.as_xlsx(_("联盟单位"), partner_columns())
    context = {"page": page, "manages": request.user.scope.may(Permission.ALLIANCE_MANAGE)}
    return render(request, "alliance/partners/partners.html", context)


@access(Permission.ALLIANCE_VIEW)
def partner(request: PortalRequest, pk: int) -> HttpResponseBase:
    """One unit: for itself and for those who work with it everything, for other units who it is and what it offers."""
    found: Partner = get_object_or_404(Partner.objects.visible_to(request.user), pk=pk)
    return render(request, "alliance/partners/partner.html", _page_of(found, request))


def _page_of(found: Partner, request: PortalRequest) -> dict[str, Any]:
    user = request.user
    is_own, manages = found.pk in user.scope.partners, found.community_id in user.scope.offices_communities
    knows = is_own or found.community_id in led_in(user)
    offered = list(Resource.objects.visible_to(user).filter(partner=found).offered())
    contacts = contacts_of(found.pk) if knows else []
    activities = Activity.objects.visible_to(user).filter(partner=found).order_by("-starts_at")
    page: dict[str, Any] = {
        "partner": found,
        "is_own": is_own,
        "manages": manages,
        "writes": (is_own or manages) and found.is_active,
        "knows": knows,
        "may_end": manages and user.scope.may(Permission.APPOINT) and found.left_on is None,
        "contacts": contacts,
        "resources": offered,
        "projects": list(Project.objects.visible_to(user).filter(partner=found)[:SHOWN]),
        "pledges": list(Pledge.objects.visible_to(user).filter(partner=found)[:SHOWN]) if knows else [],
        "activities": list(activities[:SHOWN]),
        "handed": handed_to(found, contacts, user),
    }
    if is_own:
        needs = Need.objects.visible_to(user).open().filter(community=found.community_id)
        page["needs"] = matching.for_resources(offered, needs)
    return page


@access(Permission.ALLIANCE_MANAGE)
@once
def partner_new(request: PortalRequest) -> HttpResponseBase:
    """A unit joins."""
    form = PartnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            here = Community.objects.get(pk=min(request.user.scope.offices_communities))
            made = actions.add_partner(here, by=request.user, **form.given())
            messages.success(request, _("记下了。联络员由社区书记在“任命”里任命，他们就能登录。"))
            return answer(made)
    words = {"title": _("登记一个联盟单位"), "button": _("登记"), "back_label": _("联盟单位")}
    return form_page(request, form, back_url=reverse("alliance:partners"), **words)


@access(Permission.ALLIANCE_MANAGE)
@once
def partner_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Change what is told of a unit."""
    found = _managed(request, pk)
    form = PartnerForm(request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_partner(found, by=request.user, **form.given())
            messages.success(request, _("改好了。"))
            return answer(found)
    words = {"title": _("修改单位的资料"), "button": _("保存"), "back_label": found.name}
    return form_page(request, form, back_url=found.get_absolute_url(), **words)


@access(Permission.APPOINT)
@once
def partner_leave(request: PortalRequest, pk: int) -> HttpResponseBase:
    """A unit leaves: first what that means in numbers."""
    found = _managed(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            actions.let_go(found, by=request.user)
            messages.success(request, _("记下了，%(name)s退出了。以前做的都还在。") % {"name": found.name})
            return answer(found)
    return render(request, "alliance/partners/partner_leave.html", {"partner": found, "lines": actions.leaving(found)})


def _managed(request: PortalRequest, pk: int) -> Partner:
    rows = Partner.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    found: Partner = get_object_or_404(rows, pk=pk)
    return found
