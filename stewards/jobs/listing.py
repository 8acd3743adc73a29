"""The jobs of the requests that somebody leads: as a list, filtered, and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import django_filters
from django import forms
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.lists import Columns
from core.workdays import ZONE
from grids.models import Building, Grid
from stewards.jobs import words
from stewards.jobs.states import LIVE, State
from stewards.models import Job, JobSteward, Skill, Steward

if TYPE_CHECKING:
    from community.access import PortalRequest
    from community.models import User
    from stewards.jobs.querysets import JobQuerySet

OPEN = "open"
# The household still has to say whether it was so.
UNDER_WAY = (*LIVE, State.DONE)
ANY = gettext_lazy("不限")
SORTS = {"asked": ("asked_at", "pk"), "when": ("starts_at", "pk")}
DEFAULT_SORT = "-asked"
_LISTED = "who goes to jobs that are in the list already"
_DAY: dict[str, Any] = {"attrs": {"type": "date"}, "format": "%Y-%m-%d"}


def _skills(request: PortalRequest) -> Any:
    return Skill.objects.visible_to(request.user)


def _stewards(request: PortalRequest) -> Any:
    """Those who have gone to one of the listed jobs, or will."""
    seats = JobSteward.objects.unscoped(reason=_LISTED).filter(handed_on=False)
    here = seats.filter(job__in=Job.objects.led_by(request.user).values("pk"))
    rows = Steward.objects.visible_to(request.user).filter(pk__in=here.values("steward"))
    return rows.select_related("user").order_by("user__name", "pk")


def _grids(request: PortalRequest) -> Any:
    return Grid.objects.visible_to(request.user).only("name")


def _buildings(request: PortalRequest) -> Any:
    rows = Building.objects.in_duty_of(request.user).only("label")
    return rows.order_by("estate__code", "order", "pk")


class JobFilter(django_filters.FilterSet):
    """By how far it is, who goes, what for, how urgent, where, and when it was asked."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("进展"),
        method="in_state",
        choices=[(OPEN, gettext_lazy("还在办的")), *State.choices],
        empty_label=ANY,
    )
    steward = django_filters.ModelChoiceFilter(
        label=gettext_lazy("谁去"), queryset=_stewards, empty_label=ANY, method="gone_to_by"
    )
    skill = django_filters.ModelChoiceFilter(label=gettext_lazy("要会什么"), queryset=_skills, empty_label=ANY)
    urgency = django_filters.ChoiceFilter(label=gettext_lazy("急不急"), choices=Job.Urgency.choices, empty_label=ANY)
    grid = django_filters.ModelChoiceFilter(
        label=gettext_lazy("网格"), field_name="request__grid", queryset=_grids, empty_label=ANY
    )
    building = django_filters.ModelChoiceFilter(label=gettext_lazy("楼幢"), queryset=_buildings, empty_label=ANY)
    since = django_filters.DateFilter(
        label=gettext_lazy("从哪天起请的"), method="asked_since", widget=forms.DateInput(**_DAY)
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("到哪天为止请的"), method="asked_until", widget=forms.DateInput(**_DAY)
    )

    class Meta:
        model = Job
        fields = ["state", "steward", "skill", "urgency", "grid", "building", "since", "until"]

    def in_state(self, rows: JobQuerySet, name: str, value: str) -> JobQuerySet:
        return rows.filter(state__in=UNDER_WAY) if value == OPEN else rows.filter(state=value)

    def gone_to_by(self, rows: JobQuerySet, name: str, value: Steward) -> JobQuerySet:
        seats = JobSteward.objects.unscoped(reason=_LISTED).filter(steward=value, handed_on=False)
        return rows.filter(pk__in=seats.values("job"))

    def asked_since(self, rows: JobQuerySet, name: str, value: date) -> JobQuerySet:
        return rows.filter(asked_at__gte=_begin_of(value))

    def asked_until(self, rows: JobQuerySet, name: str, value: date) -> JobQuerySet:
        return rows.filter(asked_at__lt=_begin_of(value) + timedelta(days=1))


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def listed(user: User) -> JobQuerySet:
    """The jobs of the requests that the user leads, with what the list shows already joined; two queries."""
    rows: JobQuerySet = Job.objects.led_by(user).select_related("request__grid", "request__building", "skill")
    seats = JobSteward.objects.unscoped(reason=_LISTED).filter(handed_on=False).select_related("steward__user")
    return rows.prefetch_related(Prefetch("stewards", queryset=seats.order_by("taken_at", "pk"), to_attr="seats"))


class Line(NamedTuple):
    """A job as a row of the list."""

    job: Any
    tone: str
    urgent: bool
    slot: str
    where: str
    who: str


def lines_of(jobs: Sequence[Any], reader: User) -> list[Line]:
    """Jobs of `listed` as rows, with every word ready."""
    return [
        Line(
            job,
            words.TONES[State(job.state)],
            job.state in UNDER_WAY and job.urgency != Job.Urgency.ORDINARY,
            words.when_of(job),
            job.request.place_for(reader),
            who_of(job),
        )
        for job in jobs
    ]


def who_of(job: Any) -> str:
    """The names of those who go or went to a job of `listed`, the one who answers for it first."""
    seats = sorted(job.seats, key=lambda one: one.steward_id != job.steward_id)
    return _("、").join(one.steward.user.name for one in seats)


def _minutes_of(job: Any) -> int | None:
    return sum(one.minutes or 0 for one in job.seats) or None


def columns(reader: User) -> Columns:
    """The columns of the spreadsheet: no phone numbers, no codes, the place as on the page."""
    return [
        (_("编号"), "request.number"),
        (_("做什么"), "what"),
        (_("要会什么"), "skill.label"),
        (_("急不急"), "get_urgency_display"),
        (_("进展"), "get_state_display"),
        (_("什么时候请的"), "asked_at"),
        (_("谁请的"), "asked_by.name"),
        (_("什么时候去"), words.when_of),
        (_("地点"), lambda row: row.request.place_for(reader)),
        (_("网格"), "request.grid.name"),
        (_("谁去"), who_of),
        (_("到达"), "arrived_at"),
        (_("做完"), "done_at"),
        (_("结果"), "get_result_display"),
        (_("花了多少分钟"), _minutes_of),
        (_("怎么确认的"), "get_confirmed_via_display"),
        (_("为什么不请了"), "stop_reason"),
    ]


def for_sheet(rows: Any) -> Any:
    """With what only the spreadsheet says."""
    return rows.select_related("request__grid", "request__building", "skill", "asked_by")
