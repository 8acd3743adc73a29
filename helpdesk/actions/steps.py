"""A request goes from one state to the next: what each step changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import User
from core import clock
from core.files import Cleaned
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from core.sql import rewrite
from core.templatetags.portal import when
from helpdesk import reactions, sides, words
from helpdesk.actions import asking, desk, following, hand, leave
from helpdesk.actions.updates import Details, walked
from helpdesk.bars import bar
from helpdesk.models import ServiceRequest, Update
from helpdesk.parties import WORKING, leads_on, parties_of, side_of
from helpdesk.states import ENDED, INTERNAL, RATING_DAYS, REQUESTS

# What each step does besides moving on; gives the names and words that its sentence needs.
EFFECTS: dict[str, Callable[..., Details]] = {
    **desk.EFFECTS,
    **hand.EFFECTS,
    **asking.EFFECTS,
    **leave.EFFECTS,
    **following.EFFECTS,
}


@transaction.atomic
def step(
    request: ServiceRequest,
    action: str,
    *,
    by: User | None,
    version: int | None = None,
    text: str = "",
    note: str = "",
    photos: Sequence[CleanPhoto] = (),
    agreement: Sequence[Cleaned] = (),
    tells: bool = True,
    **given: Any,
) -> ServiceRequest:
    """Take one step of the table of states; `given` is what the step needs.

    Raises Refused where the step is not open any more (with what the other person did), where it is somebody else's
    to take, where something is missing, or where a rule of its own forbids it. `version` is the one that was shown.
    `agreement` is what two households have signed. What a household itself says stays with it. Where another step
    follows at once, `tells` is whether people hear of this one too.
    """
    row = _held(request, given.get("master"))
    if version is not None and version != row.version:
        raise Refused(too_late(row, by))
    parties = parties_of(row, by)
    refusal = why_not(row, action, by=by, parties=parties)
    if refusal:
        raise Refused(refusal)
    given |= {"text": text, "note": note, "photos": photos}
    transition = REQUESTS.find(row.state, action, parties, given, target=row.resume_state)
    before = row.state
    if action in INTERNAL:
        text, note = "", text
    effect = EFFECTS.get(action)
    details = effect(row, by, parties=parties, agreement=agreement, **given) if effect else {}
    row.state = transition.target
    row.version += 1
    row.closed_at = clock.now() if row.state in ENDED else None
    leave.lapse(row)
    rewrite(row)
    walked(
        row,
        action,
        before,
        by=by,
        text=text or given.get("turn_to", ""),
        note=note,
        photos=photos,
        details=details,
        agreement=agreement,
        party=side_of(row, by) if by and row.has_parties else None,
        tells=tells,
    )
    if action == "conclude" and row.follow_up_on and by:
        sides.follow_up(row, by=by)
    reactions.tell(row, action, by, given)
    return row


def _held(request: ServiceRequest, master: ServiceRequest | None) -> ServiceRequest:
    """The request, locked; with the one that it is to follow, in an order that is the same for everybody."""
    if master is None:
        return locked(request)
    rows = {row.pk: row for row in (request, master)}
    held = {pk: locked(rows[pk]) for pk in sorted(rows)}
    return held[request.pk]


def close_unrated() -> int:
    """Close what was resolved a week ago and not rated: *not rated*, never "satisfied". Gives how many."""
    closed = 0
    for row in ServiceRequest.objects.unrated_since(clock.now() - timedelta(days=RATING_DAYS)).order_by("resolved_at"):
        try:
            step(row, "lapse", by=None)
        except Refused:
            continue  # rated in the meantime
        closed += 1
    return closed


def go_on_unanswered() -> int:
    """Let go on what nobody answered in time. Gives how many."""
    gone_on = 0
    for row in ServiceRequest.objects.unanswered_at(clock.now()).order_by("answer_due_at"):
        try:
            step(row, "unanswered", by=None)
        except Refused:
            continue  # answered in the meantime
        gone_on += 1
    return gone_on


def too_late(row: ServiceRequest, user: User | None = None) -> str:
    """What the second of two people is told: what the first did, when, and where the request stands now."""
    works = user is None or not WORKING.isdisjoint(parties_of(row, user))
    last = Update.objects.last_step(row, user, works=works)
    if last is None:
        return _("就在您之前有了新的进展，现在是“%(state)s”。") % {"state": row.get_state_display()}
    return _("就在您之前（%(when)s）%(headline)s，现在是“%(state)s”。请看一看再决定，您写的还在。") % {
        "when": when(last.at),
        "headline": words.headline(last, user),
        "state": row.get_state_display(),
    }


def why_not(row: ServiceRequest, action: str, *, by: User | None, parties: frozenset[str] | None = None) -> str:
    """Why this step cannot be taken now by this person, as a sentence; "" when it can."""
    parties = parties_of(row, by) if parties is None else parties
    now = [one for one in REQUESTS if one.action == action and leads_on(row, one)]
    if not now:
        return too_late(row, by)
    if not any(parties & set(one.who) for one in now):
        return _("这一步要由别的同志来办。")
    return bar(row, action, by, parties)
