"""Make django-helpdesk's tables, staff and tickets: `python -m tickets.fill ROWS USER PASSWORD`; prints JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import django
from django.core.management import call_command

OPEN_SHARE = 150
"""As in the portal: of how many one is still open."""
UPDATES = 5
"""What has happened to each, as to a request of the demo."""
CHUNK = 1000


def main(rows: int, name: str, password: str) -> dict[str, Any]:
    """Fill it; who signs in reads the answer's addresses."""
    from django.contrib.auth.models import User
    from django.db import connection

    from helpdesk.models import Queue

    call_command("migrate", interactive=False, verbosity=0)
    staff = User.objects.create_user(name, password=password, is_staff=True, is_superuser=True)
    others = User.objects.bulk_create([User(username=f"steward{number}", is_staff=True) for number in range(30)])
    queues = Queue.objects.bulk_create([Queue(title=f"Grid {number}", slug=f"grid{number}") for number in range(6)])
    made = _tickets(rows, queues, [staff, *others])
    while chunk := list(islice(made, CHUNK)):
        _keep(chunk, staff)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {"tickets": rows, "queue": queues[0].pk}


def _tickets(rows: int, queues: list[Any], staff: list[Any]) -> Iterator[Any]:

    from helpdesk.models import Ticket

    now = datetime.now(UTC)
    for number in range(rows):
        is_open = number % OPEN_SHARE == 0
        back = timedelta(minutes=number % 7200) if is_open else timedelta(days=5 + number * 730 / rows)
        yield Ticket(
            title=f"The light in stairwell {number % 24} has been out since Monday",
            queue=queues[number % len(queues)],
            created=now - back,
            modified=now - back,
            submitter_email=f"resident{number % 3000}@example.org",
            assigned_to=staff[number % len(staff)],
            status=Ticket.OPEN_STATUS if is_open else Ticket.CLOSED_STATUS,
            description="One cannot see the steps at night, somebody nearly fell. " * 3,
            priority=1 + number % 5,
            due_date=now - back + timedelta(days=7),
            secret_key=f"key-{number}",
        )


def _keep(tickets: list[Any], author: Any) -> None:
    from helpdesk.models import FollowUp, Ticket

    Ticket.objects.bulk_create(tickets)
    FollowUp.objects.bulk_create(
        FollowUp(
            ticket=ticket,
            date=ticket.created + timedelta(hours=step),
            title=f"Step {step}",
            comment="The handler has called and will come tomorrow morning.",
            public=True,
            user=author,
        )
        for ticket in tickets
        for step in range(UPDATES)
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tickets.settings")
    django.setup()
    print(json.dumps(main(int(sys.argv[1]), sys.argv[2], sys.argv[3])))
