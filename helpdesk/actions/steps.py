"""A request goes from one state to the next: what each step changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community.calendar import work_calendar
from community.models import User
from core import clock
from core.files import Cleaned
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import when
from helpdesk import deadlines, sides, words
from helpdesk.actions.updates import Details, walked
from helpdesk.models import Category, Rating, ServiceRequest, Update
from helpdesk.parties import bar, parties_of, side_of
from helpdesk.querysets import possible_handlers
from helpdesk.states import ENDED, REQUESTS

RATING_DAYS = 7


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
    **given: Any,
) -> ServiceRequest:
    """Take one step of the table of states; `given` is what the step needs.

    Raises Refused where the step is not open any more (with what the other person did), where it is somebody else's
    to take, where something is missing, or where a rule of its own forbids it. `version` is the one that was shown.
    `agreement` is what two households have signed. What a household itself says stays with it.
    """
    row = locked(request)
    if version is not None and version != row.version:
        raise Refused(too_late(row, by))
    parties = parties_of(row, by)
    refusal = why_not(row, action, by=by, parties=parties)
    if refusal:
        raise Refused(refusal)
    transition = REQUESTS.find(row.state, action, parties, {**given, "text": text, "photos": photos})
    before = row.state
    effect = EFFECTS.get(action)
    details = effect(row, by, photos=photos, text=text, agreement=agreement, **given) if effect else {}
    row.state = transition.target
    row.version += 1
    if row.state in ENDED:
        row.closed_at = clock.now()
    row.save()
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
    )
    if action == "conclude" and row.follow_up_on and by:
        sides.follow_up(row, by=by)
    return row


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


def too_late(row: ServiceRequest, user: User | None = None) -> str:
    """What the second of two people is told: what the first did, when, and where the request stands now."""
    last = Update.objects.last_step(row, user)
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
    now = [one for one in REQUESTS if one.source == row.state and one.action == action]
    if not now:
        return too_late(row, by)
    if not any(parties & set(one.who) for one in now):
        return _("这一步要由别的同志来办。")
    return bar(row, action, by, parties)


# What each step does besides moving on; gives the names and words that its sentence needs. -------------------------


def _accept(row: ServiceRequest, by: User, *, category: Category, **_given: Any) -> Details:
    if category.community_id != row.community_id:
        raise Refused(_("请从本社区的类别里选一个。"))
    if row.has_parties and not category.is_mediation:
        raise Refused(_("两家之间的调解，不能改成别的类别。"))
    changed = category.pk != row.category_id
    row.accepted_at, row.accepted_by = clock.now(), by
    row.category, row.is_confidential = category, category.is_confidential
    if category.never_public:
        row.visibility = ServiceRequest.Visibility.HANDLERS
    if changed:
        deadlines.promise(row, category, work_calendar())
    return {"category": category.name} if changed else {}


def _reject(row: ServiceRequest, by: User, *, reason: str, **_given: Any) -> Details:
    row.reject_reason = reason
    return {"reason": reason}


def _dispatch(
    row: ServiceRequest, by: User, *, handler: User, co_handlers: Iterable[User] = (), **_given: Any
) -> Details:
    roles = {one.user_id: one.role for one in possible_handlers(row.community_id, row.category)}
    helpers = [one for one in co_handlers if one.pk != handler.pk]
    if any(one.pk not in roles for one in (handler, *helpers)):
        raise Refused(_("请从名单里选一位办理人。"))
    if row.reporter_id == handler.pk:
        raise Refused(_("请派给提出人以外的人来办。"))
    if sides.live_in(row) & {one.pk for one in (handler, *helpers)}:
        raise Refused(_("请派给两家以外的人来说和。"))
    row.handler, row.handler_role = handler, roles[handler.pk]
    row.co_handlers.set(helpers)
    return {
        "handler": handler.name,
        "handler_role": roles[handler.pk],
        "helpers": [[one.name, roles[one.pk]] for one in helpers],
    }


def _sign(
    row: ServiceRequest, by: User, *, first_contact_at: datetime, appointment: str = "", **_given: Any
) -> Details:
    submitted = row.submitted_at.replace(second=0, microsecond=0)  # a form gives whole minutes
    if not submitted <= first_contact_at <= clock.now():
        raise Refused(_("第一次联系的时间要在提交之后、现在以前。"))
    row.first_contact_at = row.first_contact_at or first_contact_at
    row.signed_at, row.signed_by, row.appointment = clock.now(), by, appointment
    return {"appointment": appointment}


def _hand_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.handler, row.handler_role = None, ""
    row.co_handlers.clear()
    row.hop_count += 1
    return {}


def _reply(
    row: ServiceRequest,
    by: User,
    *,
    result: str,
    photos: Sequence[CleanPhoto],
    agreement: Sequence[Cleaned] = (),
    **_given: Any,
) -> Details:
    if row.has_parties and result != ServiceRequest.Result.IMPOSSIBLE and not agreement:
        raise Refused(_("谈拢了，请附上两家签过字的调解协议，拍照或 PDF 都可以。"))
    if row.category.needs_photo and not photos:
        raise Refused(_("请附一张办完以后的照片，让居民和审核的人都看得到。"))
    row.result, row.replied_at, row.appointment = result, clock.now(), ""
    return {"result": result}


def _send_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.result, row.replied_at = "", None
    return {}


def _resolve(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.resolved_at, row.resolved_by = clock.now(), by
    return {}


def _decline(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.reject_reason = ServiceRequest.RejectReason.NOT_AGREED
    return {"reason": row.reject_reason}


def _conclude(row: ServiceRequest, by: User, *, follow_up_on: date | None = None, **_given: Any) -> Details:
    if row.has_parties and row.result != ServiceRequest.Result.IMPOSSIBLE and follow_up_on is None:
        raise Refused(_("请写明哪天去两家回访。"))
    if follow_up_on is not None and follow_up_on <= clock.today():
        raise Refused(_("回访的日子要在今天以后。"))
    row.follow_up_on = follow_up_on if row.has_parties else None
    return _resolve(row, by)


def _rate(
    row: ServiceRequest, by: User, *, solved: str, score: int, text: str, reasons: Sequence[str] = (), **_given: Any
) -> Details:
    Rating.objects.create(
        community=row.community,
        request=row,
        round=row.round,
        solved=solved,
        score=score,
        reasons=list(reasons),
        text=text,
        by=by,
    )
    return {"solved": solved, "score": int(score)}


EFFECTS: dict[str, Callable[..., Details]] = {
    "accept": _accept,
    "reject": _reject,
    "decline": _decline,
    "dispatch": _dispatch,
    "sign": _sign,
    "hand_back": _hand_back,
    "reply": _reply,
    "send_back": _send_back,
    "resolve": _resolve,
    "conclude": _conclude,
    "rate": _rate,
}
