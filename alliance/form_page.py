"""The one page on which every form of the alliance stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from community.access import PortalRequest
from core.forms import PortalForm


def form_page(
    request: PortalRequest,
    form: PortalForm,
    *,
    title: Any,
    button: Any,
    back_url: str,
    back_label: Any,
    lead: Any = "",
    kicker: Any = "",
) -> HttpResponse:
    """The form under its head, with the way back."""
    words = {"title": title, "button": button, "lead": lead, "kicker": kicker}
    return render(
        request, "alliance/form.html", {"form": form, "back_url": back_url, "back_label": back_label, **words}
    )


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
