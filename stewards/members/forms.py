"""Forms around who the red stewards are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.files import Cleaned, clean_upload
from core.forms import PortalForm
from helpdesk.actions.settings import seen_of
from helpdesk.forms.fields import RowField
from stewards.members.actions.office import ABOUT, NOTED
from stewards.members.week import PARTS, Day, Hours, exact, hours_of, seen, table, ticked
from stewards.models import Skill, StewardSkill
from stewards.models.members import Weekday

if TYPE_CHECKING:
    from stewards.models import Availability, Steward

_DAY: dict[str, Any] = {"attrs": {"type": "date"}, "format": "%Y-%m-%d"}
_CLOCK: dict[str, Any] = {"attrs": {"type": "time"}, "format": "%H:%M"}
PICK = _("请选一项")
HOURS = (2, 4, 6, 8, 12, 16, 20)
EXACT_LINES = 3


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked from the phone's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(**_DAY), **options)


def clock_field(label: Any, **options: Any) -> forms.TimeField:
    """A time of the day."""
    return forms.TimeField(label=label, widget=forms.TimeInput(**_CLOCK), **options)


class PaperField(forms.FileField):
    """A photo or a PDF, cleaned or refused; gives a Cleaned, None where none was sent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.ClearableFileInput(attrs={"accept": "image/*,application/pdf"}))
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Cleaned | None:
        upload = super().clean(data, initial)
        return clean_upload(upload) if upload else None


