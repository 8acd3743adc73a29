"""The file that a walk book was taken away in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from core.photos import read_upload
from visits.book.files import MAX_BYTES


class FileForm(PortalForm):
    """A queue exported from a phone."""

    file = forms.FileField(
        label=gettext_lazy("走访本导出的文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        help_text=gettext_lazy("在手机的走访本里点“导出没发出的”，把文件传到这里。只有您自己登录才打得开。"),
    )

    def clean_file(self) -> Any:
        """The bytes of the file; refused where it is empty or larger than 50 MB."""
        return read_upload(self.cleaned_data["file"], MAX_BYTES)
