"""What stands in the way of a step although the table of states has it: each rule says why, or "" where it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import clock
from helpdesk.states import (
    CO_HANDLER,
    HANDLER,
    LEADER,
    RATING_DAYS,
    REOPEN_DAYS,
    REOPEN_TIMES,
    RETURNS,
    SECRETARY,
    State,
)

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

Bar = Callable[["ServiceRequest", "User", frozenset[str]], str]


def register(action: str, rule: Bar) -> None:
    """A rule of a room above; asked for every page on which the step would be offered."""
    BARS[action] = (*BARS.get(action, ()), rule)


def bar(request: ServiceRequest, action: str, user: User | None, parties: frozenset[str]) -> str:
    """Why somebody who is the right party must still not take this step, or ""."""
    if user is None:
        return ""
    for rule in BARS.get(action, ()):
        if why := rule(request, user, parties):
            return why
    return ""


def _secretary_decides(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.category.needs_secretary and SECRETARY not in parties:
        return _("投诉和举报受理不受理，由社区书记决定。")
    return ""


def _four_eyes(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if parties & {HANDLER, CO_HANDLER} or _has_reported(request, user):
        return _("自己办的事要请别人审核。")
    if request.last_resolved_by_id == user.pk:
        return _("上一次是您审核的，重办以后要请别人审核。")
    return ""


def _has_reported(request: ServiceRequest, user: User) -> bool:
    """Whether the result is what this person has heard from a body outside; a query only where there was one."""
    from helpdesk.models import Update

    if not request.referred_to:
        return False
    told = Update.objects.of(request).filter(action__in=["reply", "report_back"]).last()
    return told is not None and told.by_id == user.pk


def _one_return(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    from helpdesk.models import Update

    if not request.hop_count:
        return ""
    if Update.objects.of(request).filter(action="hand_back", by=user, at__gte=request.clock_from).exists():
        return _("这件事您已经退过一次，请和社区书记商量怎么办。")
    return ""


def _returned_twice(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.hop_count >= RETURNS and SECRETARY not in parties:
        return _("这件事已经退过两次，要由社区书记来定谁办。")
    return ""


def _both_agreed(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if any(side.agreed_on is None for side in request.sides):
        return _("两家都同意调解以后，才能派人。先分别问一问，再记下来。")
    return ""


def _is_rated(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return _("调解不请人评价，审核通过就结束。") if request.category.is_mediation else ""


def _is_mediated(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return "" if request.category.is_mediation else _("这件事办结以后要请人评价。")


def _is_between_two(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return "" if request.has_parties else _("这件事不是两家之间的调解。")


def _is_not_between_two(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return _("两家之间的调解，要分别和两家说，不能这样办。") if request.has_parties else ""


def _first_question(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.questions and SECRETARY not in parties:
        return _("已经请本人补充过一次；再问一次，要社区书记同意。")
    return ""


def _asked_before(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return "" if request.questions else _("还没有问过本人，可以直接问。")


def _nothing_awaited(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if SECRETARY in parties:
        return _("您是社区书记，可以直接定。")
    return _("已经有一个申请在等社区书记答复。") if request.asked_for else ""


def _something_awaited(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return "" if request.asked_for else _("现在没有要答复的申请。")


def _can_be_extended(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.extended_to:
        return _("已经延过一次，不能再延。")
    return _("期限已经过了，不能再延。") if clock.now() >= request.due_at else ""


def _in_time_to_rate(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    """What is resolved itself waits to be rated or lapses; what follows another is asked for a while."""
    if request.state != State.MERGED or request.asks_rating:
        return ""
    if request.resolved_at and request.resolved_at < clock.now() - timedelta(RATING_DAYS):
        return _("满 %(days)s 天了，这一次不再评价。") % {"days": RATING_DAYS}
    return _("您已经评价过了。") if request.resolved_at else _("还没有办结，办结以后请您评价。")


def _follows_on(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.resolved_at and not request.asks_rating:
        return _("那一件已经办结，不能再拆出来；没解决的，请重新提一件。")
    return ""


def _may_be_reopened(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if parties & {LEADER, SECRETARY}:
        return ""
    if request.resolved_at is None or request.resolved_at < clock.now() - timedelta(REOPEN_DAYS):
        return _("办结已经超过 %(days)s 天，请重新提一件，写上这一件的编号。") % {"days": REOPEN_DAYS}
    if request.reopenings >= REOPEN_TIMES:
        return _("已经重办过 %(times)s 次。还没解决的，请直接找社区书记。") % {"times": REOPEN_TIMES}
    return ""


BARS: dict[str, tuple[Bar, ...]] = {
    "reject": (_secretary_decides,),
    "decline": (_is_between_two,),
    "dispatch": (_both_agreed, _returned_twice),
    "resolve": (_is_rated, _four_eyes),
    "conclude": (_is_mediated, _four_eyes),
    "send_back": (_four_eyes,),
    "hand_back": (_one_return,),
    "ask_info": (_is_not_between_two, _first_question),
    "ask_again": (_is_not_between_two, _asked_before, _nothing_awaited),
    "ask_suspend": (_nothing_awaited,),
    "ask_extend": (_can_be_extended, _nothing_awaited),
    "extend": (_can_be_extended,),
    "refuse": (_something_awaited,),
    "merge": (_is_not_between_two,),
    "split": (_follows_on,),
    "rate": (_in_time_to_rate,),
    "reopen": (_may_be_reopened,),
}
