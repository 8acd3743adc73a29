"""Typing in a round sheet: its day, who walked, and one tick a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PortalForm
from visits.models import RoundSheet, Visit

if TYPE_CHECKING:
    from community.models import User
    from visits.round_sheets import Line

_TICKS = (
    (Visit.Outcome.MET.value, gettext_lazy("见到·都属实")),
    (Visit.Outcome.ABSENT.value, gettext_lazy("没人在家")),
    ("", gettext_lazy("不录")),
)


@dataclass(frozen=True)
class Row:
    """A line of the sheet with its ticks; none where there is nothing to type in."""

    line: Line
    ticks: BoundField | None


class FindSheetForm(PortalForm):
    """A sheet by the number that is printed on it."""

    number = forms.IntegerField(
        label=gettext_lazy("表号"),
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("印在表头下面，例如“第 12 号”就填 12。"),
    )


class RoundSheetForm(PortalForm):
    """The day, the walker, and for each line that waits what was ticked."""

    walked_on = forms.DateField(
        label=gettext_lazy("走访日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    walker = forms.ChoiceField(label=gettext_lazy("谁去走的"))

    def __init__(
        self, *args: Any, sheet: RoundSheet, lines: Sequence[Line], walkers: Sequence[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lines = lines
        self._walkers = {str(one.pk): one for one in walkers}
        self._printed_on = timezone.localtime(sheet.created_at).date()
        self.fields["walked_on"].initial = clock.today()
        self.fields["walker"].choices = [(key, one.name) for key, one in self._walkers.items()]  # type: ignore[attr-defined]
        for line in lines:
            if line.waits:
                self.fields[_name(line.target)] = forms.ChoiceField(
                    label=_("第 %(number)d 行 %(door)s") % {"number": line.number, "door": line.door},
                    choices=_TICKS,
                    required=False,
                    initial="",
                    widget=forms.RadioSelect,
                )

    @property
    def rows(self) -> list[Row]:
        """Every line of the sheet, in its order."""
        return [Row(line, self[_name(line.target)] if line.waits else None) for line in self._lines]

    def clean_walked_on(self) -> date:
        day: date = self.cleaned_data["walked_on"]
        if day > clock.today():
            raise forms.ValidationError(_("走访日期还没有到，请看看日期是不是填错了。"))
        if day < self._printed_on:
            raise forms.ValidationError(_("走访日期早于这张表的打印日期，请看看日期是不是填错了。"))
        return day

    def clean_walker(self) -> User:
        return self._walkers[self.cleaned_data["walker"]]

    def ticks(self) -> dict[UUID, str]:
        """What was ticked, by target; what came back from a line that has been reached meanwhile is kept as well."""
        lines = [line for line in self._lines if line.is_there]
        sent = {line.target: self.data.get(self.add_prefix(_name(line.target)), "") for line in lines}
        allowed = {value for value, _label in _TICKS if value}
        return {target: tick for target, tick in sent.items() if tick in allowed}


def _name(target: UUID) -> str:
    return f"door-{target.hex}"
