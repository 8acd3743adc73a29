"""Partner units 联盟单位; who speaks for one holds an appointment for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliance.partners.querysets import PartnerQuerySet
from community.rows import CommunityRow


class Partner(CommunityRow):
    """A unit that works with the community; not named to neighbours as active once it has left."""

    class Kind(models.TextChoices):
        PARTY = "party", _("党建联盟单位")
        ENTERPRISE = "enterprise", _("企业")
        UNIVERSITY = "university", _("高校")
        SOCIAL = "social", _("社会组织")

    kind = models.CharField(_("哪一种"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=60)
    about = models.TextField(_("介绍"), max_length=500, blank=True)
    joined_on = models.DateField(_("哪天加入"))
    left_on = models.DateField(_("哪天退出"), null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("联盟单位")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="partner_name_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")), name="partner_left_later"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("alliance:partner", args=[self.pk])
