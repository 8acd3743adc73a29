"""Photos from before laid over those from after, and what else of an activity everybody may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F, IntegerField, Q, Sum
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from alliance.models import ActivityPhoto, Feedback, SignUp

if TYPE_CHECKING:
    from alliance.models import Activity

_FOUND = "what belongs to activities already found"
QUOTES_SHOWN = 6
Moment = ActivityPhoto.Moment


@dataclass(frozen=True)
class Picture:
    """A photo with its words."""

    pk: Any
    url: str
    thumbnail: str
    caption: str


@dataclass(frozen=True)
class Pair:
    """The same spot before and after."""

    before: Picture
    after: Picture
    caption: str

    @property
    def key(self) -> str:
        """An id for the page."""
        return f"pair-{self.after.pk.hex}"


@dataclass(frozen=True)
class Album:
    """The photos of an activity: those that stand side by side, and the others."""

    pairs: list[Pair] = field(default_factory=list)
    others: list[Picture] = field(default_factory=list)

    @property
    def cover(self) -> Picture | None:
        """What stands on its card: how it looks now, else anything."""
        if self.pairs:
            return self.pairs[0].after
        return self.others[0] if self.others else None


@dataclass(frozen=True)
class Sums:
    """What came together: helpers who were there, others who were, minutes given, of those confirmed."""

    helpers: int = 0
    guests: int = 0
    minutes: int = 0

    @property
    def hours(self) -> str:
        """Hours with one decimal, without a nought behind the point."""
        return f"{self.minutes / 60:.1f}".removesuffix(".0")


def albums(activities: Iterable[Activity]) -> dict[Any, Album]:
    """The photos of activities already found, by their keys; one query."""
    keys = [one.pk for one in activities]
    found: dict[Any, Album] = {key: Album() for key in keys}
    rows = list(ActivityPhoto.objects.unscoped(reason=_FOUND).filter(activity__in=keys).order_by("created_at", "pk"))
    by_pk = {row.pk: row for row in rows}
    paired = {row.before_id for row in rows if row.before_id}
    for row in rows:
        album = found[row.activity_id]
        if row.before_id:
            before = by_pk[row.before_id]
            album.pairs.append(Pair(picture(before), picture(row), row.caption or before.caption))
        elif row.pk not in paired:
            album.others.append(picture(row))
    return found


def picture(row: ActivityPhoto) -> Picture:
    """A photo as a page shows it."""
    url = reverse("alliance:activity_photo", args=[row.pk])
    words = {"moment": row.get_moment_display(), "what": row.caption}
    return Picture(
        row.pk, url, f"{url}?size=small", _("%(moment)s：%(what)s") % words if row.caption else words["moment"]
    )


def sums_of(activity: Activity) -> Sums:
    """Counted from who was there; of a unit its people. One query."""
    rows = SignUp.objects.unscoped(reason=_FOUND).filter(activity=activity, came_at__isnull=False)
    found = rows.aggregate(
        helpers=Sum("came_people", filter=Q(slot__is_helping=True)),
        guests=Sum("came_people", filter=Q(slot__is_helping=False)),
        # As whole numbers: the columns are small ones, and their product need not be.
        minutes=Sum(Cast("minutes", IntegerField()) * F("came_people")),
    )
    return Sums(**{name: value or 0 for name, value in found.items()})


def quotes_of(activity: Activity) -> list[str]:
    """What those who were served said and others may read, without names; one query."""
    rows = Feedback.objects.unscoped(reason=_FOUND).filter(activity=activity, may_show=True).exclude(text="")
    return list(rows.values_list("text", flat=True)[:QUOTES_SHOWN])
