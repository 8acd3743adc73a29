"""Who may change what is kept of a steward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.refusal import Refused

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Steward


def is_office(community_id: int, by: User) -> bool:
    """Whether `by` works in the community's office."""
    return community_id in by.scope.offices_communities


def own_or_office(steward: Steward, by: User) -> None:
    """Refused for everybody but the steward and the office, which writes down what was said by phone."""
    if steward.user_id != by.pk and not is_office(steward.community_id, by):
        raise Refused(_("这只有本人和社区办公室可以改。"))


def office(community_id: int, by: User) -> None:
    """Refused for everybody but the office."""
    if not is_office(community_id, by):
        raise Refused(_("这由社区办公室来办。"))
