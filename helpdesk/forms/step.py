"""What the forms of all steps of a request have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.forms.fields import PhotoForm, text_area
from helpdesk.models import ServiceRequest

if TYPE_CHECKING:
    from community.models import User


class StepForm(PhotoForm):
    """What a step needs; `version` is the request's as it was shown."""

    button = gettext_lazy("提交")
    lead: Any = ""
    thanks: Any = gettext_lazy("办好了，经过里已经记上。")
    calls_first = False
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: ServiceRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": request.version}, **kwargs)
        self.request, self.user = request, user
        self.prepare()
        if request.has_parties and "text" in self.fields:
            self.fields["text"].label = _("给两家的话")
            self.fields["text"].help_text = _("两家都看得到；只给一家的话，请另外写。")

    def prepare(self) -> None:
        """Fill in what depends on the request."""

    def catch_up(self) -> None:
        """After somebody else's step: what was typed stays, the version is the one that is shown now."""
        sent = cast(QueryDict, self.data).copy()
        sent[self.add_prefix("version")] = str(self.request.version)
        self.data = sent


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, as the calendar of the phone gives it or as it is typed."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


def words_field(label: Any, *, rows: int = 3, most: int = 500, **kwargs: Any) -> forms.CharField:
    """Words of a few lines."""
    return forms.CharField(label=label, max_length=most, widget=text_area(rows), **kwargs)
