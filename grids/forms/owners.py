"""Forms of owner groups, their owners and what they own. Sensitive fields stay blank: leave empty to keep."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import User
from core import clock
from core.forms import PortalForm
from grids import identity
from grids.models import Dwelling, Estate, Owner, OwnerGroup, Resident
from grids.querysets.owners import residents_like

NOBODY = "none"
_DATE = {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
_SENSITIVE = ("phone", "id_number")


class OwnerForm(PortalForm):
    """One owner; who is looked for in the register is offered by name or identity number, never from a long list."""

    name = forms.CharField(
        label=gettext_lazy("姓名或名称"), max_length=80, help_text=gettext_lazy("个人写姓名，单位写全称。")
    )
    resident = forms.ChoiceField(label=gettext_lazy("登记册里的居民"), required=False, widget=forms.RadioSelect)
    phone = forms.CharField(label=gettext_lazy("手机号"), max_length=20, required=False)
    id_number = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("身份证号，单位填统一社会信用代码。用来认出同一个人，加密保存。"),
    )
    share = forms.IntegerField(
        label=gettext_lazy("份额（百分之）"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=gettext_lazy("按份共有才填，填 1 到 100；共同共有留空。"),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *args: Any,
        user: User,
        community_id: int | None,
        owner: Owner | None = None,
        finding: bool = False,
        **kwargs: Any,
    ) -> None:
        """`finding`: the form comes back with what was typed and the residents that the words mean, unchecked."""
        initial = kwargs.pop("initial", None) or {}
        if owner is not None:
            initial |= {"name": owner.name, "share": owner.share, "resident": str(owner.resident_id or NOBODY)}
        if finding and data is not None:
            initial |= {name: data.get(name) for name in (*self.base_fields, "starts_on")}
        super().__init__(None if finding else data, *args, initial=initial, **kwargs)
        for name in _SENSITIVE if owner is not None else ():
            field = self.fields[name]
            field.help_text = _("%(help)s不改就留空。") % {"help": field.help_text}
        self._people = self._offered(data, user, community_id, owner)
        if finding or self._people:
            self._offer(finding)
        else:
            self.drop("resident")

    def _offered(
        self, data: QueryDict | None, user: User, community_id: int | None, owner: Owner | None
    ) -> dict[str, Resident]:
        """The residents to choose from: those of the words, the one chosen before, the one who is linked."""
        people = [owner.resident] if owner is not None and owner.resident else []
        if data is not None and community_id is not None and ("find" in data or "resident" in data):
            words = (data.get("name", ""), data.get("id_number", ""))
            people += residents_like(user, community_id, *words, chosen=data.get("resident", ""))
        return {str(person.pk): person for person in people}

    def _offer(self, finding: bool) -> None:
        field = self.fields["resident"]
        nobody = _("不是登记册里的居民") if self._people else _("登记册里没有找到这个名字或证件号码")
        choices = [(pk, described(person)) for pk, person in self._people.items()]
        field.choices = [*choices, (NOBODY, nobody)]  # type: ignore[attr-defined]
        if finding and self.initial.get("resident") not in self._people:
            self.initial["resident"] = NOBODY

    def clean_id_number(self) -> str:
        number = identity.normal(self.cleaned_data["id_number"])
        if re.fullmatch(r"\d{15}|\d{17}[\dX]", number):
            try:
                identity.check(number)
            except identity.IdentityDoubt as doubt:
                raise ValidationError(_("这个身份证号对不上校验码，请再核对一遍。")) from doubt
        return number

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not re.fullmatch(r"[0-9+()\- ]{7,20}", phone):
            raise ValidationError(_("请填 11 位手机号，或带区号的座机号。"))
        if phone.startswith("1") and phone.isdigit() and len(phone) != 11:
            raise ValidationError(_("手机号是 11 位数字，现在是 %(n)d 位。") % {"n": len(phone)})
        return phone

    def owner(self) -> dict[str, Any]:
        """The owner's fields for the action; blank sensitive ones are left out."""
        given = self.cleaned_data
        fields: dict[str, Any] = {"name": given["name"].strip(), "share": given["share"]}
        if "resident" in self.fields:
            fields["resident"] = self._people.get(given["resident"])
        return {**fields, **{name: given[name] for name in _SENSITIVE if given[name]}}


