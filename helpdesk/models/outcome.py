"""What came of requests: told to the neighbours, thanked for, and spots where the same thing breaks again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from grids.models import Building
from helpdesk.models.category import Category
from helpdesk.models.request import ServiceRequest
from helpdesk.models.update import UpdatePhoto
from helpdesk.querysets import RecurringSpotQuerySet, StoryQuerySet, ThanksLetterQuerySet


class Story(CommunityRow):
    """What was done, as everybody may read it: no names and no doors, written by who checked the work."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.OneToOneField(ServiceRequest, models.PROTECT, related_name="story", verbose_name=_("诉求"))
    title = models.CharField(_("一句话"), max_length=60)
    text = models.TextField(_("办了什么"), max_length=500, blank=True)
    place = models.CharField(_("大概在哪里"), max_length=40, blank=True)
    before = models.ForeignKey(UpdatePhoto, models.PROTECT, null=True, related_name="+", verbose_name=_("办理前"))
    after = models.ForeignKey(UpdatePhoto, models.PROTECT, null=True, related_name="+", verbose_name=_("办理后"))
    published_at = models.DateTimeField(_("公开时间"), default=clock.now)
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁公开的"))
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("办好的事")
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["community", "published_at", "id"])]

    def __str__(self) -> str:
        return self.title


class ThanksLetter(CommunityRow):
    """A letter of thanks 感谢信: from whom, to whom, for what; others read it when its writer has agreed."""

    class Consent(models.TextChoices):
        PRIVATE = "private", _("只给被感谢的人看")
        NAMELESS = "nameless", _("可以公开，不写我的名字")
        NAMED = "named", _("可以公开，写我的名字")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, null=True, blank=True, related_name="thanks", verbose_name=_("为哪件事")
    )
    writer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁写的"))
    writer_name = models.CharField(_("写信人"), max_length=40)
    to_user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("感谢谁"))
    to_name = models.CharField(_("感谢谁"), max_length=60)
    text = models.TextField(_("想说的话"), max_length=1000)
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+", verbose_name=_("照片"))
    consent = models.CharField(_("可以公开吗"), max_length=8, choices=Consent.choices, default=Consent.PRIVATE)
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    written_at = models.DateTimeField(_("写于"), default=clock.now)
    published_at = models.DateTimeField(_("公开时间"), null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁公开的"))
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True)

    objects = ThanksLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("感谢信")
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["community", "published_at", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(consent="private") | Q(published_at__isnull=True), name="thanks_published_on_consent"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="thanks_published_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.to_name

    def get_absolute_url(self) -> str:
        return address("helpdesk:thanks_letter", self.pk)


class RecurringSpot(CommunityRow):
    """The same kind of thing in the same building three times in 90 days: act before you are asked 未诉先办."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("类别"))
    raised_at = models.DateTimeField(_("何时发现"), default=clock.now)
    times = models.PositiveSmallIntegerField(_("90 天里几次"))
    plan = models.TextField(_("打算怎么办"), max_length=500, blank=True)
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁来办"))
    plan_until = models.DateField(_("打算哪天前办好"), null=True)
    settled_at = models.DateTimeField(_("何时办完"), null=True)
    outcome = models.TextField(_("结果"), max_length=500, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁办完的"))

    objects = RecurringSpotQuerySet.as_manager()

    class Meta:
        verbose_name = _("反复出现的地方")
        ordering = ["-raised_at", "-pk"]
        indexes = [models.Index(fields=["community", "settled_at", "raised_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "building", "category"],
                condition=Q(settled_at__isnull=True),
                name="spot_open_once",
            ),
            models.CheckConstraint(
                condition=Q(plan="", planned_by__isnull=True, plan_until__isnull=True)
                | ~Q(plan="") & Q(planned_by__isnull=False, plan_until__isnull=False),
                name="spot_planned_by_somebody_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome=""),
                name="spot_settled_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.category}"

    def get_absolute_url(self) -> str:
        return address("helpdesk:spot", self.pk)
