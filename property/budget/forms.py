"""Forms of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from property.budget.actions import Planned
from property.forms.fields import BUDGET, PapersField
from property.forms.lines import MORE_ROWS, WithLines, typed_rows
from property.models import Account, Budget

ROWS = 6


class BudgetForm(WithLines):
    """What the year is expected to bring and cost; `is_change` where an approved budget is changed."""

    kind = BUDGET
    most_rows = 60

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label=_("为什么调整"), max_length=200, help_text=_("例如“电梯大修，居民会议同意追加”。"))

    def __init__(self, data: Any = None, *, is_change: bool, accounts: Sequence[Account], **kwargs: Any) -> None:
        kwargs.setdefault("rows", max(ROWS, len(kwargs.get("rows_initial") or []) + 2))
        super().__init__(data, accounts=accounts, **kwargs)
        if not is_change:
            self.drop("reason")

    @classmethod
    def with_more_rows(cls, typed: QueryDict, **kwargs: Any) -> BudgetForm:
        """The form again as it was typed, unjudged, with empty rows added."""
        rows = typed_rows(typed, cls.most_rows)
        initial = {"revision": typed.get("revision"), "reason": typed.get("reason", "")}
        wanted = min(len(rows) + MORE_ROWS, cls.most_rows)
        return cls(initial=initial, rows_initial=rows, rows=wanted, **kwargs)

    def made(self) -> dict[str, Any]:
        """The lines and the reason, for the action."""
        lines = [
            Planned(self.accounts[row["account"]], row["fund"], row["amount"], row["note"])
            for row in self.filled()
            if row["amount"]
        ]
        return {"lines": lines, "reason": self.cleaned_data.get("reason", "")}


class ApproveForm(PortalForm):
    """The resolution on which a budget rests."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    resolution_ref = forms.CharField(
        label=_("依据的决议"), max_length=80, help_text=_("哪一次会议、第几号决议，例如“2026 年居民会议第 3 号”。")
    )
    papers = PapersField(label=_("决议的照片或 PDF"), required=False, most=1)

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].initial = budget.revision
