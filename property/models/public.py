"""What residents add to a published quarter: questions on its lines, petitions for an audit; and where it hangs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from community.models import Attachment, User
from community.roles import Office
from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from core.states import StateTable, Transition
from grids.models import Household, OwnerGroup
from property.models.publication import Publication
from property.publication.public_querysets import (
    PetitionQuerySet,
    PetitionSignatureQuerySet,
    PostingPhotoQuerySet,
    QuestionQuerySet,
)


class PublicationQuestion(CommunityRow):
    """A question of somebody who lives there about one line, or about the whole (section 0).

    Everybody of the estate reads it and its answer; who asked is told to nobody.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("question", "等待答复")
        ANSWERED = "answered", pgettext_lazy("question", "已答复")
        WITHDRAWN = "withdrawn", pgettext_lazy("question", "已收回")

    TONES = {State.OPEN: "wait", State.ANSWERED: "good", State.WITHDRAWN: "idle"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="questions", verbose_name=_("公示"))
    section = models.PositiveSmallIntegerField(_("部分"), default=0)
    position = models.PositiveIntegerField(_("行"), default=0)
    about = models.CharField(_("问的是"), max_length=120)
    text = models.CharField(_("问题"), max_length=500)
    state = models.CharField(_("进展"), max_length=10, choices=State.choices, default=State.OPEN)
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="publication_questions", verbose_name=_("住户")
    )
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("提问人"))
    asked_at = models.DateTimeField(_("提问时间"), default=clock.now)
    due_at = models.DateTimeField(_("答复期限"))
    reminded_at = models.DateTimeField(_("提醒时间"), null=True, editable=False)
    answer = models.CharField(_("答复"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("答复人"))

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("对公示的提问")
        ordering = ["asked_at", "pk"]
        indexes = [models.Index(fields=["community", "state", "due_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")
                | ~Q(state="answered") & Q(answered_at__isnull=True, answered_by__isnull=True, answer=""),
                name="question_answered_when_answered",
            )
        ]

    def __str__(self) -> str:
        return self.about

    def get_absolute_url(self) -> str:
        return f"{reverse('property:quarter_questions', args=[self.publication_id])}#q-{self.pk}"

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at < clock.now()

    def steps(self, user: User) -> list[Transition]:
        """What `user` can do with it now."""
        offices = set(user.scope.offices(self.publication.book.estate_id))
        return QUESTION_STEPS.steps(self.state, offices | ({"asker"} if self.asked_by_id == user.pk else set()))


_Q = PublicationQuestion.State
QUESTION_STEPS = StateTable(
    [
        Transition("", _Q.OPEN, "ask", _("提问"), ("resident",), ("text",)),
        Transition(_Q.OPEN, _Q.ANSWERED, "answer", _("答复"), tuple(Office.values), ("answer",)),
        Transition(_Q.OPEN, _Q.WITHDRAWN, "withdraw", _("收回"), ("asker",)),
    ]
)


class PostingPhoto(CommunityRow):
    """A photo of the posted sheet where it hangs, on a day of the notice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="posting_photos", verbose_name=_("公示"))
    place = models.CharField(_("张贴在"), max_length=60)
    posted_on = models.DateField(_("哪天拍的"))
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("照片"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))

    objects = PostingPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("张贴照片")
        ordering = ["posted_on", "pk"]

    def __str__(self) -> str:
        return self.place


class AuditPetition(CommunityRow):
    """A petition of owners for an audit of a published quarter.

    `people_total` and `area_total` (0.01 m²) are what the register knew when it was begun: every owner group counts as
    one person. It is reached when those who sign are at least `percent` of both.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("petition", "正在联名")
        REACHED = "reached", pgettext_lazy("petition", "已达到人数")
        ENDED = "ended", pgettext_lazy("petition", "已结束")

    TONES = {State.OPEN: "wait", State.REACHED: "good", State.ENDED: "idle"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="petitions", verbose_name=_("公示"))
    reason = models.CharField(_("为什么要审计"), max_length=500)
    state = models.CharField(_("进展"), max_length=8, choices=State.choices, default=State.OPEN)
    percent = models.PositiveSmallIntegerField(_("要多少（百分之）"), default=20)
    people_total = models.PositiveIntegerField(_("全体业主人数"))
    area_total = models.PositiveBigIntegerField(_("全体建筑面积（0.01 平方米）"))
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("发起人"))
    opened_at = models.DateTimeField(_("发起时间"), default=clock.now)
    reached_at = models.DateTimeField(_("达到时间"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("结束人"))
    outcome = models.CharField(_("办理结果"), max_length=500, blank=True)

    # What with_counts() adds.
    people: int
    area: int

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("审计联名")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["publication"], condition=~Q(state="ended"), name="petition_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="open", reached_at__isnull=True) | ~Q(state="open"),
                name="petition_reached_when_reached",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def get_absolute_url(self) -> str:
        return reverse("property:petition", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]


_P = AuditPetition.State
PETITION_STEPS = StateTable(
    [
        Transition("", _P.OPEN, "begin", _("发起审计联名"), ("resident",), ("reason",)),
        Transition(_P.OPEN, _P.OPEN, "sign", _("联名"), ("resident",)),
        Transition(_P.REACHED, _P.REACHED, "sign", _("联名"), ("resident",)),
        Transition(_P.OPEN, _P.OPEN, "withdraw", _("收回联名"), ("resident",)),
        Transition(_P.REACHED, _P.REACHED, "withdraw", _("收回联名"), ("resident",)),
        Transition(_P.OPEN, _P.REACHED, "reach", _("达到人数"), ("portal",)),
        Transition(_P.OPEN, _P.ENDED, "end", _("结束联名"), ("secretary",), ("outcome",)),
        Transition(_P.REACHED, _P.ENDED, "end", _("写明办理结果"), ("secretary",), ("outcome",)),
    ]
)


class PetitionSignature(CommunityRow):
    """A household's signature for the owner of its dwelling; one a voter at a time, taken back by `withdrawn_at`.

    `voter` names the owner group ("g:…") or, where the register knows no owner, the dwelling ("d:…"); `area` is what
    the voter owned in the estate when it was signed, in 0.01 m².
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    petition = models.ForeignKey(AuditPetition, models.PROTECT, related_name="signatures", db_index=False)
    voter = models.CharField(max_length=40, editable=False)
    group = models.ForeignKey(OwnerGroup, models.PROTECT, null=True, related_name="+", verbose_name=_("业主"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="petition_signatures", verbose_name=_("住户")
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("签名人"))
    area = models.PositiveIntegerField(_("建筑面积（0.01 平方米）"))
    signed_at = models.DateTimeField(_("签名时间"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True)

    objects = PetitionSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("审计联名的签名")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "voter"], condition=Q(withdrawn_at__isnull=True), name="petition_voter_signs_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("signed_at")),
                name="petition_signature_order",
            ),
        ]

    def __str__(self) -> str:
        return self.voter
