"""To whom doors are handed over, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import PortalForm

if TYPE_CHECKING:
    from community.models import User
    from visits.walkers import Candidate


class HandForm(PortalForm):
    """Who goes there from now on."""

    to = forms.ChoiceField(label=gettext_lazy("交给谁去走"))
    reason = forms.CharField(
        label=gettext_lazy("为什么换人"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("例如：原来的网格长住院了。"),
    )

    def __init__(self, *args: Any, offered: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(one.user.pk): one for one in offered}
        self.fields["to"].choices = [("", "—"), *((key, str(one)) for key, one in self.offered.items())]  # type: ignore[attr-defined]

    def clean_to(self) -> User:
        return self.offered[self.cleaned_data["to"]].user
