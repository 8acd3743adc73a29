"""Forms of the register. Sensitive fields stay blank: leave empty to keep what is there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from grids.codes import Employment, Relation, Sex
from grids.models import Household, Resident

KEEP = _("不改就留空。")
PARTY_CHOICES = [("", _("不清楚")), ("yes", _("是")), ("no", _("不是"))]


class HouseholdForm(PortalForm):
    """The basic fields of a household; `version` is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("户别"), choices=Household.Kind.choices)
    phone = forms.CharField(label=_("联系电话"), required=False, max_length=20, help_text=KEEP)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        initial = {"version": household.version, "kind": household.kind, "note": household.note}
        super().__init__(*args, initial=initial, **kwargs)

    def given(self) -> dict[str, Any]:
        given = super().given()
        return given if given["phone"] else {name: value for name, value in given.items() if name != "phone"}


class ResidentForm(PortalForm):
    """The basic fields of a person."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex.choices)
    birth_date = forms.DateField(label=_("出生日期"), required=False, help_text=_("例如 1956-03-07。不改就留空。"))
    id_number = forms.CharField(label=_("证件号码"), required=False, max_length=20, help_text=KEEP)
    phone = forms.CharField(label=_("手机号"), required=False, max_length=20, help_text=KEEP)
    hukou = forms.CharField(label=_("户籍地"), required=False, max_length=120)
    employment = forms.ChoiceField(
        label=_("就业状况"), required=False, choices=[("", _("不清楚")), *Employment.choices]
    )
    is_party_member = forms.ChoiceField(label=_("党员"), required=False, choices=PARTY_CHOICES)

    SENSITIVE = ("birth_date", "id_number", "phone")

    def __init__(self, *args: Any, resident: Resident | None = None, **kwargs: Any) -> None:
        if resident is not None:
            kwargs["initial"] = {
                "name": resident.name,
                "sex": resident.sex,
                "hukou": resident.hukou,
                "employment": resident.employment,
                "is_party_member": {True: "yes", False: "no"}.get(resident.is_party_member, ""),  # type: ignore[arg-type]
            }
        super().__init__(*args, **kwargs)

    def clean_id_number(self) -> str:
        number = str(self.cleaned_data["id_number"]).strip().upper()
        if number and len(number) == 18:
            from grids import identity

            try:
                identity.check(number)
            except identity.IdentityDoubt as doubt:
                raise forms.ValidationError(_("这个身份证号对不上校验码，请再核对一遍。")) from doubt
        return number

    def clean_is_party_member(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["is_party_member"])

    def given(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in super().given().items()
            if value not in (None, "") or name not in self.SENSITIVE
        }


class MemberForm(ResidentForm):
    """A new person in a household."""

    relation = forms.ChoiceField(label=_("与户主关系"), choices=Relation.choices, initial=Relation.NON_RELATIVE)
    field_order = ["submission", "relation"]
