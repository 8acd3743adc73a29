"""Forms of the roster import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import Community, User
from core.forms import PortalForm
from core.photos import read_upload
from grids.codes import Relation
from grids.models import Building, Estate, Grid, RosterUpload
from grids.rosters import columns as roster_columns
from grids.rosters import values
from grids.rosters.columns import Column
from grids.rosters.missing import Full
from grids.rosters.written import WrittenRow

MAX_BYTES = 10 * 2**20
_KINDS = (".xlsx", ".xls", ".csv")


class RosterForm(PortalForm):
    """A roster file, and the community when the office works for several."""

    community = forms.ModelChoiceField(label=_("社区"), queryset=Community.objects.none())
    file = forms.FileField(
        label=_("花名册文件"),
        help_text=_("Excel（xlsx、xls）或 CSV，最大 10 MB。表头要有“姓名”和“住址”。先预览，您确认以后才登记。"),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(_KINDS)}),
    )

    def __init__(self, *args: Any, communities: QuerySet[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["community"]
        field.queryset = communities  # type: ignore[attr-defined]
        if len(communities) == 1:
            field.initial = communities[0]
            field.widget = forms.HiddenInput()

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not upload.name.lower().endswith(_KINDS):
            raise forms.ValidationError(_("请选择 Excel（xlsx、xls）或 CSV 文件。"))
        self.content = read_upload(upload, MAX_BYTES)
        return upload

    def given(self) -> dict[str, Any]:
        name = self.cleaned_data["file"].name
        return {"content": self.content, "name": name, "community": self.cleaned_data["community"]}


class ConfirmForm(PortalForm):
    """Register, read again, give up, take up what broke off; `seen` is the fingerprint of the preview shown."""

    APPLY, READ, GIVE_UP, AGAIN = "apply", "read", "give_up", "again"

    do = forms.ChoiceField(choices=[(one, one) for one in (APPLY, READ, GIVE_UP, AGAIN)], widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ColumnsForm(PortalForm):
    """One choice for each heading of the file."""

    NOT_READ = "none"

    def __init__(self, *args: Any, headings: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = dict(headings)
        choices = [(meaning or self.NOT_READ, label) for meaning, label in roster_columns.meanings().items()]
        for number, (heading, meaning) in enumerate(headings.items()):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading, choices=choices, initial=meaning or self.NOT_READ
            )

    def mapping(self) -> dict[str, str]:
        """Normal heading → meaning, where it was chosen otherwise than understood."""
        return {
            roster_columns.normal(heading): chosen
            for number, (heading, understood) in enumerate(self.headings.items())
            if (chosen := self._meaning(number)) != understood
        }

    def _meaning(self, number: int) -> str:
        chosen = str(self.cleaned_data[f"column_{number}"])
        return roster_columns.IGNORED if chosen == self.NOT_READ else chosen


class FullForm(PortalForm):
    """Whether this is the full roster, and of what."""

    NOT, EVERYWHERE, PLACES = "not", "everywhere", "places"

    what = forms.ChoiceField(
        label=_("这份花名册"),
        choices=[
            (NOT, _("只是一部分人")),
            (EVERYWHERE, _("是全社区的全册")),
            (PLACES, _("是下面这些地方的全册")),
        ],
        widget=forms.RadioSelect,
    )
    estates = forms.ModelMultipleChoiceField(
        label=_("小区"), queryset=Estate.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    grids = forms.ModelMultipleChoiceField(
        label=_("网格"), queryset=Grid.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    buildings = forms.ModelMultipleChoiceField(
        label=_("楼幢"), queryset=Building.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, upload: RosterUpload, user: User, **kwargs: Any) -> None:
        full = Full.of(upload.full)
        named = {"estates": full.estates, "grids": full.grids, "buildings": full.buildings}
        what = self.EVERYWHERE if full.everywhere else self.PLACES if full else self.NOT
        super().__init__(*args, initial={"what": what, **named}, **kwargs)
        for name, model in (("estates", Estate), ("grids", Grid), ("buildings", Building)):
            rows = model.objects.visible_to(user).filter(community=upload.community_id)
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        places = [name for name in ("estates", "grids", "buildings") if cleaned.get(name)]
        if cleaned.get("what") == self.PLACES and not places:
            self.add_error("what", gettext("请在下面勾选是哪些小区、网格或楼幢的全册。"))
        return cleaned

    def full(self) -> Full:
        """What was said; nothing where it is only a part."""
        if self.cleaned_data["what"] == self.EVERYWHERE:
            return Full(everywhere=True)
        if self.cleaned_data["what"] == self.NOT:
            return Full()
        estates, grids, buildings = (
            frozenset(row.pk for row in self.cleaned_data[name]) for name in ("estates", "grids", "buildings")
        )
        return Full(estates=estates, grids=grids, buildings=buildings)


class MendForm(PortalForm):
    """A row of a roster, to be corrected; sensitive values stay blank: empty keeps what the sheet says."""

    COLUMNS = (Column.ADDRESS, Column.NAME, Column.RELATION, Column.ID_NUMBER, Column.BIRTH_DATE, Column.PHONE)
    _KEEP = _("表里写的没错就留空。")

    address = forms.CharField(label=_("住址"), max_length=120, help_text=_("例如 225号3幢2单元501室。"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    relation = forms.ChoiceField(label=_("与户主关系"), required=False)
    id_number = forms.CharField(label=_("证件号码"), required=False, max_length=20, help_text=_KEEP)
    birth_date = forms.CharField(
        label=_("出生日期"), required=False, max_length=20, help_text=_("例如 1956-03-07。表里写的没错就留空。")
    )
    phone = forms.CharField(label=_("联系电话"), required=False, max_length=20, help_text=_KEEP)

    def __init__(self, *args: Any, row: WrittenRow, column: str, **kwargs: Any) -> None:
        address = row.address or row.of(Column.ADDRESS)
        initial = {"address": "" if values.is_ditto(address) else address, "name": row.of(Column.NAME)}
        super().__init__(*args, initial=initial, **kwargs)
        words = [(word, Relation(code).label) for code, word in values.RELATION_WORDS.items()]
        keep = gettext("照表里写的：%(word)s") % {"word": row.of(Column.RELATION) or gettext("没有写")}
        self.fields["relation"].choices = [("", keep), *words]  # type: ignore[attr-defined]
        self.other = "" if column in self.COLUMNS or not column else column
        if self.other:
            label = roster_columns.meanings()[self.other]
            self.fields["other"] = forms.CharField(label=label, required=False, max_length=60, help_text=self._KEEP)

    def given(self) -> dict[str, Any]:
        columns = {str(column): self.cleaned_data[column.value].strip() for column in self.COLUMNS}
        if self.other:
            columns[self.other] = self.cleaned_data["other"].strip()
        return {"values_given": columns}


class DismissForm(PortalForm):
    """Why a row needs nothing more."""

    note = forms.CharField(
        label=_("为什么不用处理"), max_length=120, help_text=_("例如：人已经不住这里；表里重复写了。")
    )
