"""A phone that holds a walk book, and what it last said about itself."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock
from visits.querysets import DeviceQuerySet

# From here on somebody should call whose phone has not sent its visits.
_LONG_SILENT = timedelta(days=2)


class Device(CommunityRow):
    """One browser on one phone, of one user. It makes its own id, and tells how many visits it has not sent yet."""

    device = models.UUIDField(editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("走访人"))
    name = models.CharField(_("设备"), max_length=60, blank=True)
    held = models.PositiveIntegerField(_("带着的住户"), default=0)
    unsent = models.PositiveIntegerField(_("没发出的走访"), default=0)
    oldest_unsent_at = models.DateTimeField(_("最早一条"), null=True)
    seen_at = models.DateTimeField(_("最近联系"), default=clock.now)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访设备")
        ordering = ["-unsent", "seen_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "device", "user"], name="device_once_a_community_and_user")
        ]
        indexes = [models.Index(fields=["community", "unsent"])]

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        """The colour of its badge: nothing is owed, something is, for too long."""
        if not self.unsent:
            return "good"
        return "warn" if clock.now() - (self.oldest_unsent_at or self.seen_at) > _LONG_SILENT else "wait"
