"""Which of two records stays, and field by field what of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community import audit
from core.forms import PortalForm
from grids.codes import Relation
from grids.forms.people import CHOOSE, MEMBER_RELATIONS
from grids.models import Household, Membership, Resident

Row = TypeVar("Row", Resident, Household)
FIRST, SECOND = "first", "second"


class MergeForm(PortalForm):
    """Two records side by side: which stays, and whose value of every field on which they differ. Values are masked."""

    keep = forms.ChoiceField(label=_("留下哪一份"), widget=forms.RadioSelect, initial=FIRST)

    FIELDS: Sequence[str] = ()

    def __init__(self, *args: Any, first: Any, second: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.second = first, second
        self.fields["keep"].choices = [(FIRST, gettext("第一份")), (SECOND, gettext("第二份"))]  # type: ignore[attr-defined]
        for name in self.FIELDS:
            if getattr(first, name) and getattr(second, name) and getattr(first, name) != getattr(second, name):
                self.fields[name] = self._whose(name)

    def _whose(self, name: str) -> forms.ChoiceField:
        model_field: Any = self.first._meta.get_field(name)
        choices = [
            (side, gettext("%(value)s（%(side)s）") % {"value": shown(row, name), "side": words})
            for side, row, words in ((FIRST, self.first, gettext("第一份")), (SECOND, self.second, gettext("第二份")))
        ]
        return forms.ChoiceField(
            label=model_field.verbose_name, choices=choices, widget=forms.RadioSelect, initial=FIRST
        )

    @property
    def kept(self) -> Any:
        return self.first if self.cleaned_data["keep"] == FIRST else self.second

    @property
    def gone(self) -> Any:
        return self.second if self.cleaned_data["keep"] == FIRST else self.first

    @property
    def whose(self) -> dict[str, str]:
        """{field: "kept" or "gone"} for the fields that were asked."""
        keep = self.cleaned_data["keep"]
        asked = {name: self.cleaned_data[name] for name in self.FIELDS if name in self.fields}
        return {name: "kept" if side == keep else "gone" for name, side in asked.items()}


class MergeResidentsForm(MergeForm):
    FIELDS = ("name", "id_number", "sex", "birth_date", "phone", "hukou", "employment", "note")

    def __init__(self, *args: Any, homes: Sequence[Household], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = {str(one.pk): one for one in homes}
        if len(self.homes) > 1:
            self.fields["home"] = forms.ChoiceField(
                label=gettext("现在住在哪一户"),
                choices=[(key, str(one)) for key, one in self.homes.items()],
                widget=forms.RadioSelect,
                error_messages={"required": gettext("请选他现在住在哪一户。")},
            )

    @property
    def home(self) -> Household | None:
        return self.homes.get(self.cleaned_data.get("home", ""))


class MergeHouseholdsForm(MergeForm):
    FIELDS = ("kind", "phone", "note")

    def __init__(self, *args: Any, members: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heads = (self.first.head_id, self.second.head_id)
        self._asked = {f"relation-{one.resident_id.hex}": one for one in members if one.resident_id in heads}
        for key, one in self._asked.items():
            self.fields[key] = forms.ChoiceField(
                label=gettext("如果%(name)s不再是户主，他和户主的关系") % {"name": one.resident.name},
                choices=[CHOOSE, *MEMBER_RELATIONS],
                required=False,
            )

    @property
    def relations(self) -> dict[UUID, str]:
        """Of the head of each, the relation to the other, where it was given; everybody else keeps theirs."""
        given = {one.resident_id: self.cleaned_data.get(key, "") for key, one in self._asked.items()}
        return {pk: relation for pk, relation in given.items() if relation and relation != Relation.HEAD}


def label(row: Any, name: str) -> str:
    """What a field is called."""
    return str(row._meta.get_field(name).verbose_name)


def shown(row: Any, name: str) -> str:
    """A value as it may be seen: masked where it is sensitive, in words where it is a code."""
    value = getattr(row, name)
    words = dict(row._meta.get_field(name).flatchoices or [])
    return str(words.get(value) or audit.shown(value) or "—")
