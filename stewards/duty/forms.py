"""Forms of the duty roster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm
from stewards.duty.actions.templates import Need
from stewards.models import Assignment, Roster, ShiftTemplate, ShiftWish, Skill
from stewards.models.members import Weekday

if TYPE_CHECKING:
    from community.models import Community
    from stewards.models import Steward

_DAY: dict[str, Any] = {"attrs": {"type": "date"}, "format": "%Y-%m-%d"}
_CLOCK: dict[str, Any] = {"attrs": {"type": "time"}, "format": "%H:%M"}
# How many people a shift may ask for, and how many kinds of people.
MOST, LINES = 20, 2


class TemplateForm(PortalForm):
    """A shift that comes again: when, where, and whom it needs in up to two kinds."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("班次"), max_length=30, help_text=_("例如：服务站上午、夜间巡逻。"))
    place = forms.CharField(label=_("在哪里"), max_length=60)
    weekdays = forms.MultipleChoiceField(
        label=_("星期几"), choices=Weekday.choices, widget=forms.CheckboxSelectMultiple, required=True
    )
    starts_at = forms.TimeField(label=_("几点开始"), widget=forms.TimeInput(**_CLOCK))
    ends_at = forms.TimeField(
        label=_("几点结束"), widget=forms.TimeInput(**_CLOCK), help_text=_("不比开始晚的，算到第二天。")
    )

    def __init__(self, *args: Any, community: Community, template: ShiftTemplate | None = None, **kwargs: Any) -> None:
        initial = {**_first(template), **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        skills = Skill.objects.unscoped(reason="the skills of an office's own community").filter(community=community)
        offered = skills.filter(is_active=True)
        for number in range(LINES):
            self._add_line(number, offered)

    def _add_line(self, number: int, skills: Any) -> None:
        also = number > 0
        self.fields[f"minimum_{number}"] = forms.IntegerField(
            label=_("另外还要几个人") if also else _("要几个人"),
            min_value=0 if also else 1,
            max_value=MOST,
            required=not also,
        )
        self.fields[f"skill_{number}"] = forms.ModelChoiceField(
            skills,
            label=_("他们要会什么") if also else _("要会什么"),
            required=False,
            empty_label=_("谁都可以"),
        )
        self.fields[f"reserves_{number}"] = forms.IntegerField(
            label=_("他们的候补几个") if also else _("候补几个"),
            min_value=0,
            max_value=MOST,
            required=False,
            help_text=_("候补在家里等着，有人临时来不了时顶上。") if not also else "",
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        needs = [need for number in range(LINES) if (need := self._need(number))]
        if len({need.skill for need in needs}) < len(needs):
            self.add_error("skill_1", gettext("两行要会的一样，请把人数合在一行里。"))
        given["needs"] = needs
        return given

    def _need(self, number: int) -> Need | None:
        minimum = self.cleaned_data.get(f"minimum_{number}")
        if not minimum:
            return None
        return Need(self.cleaned_data.get(f"skill_{number}"), minimum, self.cleaned_data.get(f"reserves_{number}") or 0)

    def given(self) -> dict[str, Any]:
        """For the action: the shift and what it needs; the version apart."""
        names = ("name", "place", "starts_at", "ends_at", "needs")
        days = [int(value) for value in self.cleaned_data["weekdays"]]
        return {name: self.cleaned_data[name] for name in names} | {"weekdays": days}


def _first(template: ShiftTemplate | None) -> dict[str, Any]:
    if template is None:
        return {"minimum_0": 1, "reserves_0": 0}
    found: dict[str, Any] = {
        "version": template.version,
        "name": template.name,
        "place": template.place,
        "weekdays": [str(one) for one in template.weekdays],
        "starts_at": template.starts_at,
        "ends_at": template.ends_at,
    }
    slots = template.slots.all().unscoped(reason="what a template already found needs")
    for number, slot in enumerate(slots[:LINES]):
        found |= {f"skill_{number}": slot.skill_id, f"minimum_{number}": slot.minimum}
        found[f"reserves_{number}"] = slot.reserves
    return found


class RosterForm(PortalForm):
    """From which day a new roster goes; by itself the Monday after the last one."""

    first = forms.DateField(
        label=_("从哪天开始"), widget=forms.DateInput(**_DAY), help_text=_("排四个星期，一般从星期一开始。")
    )

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        super().__init__(*args, initial={"first": next_first(community)}, **kwargs)


def next_first(community: Community) -> date:
    """The day after the last roster, or the next Monday."""
    rows = Roster.objects.unscoped(reason="where the next roster of an office's own community begins")
    last = rows.filter(community=community, last__gte=clock.today()).order_by("-last").values_list("last", flat=True)
    ended: date | None = last.first()
    if ended:
        return ended + timedelta(days=1)
    return clock.today() + timedelta(days=7 - clock.today().weekday())


class PutInForm(PortalForm):
    """Somebody for an empty place; those who could are offered, whoever carries least first."""

    steward = forms.ChoiceField(label=_("请谁来"))
    is_reserve = forms.BooleanField(label=_("做候补"), required=False)

    def __init__(self, *args: Any, candidates: Sequence[Steward], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {str(one.pk): one for one in candidates}
        field = self.fields["steward"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, one.user.name) for key, one in self.candidates.items()]

    def given(self) -> dict[str, Any]:
        return {
            "steward": self.candidates[self.cleaned_data["steward"]],
            "is_reserve": self.cleaned_data["is_reserve"],
        }


class AnswersForm(PortalForm):
    """What somebody said by phone or on paper, shift by shift."""

    channel = forms.ChoiceField(label=_("怎么答复的"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, seats: Iterable[Assignment], labels: dict[Any, str], **kwargs: Any) -> None:
        super().__init__(*args, initial={"channel": Assignment.Channel.PHONE}, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = [one for one in Assignment.Channel.choices if one[0] != Assignment.Channel.PORTAL]
        self.seats = list(seats)
        for seat in self.seats:
            self.fields[f"seat_{seat.pk}"] = forms.ChoiceField(
                label=labels[seat.pk],
                choices=[("", _("还没说")), ("accept", _("能来")), ("decline", _("这次不行"))],
                widget=forms.RadioSelect,
                required=False,
            )

    def answers(self) -> list[tuple[Assignment, str]]:
        """The seats that were answered, with the name of the action."""
        found = [(seat, self.cleaned_data[f"seat_{seat.pk}"]) for seat in self.seats]
        return [(seat, answer) for seat, answer in found if answer]


class WishesForm(PortalForm):
    """What a steward likes and would rather not, template by template."""

    def __init__(self, *args: Any, templates: Iterable[ShiftTemplate], wishes: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = list(templates)
        choices = [("1", ShiftWish.Wish.LIKES.label), ("0", _("都可以")), ("-1", ShiftWish.Wish.RATHER_NOT.label)]
        for template in self.templates:
            self.fields[f"wish_{template.pk}"] = forms.ChoiceField(
                label=template.name,
                choices=choices,
                widget=forms.RadioSelect,
                initial=str(wishes.get(template.pk, 0)),
            )

    def given(self) -> dict[str, Any]:
        return {"wishes": {one: int(self.cleaned_data[f"wish_{one.pk}"]) for one in self.templates}}
