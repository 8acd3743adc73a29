"""Writes of minutes: written down, corrected, signed by two who were there, made public."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from alliance.advice.actions.sessions import KIND, check_version
from alliance.advice.people import advisers_of, parties_of, seat_of, secretaries_of
from alliance.advice.seal import digest_of
from alliance.advice.states import CORRECTION_DAYS, SESSIONS, SIGNATURES, State
from alliance.advice.wording import check_fit
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, MinutesRemark, Recommendation
from community import audit
from community.models import User
from community.notices import notify
from community.numbers import next_number
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import day


@transaction.atomic
def write_minutes(
    session: AdviceSession,
    *,
    by: User,
    version: int,
    attended: Iterable[User],
    said: Mapping[int, str],
    added: Sequence[tuple[str, str]] = (),
    guests: str = "",
    closing: str = "",
) -> AdviceSession:
    """Write the minutes, or another draft of them: who came, and what was `said` to each point of the agenda by its id.

    `added` are points that came up in the session, with what was said to them. The first draft gives the session its
    number and opens the days for corrections.
    """
    session = locked(session)
    SESSIONS.find(session.state, "write", parties_of(session, by))
    check_version(session, version)
    if session.starts_at > clock.now():
        raise Refused(_("会议还没有开，到那天再写纪要。"))
    came = list(dict.fromkeys(attended))
    if not came:
        raise Refused(_("请勾上到会的人。"))
    is_first = session.number is None
    session.number = session.number or next_number(session.community_id, kind=KIND)
    session.state, session.written_by = State.DRAFTED, by
    session.remarks_until = session.remarks_until or clock.today() + timedelta(days=CORRECTION_DAYS)
    session.guests, session.closing = guests.strip(), closing.strip()
    session.version += 1
    session.save()
    _seat(session, came)
    _write_agenda(session, said, added)
    verb = "advice_minutes_written" if is_first else "advice_minutes_changed"
    audit.record(verb, session, by=by, changes={"version": [session.version - 1, session.version]})
    if is_first:
        told = [user for user in came if user.pk != by.pk]
        notify(
            told, about=session, kind=KIND, text=_("%(which)s的纪要写好了，请您看看有没有要改的。") % _which(session)
        )
    else:
        _ask_to_read_again(session)
    return session


def _ask_to_read_again(session: AdviceSession) -> None:
    """Whoever had found nothing to change has read another draft."""
    seats = AdviceAttendance.objects.of(session).filter(read_at__isnull=False)
    readers = [seat.user for seat in seats.filter(attended=True).select_related("user")]
    seats.update(read_at=None)
    notify(readers, about=session, kind=KIND, text=_("%(which)s的纪要改过了，请您再看看。") % _which(session))


@transaction.atomic
def add_remark(session: AdviceSession, *, by: User, text: str) -> MinutesRemark:
    """Say what in the draft is to be corrected; the recorder is told."""
    session = locked(session)
    SESSIONS.find(session.state, "remark", _parties(session, by), {"text": text.strip()})
    remark = _remark(session, by, text)
    audit.record("advice_minutes_remarked", session, by=by)
    return remark


@transaction.atomic
def answer_remark(remark: MinutesRemark, *, by: User, answer: str, answer_text: str = "") -> MinutesRemark:
    """Say whether the draft was changed; where it was not, why."""
    session = locked(remark.session)
    remark = locked(remark)
    SESSIONS.find(session.state, "write", parties_of(session, by))
    if remark.answer:
        raise Refused(_("这一处已经答过了。"))
    if answer == MinutesRemark.Answer.LEFT and not answer_text.strip():
        raise Refused(_("没有改的，请写一句为什么。"))
    remark.answer, remark.answer_text = answer, answer_text.strip()
    remark.answered_by, remark.answered_at = by, clock.now()
    remark.save()
    audit.record("advice_remark_answered", session, by=by, reason=remark.answer_text)
    if remark.by_id != by.pk:
        text = _("您对%(which)s纪要提的更正：%(answer)s。") % {
            **_which(session),
            "answer": remark.get_answer_display(),
        }
        notify([remark.by], about=session, kind=KIND, text=text)
    return remark


@transaction.atomic
def say_read(session: AdviceSession, *, by: User) -> AdviceAttendance:
    """Say that one has read the draft and would have nothing changed."""
    session = locked(session)
    seat = _own_seat(session, by, State.DRAFTED)
    if seat.read_at is None:
        seat.read_at = clock.now()
        seat.save(update_fields=["read_at"])
        audit.record("advice_minutes_read", session, by=by)
    return seat


@transaction.atomic
def send_for_signing(session: AdviceSession, *, by: User) -> AdviceSession:
    """Ask those who came to sign. The days for corrections are over, or everybody has read; every correction is
    answered; and there are two who can sign, one of them an adviser."""
    session = locked(session)
    SESSIONS.find(session.state, "send", parties_of(session, by))
    if MinutesRemark.objects.of(session).filter(answer="").exists():
        raise Refused(_("还有更正没有答复，请先答复。"))
    signers = _signers(session)
    if len(signers) < SIGNATURES or not any(seat.is_adviser for seat in signers):
        raise Refused(_("到会的人里，除了记录人，至少要有两位能签字，其中一位是顾问。"))
    until = session.remarks_until
    if until and until >= clock.today() and any(seat.read_at is None for seat in signers):
        words = {"day": day(until)}
        raise Refused(_("更正可以提到%(day)s；到会的人都看过了，就可以早一点签。") % words)
    session.state = State.SIGNING
    session.save(update_fields=["state"])
    audit.record("advice_minutes_sent", session, by=by)
    text = _("%(which)s的纪要改好了，请您核对签字。") % _which(session)
    notify([seat.user for seat in signers], about=session, kind=KIND, text=text)
    return session


@transaction.atomic
def open_again(session: AdviceSession, *, by: User, reason: str) -> AdviceSession:
    """Take minutes back that wait for signatures: what is to be changed becomes a correction, signatures are gone."""
    session = locked(session)
    SESSIONS.find(session.state, "open_again", _parties(session, by), {"reason": reason.strip()})
    AdviceAttendance.objects.of(session).update(signed_at=None, read_at=None)
    session.state = State.DRAFTED
    session.version += 1
    session.save(update_fields=["state", "version"])
    _remark(session, by, reason)
    audit.record("advice_minutes_opened", session, by=by, reason=reason.strip())
    return session


@transaction.atomic
def sign_minutes(session: AdviceSession, *, by: User, version: int) -> AdviceSession:
    """Sign the minutes as they were read. With the second signature, one of them an adviser's, they are final."""
    session = locked(session)
    if session.state == State.APPROVED:
        raise Refused(_("纪要已经定稿了，不用再签。"))
    SESSIONS.find(session.state, "sign", _parties(session, by))
    check_version(session, version)
    seat = _own_seat(session, by, State.SIGNING)
    if seat.signed_at is not None:
        raise Refused(_("您已经签过了。"))
    seat.signed_at = clock.now()
    seat.save(update_fields=["signed_at"])
    audit.record("advice_minutes_signed", session, by=by)
    signed = [one for one in _signers(session) if one.signed_at]
    if len(signed) >= SIGNATURES and any(one.is_adviser for one in signed):
        _approve(session, by)
    return session


