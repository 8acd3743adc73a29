"""Nobody is on duty in two places at once, and what is published keeps its times: both databases refuse it."""

from django.db import migrations

from core.append_only import refuse

SEAT, SHIFT, ROSTER = "stewards_assignment", "stewards_shift", "stewards_roster"
LIVE = "('planned', 'asked', 'held', 'swapping')"
# Half open: what ends as the other begins does not overlap. Moments are written alike, so that text compares as time.
OVERLAPS = (
    f"NEW.state IN {LIVE} AND EXISTS (SELECT 1 FROM {SEAT} other WHERE other.steward_id = NEW.steward_id "  # noqa: S608
    f"AND other.state IN {LIVE} AND other.id <> NEW.id "
    "AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)"
)
OUT = "EXISTS (SELECT 1 FROM stewards_roster r WHERE r.id = OLD.roster_id AND r.state <> 'draft')"
MOVED = "NEW.starts_at <> OLD.starts_at OR NEW.ends_at <> OLD.ends_at OR NEW.day <> OLD.day OR NEW.place <> OLD.place"
SEAT_MOVED = "NEW.starts_at <> OLD.starts_at OR NEW.ends_at <> OLD.ends_at OR NEW.steward_id <> OLD.steward_id"

GUARDS = [
    (SEAT, "seat_keeps_its_time", "UPDATE", SEAT_MOVED, "a seat keeps its steward and its time"),
    (SEAT, "seat_stays", "DELETE", "OLD.state IN ('held', 'swapping', 'given_up')", "a promised seat stays"),
    (SHIFT, "shift_keeps_its_time", "UPDATE", f"({MOVED}) AND {OUT}", "a shift that people know keeps its time"),
    (SHIFT, "shift_stays", "DELETE", OUT, "a shift that people know stays"),
    (
        ROSTER,
        "roster_goes_forward",
        "UPDATE",
        "(OLD.state = 'published' AND NEW.state <> 'published') OR (OLD.state = 'asked' AND NEW.state = 'draft')",
        "a roster that people know is no draft again",
    ),
]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            f"ALTER TABLE {SEAT} ADD CONSTRAINT seat_one_at_a_time EXCLUDE USING gist "
            f"(steward_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state IN {LIVE})"
        )
    else:
        for event in ("INSERT", "UPDATE"):
            name, says = f"seat_one_at_a_time_{event.lower()}", "a steward takes one seat at a time"
            refuse(schema_editor, table=SEAT, name=name, event=event, when=OVERLAPS, says=says)
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("stewards", "0003_jobs_guards")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