class WeekForm(PortalForm):
    """Seven days of five parts to tick, and a few lines of exact hours below them."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    parts = forms.MultipleChoiceField(
        label=_("平时什么时候有空"),
        required=False,
        choices=[(f"{day.value}-{part.slug}", part.label) for day in Weekday for part in PARTS],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, rules: Iterable[Availability], **kwargs: Any) -> None:
        known = list(rules)
        super().__init__(*args, initial={"parts": ticked(known), "expected": seen(known)}, **kwargs)
        others = exact(known)
        self.lines = range(len(others) + EXACT_LINES)
        for number in self.lines:
            self._add_line(number, others[number] if number < len(others) else None)

    def _add_line(self, number: int, held: Hours | None) -> None:
        days = [("", _("不用这一行")), *((str(value), label) for value, label in Weekday.choices)]
        self.fields[f"day_{number}"] = forms.ChoiceField(
            label=_("哪天"), choices=days, required=False, initial=str(held.weekday) if held else ""
        )
        for name, label, minutes in (
            ("from", _("从几点"), held.starts_at if held else None),
            ("to", _("到几点"), held.ends_at % 1440 if held else None),
        ):
            shown = None if minutes is None else time(minutes // 60, minutes % 60)
            self.fields[f"{name}_{number}"] = clock_field(label, required=False, initial=shown)

    @property
    def days(self) -> list[Day]:
        """The table as it stands: what was kept, or what was sent and did not pass."""
        chosen = self["parts"].value()
        return table(chosen if isinstance(chosen, list) else [])

    @property
    def exact_lines(self) -> list[list[forms.BoundField]]:
        """The fields of the exact hours, three a line."""
        return [[self[f"{name}_{number}"] for name in ("day", "from", "to")] for number in self.lines]

    @property
    def has_exact(self) -> bool:
        """Whether the lines are to be open."""
        return len(self.lines) > EXACT_LINES or any(name[:3] in ("day", "fro", "to_") for name in self.errors)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["hours"] = hours_of(given.get("parts", ()), [one for number in self.lines if (one := self._line(number))])
        return given

    def _line(self, number: int) -> Hours | None:
        """One line as minutes; an end that is not after the beginning is on the next day."""
        day, start, end = (self.cleaned_data.get(f"{name}_{number}") for name in ("day", "from", "to"))
        if not day:
            if start or end:
                self.add_error(f"day_{number}", gettext("请选是哪一天。"))
            return None
        if start is None or end is None:
            self.add_error(f"from_{number}", gettext("请把从几点、到几点都填上。"))
            return None
        first, last = start.hour * 60 + start.minute, end.hour * 60 + end.minute
        return Hours(int(day), first, last if last > first else last + 1440)

    def given(self) -> dict[str, Any]:
        return {"hours": self.cleaned_data["hours"], "expected": self.cleaned_data["expected"]}


class SayForm(PortalForm):
    """A single time: away, or free although the week says nothing of it."""

    is_free = forms.ChoiceField(
        label=_("这段时间"), choices=[("no", _("没空")), ("yes", _("有空"))], widget=forms.RadioSelect, initial="no"
    )
    first_day = day_field(_("从哪天"))
    last_day = day_field(_("到哪天"), required=False, help_text=_("只有一天就不用填。"))
    start = clock_field(_("从几点"), required=False, help_text=_("整天就不用填钟点。"))
    end = clock_field(_("到几点"), required=False)
    note = forms.CharField(label=_("备注"), max_length=60, required=False, help_text=_("写给自己看的，例如“女儿家”。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = clock.today

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first = given.get("first_day")
        last = given.get("last_day") or first
        if not first or not last:
            return given
        if last < first:
            self.add_error("last_day", gettext("结束的日子要在开始以后。"))
        given["starts_at"], given["ends_at"] = _span(first, last, given.get("start"), given.get("end"))
        return given

    def given(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "is_free": given["is_free"] == "yes",
            "note": given["note"],
            "starts_at": given["starts_at"],
            "ends_at": given["ends_at"],
        }


def _span(first: date, last: date, start: time | None, end: time | None) -> tuple[datetime, datetime]:
    """The moments that two days and two hours mean: whole days without hours; one night where they cross midnight."""
    if end is None:
        end_at = datetime.combine(last + timedelta(days=1), time.min)
    else:
        end_at = datetime.combine(last, end)
        if first == last and end <= (start or time.min):
            end_at += timedelta(days=1)
    start_at = datetime.combine(first, start or time.min)
    return timezone.make_aware(start_at), timezone.make_aware(end_at)


class PauseForm(PortalForm):
    """Days on which nobody asks."""

    starts_on = day_field(_("从哪天起"))
    ends_on = day_field(_("到哪天为止"), required=False, help_text=_("还不知道就留空，想回来的时候点一下就行。"))
    reason = forms.CharField(
        label=_("原因"), max_length=60, required=False, help_text=_("写不写都可以，只有您和办公室看得到。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = clock.today


class AboutForm(PortalForm):
    """What a steward says of themselves."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    about = forms.CharField(
        label=_("自我介绍"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("网格长派活时看得到，例如“水电都行，周末有空”。"),
    )
    weekly_minutes = forms.TypedChoiceField(
        label=_("一周最多帮多少小时"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("到了这个数，这一周就不再来问您。"),
    )
    by_phone = forms.BooleanField(
        label=_("不用智能手机，请打电话联系"), required=False, help_text=_("有活的时候由网格长打电话问，他来替您记。")
    )

    def __init__(self, *args: Any, steward: Steward, **kwargs: Any) -> None:
        shown = {name: getattr(steward, name) for name in ABOUT}
        super().__init__(*args, initial={**shown, "expected": seen_of(steward, ABOUT)}, **kwargs)
        minutes = sorted({*(hours * 60 for hours in HOURS), steward.weekly_minutes})
        choices = [(one, gettext("%(hours)s 小时") % {"hours": f"{one / 60:g}"}) for one in minutes]
        self.fields["weekly_minutes"].choices = choices  # type: ignore[attr-defined]


class NoteForm(PortalForm):
    """What the office keeps of a steward."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    trained_on = day_field(_("哪天参加了培训"), required=False)
    insurer = forms.CharField(label=_("志愿者保险：哪家公司"), max_length=60, required=False)
    policy = forms.CharField(label=_("保单号"), max_length=40, required=False)
    insured_until = day_field(_("保到哪天"), required=False)

    def __init__(self, *args: Any, steward: Steward, **kwargs: Any) -> None:
        shown = {name: getattr(steward, name) for name in NOTED}
        super().__init__(*args, initial={**shown, "expected": seen_of(steward, NOTED)}, **kwargs)
        if steward.policy:
            self.fields["policy"].help_text = _("已经登记了。不改就留空。")


class HeldForm(PortalForm):
    """A skill of a steward: how well, on what paper, until when."""

    skill = RowField(label=_("会什么"), empty=PICK)
    level = forms.TypedChoiceField(
        label=_("熟练程度"), coerce=int, choices=StewardSkill.Level.choices, widget=forms.RadioSelect, initial=2
    )
    paper = PaperField(label=_("证书"), help_text=_("有证的话拍张照片，或者选一个 PDF。只有您和办公室看得到。"))
    valid_until = day_field(_("证书有效到哪天"), required=False, help_text=_("没有证、或者长期有效，就留空。"))

    def __init__(self, *args: Any, steward: Steward, held: StewardSkill | None = None, **kwargs: Any) -> None:
        shown = {"level": held.level, "valid_until": held.new_until or held.valid_until} if held else {}
        super().__init__(*args, initial=shown, **kwargs)
        if held:
            self.drop("skill")
            if held.paper_id:
                self.fields["paper"].help_text = _("已经有一张了。换了新证再选。")
            return
        field = self.fields["skill"]
        assert isinstance(field, RowField)
        rows = Skill.objects.unscoped(reason="the skills of a steward's own community").filter(is_active=True)
        mine = StewardSkill.objects.unscoped(reason="what a steward already found can do").filter(steward=steward)
        field.offer(
            rows.filter(community=steward.community_id).exclude(pk__in=mine.values("skill")),
            label=lambda one: (
                gettext("%(skill)s（要看证书）") % {"skill": one.label} if one.needs_evidence else one.label
            ),
        )


class ConfirmForm(PortalForm):
    """The office has looked at the paper."""

    valid_until = day_field(_("证书有效到哪天"), required=False, help_text=_("照证书上写的填；长期有效就留空。"))

    def __init__(self, *args: Any, held: StewardSkill, **kwargs: Any) -> None:
        super().__init__(*args, initial={"valid_until": held.new_until or held.valid_until}, **kwargs)


class SendBackForm(PortalForm):
    """What the steward is asked to add."""

    asks = forms.CharField(
        label=_("还差什么"), max_length=120, help_text=_("会发给本人，例如“请把有效期那一页也拍一张”。")
    )
