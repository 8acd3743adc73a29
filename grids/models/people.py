"""People: households, residents, who belongs where."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Right
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core.fields import EncryptedCharField, MaskedCharField, MaskedDateField, mask_identity, mask_phone
from core.ids import uuid7
from core.terms import Term
from grids.codes import Arrival, Departure, Employment, IdType, Relation, Sex
from grids.models.places import Building, Dwelling
from grids.querysets import HouseholdQuerySet, MembershipQuerySet, ResidentQuerySet


class Household(CommunityRow):
    """A household 户 in a dwelling. `version` counts its changes, so that an edit knows whether it is stale."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("户籍")
        RENTING = "renting", _("租住")
        REGISTERED_ONLY = "registered_only", _("空挂")
        COLLECTIVE = "collective", _("集体")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="households", verbose_name=_("房屋"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="households", verbose_name=_("楼幢"))
    kind = models.CharField(_("户别"), max_length=16, choices=Kind.choices, default=Kind.REGISTERED)
    head = models.ForeignKey(
        "grids.Resident", models.PROTECT, null=True, blank=True, related_name="heads", verbose_name=_("户主")
    )
    phone = MaskedCharField(_("联系电话"), max_length=20, blank=True, mask=mask_phone)
    phone_tail = models.GeneratedField(
        expression=Right("phone", 4), output_field=models.CharField(max_length=4), db_persist=True
    )
    note = models.CharField(_("备注"), max_length=200, blank=True)
    left_on = models.DateField(_("迁出日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    version = models.PositiveIntegerField(default=1)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("住户")
        ordering = ["building", "dwelling"]
        indexes = [
            models.Index(fields=["community", "building"]),
            models.Index(fields=["community", "left_on"]),
            models.Index(fields=["community", "phone_tail"]),
        ]

    def __str__(self) -> str:
        return self.dwelling.label

    def get_absolute_url(self) -> str:
        return reverse("grids:household", args=[self.pk])


class Resident(CommunityRow):
    """A person who lives here or is registered here. Identity number: encrypted, searched by its HMAC."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("姓名"), max_length=60)
    pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=20, blank=True)
    id_type = models.CharField(_("证件种类"), max_length=16, choices=IdType.choices, default=IdType.IDENTITY_CARD)
    id_number = EncryptedCharField(_("证件号码"), blank=True, hash_field="id_hash", mask=mask_identity)
    id_hash = models.CharField(max_length=64, blank=True, editable=False)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = MaskedDateField(_("出生日期"), blank=True)
    phone = MaskedCharField(_("手机号"), max_length=20, blank=True, mask=mask_phone)
    phone_tail = models.GeneratedField(
        expression=Right("phone", 4), output_field=models.CharField(max_length=4), db_persist=True
    )
    hukou = models.CharField(_("户籍地"), max_length=120, blank=True)
    employment = models.CharField(_("就业状况"), max_length=2, choices=Employment.choices, blank=True)
    is_party_member = models.BooleanField(_("党员"), null=True, blank=True)
    deceased_on = models.DateField(_("去世日期"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入")
    )
    forgotten_on = models.DateField(_("资料删除日期"), null=True, blank=True)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("居民")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "id_hash"], condition=~Q(id_hash=""), name="resident_identity_once"
            )
        ]
        indexes = [
            models.Index(fields=["community", "name"]),
            models.Index(fields=["community", "initials"]),
            models.Index(fields=["community", "pinyin"]),
            models.Index(fields=["community", "phone"]),
            models.Index(fields=["community", "phone_tail"]),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Term, CommunityRow):
    """Who belongs to which household, in what relation to its head, from when to when."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", verbose_name=_("住户"))
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="memberships", verbose_name=_("居民"))
    relation = models.CharField(_("与户主关系"), max_length=2, choices=Relation.choices, default=Relation.NON_RELATIVE)
    is_primary = models.BooleanField(_("常住户"), default=True)
    came_by = models.CharField(_("怎样来的"), max_length=12, choices=Arrival.choices, default=Arrival.REGISTERED)
    left_by = models.CharField(_("怎样走的"), max_length=12, choices=Departure.choices, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("家庭成员")
        ordering = ["relation", "pk"]
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                fields=["resident"],
                condition=Q(is_primary=True, ends_on__isnull=True),
                name="one_open_primary_membership",
            ),
        ]
        indexes = [models.Index(fields=["community", "household", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.resident} · {self.get_relation_display()}"
