"""What nobody rated closes by itself, when the worker does its daily duties."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from core import clock
from tests.factories import desk

pytestmark = pytest.mark.django_db


def test_tidy_closes_what_nobody_rated_for_a_week(capsys):
    found = desk()
    with clock.at(clock.now() - timedelta(days=8)):
        request = found.walk(found.log(), "accept", "dispatch", "sign", "reply", "resolve")
    call_command("tidy")
    request.refresh_from_db()
    assert request.state == "closed"
    assert "requests closed unrated: 1" in capsys.readouterr().out
