"""What two people sign: the minutes as one SHA-256, which anybody who holds them can compute again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, Recommendation
from core.hashing import digest


@dataclass(frozen=True)
class Parts:
    """What belongs to the minutes of a session besides its own row."""

    agenda: Sequence[AgendaItem]
    seats: Sequence[AdviceAttendance]
    advice: Sequence[Recommendation]


def parts_of(session: AdviceSession) -> Parts:
    """Everything that is signed, in order; three queries."""
    return Parts(
        list(AgendaItem.objects.of(session)),
        list(AdviceAttendance.objects.of(session).select_related("user")),
        list(Recommendation.objects.of(session).select_related("session").order_by("position")),
    )


def content_of(session: AdviceSession, parts: Parts) -> dict[str, Any]:
    """The minutes as they are signed; people by the number of their account, since a name may be erased one day."""
    seats = sorted((one for one in parts.seats if one.attended), key=lambda one: one.user_id)
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
        "agenda": [[one.position, one.title, one.said] for one in parts.agenda],
        "attended": [[one.user_id, one.is_adviser, one.signed_at] for one in seats],
        "recommendations": [[one.position, one.text, one.because, one.to_whom, one.due_on] for one in parts.advice],
    }


def digest_of(session: AdviceSession, parts: Parts | None = None) -> str:
    """The check code of the minutes."""
    return digest(content_of(session, parts or parts_of(session)))


def agrees(session: AdviceSession, parts: Parts | None = None) -> bool:
    """Whether approved minutes are what was signed."""
    return digest_of(session, parts) == session.digest
