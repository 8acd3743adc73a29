"""What a red steward who wants to come to an activity has promised for the same time: they are told, and decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from stewards.members.busy import promised_by
from stewards.models import Steward

if TYPE_CHECKING:
    from alliance.models import Activity
    from community.models import User
    from stewards.members.busy import Taken

# The name under which a place at an activity takes stewards.
ROOM = "activities"


def in_the_way(activity: Activity, user: User) -> Taken | None:
    """A job or a shift of theirs that overlaps with it; another activity bars a sign-up by itself."""
    return next(iter(promised_by(user, activity.starts_at, activity.ends_at, without=ROOM)), None)


def warning(other: Taken) -> str:
    """What they are told of it before they come all the same."""
    words = _("这个时间您已经答应了%(other)s。要来这场活动，那一边请先说一声去不了，或者找人换。")
    return words % {"other": other.words}


def hold(user: User) -> None:
    """Until the transaction ends, nobody else makes a promise of theirs."""
    own = Steward.objects.unscoped(reason="one's own promises are made one after the other").filter(user=user)
    list(own.select_for_update().order_by("pk"))
