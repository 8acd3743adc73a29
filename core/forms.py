"""What every form of the portal has in common."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.photos import CleanPhoto, UploadRefused, clean_photo


class PortalForm(forms.Form):
    """A form that is sent once: it carries a submission id, keeps what was typed, and leaves the button to the page."""

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid4

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy draws the form; made when it is drawn, so that every field added or taken out counts."""
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        return helper

    def drop(self, *names: str) -> None:
        """Take out fields that do not apply to this one."""
        for name in names:
            del self.fields[name]

    def given(self) -> dict[str, Any]:
        """The cleaned data for the action: everything but the submission id."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to `most` photos, each cleaned or refused; gives a list of CleanPhoto, empty when none was sent."""

    def __init__(self, *args: Any, most: int = 6, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("label", _("照片"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", SeveralFilesInput(attrs={"accept": "image/*"}))
        super().__init__(*args, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[CleanPhoto]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.most:
            raise forms.ValidationError(_("一次最多 %(most)d 张照片，请分几次上传。"), params={"most": self.most})
        return [self._cleaned(file, initial, one_of_several=len(files) > 1) for file in files]

    def _cleaned(self, file: Any, initial: Any, *, one_of_several: bool) -> CleanPhoto:
        """A photo cleaned; of several, the one that is refused is named."""
        try:
            return clean_photo(super().clean(file, initial))
        except UploadRefused as refused:
            if not one_of_several:
                raise
            words = {"name": file.name[-40:], "why": refused.message}
            raise UploadRefused(gettext("“%(name)s”：%(why)s") % words) from refused
