"""Forms of the register. Sensitive fields stay blank: leave empty to keep what is there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from core import clock
from core.forms import PortalForm
from grids import known, person
from grids.codes import Arrival, Employment, IdType, Relation, Sex
from grids.known import Known
from grids.models import Household, Resident

KEEP = _("不改就留空。")
PARTY_CHOICES = [("", _("不清楚")), ("yes", _("是")), ("no", _("不是"))]
MEMBER_RELATIONS = [(code, label) for code, label in Relation.choices if code not in (Relation.SELF, Relation.HEAD)]
CHOOSE = ("", _("请选择"))
NO_SUCH_DAY = _("没有这一天，请写成 2026-03-31 这样的日期。")


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day that has been, today unless another is given."""
    return forms.DateField(
        label=label,
        initial=clock.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": NO_SUCH_DAY, "required": _("请写明日期。")},
        **options,
    )


class HouseholdForm(PortalForm):
    """The basic fields of a household; `version` is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("户别"), choices=Household.Kind.choices)
    phone = forms.CharField(label=_("联系电话"), required=False, max_length=20, help_text=KEEP)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        initial = {"version": household.version, "kind": household.kind, "note": household.note}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_phone(self) -> str:
        return read_phone(self.cleaned_data["phone"])

    def given(self) -> dict[str, Any]:
        given = super().given()
        return given if given["phone"] else {name: value for name, value in given.items() if name != "phone"}


class ResidentForm(PortalForm):
    """The basic fields of a person; what may stand in them is said by `grids.person`."""

    name = forms.CharField(label=_("姓名"), max_length=60, error_messages={"required": _("请写明姓名。")})
    id_type = forms.ChoiceField(label=_("证件种类"), choices=IdType.choices, required=False)
    id_number = forms.CharField(label=_("证件号码"), required=False, max_length=40)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex.choices)
    birth_date = forms.CharField(
        label=_("出生日期"),
        required=False,
        max_length=20,
        help_text=_("例如 1956-03-07。填了身份证号可以不填。"),
    )
    phone = forms.CharField(label=_("手机号"), required=False, max_length=30)
    hukou = forms.CharField(label=_("户籍地"), required=False, max_length=120)
    employment = forms.ChoiceField(
        label=_("就业状况"), required=False, choices=[("", _("不清楚")), *Employment.choices]
    )
    is_party_member = forms.ChoiceField(label=_("党员"), required=False, choices=PARTY_CHOICES)

    SENSITIVE = ("birth_date", "id_number", "phone")
    OF_PERSON = ("name", "id_type", "id_number", "sex", "birth_date", "phone", "hukou", "employment", "is_party_member")

    def __init__(self, *args: Any, resident: Resident | None = None, **kwargs: Any) -> None:
        self.resident = resident
        if resident is not None:
            kwargs["initial"] = {
                "name": resident.name,
                "id_type": resident.id_type,
                "sex": resident.sex,
                "hukou": resident.hukou,
                "employment": resident.employment,
                "is_party_member": {True: "yes", False: "no"}.get(resident.is_party_member, ""),  # type: ignore[arg-type]
            }
        super().__init__(*args, **kwargs)
        if resident is not None:
            for name in self.SENSITIVE:
                self.fields[name].help_text = KEEP

    def clean_is_party_member(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["is_party_member"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        try:
            self.cleaned_data |= person.read(self.of_person(), known=self.resident)
        except person.PersonDoubt as doubt:
            for field, sentence in doubt.problems.items():
                self.add_error(field if field in self.fields else None, sentence)
        return self.cleaned_data

    def of_person(self) -> dict[str, Any]:
        """What was given about the person; what was left blank and is sensitive, or not asked, is kept."""
        kept = {*self.SENSITIVE, "id_type"}
        given = {name: self.cleaned_data[name] for name in self.OF_PERSON if name in self.cleaned_data}
        return {name: value for name, value in given.items() if value not in (None, "") or name not in kept}

    def given(self) -> dict[str, Any]:
        beside = {name: value for name, value in super().given().items() if name not in self.OF_PERSON}
        return {**beside, **self.of_person()}


class NewPersonForm(ResidentForm):
    """Somebody who is to be registered; `known` says who is registered already and may be the same person."""

    another = forms.BooleanField(
        label=_("已经核对过，不是同一个人，登记为新的居民"),
        required=False,
    )

    def __init__(self, *args: Any, community_id: int, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.community_id, self.by = community_id, by
        self.known = Known()
        if not self.data.get("another"):
            self.fields["another"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        self.known = known.known(self.community_id, self.of_person(), by=self.by)
        if self.known.certain:
            self.add_error("id_number", self.known.sentence)
        elif self.known.hidden or (self.known and not given.get("another")):
            self.fields["another"].widget = forms.CheckboxInput()
            self.add_error("name", self.known.sentence)
        return given


class MemberForm(NewPersonForm):
    """A new person in a household: moved in, or living there all along."""

    HOW = (
        (Arrival.MOVED_IN, _("刚搬来")),
        (Arrival.REGISTERED, _("一直住在这里，现在补登")),
    )

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    relation = forms.ChoiceField(label=_("与户主关系"), choices=MEMBER_RELATIONS, initial=Relation.NON_RELATIVE)
    how = forms.ChoiceField(label=_("怎样来的"), choices=HOW, initial=Arrival.MOVED_IN, widget=forms.RadioSelect)
    starts_on = day_field(_("从哪天起住在这里"))
    field_order = ["submission", "version", "name", "relation", "how", "starts_on"]

    def clean_how(self) -> Arrival:
        return Arrival(self.cleaned_data["how"])

    def clean_starts_on(self) -> Any:
        return no_later(self.cleaned_data["starts_on"])


class ReturnForm(PortalForm):
    """Somebody who is registered and lives nowhere now comes to a household."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    relation = forms.ChoiceField(label=_("与户主关系"), choices=MEMBER_RELATIONS, initial=Relation.NON_RELATIVE)
    starts_on = day_field(_("从哪天起住在这里"))

    def clean_starts_on(self) -> Any:
        return no_later(self.cleaned_data["starts_on"])