class OwnerOfGroupForm(OwnerForm):
    """An owner of a group that is there already, at the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, group: OwnerGroup, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": group.version}
        super().__init__(*args, community_id=group.community_id, **kwargs)


class OwnerGroupForm(OwnerForm):
    """A new owner group with its first owner, and a dwelling from a day where one was named."""

    estate = forms.ModelChoiceField(
        label=gettext_lazy("小区"), queryset=Estate.objects.none(), empty_label=gettext_lazy("请选择")
    )
    label = forms.CharField(
        label=gettext_lazy("名单上的称呼"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("例如 王某等 2 人；留空就用产权人的姓名。"),
    )
    note = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)
    starts_on = forms.DateField(label=gettext_lazy("从哪天起是这户的"), **_DATE)  # type: ignore[arg-type]
    deed = forms.CharField(label=gettext_lazy("产权证号"), max_length=60, required=False)
    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("submission", "estate", "name", "resident", "phone", "id_number", "share", "label", "note")

    def __init__(
        self,
        data: QueryDict | None = None,
        *args: Any,
        estates: Any,
        dwelling: Dwelling | None = None,
        expected: str = "",
        **kwargs: Any,
    ) -> None:
        chosen = dwelling.building.estate if dwelling else _chosen(estates, data)
        kwargs["initial"] = {"starts_on": clock.today(), "expected": expected}
        super().__init__(data, *args, community_id=chosen.community_id if chosen else None, **kwargs)
        field = self.fields["estate"]
        field.queryset = estates  # type: ignore[attr-defined]
        if dwelling is not None:
            field.initial, field.widget = dwelling.building.estate_id, forms.HiddenInput()
        else:
            self.drop("starts_on", "deed", "expected")


class OwnerGroupEditForm(PortalForm):
    """What a group is called, and who of its owners votes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    label = forms.CharField(
        label=gettext_lazy("名单上的称呼"), max_length=80, help_text=gettext_lazy("例如 王某等 2 人。")
    )
    voter = forms.ModelChoiceField(
        label=gettext_lazy("投票代表"),
        queryset=Owner.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("还没有定"),
        help_text=gettext_lazy("几个人共有一套，投票时由一位代表；一户只有一票。"),
        error_messages={"invalid_choice": gettext_lazy("投票代表要从这一户的产权人里选。")},
    )
    note = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)

    def __init__(self, *args: Any, group: OwnerGroup, owners: Any, **kwargs: Any) -> None:
        initial = {"version": group.version, "label": group.label, "voter": group.voter_id, "note": group.note}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["voter"].queryset = owners  # type: ignore[attr-defined]


class RemoveOwnerForm(PortalForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("为什么"), max_length=200, error_messages={"required": gettext_lazy("请写一句原因。")}
    )


class WhichDoorForm(forms.Form):
    """Which dwelling is to be given to a group, by its door."""

    door = forms.CharField(
        label=gettext_lazy("哪一套房屋"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("写门牌，例如 225-3-2-501，或 2单元501。"),
    )


class WhichGroupForm(forms.Form):
    """To which owner group a dwelling is to be given, by its name or an owner's."""

    q = forms.CharField(
        label=gettext_lazy("给哪户业主"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("写业主或产权人的姓名。"),
    )


class GiveForm(PortalForm):
    """From which day a dwelling belongs to a group."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    starts_on = forms.DateField(
        label=gettext_lazy("从哪天起是这户的"),
        help_text=gettext_lazy("产权证上登记的日子。原来的业主到前一天为止。"),
        **_DATE,  # type: ignore[arg-type]
    )
    deed = forms.CharField(label=gettext_lazy("产权证号"), max_length=60, required=False)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"expected": expected, "starts_on": clock.today()}, **kwargs)


class EndOwnershipForm(PortalForm):
    """A dwelling is this group's no longer, or never was."""

    MISTAKE, ENDED = "mistake", "ended"

    version = forms.IntegerField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label=gettext_lazy("怎么回事"),
        widget=forms.RadioSelect,
        choices=[
            (ENDED, gettext_lazy("已经不是这户的了，新业主还不清楚")),
            (MISTAKE, gettext_lazy("登记错了，从来不是这户的")),
        ],
        error_messages={"required": gettext_lazy("请选一样。")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("最后一天"),
        required=False,
        help_text=gettext_lazy("登记错了就不用填。知道新业主是谁，请在房屋页办理转移。"),
        **_DATE,  # type: ignore[arg-type]
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么"), max_length=200, error_messages={"required": gettext_lazy("请写一句原因。")}
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("how") == self.ENDED and not given.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("请填到哪一天为止。"))
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        mistaken = given.pop("how") == self.MISTAKE
        return {**given, "last_day": None if mistaken else given["last_day"]}


class JoinForm(PortalForm):
    """The confirmation that two groups are one, at the versions that were shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, group: OwnerGroup, other: OwnerGroup, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": group.version, "other_version": other.version}, **kwargs)


def described(person: Resident) -> str:
    """A resident as somebody who knows the house recognises them; the birth date masked."""
    doors = [one.household.dwelling.label for one in getattr(person, "homes", [])]
    parts = [person.name, str(person.get_sex_display()), str(person.birth_date or ""), *doors]
    return " · ".join(part for part in parts if part)


def _chosen(estates: Any, data: QueryDict | None) -> Estate | None:
    rows = list(estates)
    if len({one.community_id for one in rows}) == 1:
        return rows[0]  # type: ignore[no-any-return]
    asked = data.get("estate", "") if data is not None else ""
    return next((one for one in rows if str(one.pk) == asked), None)
