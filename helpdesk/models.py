"""A resident's request and all that happens to it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.fields import MaskedCharField, mask_phone
from core.ids import uuid7
from grids.models import Building, Grid, Household
from helpdesk import course
from helpdesk.categories import MEDIATION, Group, LimitKind
from helpdesk.querysets import (
    CategoryQuerySet,
    PartyQuerySet,
    RatingQuerySet,
    ServiceRequestQuerySet,
    UpdatePhotoQuerySet,
    UpdateQuerySet,
)
from helpdesk.states import ENDED, HANDLED, State


class Category(CommunityRow):
    """What kind of thing a request is, and in what time somebody signs for it and finishes it."""

    slug = models.SlugField(max_length=30)
    name = models.CharField(_("名称"), max_length=40)
    hint = models.CharField(_("举例"), max_length=80, blank=True)
    group = models.CharField(_("哪一组"), max_length=10, choices=Group.choices)
    icon = models.CharField(_("图标"), max_length=40)
    banner = models.TextField(_("先要告诉人的话"), max_length=300, blank=True)
    is_for_stewards = models.BooleanField(_("红管家可以办"), default=False)
    is_confidential = models.BooleanField(_("保密"), default=False, help_text=_("只有社区书记看得到。"))
    needs_secretary = models.BooleanField(_("是否受理由社区书记决定"), default=False)
    needs_photo = models.BooleanField(_("办完要有照片"), default=True)
    never_public = models.BooleanField(_("从不给邻居看"), default=False)
    sign_kind = models.CharField(_("签收时限的算法"), max_length=16, choices=LimitKind.choices)
    sign_amount = models.PositiveSmallIntegerField(_("签收时限"))
    finish_kind = models.CharField(_("办结时限的算法"), max_length=16, choices=LimitKind.choices)
    finish_amount = models.PositiveSmallIntegerField(_("办结时限"))
    is_active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求类别")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "slug"], name="category_slug_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where it is one of those the portal came with."""
        return gettext(self.name)

    @property
    def is_mediation(self) -> bool:
        """Whether two sides are to be brought together: nobody is asked to rate that."""
        return self.slug == MEDIATION

    @property
    def hint_text(self) -> str:
        return gettext(self.hint) if self.hint else ""

    @property
    def banner_text(self) -> str:
        return gettext(self.banner) if self.banner else ""


