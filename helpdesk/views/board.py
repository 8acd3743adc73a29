"""The board of those who triage."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from grids.models import Grid
from helpdesk.board import columns


class Choice(NamedTuple):
    """A grid to look at alone, as a link."""

    label: str
    url: str
    is_now: bool


@access(Permission.REQUEST_TRIAGE)
def board(request: PortalRequest) -> HttpResponse:
    """What waits for this person, the one due first on top; `?grid=` for one grid alone."""
    grids = list(Grid.objects.led_by(request.user).order_by("code", "pk"))
    asked = request.GET.get("grid", "")
    chosen = next((one for one in grids if str(one.pk) == asked), None)
    here = reverse("helpdesk:board")
    choices = [Choice(_("全部"), here, chosen is None)]
    choices += [Choice(one.name, f"{here}?grid={one.pk}", one == chosen) for one in grids]
    context = {
        "columns": columns(request.user, grid=chosen.pk if chosen else None),
        "choices": choices if len(grids) > 1 else [],
        "chosen": chosen,
    }
    return render(request, "helpdesk/board.html", context)
