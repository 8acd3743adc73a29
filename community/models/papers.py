"""Papers that pass through the community: letters, files, notices, and what has been sent once already."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models.people import User
from community.querysets import ActivationLetterQuerySet, AttachmentQuerySet, NoticeQuerySet
from community.rows import CommunityRow
from core import clock
from core.ids import uuid7


class Attachment(CommunityRow):
    """A cleaned file, stored by its SHA-256; reached only through the record that carries it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(_("文件名"), max_length=120)
    content_type = models.CharField(_("类型"), max_length=40)
    size = models.PositiveIntegerField(_("字节数"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("附件")
        indexes = [models.Index(fields=["community", "sha256"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_photo(self) -> bool:
        return self.content_type == "image/jpeg"


class ActivationLetter(CommunityRow):
    """A printed letter that lets the first adult of a household in, or a forgotten password be set anew; one use."""

    class Purpose(models.TextChoices):
        ACTIVATE = "activate", _("开通账号")
        NEW_PASSWORD = "new_password", _("重设密码")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose.choices, default=Purpose.ACTIVATE)
    household = models.ForeignKey(
        "grids.Household", models.PROTECT, null=True, related_name="letters", verbose_name=_("住户")
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="letters", verbose_name=_("账号"))
    code_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("开具人"))
    expires_at = models.DateTimeField(_("有效期至"))
    handed_over_at = models.DateTimeField(_("当面交付时间"), null=True)
    handed_over_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("交付人"))
    redeemed_at = models.DateTimeField(_("使用时间"), null=True)
    redeemed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(_("作废时间"), null=True)

    objects = ActivationLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("开通信")
        indexes = [models.Index(fields=["community", "household"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="activate", household__isnull=False)
                | Q(purpose="new_password", user__isnull=False),
                name="letter_is_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(redeemed_at__isnull=True, redeemed_by__isnull=True)
                | Q(redeemed_at__isnull=False, redeemed_by__isnull=False),
                name="letter_redeemed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True, handed_over_by__isnull=True)
                | Q(handed_over_at__isnull=False, handed_over_by__isnull=False),
                name="letter_handed_over_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.household or self.user}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be redeemed."""
        return self.redeemed_at is None and self.voided_at is None and clock.now() < self.expires_at


class Notice(CommunityRow):
    """Something the portal tells one person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    text = models.CharField(_("内容"), max_length=200)
    url = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(_("已读时间"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("提醒")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["community", "user", "created_at"])]

    def __str__(self) -> str:
        return self.text


class Submission(models.Model):
    """A form that has been answered: a repeat of the same form gets the same answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    path = models.CharField(max_length=200)
    location = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("已处理的表单")
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.path
