"""The advisory group: who advises, what was said in its sessions, what it recommended and what came of that."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alliance.advice.querysets import (
    AdviceAttendanceQuerySet,
    AdviceQuerySet,
    OfSessionQuerySet,
    RecommendationQuerySet,
    SessionQuerySet,
    StepQuerySet,
    StudyQuerySet,
)
from alliance.advice.states import Progress, State, Verdict
from alliance.models.partners import Partner
from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.addresses import address
from core.ids import uuid7
from core.templatetags.portal import day
from helpdesk.models import ServiceRequest

_NO_LINK = {"request__isnull": True, "project__isnull": True, "activity__isnull": True}


class AdvisoryGroup(CommunityRow):
    """What a community tells of its advisory group; who is in it is said by appointments."""

    name = models.CharField(_("名称"), max_length=40)
    about = models.TextField(_("介绍"), max_length=500, blank=True)
    founded_on = models.DateField(_("哪天成立"), null=True, blank=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("顾问团")
        constraints = [models.UniqueConstraint(fields=["community"], name="advisory_group_one_a_community")]

    def __str__(self) -> str:
        return self.name


class Adviser(CommunityRow):
    """What is said of an adviser beside the appointment; named to residents only by consent, which can be taken back.

    `consent_by` is who wrote the consent down: the adviser, or the office where it was given on paper or by phone.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("顾问"))
    background = models.CharField(_("做什么的"), max_length=60, blank=True)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("来自哪个单位")
    )
    is_named = models.BooleanField(_("同意对居民公开姓名"), default=False)
    consent_how = models.CharField(_("怎么同意的"), max_length=40, blank=True)
    consent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁记的"))
    consent_at = models.DateTimeField(_("同意时间"), null=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("顾问")
        constraints = [
            models.UniqueConstraint(fields=["community", "user"], name="adviser_once"),
            models.CheckConstraint(
                condition=Q(is_named=False, consent_by__isnull=True, consent_at__isnull=True)
                | Q(is_named=True, consent_by__isnull=False, consent_at__isnull=False),
                name="adviser_named_by_consent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class AdviceSession(CommunityRow):
    """A session of the group. It gets its number with its minutes; two who were there sign them, and then they stay.

    `version` counts what was changed of the minutes, so that a signature stands under what was seen; `digest` is the
    SHA-256 of what was signed. Residents read `public_text` and the recommendations, never the minutes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveSmallIntegerField(_("第几次"), null=True)
    topic = models.CharField(_("主题"), max_length=60)
    starts_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=60)
    state = models.CharField(_("进展"), max_length=12, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁约的"))
    reason = models.CharField(_("为什么不开了"), max_length=120, blank=True)
    guests = models.CharField(_("列席的人"), max_length=120, blank=True)
    closing = models.TextField(_("另外要记的"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(_("第几稿"), default=0)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("记录人"))
    remarks_until = models.DateField(_("更正提到哪天"), null=True)
    approved_at = models.DateTimeField(_("定稿时间"), null=True)
    digest = models.CharField(_("校验码"), max_length=64, blank=True)
    public_text = models.TextField(_("给居民看的话"), max_length=600, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁公开的"))

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("顾问会议")
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["community", "starts_at"])]
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], name="advice_session_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[State.PLANNED, State.CALLED_OFF], number__isnull=True, written_by__isnull=True)
                | Q(
                    state__in=[State.DRAFTED, State.SIGNING, State.APPROVED],
                    number__isnull=False,
                    written_by__isnull=False,
                ),
                name="advice_session_numbered_with_minutes",
            ),
            models.CheckConstraint(
                condition=Q(state=State.APPROVED, approved_at__isnull=False) & ~Q(digest="")
                | ~Q(state=State.APPROVED) & Q(approved_at__isnull=True, digest="", published_at__isnull=True),
                name="advice_session_approved_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False) & ~Q(public_text=""),
                name="advice_session_published_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CALLED_OFF) | ~Q(reason=""), name="advice_session_called_off_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.topic}"

    def get_absolute_url(self) -> str:
        return address("alliance:advice_session", self.pk)

    @property
    def label(self) -> str:
        """Which session it is, as people say it."""
        if self.number:
            return gettext("第 %(number)d 次会议") % {"number": self.number}
        return gettext("%(day)s的会议") % {"day": day(self.starts_at)}


class AgendaItem(CommunityRow):
    """A point of the agenda, and what was said to it."""

    session = models.ForeignKey(AdviceSession, models.CASCADE, related_name="agenda", verbose_name=_("会议"))
    position = models.PositiveSmallIntegerField(_("第几项"))
    title = models.CharField(_("议题"), max_length=80)
    said = models.TextField(_("讨论了什么"), max_length=3000, blank=True)

    objects = OfSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("议程")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["session", "position"], name="agenda_item_position_once")]

    def __str__(self) -> str:
        return self.title


class AdviceAttendance(CommunityRow):
    """Somebody who was invited to a session: whether they mean to come, whether they came, and their signature."""

    class Answer(models.TextChoices):
        COMING = "coming", _("来")
        NOT_COMING = "not_coming", _("来不了")

    session = models.ForeignKey(AdviceSession, models.CASCADE, related_name="attendance", verbose_name=_("会议"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁"))
    is_adviser = models.BooleanField(_("以顾问身份"), default=True)
    answer = models.CharField(_("来不来"), max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    attended = models.BooleanField(_("到会了吗"), null=True)
    read_at = models.DateTimeField(_("核对过、没有要改的"), null=True)
    signed_at = models.DateTimeField(_("签字时间"), null=True)

    objects = AdviceAttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("到会")
        ordering = ["-is_adviser", "pk"]
        indexes = [models.Index(fields=["user", "session"])]
        constraints = [
            models.UniqueConstraint(fields=["session", "user"], name="advice_attendance_once"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(attended__isnull=False, attended=True),
                name="advice_attendance_signs_who_came",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class MinutesRemark(CommunityRow):
    """What somebody who was there would have corrected in the minutes, and what became of it."""

    class Answer(models.TextChoices):
        TAKEN = "taken", _("改了")
        LEFT = "left", _("没有改")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(AdviceSession, models.CASCADE, related_name="remarks", verbose_name=_("会议"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁提的"))
    text = models.TextField(_("哪里要改、改成什么"), max_length=500)
    at = models.DateTimeField(_("何时提的"), default=clock.now)
    answer = models.CharField(_("改了吗"), max_length=5, choices=Answer.choices, blank=True)
    answer_text = models.CharField(_("说明"), max_length=200, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁答的"))
    answered_at = models.DateTimeField(_("何时答的"), null=True)

    objects = OfSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="minutes_remark_answered_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(answer="left") | ~Q(answer_text=""), name="minutes_remark_left_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Recommendation(CommunityRow):
    """What the group advises, as it stands in the minutes of a session; what is said and done to it comes as steps."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(
        AdviceSession, models.PROTECT, related_name="recommendations", verbose_name=_("哪次会议")
    )
    position = models.PositiveSmallIntegerField(_("第几条"))
    text = models.TextField(_("建议"), max_length=500)
    because = models.TextField(_("为什么"), max_length=500, blank=True)
    to_whom = models.CharField(_("提给谁"), max_length=60)
    due_on = models.DateField(_("哪天前答复"))
    verdict = models.CharField(_("答复"), max_length=10, choices=Verdict.choices, blank=True)
    answer = models.TextField(_("理由"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    progress = models.CharField(_("做到哪一步"), max_length=10, choices=Progress.choices, blank=True)
    look_on = models.DateField(_("哪天再看"), null=True)
    is_public = models.BooleanField(_("可以给居民看"), default=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("建议")
        ordering = ["session", "position"]
        indexes = [models.Index(fields=["community", "verdict", "due_on"])]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="recommendation_position_once"),
            models.CheckConstraint(
                condition=Q(verdict="", answer="", answered_at__isnull=True)
                | ~Q(verdict="") & ~Q(answer="") & Q(answered_at__isnull=False),
                name="recommendation_answered_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[Verdict.ADOPTED, Verdict.PARTLY]) & ~Q(progress="")
                | Q(verdict__in=["", Verdict.DECLINED], progress="", look_on__isnull=True),
                name="recommendation_adopted_is_followed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.text[:30]}"

    def get_absolute_url(self) -> str:
        return address("alliance:recommendation", self.pk)

    @property
    def label(self) -> str:
        """Its number, as people say it."""
        return gettext("%(session)s第 %(position)d 条") % {
            "session": self.session.label,
            "position": self.position,
        }


class RecommendationStep(CommunityRow):
    """What was said or done to a recommendation, written once; the one after corrects the one before.

    What came of it is a request, a project, an activity, or words.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", _("答复")
        PROGRESS = "progress", _("跟进")
        OUTCOME = "outcome", _("办成的事")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="steps", verbose_name=_("建议"))
    kind = models.CharField(_("哪一种"), max_length=10, choices=Kind.choices)
    verdict = models.CharField(_("答复"), max_length=10, choices=Verdict.choices, blank=True)
    progress = models.CharField(_("做到哪一步"), max_length=10, choices=Progress.choices, blank=True)
    look_on = models.DateField(_("哪天再看"), null=True)
    words = models.TextField(_("说明"), max_length=500, blank=True)
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("诉求")
    )
    project = models.ForeignKey(
        "alliance.Project", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("项目")
    )
    activity = models.ForeignKey(
        "alliance.Activity", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("活动")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁记的"))
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("建议的进展")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="answer", **_NO_LINK) & ~Q(verdict="") & ~Q(words="")
                | Q(kind="progress", verdict="", **_NO_LINK) & ~Q(progress="") & ~Q(words="")
                | Q(kind="outcome", verdict="", progress="")
                & (
                    Q(**_NO_LINK) & ~Q(words="")
                    | Q(request__isnull=False, project__isnull=True, activity__isnull=True)
                    | Q(request__isnull=True, project__isnull=False, activity__isnull=True)
                    | Q(request__isnull=True, project__isnull=True, activity__isnull=False)
                ),
                name="recommendation_step_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.words[:30]}"


class Study(CommunityRow):
    """A paper of a social organisation or a university about the community; released ones are for everybody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("题目"), max_length=100)
    authors = models.CharField(_("作者"), max_length=120)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("哪个单位做的")
    )
    year = models.PositiveSmallIntegerField(_("哪一年"))
    summary = models.TextField(_("摘要"), max_length=1000)
    paper = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("文件"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("谁放上来的"))
    released_at = models.DateTimeField(_("公开时间"), null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁公开的"))

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("研究报告")
        ordering = ["-year", "-created_at"]
        indexes = [models.Index(fields=["community", "year"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="study_released_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("alliance:study", self.pk)
