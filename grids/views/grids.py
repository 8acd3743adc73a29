"""Pages of the grids: how large each is, who leads it and led it, what was in it when, its work group."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community import history, robots
from community.access import Permission, PortalRequest, access
from community.models import Appointment, AuditEvent, Community
from community.once import acting, once
from community.roles import Role
from core.fields import plain_of
from core.forms import PortalForm
from core.lists import list_page
from grids import actions, filters
from grids.forms.places import GridForm, LimitsForm, WorkGroupForm
from grids.models import Building, BuildingInGrid, Grid
from grids.views.estates import offices_of

HISTORY_AT_MOST = 30


@access(Permission.HOUSEHOLD_VIEW)
def grids(request: PortalRequest) -> HttpResponseBase:
    """The grids, with who leads each and whether it has as many households as it should."""
    rows = Grid.objects.led_by(request.user).with_counts().select_related("community")
    page = list_page(request, rows, filterset_class=filters.GridFilter, sorts=filters.GRID_SORTS, default_sort="code")
    if page.wants_xlsx:
        return page.as_xlsx(str(Grid._meta.verbose_name), filters.grid_columns())
    communities = list(offices_of(request)) if request.user.scope.may(Permission.PLACES_MANAGE) else []
    return render(request, "grids/grids.html", {"page": page, "communities": communities})


@access(Permission.HOUSEHOLD_VIEW)
def grid(request: PortalRequest, pk: int) -> HttpResponse:
    """One grid: its buildings now, its leaders, which buildings it had before."""
    rows = Grid.objects.led_by(request.user).with_counts().select_related("community")
    found = get_object_or_404(rows, pk=pk)
    leaders = Appointment.objects.unscoped(reason="who leads a grid is on the notice board")
    shown = {
        "grid": found,
        "buildings": Building.objects.in_duty_of(request.user).filter(grid=found).with_doors(),
        "leaders": leaders.filter(grid=found, role=Role.GRID_LEADER).select_related("user").order_by("-starts_on"),
        "terms": BuildingInGrid.objects.visible_to(request.user).filter(grid=found).for_list(),
        "may_manage": request.user.scope.may(Permission.PLACES_MANAGE),
        "may_appoint": request.user.scope.may(Permission.APPOINT),
    }
    return render(request, "grids/grid.html", shown)


@access(Permission.PLACES_MANAGE)
@once
def grid_add(request: PortalRequest) -> HttpResponseBase:
    form = GridForm(request.POST or None, offices=offices_of(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            given.pop("expected")
            return answer(actions.add_grid(given.pop("community"), by=request.user, **given))
    return render(request, "grids/grid_form.html", {"form": form})


@access(Permission.PLACES_MANAGE)
@once
def grid_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    found = _managed(request, pk)
    form = GridForm(request.POST or None, offices=offices_of(request), row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_grid(found, by=request.user, **form.given()))
    return render(request, "grids/grid_form.html", {"form": form, "grid": found})


@access(Permission.PLACES_MANAGE)
@once
def grid_limits(request: PortalRequest, pk: int) -> HttpResponseBase:
    """From how many to how many households a grid of the community should have."""
    community: Community = get_object_or_404(offices_of(request), pk=pk)
    form = LimitsForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_grid_limits(community, by=request.user, **form.given())
            return answer("grids:grids")
    return render(request, "grids/grid_limits.html", {"form": form, "community": community})


@access(Permission.PLACES_MANAGE)
@once
def grid_work_group(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The address of the work group's robot: set it, clear it, try it."""
    found = _managed(request, pk)
    here = reverse("grids:grid_work_group", args=[found.pk])
    testing = request.method == "POST" and "test" in request.POST
    form = WorkGroupForm(None if testing else request.POST or None, grid=found)
    if testing and found.work_group:
        # Before the transaction: nobody's rows are locked while the group's server thinks.
        said = robots.say_hello(plain_of(found.work_group), community=found.community.name, group=found.name)
        with acting(request) as answer:
            actions.record_work_group_test(found, answer=said, by=request.user)
            _say(request, said)
            return answer(here)
    if request.method == "POST" and not testing and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            if given["address"] or given.get("clear"):
                actions.set_work_group(found, address=given["address"], by=request.user)
                messages.success(request, _("地址存好了。") if given["address"] else _("地址清除了，以后不往群里发。"))
            return answer(here)
    events = history.tell(AuditEvent.objects.of(found).filter(verb__startswith="work_group")[:HISTORY_AT_MOST])
    shown = {"form": form, "test": PortalForm(), "grid": found, "events": events}
    return render(request, "grids/grid_work_group.html", shown)


def _say(request: PortalRequest, answer: str) -> None:
    if answer:
        messages.error(request, answer)
    else:
        messages.success(request, _("发出去了，对方收下了。请到群里看一看有没有这条消息。"))


def _managed(request: PortalRequest, pk: int) -> Grid:
    rows = Grid.objects.visible_to(request.user).filter(community__in=offices_of(request))
    found: Grid = get_object_or_404(rows.select_related("community"), pk=pk)
    return found
