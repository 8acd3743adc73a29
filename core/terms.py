"""What holds from one day to another: appointments, memberships, pairings, tags."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Expression, F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.scoping import ScopedQuerySet


def holds_on(day: date | Expression, prefix: str = "") -> Q:
    """The condition that a term holds on `day`; both ends are included. A kept statement is given the day later."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
    )


def holds(starts_on: date, ends_on: date | None, day: date) -> bool:
    """The same for a term that has been read."""
    return starts_on <= day and (ends_on is None or day <= ends_on)


class TermQuerySet(ScopedQuerySet[Any]):
    """Reads over from–to rows; a room's own queryset derives from it."""

    def at(self, day: date) -> Self:
        """What held on `day`."""
        return self.filter(holds_on(day))

    def current(self) -> Self:
        """What holds today."""
        return self.at(clock.today())


class Term(models.Model):
    """Abstract: from and to, both days included; no end means until further notice."""

    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(app_label)s_%(class)s_ends_after_start",
            )
        ]

    def holds(self, day: date) -> bool:
        """Whether the term holds on `day`."""
        return holds(self.starts_on, self.ends_on, day)

    @property
    def is_current(self) -> bool:
        return self.holds(clock.today())
