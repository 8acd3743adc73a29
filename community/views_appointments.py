"""Who holds which role: the secretary's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community import actions
from community.access import Permission, access
from community.forms import AppointForm, EndForm
from community.models import Appointment, Community, User
from community.once import acting, once
from community.roles import Role


@access(Permission.APPOINT)
def appointments(request: HttpRequest) -> HttpResponseBase:
    """Everybody with a duty in one's community, by role."""
    user: User = request.user  # type: ignore[assignment]
    rows = _of_duty(user).not_ended().select_related("user", "grid", "building", "estate", "partner", "community")
    return render(request, "community/appointments.html", {"rows": rows.order_by("role", "starts_on", "pk")})


@access(Permission.APPOINT)
@once
def appointment_new(request: HttpRequest) -> HttpResponseBase:
    """Appoint somebody; a new account then gets its letter."""
    user: User = request.user  # type: ignore[assignment]
    form = AppointForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            person = actions.make_account(phone=given.pop("phone"), name=given.pop("name").strip(), by=user)
            place = given.pop("place") or Community.objects.get(pk=min(user.scope.ids("community", Role.SECRETARY)))
            actions.appoint(person, by=user, place=place, **given)
            if person.has_usable_password():
                messages.success(request, _("已经任命，系统会通知本人。"))
                return answer("community:appointments")
            return answer(reverse("community:letter_password", args=[person.pk]))
    return render(request, "community/appointment_new.html", {"form": form})


@access(Permission.APPOINT)
@once
def appointment_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End an appointment."""
    user: User = request.user  # type: ignore[assignment]
    held = get_object_or_404(
        _of_duty(user).not_ended().select_related("user", "grid", "building", "estate", "partner"), pk=pk
    )
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.end_appointment(held, by=user, **form.given())
            return answer("community:appointments")
    return render(request, "community/appointment_end.html", {"form": form, "held": held})


def _of_duty(user: User) -> Any:
    mine = user.scope.ids("community", Role.SECRETARY)
    return Appointment.objects.visible_to(user).filter(community__in=mine).exclude(role=Role.RESIDENT)
