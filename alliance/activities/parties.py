"""Who somebody is to an activity: the office, or who runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alliance.activities.states import OFFICE, RUNNER

if TYPE_CHECKING:
    from alliance.models import Activity
    from community.models import User


def parties_of(activity: Activity, user: User) -> frozenset[str]:
    """The parties that the user is; no query."""
    scope, found = user.scope, set()
    if activity.community_id in scope.offices_communities:
        found |= {OFFICE, RUNNER}
    if activity.organiser_id == user.pk or activity.partner_id in scope.partners:
        found.add(RUNNER)
    return frozenset(found)
