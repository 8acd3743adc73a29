"""Database triggers that refuse to change or delete rows, for both databases; used in migrations."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def refuse(
    schema_editor: BaseDatabaseSchemaEditor, *, table: str, name: str, event: str, when: str = "", says: str
) -> None:
    """Refuse `event` (UPDATE or DELETE) on `table`, only for rows where `when` (SQL over OLD and NEW) holds."""
    condition = f"WHEN ({when})" if when else ""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {name}_says() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION {name}_says()"
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition} BEGIN SELECT RAISE(ABORT, '{says}'); END"
        )
