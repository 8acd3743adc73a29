"""What happened to a request, and what was said of it at its end; all of it is written once."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import Attachment, User
from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from helpdesk.models.request import Party, ServiceRequest
from helpdesk.querysets import RatingQuerySet, UpdatePhotoQuerySet, UpdateQuerySet


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
    public_text = models.TextField(_("给居民看的话"), max_length=4000, blank=True)
    internal_note = models.TextField(_("内部备注"), max_length=2000, blank=True)
    details = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁"))
    by_role = models.CharField(_("身份"), max_length=20, blank=True)
    at = models.DateTimeField(_("时间"), default=clock.now)

    # Its photos in their order, where it was read with them.
    pictures: list[UpdatePhoto]

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
    # Nobody where it was asked in confidence: who it was stands in `Informant` alone.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("评价人"))
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
