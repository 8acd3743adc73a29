"""What is of no use any more is forgotten; the rest stays."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command

from community import letters
from community.models import Notice, Submission
from core import clock
from core.models import Job
from tests.factories import CommunityFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_tidy():
    now, user, community = clock.now(), UserFactory(), CommunityFactory()
    old, young = (Submission.objects.create(path="/", at=now - timedelta(hours=hours)) for hours in (25, 23))
    for read in (None, now, now - timedelta(days=91)):
        Notice.objects.create(community=community, user=user, kind="x", text="x", read_at=read)
    for finished in (None, now, now - timedelta(days=31)):
        Job.objects.create(kind="x", label="x", owner=user, finished_at=finished)
    for age in (60, -60):
        session = SessionStore()
        session["x"] = 1
        session.set_expiry(now + timedelta(seconds=age))
        session.save()
    stale, fresh = uuid4(), uuid4()
    for batch in (stale, fresh):
        letters.keep(batch, b"x")
    path = letters._waiting(stale)
    os.utime(path, (now.timestamp() - 90_000,) * 2)

    said = io.StringIO()
    call_command("tidy", "--dry-run", stdout=said)
    assert "what has had its time: 3" in said.getvalue()
    assert Submission.objects.count() == 2

    call_command("tidy", stdout=said)
    assert list(Submission.objects.all()) == [young]
    assert not Submission.objects.filter(pk=old.pk).exists()
    assert Notice.objects.count() == 2
    assert Job.objects.count() == 2
    assert Session.objects.count() == 1
    assert (letters.is_waiting(stale), letters.is_waiting(fresh)) == (False, True)
