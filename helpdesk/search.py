"""What requests bring to the search in the head: one by its number, and of one's own whatever holds the words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import search
from community.access import Permission
from community.search import Hit, Section, Sought
from helpdesk.models import ServiceRequest

if TYPE_CHECKING:
    from community.models import User

_NUMBER = re.compile(r"ZF[0-9]{1,6}(-[0-9]{0,6}){0,2}")
_COUNT = re.compile(r"[0-9]{3,6}")


def register() -> None:
    """Add requests to the search."""
    search.register(Section("requests", gettext_lazy("诉求"), requests, Permission.REQUEST_VIEW, order=40))


def requests(user: User, sought: Sought, most: int) -> list[Hit]:
    """Requests by their number, its beginning or its last digits; who handles none finds the own by any word."""
    number = sought.bare.upper()
    if not user.scope.may(Permission.REQUEST_HANDLE):
        found = ServiceRequest.objects.reported_by(user).containing(sought.text)
    elif _NUMBER.fullmatch(number):
        found = ServiceRequest.objects.visible_to(user).filter(number__startswith=number)
    elif _COUNT.fullmatch(number):
        found = ServiceRequest.objects.visible_to(user).filter(number__endswith=f"-{number:0>6}")
    else:
        return []
    rows = found.filter(community__in=user.scope.communities).for_list().order_by("-submitted_at", "-pk")[:most]
    return [_hit(one, sought) for one in rows]


def _hit(request: ServiceRequest, sought: Sought) -> Hit:
    by_number = sought.bare.upper() in request.number
    return Hit(
        title=request.title,
        url=request.get_absolute_url(),
        because=_("编号") if by_number else _("诉求里写着"),
        matched=request.number if by_number else sought.text,
        detail=" · ".join([request.place, request.get_state_display()]),
    )
