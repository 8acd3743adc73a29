"""What the published quarter asks of the committee today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from community.roles import Office, Role
from community.today import Ask
from core import clock
from core.quarters import Month, Quarter
from property.models import AuditPetition, Book, LedgerMonth, Publication, PublicationQuestion
from property.models.publication import SIGNATORIES
from property.publication.asking import waiting_words

if TYPE_CHECKING:
    from community.models import User

State = Publication.State


def asks(user: User, book: Book | None = None) -> list[Ask]:
    """What waits for `user`, in one book or in all; one for the secretary, no query for whoever sits on no
    committee besides."""
    petitions = _petitions(user) if user.scope.has_role(Role.SECRETARY) else []
    if not user.scope.has_role(Role.COMMITTEE):
        return petitions
    return [*_in_the_making(user, book), *_to_draft(user, book), *_questions(user, book), *petitions]


def _questions(user: User, book: Book | None) -> list[Ask]:
    """One ask a quarter for the questions that wait for the committee; urgent once an answer is late."""
    rows = PublicationQuestion.objects.visible_to(user).open().filter(publication__book__estate__in=user.scope.estates)
    if book is not None:
        rows = rows.filter(publication__book=book)
    waiting: dict[Any, list[PublicationQuestion]] = {}
    for row in rows.select_related("publication__book__estate").order_by("due_at"):
        waiting.setdefault(row.publication_id, []).append(row)
    return [
        Ask(
            title=waiting_words(len(found)),
            detail=f"{found[0].publication} · {_due(found[0])}",
            url=_answer_url(found),
            button=_("去答复"),
            since=min(one.asked_at for one in found),
            urgent=found[0].is_late,
        )
        for found in waiting.values()
    ]


def _answer_url(found: list[PublicationQuestion]) -> str:
    """The form itself for a single question, the list for several."""
    if len(found) == 1:
        return reverse("property:question_answer", args=[found[0].pk])
    return reverse("property:quarter_questions", args=[found[0].publication_id])


def _due(question: PublicationQuestion) -> str:
    words = {"day": clock.local(question.due_at).date().isoformat()}
    return _("应在 %(day)s 前答复，已经过期") % words if question.is_late else _("%(day)s 前答复") % words


def _petitions(user: User) -> list[Ask]:
    """Petitions that have reached their threshold and wait for the secretary's word."""
    rows = AuditPetition.objects.visible_to(user).filter(state=AuditPetition.State.REACHED)
    own = rows.filter(community__in=user.scope.ids("community", Role.SECRETARY)).for_page()
    return [
        Ask(
            title=_("审计联名达到了要求，请安排审计"),
            detail=str(one.publication),
            url=one.get_absolute_url(),
            button=_("去看看"),
            since=one.reached_at,
            urgent=True,
        )
        for one in own
    ]


def _in_the_making(user: User, book: Book | None) -> list[Ask]:
    rows = Publication.objects.visible_to(user).in_the_making()
    if book is not None:
        rows = rows.filter(book=book)
    found = (_ask(publication, user.scope.offices(publication.book.estate_id)) for publication in rows)
    return [ask for ask in found if ask is not None]


def _ask(publication: Any, offices: frozenset[str]) -> Ask | None:
    """The next step of one publication, when it is for somebody with these offices."""
    signed = {row.office for row in publication.signed}
    due = next((office for office in SIGNATORIES if office not in signed), None)
    steps: list[tuple[bool, str, str, str, str]] = [
        (
            publication.state == State.DRAFT and not publication.proved,
            Office.CASHIER,
            "property:quarter_edit",
            _("%(publication)s等您核对钱款"),
            _("去核对"),
        ),
        (due is None, Office.CHAIR, "property:quarter_publish", _("%(publication)s可以公示了"), _("去公示")),
        (due is not None, due or "", "property:quarter_sign", _("%(publication)s等您签字"), _("去签字")),
    ]
    for holds, office, url, title, button in steps:
        if holds and office in offices:
            return Ask(
                title=title % {"publication": publication.label},
                detail=str(publication.book.estate),
                url=reverse(url, args=[publication.pk]),
                button=button,
                since=publication.drafted_at,
            )
    return None


def _to_draft(user: User, book: Book | None) -> list[Ask]:
    """The oldest quarter of each book whose months are closed and that nobody has drafted; for the bookkeeper."""
    months = LedgerMonth.objects.visible_to(user).filter(state=LedgerMonth.State.CLOSED).select_related("book__estate")
    taken = Publication.objects.visible_to(user)
    if book is not None:
        months, taken = months.filter(book=book), taken.filter(book=book)
    there = set(taken.values_list("book", "quarter"))
    first: dict[int, tuple[Quarter, Book]] = {}
    for month in months.order_by("month"):
        period: Month = month.period
        kept: Book = month.book
        ready = period.quarter.months[2] == period and period.quarter >= Quarter.of(kept.opened_on)
        if ready and (kept.pk, str(period.quarter)) not in there:
            first.setdefault(kept.pk, (period.quarter, kept))
    return [
        Ask(
            title=_("%(quarter)s可以编制公示了") % {"quarter": quarter.label},
            detail=str(kept.estate),
            url=reverse("property:quarter_new", args=[kept.pk, str(quarter)]),
            button=_("去编制"),
        )
        for quarter, kept in first.values()
        if Office.BOOKKEEPER in user.scope.offices(kept.estate_id)
    ]