class ServiceRequest(course.Course, CommunityRow):
    """What somebody asks the community to do, from the first word to the rating.

    `home` is the household it comes from. It is not called `household`: the record of a household is read by all who
    live there, and what one of them has said to the office is not for the others.
    """

    Place = course.Place

    class Visibility(models.TextChoices):
        HANDLERS = "handlers", _("只给办事的人看")
        NEIGHBOURHOOD = "neighbourhood", _("可以让邻居知道（不写名字和门牌）")

    class Source(models.TextChoices):
        ONLINE = "online", _("居民自己提交")
        BEHALF = "behalf", _("工作人员代为登记")
        VISIT = "visit", _("走访发现")

    class Result(models.TextChoices):
        SOLVED = "solved", _("办好了")
        PARTLY = "partly", _("办好了一部分")
        IMPOSSIBLE = "impossible", _("办不了，已说明原因")

    class RejectReason(models.TextChoices):
        NOT_OURS = "not_ours", _("不归社区管")
        COURT = "court", _("已在打官司、仲裁或信访")
        DUPLICATE = "duplicate", _("同一件事已经在办")
        UNCLEAR = "unclear", _("说得不清楚，也联系不上本人")
        AGAINST_LAW = "against_law", _("不合法律和政策")
        NOT_AGREED = "not_agreed", _("没有两家都同意调解")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("编号"), max_length=24)
    category = models.ForeignKey(Category, models.PROTECT, related_name="requests", verbose_name=_("类别"))
    title = models.CharField(_("什么事"), max_length=60)
    description = models.TextField(_("详细情况"), max_length=2000, blank=True)
    place_kind = models.CharField(_("哪一种地方"), max_length=10, choices=Place.choices)
    place = models.CharField(_("地点"), max_length=80)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("楼幢")
    )
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("网格")
    )
    home = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("哪一户提出")
    )
    reporter = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("提出人")
    )
    reporter_name = models.CharField(_("提出人姓名"), max_length=40)
    reporter_phone = MaskedCharField(_("联系电话"), max_length=20, blank=True, mask=mask_phone)
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, default=Source.ONLINE)
    visibility = models.CharField(_("谁能看到"), max_length=14, choices=Visibility.choices, default=Visibility.HANDLERS)
    consent = models.BooleanField(_("同意把联系方式给办理人"), default=False)
    is_confidential = models.BooleanField(_("保密"), default=False)
    # Two households, each with words of its own; see `Party`.
    has_parties = models.BooleanField(_("两家之间的事"), default=False)
    follow_up_on = models.DateField(_("哪天回访"), null=True)

    state = models.CharField(_("进展"), max_length=12, choices=State.choices, default=State.SUBMITTED)
    submitted_at = models.DateTimeField(_("提交时间"), default=clock.now)
    sign_due_at = models.DateTimeField(_("联系期限"))
    due_at = models.DateTimeField(_("办结期限"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("受理人"))
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="handled_requests", verbose_name=_("办理人")
    )
    handler_role = models.CharField(_("办理人身份"), max_length=20, blank=True)
    co_handlers = models.ManyToManyField(User, related_name="helped_requests", verbose_name=_("协办人"))
    first_contact_at = models.DateTimeField(_("第一次联系时间"), null=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("签收人"))
    appointment = models.CharField(_("约定的时间"), max_length=40, blank=True)
    result = models.CharField(_("结果"), max_length=10, choices=Result.choices, blank=True)
    replied_at = models.DateTimeField(_("报告结果时间"), null=True)
    resolved_at = models.DateTimeField(_("办结时间"), null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("审核人"))
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    reject_reason = models.CharField(_("不予受理的原因"), max_length=12, choices=RejectReason.choices, blank=True)
    hop_count = models.PositiveSmallIntegerField(_("退单次数"), default=0)
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=1)
    version = models.PositiveIntegerField(default=1)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="request_number_once"),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True) | Q(handler__isnull=True) | ~Q(resolved_by=F("handler")),
                name="request_resolver_is_not_the_handler",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at__isnull": True, f"{act}_by__isnull": True})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"request_{act}_at_and_by",
                )
                for act in ("accepted", "signed", "resolved")
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, closed_at__isnull=False) | ~Q(state__in=ENDED) & Q(closed_at__isnull=True),
                name="request_closed_at_with_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=HANDLED) | Q(handler__isnull=False), name="request_in_hand_has_a_handler"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REJECTED) | ~Q(reject_reason=""), name="request_rejected_for_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(place_kind="home") | Q(home__isnull=False), name="request_at_home_has_a_home"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "due_at"]),
            models.Index(fields=["community", "grid", "state", "due_at"]),
            models.Index(fields=["community", "submitted_at", "id"]),
            models.Index(fields=["community", "reporter", "submitted_at"]),
            models.Index(fields=["community", "handler", "state", "due_at"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("helpdesk:request", self.pk)

    @property
    def is_on_behalf(self) -> bool:
        """Whether somebody else wrote it down for the one whose request it is."""
        return self.logged_by_id != self.reporter_id

    @cached_property
    def sides(self) -> list[Party]:
        """The two households of a mediation, the one that asked first; none of anything else, and then no query."""
        if not self.has_parties:
            return []
        rows = Party.objects.unscoped(reason="the two sides of a request already found")
        return list(rows.filter(request=self).select_related("household__dwelling").order_by("side"))

    def title_for(self, user: User, *, works: bool = False) -> str:
        """What it is about; of a mediation nobody learns more than that it is one but who asked and who works on it."""
        told = works or not self.has_parties or user.pk in (self.reporter_id, self.logged_by_id)
        return self.title if told else self.category.label


class Party(CommunityRow):
    """One of the two households of a mediation. What is said to it, and what it says, is not for the other."""

    class Side(models.TextChoices):
        FIRST = "first", _("请人说和的一家")
        SECOND = "second", _("另一家")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="parties", verbose_name=_("诉求"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("哪一户"))
    side = models.CharField(_("哪一方"), max_length=6, choices=Side.choices)
    agreed_on = models.DateField(_("哪天同意调解"), null=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁记的"))

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("调解的一方")
        ordering = ["request", "side"]
        constraints = [
            models.UniqueConstraint(fields=["request", "side"], name="party_one_a_side"),
            models.UniqueConstraint(fields=["request", "household"], name="party_household_once"),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=True, agreed_by__isnull=True)
                | Q(agreed_on__isnull=False, agreed_by__isnull=False),
                name="party_agreed_on_and_by",
            ),
        ]
        indexes = [models.Index(fields=["community", "household"])]

    def __str__(self) -> str:
        return str(self.household)

    @property
    def is_first(self) -> bool:
        return self.side == self.Side.FIRST


class Update(CommunityRow):
    """One thing that happened to a request; append-only. `details` holds the names and words its sentence needs."""

    class Kind(models.TextChoices):
        STEP = "step", _("进展")
        REMARK = "remark", _("补充")
        NOTE = "note", _("内部备注")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="updates", verbose_name=_("诉求"))
    # Of a mediation: the one household that reads it; null is for both.
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="updates", verbose_name=_("只给哪一家")
    )
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    action = models.CharField(_("哪一步"), max_length=20, blank=True)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    public_text = models.TextField(_("给居民看的话"), max_length=2000, blank=True)
    internal_note = models.TextField(_("内部备注"), max_length=2000, blank=True)
    details = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁"))
    by_role = models.CharField(_("身份"), max_length=20, blank=True)
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("办理经过")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["community", "request", "at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="step") & ~Q(action="") | ~Q(kind="step") & Q(action=""),
                name="update_step_names_its_action",
            ),
            models.CheckConstraint(
                condition=~Q(kind="note") | Q(public_text=""), name="update_note_says_nothing_public"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("an update of a request is written once")
        super().save(*args, **kwargs)


class UpdatePhoto(CommunityRow):
    """A photo that came with an update, before the work or after it."""

    class Moment(models.TextChoices):
        BEFORE = "before", _("办理前")
        AFTER = "after", _("办理后")
        AGREEMENT = "agreement", _("调解协议")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    update = models.ForeignKey(Update, models.PROTECT, related_name="photos")
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    moment = models.CharField(_("什么时候拍的"), max_length=9, choices=Moment.choices)
    order = models.PositiveSmallIntegerField(default=0)

    objects = UpdatePhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("照片")
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["community", "update", "order"])]


