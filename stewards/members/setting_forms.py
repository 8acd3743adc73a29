"""Forms of what the office sets up: skills, who is kept apart, where two go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from grids.codes import CareCategory
from grids.models import Household
from helpdesk.actions.settings import seen_of
from helpdesk.forms.fields import RowField, RowsField, household_named
from helpdesk.models import Category
from stewards.members.actions.settings import SKILL_FIELDS
from stewards.models import Steward

if TYPE_CHECKING:
    from community.models import Community, User
    from stewards.models import Skill

MISSING = _("没有找到这一户，请写完整门牌，例如“225号3幢2单元501室”。")
SEALED = _("只有办公室的人注明用途才看得到，看过会留下记录。")


class KindForm(PortalForm):
    """A skill that the community asks for."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("名称"), max_length=40)
    hint = forms.CharField(
        label=_("包括什么"), max_length=80, required=False, help_text=_("例如：水龙头、马桶、下水道。")
    )
    categories = RowsField(
        label=_("哪几类诉求用得上"),
        required=False,
        most=30,
        help_text=_("这几类诉求请红管家时，先问会这个的人。类别要在“诉求类别”里勾上“红管家可以办”才会用到。"),
    )
    needs_evidence = forms.BooleanField(
        label=_("要看证书"), required=False, help_text=_("例如电工证：办公室没核实、或者过了期，就不派。")
    )
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    def __init__(self, *args: Any, community: Community, skill: Skill | None = None, **kwargs: Any) -> None:
        shown: dict[str, Any] = {name: getattr(skill, name) for name in SKILL_FIELDS} if skill else {}
        if skill:
            linked = skill.categories.unscoped(reason="of a skill of one's own office").values_list("pk", flat=True)
            shown |= {"expected": seen_of(skill, SKILL_FIELDS), "categories": [str(pk) for pk in linked]}
        super().__init__(*args, initial=shown, **kwargs)
        field = self.fields["categories"]
        assert isinstance(field, RowsField)
        rows = Category.objects.unscoped(reason="the categories of one's own office")
        field.offer(rows.filter(community=community, is_active=True, is_confidential=False))
        if skill is None:
            self.drop("expected", "is_active")


class ApartForm(PortalForm):
    """Two who are not brought together."""

    steward = RowField(label=_("哪位红管家"), empty=_("请选一位"))
    other = RowField(label=_("不和哪位红管家一起"), required=False, empty=_("不是红管家，是一户人家"))
    door = forms.CharField(
        label=_("或者不去哪一户"), max_length=80, required=False, help_text=_("写门牌，或者户主的姓名。")
    )
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=SEALED)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        rows = Steward.objects.visible_to(user).filter(community__in=user.scope.offices_communities)
        among = list(rows.select_related("user").order_by("user__name", "pk"))
        for name in ("steward", "other"):
            field = self.fields[name]
            assert isinstance(field, RowField)
            field.offer(among)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        other, door = given.get("other"), given.get("door", "").strip()
        if bool(other) == bool(door) and "door" not in self.errors:
            self.add_error("door", gettext("请选另一位红管家，或者写一户人家，选一样就行。"))
        elif door and given.get("steward"):
            _find_home(self, given, self.user, given["steward"].community_id)
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {"other": given["other"] or None, "home": given.get("home"), "reason": given["reason"]}


class TwoForm(PortalForm):
    """To which households two go together."""

    categories = forms.MultipleChoiceField(
        label=_("有这些关爱标签的人家"),
        required=False,
        choices=CareCategory.choices,
        widget=forms.CheckboxSelectMultiple,
    )


class DoorForm(PortalForm):
    """One more door to which two go together."""

    door = forms.CharField(label=_("哪一户"), max_length=80, help_text=_("写门牌，或者户主的姓名。"))
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=SEALED)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("door"):
            _find_home(self, given, self.user, None)
        return given

    def given(self) -> dict[str, Any]:
        return {"home": self.cleaned_data["home"], "reason": self.cleaned_data["reason"]}


def _find_home(form: PortalForm, given: dict[str, Any], user: User, community_id: int | None) -> None:
    """The household meant, among those of the own office."""
    offices = user.scope.offices_communities
    rows = Household.objects.visible_to(user).filter(
        community__in=offices if community_id is None else [community_id], left_on=None
    )
    try:
        given["home"] = household_named(rows, given["door"], missing=str(MISSING))
    except forms.ValidationError as missing:
        form.add_error("door", missing)