class BirthForm(NewPersonForm):
    """A child that was born into a household."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    relation = forms.ChoiceField(label=_("与户主关系"), choices=MEMBER_RELATIONS, initial=Relation.SON)
    field_order = ["submission", "version", "name", "sex", "birth_date", "relation"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("phone", "employment", "is_party_member"):
            del self.fields[name]
        self.fields["birth_date"] = day_field(_("出生日期"))
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        born = self.cleaned_data.get("birth_date")
        given = super().clean()
        if born is not None and not self.errors:
            given["birth_date"] = born
        return given


class NewHouseholdForm(NewPersonForm):
    """A new household at a door; the person is its head."""

    kind = forms.ChoiceField(label=_("户别"), choices=Household.Kind.choices)
    household_phone = forms.CharField(label=_("家里电话"), required=False, max_length=30)
    day = day_field(_("从哪天起住在这里"))
    field_order = ["submission", "kind", "day", "household_phone", "name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext("户主姓名")

    def clean_household_phone(self) -> str:
        return read_phone(self.cleaned_data["household_phone"])

    def clean_day(self) -> Any:
        return no_later(self.cleaned_data["day"])


def read_phone(written: str) -> str:
    """A phone number as it is stored; a ValidationError says what is wrong with it."""
    try:
        return person.read_phone(written) if written else ""
    except person.PersonDoubt as doubt:
        raise forms.ValidationError(doubt.problems["phone"]) from doubt


def no_later(day: Any) -> Any:
    """The day, where it is not in the future."""
    if day is not None and day > clock.today():
        raise forms.ValidationError(gettext("日期不能晚于今天。"))
    return day
