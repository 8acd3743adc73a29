"""Fields of the books' forms: amounts in yuan, papers, and the choice of an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.files import clean_upload
from core.forms import SeveralFilesInput
from core.money import parse_yuan
from property.actions import Paper
from property.chart import AccountKind
from property.models import Account, Voucher

Kind = Voucher.Kind
Words = Any  # a text that may be translated late
Choices = list[tuple[Words, Any]]
BALANCE, BUDGET = "balance", "budget"


class YuanField(forms.CharField):
    """An amount in yuan as people type it; gives a Decimal, above zero unless `zero` is allowed."""

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        self.zero = zero
        kwargs.setdefault("max_length", 24)
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse_yuan(text)
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None
        if amount < 0 or (amount == 0 and not self.zero):
            raise forms.ValidationError(_("金额要大于零，不用写负号。"))
        return amount


class PapersField(forms.FileField):
    """Up to `most` photos or PDFs, each cleaned or refused; gives a list of Paper, empty when none was sent."""

    def __init__(self, *, most: int = 8, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", SeveralFilesInput(attrs={"accept": "image/*,application/pdf"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Paper]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.most:
            raise forms.ValidationError(_("一次最多 %(most)d 份附件，请分几次上传。"), params={"most": self.most})
        return [self._paper(super(PapersField, self).clean(file, initial)) for file in files]

    def _paper(self, upload: Any) -> Paper:
        cleaned = clean_upload(upload)
        stem = PurePath(upload.name).stem[:80] or gettext("附件")
        return Paper(cleaned.content, f"{stem}{cleaned.suffix}", cleaned.content_type)


def account_choices(accounts: Iterable[Account], *, coded: bool = False) -> Choices:
    return [(account.code, str(account) if coded else account.label) for account in accounts]


def _grouped(accounts: Sequence[Account], groups: Iterable[tuple[Words, Any]]) -> Choices:
    """Options under headings; `groups` are (heading, test of an account)."""
    found = [(heading, account_choices(account for account in accounts if test(account))) for heading, test in groups]
    return [("", _("请选择")), *((heading, options) for heading, options in found if options)]


def _is_kind(*kinds: str) -> Any:
    return lambda account: account.kind in kinds and not account.is_money


def _has_code(*codes: str) -> Any:
    return lambda account: account.code.startswith(codes)


def item_choices(kind: str, accounts: Sequence[Account]) -> Choices:
    """What money of this kind of voucher can come in or go out for, the common first."""
    money = [(_("转到哪个账户"), lambda account: account.is_money)]
    groups: dict[str, list[tuple[Words, Any]]] = {
        Kind.PAYMENT: [
            (_("日常支出"), _is_kind(AccountKind.EXPENSE)),
            (_("添置和工程"), _has_code("1501", "1505")),
            (_("还欠款、退押金、交代收的钱"), _is_kind(AccountKind.LIABILITY)),
            (_("预付和代垫"), _has_code("1122", "1141")),
        ],
        Kind.RECEIPT: [
            (_("收入"), lambda account: account.kind == AccountKind.INCOME and account.normal_side == "credit"),
            (_("收回别人欠的钱"), _has_code("1121", "1122", "1141")),
            (_("预收、押金、代收的钱"), _is_kind(AccountKind.LIABILITY)),
        ],
        Kind.TRANSFER: money,
        BUDGET: [
            (_("预计的收入"), lambda account: account.kind == AccountKind.INCOME and account.normal_side == "credit"),
            (_("预计的支出"), _is_kind(AccountKind.EXPENSE)),
            (_("添置和工程"), _has_code("1501", "1505")),
        ],
        BALANCE: [
            (_("手里的钱"), lambda account: account.is_money),
            (_("别人欠的、预付的、添置的"), _is_kind(AccountKind.ASSET)),
            (_("欠别人的、预收的、代管的"), _is_kind(AccountKind.LIABILITY)),
        ],
    }
    if kind in groups:
        return _grouped(accounts, groups[kind])
    return [("", _("请选择")), *account_choices(accounts, coded=True)]
