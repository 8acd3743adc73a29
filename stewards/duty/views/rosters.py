"""Pages of a roster: the draft, the search, the question to everybody, the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.forms import PortalForm
from core.lists import list_page
from stewards.duty import actions, figures, solving
from stewards.duty.files import sheet
from stewards.duty.forms import AnswersForm, RosterForm
from stewards.duty.listing import Standing, person_lines, standing
from stewards.duty.states import LIVE, RosterState, SeatState
from stewards.duty.views.found import find_roster, is_office, managed_roster, own_office
from stewards.duty.week import number_of, week_of, weeks_in
from stewards.duty.wording import ROSTER_TONES, when
from stewards.models import Assignment, Roster, ShiftSlot, Steward

PDF = "application/pdf"


@access(Permission.STEWARDS_VIEW)
@require_safe
def rosters(request: PortalRequest) -> HttpResponse:
    """The rosters, the latest first."""
    page = list_page(
        request, Roster.objects.visible_to(request.user), sorts={"first": ("first",)}, default_sort="-first", size=12
    )
    lines = [(roster, ROSTER_TONES[RosterState(roster.state)]) for roster in page.rows]
    context = {"page": page, "lines": lines, "manages": request.user.scope.may(Permission.STEWARDS_MANAGE)}
    return render(request, "stewards/duty/rosters.html", context)


@access(Permission.STEWARDS_MANAGE)
@once
def roster_new(request: PortalRequest) -> HttpResponseBase:
    """Write down four weeks; there is a plan at once, and the search for a better one begins."""
    community = own_office(request)
    form = RosterForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.make(community, by=request.user, **form.given())
            actions.search(made, by=request.user, again=False)
            return answer(made)
    return render(request, "stewards/duty/roster_new.html", {"form": form})


@access(Permission.STEWARDS_VIEW)
@require_safe
def roster(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A week of it as a table; for the office what is to be done with it."""
    found = find_roster(request, pk)
    week = week_of(found, number_of(found, request.GET.get("week", "")), request.user)
    context: dict[str, Any] = {
        "roster": found,
        "tone": ROSTER_TONES[RosterState(found.state)],
        "week": week,
        "weeks": range(1, weeks_in(found) + 1),
    }
    searching = False
    if is_office(request.user, found):
        searching = solving.is_searching(found)
        context |= _tools(request, found, searching)
    answer = render(request, "stewards/duty/roster.html", context)
    if searching:
        answer["Refresh"] = "3"
        answer["Cache-Control"] = "no-store"
    return answer


def _tools(request: PortalRequest, roster: Roster, searching: bool) -> dict[str, Any]:
    """What the office sees above the table."""
    return {
        "office": True,
        "searching": searching,
        "stopping": searching and roster.stop_asked,
        "job": roster.job,
        "broke_off": not searching and roster.job is not None and roster.job.state == "failed",
        "has_best": solving.best_of(roster.job) is not None,
        "standing": standing_of(request, roster),
        "figures": roster.figures,
        "short": figures.short(roster.figures.get("people", 0), roster.figures.get("reserves", 0)),
        "lines": figures.lines(roster.figures),
    }


def standing_of(request: PortalRequest, roster: Roster) -> Standing:
    """How a roster stands, in two queries."""
    slots = ShiftSlot.objects.visible_to(request.user).filter(shift__roster=roster)
    places = slots.aggregate(Sum("minimum"))["minimum__sum"] or 0
    return standing(places, _seats(request, roster).order_by().values_list("state", "is_reserve"))


def _seats(request: PortalRequest, roster: Roster) -> Any:
    return Assignment.objects.visible_to(request.user).filter(slot__shift__roster=roster)


