"""How the lists of the group are filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.advice.querysets import RecommendationQuerySet, SessionQuerySet, StudyQuerySet
from alliance.advice.states import Progress, State, Verdict
from alliance.models import AdviceSession, Recommendation, Study
from core import clock
from core.lists import Columns

ANY = gettext_lazy("不限")
OPEN, TAKEN, LATE, LOOK = "open", "taken", "late", "look"

SESSION_SORTS = {"starts": ("starts_at", "pk"), "number": ("number", "pk")}
RECOMMENDATION_SORTS = {
    "session": ("session__starts_at", "position"),
    "due": ("due_on", "session__starts_at", "position"),
}
STUDY_SORTS = {"year": ("year", "created_at"), "title": ("title", "pk")}


class SessionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("找什么"), method="containing")
    state = django_filters.ChoiceFilter(label=gettext_lazy("进展"), choices=State.choices, empty_label=ANY)

    class Meta:
        model = AdviceSession
        fields = ["q", "state"]

    def containing(self, rows: SessionQuerySet, name: str, value: str) -> SessionQuerySet:
        return rows.filter(Q(topic__icontains=value) | Q(place__icontains=value))


class RecommendationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("找什么"), method="containing")
    verdict = django_filters.ChoiceFilter(
        label=gettext_lazy("答复"),
        method="answered",
        choices=[(OPEN, gettext_lazy("等答复")), *Verdict.choices, (TAKEN, gettext_lazy("采纳的和部分采纳的"))],
        empty_label=ANY,
    )
    progress = django_filters.ChoiceFilter(label=gettext_lazy("做到哪一步"), choices=Progress.choices, empty_label=ANY)
    due = django_filters.ChoiceFilter(
        label=gettext_lazy("日子"),
        method="on_day",
        choices=[(LATE, gettext_lazy("过了答复的日子")), (LOOK, gettext_lazy("到了再看的日子"))],
        empty_label=ANY,
    )

    class Meta:
        model = Recommendation
        fields = ["q", "verdict", "progress", "due"]

    def containing(self, rows: RecommendationQuerySet, name: str, value: str) -> RecommendationQuerySet:
        return rows.filter(Q(text__icontains=value) | Q(to_whom__icontains=value) | Q(answer__icontains=value))

    def answered(self, rows: RecommendationQuerySet, name: str, value: str) -> RecommendationQuerySet:
        if value == OPEN:
            return rows.open()
        return rows.adopted() if value == TAKEN else rows.filter(verdict=value)

    def on_day(self, rows: RecommendationQuerySet, name: str, value: str) -> RecommendationQuerySet:
        return rows.late() if value == LATE else rows.to_look_at()


class StudyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("找什么"), method="containing")
    out = django_filters.ChoiceFilter(
        label=gettext_lazy("谁能看"),
        method="is_out",
        choices=[("yes", gettext_lazy("公开的")), ("no", gettext_lazy("只给顾问和社区看的"))],
        empty_label=ANY,
    )

    class Meta:
        model = Study
        fields = ["q", "out"]

    def containing(self, rows: StudyQuerySet, name: str, value: str) -> StudyQuerySet:
        said = Q(title__icontains=value) | Q(authors__icontains=value) | Q(summary__icontains=value)
        return rows.filter(said | Q(partner__name__icontains=value))

    def is_out(self, rows: StudyQuerySet, name: str, value: str) -> StudyQuerySet:
        return rows.filter(released_at__isnull=value == "no")


def session_columns() -> Columns:
    """The columns of the spreadsheet of sessions."""
    return [
        (_("第几次"), "number"),
        (_("时间"), lambda row: f"{clock.local(row.starts_at):%Y-%m-%d %H:%M}"),
        (_("主题"), "topic"),
        (_("地点"), "place"),
        (_("进展"), "get_state_display"),
        (_("公开了吗"), lambda row: _("公开了") if row.published_at else ""),
    ]


def recommendation_columns() -> Columns:
    """The table of what was advised, answered and done."""
    return [
        (_("哪次会议"), "session.label"),
        (_("第几条"), "position"),
        (_("建议"), "text"),
        (_("为什么"), "because"),
        (_("提给谁"), "to_whom"),
        (_("哪天前答复"), _day("due_on")),
        (_("答复"), lambda row: row.get_verdict_display() if row.verdict else _("等答复")),
        (_("理由"), "answer"),
        (_("做到哪一步"), "get_progress_display"),
        (_("哪天再看"), _day("look_on")),
    ]


def study_columns() -> Columns:
    """The columns of the spreadsheet of studies."""
    return [
        (_("题目"), "title"),
        (_("作者"), "authors"),
        (_("哪个单位做的"), lambda row: row.partner.name if row.partner else ""),
        (_("哪一年"), "year"),
        (_("摘要"), "summary"),
        (_("公开了吗"), lambda row: _("公开了") if row.released_at else ""),
    ]


def _day(name: str) -> Any:
    return lambda row: f"{value:%Y-%m-%d}" if (value := getattr(row, name)) else ""
