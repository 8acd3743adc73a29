"""Somebody held a seat and did not come: a note that runs out, that can be appealed, and that touches no hours.

It is between the steward and the office. Nobody else reads it, and no offer and no roster asks it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import moment
from stewards.duty.states import PROMISED
from stewards.duty.telling import office_of
from stewards.models import Assignment, NoShow

if TYPE_CHECKING:
    from community.models import User

STANDS_DAYS = 90
"""For so many days a note stands; then it has never been."""
AFTER = timedelta(minutes=30)
"""Nobody is late before that."""
_WHY = "whether it is noted already"


@transaction.atomic
def note_no_show(seat: Assignment, *, by: User, note: str = "") -> NoShow:
    """Note that somebody did not come; they read it at once and may say how it was.

    Raises Refused before half an hour is over, and for a seat that was not theirs, or that they have come to.
    """
    _office(seat.community_id, by)
    shift, steward = seat.slot.shift, seat.steward
    seat = locked(seat)
    if by.pk == steward.user_id:
        raise Refused(_("自己的事请另一位来记。"))
    if seat.state not in PROMISED or seat.is_reserve or seat.checked_in_at is not None:
        raise Refused(_("这个班不用记：换了人，是候补，或者已经到过岗。"))
    if clock.now() < seat.starts_at + AFTER:
        raise Refused(_("再等一等，开始半小时以后还没来再记。"))
    if NoShow.objects.unscoped(reason=_WHY).filter(seat=seat).exists():
        raise Refused(_("这个班已经记过了。"))
    flag = NoShow.objects.create(
        community_id=seat.community_id,
        volunteer_id=steward.user_id,
        seat=seat,
        noted_by=by,
        note=note.strip()[:120],
        expires_on=shift.day + timedelta(days=STANDS_DAYS),
    )
    audit.record("no_show_noted", flag, by=by, reason=flag.note)
    text = _("%(when)s的%(shift)s没有等到您，您还好吗？有什么情况可以说一声。") % {
        "when": moment(seat.starts_at),
        "shift": shift.name,
    }
    notify([steward.user], about=flag, kind="no_show_noted", text=text)
    return flag


@transaction.atomic
def appeal(flag: NoShow, *, text: str, by: User) -> NoShow:
    """Say how it was; somebody of the office who did not note it decides."""
    flag = locked(flag)
    if flag.volunteer_id != by.pk:
        raise Refused(_("情况要本人来说。"))
    if flag.is_over or flag.appealed_at is not None:
        raise Refused(_("已经说过了，或者已经消除了，不用再说。"))
    if not text.strip():
        raise Refused(_("请写一写当时的情况。"))
    flag.appeal, flag.appealed_at = text.strip()[:200], clock.now()
    flag.save(update_fields=["appeal", "appealed_at"])
    audit.record("no_show_appealed", flag, by=by)
    others = [one for one in office_of(flag.community_id) if one.pk not in {flag.noted_by_id, by.pk}]
    told = _("%(who)s 说明了没有到岗的情况，请您看看。") % {"who": by.name}
    notify(others, about=flag, kind="no_show_appealed", text=told)
    return flag


@transaction.atomic
def decide_appeal(flag: NoShow, *, lifted: bool, answer: str, by: User) -> NoShow:
    """Take the note back or let it stand, by somebody who is neither who noted it nor the steward."""
    _office(flag.community_id, by)
    flag = locked(flag)
    if by.pk in {flag.noted_by_id, flag.volunteer_id}:
        raise Refused(_("请没有记过这件事的另一位同志来定。"))
    if flag.appealed_at is None or flag.decided_at is not None:
        raise Refused(_("还没有说明，或者已经答复过了。"))
    if not lifted and not answer.strip():
        raise Refused(_("不消除的话，请写明为什么。"))
    flag.lifted, flag.answer = lifted, answer.strip()[:120]
    flag.decided_at, flag.decided_by = clock.now(), by
    flag.save(update_fields=["lifted", "answer", "decided_at", "decided_by"])
    audit.record("no_show_lifted" if lifted else "no_show_upheld", flag, by=by, reason=flag.answer)
    told = (
        _("您说的情况我们明白了，那条提醒已经消除。")
        if lifted
        else _("您说的情况我们看了，那条提醒先留着，到期自动消除。")
    )
    notify([flag.volunteer], about=flag, kind="no_show_answered", text=told)
    return flag


def _office(community_id: int, by: User) -> None:
    if community_id not in by.scope.offices_communities:
        raise Refused(_("到岗由社区办公室来核对。"))
