"""Nobody is promised to two doors at once: PostgreSQL excludes it, SQLite refuses it by triggers."""

from django.db import migrations

from core.append_only import refuse

TABLE = "stewards_jobsteward"
SAYS = "a steward goes to one place at a time"
# Half open: what ends as the other begins does not overlap. Moments are written alike, so that text compares as time.
OVERLAPS = (
    "NEW.left_at IS NULL AND EXISTS (SELECT 1 FROM stewards_jobsteward held WHERE held.steward_id = NEW.steward_id "
    "AND held.left_at IS NULL AND held.id <> NEW.id AND held.starts_at < NEW.ends_at AND NEW.starts_at < held.ends_at)"
)


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # A trusted extension: the owner of the database may create it.
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT job_steward_one_place_at_a_time EXCLUDE USING gist "
            "(steward_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (left_at IS NULL)"
        )
    else:
        for event in ("INSERT", "UPDATE"):
            refuse(schema_editor, table=TABLE, name=f"{TABLE}_{event.lower()}", event=event, when=OVERLAPS, says=SAYS)


class Migration(migrations.Migration):
    dependencies = [("stewards", "0002_hours_guards")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
