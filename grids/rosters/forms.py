"""Forms of the roster import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.models import Community
from core.forms import PortalForm
from core.photos import read_upload
from grids.rosters import columns as roster_columns

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
    """Register, read again or give up; `seen` is the fingerprint of the preview that was shown."""

    APPLY, READ, GIVE_UP = "apply", "read", "give_up"

    do = forms.ChoiceField(choices=[(one, one) for one in (APPLY, READ, GIVE_UP)], widget=forms.HiddenInput)
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
        self.helper.layout = self.helper.build_default_layout(self)

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
