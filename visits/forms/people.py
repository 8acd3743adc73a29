"""Who came to live at a door and who left, in the form of a visit."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.forms import PortalForm
from core.kept import Blank
from grids.codes import Relation
from grids.models import Membership
from visits.forms.lines import KEY, WHO
from visits.report import Going

OF_NEWCOMER = ("name", "relation", "birth_date", "phone")


@dataclass(frozen=True)
class Leaver:
    """A member in the form: still here, moved away, or died; and since when."""

    going: BoundField
    since: BoundField

    @property
    def drawn(self) -> SafeString:
        return render_to_string("visits/_leaver.html", {"leaver": self})


def leaving_key(member: Membership) -> str:
    return f"leave-{member.resident_id.hex}"


def leaver_fields(key: str, who: str) -> dict[str, forms.Field]:
    """Whether somebody still lives here, and since when not."""
    choices = [("", _("还住这里")), *Going.choices]
    return {
        f"leave-{key}": forms.ChoiceField(label=who, required=False, choices=choices, widget=forms.RadioSelect),
        f"leave-{key}-since": forms.DateField(
            label=_("%(who)s是哪天的事") % {"who": who},
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        ),
    }


def draw_blank_leaver() -> Blank:
    form = PortalForm(auto_id="id_%s")
    form.fields |= leaver_fields(KEY, WHO)
    return Blank(Leaver(form[f"leave-{KEY}"], form[f"leave-{KEY}-since"]).drawn, KEY, WHO)


def newcomer_fields(key: str) -> dict[str, forms.Field]:
    """Who has come to live here."""
    phone = {"type": "tel", "inputmode": "tel", "autocomplete": "off"}
    fields = {
        "name": forms.CharField(label=_("他的姓名"), required=False, max_length=60, widget=typed({})),
        "relation": forms.ChoiceField(
            label=_("是户主的什么人"), required=False, choices=[("", _("请选择")), *Relation.choices]
        ),
        "birth_date": forms.CharField(
            label=_("出生日期"),
            required=False,
            max_length=20,
            widget=typed({}),
            help_text=_("知道就填，例如 1956-03-07。"),
        ),
        "phone": forms.CharField(
            label=_("手机号"),
            required=False,
            max_length=20,
            widget=typed(phone),
            help_text=_("他自己的，没有就不填。"),
        ),
    }
    return {f"{key}-{part}": field for part, field in fields.items()}


def typed(attrs: dict[str, str]) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})
