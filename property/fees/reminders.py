"""Households that owe, for the committee alone, and the word that they get in private.

Nobody's name and no list goes anywhere: a notice to those who live there, a folded slip under the door. Whom a word
was sent to stands in the record of the book, not of the household: who looks after a grid does not learn who owes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from community import audit
from community.models import Appointment, AuditEvent
from community.notices import notify
from community.roles import Office, Role
from core import clock
from core.documents import render
from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from property.actions.books import require
from property.fees.doors import households_of
from property.fees.querysets import OWNER
from property.fees.receipts import span, whole_day
from property.models import Bill, Book
from property.querysets import yuan_of

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household

QUIET_DAYS = 30
"""A household that got a word gets no other one for so many days."""
SLIPS_AT_MOST = 300
VERB = "fees_reminded"
_OWED = "what households of a book found already owe"
_TOLD = "those who live in households that get a private word"
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Owing:
    """A household that owes something that was due: yuan, since when, for which months, and when it got a word."""

    household: Household
    owed: Decimal
    due_on: date
    months: tuple[str, ...]
    reminded_on: date | None
    accounts: int

    @property
    def label(self) -> str:
        return str(self.household.dwelling.label)

    @property
    def period(self) -> str:
        """The months as people read them."""
        return span(list(self.months))

    @property
    def may_be_told(self) -> bool:
        """Whether it was left in peace long enough."""
        return self.reminded_on is None or self.reminded_on <= clock.today() - timedelta(days=QUIET_DAYS)


def owing(book: Book, *, building: int | None = None) -> list[Owing]:
    """Households of a book found already with something open that was due before today, in the order of the doors.

    What a household has to its credit counts against it. Four queries.
    """
    today = clock.today()
    found = _open_bills(book, building)
    late = {key: bills for key, bills in found.items() if any(due < today and left > 0 for _m, due, left in bills)}
    sums = {key: sum(left for _month, _due, left in bills) for key, bills in late.items()}
    homes = households_of(book).filter(pk__in=[key for key, total in sums.items() if total > 0])
    ordered = homes.order_by("building__order", "building", "dwelling__unit__number", "dwelling__room_no", "pk")
    told = reminded(book)
    accounts = _accounts(sums)
    return [
        Owing(
            household=home,
            owed=yuan_of(sums[home.pk]),
            due_on=min(due for _month, due, left in late[home.pk] if left > 0),
            months=tuple(month for month, _due, left in late[home.pk] if left > 0),
            reminded_on=told.get(str(home.pk)),
            accounts=accounts.get(home.pk, 0),
        )
        for home in ordered.defer("head__id_number")
    ]


def _open_bills(book: Book, building: int | None) -> dict[UUID, list[tuple[str, date, int]]]:
    """By household: month, day due and open fen of every bill that is not settled."""
    rows = Bill.objects.unscoped(reason=_OWED).filter(book=book).annotate(owner=OWNER).with_paid()
    if building is not None:
        rows = rows.filter(household__building=building)
    found: dict[UUID, list[tuple[str, date, int]]] = {}
    wanted = ("owner", "month", "due_on", "amount", "paid_fen")
    for owner, month, due_on, amount, paid in rows.oldest_first().values_list(*wanted):
        left = int(amount * 100) - paid
        if left:
            found.setdefault(owner, []).append((month, due_on, left))
    return found


def _accounts(keys: Iterable[UUID]) -> dict[UUID, int]:
    """How many accounts each household has."""
    found: dict[UUID, int] = {}
    for one in _residents(keys).values_list("household", flat=True):
        found[one] = found.get(one, 0) + 1
    return found


def _residents(keys: Iterable[UUID]) -> Any:
    held = Appointment.objects.unscoped(reason=_TOLD).current()
    return held.filter(role=Role.RESIDENT, household__in=list(keys), user__is_active=True)


def reminded(book: Book) -> dict[str, date]:
    """The last day on which each household got a word, by its id as text; of the last three months."""
    since = clock.now() - timedelta(days=90)
    events = AuditEvent.objects.of(book).filter(verb=VERB, at__gte=since).order_by("at", "pk")
    return {key: clock.local(event.at).date() for event in events for key in str(event.changes.get("told", "")).split()}


@transaction.atomic
def remind(book: Book, *, by: User, count: int) -> int:
    """A private notice to those who live in each household that owes and was left in peace for a month; how many
    households. Raises Refused for whoever is neither cashier nor bookkeeper, and where it is not `count` any more."""
    require(by, book.estate_id, Office.CASHIER, Office.BOOKKEEPER)
    book = locked(book)
    due = [one for one in owing(book) if one.may_be_told]
    if len(due) != count:
        raise Refused(_("刚才有人交了费或者发过提醒，现在是 %(n)d 户，请再看一眼。") % {"n": len(due)})
    if not due:
        raise Refused(_("现在没有要提醒的住户。"))
    for home, users in _by_household(due):
        notify(users, about=home.household, kind="fees_reminder", text=_text(home), url="property:my_fees")
    audit.record(VERB, book, by=by, changes={"told": " ".join(str(one.household.pk) for one in due)})
    return len(due)


def _by_household(due: Sequence[Owing]) -> Iterable[tuple[Owing, list[User]]]:
    users: dict[UUID, list[User]] = {}
    for held in _residents([one.household.pk for one in due]).select_related("user"):
        users.setdefault(held.household_id, []).append(held.user)
    return [(one, users[one.household.pk]) for one in due if one.household.pk in users]


def _text(one: Owing) -> str:
    return _(
        "您家还有 %(owed)s 元物业方面的费用没有交（%(period)s）。方便的时候交就好；有困难或者觉得不对，请告诉我们。"
    ) % {
        "owed": yuan(one.owed),
        "period": one.period,
    }


def slips(book: Book, rows: Sequence[Owing]) -> bytes:
    """A page a household, to be folded twice: outside the door alone, inside the friendly word. In the language of the
    community."""
    with translation.override(settings.LANGUAGE_CODE):
        community = book.community
        return render(
            "property/reminder",
            {
                "title": _("给您家的一封短信"),
                "issuer": _("%(estate)s自管会") % {"estate": book.estate},
                "office": {"phone": community.phone, "address": community.address, "hours": community.office_hours},
                "url": f"{settings.SITE_URL}{reverse('property:my_fees')}",
                "day": whole_day(clock.today()),
                "slips": [_slip(one) for one in rows],
            },
        )


def _slip(one: Owing) -> dict[str, str]:
    return {"door": one.label, "owed": yuan(one.owed), "period": one.period}
