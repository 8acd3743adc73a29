"""How many are asked at once and how long each answer is waited for: a table, by how urgent it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from core.workdays import WorkCalendar
from helpdesk.categories import LimitKind
from stewards.models import Job

Urgency = Job.Urgency
Slot = tuple[datetime, datetime]

# One, then three, then everybody who could; the last one waits until the times are over.
SIZES = (1, 3)
POOL = len(SIZES) + 1
# Volunteers are asked by day, on any day of the week; nobody is waited for at night.
DAYTIME = WorkCalendar(lambda day: True, opens=time(8), closes=time(20))
# The times that suit are not used up by asking: each wave takes a third of what is left at most.
SHARE = 3


@dataclass(frozen=True)
class Wait:
    """How long a wave is waited for: minutes round the clock, or hours of daytime."""

    minutes: int = 0
    daytime_hours: Decimal = Decimal(0)

    def after(self, now: datetime) -> datetime:
        if self.minutes:
            return DAYTIME.add_minutes(now, self.minutes)
        return DAYTIME.add_working_hours(now, self.daytime_hours)


WAITS: dict[str, tuple[Wait, Wait]] = {
    Urgency.EMERGENCY: (Wait(minutes=5), Wait(minutes=10)),
    Urgency.URGENT: (Wait(minutes=30), Wait(minutes=45)),
    Urgency.ORDINARY: (Wait(daytime_hours=Decimal(3)), Wait(daytime_hours=Decimal(4))),
}

OF_LIMIT = {LimitKind.MINUTES: Urgency.EMERGENCY, LimitKind.HOURS: Urgency.URGENT}


def urgency_of(sign_kind: str) -> str:
    """How urgent a job is, by how soon somebody has promised to be in touch."""
    return OF_LIMIT.get(LimitKind(sign_kind), Urgency.ORDINARY).value


def size_of(wave: int, missing: int) -> int | None:
    """How many are asked in this wave where so many stewards are still missing; None is everybody."""
    return None if wave >= POOL else SIZES[wave - 1] + missing - 1


def due_of(wave: int, urgency: str, wishes: Sequence[Slot], now: datetime) -> datetime | None:
    """Until when answers of this wave are waited for before more are asked; None for the last one."""
    if wave >= POOL:
        return None
    due = WAITS[urgency][wave - 1].after(now)
    begins = [start for start, _end in wishes if start > now]
    return min(due, now + (max(begins) - now) / SHARE) if begins else min(due, now + timedelta(minutes=5))
