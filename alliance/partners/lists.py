"""How the lists of the alliance are filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliance.models import Need, Partner, Pledge, Project, Resource
from alliance.partners.states import NeedState, PledgeState, ProjectState
from alliance.topics import Topic
from core import clock
from core.lists import Columns

ANY = _("不限")
LATE = "late"
PARTNER_SORTS = {"name": ("name", "pk"), "joined": ("joined_on", "pk")}
NEW_SORTS = {"new": ("created_at", "pk"), "until": ("until", "pk")}


class PartnerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("找什么"), method="containing")
    kind = django_filters.ChoiceFilter(label=_("哪一种"), choices=Partner.Kind.choices, empty_label=ANY)
    left = django_filters.ChoiceFilter(
        label=_("退出的"), method="with_left", choices=[("yes", _("也列出来"))], empty_label=_("不列")
    )

    class Meta:
        model = Partner
        fields = ["q", "kind", "left"]

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("left") else rows.active()

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(about__icontains=value))

    def with_left(self, rows: Any, name: str, value: str) -> Any:
        return rows


class _ListFilter(django_filters.FilterSet):
    """What all three lists can be narrowed by; `words` are the columns that are searched."""

    q = django_filters.CharFilter(label=_("找什么"), method="containing")
    topic = django_filters.ChoiceFilter(label=_("哪方面"), choices=Topic.choices, empty_label=ANY)

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(title__icontains=value) | Q(text__icontains=value))


class NeedFilter(_ListFilter):
    state = django_filters.ChoiceFilter(label=_("进展"), choices=NeedState.choices, empty_label=ANY)

    class Meta:
        model = Need
        fields = ["q", "topic", "state"]


class ResourceFilter(_ListFilter):
    class Meta:
        model = Resource
        fields = ["q", "topic"]


class ProjectFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("找什么"), method="containing")
    state = django_filters.ChoiceFilter(label=_("进展"), choices=ProjectState.choices, empty_label=ANY)

    class Meta:
        model = Project
        fields = ["q", "state"]

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(title__icontains=value) | Q(text__icontains=value) | Q(partner__name__icontains=value))


class PledgeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("找什么"), method="containing")
    state = django_filters.ChoiceFilter(
        label=_("进展"), method="in_state", choices=[(LATE, _("过了日子的")), *PledgeState.choices], empty_label=ANY
    )

    class Meta:
        model = Pledge
        fields = ["q", "state"]

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(title__icontains=value) | Q(partner__name__icontains=value))

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.late() if value == LATE else rows.filter(state=value)


def partner_columns() -> Columns:
    return [
        (str(_("名称")), "name"),
        (str(_("哪一种")), "get_kind_display"),
        (str(_("哪天加入")), "joined_on"),
        (str(_("哪天退出")), "left_on"),
        (str(_("联络员")), "contacts"),
        (str(_("没兑现的承诺")), "pledged"),
        (str(_("其中过了日子")), "late"),
    ]


def need_columns() -> Columns:
    return [
        (str(_("需要什么")), "title"),
        (str(_("哪方面")), "get_topic_display"),
        (str(_("说得细一些")), "text"),
        (str(_("大概在哪里")), "place"),
        (str(_("大约多少人用得上")), "people"),
        (str(_("最好在哪天以前")), "until"),
        (str(_("进展")), "get_state_display"),
    ]


def resource_columns() -> Columns:
    return [
        (str(_("联盟单位")), "partner.name"),
        (str(_("能帮什么")), "title"),
        (str(_("哪方面")), "get_topic_display"),
        (str(_("多少、多久一次")), "amount"),
        (str(_("从哪天起")), "since"),
        (str(_("到哪天为止")), "until"),
    ]


def project_columns() -> Columns:
    return [
        (str(_("一起做什么")), "title"),
        (str(_("联盟单位")), "partner.name"),
        (str(_("为哪个需求")), "need.title"),
        (str(_("打算哪天前做完")), "until"),
        (str(_("进展")), "get_state_display"),
        (str(_("结果或原因")), "outcome"),
    ]


def pledge_columns() -> Columns:
    return [
        (str(_("联盟单位")), "partner.name"),
        (str(_("承诺什么")), "title"),
        (str(_("哪天以前")), "until"),
        (str(_("最初说的日子")), "first_until"),
        (str(_("进展")), "get_state_display"),
        (str(_("过了几天")), lambda row: (clock.today() - row.until).days if row.is_late else ""),
        (str(_("办得怎么样")), "outcome"),
    ]
