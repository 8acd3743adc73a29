"""The steps that the reader of a page can take, as it offers them: what is expected first, the rest beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.states import REPORTER, SECRETARY, State

if TYPE_CHECKING:
    from core.states import Transition
    from helpdesk.models import ServiceRequest

# What is expected of somebody next: its form stands on the page.
EXPECTED = frozenset(
    {"accept", "accept_dispatch", "dispatch", "sign", "reply", "resolve", "conclude", "answer", "checked"}
)
# What is as likely, and hangs under it as a button; everything else is found under one word.
BESIDE = frozenset({"reject", "hand_back", "send_back", "answer_for", "report_back", "take_back", "resume", "refuse"})

OPEN_AT_MOST = 2


@dataclass(frozen=True)
class Offer:
    """A step that the reader can take, as a button."""

    label: str
    url: str
    is_main: bool


@dataclass(frozen=True)
class Offers:
    """The steps of a page: `first` has its form there; what is `large` has a page of its own and a red button."""

    first: Transition | None
    large: Offer | None
    beside: list[Offer] = field(default_factory=list)
    rarer: list[Offer] = field(default_factory=list)

    @property
    def folds(self) -> bool:
        """Whether what is rare is too much to stand open on the page."""
        return len(self.rarer) > OPEN_AT_MOST


def offer(found: ServiceRequest, row: Transition, parties: frozenset[str] = frozenset()) -> Offer:
    """A step as a button."""
    name, args = ("helpdesk:rate", [found.pk]) if row.action == "rate" else ("helpdesk:step", [found.pk, row.action])
    label = _("没有解决，请重新办理") if row.action == "reopen" and parties == {REPORTER} else str(row.label)
    return Offer(label=label, url=reverse(name, args=args), is_main=row.action in EXPECTED or row.action == "rate")


def offers_of(found: ServiceRequest, steps: Sequence[Transition], parties: frozenset[str]) -> Offers:
    """How the page offers these steps. What the secretary is asked for comes before everything else."""
    awaited = found.asked_for if SECRETARY in parties else ""
    first = next((row for row in steps if row.action == awaited), None)
    first = first or next((row for row in steps if row.action in EXPECTED), None)
    large = next((row for row in steps if row.action == "rate"), None)
    rest = [row for row in steps if row not in (first, large)]
    near = [row for row in rest if _is_near(found, row)]
    return Offers(
        first=first,
        large=offer(found, large) if large else None,
        beside=[offer(found, row, parties) for row in near],
        rarer=[offer(found, row, parties) for row in rest if row not in near],
    )


def _is_near(found: ServiceRequest, row: Transition) -> bool:
    return row.action in BESIDE or (row.action == "prolong" and found.state == State.SUSPENDED)