@transaction.atomic
def publish_session(
    session: AdviceSession, *, by: User, public_text: str, public: Collection[Recommendation]
) -> AdviceSession:
    """Let residents read what was recommended, with a few words about the session; the minutes stay within.

    `public` are the recommendations that they read. Raises Refused where a text has numbers, doors or names in it.
    """
    session = locked(session)
    SESSIONS.find(session.state, "publish", parties_of(session, by))
    shown = {one.pk for one in public}
    rows = list(Recommendation.objects.of(session))
    check_fit(session.community_id, public_text, *(_readable(one) for one in rows if one.pk in shown))
    for row in rows:
        if row.is_public != (row.pk in shown):
            row.is_public = row.pk in shown
            row.save(update_fields=["is_public"])
    is_new = session.published_at is None
    session.public_text = public_text.strip()
    session.published_at, session.published_by = session.published_at or clock.now(), by
    session.save(update_fields=["public_text", "published_at", "published_by"])
    verb = "advice_session_published" if is_new else "advice_session_retold"
    audit.record(verb, session, by=by, changes={"public_text": [None, session.public_text]})
    return session


@transaction.atomic
def unpublish_session(session: AdviceSession, *, by: User) -> AdviceSession:
    """Take it off the page again."""
    session = locked(session)
    SESSIONS.find(session.state, "unpublish", parties_of(session, by))
    if session.published_at is None:
        raise Refused(_("这次会议本来就没有公开。"))
    session.published_at = session.published_by = None
    session.save(update_fields=["published_at", "published_by"])
    audit.record("advice_session_unpublished", session, by=by)
    return session


