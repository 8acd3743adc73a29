"""Other systems that read requests and send their own (Open311 GeoReport v2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core.ids import uuid7
from helpdesk.querysets import ApiKeyQuerySet, OutsideRequestQuerySet


class ApiKey(CommunityRow):
    """What a city's system shows to read or send requests of one community; the key itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("给哪个系统"), max_length=60)
    key_hash = models.CharField(max_length=64, unique=True)
    last_four = models.CharField(_("末四位"), max_length=4)
    may_write = models.BooleanField(_("可以送诉求进来"), default=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁开的"))
    last_used_at = models.DateTimeField(_("最近一次用"), null=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁停用的"))
    # How often it was shown within the minute that runs: since 1970 so many minutes have passed.
    minute = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口钥匙")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_key_revoked_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["community", "revoked_at"])]

    def __str__(self) -> str:
        return self.name


class OutsideRequest(CommunityRow):
    """A request that another system sent: its number there, so that the same one is never logged twice.

    The number is one of the system, not of the key: a system whose key is replaced goes on where it was, and what
    came in by a sheet is known when it comes by the interface.
    """

    system = models.CharField(_("哪个系统"), max_length=60)
    outside_id = models.CharField(_("那边的编号"), max_length=80)
    # Over what was sent: the same number with other words is told, not taken for the same.
    content_hash = models.CharField(max_length=64)
    key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="sent", verbose_name=_("接口钥匙"))
    request = models.OneToOneField("ServiceRequest", models.PROTECT, related_name="outside", verbose_name=_("诉求"))

    objects = OutsideRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("别的系统送来的诉求")
        constraints = [
            models.UniqueConstraint(fields=["community", "system", "outside_id"], name="outside_request_once")
        ]

    def __str__(self) -> str:
        return self.outside_id
