"""The book of hours is only added to; what takes an entry back takes exactly that entry back; a certificate says for ever
what was printed."""

from django.db import migrations

from core.append_only import refuse

HOURS = "stewards_hoursentry"
UNLIKE = (
    "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stewards_hoursentry e WHERE e.id = NEW.reverses_id "
    "AND e.reverses_id IS NULL AND e.community_id = NEW.community_id AND e.volunteer_id = NEW.volunteer_id "
    "AND e.kind = NEW.kind AND e.day = NEW.day AND e.minutes = -NEW.minutes)"
)
CERTIFICATE = "stewards_certificate"
PRINTED = ["volunteer_id", "starts_on", "ends_on", "year", "serial", "minutes", "issued_at", "issued_by_id"]
REPRINTED = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in PRINTED)
WAS_ISSUED = "OLD.serial IS NOT NULL"

GUARDS = [
    (HOURS, "hours_no_update", "UPDATE", "", "hours are never changed"),
    (HOURS, "hours_no_delete", "DELETE", "", "hours are never deleted"),
    (HOURS, "hours_reversal_fits", "INSERT", UNLIKE, "a reversal takes back one entry as it stands"),
    (
        CERTIFICATE,
        "certificate_stays_as_printed",
        "UPDATE",
        f"{WAS_ISSUED} AND (NEW.serial IS NULL OR {REPRINTED})",
        "an issued certificate is never changed",
    ),
    (
        CERTIFICATE,
        "certificate_stays_revoked",
        "UPDATE",
        "OLD.state = 'revoked' AND NEW.state <> 'revoked'",
        "a revoked certificate stays revoked",
    ),
    (CERTIFICATE, "certificate_no_delete", "DELETE", WAS_ISSUED, "an issued certificate is never deleted"),
]


def guard_hours(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("stewards", "0001_initial")]
    operations = [migrations.RunPython(guard_hours, migrations.RunPython.noop)]
