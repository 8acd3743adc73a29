"""A red steward 红管家: skills with evidence, the hours in which they can be asked, whom they do not go with."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.rows import CommunityRow
from core.fields import EncryptedCharField, MaskedCharField
from core.ids import uuid7
from core.terms import Term
from grids.codes import CareCategory
from helpdesk.models import Category
from stewards.members.querysets import (
    AvailabilityQuerySet,
    BlockedPairQuerySet,
    ExceptionQuerySet,
    SkillQuerySet,
    StewardPauseQuerySet,
    StewardQuerySet,
    StewardSkillQuerySet,
    TwoTogetherQuerySet,
)


class Skill(CommunityRow):
    """Something that a steward can do for a neighbour, and the kinds of request that call for it."""

    slug = models.SlugField(max_length=30)
    name = models.CharField(_("名称"), max_length=40)
    hint = models.CharField(_("包括什么"), max_length=80, blank=True)
    needs_evidence = models.BooleanField(_("要看证书"), default=False, help_text=_("例如电工证：没有有效的证就不派。"))
    categories = models.ManyToManyField(Category, related_name="skills", blank=True, verbose_name=_("哪几类诉求用得上"))
    is_active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = SkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("技能")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "slug"], name="skill_slug_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where it is one of those the portal came with."""
        return gettext(self.name)

    @property
    def hint_text(self) -> str:
        return gettext(self.hint) if self.hint else ""


class Steward(CommunityRow):
    """A volunteer of the red stewards' society; whether they serve now, their appointment and their pauses say."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="stewards", verbose_name=_("红管家"))
    about = models.CharField(_("自我介绍"), max_length=200, blank=True)
    trained_on = models.DateField(_("哪天参加了培训"), null=True, blank=True)
    weekly_minutes = models.PositiveSmallIntegerField(_("一周最多帮忙多少分钟"), default=480)
    by_phone = models.BooleanField(_("不用智能手机，打电话联系"), default=False)
    insurer = models.CharField(_("志愿者保险：哪家公司"), max_length=60, blank=True)
    policy = MaskedCharField(_("保单号"), max_length=40, blank=True)
    insured_until = models.DateField(_("保到哪天"), null=True, blank=True)

    objects = StewardQuerySet.as_manager()

    class Meta:
        verbose_name = _("红管家")
        constraints = [models.UniqueConstraint(fields=["community", "user"], name="steward_once")]

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return reverse("stewards:steward", args=[self.pk])


class StewardSkill(CommunityRow):
    """A skill of one steward. Without an end it stays; `valid_until` is the last day on which it counts."""

    class Level(models.IntegerChoices):
        HELPS = 1, _("能打下手")
        ALONE = 2, _("能独立做")
        TEACHES = 3, _("能带人")

    steward = models.ForeignKey(Steward, models.PROTECT, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="held", verbose_name=_("技能"))
    level = models.PositiveSmallIntegerField(_("熟练程度"), choices=Level.choices, default=Level.ALONE)
    paper = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证书")
    )
    valid_until = models.DateField(_("有效到哪天"), null=True, blank=True)
    # What was handed in while the old paper still counts: it takes its place once the office has looked at it.
    new_paper = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("新证书")
    )
    new_until = models.DateField(_("新证书有效到哪天"), null=True, blank=True)
    returned = models.CharField(_("办公室请补什么"), max_length=120, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁核实的"))
    confirmed_at = models.DateTimeField(_("核实时间"), null=True)

    objects = StewardSkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("红管家的技能")
        ordering = ["skill__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["steward", "skill"], name="steward_skill_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="steward_skill_confirmed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward} · {self.skill}"

    @property
    def is_renewed(self) -> bool:
        """Whether something new was handed in that the office has not looked at."""
        return self.new_paper_id is not None or self.new_until is not None


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("周一")
    TUESDAY = 1, _("周二")
    WEDNESDAY = 2, _("周三")
    THURSDAY = 3, _("周四")
    FRIDAY = 4, _("周五")
    SATURDAY = 5, _("周六")
    SUNDAY = 6, _("周日")


class Availability(CommunityRow):
    """When a steward can be asked in any week: minutes from midnight, up to 2,880 where it goes on past midnight."""

    steward = models.ForeignKey(Steward, models.PROTECT, related_name="availability")
    weekday = models.PositiveSmallIntegerField(_("星期"), choices=Weekday.choices)
    starts_at = models.PositiveSmallIntegerField(_("从几点"))
    ends_at = models.PositiveSmallIntegerField(_("到几点"))

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("平时有空的时间")
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["steward", "weekday", "starts_at"], name="availability_once"),
            models.CheckConstraint(
                condition=Q(weekday__lte=6, starts_at__lt=1440, ends_at__gt=F("starts_at"), ends_at__lte=2880),
                name="availability_within_two_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward} {self.get_weekday_display()} {self.starts_at}–{self.ends_at}"


class AvailabilityException(CommunityRow):
    """A time for which the week's rule does not hold: away, or there although the rule does not say so."""

    steward = models.ForeignKey(Steward, models.PROTECT, related_name="exceptions")
    starts_at = models.DateTimeField(_("从"))
    ends_at = models.DateTimeField(_("到"))
    is_free = models.BooleanField(_("这段时间有空"), default=False)
    note = models.CharField(_("备注"), max_length=60, blank=True)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("例外的时间")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["steward", "starts_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="availability_exception_ends_later")
        ]

    def __str__(self) -> str:
        return f"{self.steward} {self.starts_at:%Y-%m-%d}"


