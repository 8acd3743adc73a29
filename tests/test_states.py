"""The diagrams in docs/states are the tables that the actions walk: none is missing, none is out of date."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from core.states import StateTable

BASE = Path(settings.BASE_DIR)
ROOMS = [Path(one.path) for one in apps.get_app_configs() if Path(one.path).parent == BASE]
DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIAGRAMS = [
    diagram
    for document in sorted(BASE.glob("docs/states/*.md"))
    for diagram in DIAGRAM.findall(document.read_text(encoding="utf-8"))
]


def tables() -> dict[str, StateTable]:
    """Every table of the project by its full name, from the module in which it is made."""
    sources = [path for room in ROOMS for path in sorted(room.rglob("*.py"))]
    return {
        f"{module}.{name}": table
        for path in sources
        if re.search(r"^\w+ = StateTable\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        for module in [".".join(path.relative_to(BASE).with_suffix("").parts)]
        for name, table in vars(importlib.import_module(module)).items()
        if isinstance(table, StateTable)
    }


TABLES = tables()


def test_the_tables_are_found():
    assert {"helpdesk.states.REQUESTS", "property.models.ledger.VOUCHER_STEPS"} <= set(TABLES)
    assert len(TABLES) > 15


@pytest.mark.parametrize("name", TABLES)
def test_its_diagram_has_all_transitions_and_no_other(name):
    wanted = TABLES[name].mermaid()
    steps = set(wanted.splitlines())
    drawn = set(max(DIAGRAMS, key=lambda one: len(steps & set(one.splitlines()))).splitlines())
    assert (steps - drawn, drawn - steps) == (set(), set()), (
        f"docs/states misses or invents something of {name}; it is:\n{wanted}"
    )
    assert wanted in DIAGRAMS, f"docs/states has the steps of {name} in another order; it is:\n{wanted}"


def test_no_diagram_stands_there_for_a_table_that_is_gone():
    assert sorted(DIAGRAMS) == sorted(table.mermaid() for table in TABLES.values())
