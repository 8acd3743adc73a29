"""How a letter of thanks is written, in the portal or from paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PhotosField
from core.workdays import ZONE
from helpdesk import words
from helpdesk.forms.fields import PICK, PhotoForm, RowField, text_area
from helpdesk.models import ThanksLetter

if TYPE_CHECKING:
    from helpdesk.views.thanks import Person


class ThanksForm(PhotoForm):
    to_user = RowField(label=gettext_lazy("感谢谁"), required=False, empty=gettext_lazy("名单里没有，写在下面"))
    to_name = forms.CharField(
        label=gettext_lazy("或者写下是谁"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("例如：修水管的师傅、电台的志愿者。"),
    )
    text = forms.CharField(label=gettext_lazy("想说的话"), max_length=1000, widget=text_area(6))
    photos = PhotosField(label=gettext_lazy("照片"), most=1, help_text=gettext_lazy("一张就够，不放也行。"))
    consent = forms.ChoiceField(
        label=gettext_lazy("可以公开吗"),
        widget=forms.RadioSelect,
        choices=ThanksLetter.Consent.choices,
        error_messages={"required": PICK},
        help_text=gettext_lazy("公开的信，不用登录谁都看得到；照片只在写名字时一起公开。随时可以收回。"),
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if people:
            field = self.fields["to_user"]
            assert isinstance(field, RowField)
            field.offer(people, label=lambda one: words.person(one.name, one.role))
        else:
            self.drop("to_user")
            self.fields["to_name"].label = _("感谢谁")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("to_user") and not cleaned.get("to_name") and not self.errors:
            self.add_error("to_name", _("请写上感谢谁。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        chosen = given.pop("to_user", None)
        return {**given, "to_user": chosen.user if chosen else None, "to_name": "" if chosen else given["to_name"]}


class PaperThanksForm(ThanksForm):
    """A letter that somebody has brought: who wrote it and when."""

    writer_name = forms.CharField(label=gettext_lazy("谁写的"), max_length=40)
    written_on = forms.DateField(
        label=gettext_lazy("哪天写的"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ["writer_name", "written_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["written_on"].initial = clock.today()
        self.fields["text"].label = _("信上写的话")
        self.fields["photos"].help_text = _("把信拍下来。照片只在写名字时一起公开。")
        self.fields["consent"].help_text = _("问过写信的人，照他说的选。")

    def clean_written_on(self) -> datetime:
        on = self.cleaned_data["written_on"]
        if on > clock.today():
            raise forms.ValidationError(_("请写今天或者以前的日子。"))
        return datetime.combine(on, time(12), ZONE)

    def given(self) -> dict[str, Any]:
        given = super().given()
        written: datetime = given.pop("written_on")
        return {**given, "written_at": min(written, clock.now())}