class StewardPause(Term, CommunityRow):
    """Days on which a steward is not asked at all; why is theirs to say or not."""

    steward = models.ForeignKey(Steward, models.PROTECT, related_name="pauses")
    reason = models.CharField(_("原因"), max_length=60, blank=True)

    objects = StewardPauseQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("暂停")
        ordering = ["starts_on", "pk"]
        indexes = [models.Index(fields=["steward", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.steward} {self.starts_on}"


class BlockedPair(CommunityRow):
    """Two stewards, or a steward and a household, that are not brought together; the reason is sealed.

    The household is `home` here: what is written of a row's `household` stands in the history that its people read.
    """

    steward = models.ForeignKey(Steward, models.PROTECT, related_name="blocked")
    other = models.ForeignKey(Steward, models.PROTECT, null=True, blank=True, related_name="blocked_by")
    home = models.ForeignKey("grids.Household", models.PROTECT, null=True, blank=True, related_name="+")
    reason = EncryptedCharField(_("原因"), max_length=700, blank=True)

    objects = BlockedPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("不安排在一起")
        constraints = [
            models.CheckConstraint(
                condition=Q(other__isnull=True, home__isnull=False)
                | Q(other__isnull=False, home__isnull=True) & ~Q(other=F("steward")),
                name="blocked_pair_names_one_other",
            ),
            models.UniqueConstraint(
                fields=["steward", "other"], condition=Q(other__isnull=False), name="blocked_stewards_once"
            ),
            models.UniqueConstraint(
                fields=["steward", "home"], condition=Q(home__isnull=False), name="blocked_household_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steward} · {self.other or self.home}"


class TwoTogether(CommunityRow):
    """Where nobody goes alone: households with a care tag of a category, or one door (`home`, as above)."""

    category = models.CharField(_("关爱类别"), max_length=20, choices=CareCategory.choices, blank=True)
    home = models.ForeignKey("grids.Household", models.PROTECT, null=True, blank=True, related_name="+")
    reason = EncryptedCharField(_("原因"), max_length=700, blank=True)

    objects = TwoTogetherQuerySet.as_manager()

    class Meta:
        verbose_name = _("两个人一起上门")
        constraints = [
            models.CheckConstraint(
                condition=Q(home__isnull=True) & ~Q(category="") | Q(home__isnull=False, category=""),
                name="two_together_for_a_category_or_a_door",
            ),
            models.UniqueConstraint(
                fields=["community", "category"], condition=~Q(category=""), name="two_together_category_once"
            ),
            models.UniqueConstraint(
                fields=["home"], condition=Q(home__isnull=False), name="two_together_household_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.home or self.get_category_display())
