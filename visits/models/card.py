"""The card under the door of a household that was not met twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core import clock
from core.ids import uuid7
from visits.models.campaign import Target
from visits.models.visit import Visit
from visits.querysets import CardQuerySet


class Card(CommunityRow):
    """A printed code with which a household looks through its own record once, and says what is no longer so.

    Only the hash of the code is kept. Who holds the card must also give the name of somebody who lives there; after
    `MAX_TRIES` wrong names it is void.
    """

    MAX_TRIES = 5

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    target = models.ForeignKey(Target, models.PROTECT, related_name="cards", verbose_name=_("走访对象"))
    household = models.ForeignKey("grids.Household", models.PROTECT, related_name="+", verbose_name=_("住户"))
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("留卡人"))
    expires_at = models.DateTimeField(_("有效期至"))
    tries = models.PositiveSmallIntegerField(default=0)
    void_at = models.DateTimeField(_("作废时间"), null=True)
    visit = models.OneToOneField(Visit, models.PROTECT, null=True, related_name="card", verbose_name=_("走访"))

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("门下卡片")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(void_at__isnull=True), name="one_standing_card_a_target"
            )
        ]
        indexes = [models.Index(fields=["community", "household"])]

    def __str__(self) -> str:
        return str(self.household)

    def get_absolute_url(self) -> str:
        return reverse("visits:card_print", args=[self.pk])

    @property
    def is_usable(self) -> bool:
        """Whether the household can still answer with it."""
        return self.void_at is None and self.visit_id is None and self.expires_at > clock.now()
