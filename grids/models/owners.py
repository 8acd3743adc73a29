"""Who owns a dwelling: one owner group is one voter, whatever the number of owners or of dwellings."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core.fields import EncryptedCharField, MaskedCharField, mask_identity, mask_phone
from core.ids import uuid7
from core.terms import Term
from grids.models.people import Resident
from grids.models.places import Dwelling, Estate
from grids.querysets import OwnerGroupQuerySet, OwnerQuerySet, OwnershipQuerySet


class OwnerGroup(CommunityRow):
    """The holder of the property right 业主: one or several owners, one voter, one or several dwellings of an estate.

    Who buys several dwellings counts as one person, who owns one jointly with others too (Civil Code art. 278; Supreme
    People's Court, Interpretation Fa Shi [2009] No. 7, art. 9).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="owner_groups", verbose_name=_("小区"))
    label = models.CharField(_("业主"), max_length=80, help_text=_("名单上显示的称呼，例如 王某等 2 人。"))
    voter = models.ForeignKey(
        "grids.Owner", models.PROTECT, null=True, blank=True, related_name="votes_for", verbose_name=_("投票代表")
    )
    note = models.CharField(_("备注"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OwnerGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("业主")
        ordering = ["label", "pk"]
        indexes = [models.Index(fields=["community", "estate", "label"])]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("grids:owner_group", args=[self.pk])


class Owner(CommunityRow):
    """One owner of a group; `resident` where the owner is registered as living in the community."""

    group = models.ForeignKey(OwnerGroup, models.PROTECT, related_name="owners", verbose_name=_("业主"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="owned", verbose_name=_("登记册里的居民")
    )
    name = models.CharField(_("姓名或名称"), max_length=80)
    phone = MaskedCharField(_("手机号"), max_length=20, blank=True, mask=mask_phone)
    id_number = EncryptedCharField(_("证件号码"), blank=True, hash_field="id_hash", mask=mask_identity)
    id_hash = models.CharField(max_length=64, blank=True, editable=False)
    share = models.PositiveIntegerField(
        _("份额（百分之）"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("按份共有才填；共同共有留空。"),
    )

    objects = OwnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("产权人")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=1, share__lte=100), name="owner_share_in_percent"
            )
        ]
        indexes = [models.Index(fields=["community", "name"]), models.Index(fields=["community", "id_hash"])]

    def __str__(self) -> str:
        return self.name


class Ownership(Term, CommunityRow):
    """Which group owned a dwelling, from when to when; one open a dwelling."""

    group = models.ForeignKey(OwnerGroup, models.PROTECT, related_name="ownerships", verbose_name=_("业主"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="ownerships", verbose_name=_("房屋"))
    deed = MaskedCharField(_("产权证号"), max_length=60, blank=True)

    objects = OwnershipQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("产权")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(ends_on__isnull=True), name="one_open_ownership_a_dwelling"
            ),
        ]
        indexes = [models.Index(fields=["community", "dwelling", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.dwelling} · {self.group}"
