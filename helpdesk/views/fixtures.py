"""Pages of public fixtures and their signs, kept by the office."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from helpdesk import actions, papers
from helpdesk.forms.fixtures import FixtureForm
from helpdesk.models import Fixture
from helpdesk.querysets import FixtureQuerySet


@access(Permission.REQUEST_SETTINGS)
def fixtures(request: PortalRequest) -> HttpResponse:
    """The fixtures that wear a sign; what was retired stands below."""
    rows = list(_kept(request).select_related("building", "grid", "category"))
    used, retired = [one for one in rows if one.is_active], [one for one in rows if not one.is_active]
    return render(request, "helpdesk/fixtures.html", {"used": used, "retired": retired})


@access(Permission.REQUEST_SETTINGS)
@once
def fixture_add(request: PortalRequest) -> HttpResponseBase:
    """A fixture gets a sign."""
    form = FixtureForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.add_fixture(_here(request), by=request.user, **form.given())
            messages.success(request, _("记下了，牌号 %(code)s。牌子可以印了。") % {"code": made.code})
            return answer("helpdesk:fixtures")
    return render(request, "helpdesk/fixture_form.html", {"form": form})


@access(Permission.REQUEST_SETTINGS)
@once
def fixture_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change what a fixture is called and where it stands."""
    found = get_object_or_404(_kept(request), pk=pk)
    form = FixtureForm(request.POST or None, user=request.user, fixture=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_fixture(found, by=request.user, **form.given())
            messages.success(request, _("改好了。牌子上的字变了的话，请重新印一张。"))
            return answer("helpdesk:fixtures")
    return render(request, "helpdesk/fixture_form.html", {"form": form, "fixture": found})


@access(Permission.REQUEST_SETTINGS)
@require_POST
@once
def fixture_retire(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Its sign leads nowhere any more, or again somewhere: the one step takes the other back."""
    found = get_object_or_404(_kept(request), pk=pk)
    with acting(request) as answer:
        if found.is_active:
            actions.retire_fixture(found, by=request.user)
            messages.success(request, _("%(fixture)s停用了，扫牌子的人会看到已经不用。") % {"fixture": found})
        else:
            actions.restore_fixture(found, by=request.user)
            messages.success(request, _("%(fixture)s又用起来了，原来的牌子照样能扫。") % {"fixture": found})
        answer("helpdesk:fixtures")
    return redirect("helpdesk:fixtures")


@access(Permission.REQUEST_SETTINGS)
def fixture_sign(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One sign, as large as a page."""
    found = get_object_or_404(_kept(request), pk=pk)
    return _paper(papers.signs(found.community, [found], large=True), f"sign-{found.code}.pdf")


@access(Permission.REQUEST_SETTINGS)
def fixture_signs(request: PortalRequest) -> HttpResponseBase:
    """All signs in use, eight a page."""
    rows = list(_kept(request).in_use())
    if not rows:
        messages.info(request, _("还没有登记公共设施，没有牌子可印。"))
        return redirect("helpdesk:fixtures")
    return _paper(papers.signs(_here(request), rows, large=False), "signs.pdf")


def _kept(request: PortalRequest) -> FixtureQuerySet:
    """The fixtures of the own office."""
    rows: FixtureQuerySet = Fixture.objects.visible_to(request.user)
    return rows.filter(community__in=request.user.scope.offices_communities)


def _here(request: PortalRequest) -> Community:
    return Community.objects.get(pk=min(request.user.scope.offices_communities))


def _paper(pdf: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
