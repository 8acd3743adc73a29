"""Section 9: what was asked about earlier quarters, with its answer, or as still open."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from core import clock
from core.quarters import Quarter
from property.models import Book, Publication, PublicationQuestion, PublicationSignature
from property.publication.rows import AnswerRow


def answers(book: Book, quarter: Quarter) -> list[AnswerRow]:
    """The questions about the quarter before, and older ones that were still open when that one was frozen; two
    queries. A question is printed once with its answer, and in every quarter until then as open."""
    asked = PublicationQuestion.objects.of_book(book).filter(publication__quarter__lt=str(quarter))
    before = _frozen_at(book, quarter)
    if before is not None:
        printed = Q(answered_at__isnull=False, answered_at__lt=before)
        asked = asked.filter(Q(publication__quarter=str(quarter.previous())) | ~printed)
    return [_row(one) for one in asked.select_related("publication").order_by("asked_at", "pk")]


def _frozen_at(book: Book, quarter: Quarter) -> datetime | None:
    """When the newest earlier quarter was frozen for the first time: its first signature."""
    signed = PublicationSignature.objects.unscoped(reason="when an earlier quarter of a book found already was frozen")
    earlier = signed.filter(
        publication__book=book, publication__quarter__lt=str(quarter), publication__state__in=Publication.OUT
    )
    newest = earlier.order_by("-publication__quarter", "publication__version", "at").first()
    return newest.at if newest is not None else None


def _row(question: PublicationQuestion) -> AnswerRow:
    return AnswerRow(
        quarter=question.publication.quarter,
        about=question.about,
        asked_on=clock.local(question.asked_at).date(),
        text=question.text,
        answer=question.answer,
        answered_on=clock.local(question.answered_at).date() if question.answered_at else None,
    )