class Rating(CommunityRow):
    """What the reporter says of a round of work: solved or not, 1 to 5, why."""

    class Solved(models.TextChoices):
        YES = "yes", _("解决了")
        NO = "no", _("没解决")

    class Score(models.IntegerChoices):
        VERY_GOOD = 5, _("很满意")
        GOOD = 4, _("满意")
        FAIR = 3, _("一般")
        POOR = 2, _("不满意")
        VERY_POOR = 1, _("很不满意")

    class Reason(models.TextChoices):
        QUICK = "quick", _("来得快")
        KIND = "kind", _("态度好")
        SKILLED = "skilled", _("手艺好")
        EXPLAINED = "explained", _("说得清楚")
        SLOW = "slow", _("来得慢")
        RUDE = "rude", _("态度不好")
        NOT_LASTING = "not_lasting", _("没修好又坏了")
        NO_WORD = "no_word", _("没人告诉我进展")

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="ratings", verbose_name=_("诉求"))
    round = models.PositiveSmallIntegerField(_("第几次办理"))
    solved = models.CharField(_("解决了吗"), max_length=3, choices=Solved.choices)
    score = models.PositiveSmallIntegerField(_("满意吗"), choices=Score.choices)
    reasons = models.JSONField(_("为什么"), default=list)
    text = models.TextField(_("想说的话"), max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("评价人"))
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("评价")
        indexes = [models.Index(fields=["community", "at"])]
        constraints = [
            models.UniqueConstraint(fields=["request", "round"], name="one_rating_a_round"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_from_one_to_five"),
        ]

    @property
    def tone(self) -> str:
        """Good for four and five, a warning for one and two or for what is not solved."""
        if self.solved == self.Solved.NO or self.score <= self.Score.POOR:
            return "warn"
        return "good" if self.score >= self.Score.GOOD else "idle"

    @property
    def reason_words(self) -> list[str]:
        """The reasons as words."""
        return [str(self.Reason(code).label) for code in self.reasons]
