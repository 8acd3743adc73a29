"""The list of red stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from core.lists import list_page
from stewards.members import listing
from stewards.members.menu import STEWARDS
from stewards.members.querysets import hands_out

if TYPE_CHECKING:
    from community.models import User


@access(Permission.STEWARDS_VIEW)
def stewards(request: PortalRequest) -> HttpResponseBase:
    """Who can what; for those who hand out work also who is free, and who was asked long ago."""
    user = request.user
    times = hands_out(user)
    found = list_page(
        request,
        listing.listed(user),
        filterset_class=listing.FreeFilter if times else listing.StewardFilter,
        sorts=listing.SORTS if times else {"name": listing.SORTS["name"]},
        default_sort=listing.DEFAULT_SORT,
    )
    if found.wants_xlsx:
        rows = listing.columns(request, list(found.queryset), times=times)
        return found.as_xlsx(str(STEWARDS), rows)
    shown = {
        "page": found,
        "lines": listing.lines_of(found.rows, times=times),
        "times": bool(times),
        "ways": _ways(user),
        "appoint_url": reverse("community:appointments") if user.scope.may(Permission.APPOINT) else "",
    }
    return render(request, "stewards/members/list.html", shown)


def _ways(user: User) -> list[tuple[str, str]]:
    """What they are asked, for those who ask; what the office sets up."""
    asked = [(_("上门帮忙"), reverse("stewards:jobs"))] if user.scope.may(Permission.REQUEST_TRIAGE) else []
    if not user.scope.may(Permission.STEWARDS_MANAGE):
        return asked
    return [
        *asked,
        (_("值班表"), reverse("stewards:rosters")),
        (_("志愿时长"), reverse("stewards:hours_book")),
        (_("到岗"), reverse("stewards:attendance")),
        (_("证书和保险"), reverse("stewards:papers")),
        (_("技能"), reverse("stewards:skill_kinds")),
        (_("两个人一起上门"), reverse("stewards:two_together")),
        (_("不安排在一起"), reverse("stewards:apart")),
    ]
