"""What a household fills in with the card from under its door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from core.refusal import Refused
from visits.cards import Person, shown_of
from visits.fields import Result, Slot
from visits.forms.lines import slot_fields
from visits.forms.visit import REST_CONFIRMED
from visits.report import Answer

_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
_KNOWN = [
    (Result.CONFIRMED.value, gettext_lazy("对的")),
    (Result.CHANGED.value, gettext_lazy("有变")),
    (Result.UNKNOWN.value, gettext_lazy("不清楚")),
]
_BLANK = [(Result.CHANGED.value, gettext_lazy("填上")), (Result.UNKNOWN.value, gettext_lazy("不清楚"))]


class OpenForm(PortalForm):
    """The code on the card, and somebody who lives behind the door."""

    code = forms.CharField(
        label=gettext_lazy("卡片上的码"),
        max_length=40,
        widget=forms.TextInput(attrs=_CODE),
        help_text=gettext_lazy("10 位，大小写都行；扫二维码进来的已经填好了。"),
    )
    name = forms.CharField(
        label=gettext_lazy("一位家里人的全名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("住在这里、在社区登记过的，哪一位都行。"),
    )


@dataclass(frozen=True)
class Line:
    """One field of the record: what stands there, as much of it as may be shown, and the answers."""

    slot: Slot
    result: BoundField
    new: BoundField

    @property
    def wrong(self) -> bool:
        return bool(self.result.errors or self.new.errors)

    @property
    def drawn(self) -> SafeString:
        return render_to_string("visits/_line.html", {"line": self, "shown": shown_of(self.slot)})


@dataclass(frozen=True)
class Group:
    """The household, or one member, with the lines."""

    title: str
    detail: str
    lines: list[Line]


class CardForm(PortalForm):
    """Right, changed or not known, for each field of the record; and whatever else there is to say."""

    seen = forms.JSONField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("还有什么要说的"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("谁搬来、谁搬走、家里有什么难处、什么时候上门方便，都可以写。"),
    )
    rest = forms.CharField(required=False)

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["seen"].initial = {slot.key: slot.fingerprint for slot in self.slots}
        for one in people:
            for slot in one.slots:
                self.fields |= slot_fields(slot.field, slot.key, one.title, _BLANK if slot.is_blank else _KNOWN)

    @property
    def slots(self) -> list[Slot]:
        return [slot for one in self.people for slot in one.slots]

    @property
    def groups(self) -> list[Group]:
        """The lines as the page draws them."""
        return [
            Group(one.title, one.detail, [Line(slot, self[slot.key], self[f"{slot.key}-new"]) for slot in one.slots])
            for one in self.people
        ]

    def clean_seen(self) -> dict[str, str]:
        seen = self.cleaned_data["seen"]
        if not isinstance(seen, dict) or not all(isinstance(value, str) for value in seen.values()):
            raise forms.ValidationError(_("页面不完整，请重新打开。"))
        return seen

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["answers"] = dict(self._answers(given))
        if not self.errors and not given["answers"] and not given["note"]:
            self.add_error(None, _("还没有填。如果都对，请按“其余都对，交给社区”。"))
        return given

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("answers", "seen", "note")}

    def _answers(self, given: dict[str, Any]) -> Iterator[tuple[str, Answer]]:
        for slot in self.slots:
            result, new = given.get(slot.key), given.get(f"{slot.key}-new") or ""
            if result == Result.CHANGED:
                yield from self._changed(slot, new)
            elif result:
                yield slot.key, Answer(result)
            elif new:
                self.add_error(slot.key, _("填了新的内容，请选“有变”或“填上”。"))
            elif given.get("rest") == REST_CONFIRMED and slot.key in given.get("seen", {}):
                yield slot.key, Answer(Result.UNKNOWN if slot.is_blank else Result.CONFIRMED)

    def _changed(self, slot: Slot, new: str) -> Iterator[tuple[str, Answer]]:
        try:
            value = slot.field.check(new)
        except Refused as refusal:
            self.add_error(f"{slot.key}-new", str(refusal))
        else:
            yield slot.key, Answer(Result.CONFIRMED) if value == slot.text else Answer(Result.CHANGED, value)
