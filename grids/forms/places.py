"""Forms of the places: estates, grids, buildings, stairwells, dwellings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Community
from core.forms import PortalForm
from core.refusal import Refused
from grids import areas
from grids.actions import doors, places
from grids.actions.regrid import seen_in
from grids.models import Building, Dwelling, Estate, Grid, Unit


class SeenForm(PortalForm):
    """A form that carries what it showed, so that the second of two people is told; passed on as `expected`."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False)


class OfCommunityForm(SeenForm):
    """Adds or changes a place; asks for the community only where the office works for several."""

    community = forms.ModelChoiceField(label=gettext_lazy("社区"), queryset=Community.objects.none())

    def __init__(self, *args: Any, offices: Any, row: Estate | Grid | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["community"]
        if row is not None:
            self.drop("community")
            self.of = row.community
            return
        field.queryset = offices  # type: ignore[attr-defined]
        if len(offices) == 1:
            field.initial = offices[0]
            field.widget = forms.HiddenInput()

    def community_of(self) -> Community | None:
        """The community that the place belongs to, or will."""
        chosen: Community | None = self.cleaned_data.get("community") or getattr(self, "of", None)
        return chosen


class EstateForm(OfCommunityForm):
    code = forms.CharField(label=gettext_lazy("编号"), max_length=12, help_text=gettext_lazy("门牌数字，例如 225。"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("例如 朱方路225号。"))
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120, required=False)
    is_self_managed = forms.BooleanField(
        label=gettext_lazy("居民自管的小区"),
        required=False,
        help_text=gettext_lazy("由自管会管理、自己记账公示的小区，请勾上。"),
    )

    def __init__(self, *args: Any, row: Estate | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = shown(row, places.ESTATE_FIELDS)
        super().__init__(*args, row=row, **kwargs)


class GridForm(OfCommunityForm):
    code = forms.CharField(label=gettext_lazy("编码"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("例如 第一网格。"))
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=Grid.Kind.choices,
        widget=forms.RadioSelect,
        initial=Grid.Kind.BASIC,
        help_text=gettext_lazy("住人的划为基础网格；单位、学校、市场等划为专属网格，不按户数提醒。"),
    )
    external_code = forms.CharField(
        label=gettext_lazy("上级平台编码"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("上级网格平台给的编码和这里不一样时才填。"),
    )

    def __init__(self, *args: Any, offices: Any, row: Grid | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = shown(row, places.GRID_FIELDS)
        super().__init__(*args, offices=offices, row=row, **kwargs)
        codes = [row.community.code] if row else [one.code for one in offices]
        begins = _("、").join(codes)
        self.fields["code"].help_text = _("15 位：社区的 12 位代码（%(code)s）加 3 位顺序号，例如 %(example)s。") % {
            "code": begins,
            "example": f"{codes[0]}001" if codes else "",
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        community = self.community_of()
        if community and given.get("code"):
            wrong = places.wrong_grid_code(given["code"], community)
            if wrong:
                self.add_error("code", wrong)
        return given


class LimitsForm(PortalForm):
    """From how many to how many households a grid should have."""

    grid_households_from = forms.IntegerField(
        label=gettext_lazy("下限（户）"), min_value=1, max_value=100_000, help_text=gettext_lazy("少于它就提醒。")
    )
    grid_households_to = forms.IntegerField(
        label=gettext_lazy("上限（户）"), min_value=1, max_value=100_000, help_text=gettext_lazy("多于它就提醒。")
    )

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        initial = {name: getattr(community, name) for name in places.LIMITS}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        low, high = given.get("grid_households_from"), given.get("grid_households_to")
        if low is not None and high is not None and low >= high:
            self.add_error("grid_households_from", _("下限要比上限小。"))
        return given


class WorkGroupForm(PortalForm):
    """The address of a work group's robot; blank keeps what is there."""

    address = forms.CharField(
        label=gettext_lazy("群机器人地址"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "在企业微信、钉钉或飞书的群里添加机器人，把它给的地址整段粘贴到这里；也可以填 Apprise 地址。"
            "只往群里发编号和链接，不发居民信息。地址存好以后不再显示，不改就留空。"
        ),
    )
    clear = forms.BooleanField(label=gettext_lazy("清除地址，以后不往群里发"), required=False)

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not grid.work_group:
            self.drop("clear")
            self.fields["address"].required = True
            self.fields["address"].error_messages["required"] = _("请粘贴群机器人的地址。")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("clear") and given.get("address"):
            self.add_error("clear", _("又填了新地址，又要清除。请只选一样。"))
        return given


class BuildingForm(PortalForm):
    """A new building."""

    estate = forms.ModelChoiceField(
        label=gettext_lazy("小区"), queryset=Estate.objects.none(), empty_label=gettext_lazy("请选择")
    )
    number = forms.CharField(label=gettext_lazy("幢号"), max_length=12, help_text=gettext_lazy("只写号，例如 3。"))
    label = forms.CharField(
        label=gettext_lazy("楼名"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("留空就写成“225号3幢”这样。"),
    )
    order = forms.IntegerField(
        label=gettext_lazy("排序"),
        min_value=0,
        max_value=9999,
        required=False,
        help_text=gettext_lazy("名单里排在第几，留空就按幢号。"),
    )
    grid = forms.ModelChoiceField(
        label=gettext_lazy("网格"),
        queryset=Grid.objects.none(),
        required=False,
        empty_label=gettext_lazy("先不划入网格"),
        help_text=gettext_lazy("从今天起由这个网格的网格长负责。"),
    )

    def __init__(self, *args: Any, estates: Any, grids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["estate"].queryset = estates  # type: ignore[attr-defined]
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        estate, grid = given.get("estate"), given.get("grid")
        if estate and grid and estate.community_id != grid.community_id:
            self.add_error("grid", _("这个网格不属于本社区。"))
        return given


class BuildingEditForm(SeenForm):
    """The number and the name of a building; the grid changes on a page of its own."""

    number = forms.CharField(label=gettext_lazy("幢号"), max_length=12)
    label = forms.CharField(
        label=gettext_lazy("楼名"),
        max_length=40,
        help_text=gettext_lazy("改了楼名，楼里以旧楼名开头的门牌会跟着改。"),
    )
    order = forms.IntegerField(label=gettext_lazy("排序"), min_value=0, max_value=9999)

    def __init__(self, *args: Any, building: Building, **kwargs: Any) -> None:
        super().__init__(*args, initial=shown(building, places.BUILDING_FIELDS), **kwargs)


class WhichGridForm(forms.Form):
    """Into which grid a building is to go; the page then says what that would do."""

    grid = forms.ModelChoiceField(
        label=gettext_lazy("划到哪个网格"),
        queryset=Grid.objects.none(),
        empty_label=gettext_lazy("请选择"),
        error_messages={"invalid_choice": gettext_lazy("这个网格不属于本社区。")},
    )

    def __init__(self, *args: Any, building: Building, grids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = grids.filter(community=building.community_id).exclude(  # type: ignore[attr-defined]
            pk=building.grid_id
        )


class MoveForm(SeenForm):
    """The confirmation of a move: the grid, and the one that was shown beside it."""

    grid = forms.ModelChoiceField(
        queryset=Grid.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": gettext_lazy("这个网格不属于本社区。")},
    )

    def __init__(self, *args: Any, building: Building, grids: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"expected": seen_in(building), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = grids.filter(community=building.community_id)  # type: ignore[attr-defined]


class UnitForm(PortalForm):
    number = forms.CharField(
        label=gettext_lazy("单元号"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("只写号，例如 2。整幢只有一个楼门、不分单元的，留空。"),
    )


class AreaForm(SeenForm):
    """The area of a dwelling in m², and where it is from."""

    area = forms.DecimalField(
        label=gettext_lazy("建筑面积（平方米）"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("最多两位小数，例如 61.08。还不知道就留空。"),
        error_messages={"invalid": gettext_lazy("请填数字，例如 61.08。")},
    )
    area_source = forms.ChoiceField(
        label=gettext_lazy("面积来源"),
        required=False,
        choices=[("", gettext_lazy("请选择")), *Dwelling.AreaSource.choices],
        help_text=gettext_lazy("投票、收费都按面积算，从哪里来的要说得清。"),
    )

    def __init__(self, *args: Any, dwelling: Dwelling | None = None, **kwargs: Any) -> None:
        if dwelling is not None:
            area = None if dwelling.area is None else areas.square_metres(dwelling.area)
            seen = places.fingerprint(dwelling, doors.DWELLING_FIELDS)
            kwargs["initial"] = {"area": area, "area_source": dwelling.area_source, "expected": seen}
        super().__init__(*args, **kwargs)

    def clean_area(self) -> Decimal | None:
        area: Decimal | None = self.cleaned_data["area"]
        try:
            doors.measured(area)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return area

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("area") is not None and not given.get("area_source"):
            self.add_error("area_source", _("请选面积是从哪里来的。"))
        return given


class DwellingForm(AreaForm):
    """A new dwelling of a building."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("单元"), queryset=Unit.objects.none(), empty_label=gettext_lazy("请选择")
    )
    room_no = forms.CharField(label=gettext_lazy("室号"), max_length=12, help_text=gettext_lazy("只写号，例如 501。"))
    field_order = ("submission", "unit", "room_no", "area", "area_source")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drop("expected")
        field = self.fields["unit"]
        field.queryset = units  # type: ignore[attr-defined]
        if len(units) == 1:
            field.initial = units[0]


def shown(row: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    """The initial values of an edit form, with the fingerprint of what it shows."""
    return {**{name: getattr(row, name) for name in fields}, "expected": places.fingerprint(row, fields)}
