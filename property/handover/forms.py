"""The form on which a hand-over begins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.roles import Office, Role
from core import clock
from core.forms import PortalForm
from property.handover.actions import appointments
from property.models import Book


class HandoverForm(PortalForm):
    """Which office passes from whom to whom; the rest the books know."""

    held = forms.ChoiceField(label=_("谁移交、什么职务"))
    successor = forms.ChoiceField(label=_("移交给谁"))
    note = forms.CharField(
        label=_("另外要说明的"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("印章、空白收据、银行 U 盾、钥匙、账号，还有没办完的事，一样一行写清楚。密码不要写在这里。"),
    )
    absent_reason = forms.CharField(
        label=_("移交人不能来签字的原因"), required=False, max_length=200, help_text=_("本人能来签字的，不用写。")
    )

    def __init__(self, *args: Any, book: Book, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(appointments(book))
        overseer = bool(user.scope.offices(book.estate_id) & {Office.CHAIR, Office.SUPERVISOR}) or user.scope.has_role(
            Role.SECRETARY
        )
        begun = [row for row in rows if row.starts_on <= clock.today() and (overseer or row.user_id == user.pk)]
        self.rows = {str(row.pk): row for row in begun}
        self.people = {str(row.user_id): row.user for row in rows}
        held = [(key, f"{row.user} · {row.get_office_display()}") for key, row in self.rows.items()]
        self.fields["held"].choices = [("", _("请选择")), *held]  # type: ignore[attr-defined]
        people = [(key, str(person)) for key, person in self.people.items()]
        self.fields["successor"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]
        if not overseer:
            self.drop("absent_reason")

    def made(self) -> dict[str, Any]:
        """What the action asks for."""
        given = self.cleaned_data
        row = self.rows[given["held"]]
        return {
            "office": row.office,
            "leaving": row.user,
            "successor": self.people[given["successor"]],
            "note": given["note"],
            "absent_reason": given.get("absent_reason", ""),
        }


class SignForm(PortalForm):
    """A signature under the list that was seen."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