def _approve(session: AdviceSession, by: User) -> None:
    session.approved_at = clock.now()
    session.digest = digest_of(session)
    session.state = State.APPROVED
    session.save(update_fields=["approved_at", "digest", "state"])
    audit.record("advice_minutes_approved", session, by=by, changes={"digest": [None, session.digest[:16]]})
    asked = Recommendation.objects.of(session).count()
    if asked:
        text = _("%(which)s的纪要定稿了，有 %(n)d 条建议等答复。") % {**_which(session), "n": asked}
        told = [user for user in secretaries_of(session.community_id) if user.pk != by.pk]
        notify(told, about=session, kind=KIND, text=text)


def _parties(session: AdviceSession, user: User) -> frozenset[str]:
    seat = seat_of(session, user)
    return parties_of(session, user, attended=bool(seat and seat.attended))


def _own_seat(session: AdviceSession, by: User, state: str) -> AdviceAttendance:
    seat = seat_of(session, by)
    if session.state != state or seat is None or not seat.attended or session.written_by_id == by.pk:
        raise Refused(_("这一步由到会的人来办，记录人除外。"))
    return seat


def _signers(session: AdviceSession) -> list[AdviceAttendance]:
    """Those who came and did not write the minutes."""
    seats = AdviceAttendance.objects.of(session).filter(attended=True)
    return list(seats.exclude(user=session.written_by_id).select_related("user"))


def _remark(session: AdviceSession, by: User, text: str) -> MinutesRemark:
    remark = MinutesRemark(community_id=session.community_id, session=session, by=by, text=text.strip())
    remark.save(force_insert=True)
    if session.written_by and session.written_by_id != by.pk:
        words = _("有人对%(which)s的纪要提了更正。") % _which(session)
        notify([session.written_by], about=session, kind=KIND, text=words)
    return remark


def _seat(session: AdviceSession, came: list[User]) -> None:
    """Write down who came, also who was not invited."""
    rows = {row.user_id: row for row in AdviceAttendance.objects.of(session)}
    present = {user.pk for user in came}
    advisers = {one.pk for one in advisers_of(session.community_id)}
    for key, row in rows.items():
        row.attended = key in present
    AdviceAttendance.objects.of(session).bulk_update(rows.values(), ["attended"])
    AdviceAttendance.objects.bulk_create(
        AdviceAttendance(
            community_id=session.community_id,
            session=session,
            user=user,
            is_adviser=user.pk in advisers,
            attended=True,
        )
        for user in came
        if user.pk not in rows
    )


def _write_agenda(session: AdviceSession, said: Mapping[int, str], added: Sequence[tuple[str, str]]) -> None:
    rows = AgendaItem.objects.of(session)
    for row in rows:
        row.said = said.get(row.pk, row.said).strip()
    rows.bulk_update(rows, ["said"])
    last: int = rows.aggregate(last=Max("position"))["last"] or 0
    AgendaItem.objects.bulk_create(
        AgendaItem(
            community_id=session.community_id,
            session=session,
            position=last + number,
            title=title.strip(),
            said=words.strip(),
        )
        for number, (title, words) in enumerate(added, start=1)
    )


def _readable(one: Recommendation) -> str:
    return "\n".join((one.text, one.because, one.to_whom, one.answer))


def _which(session: AdviceSession) -> dict[str, Any]:
    return {"which": session.label}
