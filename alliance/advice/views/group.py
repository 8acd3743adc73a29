"""The group's own page, and what is told of it and of each adviser."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliance.advice import actions
from alliance.advice.forms import AdviserForm, GroupForm, NamingForm
from alliance.advice.people import group_of, members_of
from alliance.advice.querysets import GOING
from alliance.advice.states import Progress, State, Verdict
from alliance.advice.views.found import own_community
from alliance.models import AdviceAttendance, AdviceSession, Adviser, Recommendation
from community.access import Permission, PortalRequest, access
from community.models import User
from community.once import acting, once

NEWEST = 6


@access(Permission.ADVICE_VIEW)
def advisory_group(request: PortalRequest) -> HttpResponse:
    """Who advises, what comes next, and how many recommendations came to what."""
    user = request.user
    community = own_community(request)
    rows = AdviceSession.objects.visible_to(user).filter(community=community).exclude(state=State.CALLED_OFF)
    newest = list(rows.order_by("-starts_at")[:NEWEST])
    context = {
        "group": group_of(community.pk),
        "community": community,
        "members": members_of(community.pk),
        "coming": [one for one in newest if one.number is None],
        "held": [one for one in newest if one.number is not None],
        "waiting": list(AdviceAttendance.objects.waiting_for(user)),
        "numbers": _numbers(user, community.pk),
        "may_manage": user.scope.may(Permission.ADVICE_MANAGE),
    }
    return render(request, "alliance/advice/group.html", context)


def _numbers(user: User, community_id: int) -> dict[str, int]:
    """How many were made, adopted, declined, done and still wait; one query."""
    rows = Recommendation.objects.visible_to(user).filter(community=community_id).standing()
    adopted = Q(verdict__in=(Verdict.ADOPTED, Verdict.PARTLY))
    return rows.aggregate(
        made=Count("pk"),
        open=Count("pk", filter=Q(verdict="")),
        adopted=Count("pk", filter=adopted),
        going=Count("pk", filter=Q(progress__in=GOING)),
        done=Count("pk", filter=Q(progress=Progress.DONE)),
    )


@access(Permission.ADVICE_MANAGE)
@once
def group_change(request: PortalRequest) -> HttpResponseBase:
    """Say what the group is."""
    community = own_community(request)
    form = GroupForm(request.POST or None, group=group_of(community.pk))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_group(community, by=request.user, **form.given())
            messages.success(request, _("记下了。"))
            return answer("alliance:advisory_group")
    return render(request, "alliance/advice/group_form.html", {"form": form})


@access(Permission.ADVICE_VIEW)
@once
def adviser(request: PortalRequest, pk: int) -> HttpResponseBase:
    """What is told of an adviser: one's own for advisers, everybody's for the office."""
    member, told = _adviser(request, pk)
    community = own_community(request)
    form = AdviserForm(request.POST or None, adviser=told, user=request.user, community_id=community.pk)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.describe_adviser(community, member, by=request.user, **form.given())
            messages.success(request, _("记下了。"))
            return answer(reverse("alliance:adviser", args=[pk]))
    return render(request, "alliance/advice/adviser.html", _context(request, member, told, {"form": form}))


@access(Permission.ADVICE_VIEW)
@require_POST
@once
def adviser_naming(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Whether residents read the name."""
    member, told = _adviser(request, pk)
    community = own_community(request)
    naming = NamingForm(request.POST, adviser=told, is_own=member.pk == request.user.pk, auto_id="naming_%s")
    if naming.is_valid():
        with acting(request, naming) as answer:
            actions.set_naming(community, member, by=request.user, **naming.given())
            messages.success(request, _("记下了。"))
            return answer(reverse("alliance:adviser", args=[pk]))
    return render(request, "alliance/advice/adviser.html", _context(request, member, told, {"naming": naming}))


def _context(request: PortalRequest, member: User, told: Adviser | None, given: dict[str, Any]) -> dict[str, Any]:
    community_id = own_community(request).pk
    is_own = member.pk == request.user.pk
    return {
        "member": member,
        "told": told,
        "is_own": is_own,
        "form": AdviserForm(adviser=told, user=request.user, community_id=community_id),
        "naming": NamingForm(adviser=told, is_own=is_own, auto_id="naming_%s"),
        **given,
    }


def _adviser(request: PortalRequest, pk: int) -> tuple[User, Adviser | None]:
    """An adviser of today whom the reader may describe: oneself, or anybody for the office; 404 otherwise."""
    if pk != request.user.pk and not request.user.scope.may(Permission.ADVICE_MANAGE):
        raise Http404
    community_id = own_community(request).pk
    member = next((one.user for one in members_of(community_id) if one.user.pk == pk), None)
    if member is None:
        raise Http404
    told: Adviser | None = Adviser.objects.visible_to(request.user).filter(community=community_id, user=pk).first()
    return member, told