@access(Permission.STEWARDS_MANAGE)
@require_POST
def roster_search(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Look for a better plan; with `again` only for what is missing, leaving the rest as it is."""
    found = managed_roster(request, pk)
    with acting(request):
        actions.search(found, by=request.user, again="again" in request.POST)
    return redirect(found)


@access(Permission.STEWARDS_MANAGE)
@require_POST
def roster_enough(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Stop searching and take what was found."""
    found = managed_roster(request, pk)
    with acting(request):
        solving.enough(found, by=request.user)
    return redirect(found)


@access(Permission.STEWARDS_MANAGE)
@require_POST
def roster_best(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take the best that a search had found when it broke off."""
    found = managed_roster(request, pk)
    with acting(request):
        actions.take_best(found, by=request.user)
    return redirect(found)


@access(Permission.STEWARDS_MANAGE)
@once
def roster_send(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Ask everybody, after a look at how many that is."""
    found = managed_roster(request, pk)
    seats = _seats(request, found).filter(state=SeatState.PLANNED)
    people = seats.order_by().values("steward").distinct().count()
    lines = [(people, _("位红管家会收到自己的班，能来不能来都可以说")), *_gap_line(request, found)]
    return _confirm(request, found, actions.send, "send", lines)


@access(Permission.STEWARDS_MANAGE)
@once
def roster_publish(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Put it on the board, after a look at what is still open."""
    found = managed_roster(request, pk)
    now = standing_of(request, found)
    lines = [(now.promised, _("个班有人答应了")), (now.asked, _("个还没答复，公布以后也可以答复"))]
    return _confirm(request, found, actions.publish, "publish", [*lines, *_gap_line(request, found)])


@access(Permission.STEWARDS_MANAGE)
@once
def roster_drop(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Throw a draft away."""
    found = managed_roster(request, pk)
    if found.state != RosterState.DRAFT:
        raise Http404
    form = PortalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.drop(found, by=request.user)
            messages.success(request, _("草稿丢掉了。"))
            return answer(reverse("stewards:rosters"))
    return render(request, "stewards/duty/confirm.html", {"form": form, "roster": found, "step": "drop", "lines": []})


def _gap_line(request: PortalRequest, roster: Roster) -> list[tuple[int, str]]:
    lacking = standing_of(request, roster).lacking
    return [(lacking, _("个位置还空着，会写明缺人"))] if lacking else []


def _confirm(
    request: PortalRequest, roster: Roster, step: Callable[..., Any], name: str, lines: list[tuple[int, str]]
) -> HttpResponseBase:
    form = PortalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(step(roster, by=request.user))
    return render(request, "stewards/duty/confirm.html", {"form": form, "roster": roster, "step": name, "lines": lines})


@access(Permission.STEWARDS_VIEW)
@require_safe
def roster_sheet(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A week on one A4, for the wall."""
    found = find_roster(request, pk)
    week = week_of(found, number_of(found, request.GET.get("week", "")), request.user)
    answer = HttpResponse(sheet(found, week), content_type=PDF)
    answer["Content-Disposition"] = 'inline; filename="roster.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@access(Permission.STEWARDS_MANAGE)
@require_safe
def answers(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Who has how much, and who has answered."""
    found = managed_roster(request, pk)
    lines = person_lines(_seats(request, found).select_related("steward__user"))
    return render(request, "stewards/duty/answers.html", {"roster": found, "lines": lines})


@access(Permission.STEWARDS_MANAGE)
@once
def answers_for(request: PortalRequest, pk: UUID, steward_pk: UUID) -> HttpResponseBase:
    """Write down what somebody said by phone."""
    found = managed_roster(request, pk)
    steward = get_object_or_404(Steward.objects.visible_to(request.user).select_related("user"), pk=steward_pk)
    rows = _seats(request, found).filter(steward=steward, state__in=[*LIVE, SeatState.DECLINED])
    seats = list(rows.select_related("slot__shift__roster", "steward__user").order_by("starts_at", "pk"))
    waiting = [seat for seat in seats if seat.state == SeatState.ASKED]
    labels = {seat.pk: f"{seat.slot.shift.name} {when(seat.starts_at, seat.ends_at)}" for seat in waiting}
    form = AnswersForm(request.POST or None, seats=waiting, labels=labels)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            channel = form.cleaned_data["channel"]
            for seat, said in form.answers():
                step = actions.accept if said == "accept" else actions.decline
                step(seat, by=request.user, channel=channel)
            return answer(reverse("stewards:roster_answers", args=[found.pk]))
    context = {"roster": found, "steward": steward, "form": form if waiting else None, "line": person_lines(seats)}
    return render(request, "stewards/duty/answers_for.html", context)
