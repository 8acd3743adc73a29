"""Django's own sessions in the database, read by a statement written by hand: every page reads one."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.sql import rows

_READ = f"SELECT session_data FROM {Session._meta.db_table} WHERE session_key = %s AND expire_date > %s"  # noqa: S608


class SessionStore(DatabaseSessions):
    """As Django's in everything else."""

    def load(self) -> dict[str, Any]:
        """What is kept; nothing, and no key any more, where the session is over or was never there."""
        over = timezone.now()  # noqa: TID251 a sign-in ends by the real clock, also where a demo or a test moves the other
        found = rows(_READ, self.session_key, over)
        if not found:
            self._session_key = None
            return {}
        return self.decode(found[0][0])
