"""Care: who needs it and why, and who looks after whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from core.fields import MaskedCharField
from core.ids import uuid7
from core.terms import Term
from grids.codes import Cadence, CareCategory, cadence_of, level_label
from grids.models.people import Household, Resident
from grids.querysets import CareTagQuerySet, PairingQuerySet


class CareTag(Term, CommunityRow):
    """Why a resident or a household is cared for 关爱标签."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="care_tags", verbose_name=_("住户"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="care_tags", null=True, blank=True, verbose_name=_("居民")
    )
    category = models.CharField(_("类别"), max_length=20, choices=CareCategory.choices)
    level = models.CharField(_("等级"), max_length=20, blank=True)
    evidence = MaskedCharField(_("依据"), max_length=120, blank=True)
    review_due = models.DateField(_("复核日期"), null=True, blank=True)
    cadence = models.CharField(_("走访频次"), max_length=10, choices=Cadence.choices, blank=True)

    objects = CareTagQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("关爱标签")
        ordering = ["category", "pk"]
        constraints = [
            *Term.Meta.constraints,
            models.UniqueConstraint(
                fields=["household", "resident", "category"],
                condition=Q(ends_on__isnull=True, resident__isnull=False),
                name="one_open_care_tag_a_resident",
            ),
            models.UniqueConstraint(
                fields=["household", "category"],
                condition=Q(ends_on__isnull=True, resident__isnull=True),
                name="one_open_care_tag_a_household",
            ),
        ]
        indexes = [models.Index(fields=["community", "household"]), models.Index(fields=["community", "category"])]

    def __str__(self) -> str:
        return str(self.get_category_display())

    @property
    def visited(self) -> Cadence:
        """How often: what was set for this one, else what its category asks."""
        return cadence_of(self.category, self.cadence)

    @property
    def title(self) -> str:
        """The category with its level, where it has one."""
        level = level_label(self.category, self.level)
        return _("%(category)s（%(level)s）") % {"category": self, "level": level} if level else str(self)


class Pairing(Term, CommunityRow):
    """A care household and the one who looks after it 结对: the building's steward, and a Party member living there.

    That the person still holds the role, or still lives in the building, is asked whenever the pairing is read, so
    that a move or the end of an appointment shows the gap the same day.
    """

    class Kind(models.TextChoices):
        STEWARD = "steward", _("楼栋管家")
        PARTY_MEMBER = "party_member", _("同楼党员")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="pairings", verbose_name=_("关爱户"))
    kind = models.CharField(_("结对人"), max_length=12, choices=Kind.choices)
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="pairings", verbose_name=_("楼栋管家")
    )
    member = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="pairings", verbose_name=_("同楼党员"))
    end_reason = models.CharField(_("结束原因"), max_length=120, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("结对")
        ordering = ["kind", "-starts_on", "-pk"]
        constraints = [
            *Term.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="steward", steward__isnull=False, member__isnull=True)
                | Q(kind="party_member", steward__isnull=True, member__isnull=False),
                name="pairing_with_one_person_of_its_kind",
            ),
            models.UniqueConstraint(
                fields=["household", "kind"], condition=Q(ends_on__isnull=True), name="one_open_pairing_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["community", "household", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.household} · {self.get_kind_display()} {self.person}"

    @property
    def person(self) -> str:
        """The name of the one who looks after the household."""
        return str(self.steward or self.member)

    @property
    def person_id(self) -> str:
        """Whose pairing it is, as a form names somebody: the primary key of the account or of the resident."""
        return str(self.steward_id or self.member_id)
