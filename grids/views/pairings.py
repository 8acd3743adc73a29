"""Pages of pairings: who looks after whom, where nobody does, and who could."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from core.lists import list_page
from grids import actions
from grids.care import gaps
from grids.care.board import board_of
from grids.care.candidates import Candidates
from grids.care.gap_list import GapList, sheet
from grids.care.listing import SORTS
from grids.care.reasons import explain
from grids.forms import PairForm, PairingEndForm
from grids.models import Building, CareTag, Household, Pairing


@access(Permission.CARE_MANAGE)
def gap_list(request: PortalRequest) -> HttpResponse:
    """Every care household that lacks somebody, with those who could take it."""
    looked = gaps.look(CareTag.objects.in_duty_of(request.user))
    page = GapList(request, looked, explain(looked))
    if page.wants_xlsx:
        return page.as_xlsx()
    return render(request, "grids/gaps.html", {"page": page, "homes": len(looked.homes)})


@access(Permission.CARE_MANAGE)
def board(request: PortalRequest) -> HttpResponse:
    """Building by building: how many care households there are, and who has somebody."""
    board = board_of(gaps.look(CareTag.objects.in_duty_of(request.user)))
    if request.GET.get("format") == "xlsx":
        return sheet(_("关爱结对一览"), board.headings, board.rows)
    return render(request, "grids/care_board.html", {"board": board, "today": clock.today()})


@access(Permission.CARE_MANAGE)
@once
def pair(request: PortalRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """Choose who looks after a household; a POST from the list of gaps needs no further page."""
    if kind not in Pairing.Kind.values:
        raise Http404
    household = get_object_or_404(Household.objects.to_decide(request.user).living_here().for_list(), pk=pk)
    page = _PairPage(request, household, kind)
    form = page.form
    if request.method == "POST" and page.tie and form.is_valid():
        given = form.given()
        given["reason"] = given.get("reason") or (page.gap.words if page.gap else "")
        with acting(request, form) as answer:
            actions.pair(household, kind=kind, by=request.user, **given)
            words = {"name": given["person"], "door": household}
            messages.success(request, _("%(name)s和%(door)s结了对。") % words)
            return answer(_back(request, household))
    if form.non_field_errors():
        page = _PairPage(request, household, kind).after(form)
    return render(request, "grids/pair.html", {"page": page, "form": page.form, "household": household})


@access(Permission.CARE_MANAGE)
@require_POST
@once
def pair_building(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Let one steward take every household of a building that has none."""
    building = get_object_or_404(Building.objects.in_duty_of(request.user), pk=pk)
    looked = gaps.look(CareTag.objects.in_duty_of(request.user).filter(household__building=building))
    broken = [tie.home for tie in looked.broken if tie.kind == gaps.STEWARD]
    people = {one.key: one.person for one in Candidates(broken).of(broken[0], gaps.STEWARD)} if broken else {}
    person = people.get(request.POST.get("person", ""))
    if person is None:
        messages.error(request, _("这幢楼的空缺或管家刚刚有变动，请重新看一看。"))
    else:
        homes = Household.objects.to_decide(request.user).filter(pk__in=[home.pk for home in broken])
        with acting(request) as answer:
            made = actions.pair_all([(home, person) for home in homes], kind=gaps.STEWARD, by=request.user)
            words = {"name": person, "count": len(made)}
            said = ngettext("%(name)s和 %(count)d 户结了对。", "%(name)s和 %(count)d 户结了对。", len(made)) % words
            messages.success(request, said)
            return answer(_back(request, "grids:gaps"))
    return redirect(_back(request, "grids:gaps"))


@access(Permission.CARE_MANAGE)
@once
def pairing_end(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    rows = Pairing.objects.in_duty_of(request.user).current()
    pairing = get_object_or_404(rows.select_related("household__dwelling", "steward", "member"), pk=pk)
    form = PairingEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.end_pairing(pairing, by=request.user, **form.given())
            messages.success(request, _("结对已结束。这一户现在列在结对空缺里。"))
            return answer(f"{pairing.household.get_absolute_url()}#care")
    return render(request, "grids/pairing_end.html", {"form": form, "pairing": pairing})


@access(Permission.HOUSEHOLD_VIEW)
def mine(request: PortalRequest) -> HttpResponse:
    """The households that are paired with oneself as the steward of their building."""
    tags = CareTag.objects.visible_to(request.user).current()
    rows = (
        Pairing.objects.visible_to(request.user)
        .holding()
        .in_care()
        .filter(steward=request.user)
        .select_related("household__dwelling", "household__head", "household__building")
        .prefetch_related(Prefetch("household__care_tags", tags, to_attr="cares"))
    )
    page = list_page(request, rows, sorts={"door": SORTS["door"][:3], "since": ("starts_on",)}, default_sort="door")
    if page.wants_xlsx:
        return page.as_xlsx(_("我结对的住户"), _mine_columns())
    return render(request, "grids/my_pairings.html", {"page": page})


class _PairPage:
    """What the page of a pairing needs: the tie, why it is a gap, and who could take it."""

    def __init__(self, request: PortalRequest, household: Household, kind: str) -> None:
        looked = gaps.look(CareTag.objects.in_duty_of(request.user).filter(household=household)).of_kind(kind)
        self.tie = next(iter(looked.ties), None)
        self.gap = next(iter(explain(looked)), None)
        self.label = str(Pairing.Kind(kind).label)
        people = Candidates(looked.homes).of(self.tie.home, kind) if self.tie else []
        paired = self.tie.person_id if self.tie else ""
        self.people = [one for one in people if one.key != paired or self.gap]
        self.form = PairForm(request.POST or None, people=self.people, paired=paired)
        self.next = request.POST.get("next", "")

    def after(self, refused: PairForm) -> _PairPage:
        """The page as it is now, with what was refused; the next try is about what it shows."""
        data: Any = dict(refused.data.items())
        data["seen"] = self.tie.person_id if self.tie else ""
        self.form.data = data
        self.form.errors.update(refused.errors)
        return self


def _back(request: PortalRequest, otherwise: Any) -> Any:
    """The list of gaps as it was filtered, if one came from there."""
    asked = request.POST.get("next", "")
    return asked if asked.partition("?")[0] == reverse("grids:gaps") else otherwise


def _mine_columns() -> Any:
    return [
        (_("门牌"), "household.dwelling.label"),
        (_("户主"), lambda row: str(row.household.head or "")),
        (_("关爱类别"), lambda row: _("、").join(dict.fromkeys(tag.title for tag in row.household.cares))),
        (_("从哪天起"), "starts_on"),
    ]
