"""How a request comes in: signs on public fixtures, what is half written, and who asked in confidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rows import CommunityRow
from core import clock
from core.fields import EncryptedCharField, mask_all, mask_phone
from core.ids import uuid7
from grids.models import Building, Grid, Household
from helpdesk.models.category import Category
from helpdesk.models.request import ServiceRequest
from helpdesk.querysets import DraftQuerySet, FixtureQuerySet, InformantQuerySet


class Fixture(CommunityRow):
    """A lamp, gate or bench that wears a sign with a QR: who scans it need not say where it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("牌号"), max_length=12)
    name = models.CharField(_("是什么"), max_length=40)
    place = models.CharField(_("在哪里"), max_length=60)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("楼幢")
    )
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("网格"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("坏了归哪一类")
    )
    is_active = models.BooleanField(_("在用"), default=True)

    objects = FixtureQuerySet.as_manager()

    class Meta:
        verbose_name = _("公共设施")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["community", "code"], name="fixture_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Draft(CommunityRow):
    """What somebody has begun to write and not sent; one a person, without photos, kept for a month."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("谁写的"))
    fields = EncryptedCharField(_("写了什么"), mask=mask_all, max_length=20000)
    saved_at = models.DateTimeField(_("何时存的"), default=clock.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("诉求草稿")
        indexes = [models.Index(fields=["community", "saved_at"])]
        constraints = [models.UniqueConstraint(fields=["community", "user"], name="draft_one_a_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.saved_at:%Y-%m-%d}"


class Informant(CommunityRow):
    """Who asked something in confidence: apart from the request, encrypted, read by the secretary with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.OneToOneField(ServiceRequest, models.PROTECT, related_name="informant", verbose_name=_("诉求"))
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("账号"))
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+", verbose_name=_("哪一户"))
    name = EncryptedCharField(_("姓名"), mask=mask_all, null=True)
    phone = EncryptedCharField(_("联系电话"), mask=mask_phone, blank=True)

    objects = InformantQuerySet.as_manager()

    class Meta:
        verbose_name = _("举报人")
        indexes = [models.Index(fields=["community", "user"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(name__isnull=False), name="informant_is_somebody"
            )
        ]

    def __str__(self) -> str:
        return str(self.request)
