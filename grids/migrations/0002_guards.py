"""Nobody lives in two primary households on one day; kept by the database, whoever writes."""

from django.db import migrations

from core.append_only import refuse

TABLE = "grids_membership"
SAYS = "a resident belongs to one primary household at a time"
OVERLAP = (
    "NEW.is_primary AND EXISTS (SELECT 1 FROM grids_membership m WHERE m.resident_id = NEW.resident_id "
    "AND m.is_primary {other} AND (NEW.ends_on IS NULL OR m.starts_on <= NEW.ends_on) "
    "AND (m.ends_on IS NULL OR m.ends_on >= NEW.starts_on))"
)


def guard(apps, schema_editor):
    refuse(
        schema_editor,
        table=TABLE,
        name="membership_added_overlaps",
        event="INSERT",
        when=OVERLAP.format(other=""),
        says=SAYS,
    )
    refuse(
        schema_editor,
        table=TABLE,
        name="membership_changed_overlaps",
        event="UPDATE",
        when=OVERLAP.format(other="AND m.id <> NEW.id"),
        says=SAYS,
    )


class Migration(migrations.Migration):
    dependencies = [("grids", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
