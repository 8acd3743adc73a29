"""Forms of what residents say is wrong, and of those who answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.fields import mask_birth, mask_phone
from core.forms import PortalForm
from core.refusal import Refused
from grids.codes import Relation, Sex
from grids.corrections import Fact, newcomer, newcomer_text, says_died
from grids.models import CareTag, Household, Proposal, Resident

_DAY = {"type": "date"}
_SHORT = {"rows": 3}


def _note(label: Any, help_text: Any = "", *, required: bool = False) -> forms.Field:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=200, widget=forms.Textarea(attrs=_SHORT)
    )


class CorrectionForm(PortalForm):
    """The right value of one fact."""

    note = _note(gettext_lazy("想说明的"), gettext_lazy("例如：身份证上的日子是新历。"))

    def __init__(self, *args: Any, fact: Fact, row: Household | Resident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fact, self.row = fact, row
        self.fields["after"] = fact.form_field()
        self.order_fields(["submission", "after", "note"])

    def clean_after(self) -> str:
        try:
            return self.fact.check(self.cleaned_data["after"], self.row)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class JoinForm(PortalForm):
    """Somebody who lives here now."""

    name = forms.CharField(label=gettext_lazy("他的姓名"), max_length=60)
    relation = forms.ChoiceField(label=gettext_lazy("是户主的什么人"), choices=Relation.choices)
    starts_on = forms.DateField(
        label=gettext_lazy("从哪天住进来"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    note = _note(gettext_lazy("想说明的"), gettext_lazy("例如：孙女，刚出生；证件下次带来。"))

    def given(self) -> dict[str, Any]:
        given = super().given()
        day = given["starts_on"]
        after = newcomer_text(name=given["name"], relation=given["relation"], starts_on=day.isoformat() if day else "")
        return {"after": after, "note": given["note"]}


class LeaveForm(PortalForm):
    """Somebody who lives here no longer."""

    resident: forms.ModelChoiceField[Resident] = forms.ModelChoiceField(
        label=gettext_lazy("谁不住这里了"), queryset=None, empty_label=None
    )
    after = forms.DateField(
        label=gettext_lazy("从哪天起"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    note = _note(gettext_lazy("想说明的"), gettext_lazy("例如：跟女儿去南京住了。"))

    def __init__(self, *args: Any, members: QuerySet[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resident"].queryset = members  # type: ignore[attr-defined]
        self.fields["resident"].widget = forms.RadioSelect(choices=self.fields["resident"].choices)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "after": given["after"].isoformat() if given["after"] else ""}


class CareEndForm(PortalForm):
    """A kind of care that is needed no longer."""

    tag: forms.ModelChoiceField[CareTag] = forms.ModelChoiceField(
        label=gettext_lazy("哪一项不再需要"), queryset=None, empty_label=None
    )
    note = _note(gettext_lazy("现在的情况"), gettext_lazy("例如：找到工作了，不再领低保。"))

    def __init__(self, *args: Any, tags: QuerySet[CareTag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = tags  # type: ignore[attr-defined]
        self.fields["tag"].label_from_instance = _tag_words  # type: ignore[attr-defined]
        self.fields["tag"].widget = forms.RadioSelect(choices=self.fields["tag"].choices)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        tag = self.cleaned_data["tag"]
        return {"resident": tag.resident, "field": tag.category, "note": self.cleaned_data["note"]}


class WordsForm(PortalForm):
    """Whatever else is not right, in own words."""

    after = forms.CharField(
        label=gettext_lazy("哪里不对，或者有什么变化"),
        max_length=200,
        widget=forms.Textarea(attrs=_SHORT),
        help_text=gettext_lazy("想到什么写什么，网格长会来核对。"),
    )


class AcceptForm(PortalForm):
    """What stood in the register when the leader looked, and a word to the resident."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = _note(gettext_lazy("给居民的话"))

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": proposal.household.version}, **kwargs)


_SEX_OF: dict[str, str] = {
    Relation.SON: Sex.MALE,
    Relation.FATHER: Sex.MALE,
    Relation.DAUGHTER: Sex.FEMALE,
    Relation.MOTHER: Sex.FEMALE,
}


class AcceptJoinForm(AcceptForm):
    """The new member, as the leader has checked the papers; filled in with what was said.

    Birth date and phone number are not shown in plain: what was said of them counts where the field is left blank.
    """

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    relation = forms.ChoiceField(label=gettext_lazy("与户主关系"), choices=Relation.choices)
    starts_on = forms.DateField(
        label=gettext_lazy("从哪天住进来"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    sex = forms.ChoiceField(label=gettext_lazy("性别"), choices=Sex.choices)
    birth_date = forms.CharField(
        label=gettext_lazy("出生日期"), required=False, max_length=10, help_text=gettext_lazy("例如 1956-03-07。")
    )
    id_number = forms.CharField(label=gettext_lazy("证件号码"), required=False, max_length=20)
    phone = forms.CharField(label=gettext_lazy("手机号"), required=False, max_length=20)
    field_order = ["submission", "version", "name", "relation", "starts_on", "sex", "birth_date", "id_number", "phone"]

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, proposal=proposal, **kwargs)
        self.said = said = newcomer(str(proposal.after.plain))
        for name in ("name", "relation"):
            self.fields[name].initial = said.get(name)
        self.fields["starts_on"].initial = said.get("starts_on") or clock.today()
        self.fields["sex"].initial = _SEX_OF.get(said.get("relation", ""))
        for name, mask in (("birth_date", mask_birth), ("phone", mask_phone)):
            if said.get(name):
                words = {"said": mask(said[name])}
                self.fields[name].help_text = _("已经填了 %(said)s；没有错就不用再填。") % words

    def given(self) -> dict[str, Any]:
        given = super().given()
        for name in ("birth_date", "phone"):
            given[name] = given[name] or self.said.get(name, "")
        return {name: value for name, value in given.items() if value or name in {"version", "answer"}}


class AcceptLeaveForm(AcceptForm):
    """From which day somebody lives here no longer."""

    day = forms.DateField(label=gettext_lazy("从哪天起不住这里"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    field_order = ["submission", "version", "day", "answer"]

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, proposal=proposal, **kwargs)
        self.fields["day"].initial = str(proposal.after.plain) or clock.today()
        if says_died(proposal):
            self.fields["day"].label = _("哪天过世的")


class AcceptCareEndForm(AcceptForm):
    """Which tags end."""

    tags: forms.ModelMultipleChoiceField[CareTag] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("哪一项不再需要"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["submission", "version", "tags", "answer"]

    def __init__(self, *args: Any, proposal: Proposal, tags: QuerySet[CareTag], **kwargs: Any) -> None:
        super().__init__(*args, proposal=proposal, **kwargs)
        if proposal.resident is not None:
            tags = tags.filter(resident=proposal.resident)
        self.fields["tags"].queryset = tags  # type: ignore[attr-defined]
        self.fields["tags"].label_from_instance = _tag_words  # type: ignore[attr-defined]
        self.fields["tags"].initial = [tag.pk for tag in tags if tag.category == proposal.field]


class ReasonForm(PortalForm):
    """Why not, in a sentence the resident reads."""

    reason = _note(gettext_lazy("原因"), gettext_lazy("居民会看到，请写得让人明白。"), required=True)


def _tag_words(tag: CareTag) -> str:
    whose = tag.resident.name if tag.resident else _("这一户")
    return _("%(whose)s · %(care)s") % {"whose": whose, "care": tag}
