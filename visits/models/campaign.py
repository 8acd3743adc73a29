"""The quarter's round and whom it goes to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from core.quarters import Quarter
from core.states import StateTable, Transition
from visits import reasons
from visits.querysets import CampaignQuerySet, HandoverQuerySet, TargetQuerySet


class Campaign(CommunityRow):
    """One quarter's round 走访批次; a community walks one at a time."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("正在安排")
        OPEN = "open", _("进行中")
        CLOSED = "closed", _("已结束")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    year = models.PositiveSmallIntegerField(_("年份"))
    quarter = models.PositiveSmallIntegerField(_("季度"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.OPEN)
    # How far its targets have been laid out: the last household, and how many so far. A killed job goes on from there.
    laid_until = models.UUIDField(null=True, editable=False)
    laid = models.PositiveIntegerField(default=0, editable=False)
    # The job that lays them, where they are too many to be laid at once.
    job = models.UUIDField(null=True, editable=False)
    notice = models.CharField(_("给走访人的话"), max_length=200, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("结束人")
    )
    explanation = models.CharField(_("没走到的说明"), max_length=400, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访批次")
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["community", "year", "quarter"], name="campaign_once_a_quarter"),
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(state__in=["preparing", "open"]),
                name="one_campaign_walked_at_a_time",
            ),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="campaign_quarter_1_to_4"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "open"], closed_at__isnull=True, closed_by__isnull=True)
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="campaign_closed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.period.label

    def get_absolute_url(self) -> str:
        return f"{reverse('visits:round')}?campaign={self.pk}"

    @property
    def period(self) -> Quarter:
        return Quarter(self.year, self.quarter)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class Target(CommunityRow):
    """A door to knock at in a round, and why."""

    class Kind(models.TextChoices):
        QUARTERLY = "quarterly", _("每季走访")
        MONTHLY_CARE = "monthly_care", _("每月关爱")
        FOLLOW_UP = "follow_up", _("回访")
        SPECIAL = "special", _("专项走访")

    class State(models.TextChoices):
        WAITING = "waiting", _("待访")
        ABSENT_ONCE = "absent_once", _("1 次未遇")
        ABSENT_TWICE = "absent_twice", _("2 次未遇")
        DONE = "done", _("已访")
        REFUSED = "refused", _("不愿受访")
        MOVED = "moved", _("已搬走")
        LEFT = "left", _("本季未走到")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="targets", verbose_name=_("批次"))
    household = models.ForeignKey(
        "grids.Household", models.PROTECT, related_name="visit_targets", verbose_name=_("住户")
    )
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices, default=Kind.QUARTERLY)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("走访人")
    )
    reasons = models.JSONField(_("为什么去"), default=list)
    due_on = models.DateField(_("最晚日期"))
    base_version = models.PositiveIntegerField(default=1)
    state = models.CharField(_("进展"), max_length=12, choices=State.choices, default=State.WAITING)
    done_at = models.DateTimeField(_("走到时间"), null=True)
    fields_total = models.PositiveSmallIntegerField(default=0)
    fields_verified = models.PositiveSmallIntegerField(default=0)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访对象")
        ordering = ["due_on", "building", "pk"]
        constraints = [
            # A care household is called on every month: one target for each day that a kind is due.
            models.UniqueConstraint(
                fields=["campaign", "household", "kind", "due_on"], name="target_once_a_kind_and_day"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "refused", "moved"], done_at__isnull=False)
                | ~Q(state__in=["done", "refused", "moved"]) & Q(done_at__isnull=True),
                name="target_done_at_when_reached",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "campaign", "building", "state"]),
            models.Index(fields=["community", "household", "state"]),
            models.Index(fields=["community", "assignee", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("visits:record", args=[self.pk])

    @property
    def why(self) -> list[str]:
        """The reasons as sentences."""
        return [reasons.sentence(reason) for reason in self.reasons]

    @property
    def is_due(self) -> bool:
        """Whether somebody still has to go."""
        return self.state in DUE

    @property
    def is_overdue(self) -> bool:
        return self.is_due and self.due_on < clock.today()


class Handover(CommunityRow):
    """A door that was given to somebody else; who held it before may still bring a report back."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="handovers", verbose_name=_("走访对象"))
    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("原走访人")
    )
    after = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("新走访人")
    )
    # None: nobody did it by hand, an appointment or a move of the building brought it about.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    reason = models.CharField(_("原因"), max_length=120, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访交接")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["community", "target", "before"])]


DUE = (Target.State.WAITING, Target.State.ABSENT_ONCE, Target.State.ABSENT_TWICE)
REACHED = (Target.State.DONE, Target.State.REFUSED, Target.State.MOVED)


def _steps() -> list[Transition]:
    """Whatever has been before, whoever is met in the end has been visited; a closed round leaves the rest behind."""
    state, visitor, rows = Target.State, ("visitor",), []
    after_absence = {
        state.WAITING: state.ABSENT_ONCE,
        state.ABSENT_ONCE: state.ABSENT_TWICE,
        state.ABSENT_TWICE: state.ABSENT_TWICE,
    }
    for source in (*DUE, state.REFUSED, state.MOVED):
        rows += [
            Transition(source, state.DONE, "met", _("见到了"), visitor),
            Transition(source, state.DONE, "phone", _("电话核实"), visitor),
            Transition(source, state.DONE, "card", _("凭卡自己核对"), visitor),
            Transition(source, state.REFUSED, "refused", _("不愿受访"), visitor),
            Transition(source, state.MOVED, "moved", _("已搬走"), visitor),
        ]
    rows += [Transition(source, target, "absent", _("没人在家"), visitor) for source, target in after_absence.items()]
    rows += [Transition(source, state.LEFT, "close", _("结束本季走访"), ("office",)) for source in DUE]
    return rows


TARGET_STEPS = StateTable(_steps())
