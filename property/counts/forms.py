"""The form on which cash is counted: how many of each note and coin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from core.money import parse_yuan
from property.counts.actions import PIECES
from property.models import Account

MOST = 9_999


class SignedYuanField(forms.CharField):
    """An amount in yuan that may be below zero; nothing typed is none."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_yuan(text) if text else Decimal("0.00")
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None


class CountForm(PortalForm):
    """Which account, how many of each piece, what is not in the book yet, and why it does not come out."""

    account = forms.ChoiceField(label=_("哪个账户"))
    not_posted = SignedYuanField(
        label=_("收了、付了，还没入账的（元）"),
        required=False,
        max_length=24,
        help_text=_("收进来的减去付出去的；付得多，前面写减号。"),
    )
    not_posted_note = forms.CharField(label=_("是哪几笔"), required=False, max_length=200)
    explanation = forms.CharField(
        label=_("相差的原因"),
        required=False,
        max_length=200,
        help_text=_("对得上就不用写。找不到原因，也照实写“原因不明”。"),
    )

    def __init__(self, *args: Any, accounts: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {account.code: account for account in accounts}
        choices = [(account.code, str(account)) for account in accounts]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        for piece in PIECES:
            self.fields[f"piece_{piece}"] = forms.IntegerField(
                label=_label(piece), required=False, min_value=0, max_value=MOST
            )
        self.order_fields(["submission", "account", *self.piece_names])

    @property
    def piece_names(self) -> list[str]:
        return [f"piece_{piece}" for piece in PIECES]

    @property
    def pieces(self) -> list[Any]:
        """The fields in which pieces are counted, for the page."""
        return [self[name] for name in self.piece_names]

    def made(self) -> dict[str, Any]:
        """What the action asks for."""
        given = self.cleaned_data
        return {
            "account": self.accounts[given["account"]],
            "pieces": {piece: given.get(f"piece_{piece}") or 0 for piece in PIECES},
            "not_posted": given["not_posted"],
            "not_posted_note": given["not_posted_note"],
            "explanation": given["explanation"],
        }


def _label(piece: int) -> str:
    if piece >= 100:
        return gettext("%(n)d 元") % {"n": piece // 100}
    return gettext("%(n)d 角") % {"n": piece // 10}


def spoken(pieces: dict[str, int]) -> list[tuple[str, int, Decimal]]:
    """Stored pieces as a page shows them: the piece, how many, and what they come to in yuan; the largest first."""
    return [
        (_label(piece), number, Decimal(piece * number) / 100)
        for piece, number in sorted(((int(piece), number) for piece, number in pieces.items()), reverse=True)
    ]
