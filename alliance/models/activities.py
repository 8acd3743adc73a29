"""What is done together 活动: who comes, what it was like before and after, and what those served say of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliance.activities.querysets import (
    ActivityPhotoQuerySet,
    ActivityQuerySet,
    FeedbackQuerySet,
    SignUpQuerySet,
    SlotQuerySet,
)
from alliance.activities.states import State
from alliance.models.partners import Partner, Project
from alliance.topics import Topic
from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from stewards.models import Skill


class Activity(CommunityRow):
    """A morning of haircuts, a wall cleared of small ads: announced, joined, held, its result published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("哪个联盟单位办的")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("属于哪个项目")
    )
    topic = models.CharField(_("哪方面"), max_length=10, choices=Topic.choices)
    title = models.CharField(_("什么活动"), max_length=60)
    text = models.TextField(_("说给邻居听的话"), max_length=1000, blank=True)
    place = models.CharField(_("在哪里"), max_length=60)
    starts_at = models.DateTimeField(_("什么时候开始"))
    ends_at = models.DateTimeField(_("到什么时候"))
    join_until = models.DateTimeField(_("报名到什么时候"))
    organiser = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁来张罗"))
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.DRAFT)
    code = models.CharField(_("签到码"), max_length=24)
    announced_at = models.DateTimeField(_("何时公布"), null=True)
    reason = models.CharField(_("为什么取消"), max_length=120, blank=True)
    served = models.PositiveSmallIntegerField(_("服务了多少人"), null=True, blank=True)
    outcome = models.TextField(_("办得怎么样"), max_length=1000, blank=True)
    published_at = models.DateTimeField(_("何时公布结果"), null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁公布的"))

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动")
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["community", "state", "starts_at"])]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="activity_code_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="activity_ends_later"),
            models.CheckConstraint(
                condition=Q(join_until__lte=models.F("ends_at")), name="activity_joined_before_its_end"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""), name="activity_cancelled_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, published_by__isnull=False) & ~Q(outcome="")
                | ~Q(state="published") & Q(published_at__isnull=True, published_by__isnull=True),
                name="activity_published_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("alliance:activity", self.pk)

    @property
    def minutes(self) -> int:
        """How long it lasts, in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class ActivitySlot(CommunityRow):
    """A part of an activity: helpers of one skill, or those who come to be helped; and for how many it has room."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="slots", verbose_name=_("活动"))
    title = models.CharField(_("来做什么"), max_length=30)
    is_helping = models.BooleanField(_("是来帮忙的"), default=True)
    skill = models.ForeignKey(
        Skill, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("要会什么")
    )
    wanted = models.PositiveSmallIntegerField(_("几个人"))
    order = models.PositiveSmallIntegerField(default=0)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("名额")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(wanted__gt=0), name="activity_slot_has_room"),
            models.CheckConstraint(
                condition=Q(skill__isnull=True) | Q(is_helping=True), name="activity_slot_skill_of_helpers"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SignUp(CommunityRow):
    """Somebody who comes: an account, a unit with a number of its people, or a name that was written down."""

    class State(models.TextChoices):
        JOINED = "joined", _("报上了")
        WAITING = "waiting", _("排队等名额")
        LEFT = "left", _("不来了")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="signups", verbose_name=_("活动"))
    slot = models.ForeignKey(ActivitySlot, models.PROTECT, related_name="signups", verbose_name=_("来做什么"))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁"))
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+", verbose_name=_("哪个单位"))
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    people = models.PositiveSmallIntegerField(_("几个人"), default=1)
    state = models.CharField(_("进展"), max_length=8, choices=State.choices, default=State.JOINED)
    at = models.DateTimeField(_("何时报名"), default=clock.now)
    moved_up_at = models.DateTimeField(_("何时补上"), null=True)
    left_at = models.DateTimeField(_("何时说不来"), null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁记的"))
    is_walk_in = models.BooleanField(_("当天来的"), default=False)
    came_at = models.DateTimeField(_("何时到场"), null=True)
    came_people = models.PositiveSmallIntegerField(_("到了几个人"), null=True)
    checked_in_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁签到的"))
    minutes = models.PositiveSmallIntegerField(_("服务了多少分钟"), null=True)
    settled_at = models.DateTimeField(_("何时核对"), null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁核对的"))

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("报名")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["activity", "state", "at"]),
            models.Index(fields=["community", "user", "at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, partner__isnull=True, name="")
                | Q(user__isnull=True, partner__isnull=False, name="")
                | Q(user__isnull=True, partner__isnull=True) & ~Q(name=""),
                name="signup_is_one_somebody",
            ),
            models.CheckConstraint(
                condition=Q(people__gt=0) & (Q(partner__isnull=False) | Q(people=1)), name="signup_number_of_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(came_at__isnull=True, came_people__isnull=True, checked_in_by__isnull=True)
                | Q(came_at__isnull=False, came_people__gt=0, checked_in_by__isnull=False, state="joined"),
                name="signup_came_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, minutes__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False, minutes__isnull=False),
                name="signup_settled_at_and_by",
            ),
            models.UniqueConstraint(
                fields=["activity", "user"],
                condition=~Q(state="left") & Q(user__isnull=False),
                name="signup_person_once",
            ),
            models.UniqueConstraint(
                fields=["slot", "partner"],
                condition=~Q(state="left") & Q(partner__isnull=False),
                name="signup_unit_once_a_slot",
            ),
        ]

    def __str__(self) -> str:
        """Without a name: the record keeps this longer than who it was."""
        return str(self.get_state_display())

    @property
    def who(self) -> str:
        """Who comes, for those who run the activity."""
        return str(self.user or self.partner or self.name)


class ActivityPhoto(CommunityRow):
    """A photo from before or after; one from after may show the same spot as one from before."""

    class Moment(models.TextChoices):
        BEFORE = "before", _("活动前")
        AFTER = "after", _("活动后")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="photos", verbose_name=_("活动"))
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("照片"))
    moment = models.CharField(_("什么时候拍的"), max_length=6, choices=Moment.choices)
    caption = models.CharField(_("照片里是什么"), max_length=60, blank=True)
    before = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="after", verbose_name=_("跟哪一张对照")
    )
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁传的"))

    objects = ActivityPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动照片")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["activity", "created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(before__isnull=True) | Q(moment="after"), name="activity_photo_after_beside_before"
            )
        ]

    def __str__(self) -> str:
        return self.caption or self.get_moment_display()


class Feedback(CommunityRow):
    """What somebody who was served says; shown to others without a name, and only if they agree."""

    class Helped(models.TextChoices):
        YES = "yes", _("帮上忙了")
        PARTLY = "partly", _("帮上一点")
        NO = "no", _("没帮上")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="feedback", verbose_name=_("活动"))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁说的"))
    helped = models.CharField(_("帮上忙了吗"), max_length=6, choices=Helped.choices)
    text = models.TextField(_("想说的话"), max_length=300, blank=True)
    may_show = models.BooleanField(_("这句话可以公布，不写名字"), default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁记的"))
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("居民的反馈")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["activity", "at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "user"], condition=Q(user__isnull=False), name="feedback_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return self.get_helped_display()
