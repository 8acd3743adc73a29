"""The shifts of some weeks, written down from the templates as they are today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.utils import timezone

from stewards.models import Shift, ShiftSlot, ShiftTemplate, TemplateSlot

if TYPE_CHECKING:
    from stewards.models import Roster

DAY = timedelta(days=1)
_WHY = "the shifts of a roster that is being made"


def times(template: ShiftTemplate, day: date) -> tuple[datetime, datetime]:
    """When the shift that begins on `day` begins and ends; where the end is not later, it is on the next day."""
    last = day + DAY if template.crosses_midnight else day
    start, end = datetime.combine(day, template.starts_at), datetime.combine(last, template.ends_at)
    return timezone.make_aware(start), timezone.make_aware(end)


def lay(roster: Roster) -> int:
    """Write down every shift from the first day of the roster to the last, with its slots; gives how many."""
    templates = list(templates_of(roster.community_id))
    shifts = [
        _shift(roster, template, day)
        for day in _days(roster.first, roster.last)
        for template in templates
        if day.weekday() in template.weekdays
    ]
    Shift.objects.unscoped(reason=_WHY).bulk_create(shifts)
    needs = {template.pk: list(template.slots.all()) for template in templates}
    ShiftSlot.objects.unscoped(reason=_WHY).bulk_create(
        ShiftSlot(
            community_id=roster.community_id,
            shift=shift,
            skill_id=need.skill_id,
            minimum=need.minimum,
            reserves=need.reserves,
        )
        for shift in shifts
        for need in needs[shift.template_id or 0]
    )
    return len(shifts)


def templates_of(community_id: int) -> Iterable[ShiftTemplate]:
    """The templates in use, with what each needs."""
    rows = ShiftTemplate.objects.unscoped(reason=_WHY).filter(community=community_id, is_active=True)
    return rows.prefetch_related(Prefetch("slots", TemplateSlot.objects.unscoped(reason=_WHY)))


def _shift(roster: Roster, template: ShiftTemplate, day: date) -> Shift:
    start, end = times(template, day)
    return Shift(
        community_id=roster.community_id,
        roster=roster,
        template=template,
        name=template.name,
        place=template.place,
        day=day,
        starts_at=start,
        ends_at=end,
    )


def _days(first: date, last: date) -> Iterable[date]:
    return (first + DAY * number for number in range((last - first).days + 1))
