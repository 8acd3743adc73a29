"""Mobile numbers as people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_BETWEEN = re.compile(r"[\s\-‐-―.·()（）]+")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1\d{10}$))")


def clean_phone(text: str) -> str:
    """The 11 digits of a mobile number; raises ValidationError with a sentence that says what to mend."""
    digits = _COUNTRY.sub("", _BETWEEN.sub("", unicodedata.normalize("NFKC", text)))
    if not digits.isascii() or not digits.isdigit():
        raise ValidationError(_("手机号里只有数字，请看看是不是多打了别的字。"), code="not_digits")
    if digits.startswith("0"):
        raise ValidationError(_("这像是座机号。请填 1 开头的手机号。"), code="landline")
    if len(digits) != 11:
        raise ValidationError(
            _("手机号是 11 位数字，您填了 %(count)d 位。"), code="length", params={"count": len(digits)}
        )
    if not digits.startswith("1"):
        raise ValidationError(_("手机号以 1 开头，请再核对一下。"), code="first_digit")
    return digits


class PhoneField(forms.CharField):
    """A mobile number; gives its 11 digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("手机号"))
        attrs = {"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("error_messages", {"required": gettext_lazy("请填写手机号。")})
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_phone(text) if text else ""
