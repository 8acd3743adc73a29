"""Forms of swaps, of who came and of who did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm

if TYPE_CHECKING:
    from stewards.models import Assignment, Steward

_MOMENT: dict[str, Any] = {"attrs": {"type": "datetime-local"}, "format": "%Y-%m-%dT%H:%M"}
ALL, SOME = "all", "some"


class SwapForm(PortalForm):
    """Whom to ask for one's seat, everybody who could or some by name; and which seats one would take for it."""

    whom = forms.ChoiceField(
        label=_("问谁"),
        choices=[(ALL, _("所有那时能来的人")), (SOME, _("只问我选的人"))],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    stewards = forms.MultipleChoiceField(
        label=_("选谁"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("问所有人就不用选。")
    )
    in_return = forms.MultipleChoiceField(
        label=_("也可以替谁上班"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("选了的，对方可以拿这个班和您对换。可以不选。"),
    )
    note = forms.CharField(label=_("想说的话"), max_length=80, required=False, help_text=_("可以不写。"))

    def __init__(
        self, *args: Any, able: Sequence[Steward], exchanges: Sequence[tuple[UUID, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stewards"].choices = [(str(one.pk), str(one)) for one in able]  # type: ignore[attr-defined]
        self.fields["in_return"].choices = [(str(key), words) for key, words in exchanges]  # type: ignore[attr-defined]
        if not able:
            self.drop("whom", "stewards")
        if not exchanges:
            self.drop("in_return")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("whom") == SOME and not given.get("stewards"):
            self.add_error("stewards", _("请至少选一位。"))
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        some = given.get("whom") == SOME
        return {
            "note": given["note"],
            "stewards": [UUID(key) for key in given["stewards"]] if some else None,
            "in_return": [UUID(key) for key in given.get("in_return", [])],
        }


class PresenceForm(PortalForm):
    """When somebody without a phone came and left."""

    came_at = forms.DateTimeField(label=_("几点来的"), widget=forms.DateTimeInput(**_MOMENT))
    left_at = forms.DateTimeField(label=_("几点走的"), widget=forms.DateTimeInput(**_MOMENT))

    def __init__(self, *args: Any, seat: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["came_at"].initial = clock.local(seat.checked_in_at or seat.starts_at)
        self.fields["left_at"].initial = clock.local(seat.ends_at)


class MinutesForm(PortalForm):
    """The minutes of a flagged shift, as the office knows them to be."""

    minutes = forms.IntegerField(
        label=_("多少分钟"), min_value=1, max_value=960, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )


class NoteForm(PortalForm):
    """What is known of why somebody did not come."""

    note = forms.CharField(
        label=_("情况"), max_length=120, required=False, help_text=_("先打个电话问问。本人看得到写的话。")
    )


class AppealForm(PortalForm):
    """How it was, in one's own words."""

    text = forms.CharField(
        label=_("当时的情况"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例如：临时去了医院。"),
    )


class DecideForm(PortalForm):
    """Whether the note is taken back."""

    lifted = forms.TypedChoiceField(
        label=_("怎么定"),
        choices=[("yes", _("消除这条提醒")), ("no", _("先留着，到期自动消除"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("想对本人说的话"), max_length=120, required=False)
