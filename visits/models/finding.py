"""What was brought back from a door, and what the household was told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from core.states import StateTable, Transition
from visits.models.visit import Visit
from visits.querysets import FeedbackQuerySet, FindingQuerySet


class Severity(models.TextChoices):
    MINOR = "minor", _("不急")
    SERIOUS = "serious", _("要紧")
    URGENT = "urgent", _("马上要办")


# Calendar days in which the household hears back, by severity.
DUE_DAYS = {Severity.MINOR: 30, Severity.SERIOUS: 7, Severity.URGENT: 1}


class Finding(CommunityRow):
    """A problem brought back from a visit 问题; it closes only with what the household was told."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        REQUESTED = "requested", _("已转诉求")
        FIXED = "fixed", _("已处理，待反馈")
        CLOSED = "closed", _("已反馈")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings", verbose_name=_("走访"))
    household = models.ForeignKey("grids.Household", models.PROTECT, related_name="findings", verbose_name=_("住户"))
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    category = models.ForeignKey(
        "helpdesk.Category", models.PROTECT, null=True, related_name="+", verbose_name=_("类别")
    )
    severity = models.CharField(_("轻重"), max_length=8, choices=Severity.choices, default=Severity.MINOR)
    text = models.CharField(_("问题"), max_length=400)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("负责人"))
    due_on = models.DateField(_("最晚反馈"))
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    request = models.ForeignKey(
        "helpdesk.ServiceRequest", models.PROTECT, null=True, related_name="findings", verbose_name=_("诉求")
    )
    fixed_on_spot = models.BooleanField(_("当场解决"), default=False)
    fixed_how = models.CharField(_("怎么处理的"), max_length=400, blank=True)
    for_hall = models.BooleanField(_("请大家议一议"), default=False)
    # Who has been told that it is overdue: 0 nobody, 1 its owner, 2 the office, 3 the secretary.
    escalation = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(_("办结时间"), null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访问题")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="finding_closed_at_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="requested") | Q(request__isnull=False), name="finding_requested_has_request"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "building"]),
            models.Index(fields=["community", "household", "state"]),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return reverse("visits:finding", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < clock.today()

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        if self.is_overdue:
            return "bad"
        return {"open": "warn", "requested": "wait", "fixed": "warn", "closed": "good"}[self.state]


def _steps() -> list[Transition]:
    state, who = Finding.State, ("visitor",)
    return [
        Transition(state.OPEN, state.REQUESTED, "request", _("转成诉求"), who),
        Transition(state.OPEN, state.FIXED, "fix", _("已经处理好"), who, needs=("how",)),
        Transition(state.REQUESTED, state.FIXED, "fix", _("已经处理好"), who, needs=("how",)),
        Transition(state.FIXED, state.CLOSED, "satisfied", _("满意"), who, needs=("told",)),
        Transition(state.REQUESTED, state.CLOSED, "satisfied", _("满意"), who, needs=("told",)),
        Transition(state.OPEN, state.CLOSED, "satisfied", _("满意"), who, needs=("told",)),
        Transition(state.FIXED, state.OPEN, "unsatisfied", _("不满意"), who, needs=("told",)),
        Transition(state.REQUESTED, state.REQUESTED, "unsatisfied", _("不满意"), who, needs=("told",)),
        Transition(state.OPEN, state.OPEN, "unsatisfied", _("不满意"), who, needs=("told",)),
        Transition(state.FIXED, state.FIXED, "heard", _("先告知进展"), who, needs=("told",)),
        Transition(state.REQUESTED, state.REQUESTED, "heard", _("先告知进展"), who, needs=("told",)),
        Transition(state.OPEN, state.OPEN, "heard", _("先告知进展"), who, needs=("told",)),
    ]


FINDING_STEPS = StateTable(_steps())


class Feedback(CommunityRow):
    """What the household was told about a finding, and what it answered 反馈."""

    class Answer(models.TextChoices):
        SATISFIED = "satisfied", _("满意，这件事了结")
        UNSATISFIED = "unsatisfied", _("不满意，还要再办")
        HEARD = "heard", _("知道了，还在办")

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="feedback", verbose_name=_("问题"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="feedback", verbose_name=_("走访"))
    told = models.CharField(_("告诉了家里什么"), max_length=400)
    told_at = models.DateTimeField(_("告知时间"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("告知人"))
    answer = models.CharField(_("家里怎么说"), max_length=12, choices=Answer.choices)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("反馈")
        ordering = ["told_at", "pk"]
        indexes = [models.Index(fields=["community", "finding"])]
