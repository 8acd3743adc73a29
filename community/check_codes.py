"""The code on a printed paper, by which anybody who holds it sees that it is true; and the number beside it.

40 bits of an HMAC over what stands on the paper: a paper that says something else has another code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from community.letters import ALPHABET

LENGTH = 8
_MISREAD = str.maketrans("OIL", "011")
_SHAPE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
_NUMBER = re.compile(r"(20[0-9]{2})-?([0-9]{1,9})")


def code_for(said: str) -> str:
    """The code of a paper that says this; begin with what kind of paper it is."""
    digest = hmac.new(settings.SEARCH_KEY.encode(), said.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:5], "big")
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH))


def shown(code: str) -> str:
    """XXXX-XXXX"""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """The code as it was typed from paper, or "" where it cannot be one."""
    plain = re.sub(r"[\s\-‐-―_.]+", "", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)
    return plain if _SHAPE.fullmatch(plain) else ""


def read_number(text: str) -> tuple[int, int] | None:
    """Year and number of "2026-00012" as it was typed; None where it is none."""
    plain = re.sub(r"[\s#]+|(?i:no\.?)", "", unicodedata.normalize("NFKC", text)).replace("—", "-").replace("–", "-")
    match = _NUMBER.fullmatch(plain)
    return (int(match[1]), int(match[2])) if match else None


class CheckForm(forms.Form):
    """A paper in somebody's hand: its number as (year, serial), and its code."""

    number = forms.CharField(label=_("编号"), max_length=24, help_text=_("例如 2026-00012。"))
    code = forms.CharField(
        label=_("查验码"),
        max_length=24,
        help_text=_("二维码下面的 8 位，大小写、横线都不要紧。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "code"}),
    )

    def clean_number(self) -> tuple[int, int]:
        number = read_number(self.cleaned_data["number"])
        if number is None:
            raise forms.ValidationError(_("编号是年份和一串数字，例如 2026-00012。"))
        return number

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("查验码是 8 位数字和字母，请对着纸再看一遍。"))
        return code
