"""What households paid in a published quarter stays as it was frozen: the databases refuse to change it."""

from django.db import migrations

from core.append_only import refuse

LEAF, ROOT = "property_publicationleaf", "property_publicationroot"
OUT = "('published', 'superseded')"


def of(row: str) -> str:
    """Whether the row belongs to a publication that is out."""
    return f"EXISTS (SELECT 1 FROM property_publication p WHERE p.id = {row}.publication_id AND p.state IN {OUT})"  # noqa: S608


GUARDS = [
    guard
    for table, name in ((LEAF, "leaf"), (ROOT, "root"))
    for guard in (
        (table, f"publication_{name}_no_update", "UPDATE", "", "what is frozen is never changed"),
        (table, f"publication_{name}_no_insert", "INSERT", of("NEW"), "what is published takes nothing more"),
        (table, f"publication_{name}_no_delete", "DELETE", of("OLD"), "what is published is never deleted"),
    )
]


def guard_proofs(apps, schema_editor):
    for table, name, event, when, says in GUARDS:
        refuse(schema_editor, table=table, name=name, event=event, when=when, says=says)


class Migration(migrations.Migration):
    dependencies = [("property", "0003_publication_guards")]
    operations = [migrations.RunPython(guard_proofs, migrations.RunPython.noop)]
