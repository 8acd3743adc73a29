"""The card under the door: its code, its paper, whose name opens it, and what of the record it shows."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from community import letters
from core import clock, qr
from core.documents import render
from core.fields import search_hash
from grids.models import Household, Membership
from visits.fields import Slot, slots_of
from visits.models import Card, Target

if TYPE_CHECKING:
    from community.models import User

VALID = timedelta(days=21)
AFTER_THE_ROUND = timedelta(days=7)
_NOBODY = UUID(int=0)
_FOUND = "what belongs to a card whose code was typed"

new_code, read_code, shown = letters.new_code, letters.read_code, letters.shown


def hash_of(code: str) -> str:
    """What the database keeps of a code."""
    return search_hash(f"card:{code}")


def expiry_of(target: Target) -> datetime:
    """21 days from now, at most until the seventh day after the round, or after today where the round is late."""
    last_day = max(target.campaign.ends_on, clock.today()) + AFTER_THE_ROUND
    midnight = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time()))
    return min(clock.now() + VALID, midnight)


def address(code: str) -> str:
    """The address in the QR code, which fills the code in."""
    return f"{settings.SITE_URL}{reverse('visits:card_code', args=[shown(code)])}"


def print_card(card: Card, code: str) -> bytes:
    """The card as a PDF; the only place where the code exists in plain."""
    community = card.community
    data = {
        "community": {"name": community.name, "phone": community.phone, "hours": community.office_hours},
        "door": letters.masked_door(card.household),
        "whole_door": str(card.household),
        "code": shown(code),
        "url": f"{settings.SITE_URL}{reverse('visits:card')}",
        "qr": str(qr.svg(address(code), _("核对页面的二维码"))),
        "expires": clock.local(card.expires_at).date().isoformat(),
        "issued": clock.today().isoformat(),
        "by": card.issued_by.name,
        "number": card.pk.hex[-6:].upper(),
    }
    return render("visits/card", data)


def members_of(household_id: UUID | None) -> list[Membership]:
    """Who lives in the household of a card; nobody, in the same time, where there is no card."""
    rows = Membership.objects.unscoped(reason=_FOUND).current().filter(household=household_id or _NOBODY)
    return list(rows.select_related("resident"))


def is_name_of(given: str, members: list[Membership]) -> bool:
    """Whether the name is that of a member, however it is spaced; every name is compared."""
    typed = _bare(given)
    return bool(typed) and sum(constant_time_compare(_bare(one.resident.name), typed) for one in members) > 0


def _bare(name: str) -> str:
    """A name without what people write in between."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def mask_name(name: str) -> str:
    """王*英: enough to know who of the family is meant."""
    if len(name) < 2:
        return "＊"
    return f"{name[0]}＊" if len(name) == 2 else f"{name[0]}{'＊' * (len(name) - 2)}{name[-1]}"


@dataclass(frozen=True)
class Person:
    """Whose fields are asked about: the household as a whole, or one member."""

    title: str
    detail: str
    slots: list[Slot]


def asked_on(card: Card) -> list[Person]:
    """What the card asks: only what a neighbour who picked it up could not use. Care is asked at the door alone."""
    members = members_of(card.household_id)
    slots = [slot for slot in slots_of(card.household, members, []) if slot.field.on_card]
    whole = Person(_("您这一户"), "", [slot for slot in slots if slot.resident is None])
    people = [
        Person(
            mask_name(member.resident.name),
            str(member.get_relation_display()),
            [slot for slot in slots if slot.resident == member.resident],
        )
        for member in members
    ]
    return [one for one in (whole, *people) if one.slots]


def shown_of(slot: Slot) -> str:
    """What the card's page shows of a value: choices in words, of everything else a piece."""
    if not slot.text:
        return _("没有登记")
    if slot.field.choices or slot.field.sensitive:
        return slot.shown
    return f"{slot.text[:2]}＊＊＊"


@dataclass(frozen=True)
class NextStep:
    """What to do at a door where nobody was met twice: a call, then a card."""

    target: Target
    card: Card | None

    @property
    def phone_url(self) -> str:
        return f"{self.target.get_absolute_url()}?outcome=phone"

    @property
    def household_url(self) -> str:
        return self.target.household.get_absolute_url()

    @property
    def issue_url(self) -> str:
        return reverse("visits:card_issue", args=[self.target.pk])


def next_step(user: User, target: Target | None) -> NextStep | None:
    """The step after two absences; None where there is none to take."""
    if target is None or target.state != Target.State.ABSENT_TWICE or not target.campaign.is_open:
        return None
    card = Card.objects.visible_to(user).filter(target=target, void_at__isnull=True).first()
    return NextStep(target, card)


def next_step_at(user: User, household: Household) -> NextStep | None:
    """The same for a household."""
    rows: Any = Target.objects.visible_to(user).filter(household=household, campaign__state="open")
    target = rows.filter(state=Target.State.ABSENT_TWICE).select_related("campaign", "household").first()
    return next_step(user, target)
