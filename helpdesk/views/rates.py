"""Pages of the three rates: the numbers of a period, each with the list behind it; communities side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.models import Community, User
from community.roles import Role
from core import clock
from core.lists import XLSX, list_page
from core.quarters import Quarter
from core.spreadsheets import write_xlsx
from grids.models import Grid
from helpdesk import rates, rates_page
from helpdesk.filters import DEFAULT_SORT, SORTS, columns
from helpdesk.forms.rates import PeriodForm
from helpdesk.listed import COLUMNS, drawn, lines_of
from helpdesk.models import Category, ServiceRequest
from helpdesk.querysets import ServiceRequestQuerySet
from helpdesk.rates import Period


@access(Permission.RATES_VIEW)
def rates_view(request: PortalRequest) -> HttpResponse:
    """The rates of a community in a period; for who observes several, first the communities side by side."""
    user, period = request.user, _period(request)
    communities = _communities(user)
    community = _community(request, communities)
    form = PeriodForm(initial={"period": str(period), "community": community.code if community else ""})
    if len(communities) < 2:
        form.drop("community")
    else:
        form.offer(communities)
    if community is None:
        lines = [_beside(user, one, period) for one in communities]
        return render(request, "helpdesk/rates_beside.html", {"form": form, "period": period, "lines": lines})
    rows = ServiceRequest.objects.counted_for(user).filter(community=community)
    found = rates.rates_of(rates.within(rows, period))
    grids = list(Grid.objects.visible_to(user).filter(community=community).order_by("code"))
    categories = list(Category.objects.visible_to(user).filter(community=community))
    if request.GET.get("format") == "xlsx":
        return _xlsx(_("三率 %(period)s") % {"period": period}, rates_page.sheet(found, grids, categories))
    shown = rates_page.Shown(found, period, community, opens=opens(user, community))
    context = {
        "form": form,
        "community": community if len(communities) > 1 else None,
        "period": period,
        "shown": shown,
        "tables": [
            (_("各网格"), _("网格"), shown.of_grids(grids)),
            (_("各类别"), _("类别"), shown.of_categories(categories)),
        ],
        "chart": rates.trend(rows, period) if shown.all.count else None,
        "sheet_url": f"?{request.GET.urlencode()}&format=xlsx",
        "all_url": reverse("helpdesk:rates") if len(communities) > 1 else "",
        "list_url": reverse("helpdesk:list") if user.scope.may(Permission.REQUEST_HANDLE) else "",
    }
    return render(request, "helpdesk/rates.html", context)


@access(Permission.REQUEST_TRIAGE)
def rate_cases(request: PortalRequest) -> HttpResponse:
    """The requests behind one of the numbers: `?period=…&count=…&which=…`, of a grid or a category if named."""
    user, period = request.user, _period(request)
    count, which = request.GET.get("count", "all"), request.GET.get("which", "")
    community = _community(request, _communities(user))
    led = ServiceRequest.objects.led_by(user)
    rows = rates.within(led.filter(community=community) if community else led, period)
    try:
        title, rows = rates.words_of(count, which), rates.behind(_narrowed(request, rows), count, which)
    except (KeyError, ValueError):
        raise Http404 from None
    page = list_page(request, rows, sorts=SORTS, default_sort=DEFAULT_SORT, columns=COLUMNS)
    if page.wants_xlsx:
        return page.as_xlsx(title, columns(request), ServiceRequestQuerySet.for_sheet)
    lines = lines_of(page.rows, user)
    context = {
        "page": page,
        "lines": lines,
        "rows": drawn(lines),
        "title": title,
        "period": period,
        "back_url": f"{reverse('helpdesk:rates')}?period={period}&community={community.code if community else ''}",
    }
    return render(request, "helpdesk/rate_cases.html", context)


def opens(user: User, community: Community) -> bool:
    """Whether the numbers of this community lead to lists: not for who only observes."""
    scope = user.scope
    return community.pk in scope.offices_communities | scope.ids("community", Role.GRID_LEADER)


@dataclass(frozen=True)
class Beside:
    """A community beside others."""

    name: str
    url: str
    all: int
    response: str
    resolution: str
    satisfaction: str
    answering: str


def _beside(user: User, community: Community, period: Period) -> Beside:
    rows = ServiceRequest.objects.counted_for(user).filter(community=community)
    numbers = rates.rates_of(rates.within(rows, period)).whole.numbers
    return Beside(
        community.name,
        f"?community={community.code}&period={period}",
        numbers.all,
        *map(
            rates_page.in_a_hundred,
            (numbers.response, numbers.resolution, numbers.satisfaction, numbers.answering),
        ),
    )


def _communities(user: User) -> list[Community]:
    """Those whose numbers the reader may see."""
    scope = user.scope
    keys = scope.offices_communities | scope.ids("community", Role.GRID_LEADER, Role.STREET_OBSERVER)
    return list(Community.objects.filter(pk__in=keys))


def _community(request: PortalRequest, communities: list[Community]) -> Community | None:
    """The one that is asked for, or the only one; None where several are to be shown side by side."""
    asked = request.GET.get("community", "")
    if asked:
        found = next((one for one in communities if one.code == asked), None)
        if found is None:
            raise Http404
        return found
    return communities[0] if len(communities) == 1 else None


def _period(request: PortalRequest) -> Period:
    asked = request.GET.get("period", "")
    try:
        return rates.period_of(asked) if asked else Quarter.of(clock.today())
    except ValueError:
        raise Http404 from None


def _narrowed(request: PortalRequest, rows: ServiceRequestQuerySet) -> ServiceRequestQuerySet:
    """Those of the grid and the category that are asked for; raises ValueError for a key that is none."""
    grid, category = request.GET.get("grid", ""), request.GET.get("category", "")
    if grid:
        rows = rows.filter(grid__isnull=True) if grid == rates_page.NO_GRID else rows.filter(grid=int(grid))
    return rows.filter(category=int(category)) if category else rows


def _xlsx(title: str, rows: list[list[object]]) -> HttpResponse:
    content = write_xlsx(title, rates_page.headings(), rows)
    disposition = content_disposition_header(True, f"{title}.xlsx") or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})
