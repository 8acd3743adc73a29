"""Database triggers that refuse to write, change or delete rows, for both databases; used in migrations."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def refuse(
    schema_editor: BaseDatabaseSchemaEditor, *, table: str, name: str, event: str, when: str = "", says: str
) -> None:
    """Refuse `event` (INSERT, UPDATE or DELETE) on `table`, only for rows where `when` holds.

    `when` is SQL over OLD and NEW that both databases read; it may ask other tables.
    """
    if schema_editor.connection.vendor == "postgresql":
        # The condition stands in the function: a trigger's own WHEN may not ask other tables.
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {name}_says() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {when or 'TRUE'} THEN "
            f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_says()"
        )
    else:
        condition = f"WHEN ({when})" if when else ""
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition} BEGIN SELECT RAISE(ABORT, '{says}'); END"
        )
