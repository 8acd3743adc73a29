"""What the auditors of a book opened, for everybody who may read the book."""

from __future__ import annotations

from typing import Any

from community import history
from community.models import Appointment, AuditEvent
from community.roles import Role
from property.models import Book, Voucher

WHY = "what the auditors of a book found already opened"
VOUCHER = "property.voucher"


def auditors(book: Book) -> list[Appointment]:
    """Who audits the book, did, or will; the newest term first."""
    rows = Appointment.objects.unscoped(reason=WHY).filter(estate=book.estate_id, role=Role.AUDITOR)
    return list(rows.select_related("user").order_by("-starts_on", "-pk"))


def openings(book: Book, *, most: int = 200) -> list[AuditEvent]:
    """The newest openings and readings by the book's auditors during their terms."""
    terms = auditors(book)
    events: Any = (
        AuditEvent.objects.unscoped(reason=WHY)
        .filter(community_id=book.community_id, actor_id__in={term.user_id for term in terms})
        .filter(verb__in=history.reading_verbs())
        .order_by("-at", "-pk")
    )
    found = [event for event in events[: most * 2] if any(_within(event, term) for term in terms)]
    foreign = _of_other_books(book, found)
    return [event for event in found if event.target_id not in foreign][:most]


def _within(event: AuditEvent, term: Appointment) -> bool:
    return event.actor_id == term.user_id and term.holds(event.at.date())


def _of_other_books(book: Book, events: list[AuditEvent]) -> set[str]:
    """The vouchers among the events' targets that are another book's: one may audit two."""
    named = {event.target_id for event in events if event.target_type == VOUCHER}
    own = Voucher.objects.of_book(book).filter(pk__in=named).values_list("pk", flat=True)
    return named - {str(pk) for pk in own}
