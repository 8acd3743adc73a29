"""The small table of opening balances, and what was read of it on its way back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from core.refusal import Refused
from property.opening.table import Table, read

SALT = "property.opening"


class TableForm(PortalForm):
    """A file; what was read of it stands in `table` once the form is valid."""

    file = forms.FileField(
        label=_("表格"),
        help_text=_("Excel 或 CSV，一户一行：门牌（或幢、单元、室）、户主、欠费、预交、押金。没有的列不用写。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    table: Table

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            self.table = read(upload.read(), upload.name)
        except Refused as reason:
            raise forms.ValidationError(str(reason)) from None
        return upload


class TakeInForm(PortalForm):
    """What was read and shown, signed, so that what is taken in is what was seen."""

    rows = forms.CharField(widget=forms.HiddenInput)

    def clean_rows(self) -> list[list[str]]:
        try:
            found: list[list[str]] = signing.loads(self.cleaned_data["rows"], salt=SALT, max_age=3600)
        except signing.BadSignature:
            raise forms.ValidationError(gettext("看过的表格已经过时，请重新上传。")) from None
        return found


def packed(rows: list[list[str]]) -> str:
    """Rows as the hidden field carries them."""
    return signing.dumps(rows, salt=SALT, compress=True)
