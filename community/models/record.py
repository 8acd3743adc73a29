"""What happened: an append-only record, without foreign keys to people so that it survives them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.querysets import AuditEventQuerySet
from community.rows import CommunityRow
from core import clock


class AuditEvent(CommunityRow):
    """Who did or read what, when, and what it was before and after."""

    at = models.DateTimeField(_("时间"), default=clock.now)
    actor_id = models.BigIntegerField(_("操作人编号"), null=True)
    actor_name = models.CharField(_("操作人"), max_length=40, blank=True)
    actor_role = models.CharField(_("身份"), max_length=40, blank=True)
    verb = models.CharField(_("事项"), max_length=60)
    target_type = models.CharField(_("对象种类"), max_length=60)
    target_id = models.CharField(_("对象编号"), max_length=40)
    target_label = models.CharField(_("对象"), max_length=160, blank=True)
    household_id = models.UUIDField(_("所涉住户"), null=True)
    changes = models.JSONField(_("变动"), default=dict)
    reason = models.CharField(_("事由"), max_length=200, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("记录")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["community", "target_type", "target_id", "at"]),
            models.Index(fields=["community", "household_id", "at"]),
            models.Index(fields=["community", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.target_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("an audit event is written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("an audit event is never deleted")
