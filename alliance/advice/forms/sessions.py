"""The forms of a session: planning it, calling it off, saying whether one comes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.advice.people import advisers_of, office_of
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem
from core import clock
from core.forms import PortalForm
from core.workdays import ZONE
from helpdesk.forms.appointments import time_field
from helpdesk.forms.fields import RowsField, text_area
from helpdesk.forms.step import day_field, words_field

MOST_ITEMS, LONGEST_ITEM, MOST_PEOPLE = 12, 80, 40


class SessionForm(PortalForm):
    """When, where, about what, and who is asked to come; the agenda has one point a line."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    topic = forms.CharField(
        label=gettext_lazy("主题"), max_length=60, help_text=gettext_lazy("例如：老旧小区的停车和消防通道。")
    )
    day = day_field(gettext_lazy("哪天"))
    time = time_field(gettext_lazy("几点开始"))
    place = forms.CharField(label=gettext_lazy("地点"), max_length=60)
    agenda = forms.CharField(
        label=gettext_lazy("议程"), max_length=1200, widget=text_area(5), help_text=gettext_lazy("一行写一项。")
    )
    invited = RowsField(label=gettext_lazy("请谁来"), most=MOST_PEOPLE)

    def __init__(self, *args: Any, community_id: int, session: AdviceSession | None = None, **kwargs: Any) -> None:
        advisers = advisers_of(community_id)
        seats: list[AdviceAttendance] = []
        if session:
            seats = list(AdviceAttendance.objects.of(session).select_related("user"))
            kwargs.setdefault("initial", self._initial(session, seats))
        else:
            kwargs.setdefault("initial", {"invited": [str(one.pk) for one in advisers]})
        super().__init__(*args, **kwargs)
        people = {one.pk: (one, _("顾问")) for one in advisers}
        for one in office_of(community_id):
            people.setdefault(one.pk, (one, _("社区")))
        for seat in seats:
            people.setdefault(seat.user_id, (seat.user, _("已经请了的")))
        groups = {key: words for key, (_user, words) in people.items()}
        ordered = sorted((one for one, _words in people.values()), key=lambda one: list(people).index(one.pk))
        self.fields["invited"].offer(ordered, group=lambda one: groups[one.pk])  # type: ignore[attr-defined]

    def clean_agenda(self) -> list[str]:
        points = [line.strip() for line in self.cleaned_data["agenda"].splitlines() if line.strip()]
        if len(points) > MOST_ITEMS:
            raise forms.ValidationError(_("一次会议最多 %(most)d 项，请合并几项。"), params={"most": MOST_ITEMS})
        if any(len(point) > LONGEST_ITEM for point in points):
            raise forms.ValidationError(_("有一项太长了，每项最多 80 个字。"))
        return points

    def given(self) -> dict[str, Any]:
        given = super().given()
        day, time = given.pop("day"), given.pop("time")
        return {**given, "starts_at": datetime.combine(day, time, ZONE)}

    @staticmethod
    def _initial(session: AdviceSession, seats: list[AdviceAttendance]) -> dict[str, Any]:
        starts = clock.local(session.starts_at)
        return {
            "version": session.version,
            "topic": session.topic,
            "day": starts.date(),
            "time": starts.time(),
            "place": session.place,
            "agenda": "\n".join(AgendaItem.objects.of(session).values_list("title", flat=True)),
            "invited": [str(seat.user_id) for seat in seats],
        }


class CallOffForm(PortalForm):
    reason = words_field(
        gettext_lazy("为什么不开了"), rows=2, most=120, help_text=gettext_lazy("请来的人都会看到这句话。")
    )


class ComeForm(PortalForm):
    answer = forms.ChoiceField(choices=AdviceAttendance.Answer.choices)
