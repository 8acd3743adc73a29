"""Writes of the card under the door: issued, opened with a name, answered once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit, letters
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from visits import cards
from visits.actions.visits import record_visit
from visits.models import Card, Target, Visit
from visits.report import Report

if TYPE_CHECKING:
    from community.models import User
    from visits.report import Answer


@transaction.atomic
def issue_card(target: Target, *, by: User) -> tuple[Card, str]:
    """A card for a household that was not met twice, with its code; the one before is void.

    Raises Refused where the household was met meanwhile, has left, or the round is over.
    """
    household = locked(target.household)
    target = locked(target)
    if target.state != Target.State.ABSENT_TWICE or not target.campaign.is_open or household.left_on is not None:
        raise Refused(_("只有本季走访两次没遇到人的住户，才留卡片。请回到这一户看看现在的情况。"))
    _standing(target).update(void_at=clock.now())
    code = cards.new_code()
    card = Card(
        community_id=target.community_id,
        code_hash=cards.hash_of(code),
        target=target,
        household=household,
        building_id=target.building_id,
        issued_by=by,
        expires_at=cards.expiry_of(target),
    )
    card.save(force_insert=True)
    audit.record("card_issued", card, by=by, changes={"expires_at": [None, card.expires_at]})
    return card, code


@transaction.atomic
def print_new_card(target: Target, *, by: User) -> Card:
    """Issue a card, and let its paper wait to be fetched once (`letters.fetch`)."""
    card, code = issue_card(target, by=by)
    letters.keep(card.pk, cards.print_card(card, code))
    return card


@transaction.atomic
def open_card(*, code: str, name: str) -> Card | None:
    """The card of this code, for who names somebody who lives there; None for everything else, in like time.

    `MAX_TRIES` wrong names make it void. A card that was answered is given too, so that the household hears so.
    """
    found = Card.objects.unscoped(reason="its code was typed").filter(code_hash=cards.hash_of(code)).first()
    members = cards.members_of(found.household_id if found else None)
    knows = cards.is_name_of(name, members)
    if found is None:
        return None
    card: Card = locked(found)
    if card.void_at is not None or card.expires_at <= clock.now():
        return None
    if knows:
        return card
    card.tries += 1
    if card.tries >= Card.MAX_TRIES and card.visit_id is None:
        card.void_at = clock.now()
        audit.record("card_void", card, by=None, reason=_("姓名填错了 %(count)d 次") % {"count": card.tries})
        text = _("%(building)s有一户的卡片，姓名填错太多次，作废了。可以再留一张，或者再去看看。")
        notify([card.issued_by], about=card.target, kind="card_void", text=text % {"building": card.building})
    card.save(update_fields=["tries", "void_at"])
    return None


@transaction.atomic
def answer_card(card: Card, *, answers: Mapping[str, Answer], seen: Mapping[str, str], note: str = "") -> Visit:
    """What the household wrote, recorded as a visit of who left the card; what it changed is proposed, not applied.

    Raises Refused where the card was answered or is no longer good.
    """
    locked(card.household)
    card = locked(card)
    if not card.is_usable:
        raise Refused(_("这张卡片已经填过，或者过期了。还有话要说，请给社区打个电话。"))
    report = Report(
        outcome=Visit.Outcome.CARD,
        via=Visit.Via.CARD,
        visited_at=clock.now(),
        answers=answers,
        seen=seen,
        note=note,
    )
    card.visit = record_visit(card.household, by=card.issued_by, report=report, target=card.target)
    card.save(update_fields=["visit"])
    audit.record("card_answered", card, by=None)
    text = _("%(building)s有一户凭卡片自己核对了信息。") % {"building": card.building}
    notify([card.issued_by], about=card.visit, kind="card_answered", text=text)
    return card.visit


def _standing(target: Target) -> Any:
    rows = Card.objects.unscoped(reason="the cards of a door already found")
    return rows.filter(target=target, void_at__isnull=True)
