"""A certificate of hours: asked for, issued under a number, perhaps revoked; what was printed is never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from stewards.hours.querysets import CertificateQuerySet
from stewards.hours.states import PaperState as State
from stewards.hours.wording import lasting


class Certificate(CommunityRow):
    """What the body that kept the book says of a volunteer's hours in a period. `kinds` maps a kind of hours to minutes
    as they stood on the day of issue."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    volunteer = models.ForeignKey(User, models.PROTECT, related_name="certificates", verbose_name=_("志愿者"))
    starts_on = models.DateField(_("从哪天"))
    ends_on = models.DateField(_("到哪天"))
    purpose = models.CharField(_("用来做什么"), max_length=60, blank=True)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("什么时候要的"), default=clock.now)
    year = models.PositiveSmallIntegerField(_("年份"), null=True)
    serial = models.PositiveIntegerField(_("编号"), null=True)
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    minutes = models.PositiveIntegerField(_("一共多少分钟"), default=0)
    kinds = models.JSONField(_("各种服务的分钟"), default=dict)
    issued_at = models.DateTimeField(_("开具时间"), null=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("开具人"))
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    ended_at = models.DateTimeField(_("撤销时间"), null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("撤销人"))
    reason = models.CharField(_("原因"), max_length=120, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("志愿服务证明")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["community", "volunteer", "asked_at"]),
            models.Index(fields=["community", "state", "asked_at"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="certificate_ends_after_start"),
            models.UniqueConstraint(
                fields=["community", "year", "serial"],
                condition=Q(serial__isnull=False),
                name="certificate_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "revoked"])
                & Q(
                    serial__isnull=False,
                    year__isnull=False,
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                    minutes__gt=0,
                )
                | Q(state__in=["asked", "dropped"])
                & Q(serial__isnull=True, year__isnull=True, issued_at__isnull=True, issued_by__isnull=True),
                name="certificate_numbered_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["revoked", "dropped"])
                & Q(ended_at__isnull=False, ended_by__isnull=False)
                & ~Q(reason="")
                | Q(state__in=["asked", "issued"]) & Q(ended_at__isnull=True, ended_by__isnull=True, reason=""),
                name="certificate_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=F("volunteer")),
                name="certificate_issued_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self._meta.verbose_name)

    def get_absolute_url(self) -> str:
        return address("stewards:certificate", self.pk)

    @property
    def number(self) -> str:
        """ "2026-0007" as the paper has it; "" until it is issued."""
        return f"{self.year}-{self.serial:04d}" if self.serial is not None else ""

    @property
    def lasting(self) -> str:
        """The minutes as people say them."""
        return lasting(self.minutes)

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {State.ASKED: "wait", State.ISSUED: "good", State.REVOKED: "warn"}.get(State(self.state), "idle")
