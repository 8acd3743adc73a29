"""What the forms of all steps of a request have in common."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.forms.fields import AGAIN, PhotoForm, text_area
from helpdesk.models import ServiceRequest
from helpdesk.ready_words import INTO, Ready, added, ready_for

if TYPE_CHECKING:
    from community.models import User


class StepForm(PhotoForm):
    """What a step needs; `version` is the request's as it was shown."""

    button = gettext_lazy("提交")
    lead: Any = ""
    thanks: Any = gettext_lazy("办好了，经过里已经记上。")
    calls_first = False
    # Fields that few need: they stand on the step's own page, not on the request's, which links there with `more`.
    rare: tuple[str, ...] = ()
    more: Any = ""
    is_short = False
    # Which step of the table it is for; see `step_form`.
    action = ""
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

    def shorten(self) -> None:
        """Ask only for what most need."""
        if self.rare:
            self.drop(*self.rare)
            self.is_short = True

    @cached_property
    def into(self) -> str:
        """The field that ready words go into, or ""."""
        return next((name for name in INTO if name in self.fields), "")

    @cached_property
    def ready(self) -> list[Ready]:
        """The words kept ready for this step."""
        return ready_for(self.request, self.action) if self.into else []

    @property
    def into_id(self) -> str:
        """The id of that field on the page."""
        return str(self[self.into].id_for_label)

    def fill(self, key: str) -> bool:
        """Put ready words behind what was typed and find fault with nothing yet; gives whether there are such words."""
        words = next((one.text for one in self.ready if str(one.pk) == key), None)
        if words is None:
            return False
        sent = cast(QueryDict, self.data).copy()
        name = self.add_prefix(self.into)
        sent[name] = added(sent.get(name, ""), words)
        self.data, self._errors, self.cleaned_data = sent, ErrorDict(), {}
        if self.files and "photos" in self.fields:
            self.fields["photos"].help_text = AGAIN
        return True

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
