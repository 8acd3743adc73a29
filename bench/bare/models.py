"""One table."""

from django.db import models


class Note(models.Model):
    """A note with what the portal's list of requests shows of one, all in one table."""

    class State(models.TextChoices):
        NEW = "new", "New"
        OPEN = "open", "In progress"

    number = models.CharField(max_length=24)
    title = models.CharField(max_length=60)
    category = models.CharField(max_length=40)
    place = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    due_at = models.DateTimeField(auto_now=True)
    handler = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title
