"""What was done, told to everybody: which requests may become a story, and what must not stand in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from grids.models import Membership
from helpdesk.models import Rating, ServiceRequest, Story, UpdatePhoto
from helpdesk.parties import parties_of
from helpdesk.states import CO_HANDLER, HANDLER, LEADER, REPORTER, SECRETARY, State

if TYPE_CHECKING:
    from community.models import User

DONE = (State.RESOLVED, State.CLOSED)
_FOUND = "what belongs to a request already found"
# Phone numbers with and without gaps, numbers of identity cards, and doors: 3幢2单元501, 225-3-2-501, 501室.
_NUMBERS = re.compile(r"(?<!\d)(?:1\d{2}[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx])(?!\d)")
_DOORS = re.compile(r"\d+单元\d+|\d+(?:-\d+){2,}|\d{3,4}室")


def why_none(request: ServiceRequest) -> str:
    """Why this request becomes no story, as a sentence; "" where it may. Asks only of one that neighbours may know."""
    if request.state not in DONE:
        return _("办结以后，才能写成“办好的事”。")
    if request.result not in (ServiceRequest.Result.SOLVED, ServiceRequest.Result.PARTLY):
        return _("没有办成的事，就不写了。")
    kept = request.is_confidential or request.has_informant or request.has_parties or request.category.never_public
    if kept or request.visibility != ServiceRequest.Visibility.NEIGHBOURHOOD:
        return _("提出的人没有答应让邻居知道，不能公开。")
    if Rating.objects.unscoped(reason=_FOUND).filter(request=request, round=request.round, solved="no").exists():
        return _("提出的人说没解决，先不公开。")
    return ""


def may_tell(request: ServiceRequest, user: User, parties: frozenset[str] | None = None) -> bool:
    """Whether this person may write the story: who leads or checks the work, not who did it."""
    held = parties_of(request, user) if parties is None else parties
    return bool(held & {LEADER, SECRETARY}) and not held & {HANDLER, CO_HANDLER}


def may_take_back(request: ServiceRequest, user: User, parties: frozenset[str] | None = None) -> bool:
    """Whether this person may take the story back: who asked for it as well."""
    held = parties_of(request, user) if parties is None else parties
    return bool(held & {LEADER, SECRETARY, REPORTER})


def photos_of(request: ServiceRequest) -> dict[str, list[UpdatePhoto]]:
    """The photos that a story can show, by when they were taken."""
    rows = UpdatePhoto.objects.unscoped(reason=_FOUND).filter(update__request=request)
    moments = UpdatePhoto.Moment
    kept: dict[str, list[UpdatePhoto]] = {moments.BEFORE: [], moments.AFTER: []}
    for photo in rows.exclude(moment=moments.AGREEMENT).order_by("update__at", "order", "pk"):
        kept[photo.moment].append(photo)
    return kept


def numbers_in(text: str) -> list[str]:
    """Phone numbers and numbers of identity cards: these never go out."""
    return _NUMBERS.findall(text)


def doors_in(text: str) -> list[str]:
    """What looks like somebody's door."""
    return list(dict.fromkeys(_DOORS.findall(text)))


def gives_away(request: ServiceRequest, text: str) -> list[str]:
    """Names and doors of the request that stand in the text; a name may be an ordinary word, so that people decide."""
    names = {request.reporter_name, *_living_at(request)}
    if request.handler:
        names.add(request.handler.name)
    found = [name for name in sorted(names) if len(name) > 1 and name in text]
    doors = doors_in(text)
    if request.home and str(request.home) in text:
        doors.append(str(request.home))
    return [*found, *dict.fromkeys(doors)]


def _living_at(request: ServiceRequest) -> list[str]:
    if request.home_id is None:
        return []
    held = Membership.objects.unscoped(reason=_FOUND).current().filter(household=request.home_id)
    return list(held.values_list("resident__name", flat=True))


def of_request(request: ServiceRequest) -> Story | None:
    """The story of a request already found, taken back or not."""
    story: Story | None = Story.objects.unscoped(reason=_FOUND).filter(request=request).for_page().first()
    return story


def days_of(story: Story) -> int:
    """How many days it took, 0 for the same day."""
    request: Any = story.request
    return max((request.resolved_at - request.submitted_at).days, 0) if request.resolved_at else 0
