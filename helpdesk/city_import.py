"""Take in a sheet of a city's system: which rows are new, of what category, at which building; then log them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import Community
from core.refusal import Refused
from helpdesk import actions
from helpdesk.actions.systems import Sent
from helpdesk.categories import SYNONYMS
from helpdesk.city_sheet import CitySheet, Doubt, Severity, Ticket
from helpdesk.models import Category, OutsideRequest
from helpdesk.open311.places import placed
from helpdesk.querysets import told_categories

_AT_ONCE = 500
_OTHER = "other"


@dataclass
class Plan:
    """What becomes of a sheet. `new` are the requests that are, or would be, logged."""

    sheet: CitySheet
    new: list[tuple[Ticket, Sent]] = field(default_factory=list)
    known: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The numbers, the new rows and every doubt, for people and for programs; without anybody's data."""
        told = sorted([*self.sheet.doubts, *self.doubts], key=lambda doubt: (doubt.sheet, doubt.row))
        return {
            "tickets": len(self.sheet.tickets),
            "new": len(self.new),
            "known": self.known,
            "ended": self.sheet.ended,
            "left_out": sum(doubt.severity == Severity.LEFT_OUT for doubt in told),
            "columns": self.sheet.columns,
            "rows": [_row(ticket, sent) for ticket, sent in self.new],
            "doubts": [
                {
                    "sheet": doubt.sheet,
                    "row": doubt.row,
                    "column": doubt.column,
                    "reason": doubt.reason,
                    "severity": doubt.severity.value,
                    "sentence": doubt.sentence,
                }
                for doubt in told
            ],
        }

    def doubt(self, ticket: Ticket, reason: str, severity: Severity, column: str = "") -> None:
        heading = self.sheet.columns[ticket.sheet].get(column, "")
        self.doubts.append(Doubt(ticket.sheet, ticket.row, heading, reason, severity))


def plan(sheet: CitySheet, *, community: Community, system: str) -> Plan:
    """What `apply` would do; nothing is written."""
    found = Plan(sheet)
    known = _known(community, [ticket.number for ticket in sheet.tickets])
    categories = _Categories(community)
    for ticket in sheet.tickets:
        before = known.get(ticket.number, {})
        if system in before:
            found.known += 1
            if before[system] != _words(ticket):
                found.doubt(ticket, "other words", Severity.NOTED, "number")
        elif before:
            found.doubt(ticket, "known elsewhere", Severity.LEFT_OUT, "number")
        elif category := categories.of(ticket, found):
            found.new.append((ticket, _sent(ticket, category, found)))
    return found


@transaction.atomic
def apply(sheet: CitySheet, *, community: Community, system: str) -> Plan:
    """Log every row that is new, all of them or none; a second time nothing is left to log."""
    found = plan(sheet, community=community, system=system)
    taken = []
    for ticket, sent in found.new:
        try:
            actions.receive(sent, system=system)
        except Refused:
            found.doubt(ticket, "refused", Severity.LEFT_OUT)
        else:
            taken.append((ticket, sent))
    found.new = taken
    return found


def _known(community: Community, numbers: list[str]) -> dict[str, dict[str, str]]:
    """Of the numbers that have come before: from which systems, and with what words."""
    rows = OutsideRequest.objects.unscoped(reason="numbers of a sheet that somebody at the server takes in")
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = rows.filter(community=community, outside_id__in=numbers[start : start + _AT_ONCE])
        held = some.values_list("outside_id", "system", "request__description", "request__title")
        for number, system, words, title in held:
            found.setdefault(number, {})[system] = words or title
    return found


class _Categories:
    """The categories of a community, found by what a sheet calls them."""

    def __init__(self, community: Community) -> None:
        rows = Category.objects.unscoped(reason="categories of a community that a sheet names")
        self.all = list(rows.filter(community=community, is_active=True).select_related("community"))
        told = set(told_categories(community.pk).values_list("pk", flat=True))
        self.told = [one for one in self.all if one.pk in told]

    def of(self, ticket: Ticket, found: Plan) -> Category | None:
        """The category, with a doubt where it is not named; None and a doubt where it is not taken from outside."""
        named = self._called(ticket.category) or _best(ticket.category, [*self.told, *self.all])
        if named is None:
            named = _best(f"{ticket.title} {ticket.description}", self.told) or self._other()
            found.doubt(ticket, "category not known", Severity.NOTED, "category")
            return named
        if named not in self.told:
            found.doubt(ticket, "category kept", Severity.LEFT_OUT, "category")
            return None
        return named

    def _called(self, words: str) -> Category | None:
        return next((one for one in self.all if words and words in (one.name, one.label, one.slug)), None)

    def _other(self) -> Category | None:
        return next((one for one in self.told if one.slug == _OTHER), self.told[0] if self.told else None)


def _best(words: str, categories: list[Category]) -> Category | None:
    """The category that most of the words speak of; the first of several; None where none does."""
    counted = [(sum(word in words for word in _words_of(one)), one) for one in categories]
    most, found = max(counted, key=lambda pair: pair[0], default=(0, None))
    return found if most else None


def _words_of(category: Category) -> list[str]:
    """What somebody may say who means this category."""
    return [
        category.name,
        *category.hint.split("、"),
        *(word for word in SYNONYMS.get(category.slug, ()) if len(word) > 1),
    ]


def _words(ticket: Ticket) -> str:
    """What was asked, the title first where the rest does not begin with it."""
    if not ticket.title or ticket.description.startswith(ticket.title):
        return ticket.description
    return f"{ticket.title}\n{ticket.description}".strip()


def _sent(ticket: Ticket, category: Category, found: Plan) -> Sent:
    building, place = placed(category.community_id, ticket.address)
    if not (building or place):
        found.doubt(ticket, "no place", Severity.NOTED, "address")
        place = _("没有写明")
    lines = [_("那边登记于 %(at)s") % {"at": ticket.at}] if ticket.at else []
    lines += [_("那边的类别：%(category)s") % {"category": ticket.category}] if ticket.category else []
    return Sent(
        category=category,
        description=_words(ticket),
        place=place,
        building=building,
        name=ticket.name,
        phone=ticket.phone,
        outside_id=ticket.number,
        note="\n".join(lines),
    )


def _row(ticket: Ticket, sent: Sent) -> dict[str, Any]:
    return {
        "sheet": ticket.sheet,
        "row": ticket.row,
        "number": ticket.number,
        "category": sent.category.slug,
        "building": sent.building.label if sent.building else "",
    }
