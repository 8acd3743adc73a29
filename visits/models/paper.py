"""The printed sheet for those who walk with paper."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core.ids import uuid7
from visits.models.campaign import Campaign
from visits.querysets import RoundSheetQuerySet


class RoundSheet(CommunityRow):
    """A numbered sheet of one building's doors 走访表: typed in later by its number, line by line as it was printed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="sheets", verbose_name=_("批次"))
    building = models.ForeignKey("grids.Building", models.PROTECT, related_name="+", verbose_name=_("楼幢"))
    number = models.PositiveIntegerField(_("表号"))
    # The ids of the targets in the order of the printed lines; line 1 is the first.
    targets = models.JSONField(default=list)
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("打印人"))

    objects = RoundSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("纸质走访表")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["community", "campaign", "number"], name="round_sheet_number_once")
        ]

    def __str__(self) -> str:
        return gettext("第 %(number)d 号走访表") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("visits:round_sheet", args=[self.pk])
