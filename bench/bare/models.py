"""One table."""

from django.db import models


class Note(models.Model):
    """A note, about as wide as a row of one of the portal's lists."""

    title = models.CharField(max_length=60)
    place = models.CharField(max_length=80)
    state = models.CharField(max_length=12)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title
