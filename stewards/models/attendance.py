"""Who came to a shift and for how long, who did not come, and the codes by which one says that one is there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from stewards.duty.attendance_querysets import AttendanceQuerySet, CheckInPointQuerySet, NoShowQuerySet
from stewards.hours.wording import lasting
from stewards.models.hours import HoursEntry
from stewards.models.shifts import Assignment


class CheckInPoint(CommunityRow):
    """The code that hangs where shifts are done; a new one makes the old paper worthless."""

    place = models.CharField(_("在哪里"), max_length=60)
    code = models.CharField(_("签到码"), max_length=10, unique=True)
    made_at = models.DateTimeField(_("什么时候换的"), default=clock.now)

    objects = CheckInPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("签到的地方")
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "place"], name="check_in_point_once")]

    def __str__(self) -> str:
        return self.place


class Attendance(CommunityRow):
    """A shift that somebody has done, until a second person has vouched for its minutes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等社区确认")
        CONFIRMED = "confirmed", _("记入了时长")
        DECLINED = "declined", _("没有记入")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seat = models.OneToOneField(Assignment, models.PROTECT, related_name="attendance", verbose_name=_("哪一班"))
    minutes = models.PositiveSmallIntegerField(_("分钟"))
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁确认的"))
    reason = models.CharField(_("没有记入的原因"), max_length=120, blank=True)
    entry = models.OneToOneField(HoursEntry, models.PROTECT, null=True, related_name="attendance")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("到岗")
        ordering = ["pk"]
        indexes = [models.Index(fields=["community", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="attendance_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", entry__isnull=False) | ~Q(state="confirmed") & Q(entry__isnull=True),
                name="attendance_entered_when_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.seat)

    @property
    def lasting(self) -> str:
        """The minutes as people say them."""
        return lasting(self.minutes)

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {"waiting": "wait", "confirmed": "good"}.get(self.state, "idle")


class NoShow(CommunityRow):
    """Somebody held a seat and did not come. It runs out by itself, can be appealed, and touches no hours."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    volunteer = models.ForeignKey(User, models.PROTECT, related_name="no_shows", verbose_name=_("红管家"))
    seat = models.OneToOneField(Assignment, models.PROTECT, related_name="no_show", verbose_name=_("哪一班"))
    noted_at = models.DateTimeField(_("什么时候记的"), default=clock.now)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁记的"))
    note = models.CharField(_("情况"), max_length=120, blank=True)
    expires_on = models.DateField(_("到哪天自动消除"))
    appeal = models.CharField(_("本人的说明"), max_length=200, blank=True)
    appealed_at = models.DateTimeField(_("什么时候说明的"), null=True)
    decided_at = models.DateTimeField(_("答复时间"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁答复的"))
    lifted = models.BooleanField(_("消除了"), null=True)
    answer = models.CharField(_("答复"), max_length=120, blank=True)

    objects = NoShowQuerySet.as_manager()

    class Meta:
        verbose_name = _("没有到岗的提醒")
        ordering = ["-noted_at", "-pk"]
        indexes = [models.Index(fields=["community", "volunteer", "expires_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, lifted__isnull=True)
                | Q(
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    lifted__isnull=False,
                    appealed_at__isnull=False,
                ),
                name="no_show_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("noted_by")) & ~Q(decided_by=F("volunteer")),
                name="no_show_appeal_decided_by_another",
            ),
            models.CheckConstraint(condition=~Q(noted_by=F("volunteer")), name="no_show_noted_by_another"),
        ]

    def __str__(self) -> str:
        return str(self.seat)

    def get_absolute_url(self) -> str:
        return address("stewards:no_show", self.pk)

    @property
    def is_over(self) -> bool:
        """Whether it no longer says anything of anybody."""
        return bool(self.lifted) or self.expires_on < clock.today()
