"""What households paid in a published quarter, as leaves of a tree whose root stands under the check code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.rows import CommunityRow
from grids.models import Household
from property.models.publication import Publication
from property.proofs.querysets import LeafQuerySet, RootQuerySet


def fen(amount: Decimal) -> int:
    """Yuan in whole fen."""
    return int(amount * 100)


class PublicationLeaf(CommunityRow):
    """One part of what a household paid in the quarter, or got back where it got back more than it paid.

    The sum is parted at random, so that a neighbour's proof, in which the leaf may stand beside, tells nobody's sum.
    The door is kept as it was written. `salt` is what only the household is given.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="leaves", db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("住户"))
    door = models.CharField(_("门牌"), max_length=60)
    part = models.PositiveSmallIntegerField()
    paid = models.DecimalField(_("交的"), max_digits=14, decimal_places=2)
    back = models.DecimalField(_("退的"), max_digits=14, decimal_places=2)
    salt = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = LeafQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示里各户交的钱")
        ordering = ["hash"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "household", "part"], name="publication_leaf_part_once"),
            models.UniqueConstraint(fields=["publication", "hash"], name="publication_leaf_hash_once"),
            models.CheckConstraint(condition=Q(paid__gte=0, back__gte=0), name="publication_leaf_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.hash[:8]}"

    @property
    def content(self) -> dict[str, Any]:
        """What is hashed; the sums in fen."""
        return {
            "household": str(self.household_id),
            "door": self.door,
            "part": self.part,
            "paid": fen(self.paid),
            "back": fen(self.back),
            "salt": self.salt,
        }


class PublicationRoot(CommunityRow):
    """What lies under a publication's root: how many lines with their tree's hash, and the root of its leaves with
    its sums, kept so that a page need not read every leaf, and that what is missing can be told from what is changed.
    """

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="root")
    line_count = models.PositiveIntegerField()
    line_hash = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    paid = models.DecimalField(max_digits=14, decimal_places=2)
    back = models.DecimalField(max_digits=14, decimal_places=2)

    objects = RootQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示的总根")

    def __str__(self) -> str:
        return self.hash
