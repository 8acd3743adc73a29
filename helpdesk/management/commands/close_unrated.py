"""Close requests that nobody has rated for a week."""

from typing import Any

from django.core.management.base import BaseCommand

from helpdesk import actions


class Command(BaseCommand):
    help = "Close requests that were resolved 7 days ago and not rated; they count as not rated."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"closed: {actions.close_unrated()}")
