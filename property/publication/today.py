"""What the published quarter asks of the committee today."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, OuterRef, Value, When
from django.db.models.functions import Concat, Left
from django.urls import reverse
from django.utils.translation import gettext as _

from community import today
from community.questions import Row, rows_for_each
from community.roles import Office, Role
from community.today import Ask
from core import clock
from core.parts import made_of
from core.quarters import Quarter
from property.models import AuditPetition, Book, CashProof, LedgerMonth, Publication, PublicationQuestion
from property.models.publication import SIGNATORIES
from property.publication.asking import waiting_words

if TYPE_CHECKING:
    from community.models import User

State = Publication.State
_WHY = "of publications and books that one sees oneself"
_PUBLICATION = ("id", "quarter", "version", "state", "drafted_at", "book_id", "book__estate_id", "book__estate__name")
_QUESTION = (
    "id", "state", "asked_at", "due_at", "publication_id",
    "publication__quarter", "publication__book_id", "publication__book__estate__name",
)  # fmt: skip
_PETITION = ("id", "opened_at", "reached_at", "publication__quarter", "publication__book__estate__name")
_BOOK = ("id", "opened_on", "estate__name")
_LAST_MONTHS = {"03": "Q1", "06": "Q2", "09": "Q3", "12": "Q4"}


def register() -> None:
    """What waits for a signature, for its draft, for an answer; of the secretary, petitions."""
    for question, say in _ROOMS:
        today.register(question, say)


def asks(user: User) -> list[Ask]:
    """What quarters ask of `user`; no query for whoever is neither of a committee nor the secretary, one for others."""
    answers = rows_for_each(user, tuple(question for question, _say in _ROOMS))
    return [ask for (_question, say), rows in zip(_ROOMS, answers, strict=True) for ask in say(user, rows)]


def _making(user: User) -> Any:
    """Drafts with whether an account was proved, once for each signature."""
    if not user.scope.has_role(Role.COMMITTEE):
        return None
    proofs = CashProof.objects.unscoped(reason=_WHY).filter(publication=OuterRef("pk"), balance__isnull=False)
    rows = Publication.objects.visible_to(user).unfinished().filter(book__estate__in=user.scope.estates)
    return rows.order_by().values_list(*_PUBLICATION, Exists(proofs), "signatures__office")


def _in_the_making(user: User, rows: list[Row]) -> list[Ask]:
    signed: dict[tuple[Any, ...], set[str | None]] = defaultdict(set)
    for *columns, office in rows:
        signed[tuple(columns)].add(office)
    found = [(made_of(Publication, _PUBLICATION, about), proved, by) for (*about, proved), by in signed.items()]
    found.sort(key=lambda one: (one[0].quarter, one[0].version), reverse=True)
    steps = (_step(*one, user.scope.offices(one[0].book.estate_id)) for one in found)
    return [ask for ask in steps if ask is not None]


def _step(publication: Publication, proved: bool, signed: set[str | None], offices: frozenset[str]) -> Ask | None:
    """The next step of one publication, when it is for somebody with these offices."""
    due = next((office for office in SIGNATORIES if office not in signed), None)
    steps: list[tuple[bool, str, str, str, str]] = [
        (
            publication.state == State.DRAFT and not proved,
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


def _closed_quarters(user: User) -> Any:
    """Quarters whose months are closed and that nobody has drafted, of the books that `user` keeps."""
    kept = user.scope.estates_as(Office.BOOKKEEPER)
    if not kept:
        return None
    cases = (When(month__endswith=f"-{month}", then=Value(quarter)) for month, quarter in _LAST_MONTHS.items())
    months = LedgerMonth.objects.visible_to(user).closed().filter(book__estate__in=kept)
    months = months.annotate(quarter=Concat(Left("month", 4), Case(*cases, default=Value(""))))
    taken = Publication.objects.unscoped(reason=_WHY).filter(book=OuterRef("book"), quarter=OuterRef("quarter"))
    ended = months.filter(quarter__contains="Q").filter(~Exists(taken))
    return ended.order_by().values_list("quarter", *(f"book__{name}" for name in _BOOK))


def _to_draft(_user: User, rows: list[Row]) -> list[Ask]:
    """The oldest quarter of each book that can be drafted."""
    first: dict[int, tuple[Quarter, Book]] = {}
    for text, *columns in sorted(rows, key=lambda row: row[:2]):
        quarter, book = Quarter.parse(text), made_of(Book, _BOOK, columns)
        if quarter >= Quarter.of(book.opened_on):
            first.setdefault(book.pk, (quarter, book))
    return [
        Ask(
            title=_("%(quarter)s可以编制公示了") % {"quarter": quarter.label},
            detail=str(book.estate),
            url=reverse("property:quarter_new", args=[book.pk, str(quarter)]),
            button=_("去编制"),
        )
        for quarter, book in first.values()
    ]


def _asked(user: User) -> Any:
    if not user.scope.has_role(Role.COMMITTEE):
        return None
    rows = PublicationQuestion.objects.visible_to(user).open().filter(publication__book__estate__in=user.scope.estates)
    return rows.order_by().values_list(*_QUESTION)


def _questions(_user: User, rows: list[Row]) -> list[Ask]:
    """One ask a quarter for the questions that wait for the committee; urgent once an answer is late."""
    waiting: dict[Any, list[PublicationQuestion]] = defaultdict(list)
    found = (made_of(PublicationQuestion, _QUESTION, row) for row in rows)
    for question in sorted(found, key=lambda one: (one.due_at, one.pk)):
        waiting[question.publication_id].append(question)
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


def _reached(user: User) -> Any:
    """Petitions that have reached their threshold and wait for the secretary's word."""
    places = user.scope.ids("community", Role.SECRETARY)
    if not places:
        return None
    rows = AuditPetition.objects.visible_to(user).filter(state=AuditPetition.State.REACHED, community__in=places)
    return rows.order_by().values_list(*_PETITION)


def _petitions(_user: User, rows: list[Row]) -> list[Ask]:
    found = [made_of(AuditPetition, _PETITION, row) for row in rows]
    return [
        Ask(
            title=_("审计联名达到了要求，请安排审计"),
            detail=str(one.publication),
            url=one.get_absolute_url(),
            button=_("去看看"),
            since=one.reached_at,
            urgent=True,
        )
        for one in sorted(found, key=lambda one: one.opened_at, reverse=True)
    ]


_ROOMS = (
    (_making, _in_the_making),
    (_closed_quarters, _to_draft),
    (_asked, _questions),
    (_reached, _petitions),
)
