"""Pages of who walks: everybody with their doors, the list of doors, and giving doors to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.models import User
from community.once import acting, once
from core.lists import list_page
from grids.models import Building
from visits import actions, filters, walkers
from visits.forms.handover import HandForm
from visits.models import Target
from visits.querysets import campaign_shown

if TYPE_CHECKING:
    from visits.querysets import TargetQuerySet

NOBODY = "nobody"


@access(Permission.VISIT_VIEW)
def who_walks(request: PortalRequest) -> HttpResponse:
    """Who walks how many doors of the round, and which doors nobody walks."""
    user = request.user
    campaign = campaign_shown(user, request.GET.get("campaign", ""))
    found, lost = walkers.of_round(Target.objects.visible_to(user).filter(campaign=campaign)) if campaign else ([], [])
    context = {
        "campaign": campaign,
        "walkers": found,
        "lost": lost if campaign and campaign.is_open else [],
        "lost_doors": sum(one.doors for one in lost),
        "hands_over": bool(campaign and campaign.is_open) and _hands_over(user),
    }
    return render(request, "visits/walkers.html", context)


@access(Permission.VISIT_VIEW)
def doors(request: PortalRequest) -> HttpResponse:
    """The doors of the round, by how far they are and who walks them."""
    user = request.user
    campaign = campaign_shown(user, request.GET.get("campaign", ""))
    rows = Target.objects.visible_to(user).filter(campaign=campaign).for_list()
    page = list_page(
        request, rows, filterset_class=filters.DoorFilter, sorts=filters.SORTS, default_sort=filters.DEFAULT_SORT
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("走访的门牌"), filters.columns())
    context = {"page": page, "campaign": campaign, "hands_over": _hands_over(user)}
    return render(request, "visits/doors.html", context)


@access(Permission.VISIT_RECORD)
@once
def hand_door(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Give one door to somebody else."""
    rows = Target.objects.handed_by(request.user)
    target = get_object_or_404(rows.select_related("building", "household__dwelling"), pk=pk)
    # Whoever goes to a door goes for all that is due there.
    mine = rows.filter(campaign=target.campaign_id, household=target.household_id)
    back = reverse("visits:building", args=[target.building_id])
    return _hand(request, mine, title=_("换人去走%(door)s") % {"door": target.household}, back=back)


@access(Permission.VISIT_RECORD)
@once
def hand_building(request: PortalRequest, pk: int) -> HttpResponse:
    """Give the doors of a building to somebody else; `?from=` names whose doors, `nobody` those of nobody."""
    user = request.user
    building = get_object_or_404(Building.objects.in_duty_of(user), pk=pk)
    if not walkers.hands_over(user.scope, building):
        raise Http404
    rows = Target.objects.handed_by(user).filter(building=building)
    held_by = request.GET.get("from", "")
    if held_by == NOBODY:
        rows = rows.filter(assignee__isnull=True)
    elif held_by.isdigit():
        rows = rows.filter(assignee=int(held_by))
    back = reverse("visits:building", args=[pk])
    return _hand(request, rows, title=_("换人去走%(building)s") % {"building": building}, back=back)


@access(Permission.VISIT_RECORD)
@once
def hand_walker(request: PortalRequest, pk: int) -> HttpResponse:
    """Give all the doors that wait for one person to somebody else."""
    rows = Target.objects.handed_by(request.user).filter(assignee=pk)
    if not rows.exists():
        raise Http404
    walker = get_object_or_404(User, pk=pk)
    back = reverse("visits:who_walks")
    return _hand(request, rows, title=_("换人去走%(name)s的户") % {"name": walker.name}, back=back)


def _hands_over(user: User) -> bool:
    return bool(user.scope.grids or user.scope.offices_communities)


def _hand(request: PortalRequest, targets: TargetQuerySet, *, title: str, back: str) -> HttpResponse:
    """The numbers, the form, and what becomes of it."""
    waiting = targets.waiting().filter(campaign__state="open")
    numbers = waiting.aggregate(
        doors=Count("household", distinct=True),
        care=Count("pk", filter=Q(kind=Target.Kind.MONTHLY_CARE)),
        twice=Count("household", distinct=True, filter=Q(state=Target.State.ABSENT_TWICE)),
        buildings=Count("building", distinct=True),
    )
    buildings = list(Building.objects.in_duty_of(request.user).filter(pk__in=waiting.order_by().values("building")))
    form = HandForm(request.POST or None, offered=walkers.candidates(buildings, by=request.user))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            to: User = form.cleaned_data["to"]
            count = actions.hand_over(targets, to=to, by=request.user, reason=form.cleaned_data["reason"])
            told = _("%(count)d 个走访任务现在由%(name)s去走，已经通知他。")
            messages.success(request, told % {"count": count, "name": to.name})
            return answer(back)
    context = {"title": title, "back": back, "form": form, "doors": numbers["doors"], "lines": _lines(numbers)}
    return render(request, "visits/hand_over.html", context)


def _lines(numbers: dict[str, Any]) -> list[tuple[int, str]]:
    lines = [
        (numbers["doors"], _("户还没走完")),
        (numbers["buildings"], _("幢楼")),
        (numbers["care"], _("次每月看望还没做")),
        (numbers["twice"], _("户 2 次未遇")),
    ]
    return [line for line in lines if line[0]]
