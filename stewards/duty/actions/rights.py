"""Who may change what of the duty roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.refusal import Refused
from stewards.duty.states import OFFICE, STEWARD

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Assignment


def is_office(community_id: int, by: User) -> bool:
    return community_id in by.scope.offices_communities


def office(community_id: int, by: User) -> None:
    """Refused for everybody but the community's office."""
    if not is_office(community_id, by):
        raise Refused(_("值班表由社区办公室来排。"))


def parties(seat: Assignment, by: User) -> list[str]:
    """What `by` is to a seat, for its table of states."""
    found = [STEWARD] if seat.steward.user_id == by.pk else []
    return [*found, OFFICE] if is_office(seat.community_id, by) else found
