"""Forms that agree on when somebody comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.workdays import ZONE
from helpdesk.forms.step import StepForm, day_field, words_field

# Who does not say until when means an hour.
USUAL = timedelta(hours=1)


def time_field(label: Any, **kwargs: Any) -> forms.TimeField:
    """A time of the day, as the clock of the phone gives it or as it is typed."""
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    errors = {"invalid": gettext_lazy("请写几点几分，例如 14:30。")}
    return forms.TimeField(label=label, widget=widget, error_messages=errors, **kwargs)


class SlotForm(StepForm):
    """Day, from, until and a few words; gives `appointment_from`, `appointment_until` and `appointment`."""

    slot_day = day_field(gettext_lazy("约好哪天上门"), required=False)
    slot_from = time_field(gettext_lazy("几点到"), required=False)
    slot_until = time_field(gettext_lazy("最晚几点"), required=False, help_text=gettext_lazy("不写就当一个小时。"))
    appointment = forms.CharField(
        label=gettext_lazy("约定时的话"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("例如：到了先打电话，家里有狗。"),
    )
    SLOT = ("slot_day", "slot_from", "slot_until")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, start, end = (cleaned.pop(name, None) for name in self.SLOT)
        cleaned |= {"appointment_from": None, "appointment_until": None}
        if any(name in self.errors for name in self.SLOT) or not (day or start or end):
            return cleaned
        if day is None:
            self.add_error("slot_day", _("请写是哪一天。"))
        if start is None:
            self.add_error("slot_from", _("请写几点到。"))
        if day is None or start is None:
            return cleaned
        begins = datetime.combine(day, start, ZONE)
        ends = datetime.combine(day, end, ZONE) if end else begins + USUAL
        if ends <= begins:
            self.add_error("slot_until", _("最晚的时间要在到的时间以后。"))
        elif ends <= clock.now():
            self.add_error("slot_day", _("约的时间已经过了，请写以后的。"))
        return {**cleaned, "appointment_from": begins, "appointment_until": ends}


class AppointForm(SlotForm):
    """Agree on a time, or on another one."""

    button = gettext_lazy("就约这个时间")
    thanks = gettext_lazy("约好了，已经告诉对方。")
    field_order = ["slot_day", "slot_from", "slot_until", "appointment", "text"]
    text = words_field(gettext_lazy("给居民的话"), rows=2, required=False)

    def prepare(self) -> None:
        for name in ("slot_day", "slot_from"):
            self.fields[name].required = True
        start, end = self.request.appointment_from, self.request.appointment_until
        if start and end:
            start, end = clock.local(start), clock.local(end)
            self.initial.update(slot_day=start.date(), slot_from=start.time(), slot_until=end.time())
            self.initial["appointment"] = self.request.appointment


class CallOffForm(StepForm):
    """Say that nobody comes at the agreed time, and why."""

    button = gettext_lazy("取消这次约定")
    thanks = gettext_lazy("取消了，已经告诉对方。")
    text = words_field(gettext_lazy("为什么取消"), rows=2, most=200)
