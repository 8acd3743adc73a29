"""The community's book of hours, as its office keeps it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.models import Community, User
from community.once import acting, once
from core.lists import list_page
from stewards.hours import actions
from stewards.hours.forms import CorrectForm, EnterForm, EntryFilter, ReportFilter
from stewards.hours.views.own import asked_year, find_entry
from stewards.hours.witnesses import volunteers
from stewards.hours.year import year_of
from stewards.models import Certificate, HoursEntry, NoShow, SelfReport

SORTS = {"day": ("day", "pk"), "who": ("volunteer__name", "day", "pk"), "minutes": ("minutes", "pk")}
REPORT_SORTS = {"reported": ("reported_at", "pk"), "day": ("day", "pk"), "who": ("volunteer__name", "pk")}
PAPERS_SHOWN = 20


@access(Permission.STEWARDS_MANAGE)
def book(request: PortalRequest) -> HttpResponseBase:
    """Every entry of the community's book, with what was taken back beside it."""
    rows = HoursEntry.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    page = list_page(
        request,
        rows.select_related("volunteer", "confirmed_by"),
        filterset_class=EntryFilter,
        sorts=SORTS,
        default_sort="-day",
        size=40,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("志愿服务时长"), _columns())
    return render(request, "stewards/hours/book.html", {"page": page})


def _columns() -> list[tuple[str, str]]:
    return [
        (_("志愿者"), "volunteer.name"),
        (_("哪天"), "day"),
        (_("哪一种"), "get_kind_display"),
        (_("做了什么"), "what"),
        (_("分钟"), "minutes"),
        (_("谁确认的"), "confirmed_by.name"),
        (_("记入时间"), "entered_at"),
        (_("冲销的原因"), "reason"),
    ]


@access(Permission.STEWARDS_MANAGE)
def of_volunteer(request: PortalRequest, pk: int) -> HttpResponse:
    """The hours of one volunteer, their certificates, and what is noted about missed shifts."""
    volunteer = find_volunteer(request, pk)
    mine = {"volunteer": volunteer, "community__in": request.user.scope.offices_communities}
    context = {
        "volunteer": volunteer,
        "year": year_of(volunteer, asked_year(request.GET.get("year", "")), seen_by=request.user),
        "papers": list(Certificate.objects.visible_to(request.user).filter(**mine)[:PAPERS_SHOWN]),
        "no_shows": list(
            NoShow.objects.visible_to(request.user).filter(**mine).standing().select_related("seat__slot__shift")
        ),
        "own": volunteer.pk == request.user.pk,
    }
    return render(request, "stewards/hours/of_volunteer.html", context)


@access(Permission.STEWARDS_MANAGE)
@once
def enter(request: PortalRequest) -> HttpResponseBase:
    """Write hours down for somebody else."""
    community = office_community(request)
    form = EnterForm(request.POST or None, user=request.user, community=community)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            about = f"by_hand:{form.cleaned_data['submission'] or ''}"
            return answer(actions.enter(community=community, by=request.user, about=about, **form.given()))
    return render(request, "stewards/hours/enter.html", {"form": form})


@access(Permission.STEWARDS_MANAGE)
@once
def reverse(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take an entry back, or put other minutes in its place; both stay in the book."""
    found = find_entry(request, pk)
    form = CorrectForm(request.POST or None)
    form.fill_in(found.minutes)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            if given["minutes"]:
                return answer(actions.correct(found, by=request.user, **given))
            return answer(actions.reverse(found, by=request.user, reason=given["reason"]))
    return render(request, "stewards/hours/reverse.html", {"entry": found, "form": form})


@access(Permission.STEWARDS_MANAGE)
def reports(request: PortalRequest) -> HttpResponseBase:
    """What volunteers have reported themselves; those that wait for a word come first."""
    rows = SelfReport.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    page = list_page(
        request,
        rows.select_related("volunteer", "witness"),
        filterset_class=ReportFilter,
        sorts=REPORT_SORTS,
        default_sort="-reported",
        size=40,
    )
    return render(request, "stewards/hours/reports.html", {"page": page})


def find_volunteer(request: PortalRequest, pk: int) -> User:
    """Somebody of the office's communities: who belongs there, or has hours there."""
    communities = request.user.scope.offices_communities
    found = get_object_or_404(User, pk=pk)
    entries = HoursEntry.objects.visible_to(request.user).filter(volunteer=found, community__in=communities)
    if not entries.exists() and not any(
        volunteers(community, but=request.user).filter(pk=pk).exists()
        for community in Community.objects.filter(pk__in=communities)
    ):
        raise Http404
    return found


def office_community(request: PortalRequest) -> Community:
    """The community whose book the office keeps; the first where there are several."""
    found = Community.objects.filter(pk__in=request.user.scope.offices_communities).order_by("pk").first()
    if found is None:
        raise Http404
    return found
