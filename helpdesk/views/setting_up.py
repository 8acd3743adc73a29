"""What the pages of settings have in common: the community, the form, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import render

from community.access import PortalRequest
from community.models import Community
from community.once import acting


def offices(request: PortalRequest) -> list[Community]:
    """The communities whose requests the user sets up."""
    return list(Community.objects.filter(pk__in=request.user.scope.offices_communities).order_by("code"))


def set_up(
    request: PortalRequest,
    form_class: Any,
    row: Any,
    *,
    do: Callable[..., Any],
    back: str,
    says: str,
    words: dict[str, Any],
) -> HttpResponseBase:
    """The form of a new row (`row` None: `do(community, by=, …)`) or of one that is there (`do(row, by=, …)`)."""
    form = form_class(request.POST or None, user=request.user, row=row, offices=offices(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            do(row or form.community_of(), by=request.user, **form.given())
            messages.success(request, says)
            return answer(back)
    return render(request, "helpdesk/setting_form.html", {"form": form, "row": row, **words})
