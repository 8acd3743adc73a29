"""Forms of the moves. The first says who, where to and when; the second asks what follows from it and is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from core.forms import PortalForm
from grids.forms.people import CHOOSE, MEMBER_RELATIONS, day_field, no_later
from grids.models import Dwelling, Household, Membership, Resident

OFFERED = 8


class FirstForm(PortalForm):
    """What a move begins with; `query` carries it to the second step, people by their ids."""

    def __init__(
        self, *args: Any, household: Household, members: Sequence[Membership], by: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.household, self.members, self.by = household, list(members), by
        people = [(str(one.resident_id), f"{one.resident.name} · {one.get_relation_display()}") for one in members]
        for name in ("who", "head"):
            if name in self.fields:
                self.fields[name].choices = people  # type: ignore[attr-defined]

    def clean_day(self) -> Any:
        return no_later(self.cleaned_data["day"])

    @property
    def leaving(self) -> list[Membership]:
        """Those who go; everybody where nobody is chosen one by one."""
        if "who" not in self.fields:
            return list(self.members)
        return [one for one in self.members if str(one.resident_id) in self.cleaned_data["who"]]

    @property
    def staying(self) -> list[Membership]:
        gone = {one.pk for one in self.leaving}
        return [one for one in self.members if one.pk not in gone]

    @property
    def into(self) -> Household | None:
        """The household they come to, where it is one that exists."""
        return None

    def query(self) -> str:
        """The checked answers as the query of the second step."""
        query = QueryDict(mutable=True)
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if name == "submission" or value in (None, "", []):
                continue
            values = value if isinstance(value, list) else [value.pk if hasattr(value, "pk") else value]
            query.setlist(name, [str(one) for one in values])
        return query.urlencode()


class LeaveForm(FirstForm):
    who = forms.MultipleChoiceField(
        label=_("谁迁出"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请选至少一个人。")}
    )
    day = day_field(_("从哪天起不住在这里"))


class DeathForm(FirstForm):
    who = forms.ChoiceField(
        label=_("谁去世了"), widget=forms.RadioSelect, error_messages={"required": _("请选一个人。")}
    )
    day = day_field(_("去世日期"))

    @property
    def leaving(self) -> list[Membership]:
        return [one for one in self.members if str(one.resident_id) == self.cleaned_data["who"]]


class HeadForm(FirstForm):
    head = forms.ChoiceField(label=_("新户主"), widget=forms.RadioSelect, error_messages={"required": _("请选一位。")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["head"]
        field.choices = [one for one in field.choices if one[0] != str(self.household.head_id)]

    @property
    def leaving(self) -> list[Membership]:
        return []


class _ToHousehold(FirstForm):
    """A form that names another household by its door or by a member's name; of several one is picked."""

    to = forms.CharField(
        label=_("搬到哪一户"),
        max_length=60,
        help_text=_("写门牌（例如 225-3-2-501）或那家人的姓名。"),
        error_messages={"required": _("请写明是哪一户。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and len(self._found) > 1:
            self.fields["pick"] = forms.ChoiceField(
                label=gettext("是哪一户"),
                widget=forms.RadioSelect,
                required=False,
                choices=[(str(one.pk), _door_and_head(one)) for one in self._found[:OFFERED]],
            )
            self.order_fields(["submission", "who", "to", "pick"])

    @cached_property
    def _found(self) -> list[Household]:
        words = str(self.data.get("to", "")).strip()
        mine = Household.objects.to_decide(self.by).exclude(pk=self.household.pk).for_list()
        try:
            return list(mine.living_here().filter(pk=UUID(words)))
        except ValueError:
            return list(mine.matching(words)[: OFFERED + 1]) if words else []

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "to" not in given:
            return given
        pick = given.pop("pick", "")
        found = [one for one in self._found if str(one.pk) == pick] or self._found
        if not found:
            self.add_error("to", gettext("在您负责的范围里没有找到这一户。别的网格的，请社区办公室办理。"))
        elif len(found) > OFFERED:
            self.add_error("to", gettext("符合的住户太多，请写完整的门牌。"))
        elif len(found) > 1:
            self.add_error("pick", gettext("有几户符合，请选一户。"))
        else:
            given["to"] = found[0]
        return given

    @property
    def into(self) -> Household | None:
        found: Household = self.cleaned_data["to"]
        return found


class MoveForm(_ToHousehold):
    who = forms.MultipleChoiceField(
        label=_("谁搬过去"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请选至少一个人。")}
    )
    day = day_field(_("从哪天起住在那一户"))
    field_order = ["submission", "who", "to", "pick", "day"]


class JoinForm(_ToHousehold):
    day = day_field(_("从哪天起并为一户"))
    field_order = ["submission", "to", "pick", "day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].label = gettext("并到哪一户")


class SplitForm(FirstForm):
    who = forms.MultipleChoiceField(
        label=_("谁另立一户"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请选至少一个人。")}
    )
    head = forms.ChoiceField(
        label=_("新的一户谁做户主"), widget=forms.RadioSelect, error_messages={"required": _("请选一位。")}
    )
    door = forms.CharField(
        label=_("住到哪个门牌"),
        required=False,
        max_length=60,
        help_text=_("还住在这个门牌就留空；换门牌请写，例如 225-3-2-501。"),
    )
    kind = forms.ChoiceField(label=_("新的一户的户别"), choices=Household.Kind.choices)
    day = day_field(_("从哪天起"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = self.household.kind
        self.dwelling = self.household.dwelling

    def clean_door(self) -> str:
        words = str(self.cleaned_data["door"]).strip()
        if words:
            self.dwelling = one_door(words, self.by)
        return words

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if {"who", "head"} <= set(given) and given["head"] not in given["who"]:
            self.add_error("head", gettext("请在另立一户的人里选一位。"))
        return given


class DoorForm(PortalForm):
    """A door at which a new household is to be registered."""

    door = forms.CharField(
        label=_("门牌"),
        max_length=60,
        help_text=_("例如 225-3-2-501。"),
        error_messages={"required": _("请写明门牌。")},
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_door(self) -> Dwelling:
        return one_door(self.cleaned_data["door"], self.by)


class SecondForm(PortalForm):
    """What follows from the first step: everybody's relation where they come to, and the head of those who stay."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        household: Household,
        coming: Iterable[Membership] = (),
        staying: Sequence[Membership] = (),
        new_head: Resident | None = None,
        **kwargs: Any,
    ) -> None:
        """`coming`: those whose relation to another head is asked; `staying`: those who need a new head of their own,
        who is `new_head` where that is chosen already."""
        super().__init__(*args, initial={"version": household.version}, **kwargs)
        self._people = {one.resident_id: one.resident for one in [*coming, *staying]}
        self._there = {f"there-{one.resident_id.hex}": one.resident_id for one in coming}
        self._here = {f"here-{one.resident_id.hex}": one.resident_id for one in staying if one.resident != new_head}
        self._new_head = new_head
        for key, pk in self._there.items():
            self.fields[key] = self._relation(gettext("%(name)s和那一户户主的关系"), pk)
        asks_head = bool(staying) and new_head is None
        if asks_head:
            people = [(str(one.resident_id), one.resident.name) for one in staying]
            self.fields["head"] = forms.ChoiceField(
                label=gettext("留下的人里谁做户主"), choices=people, widget=forms.RadioSelect
            )
        for key, pk in self._here.items():
            self.fields[key] = self._relation(gettext("%(name)s和新户主的关系"), pk)
        self._lay_out(asks_head=asks_head)

    def _relation(self, words: str, pk: UUID) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=words % {"name": self._people[pk].name},
            choices=[CHOOSE, *MEMBER_RELATIONS],
            error_messages={"required": gettext("请选一种关系。")},
        )

    def _lay_out(self, *, asks_head: bool) -> None:
        parts: list[Any] = ["submission", "version", *self._there]
        here = [*(["head"] if asks_head else []), *self._here]
        if asks_head:
            title = gettext("户主要离开，请选新户主（新户主自己那一行不用选）")
            parts.append(Fieldset(title, *here, css_class="form-part"))
        else:
            parts += here
        self.helper.layout = Layout(*parts)

    def clean(self) -> dict[str, Any]:
        """The new head has no relation to the new head."""
        given = super().clean() or self.cleaned_data
        own = next((key for key, pk in self._here.items() if str(pk) == given.get("head")), "")
        if own in self.errors:
            del self.errors[own]
        return given

    @property
    def head(self) -> Resident | None:
        chosen = self.cleaned_data.get("head")
        return self._people[UUID(chosen)] if chosen else self._new_head

    @property
    def relations(self) -> dict[UUID, str]:
        return {pk: self.cleaned_data.get(key, "") for key, pk in self._here.items()}

    @property
    def relations_there(self) -> dict[UUID, str]:
        return {pk: self.cleaned_data[key] for key, pk in self._there.items()}


def one_door(words: str, by: User) -> Dwelling:
    """The one dwelling in the user's scope that the words mean; a ValidationError says why there is not one."""
    found = Dwelling.objects.to_decide(by).at_door(words).select_related("building")[:2]
    if not found:
        raise forms.ValidationError(gettext("在您负责的范围里没有这个门牌。请核对写法，或请社区办公室先登记这套房屋。"))
    if len(found) > 1:
        raise forms.ValidationError(gettext("有几个门牌符合，请写完整，例如 225-3-2-501。"))
    one: Dwelling = found[0]
    return one


def _door_and_head(household: Household) -> str:
    head = household.head.name if household.head else gettext("户主未登记")
    return f"{household.dwelling.label} · {head}"
