"""When a steward can be asked: the week, single times, pauses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from stewards.members import actions
from stewards.members.forms import AboutForm, PauseForm, SayForm, WeekForm
from stewards.members.views.found import find_own, find_steward, page_of
from stewards.members.week import PARTS
from stewards.models import Availability, AvailabilityException, Steward, StewardPause


@access(Permission.STEWARDS_VIEW)
@once
def week(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The week, as a table to tick."""
    steward = find_steward(request, pk)
    rules = Availability.objects.visible_to(request.user).filter(steward=steward)
    form = WeekForm(request.POST or None, rules=rules)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.set_week(steward, by=request.user, **form.given())
            messages.success(request, _("记下了。有活的时候，只在这些时间来问。"))
            return answer(page_of(steward, request.user))
    back = page_of(steward, request.user)
    return render(
        request, "stewards/members/week.html", {"form": form, "steward": steward, "parts": PARTS, "back": back}
    )


@access(Permission.STEWARDS_VIEW)
@once
def say(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A single time for which the week does not hold."""
    steward = find_steward(request, pk)
    form = SayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.say(steward, by=request.user, **form.given())
            messages.success(request, _("记下了。"))
            return answer(page_of(steward, request.user))
    words = {"title": _("哪一段时间和平时不一样"), "lead": _("比如去女儿家几天，或者这周六正好有空。")}
    return _step(request, form, steward, words)


@access(Permission.STEWARDS_VIEW)
@require_POST
@once
def take_back(request: PortalRequest, pk: UUID, said_pk: int) -> HttpResponseBase:
    """A single time is like any other again."""
    steward = find_steward(request, pk)
    said = find_own(request, AvailabilityException.objects.visible_to(request.user), steward, said_pk)
    with acting(request) as answer:
        actions.take_back(said, by=request.user)
        messages.success(request, _("去掉了，这段时间照平时的算。"))
        answer(page_of(steward, request.user))
    return redirect(page_of(steward, request.user))


@access(Permission.STEWARDS_VIEW)
@once
def pause(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Days on which nobody asks."""
    steward = find_steward(request, pk)
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.pause(steward, by=request.user, **form.given())
            messages.success(request, _("记下了，这段时间不来打扰您。好好歇歇。"))
            return answer(page_of(steward, request.user))
    words = {
        "title": _("先歇一阵"),
        "lead": _("歇的时候不派活、不排班。已经答应的活不会自己取消，去不了请在那件活里说一声。"),
    }
    return _step(request, form, steward, words)


@access(Permission.STEWARDS_VIEW)
@require_POST
@once
def resume(request: PortalRequest, pk: UUID, pause_pk: int) -> HttpResponseBase:
    """The pause is over."""
    steward = find_steward(request, pk)
    paused = find_own(request, StewardPause.objects.visible_to(request.user), steward, pause_pk)
    with acting(request) as answer:
        actions.resume(paused, by=request.user)
        messages.success(request, _("欢迎回来，从今天起照常。"))
        answer(page_of(steward, request.user))
    return redirect(page_of(steward, request.user))


@access(Permission.STEWARDS_VIEW)
@once
def about(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """What a steward says of themselves."""
    steward = find_steward(request, pk)
    form = AboutForm(request.POST or None, steward=steward)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_about(steward, by=request.user, **form.given())
            messages.success(request, _("改好了。"))
            return answer(page_of(steward, request.user))
    return _step(request, form, steward, {"title": _("自我介绍和联系方式")})


def _step(request: PortalRequest, form: Any, steward: Steward, words: dict[str, str]) -> HttpResponse:
    back = page_of(steward, request.user)
    shown = {"form": form, "steward": steward, "back": back, "button": _("记下来"), **words}
    return render(request, "stewards/members/step.html", shown)
