"""The record is told in words: no verb is written that nobody can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from community import audit, history
from community.models import AuditEvent
from tests.factories import HouseholdFactory, UserFactory

ROOMS = ("community", "grids", "helpdesk", "visits", "stewards", "alliance", "property")
WRITTEN = re.compile(r"audit\.record(?:_many)?\(\s*\"([a-z_]+)\"")


def verbs() -> list[str]:
    files = (path for room in ROOMS for path in (Path(settings.BASE_DIR) / room).rglob("*.py"))
    return sorted({verb for path in files for verb in WRITTEN.findall(path.read_text(encoding="utf-8"))})


def test_there_are_verbs():
    assert len(verbs()) > 20


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_words(verb):
    assert verb in history.known_verbs()


@pytest.mark.django_db
def test_an_event_is_told_with_labels_masks_and_reasons():
    household = HouseholdFactory(phone="13812345678")
    user = UserFactory(name="周敏")
    audit.record(
        "household_changed",
        household,
        by=user,
        changes={"kind": ["registered", "renting"], "phone": [household.phone, ""]},
    )
    audit.record("reveal", household, by=user, changes={"field": "phone"}, reason="电话回访")
    told = history.tell(AuditEvent.objects.order_by("pk"))
    assert told[0].text == "户别：户籍 → 租住；联系电话：138****5678 → （空）"
    assert "电话回访" in told[1].text
    assert "联系电话" in told[1].text
