"""What follows from how a request came in: papers to print, who asked, and what somebody without an account may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission
from community.calendar import work_calendar
from helpdesk import deadlines, words
from helpdesk.models import Update
from helpdesk.states import INTERNAL, LEADER, SECRETARY, State

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


@dataclass(frozen=True)
class Paper:
    """A link on the page of a request."""

    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class Said:
    """A public sentence, with what was written beside it."""

    title: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Standing:
    """How a request stands, as it may be told to whoever has its receipt."""

    number: str
    category: str
    state: str
    tone: str
    deadline: deadlines.Deadline
    submitted_at: datetime
    due_at: datetime
    lines: list[Said]
    is_discreet: bool


def may_print(row: ServiceRequest, user: User, parties: frozenset[str]) -> bool:
    """Whether the user prints the receipt: of what was written down for somebody, who leads it or wrote it down."""
    return row.is_on_behalf and (row.logged_by_id == user.pk or not parties.isdisjoint({LEADER, SECRETARY}))


def papers_of(row: ServiceRequest, user: User, parties: frozenset[str]) -> list[Paper]:
    """The receipt, and who asked in confidence, for those who may. Asks no database."""
    papers = []
    if user.scope.may(Permission.REQUEST_HANDLE) and may_print(row, user, parties):
        papers.append(Paper(_("印回执"), reverse("helpdesk:receipt", args=[row.pk]), "printer"))
    if row.has_informant and SECRETARY in parties:
        papers.append(Paper(_("看提出人是谁"), reverse("helpdesk:informant", args=[row.pk]), "shield-lock"))
    return papers


def standing_of(row: ServiceRequest) -> Standing:
    """State, deadline and public words of a request whose code was typed; where it follows another, that one's.

    Of two households it is the state alone. What was asked in confidence tells none either: receipts lie about.
    """
    discreet = row.has_parties or row.category.is_mediation or row.has_informant or row.is_confidential
    leading = row.master or row
    return Standing(
        number=row.number,
        category="" if discreet else row.category.label,
        state=leading.get_state_display(),
        tone=words.TONES[leading.state],
        deadline=deadlines.deadline_of(leading, work_calendar()),
        submitted_at=row.submitted_at,
        due_at=leading.due_at,
        lines=[] if discreet else _said(row),
        is_discreet=discreet,
    )


def _said(row: ServiceRequest) -> list[Said]:
    """The steps and what was written to the resident, the newest first; neither what residents wrote nor a name."""
    rows = Update.objects.unscoped(reason="of a request whose code and phone were typed")
    told = rows.filter(request__in=[row.pk, row.master_id or row.pk], kind=Update.Kind.STEP).order_by("-at", "-pk")
    return [
        Said(str(State(one.to_state).label), one.at, "" if one.action in _RESIDENTS else one.public_text)
        for one in told.exclude(action__in=[*INTERNAL, *_INSIDE])
    ]


# What residents have said themselves, and what goes on among those who work on it.
_RESIDENTS = frozenset({"log", "join", "rate", "withdraw", "answer", "answer_for", "reopen", "ask_info"})
_INSIDE = frozenset({"reassign", "hand_back", "send_back"})
