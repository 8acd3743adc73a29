"""Pages on which somebody is asked to go to households besides the round's own doors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission, PortalRequest, access
from community.models import User
from community.once import acting, once
from grids.models import Building, CareTag, Household
from visits import actions
from visits.forms.special import FollowUpForm, SpecialForm
from visits.models import Campaign, Target
from visits.querysets import campaign_shown


@access(Permission.CARE_MANAGE)
@once
def follow_up(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask that somebody goes to a household once more."""
    household = get_object_or_404(Household.objects.to_decide(request.user).living_here().for_list(), pk=pk)
    form = FollowUpForm(request.POST or None, campaign=_open(request.user))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            actions.add_target(household, kind=Target.Kind.FOLLOW_UP, by=request.user, **given)
            messages.success(request, _("安排好了，走访的人在任务里能看到。"))
            return answer(reverse("visits:household_history", args=[household.pk]))
    return render(request, "visits/follow_up.html", {"form": form, "household": household})


@access(Permission.CARE_MANAGE)
@once
def special(request: PortalRequest) -> HttpResponse:
    """Ask that somebody goes to a building's households, or to those in one kind of care: counted first, then made."""
    user = request.user
    buildings = list(Building.objects.in_duty_of(user).filter(pk__in=_buildings(user)))
    form = SpecialForm(request.POST or None, campaign=_open(user), buildings=buildings)
    lines: list[tuple[int, str]] = []
    if request.method == "POST" and form.is_valid():
        given = form.given()
        homes = _homes(user, building=given.pop("building"), category=given.pop("category"))
        told = given.pop("counted")
        fresh = homes.exclude(pk__in=_waiting(user))
        count, doubled = fresh.count(), homes.count()
        if "arrange" in request.POST and told == count and count:
            with acting(request, form) as answer:
                made = actions.add_targets(list(fresh), kind=Target.Kind.SPECIAL, by=user, **given)
                text = ngettext("安排了 %(doors)d 户专项走访。", "安排了 %(doors)d 户专项走访。", len(made))
                messages.success(request, text % {"doors": len(made)})
                return answer("visits:round")
        form.tell(count)
        lines = _numbers(count, doubled - count)
    context = {"form": form, "lines": lines, "may_arrange": bool(lines and lines[0][0]), "open": _open(user)}
    return render(request, "visits/special.html", context)


def _open(user: User) -> Campaign | None:
    campaign = campaign_shown(user)
    return campaign if campaign is not None and campaign.is_open else None


def _buildings(user: User) -> Any:
    return Household.objects.to_decide(user).living_here().order_by().values("building")


def _homes(user: User, *, building: str, category: str) -> Any:
    """The households that live here and are the user's to decide about, in a building, in a kind of care, or both."""
    homes = Household.objects.to_decide(user).living_here()
    if building:
        homes = homes.filter(building=int(building))
    if category:
        tags = CareTag.objects.visible_to(user).current().filter(category=category)
        homes = homes.filter(pk__in=tags.order_by().values("household"))
    return homes


def _waiting(user: User) -> Any:
    """Households that wait for such a visit already."""
    rows = Target.objects.visible_to(user).waiting().filter(kind=Target.Kind.SPECIAL, campaign__state="open")
    return rows.order_by().values("household")


def _numbers(count: int, doubled: int) -> list[tuple[int, str]]:
    lines = [
        (
            count,
            ngettext(
                "户各有一个专项走访任务，分给所在网格的网格长", "户各有一个专项走访任务，分给所在网格的网格长", count
            ),
        )
    ]
    if doubled:
        lines.append(
            (doubled, ngettext("户已经安排过、还没走到，不再重复", "户已经安排过、还没走到，不再重复", doubled))
        )
    return lines
