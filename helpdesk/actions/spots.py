"""What is to be done about a spot where the same thing comes again, and what came of it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from core import clock
from core.refusal import Refused
from core.scoping import locked
from helpdesk.models import RecurringSpot

LONGEST_PLAN = 366


@transaction.atomic
def plan_spot(spot: RecurringSpot, *, by: User, plan: str, plan_until: date) -> RecurringSpot:
    """Say what is to be done and until when; who says it is asked again on that day."""
    row = _open(spot)
    if not clock.today() <= plan_until <= clock.today() + timedelta(days=LONGEST_PLAN):
        raise Refused(_("请写今天以后、一年以内的日子。"))
    changes = {"plan": [row.plan, plan], "plan_until": [row.plan_until, plan_until]}
    row.plan, row.plan_until, row.planned_by = plan, plan_until, by
    row.save(update_fields=["plan", "plan_until", "planned_by"])
    audit.record("spot_planned", row, by=by, changes=changes)
    return row


@transaction.atomic
def settle_spot(spot: RecurringSpot, *, by: User, outcome: str) -> RecurringSpot:
    """Say what came of it; it is raised anew when the same thing comes three times more."""
    row = _open(spot)
    row.outcome, row.settled_at, row.settled_by = outcome, clock.now(), by
    row.save(update_fields=["outcome", "settled_at", "settled_by"])
    audit.record("spot_settled", row, by=by, changes={"outcome": ["", outcome]})
    return row


def _open(spot: RecurringSpot) -> RecurringSpot:
    row = locked(spot)
    if row.settled_at:
        who = row.settled_by.name if row.settled_by else ""
        raise Refused(_("%(who)s已经记下办完了，请看一看结果。") % {"who": who})
    return row
