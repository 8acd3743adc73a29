"""Which period, and which community, a reader asks the rates of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk import rates_page

if TYPE_CHECKING:
    from community.models import Community


class PeriodForm(forms.Form):
    """Sent by GET; what it offers is read by the view from the address."""

    period = forms.ChoiceField(label=_("哪一期"), choices=rates_page.periods)
    community = forms.ChoiceField(label=_("哪个社区"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.initial["period"]
        offered = rates_page.periods()
        if asked not in {value for _kind, group in offered for value, _label in group}:
            offered = [(str(_("现在看的")), [(asked, asked)]), *offered]
        self.fields["period"].choices = offered  # type: ignore[attr-defined]

    def drop(self, name: str) -> None:
        """Take out a field that does not apply."""
        del self.fields[name]

    def offer(self, communities: Iterable[Community]) -> None:
        """The communities to choose from."""
        named = [(one.code, one.name) for one in communities]
        self.fields["community"].choices = [("", _("并排看全部")), *named]  # type: ignore[attr-defined]
