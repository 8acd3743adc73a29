"""The duty roster: what comes again every week, the shifts of four weeks, and who takes which seat."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core.ids import uuid7
from core.models import Job
from core.templatetags.portal import day
from stewards.duty.querysets import (
    AssignmentQuerySet,
    RosterQuerySet,
    ShiftQuerySet,
    ShiftSlotQuerySet,
    ShiftTemplateQuerySet,
    ShiftWishQuerySet,
    TemplateSlotQuerySet,
)
from stewards.duty.states import LIVE, PROMISED, RosterState, SeatState
from stewards.models.members import Skill, Steward


class ShiftTemplate(CommunityRow):
    """A shift that comes again every week. It ends on the next day where the end is not after the beginning.

    A change is seen by rosters that are made later; those there are have their shifts in writing.
    """

    name = models.CharField(_("班次"), max_length=30, help_text=_("例如：门岗早班、服务站值班。"))
    place = models.CharField(_("在哪里"), max_length=60)
    weekdays = models.JSONField(_("星期几"), default=list)
    starts_at = models.TimeField(_("几点开始"))
    ends_at = models.TimeField(_("几点结束"), help_text=_("不比开始晚的，算到第二天。"))
    is_active = models.BooleanField(_("在用"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ShiftTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("班次")
        ordering = ["starts_at", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="shift_template_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stewards:template", args=[self.pk])

    @property
    def crosses_midnight(self) -> bool:
        return self.ends_at <= self.starts_at


class TemplateSlot(CommunityRow):
    """How many people of one skill (or of any) a shift needs at least, and how many stand ready beside them."""

    template = models.ForeignKey(ShiftTemplate, models.CASCADE, related_name="slots")
    skill = models.ForeignKey(Skill, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("技能"))
    minimum = models.PositiveSmallIntegerField(_("要几个人"), default=1)
    reserves = models.PositiveSmallIntegerField(_("几个候补"), default=0)

    objects = TemplateSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("班次要的人")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minimum__gte=1), name="template_slot_needs_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.template} × {self.minimum}"


class ShiftWish(CommunityRow):
    """Whether a steward likes a shift or would rather not; it is weighed after what is fair, and binds nobody."""

    class Wish(models.IntegerChoices):
        LIKES = 1, _("愿意多排")
        RATHER_NOT = -1, _("尽量少排")

    steward = models.ForeignKey(Steward, models.PROTECT, related_name="wishes")
    template = models.ForeignKey(ShiftTemplate, models.CASCADE, related_name="wishes")
    wish = models.SmallIntegerField(_("心愿"), choices=Wish.choices)

    objects = ShiftWishQuerySet.as_manager()

    class Meta:
        verbose_name = _("对班次的心愿")
        constraints = [models.UniqueConstraint(fields=["steward", "template"], name="shift_wish_once")]

    def __str__(self) -> str:
        return f"{self.steward} · {self.template} {self.wish}"


class Roster(CommunityRow):
    """The shifts of some weeks, from `first` to `last`; `figures` says how the plan came about and how good it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first = models.DateField(_("从哪天"))
    last = models.DateField(_("到哪天"))
    state = models.CharField(_("进展"), max_length=10, choices=RosterState.choices, default=RosterState.DRAFT)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁排的"))
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    stop_asked = models.BooleanField(default=False, editable=False)
    figures = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(_("什么时候发给大家"), null=True, blank=True)
    published_at = models.DateTimeField(_("什么时候公布"), null=True, blank=True)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班表")
        ordering = ["-first", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "first"], name="roster_first_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="roster_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state=RosterState.PUBLISHED) | Q(published_at__isnull=False), name="roster_published_when"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(first)s—%(last)s 值班表") % {"first": day(self.first), "last": day(self.last)}

    def get_absolute_url(self) -> str:
        return reverse("stewards:roster", args=[self.pk])


class Shift(CommunityRow):
    """One shift of a roster with its own times: a template that changes later leaves it as it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="shifts")
    template = models.ForeignKey(ShiftTemplate, models.SET_NULL, null=True, blank=True, related_name="shifts")
    name = models.CharField(_("班次"), max_length=30)
    place = models.CharField(_("在哪里"), max_length=60)
    day = models.DateField(_("哪天"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    alerted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("班")
        ordering = ["starts_at", "name", "pk"]
        indexes = [models.Index(fields=["community", "starts_at"])]
        constraints = [
            models.UniqueConstraint(fields=["roster", "template", "starts_at"], name="shift_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {day(self.day)}"

    def get_absolute_url(self) -> str:
        return reverse("stewards:shift", args=[self.pk])


class ShiftSlot(CommunityRow):
    """What one shift needs of one skill: so many people at least, and so many ready beside them."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="slots")
    skill = models.ForeignKey(Skill, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("技能"))
    minimum = models.PositiveSmallIntegerField(_("要几个人"), default=1)
    reserves = models.PositiveSmallIntegerField(_("几个候补"), default=0)

    objects = ShiftSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("班上的位置")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(minimum__gte=1), name="shift_slot_needs_somebody")]

    def __str__(self) -> str:
        return f"{self.shift} × {self.minimum}"


class Assignment(CommunityRow):
    """A seat in a shift and whose it is. The times are the shift's, so that the database itself refuses an overlap."""

    class Channel(models.TextChoices):
        PORTAL = "portal", _("在网上")
        PHONE = "phone", _("在电话里")
        PAPER = "paper", _("在纸上")
        IN_PERSON = "in_person", _("当面")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slot = models.ForeignKey(ShiftSlot, models.CASCADE, related_name="assignments")
    steward = models.ForeignKey(Steward, models.PROTECT, related_name="assignments", verbose_name=_("红管家"))
    state = models.CharField(_("进展"), max_length=10, choices=SeatState.choices, default=SeatState.PLANNED)
    is_reserve = models.BooleanField(_("候补"), default=False)
    is_locked = models.BooleanField(_("定下不动"), default=False)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    why = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    channel = models.CharField(_("怎么答复的"), max_length=10, choices=Channel.choices, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    checked_in_at = models.DateTimeField(_("几点到的"), null=True, blank=True)
    checked_in_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    checked_out_at = models.DateTimeField(_("几点走的"), null=True, blank=True)
    checked_out_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    is_capped = models.BooleanField(_("忘了签退，按班次结束算"), default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("值班的人")
        ordering = ["is_reserve", "pk"]
        indexes = [
            models.Index(fields=["community", "starts_at"]),
            models.Index(fields=["steward", "starts_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "steward"], condition=Q(state__in=LIVE), name="assignment_live_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="assignment_ends_after_start"),
            models.CheckConstraint(
                condition=Q(checked_out_at__isnull=True) | Q(checked_out_at__gte=F("checked_in_at")),
                name="assignment_out_after_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_promised(self) -> bool:
        return self.state in PROMISED
