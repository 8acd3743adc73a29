"""Writes of sessions before they are held: planned, changed, called off, answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from alliance.advice.people import advisers_of, parties_of, seat_of
from alliance.advice.states import OFFICE, SESSIONS, State
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem
from community import audit
from community.models import Community, User
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import moment

KIND = "advice_session"


@transaction.atomic
def plan_session(
    community: Community,
    *,
    by: User,
    topic: str,
    starts_at: datetime,
    place: str,
    agenda: Sequence[str],
    invited: Iterable[User],
) -> AdviceSession:
    """Plan a session and invite to it. One that was held before may be written down too: then nobody is told."""
    office = {OFFICE} if community.pk in by.scope.offices_communities else set()
    SESSIONS.find("", "plan", office)
    session = AdviceSession(
        community=community, topic=topic, starts_at=starts_at, place=place, planned_by=by, state=State.PLANNED
    )
    session.save(force_insert=True)
    _lay_agenda(session, agenda)
    guests = _invite(session, invited)
    audit.record("advice_session_planned", session, by=by, changes={"starts_at": [None, moment(starts_at)]})
    _tell(session, guests, by, _("%(when)s 开顾问会议：%(topic)s。请说一声来不来。"))
    return session


@transaction.atomic
def change_session(
    session: AdviceSession,
    *,
    by: User,
    version: int,
    topic: str,
    starts_at: datetime,
    place: str,
    agenda: Sequence[str],
    invited: Iterable[User],
) -> AdviceSession:
    """Change what was planned; who had answered is asked again where the time has moved."""
    session = locked(session)
    SESSIONS.find(session.state, "change", parties_of(session, by))
    check_version(session, version)
    before = {"topic": session.topic, "starts_at": session.starts_at, "place": session.place}
    after = {"topic": topic, "starts_at": starts_at, "place": place}
    for name, value in after.items():
        setattr(session, name, value)
    session.version += 1
    session.save()
    AgendaItem.objects.of(session).delete()
    _lay_agenda(session, agenda)
    kept = list(invited)
    gone = AdviceAttendance.objects.of(session).exclude(user__in=[user.pk for user in kept])
    uninvited = [one.user for one in gone.select_related("user")]
    gone.delete()
    newly = _invite(session, kept)
    others = [user for user in kept if user.pk not in {one.pk for one in newly}]
    changes = {name: [_written(before[name]), _written(after[name])] for name in after if before[name] != after[name]}
    audit.record("advice_session_changed", session, by=by, changes=changes)
    if before["starts_at"] != starts_at:
        AdviceAttendance.objects.of(session).update(answer="", answered_at=None)
    if before["starts_at"] != starts_at or before["place"] != place:
        _tell(session, others, by, _("顾问会议改了：%(when)s，%(place)s。请再说一声来不来。"))
    _tell(session, newly, by, _("%(when)s 开顾问会议：%(topic)s。请说一声来不来。"))
    _tell(session, uninvited, by, _("%(when)s 的顾问会议，这次不用您来了。"))
    return session


@transaction.atomic
def call_off(session: AdviceSession, *, by: User, reason: str) -> AdviceSession:
    """Say that a planned session is not held; those invited are told."""
    session = locked(session)
    SESSIONS.find(session.state, "call_off", parties_of(session, by), {"reason": reason.strip()})
    session.state, session.reason = State.CALLED_OFF, reason.strip()
    session.version += 1
    session.save()
    audit.record("advice_session_called_off", session, by=by, reason=session.reason)
    seats = AdviceAttendance.objects.of(session).select_related("user")
    _tell(session, [one.user for one in seats], by, _("%(when)s 的顾问会议不开了：%(reason)s"))
    return session


@transaction.atomic
def answer_invitation(session: AdviceSession, *, by: User, answer: str) -> AdviceAttendance:
    """Say whether one comes; until the session begins the answer may change."""
    session = locked(session)
    seat = seat_of(session, by)
    if seat is None:
        raise Refused(_("这次会议没有请您，不用回答。"))
    if session.state != State.PLANNED or session.starts_at <= clock.now():
        raise Refused(_("会议已经开始或者不开了，不用再回答。"))
    if answer not in AdviceAttendance.Answer.values:
        raise Refused(_("请选“来”或者“来不了”。"))
    if seat.answer == answer:
        return seat
    before, seat.answer, seat.answered_at = seat.answer, answer, clock.now()
    seat.save(update_fields=["answer", "answered_at"])
    audit.record("advice_invitation_answered", session, by=by, changes={"answer": [before, seat.get_answer_display()]})
    return seat


def check_version(session: AdviceSession, version: int) -> None:
    """Refuse what was written about another version than the present one."""
    if version != session.version:
        raise Refused(_("您看的时候，别人刚改过。请看一看新的内容，再提交一次。"))


def _lay_agenda(session: AdviceSession, titles: Sequence[str]) -> None:
    wanted = [title.strip() for title in titles if title.strip()]
    if not wanted:
        raise Refused(_("请至少写一项议程。"))
    AgendaItem.objects.bulk_create(
        AgendaItem(community_id=session.community_id, session=session, position=number, title=title)
        for number, title in enumerate(wanted, start=1)
    )


def _invite(session: AdviceSession, people: Iterable[User]) -> list[User]:
    """Those of the people who were not invited yet, who now are."""
    there = set(AdviceAttendance.objects.of(session).values_list("user", flat=True))
    advisers = {one.pk for one in advisers_of(session.community_id)}
    newly = [user for user in dict.fromkeys(people) if user.pk not in there]
    AdviceAttendance.objects.bulk_create(
        AdviceAttendance(community_id=session.community_id, session=session, user=user, is_adviser=user.pk in advisers)
        for user in newly
    )
    return newly


def _tell(session: AdviceSession, people: Iterable[User], by: User, text: str) -> None:
    """Tell those concerned, unless the day is over already."""
    told = [user for user in people if user.pk != by.pk]
    if told and session.starts_at > clock.now():
        words = {"topic": session.topic, "place": session.place, "reason": session.reason}
        notify(told, about=session, kind=KIND, text=text % {**words, "when": moment(session.starts_at)})


def _written(value: Any) -> str:
    return moment(value) if isinstance(value, datetime) else str(value)
