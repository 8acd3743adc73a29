"""An audit event is neither changed nor deleted; the cache table and the known years of the calendar."""

from collections.abc import Iterable
from datetime import date, timedelta

import chinese_calendar
from django.core.management import call_command
from django.db import migrations

from core.append_only import refuse


def guard_events(apps, schema_editor):
    for event in ("UPDATE", "DELETE"):
        refuse(
            schema_editor,
            table="community_auditevent",
            name=f"audit_event_no_{event.lower()}",
            event=event,
            says="an audit event is written once",
        )


def make_cache_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def known_days() -> Iterable[tuple[date, bool, str]]:
    """The days on which the State Council's calendar differs from Monday to Friday, for the years it is known."""
    day = date(2024, 1, 1)
    while True:
        try:
            works = chinese_calendar.is_workday(day)
            name = chinese_calendar.get_holiday_detail(day)[1] or ""
        except NotImplementedError:
            return
        if works != (day.weekday() < 5):
            yield day, works, name
        day += timedelta(days=1)


def seed_calendar(apps, schema_editor):
    calendar_day = apps.get_model("community", "CalendarDay")
    calendar_day.objects.bulk_create(
        [calendar_day(day=day, is_workday=works, name=name) for day, works, name in known_days()]
    )


class Migration(migrations.Migration):
    dependencies = [("community", "0002_initial")]
    operations = [
        migrations.RunPython(guard_events, migrations.RunPython.noop),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
        migrations.RunPython(seed_calendar, migrations.RunPython.noop),
    ]
