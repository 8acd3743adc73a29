"""What holds from day to day never overlaps; kept by the database, whoever writes.

Nobody lives in two primary households, no building lies in two grids and no dwelling has two owner groups on one day.
"""

from django.db import migrations

from core.append_only import refuse

OVERLAP = (
    "{only}EXISTS (SELECT 1 FROM {table} other WHERE other.{key} = NEW.{key} "
    "{and_only}{but_itself}AND (NEW.ends_on IS NULL OR other.starts_on <= NEW.ends_on) "
    "AND (other.ends_on IS NULL OR other.ends_on >= NEW.starts_on))"
)
# table, name, column, condition of both rows, what the refusal says
TERMS = (
    ("grids_membership", "membership", "resident_id", "is_primary", "a resident belongs to one primary household at a time"),
    ("grids_buildingingrid", "building_term", "building_id", "", "a building lies in one grid at a time"),
    ("grids_ownership", "ownership", "dwelling_id", "", "a dwelling has one owner group at a time"),
)


def guard(apps, schema_editor):
    for table, name, key, only, says in TERMS:
        for event, done, but_itself in (("INSERT", "added", ""), ("UPDATE", "changed", "AND other.id <> NEW.id ")):
            when = OVERLAP.format(
                table=table,
                key=key,
                only=f"NEW.{only} AND " if only else "",
                and_only=f"AND other.{only} " if only else "",
                but_itself=but_itself,
            )
            refuse(schema_editor, table=table, name=f"{name}_{done}_overlaps", event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("grids", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
