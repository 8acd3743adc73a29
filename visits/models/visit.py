"""What happened at the door, field by field."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import Attachment
from community.rows import CommunityRow
from core import clock
from core.fields import EncryptedCharField, plain_of
from core.ids import uuid7
from visits.fields import BasicField, Result, field_of
from visits.models.campaign import Target
from visits.querysets import ConflictQuerySet, VerificationQuerySet, VisitPhotoQuerySet, VisitQuerySet

# A hukou of 120 characters, encrypted.
_ENCRYPTED = 1200


class Visit(CommunityRow):
    """One knock at one door. Its id is made where the form is filled, so that a form sent twice is one visit."""

    class Outcome(models.TextChoices):
        MET = "met", _("见到了")
        PHONE = "phone", _("电话核实")
        CARD = "card", _("凭卡自己核对")
        ABSENT = "absent", _("没人在家")
        REFUSED = "refused", _("不愿受访")
        MOVED = "moved", _("已搬走")

    class Via(models.TextChoices):
        FORM = "form", _("在网页上记的")
        PHONE_BOOK = "book", _("在走访本上记的")
        PAPER = "paper", _("从纸质走访表录入")
        CARD = "card", _("住户凭卡填的")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    content_hash = models.CharField(max_length=64)
    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="visits", verbose_name=_("任务"))
    household = models.ForeignKey("grids.Household", models.PROTECT, related_name="visits", verbose_name=_("住户"))
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome.choices)
    visited_at = models.DateTimeField(_("走访时间"))
    received_at = models.DateTimeField(_("收到时间"), default=clock.now)
    via = models.CharField(_("怎么记的"), max_length=6, choices=Via.choices, default=Via.FORM)
    met_who = models.CharField(_("见到谁"), max_length=120, blank=True)
    note = models.CharField(_("备注"), max_length=500, blank=True)
    # {"lat": 31.21, "lon": 121.47, "accuracy": 12}: degrees (WGS 84) and metres, where the visitor allowed it.
    position = models.JSONField(_("位置"), null=True)
    # SHA-256 of the photos as they lie on the phone; they travel apart, and this says which have not arrived.
    photos_announced = models.JSONField(default=list)
    base_version = models.PositiveIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name=_("更正哪一次")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("走访人"))

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访")
        ordering = ["-visited_at", "-pk"]
        indexes = [
            models.Index(fields=["community", "household", "visited_at"]),
            models.Index(fields=["community", "building", "visited_at"]),
            models.Index(fields=["community", "by", "visited_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("visits:visit", args=[self.pk])

    @property
    def talked(self) -> bool:
        """Whether somebody of the household was spoken to."""
        return self.outcome in TALKED

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return "good" if self.talked else "warn" if self.outcome == self.Outcome.ABSENT else "idle"


TALKED = (Visit.Outcome.MET, Visit.Outcome.PHONE, Visit.Outcome.CARD)


class OfOneField(CommunityRow):
    """Abstract: what concerns one basic field of a household or of one of its members."""

    household = models.ForeignKey("grids.Household", models.PROTECT, related_name="+", verbose_name=_("住户"))
    resident = models.ForeignKey("grids.Resident", models.PROTECT, null=True, related_name="+", verbose_name=_("居民"))
    field = models.CharField(_("项目"), max_length=20)

    class Meta:
        abstract = True

    @property
    def basic(self) -> BasicField:
        return field_of(self.field, of_resident=self.resident_id is not None)

    @property
    def subject(self) -> str:
        """Whose field: the resident's name, or the household."""
        return self.resident.name if self.resident else gettext("这一户")

    def shown(self, kept: Any) -> str:
        """A kept value as a page may show it: labels for codes, phone numbers masked."""
        return self.basic.show(str(plain_of(kept) or ""))


class Verification(OfOneField):
    """One field, asked at one visit. Values are kept encrypted, and only where something changed."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="verifications", verbose_name=_("走访"))
    result = models.CharField(_("核实结果"), max_length=10, choices=Result.choices)
    before = EncryptedCharField(_("原来"), max_length=_ENCRYPTED, blank=True)
    after = EncryptedCharField(_("现在"), max_length=_ENCRYPTED, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("信息核实")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "resident", "field"],
                condition=Q(resident__isnull=False),
                name="verification_once_a_resident_field",
            ),
            models.UniqueConstraint(
                fields=["visit", "field"],
                condition=Q(resident__isnull=True),
                name="verification_once_a_household_field",
            ),
        ]
        indexes = [models.Index(fields=["community", "household", "result"])]

    def __str__(self) -> str:
        return f"{self.subject} · {self.basic.label} · {self.get_result_display()}"

    @property
    def before_shown(self) -> str:
        return self.shown(self.before)

    @property
    def after_shown(self) -> str:
        return self.shown(self.after)

    @property
    def tone(self) -> str:
        return {Result.CONFIRMED: "good", Result.CHANGED: "wait"}.get(Result(self.result), "warn")

    @property
    def icon(self) -> str:
        return {Result.CHANGED: "pencil-square", Result.REFUSED: "slash-circle"}.get(
            Result(self.result), "question-circle"
        )


class Conflict(OfOneField):
    """A change brought from a door while somebody else had changed the same field; the leader settles it."""

    class Kept(models.TextChoices):
        VISIT = "visit", _("按走访的改")
        REGISTER = "register", _("按登记的留")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="conflicts", verbose_name=_("走访"))
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    brought = EncryptedCharField(_("走访带回的"), max_length=_ENCRYPTED)
    found = EncryptedCharField(_("登记里的"), max_length=_ENCRYPTED, blank=True)
    kept = models.CharField(_("以哪个为准"), max_length=10, choices=Kept.choices, blank=True)
    settled_at = models.DateTimeField(_("定下时间"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("定下的人")
    )

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("信息冲突")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, kept="")
                | Q(settled_at__isnull=False, settled_by__isnull=False, kept__in=["visit", "register"]),
                name="conflict_settled_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["community", "settled_at", "building"])]

    def __str__(self) -> str:
        return f"{self.household} · {self.subject} · {self.basic.label}"

    @property
    def brought_shown(self) -> str:
        return self.shown(self.brought)

    @property
    def found_shown(self) -> str:
        return self.shown(self.found)


class VisitPhoto(CommunityRow):
    """A photo taken at a visit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos", verbose_name=_("走访"))
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("附件"))
    announced_as = models.CharField(max_length=64, blank=True)
    caption = ""

    objects = VisitPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访照片")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "announced_as"], condition=~Q(announced_as=""), name="announced_photo_once_a_visit"
            )
        ]
        indexes = [models.Index(fields=["community", "visit"])]

    @property
    def url(self) -> str:
        return reverse("visits:photo", args=[self.pk])

    @property
    def thumbnail(self) -> str:
        return f"{self.url}?small=1"
