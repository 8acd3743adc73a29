"""Questions about a published quarter: asked by who lives there, answered by the committee in seven working days."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import audit
from community.calendar import work_calendar
from community.models import Appointment, User
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from property.models import Book, Publication, PublicationQuestion
from property.models.public import QUESTION_STEPS
from property.publication import readiness
from property.publication.lines import Line, home_in

State = PublicationQuestion.State
WORKING_DAYS = 7
MOST_OPEN = 10
SOON = timedelta(days=2)


@transaction.atomic
def ask(line: Line, *, by: User, text: str) -> PublicationQuestion:
    """Ask about a line of what is published; the committee is told, and has seven working days.

    Refused for who does not live there, and for an eleventh question that waits for its answer.
    """
    publication = locked(line.publication)
    book = line.publication.book
    home = home_in(by, book.estate_id)
    step = QUESTION_STEPS.find("", "ask", ["resident"] if home else [], {"text": text.strip()})
    if publication.state != Publication.State.PUBLISHED:
        raise Refused(_("这一版不是现在公示的，请在更正后的版本里提问。"))
    waiting = PublicationQuestion.objects.of(publication).open().filter(household=home).count()
    if waiting >= MOST_OPEN:
        raise Refused(_("您家已经有 %(number)d 个问题在等答复，请等一等再问。") % {"number": waiting})
    now = clock.now()
    question = PublicationQuestion(
        community_id=publication.community_id,
        publication=line.publication,
        section=line.section,
        position=line.position,
        about=line.about_in_the_books,
        text=text.strip(),
        state=step.target,
        household=home,
        asked_by=by,
        asked_at=now,
        due_at=work_calendar().add_working_days(now, WORKING_DAYS),
    )
    question.save(force_insert=True)
    audit.record("question_asked", question, by=by)
    words = _("居民对%(publication)s提了一个问题：%(about)s") % {
        "publication": line.publication,
        "about": question.about,
    }
    notify(committee_of(book), about=question, kind="publication_question", text=words)
    return question


@transaction.atomic
def answer(question: PublicationQuestion, *, by: User, answer: str) -> PublicationQuestion:
    """Answer for the committee; everybody of the estate reads it, and who asked is told."""
    book = question.publication.book
    publication = question.publication
    question = locked(question)
    step = QUESTION_STEPS.find(question.state, "answer", by.scope.offices(book.estate_id), {"answer": answer.strip()})
    question.state, question.answer = step.target, answer.strip()
    question.answered_by, question.answered_at = by, clock.now()
    question.save()
    audit.record("question_answered", question, by=by)
    if question.asked_by is not None:
        text = _("您对%(publication)s的提问有答复了。") % {"publication": publication}
        notify([question.asked_by], about=question, kind="publication_answer", text=text)
    return question


@transaction.atomic
def withdraw(question: PublicationQuestion, *, by: User) -> PublicationQuestion:
    """Take a question back while nobody has answered it; it is then shown to nobody."""
    question = locked(question)
    step = QUESTION_STEPS.find(question.state, "withdraw", ["asker"] if question.asked_by_id == by.pk else [])
    question.state = step.target
    question.save(update_fields=["state"])
    audit.record("question_withdrawn", question, by=by)
    return question


def committee_of(book: Book) -> list[User]:
    """All who hold an office on the committee of the estate today."""
    return [user for users in readiness.officers(book).values() for user in users]


def secretaries_of(community_id: int) -> list[User]:
    """The community's secretaries today."""
    rows = Appointment.objects.unscoped(reason="who is told of an estate's affairs").current()
    found = rows.filter(community=community_id, role=Role.SECRETARY, user__is_active=True).select_related("user")
    return [row.user for row in found]


def remind() -> int:
    """Remind the committee of a question two days before its answer is due, and once it is late the secretary too;
    each question once for each. Run daily; gives how many questions it dealt with."""
    now = clock.now()
    rows = PublicationQuestion.objects.unscoped(reason="questions everywhere that wait for an answer").open()
    near = Q(reminded_at__isnull=True, due_at__lt=now + SOON)
    late = Q(due_at__lt=now) & (Q(reminded_at__isnull=True) | Q(reminded_at__lt=F("due_at")))
    keys = list(rows.filter(near | late).values_list("pk", flat=True))
    return sum(_remind(rows.get(pk=key)) for key in keys)


@transaction.atomic
def _remind(question: PublicationQuestion) -> bool:
    """Tell it, unless somebody was faster."""
    question = locked(question)
    now = clock.now()
    late = question.due_at < now
    told = question.reminded_at is not None and (not late or question.reminded_at >= question.due_at)
    if not question.is_open or told:
        return False
    question.reminded_at = now
    question.save(update_fields=["reminded_at"])
    people = committee_of(question.publication.book)
    with translation.override(settings.LANGUAGE_CODE):
        words = {"about": question.about, "day": clock.local(question.due_at).date().isoformat()}
        if late:
            people = [*people, *secretaries_of(question.community_id)]
            text = _("居民的提问“%(about)s”应在 %(day)s 前答复，已经过期，请尽快答复。") % words
        else:
            text = _("居民的提问“%(about)s”请在 %(day)s 前答复。") % words
    notify(people, about=question, kind="publication_question", text=text)
    return True


def waiting_words(number: int) -> str:
    """How many questions wait, in words."""
    return ngettext("%(n)d 个居民提问等您答复", "%(n)d 个居民提问等您答复", number) % {"n": number}
