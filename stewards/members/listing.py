"""The stewards of a community as a list: who can what, who is free this week, who was asked long ago."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import django_filters
from django import forms
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.lists import Columns
from stewards.hours.totals import minutes_since
from stewards.members.free import free_between, windows_of
from stewards.members.page import AHEAD, LOOKING_BACK, minutes_in
from stewards.members.querysets import hands_out
from stewards.members.standing import Badge, badges_of
from stewards.members.week import PART, PARTS
from stewards.models import JobOffer, Skill, Steward, StewardSkill

if TYPE_CHECKING:
    from community.access import PortalRequest
    from community.models import User
    from stewards.members.querysets import StewardQuerySet

ANY = gettext_lazy("不限")
SORTS = {"name": ("user__name", "pk"), "asked": ("last_asked", "pk")}
DEFAULT_SORT = "name"
_LISTED = "of stewards that are in the list already"


def _skills(request: PortalRequest) -> Any:
    return Skill.objects.visible_to(request.user).filter(is_active=True)


class StewardFilter(django_filters.FilterSet):
    """For colleagues: by name and skill."""

    q = django_filters.CharFilter(label=gettext_lazy("姓名"), field_name="user__name", lookup_expr="contains")
    skill = django_filters.ModelChoiceFilter(
        label=gettext_lazy("会什么"), queryset=_skills, empty_label=ANY, method="able"
    )

    class Meta:
        model = Steward
        fields = ["q", "skill"]

    def able(self, rows: StewardQuerySet, name: str, value: Skill) -> StewardQuerySet:
        return rows.with_skill(value, clock.today())


class FreeFilter(StewardFilter):
    """For those who hand out work: also by when somebody is free, where they hand it out."""

    day = django_filters.DateFilter(
        label=gettext_lazy("哪天有空"),
        method="free_on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    part = django_filters.ChoiceFilter(
        label=gettext_lazy("什么时候"),
        method="within_the_day",
        choices=[(part.slug, part.label) for part in PARTS],
        empty_label=gettext_lazy("那天有空就行"),
    )

    class Meta(StewardFilter.Meta):
        fields = ["q", "skill", "day", "part"]

    def free_on(self, rows: StewardQuerySet, name: str, value: date) -> StewardQuerySet:
        """Those who are free at some hour of the day; with a part of it, for the whole part."""
        here = rows.filter(community__in=hands_out(self.request.user))
        ids = list(here.serving(value).values_list("pk", flat=True))
        part = PART.get(self.data.get("part", ""))
        if part is None:
            times = windows_of(ids, value, value)
            return rows.filter(pk__in=[key for key in ids if times[key]])
        midnight = timezone.make_aware(datetime.combine(value, time.min))
        start, end = (midnight + timedelta(minutes=minutes) for minutes in (part.starts_at, part.ends_at))
        return rows.filter(pk__in=free_between(ids, start, end))

    def within_the_day(self, rows: StewardQuerySet, name: str, value: str) -> StewardQuerySet:
        """Means nothing without a day: then today is meant."""
        return rows if self.data.get("day") else self.free_on(rows, name, clock.today())


def listed(user: User) -> StewardQuerySet:
    """Those who are red stewards today, and when each was asked last, for those who hand out work there."""
    rows: StewardQuerySet = Steward.objects.visible_to(user).appointed(clock.today()).select_related("user")
    offers = JobOffer.objects.unscoped(reason=_LISTED).filter(steward=OuterRef("pk"), community__in=hands_out(user))
    last = offers.order_by().values("steward").annotate(last=Max("offered_at")).values("last")
    asked: StewardQuerySet = rows.annotate(last_asked=Subquery(last))
    return asked


class Line(NamedTuple):
    """A steward as a row of the list."""

    steward: Steward
    skills: list[tuple[str, list[Badge]]]
    free: str
    hours: str
    last_asked: datetime | None


def lines_of(stewards: Sequence[Any], *, times: Collection[int]) -> list[Line]:
    """Rows with what each can do; of those in the communities `times` also how long they are free in seven days, and
    what they gave in ninety."""
    skills, today = _skills_of(stewards), clock.today()
    known = [one for one in stewards if one.community_id in times]
    free = windows_of([one.pk for one in known], today, today + timedelta(days=AHEAD - 1)) if known else {}
    given = minutes_since([one.user_id for one in known], today - LOOKING_BACK) if known else {}
    return [
        Line(
            one,
            skills[one.pk],
            hours_words(minutes_in(free[one.pk])) if one.pk in free else "",
            hours_words(given[one.user_id]) if one.pk in free else "",
            one.last_asked,
        )
        for one in stewards
    ]


def hours_words(minutes: int) -> str:
    """18 小时; 1.5 小时; "—" for none."""
    return _("%(hours)s 小时") % {"hours": f"{minutes / 60:.1f}".removesuffix(".0")} if minutes else "—"


def _skills_of(stewards: Sequence[Steward]) -> dict[Any, list[tuple[str, list[Badge]]]]:
    """By steward: what each can do, with what is to be known of it; nothing is said of what is in order."""
    found: dict[Any, list[tuple[str, list[Badge]]]] = {one.pk: [] for one in stewards}
    rows = StewardSkill.objects.unscoped(reason=_LISTED).filter(Q(skill__is_active=True), steward__in=found)
    for held in rows.select_related("skill"):
        badges = [one for one in badges_of(held) if one.tone != "good"]
        found[held.steward_id].append((held.skill.label, badges))
    return found


def columns(request: PortalRequest, stewards: Sequence[Any], *, times: Collection[int]) -> Columns:
    """The columns of the spreadsheet."""
    lines = {line.steward.pk: line for line in lines_of(stewards, times=times)}
    shared: list[Any] = [
        (_("姓名"), "user.name"),
        (_("会什么"), lambda row: _("、").join(name for name, _badges in lines[row.pk].skills)),
    ]
    if not times:
        return shared
    offices = request.user.scope.offices_communities
    kept: list[Any] = [
        (_("哪天参加了培训"), lambda row: row.trained_on if row.community_id in offices else None),
        (_("保险到期"), lambda row: row.insured_until if row.community_id in offices else None),
    ]
    return [
        *shared,
        (_("七天里有空"), lambda row: lines[row.pk].free),
        (_("近 90 天服务"), lambda row: lines[row.pk].hours),
        (_("上次请他"), "last_asked"),
        (_("打电话联系"), lambda row: _("是") if row.by_phone else ""),
        *(kept if offices else []),
    ]
