"""An audit event is neither changed nor deleted; the cache table and the known years of the calendar."""

from itertools import count

from django.core.management import call_command
from django.db import migrations

from core.append_only import refuse
from core.workdays import seed_days

FIRST_YEAR = 2024


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


def seed_calendar(apps, schema_editor):
    """The days that differ from Monday to Friday, of all years that the State Council has announced."""
    calendar_day = apps.get_model("community", "CalendarDay")
    calendar_year = apps.get_model("community", "CalendarYear")
    for year in count(FIRST_YEAR):
        days = seed_days(year)
        if not days.known:
            return
        calendar_year.objects.create(first_day=days[0].day)
        calendar_day.objects.bulk_create([calendar_day(**day._asdict()) for day in days.special()])


class Migration(migrations.Migration):
    dependencies = [("community", "0002_initial")]
    operations = [
        migrations.RunPython(guard_events, migrations.RunPython.noop),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
        migrations.RunPython(seed_calendar, migrations.RunPython.noop),
    ]
