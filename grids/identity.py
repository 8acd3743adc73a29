"""Check Chinese citizen identity numbers (GB 11643-1999).

Only the length, the date inside and the check digit are judged. The first six digits are not: regions are renamed and
dissolved, and a number stays with its person.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from core import clock

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_OLDEST = dt.date(1890, 1, 1)


class IdentityDoubt(ValueError):
    """The number cannot be right; `reason` is a short English code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normal(number: str) -> str:
    """The number as it is compared and stored: half-width, without spaces and separators, letters in capitals."""
    return re.sub(r"[\s\u200b\'’`-]", "", unicodedata.normalize("NFKC", number)).upper()


def check(number: str) -> None:
    """Return quietly when a citizen's number (18 characters, already `normal`) can be right.

    Raises IdentityDoubt: `15 digits` for the old cards, withdrawn on 1 January 2013 (Resident Identity Card Law, art.
    23 as amended 2011), whose century nobody should guess; else `length`, `characters`, `birth date` or `check digit`.
    """
    if re.fullmatch(r"\d{15}", number):
        raise IdentityDoubt("15 digits")
    if len(number) != 18:
        raise IdentityDoubt("length")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdentityDoubt("characters")
    birth_date(number)
    if check_digit(number) != number[17]:
        raise IdentityDoubt("check digit")


def check_other(number: str) -> None:
    """Return quietly when a passport or permit number (already `normal`) can be right.

    Raises IdentityDoubt("format").
    """
    if not re.fullmatch(r"(?=.*\d)[A-Z0-9()]{5,20}", number):
        raise IdentityDoubt("format")


def check_digit(number: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)) % 11]


def birth_date(number: str) -> dt.date:
    """The birth date in digits 7 to 14; raises IdentityDoubt("birth date") when there is no such day, or not yet."""
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentityDoubt("birth date") from None
    if not _OLDEST <= born <= clock.today():
        raise IdentityDoubt("birth date")
    return born


def sex(number: str) -> str:
    """The sex in digit 17 as a GB/T 2261.1 code: "1" male, "2" female."""
    return "1" if int(number[16]) % 2 else "2"
