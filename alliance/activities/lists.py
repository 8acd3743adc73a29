"""How the list of activities is filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliance.activities.states import State
from alliance.models import Activity
from alliance.topics import Topic
from core import clock
from core.lists import Columns

ANY = _("不限")
ACTIVITY_SORTS = {"starts": ("starts_at", "pk")}


class ActivityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("找什么"), method="containing")
    topic = django_filters.ChoiceFilter(label=_("哪方面"), choices=Topic.choices, empty_label=ANY)
    state = django_filters.ChoiceFilter(label=_("进展"), choices=State.choices, empty_label=ANY)

    class Meta:
        model = Activity
        fields = ["q", "topic", "state"]

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(title__icontains=value) | Q(place__icontains=value) | Q(partner__name__icontains=value))


def activity_columns() -> Columns:
    return [
        (str(_("什么活动")), "title"),
        (str(_("哪方面")), "get_topic_display"),
        (str(_("联盟单位")), "partner.name"),
        (str(_("什么时候")), lambda row: f"{clock.local(row.starts_at):%Y-%m-%d %H:%M}"),
        (str(_("在哪里")), "place"),
        (str(_("名额")), "wanted"),
        (str(_("报名人数")), "coming_people"),
        (str(_("服务了多少人")), "served"),
        (str(_("进展")), "get_state_display"),
    ]
