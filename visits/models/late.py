"""What came from a door after the door had been given to somebody else; it waits to be looked at, and is never lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.models import Attachment
from community.rows import CommunityRow
from core import clock
from core.fields import EncryptedCharField
from visits.models.campaign import Target
from visits.models.visit import Visit
from visits.querysets import LatePhotoQuerySet, LateReportQuerySet

# A record of 64 KB, encrypted.
_SENT = 88_000


class LateReport(CommunityRow):
    """A visit sent by who no longer has the door 迟到的走访: kept as it came, until the new one takes it in or not."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待核对")
        TAKEN = "taken", _("已收下")
        DECLINED = "declined", _("没有收下")

    # The id of the visit that it becomes.
    id = models.UUIDField(primary_key=True, editable=False)
    content_hash = models.CharField(max_length=64)
    target = models.ForeignKey(Target, models.PROTECT, related_name="late_reports", verbose_name=_("走访对象"))
    household = models.ForeignKey("grids.Household", models.PROTECT, related_name="+", verbose_name=_("住户"))
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("走访人"))
    outcome = models.CharField(_("结果"), max_length=8, choices=Visit.Outcome.choices)
    visited_at = models.DateTimeField(_("走访时间"))
    received_at = models.DateTimeField(_("收到时间"), default=clock.now)
    # The fields of the form as JSON, as they were sent.
    sent = EncryptedCharField(max_length=_SENT, blank=True)
    photos_announced = models.JSONField(default=list)
    state = models.CharField(_("进展"), max_length=8, choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    answer = models.CharField(_("说明"), max_length=200, blank=True)

    objects = LateReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("迟到的走访")
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=["taken", "declined"], decided_at__isnull=False, decided_by__isnull=False),
                name="late_report_decided_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["community", "state", "building"])]

    def __str__(self) -> str:
        return f"{self.household} · {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("visits:late_report", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_taken(self) -> bool:
        """Whether there is a visit of the same id."""
        return self.state == self.State.TAKEN

    @property
    def tone(self) -> str:
        return {self.State.WAITING: "wait", self.State.TAKEN: "good"}.get(self.State(self.state), "idle")


class LatePhoto(CommunityRow):
    """A photo that belongs to a late report."""

    report = models.ForeignKey(LateReport, models.CASCADE, related_name="photos", verbose_name=_("迟到的走访"))
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("附件"))
    announced_as = models.CharField(max_length=64)
    caption = ""

    objects = LatePhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("迟到的走访照片")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "announced_as"], name="announced_photo_once_a_late_report")
        ]
        indexes = [models.Index(fields=["community", "report"])]

    @property
    def url(self) -> str:
        return reverse("visits:late_photo", args=[self.pk])

    @property
    def thumbnail(self) -> str:
        return f"{self.url}?small=1"
