"""What a volunteer says they did, until a second person who knows has said yes or no."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from stewards.hours.querysets import SelfReportQuerySet
from stewards.hours.states import ReportState as State
from stewards.hours.wording import lasting
from stewards.models.hours import HoursEntry


class SelfReport(CommunityRow):
    """Work that no job, shift or activity knows of. Whoever was there is asked; the office may answer for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    volunteer = models.ForeignKey(User, models.PROTECT, related_name="self_reports", verbose_name=_("志愿者"))
    kind = models.CharField(_("哪一种"), max_length=10, choices=HoursEntry.Kind.choices)
    day = models.DateField(_("哪天"))
    minutes = models.PositiveSmallIntegerField(_("分钟"))
    what = models.CharField(_("做了什么"), max_length=80)
    witness = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("当时谁在场")
    )
    photo = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("照片")
    )
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.WAITING)
    reported_at = models.DateTimeField(_("什么时候报的"), default=clock.now)
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁答复的"))
    reason = models.CharField(_("没有记入的原因"), max_length=120, blank=True)
    entry = models.OneToOneField(HoursEntry, models.PROTECT, null=True, related_name="self_report")

    objects = SelfReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("自己报的服务")
        ordering = ["-reported_at", "-pk"]
        indexes = [
            models.Index(fields=["community", "volunteer", "reported_at"]),
            models.Index(fields=["community", "state", "reported_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="self_report_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CONFIRMED, entry__isnull=False)
                | ~Q(state=State.CONFIRMED) & Q(entry__isnull=True),
                name="self_report_entered_when_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(witness=F("volunteer")) & (~Q(decided_by=F("volunteer")) | Q(state=State.WITHDRAWN)),
                name="self_report_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.day} {self.what}"

    def get_absolute_url(self) -> str:
        return address("stewards:self_report", self.pk)

    @property
    def lasting(self) -> str:
        """The minutes as people say them."""
        return lasting(self.minutes)

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {State.WAITING: "wait", State.CONFIRMED: "good", State.DECLINED: "warn"}.get(State(self.state), "idle")
