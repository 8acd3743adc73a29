"""The tables of a room are made together, and can lead to one another in a circle."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from core.tables import CreateTables


def leading_to(name, other):
    return CreateModel(
        name,
        fields=[
            ("id", models.BigAutoField(primary_key=True)),
            ("other", models.ForeignKey(f"core.{other}", models.CASCADE, null=True)),
        ],
    )


@pytest.fixture
def tables():
    return CreateTables([leading_to("Hen", "Egg"), leading_to("Egg", "Hen")])


def names():
    with connection.cursor() as cursor:
        return {name for name in connection.introspection.table_names(cursor) if name in {"core_hen", "core_egg"}}


@pytest.mark.django_db(transaction=True)
def test_they_come_and_go(tables):
    before = ProjectState()
    before.apps  # noqa: B018 built, as they are while migrations run
    after = before.clone()
    tables.state_forwards("core", after)
    with connection.schema_editor() as editor:
        tables.database_forwards("core", editor, before, after)
    assert names() == {"core_hen", "core_egg"}
    hen, egg = (after.apps.get_model("core", name) for name in ("Hen", "Egg"))
    first = hen.objects.create(other=egg.objects.create())
    assert first.other.pk
    with connection.schema_editor() as editor:
        tables.database_backwards("core", editor, after, before)
    assert names() == set()


def test_a_state_that_is_not_built_stays_so(tables):
    state = ProjectState()
    tables.state_forwards("core", state)
    assert "apps" not in state.__dict__
    assert {key for key in state.models if key[0] == "core"} == {("core", "hen"), ("core", "egg")}


def test_they_can_be_written_down(tables):
    text, imports = MigrationWriter.serialize(tables)
    assert "import core.tables" in imports
    assert text.count("CreateModel(") == 2
    assert "Hen" in tables.describe()
