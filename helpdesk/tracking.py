"""The code on a receipt: with it and the end of a phone number somebody without an account sees how it stands."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from community.letters import ALPHABET
from community.models import Community
from core.fields import plain_of, search_hash

if TYPE_CHECKING:
    from helpdesk.models import ServiceRequest

LENGTH = 8
TAIL = 4
_MISREAD = str.maketrans("OIL", "011")
_SHAPE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
_FOUND = "its code and the end of the phone number were typed"


def code_of(pk: UUID) -> str:
    """The code of a request: 40 bits of an HMAC over its id, the same whenever a receipt is printed again."""
    digest = hmac.new(settings.SEARCH_KEY.encode(), b"tracking code:" + pk.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:5], "big")
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH))


def read_code(text: str) -> str:
    """The code as it was typed from paper, or "" where it cannot be one: spaces, dashes, case, O for 0, I for 1."""
    plain = re.sub(r"[\s\-‐-―_.]+", "", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)
    return plain if _SHAPE.fullmatch(plain) else ""


def shown(code: str) -> str:
    """XXXX-XXXX"""
    return f"{code[:4]}-{code[4:]}"


def hash_of(code: str) -> str:
    """What the row of a request keeps of its code."""
    return search_hash(f"track:{code}")


def address(code: str = "") -> str:
    """The page's address as it is printed; in the QR code it fills the code in."""
    query = f"?{urlencode({'code': shown(code)})}" if code else ""
    return f"{settings.SITE_URL}{reverse('helpdesk:track')}{query}"


def find(code: str, tail: str) -> ServiceRequest | None:
    """The request of a code whose reporter's number ends so; None for a wrong code as for a wrong end.

    Both ask the same of the database and compare once, so that the answer does not tell which it was.
    """
    from helpdesk.models import Informant, ServiceRequest

    rows = ServiceRequest.objects.unscoped(reason=_FOUND).select_related("category", "community", "master__category")
    found = rows.filter(
        community__in=Community.objects.values("pk"), tracking_hash=hash_of(read_code(code) or "-")
    ).first()
    told = Informant.objects.unscoped(reason=_FOUND).filter(request=found).first()
    phone = told.phone if told is not None else found.reporter_phone if found is not None else None
    digits = "".join(char for char in str(plain_of(phone) or "") if char.isdigit())
    typed = "".join(char for char in unicodedata.normalize("NFKC", tail) if char.isdigit())
    same = constant_time_compare(digits[-TAIL:].rjust(TAIL, "-"), typed.rjust(TAIL, "x"))
    return found if same and len(typed) == TAIL else None
