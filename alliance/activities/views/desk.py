"""Pages of the day itself: the list at the table, the code on the sheet, and afterwards hours and photos."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliance.activities import actions
from alliance.activities.comparing import albums
from alliance.activities.forms import CloseForm, NameForm, PhotoForm
from alliance.activities.states import State
from alliance.activities.views.found import run_activity
from alliance.form_page import form_page
from alliance.models import Activity, ActivityPhoto, ActivitySlot, SignUp
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import qr


@access(Permission.ACTIVITY_JOIN)
@once
def activity_desk(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Who comes, to be ticked off; whoever comes without having joined is written down below."""
    found = run_activity(request, pk)
    form = NameForm(request.POST or None, slots=_slots(request, found))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            actions.walk_in(given["slot"], by=request.user, name=given["name"])
            messages.success(request, _("%(name)s 记下了。") % {"name": given["name"]})
            return answer(reverse("alliance:activity_desk", args=[found.pk]))
    rows = list(_signups(request, found).standing())
    people = sum(row.came_people or 0 for row in rows)
    context = {
        "activity": found,
        "rows": rows,
        "form": form,
        "came": people,
        "said": sum(row.people for row in rows if row.state == SignUp.State.JOINED),
        "is_open": found.state == State.OPEN,
        "desk_url": request.path,
    }
    return render(request, "alliance/activities/desk.html", context)


@access(Permission.ACTIVITY_JOIN)
@require_POST
@once
def signup_check(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Tick somebody off the list, or take the tick back."""
    found: SignUp = get_object_or_404(SignUp.objects.visible_to(request.user).standing(), pk=pk)
    run_activity(request, found.activity_id)
    desk = reverse("alliance:activity_desk", args=[found.activity_id])
    with acting(request) as answer:
        if found.came_at is None:
            people = request.POST.get("people", "")
            actions.check_in(found, by=request.user, people=min(int(people), 999) if people.isdecimal() else None)
        else:
            actions.take_back_check_in(found, by=request.user)
        answer(desk)
    return redirect(desk)


@access(Permission.ACTIVITY_JOIN)
def activity_code(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The sheet with the code, to be hung up at the table."""
    found = run_activity(request, pk)
    url = urljoin(settings.SITE_URL, reverse("alliance:activity_here", args=[found.code]))
    context = {"activity": found, "code": qr.svg(url, _("签到的二维码")), "address": url}
    return render(request, "alliance/activities/code.html", context)


@access(Permission.ACTIVITY_JOIN)
@once
def activity_here(request: PortalRequest, code: str) -> HttpResponseBase:
    """What the code on the sheet opens: I am here."""
    rows = Activity.objects.visible_to(request.user).filter(state=State.OPEN)
    found: Activity = get_object_or_404(rows, code=code)
    own = SignUp.objects.visible_to(request.user).standing().filter(activity=found, user=request.user).first()
    slots = _slots(request, found)
    if request.method == "POST":
        with acting(request) as answer:
            if own is not None:
                actions.check_in(own, by=request.user)
            else:
                chosen = next((one for one in slots if str(one.pk) == request.POST.get("slot")), slots[0])
                actions.walk_in(chosen, by=request.user)
            messages.success(request, _("签到了，欢迎您。"))
            return answer(reverse("alliance:activity_here", args=[code]))
    return render(request, "alliance/activities/here.html", {"activity": found, "own": own, "slots": slots})


@access(Permission.ACTIVITY_JOIN)
@once
def activity_close(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """It is over: who helped how long."""
    found = run_activity(request, pk)
    if found.state != State.OPEN:
        messages.info(request, _("这一步现在不能办，请看一看最新的进展。"))
        return redirect(found)
    there = _signups(request, found).filter(came_at__isnull=False, slot__is_helping=True, settled_at__isnull=True)
    helpers = [one for one in there if one.user_id != request.user.pk]
    form = CloseForm(request.POST or None, helpers=helpers, minutes=found.minutes)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.close(found, by=request.user, **form.given())
            messages.success(request, _("记下了，帮忙的人时长都记好了。传上前后照片，就可以公布结果。"))
            return answer(reverse("alliance:activity_photos", args=[found.pk]))
    words = {"title": _("办完了，核对到场和时长"), "kicker": found.title, "button": _("核对好了")}
    lead = _("只有签了到的帮忙的人列在这里。时长先按活动的长短写，谁来得晚、走得早，改一改。")
    back = found.get_absolute_url()
    return form_page(request, form, back_url=back, back_label=found.title, lead=lead, **words)


@access(Permission.ACTIVITY_JOIN)
@once
def signup_settle(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Confirm the hours of one helper who was left: who closed it cannot confirm their own."""
    found: SignUp = get_object_or_404(SignUp.objects.visible_to(request.user).standing(), pk=pk)
    activity = run_activity(request, found.activity_id)
    form = CloseForm(request.POST or None, helpers=[found], minutes=activity.minutes)
    form.drop("served", "outcome")
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.settle(found, by=request.user, minutes=form.cleaned_data[next(iter(form.helpers))])
            messages.success(request, _("记下了。"))
            return answer(reverse("alliance:activity_desk", args=[activity.pk]))
    words = {"title": _("核对时长"), "kicker": activity.title, "button": _("核对好了"), "back_label": activity.title}
    return form_page(request, form, back_url=reverse("alliance:activity_desk", args=[activity.pk]), **words)


@access(Permission.ACTIVITY_JOIN)
@once
def activity_photos(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Photos from before and after, side by side."""
    found = run_activity(request, pk)
    photos = list(ActivityPhoto.objects.visible_to(request.user).filter(activity=found))
    paired = {one.before_id for one in photos if one.before_id}
    alone = [one for one in photos if one.moment == ActivityPhoto.Moment.BEFORE and one.pk not in paired]
    form = PhotoForm(request.POST or None, request.FILES or None, alone=alone)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_photos(found, by=request.user, **form.given())
            messages.success(request, _("传好了。"))
            return answer(reverse("alliance:activity_photos", args=[found.pk]))
    is_closed = found.state in (State.PUBLISHED, State.CANCELLED)
    context = {"activity": found, "album": albums([found])[found.pk], "form": form, "is_closed": is_closed}
    return render(request, "alliance/activities/photos.html", context)


@access(Permission.ACTIVITY_JOIN)
@require_POST
@once
def photo_drop(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take a photo out."""
    found: ActivityPhoto = get_object_or_404(ActivityPhoto.objects.visible_to(request.user), pk=pk)
    run_activity(request, found.activity_id)
    back = reverse("alliance:activity_photos", args=[found.activity_id])
    with acting(request) as answer:
        actions.drop_photo(found, by=request.user)
        messages.success(request, _("拿掉了。"))
        answer(back)
    return redirect(back)


def _signups(request: PortalRequest, found: Activity) -> Any:
    return (
        SignUp.objects.visible_to(request.user)
        .filter(activity=found)
        .select_related("user", "partner", "slot")
        .order_by("slot__order", "slot", "at", "pk")
    )


def _slots(request: PortalRequest, found: Activity) -> list[ActivitySlot]:
    return list(ActivitySlot.objects.visible_to(request.user).filter(activity=found))
