"""What the actions ask of a row before they change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from alliance.activities.parties import parties_of
from alliance.activities.states import ACTIVITIES, RUNNER
from core.refusal import Refused

if TYPE_CHECKING:
    from alliance.models import Activity
    from community.models import User


def ran_by(row: Activity, by: User) -> Activity:
    """The row, where the user runs it; raises Refused otherwise."""
    if RUNNER not in parties_of(row, by):
        raise Refused(_("这场活动由张罗的人来办。"))
    return row


def opened(row: Activity, *states: str) -> Activity:
    """The row, where it is in one of these states; raises Refused otherwise."""
    if row.state not in states:
        raise Refused(_("这场活动现在是“%(state)s”，这一步办不了。") % {"state": row.get_state_display()})
    return row


def same(row: Any, activity: Activity) -> Any:
    """The row, where it belongs to the activity; raises Refused otherwise."""
    if row.activity_id != activity.pk:
        raise Refused(_("这不是这场活动的。"))
    return row


def moved(row: Activity, action: str, by: User, given: dict[str, Any] | None = None) -> None:
    """Put the row into the state that a step of the table leads to; raises Refused where there is none."""
    row.state = ACTIVITIES.find(row.state, action, parties_of(row, by), given).target
