"""The hours that a volunteer gave, written once: what was wrong is reversed by an entry of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from stewards.hours.querysets import HoursEntryQuerySet
from stewards.hours.wording import lasting


class HoursEntry(CommunityRow):
    """Minutes that somebody gave on a day, for what, and who vouches for them. `about` names the record they come from,
    such as "stewards.job:…": one entry a record and volunteer."""

    class Kind(models.TextChoices):
        JOB = "job", _("上门帮忙")
        DUTY = "duty", _("值班")
        ACTIVITY = "activity", _("活动")
        TRAINING = "training", _("培训")
        OTHER = "other", _("别的服务")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    volunteer = models.ForeignKey(User, models.PROTECT, related_name="hours", verbose_name=_("志愿者"))
    kind = models.CharField(_("哪一种"), max_length=10, choices=Kind.choices)
    day = models.DateField(_("哪天"))
    minutes = models.IntegerField(_("分钟"))
    what = models.CharField(_("做了什么"), max_length=80)
    about = models.CharField(max_length=80, blank=True, editable=False)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁确认的"))
    entered_at = models.DateTimeField(_("记入时间"), default=clock.now)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    reason = models.CharField(_("冲销的原因"), max_length=120, blank=True)

    objects = HoursEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("志愿服务时长")
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["community", "volunteer", "day"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, minutes__gt=0)
                | Q(reverses__isnull=False, minutes__lt=0) & ~Q(reason=""),
                name="hours_positive_or_reversal",
            ),
            models.CheckConstraint(
                condition=~Q(volunteer=models.F("confirmed_by")), name="hours_confirmed_by_a_second_person"
            ),
            models.UniqueConstraint(
                fields=["community", "volunteer", "about"],
                condition=~Q(about="") & Q(reverses__isnull=True),
                name="hours_once_a_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.day} {self.minutes}"

    def get_absolute_url(self) -> str:
        return address("stewards:hours_entry", self.pk)

    @property
    def lasting(self) -> str:
        """The minutes as people say them."""
        return lasting(self.minutes)
