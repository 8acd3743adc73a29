"""What two people sign: the minutes as one SHA-256, which anybody who holds them can compute again."""

from __future__ import annotations

from typing import Any

from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, Recommendation
from core.hashing import digest


def content_of(session: AdviceSession) -> dict[str, Any]:
    """The minutes as they are signed; people by the number of their account, since a name may be erased one day."""
    seats = AdviceAttendance.objects.of(session).filter(attended=True).order_by("user")
    return {
        "session": session.pk,
        "number": session.number,
        "version": session.version,
        "topic": session.topic,
        "starts_at": session.starts_at,
        "place": session.place,
        "guests": session.guests,
        "closing": session.closing,
        "written_by": session.written_by_id,
        "agenda": [[one.position, one.title, one.said] for one in AgendaItem.objects.of(session)],
        "attended": [[one.user_id, one.is_adviser, one.signed_at] for one in seats],
        "recommendations": [
            [one.position, one.text, one.because, one.to_whom, one.due_on]
            for one in Recommendation.objects.of(session).order_by("position")
        ],
    }


def digest_of(session: AdviceSession) -> str:
    """The check code of the minutes."""
    return digest(content_of(session))


def agrees(session: AdviceSession) -> bool:
    """Whether approved minutes are what was signed."""
    return digest_of(session) == session.digest
