"""Minutes that were signed, and what was said to a recommendation, stay: the databases themselves refuse to change it."""

from django.db import migrations

from core.append_only import refuse

SESSION, RECOMMENDATION, STEP = (
    "alliance_advicesession",
    "alliance_recommendation",
    "alliance_recommendationstep",
)
PARTS = {
    "agenda_item": "alliance_agendaitem",
    "advice_attendance": "alliance_adviceattendance",
    "minutes_remark": "alliance_minutesremark",
}
SAYS = "approved minutes are never changed"


def approved(row: str) -> str:
    """Whether the row belongs to a session whose minutes are signed."""
    return f"EXISTS (SELECT 1 FROM {SESSION} s WHERE s.id = {row}.session_id AND s.state = 'approved')"  # noqa: S608


def changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


MINUTES = changed(
    "community_id", "number", "topic", "starts_at", "place", "state", "planned_by_id", "guests", "closing", "version",
    "written_by_id", "approved_at", "digest",
)  # fmt: skip
ADVICE = changed("community_id", "session_id", "position", "text", "because", "to_whom", "due_on")
GUARDS = [
    (SESSION, "advice_session_no_update", "UPDATE", f"OLD.state = 'approved' AND ({MINUTES})", SAYS),
    (SESSION, "advice_session_no_delete", "DELETE", "OLD.number IS NOT NULL", "minutes are never deleted"),
    (RECOMMENDATION, "recommendation_no_insert", "INSERT", approved("NEW"), SAYS),
    (RECOMMENDATION, "recommendation_no_update", "UPDATE", f"{approved('OLD')} AND ({ADVICE})", SAYS),
    (RECOMMENDATION, "recommendation_no_delete", "DELETE", approved("OLD"), SAYS),
    (STEP, "recommendation_step_no_update", "UPDATE", "", "what was said to a recommendation is never changed"),
    (STEP, "recommendation_step_no_delete", "DELETE", "", "what was said to a recommendation is never deleted"),
    *(
        guard
        for name, table in PARTS.items()
        for guard in (
            (table, f"{name}_no_insert", "INSERT", approved("NEW"), SAYS),
            (table, f"{name}_no_update", "UPDATE", f"{approved('OLD')} OR {approved('NEW')}", SAYS),
            (table, f"{name}_no_delete", "DELETE", approved("OLD"), SAYS),
        )
    ),
]


def guard_advice(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("alliance", "0002_initial")]
    operations = [migrations.RunPython(guard_advice, migrations.RunPython.noop)]
