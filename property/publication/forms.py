"""Forms of the published quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm
from core.money import parse_yuan, yuan
from property.models import CashProof, Publication
from property.publication import seal
from property.publication.actions import Proof
from property.publication.rows import CashRow, Outstanding

ITEMS = 3
MOST_ITEMS = 40


class SignedYuanField(forms.CharField):
    """An amount in yuan as people type it, below zero too; gives a Decimal, None where nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        super().__init__(required=False, max_length=24, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_yuan(text)
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None


class PublicationForm(PortalForm):
    """What the books do not know: where the sheet hangs, whom to ask, and what the cashier found of each account."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    places = forms.CharField(
        label=_("张贴地点"), max_length=120, required=False, help_text=_("例如：小区公告栏、每个单元门口。")
    )
    contact = forms.CharField(label=_("咨询电话"), max_length=40, required=False)
    inspection_hours = forms.CharField(
        label=_("查账时间和地点"), max_length=120, required=False, help_text=_("例如：每周三下午 2–4 点，门卫室。")
    )
    notes = forms.CharField(
        label=_("说明"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("要让居民知道的事，例如某一笔大额支出的来由。"),
    )

    def __init__(
        self,
        *args: Any,
        publication: Publication,
        accounts: Iterable[CashRow],
        proofs: Mapping[str, CashProof],
        suggested: Mapping[str, CashProof] | None = None,
        **kwargs: Any,
    ) -> None:
        """`suggested` are shown for accounts of which `proofs` say nothing yet."""
        texts = ("revision", "places", "contact", "inspection_hours", "notes")
        kwargs.setdefault("initial", {name: getattr(publication, name) for name in texts})
        super().__init__(*args, **kwargs)
        self.accounts = list(accounts)
        self.items: dict[str, int] = {}
        known = {code: proof for code, proof in proofs.items() if proof.balance is not None}
        self.suggested = {code: proof for code, proof in (suggested or {}).items() if code not in known}
        for row in self.accounts:
            self._add(row, self.suggested.get(row.code) or proofs.get(row.code))

    def _add(self, row: CashRow, proof: CashProof | None) -> None:
        """The fields of one money account."""
        code = row.code
        known = proof.balance if proof is not None else None
        self.fields[f"balance_{code}"] = SignedYuanField(
            label=_("盘点到的现金（元）") if row.is_cash else _("对账单上的余额（元）"), initial=yuan(known)
        )
        self.fields[f"counted_on_{code}"] = forms.DateField(
            label=_("盘点日期") if row.is_cash else _("对账日期"),
            required=False,
            initial=proof.counted_on if proof else None,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        if row.is_cash:
            for name, label in (("counted_by", _("盘点人")), ("witness", _("监盘人"))):
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=label, max_length=40, required=False, initial=getattr(proof, name, "")
                )
        items = list(proof.items) if proof else []
        self.items[code] = self._count(code, len(items))
        for number in range(self.items[code]):
            what, amount = items[number] if number < len(items) else ("", "")
            self.fields[f"what_{code}_{number}"] = forms.CharField(
                label=_("未达账项 %(number)d") % {"number": number + 1}, max_length=60, required=False, initial=what
            )
            self.fields[f"amount_{code}_{number}"] = SignedYuanField(
                label=_("金额（元）"), initial=amount, help_text=_("还没到账的写正数，还没扣款的写负数。")
            )
        self.fields[f"explanation_{code}"] = forms.CharField(
            label=_("还有差额的话，原因是"), max_length=200, required=False, initial=proof.explanation if proof else ""
        )

    def _count(self, code: str, known: int) -> int:
        """How many lines for outstanding items: those there are and one more, or as many as were sent."""
        count = max(ITEMS, known + 1)
        while self.is_bound and f"what_{code}_{count}" in self.data and count < MOST_ITEMS:
            count += 1
        return count

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields account by account, for the template."""
        return [
            {
                "row": row,
                "fields": [self[name] for name in self._names(row) if name in self.fields],
                "items": [
                    self[f"{part}_{row.code}_{number}"]
                    for number in range(self.items[row.code])
                    for part in ("what", "amount")
                ],
                "suggested": row.code in self.suggested,
                "explanation": self[f"explanation_{row.code}"],
                "open": bool(self[f"what_{row.code}_0"].value() or self[f"explanation_{row.code}"].value()),
            }
            for row in self.accounts
        ]

    def _names(self, row: CashRow) -> list[str]:
        return [f"{name}_{row.code}" for name in ("balance", "counted_on", "counted_by", "witness")]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for row in self.accounts:
            self._check(row, given)
        return given

    def _check(self, row: CashRow, given: dict[str, Any]) -> None:
        code = row.code
        day = given.get(f"counted_on_{code}")
        if day is not None and day > clock.today():
            self.add_error(f"counted_on_{code}", gettext("日期不能写在今天以后。"))
        who = given.get(f"counted_by_{code}")
        if who and who == given.get(f"witness_{code}"):
            self.add_error(f"witness_{code}", gettext("盘点人和监盘人不能是同一个人。"))
        for number in range(self.items[code]):
            what, amount = given.get(f"what_{code}_{number}"), given.get(f"amount_{code}_{number}")
            if what and amount is None and f"amount_{code}_{number}" not in self.errors:
                self.add_error(f"amount_{code}_{number}", gettext("请填写金额。"))
            if amount and not what:
                self.add_error(f"what_{code}_{number}", gettext("请写明是什么款。"))

    def given(self) -> dict[str, Any]:
        """The texts and the proofs, for the action."""
        data = self.cleaned_data
        texts = {name: data[name] for name in ("revision", "places", "contact", "inspection_hours", "notes")}
        return {**texts, "proofs": [self._proof(row.code) for row in self.accounts]}

    def _proof(self, code: str) -> Proof:
        data = self.cleaned_data
        items = (
            Outstanding(data[f"what_{code}_{number}"], data[f"amount_{code}_{number}"])
            for number in range(self.items[code])
            if data[f"what_{code}_{number}"] and data[f"amount_{code}_{number}"]
        )
        return Proof(
            code=code,
            balance=data[f"balance_{code}"],
            items=tuple(items),
            explanation=data[f"explanation_{code}"],
            counted_on=data[f"counted_on_{code}"],
            counted_by=data.get(f"counted_by_{code}", ""),
            witness=data.get(f"witness_{code}", ""),
        )


class ConfirmForm(PortalForm):
    """A button that is pressed once."""


class SignForm(PortalForm):
    """A signature under the revision that was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class CorrectForm(PortalForm):
    reason = forms.CharField(
        label=_("为什么要更正"), max_length=200, help_text=_("会印在更正版上，让居民知道改了什么。")
    )


class CheckForm(forms.Form):
    """The check code from a posted sheet."""

    code = forms.CharField(
        label=_("查验码"),
        max_length=40,
        help_text=_("印在张贴的公示上，一共 12 位，例如 4F7K 9M2P QX3T。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "code"}),
        error_messages={"required": _("请输入纸上的查验码。")},
    )

    def clean_code(self) -> str:
        code = seal.read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("查验码是 12 位数字和字母，请对着纸上的再看一遍。"))
        return code
