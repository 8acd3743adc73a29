"""Make the bare project's tables, one user and as many rows as asked for: `python -m bare.fill ROWS USER PASSWORD`."""

import os
import sys

import django
from django.core.management import call_command

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bare.settings")
    django.setup()
    from django.contrib.auth.models import User

    from bare.models import Note

    rows, name, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_user(name, password=password)
    words = "The light in the stairwell has been out since Monday"
    Note.objects.bulk_create(
        (
            Note(
                number=f"{row:06}",
                title=words,
                category=f"Kind {row % 9}",
                place=f"Building {row % 24}, unit {row % 4}",
                state=Note.State.OPEN,
                handler=f"Person {row % 30}",
                text=words * 3,
            )
            for row in range(rows)
        ),
        batch_size=1000,
    )
