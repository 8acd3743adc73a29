"""What happened to a request, its photos and its ratings are written once."""

from django.db import migrations

from core.append_only import refuse

WRITTEN_ONCE = {
    "helpdesk_update": "an update of a request is written once",
    "helpdesk_updatephoto": "a photo of a request is kept once",
    "helpdesk_rating": "a rating is given once",
}


def guard(apps, schema_editor):
    for table, says in WRITTEN_ONCE.items():
        for event in ("UPDATE", "DELETE"):
            refuse(schema_editor, table=table, name=f"{table}_no_{event.lower()}", event=event, says=says)


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
