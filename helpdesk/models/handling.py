"""What those who handle requests work with: questions, leave that is asked for, rules, words kept ready."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from grids.models import Building, Grid
from helpdesk.models.category import Category
from helpdesk.models.request import ServiceRequest
from helpdesk.querysets import ApprovalQuerySet, PauseQuerySet, ReplyTemplateQuerySet, RoutingRuleQuerySet


class Pause(CommunityRow):
    """A time in which the clock of a request stood still, because its reporter was asked something."""

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="pauses", verbose_name=_("诉求"))
    question = models.CharField(_("问了什么"), max_length=500)
    began_at = models.DateTimeField(_("从何时起"), default=clock.now)
    ended_at = models.DateTimeField(_("到何时"), null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("暂停计时")
        ordering = ["began_at", "pk"]
        indexes = [models.Index(fields=["community", "request"])]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(ended_at__isnull=True), name="pause_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="pause_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.began_at:%Y-%m-%d}"


class Approval(CommunityRow):
    """A step that needs the secretary's word, as the one who handles the request has asked for it."""

    class Step(models.TextChoices):
        SUSPEND = "suspend", _("挂账")
        EXTEND = "extend", _("延期")
        ASK_INFO = "ask_info", _("再请居民补充一次")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="approvals", verbose_name=_("诉求"))
    step = models.CharField(_("申请什么"), max_length=10, choices=Step.choices)
    text = models.TextField(_("理由"), max_length=500)
    until = models.DateField(_("到哪天"), null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁申请"))
    asked_at = models.DateTimeField(_("申请时间"), default=clock.now)
    granted = models.BooleanField(_("同意了吗"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁决定"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("申请")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["community", "decided_at", "asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(decided_at__isnull=True), name="approval_one_open_a_request"
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, decided_at__isnull=True)
                | Q(granted__isnull=False, decided_at__isnull=False),
                name="approval_decided_with_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.get_step_display()}"


class RoutingRule(CommunityRow):
    """Whom the portal suggests to handle a request; what is left empty fits everything, the first that fits counts."""

    class Hours(models.TextChoices):
        ANY = "any", _("不论何时")
        OPEN = "open", _("上班时间")
        SHUT = "shut", _("下班以后和休息日")

    order = models.PositiveSmallIntegerField(_("先后"), default=0)
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("类别")
    )
    grid = models.ForeignKey(Grid, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("网格"))
    building = models.ForeignKey(
        Building, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("楼幢")
    )
    hours = models.CharField(_("什么时候提的"), max_length=4, choices=Hours.choices, default=Hours.ANY)
    handler = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("派给谁"))
    is_active = models.BooleanField(_("在用"), default=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("派单规则")
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["community", "order"])]

    def __str__(self) -> str:
        return f"{self.order} {self.handler}"


class ReplyTemplate(CommunityRow):
    """Words kept ready for a step, to be read over and changed before they are sent."""

    title = models.CharField(_("叫什么"), max_length=40)
    action = models.CharField(_("哪一步用"), max_length=20, blank=True)
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("类别")
    )
    text = models.TextField(_("内容"), max_length=1000)
    order = models.PositiveSmallIntegerField(_("先后"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("常用回复")
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["community", "order"])]

    def __str__(self) -> str:
        return self.title


class Reminder(CommunityRow):
    """That somebody was reminded of a deadline once: a job that runs again does not remind again."""

    class Kind(models.TextChoices):
        SIGN_SOON = "sign_soon", _("联系期限快到了")
        SIGN_LATE = "sign_late", _("联系期限过了")
        DUE_SOON = "due_soon", _("办结期限快到了")
        REVIEW_DAY = "review_day", _("挂账到了再看的日子")
        CHECK_DAY = "check_day", _("转办到了去问的日子")

    request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="+", verbose_name=_("诉求"))
    kind = models.CharField(_("哪一种"), max_length=12, choices=Kind.choices)
    # The promise that it was about; a new date is reminded of anew.
    due_at = models.DateTimeField(_("哪个期限"))
    at = models.DateTimeField(_("何时提醒"), default=clock.now)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("期限提醒")
        constraints = [models.UniqueConstraint(fields=["request", "kind", "due_at"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.request} {self.kind}"
