"""The basic fields in the form of a visit, line by line: what stands in the register, the answers, the new value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.forms import PortalForm
from core.kept import Blank, Kept
from visits.fields import BasicField, Result, Slot

# What is put into a piece that was drawn once, for a door of its own.
GAPS = KEY, WHO, SHOWN = "gap-key", "gap-who", "gap-shown"
_blank_lines: Kept[Blank] = Kept(64)


@dataclass(frozen=True)
class Line:
    """One basic field in the form: what stands in the register, the four answers, the new value."""

    slot: Slot
    result: BoundField
    new: BoundField

    @property
    def wrong(self) -> bool:
        return bool(self.result.errors or self.new.errors)

    @property
    def drawn(self) -> SafeString:
        return render_to_string("visits/_line.html", {"line": self, "shown": self.slot.shown})


@dataclass(frozen=True)
class BlankLine:
    """The same before anything has been answered, when only three words differ from door to door."""

    slot: Slot

    @property
    def drawn(self) -> SafeString:
        slot = self.slot
        blank = _blank_lines.of((slot.field.name, slot.resident is None), lambda: _draw_blank(slot.field))
        return blank.filled({KEY: slot.key, WHO: slot.who, SHOWN: slot.shown})


def _draw_blank(field: BasicField) -> Blank:
    form = PortalForm(auto_id="id_%s")
    form.fields |= slot_fields(field, KEY, WHO)
    words = {"line": {"slot": {"field": field}, "result": form[KEY], "new": form[f"{KEY}-new"]}, "shown": SHOWN}
    return Blank(render_to_string("visits/_line.html", words), *GAPS)


@dataclass(frozen=True)
class Group:
    """The household, or one of its members."""

    title: str
    detail: list[str]
    all_true: BoundField
    lines: list[Line] | list[BlankLine]
    is_open: bool

    @property
    def has_blanks(self) -> bool:
        """Whether something is missing in the register that might be learnt today."""
        return any(line.slot.is_blank for line in self.lines)


def slot_fields(
    field: BasicField, key: str, who: str, results: Sequence[tuple[str, Any]] = Result.choices
) -> dict[str, forms.Field]:
    """The answer to a basic field, one of `results`, and its new value."""
    label = _("%(who)s的%(field)s") % {"who": who, "field": field.label}
    result = forms.ChoiceField(label=label, required=False, choices=results, widget=forms.RadioSelect)
    return {key: result, f"{key}-new": _new_value(field, _("%(label)s（新的）") % {"label": label})}


def _new_value(field: BasicField, label: str) -> forms.Field:
    if field.choices:
        return forms.ChoiceField(label=label, required=False, choices=[("", _("请选择新的")), *field.choices])
    attrs = {"placeholder": _("有变时填新的"), "autocomplete": "off"}
    if field.sensitive:
        attrs |= {"type": "tel", "inputmode": "tel"}
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs=attrs))
