"""What the office writes down about a public fixture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from grids.models import Building, Grid
from helpdesk.forms.fields import RowField
from helpdesk.models import Category, Fixture

if TYPE_CHECKING:
    from community.models import User

_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,11}")


class FixtureForm(PortalForm):
    """A fixture: what it is, where, who looks after the place, and what is mostly wrong with it."""

    name = forms.CharField(
        label=gettext_lazy("是什么"), max_length=40, help_text=gettext_lazy("例如：路灯、单元门、健身器材。")
    )
    place = forms.CharField(
        label=gettext_lazy("在哪里"),
        max_length=60,
        help_text=gettext_lazy("写得让没来过的人也找得到，例如：大门口往东 20 米，花坛边。"),
    )
    building = RowField(
        label=gettext_lazy("在哪幢楼里"),
        required=False,
        empty=gettext_lazy("不在楼里"),
        help_text=gettext_lazy("电梯、单元门、楼道灯选楼幢；院子里、路边的不用选。"),
    )
    grid = RowField(
        label=gettext_lazy("归哪个网格"),
        required=False,
        empty=gettext_lazy("还没有定"),
        help_text=gettext_lazy("选了楼幢就跟着楼幢走。"),
    )
    category = RowField(label=gettext_lazy("坏了一般归哪一类"), required=False, empty=gettext_lazy("让提的人自己选"))
    code = forms.CharField(
        label=gettext_lazy("牌号"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("印在牌子上，贴好以后不能改。空着就自动编，例如 D001。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )

    def __init__(self, *args: Any, user: User, fixture: Fixture | None = None, **kwargs: Any) -> None:
        if fixture is not None:
            named = {name: getattr(fixture, name) for name in ("name", "place")}
            keys = {name: str(getattr(fixture, f"{name}_id") or "") for name in ("building", "grid", "category")}
            kwargs["initial"] = {**named, **keys}
        super().__init__(*args, **kwargs)
        here = user.scope.offices_communities
        offered = {
            "building": Building.objects.visible_to(user).select_related("estate", "grid"),
            "grid": Grid.objects.visible_to(user),
            "category": Category.objects.visible_to(user).in_use().filter(is_confidential=False, never_public=False),
        }
        for name, rows in offered.items():
            field = self.fields[name]
            assert isinstance(field, RowField)
            field.offer(rows.filter(community__in=here), group=_estate_of if name == "building" else None)
        if fixture is not None:
            self.drop("code")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if code and not _CODE.fullmatch(code):
            raise forms.ValidationError(_("牌号只能用字母、数字和短横，例如 D-012。"))
        return code


def _estate_of(building: Building) -> str:
    return building.estate.name
