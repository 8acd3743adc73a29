"""A problem whose household has not heard back in time: its owner is told, then the office, then the secretary."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import ngettext

from community import audit
from community.models import Appointment, User
from community.notices import notify
from community.roles import Role
from core import clock
from core.scoping import locked
from visits.models import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

OWNER, OFFICE, SECRETARY = 1, 2, 3
# From so many days after the day it was due on.
DAYS = {OWNER: 1, OFFICE: 3, SECRETARY: 7}
_ROLES = {OFFICE: Role.COMMUNITY_STAFF, SECRETARY: Role.SECRETARY}
_WHY = "problems everywhere whose households have not heard back in time"


def level_on(due_on: date, day: date) -> int:
    """Who should know of it by `day`: 0 nobody, then OWNER, OFFICE, SECRETARY."""
    late = (day - due_on).days
    return max((level for level, days in DAYS.items() if late >= days), default=0)


def escalate() -> int:
    """Tell whoever should know today and does not yet; gives of how many problems. Run daily.

    Each problem is a transaction of its own, so that a run that broke off is taken up where it stopped.
    """
    waiting = Finding.objects.unscoped(reason=_WHY).open().filter(due_on__lt=clock.today())
    keys = waiting.filter(escalation__lt=SECRETARY).order_by("due_on", "pk").values_list("pk", flat=True)
    return sum(_escalate(key) for key in list(keys))


@transaction.atomic
def _escalate(key: UUID) -> bool:
    finding = locked(Finding.objects.unscoped(reason=_WHY).get(pk=key))
    level, before = level_on(finding.due_on, clock.today()), finding.escalation
    if not finding.is_open or level <= before:
        return False
    late = (clock.today() - finding.due_on).days
    told = ngettext(
        "%(building)s的一个走访问题过了 %(late)d 天还没反馈，请看看卡在哪里。",
        "%(building)s的一个走访问题过了 %(late)d 天还没反馈，请看看卡在哪里。",
        late,
    )
    text = told % {"building": finding.building, "late": late}
    people = [user for step in range(before + 1, level + 1) for user in _people(finding, step)]
    notify(people, about=finding, kind="finding_overdue", text=text)
    finding.escalation = level
    finding.save(update_fields=["escalation"])
    audit.record("finding_escalated", finding, by=None, changes={"escalation": [before, level]})
    return True


def _people(finding: Finding, level: int) -> Iterable[User]:
    if level == OWNER:
        return [finding.owner]
    held = Appointment.objects.unscoped(reason=_WHY).current().filter(community=finding.community_id)
    return [one.user for one in held.filter(role=_ROLES[level]).select_related("user").order_by("pk")]
