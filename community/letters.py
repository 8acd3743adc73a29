"""Activation letters: the code on the paper, the paper itself, and where it waits until it is fetched, once."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, qr
from core.documents import render
from core.fields import search_hash

if TYPE_CHECKING:
    from community.models import ActivationLetter, Community

# Crockford's base 32: no I, L, O and U, so that a code can be read from paper and over the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
VALID_DAYS = 60
_MISREAD = str.maketrans("OIL", "011")
_SHAPE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


def new_code() -> str:
    """A code of 50 random bits."""
    return "".join(secrets.choice(ALPHABET) for _position in range(LENGTH))


def read_code(text: str) -> str:
    """The code as it was typed from paper, or "" where it cannot be one: spaces, dashes, case, O for 0, I for 1."""
    plain = re.sub(r"[\s\-‐-―_.]+", "", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)
    return plain if _SHAPE.fullmatch(plain) else ""


def shown(code: str) -> str:
    """XXXXX-XXXXX"""
    return f"{code[:5]}-{code[5:]}"


def hash_of(code: str) -> str:
    """What the database keeps of a code."""
    return search_hash(f"letter:{code}")


def activation_url(code: str) -> str:
    """The address in the QR code, which fills the code in."""
    return f"{settings.SITE_URL}{reverse('community:activate')}?{urlencode({'code': shown(code)})}"


def print_letters(letters: Iterable[tuple[ActivationLetter, str]], community: Community) -> bytes:
    """The letters as one PDF, a page each; the only place where the codes exist in plain."""
    pages = [_page(letter, code) for letter, code in letters]
    office = {"name": community.name, "phone": community.phone, "hours": community.office_hours}
    return render("community/letters", {"community": office | {"address": community.address}, "letters": pages})


def _page(letter: ActivationLetter, code: str) -> dict[str, Any]:
    kind = "household" if letter.household_id else "password"
    if letter.user is not None and not letter.user.has_usable_password():
        kind = "staff"
    return {
        "kind": kind,
        "to": str(letter.household or letter.user),
        "code": shown(code),
        "url": f"{settings.SITE_URL}{reverse('community:activate')}",
        "qr": str(qr.svg(activation_url(code), _("开通页面的二维码"))),
        "issued": clock.today().isoformat(),
        "expires": letter.expires_at.astimezone().date().isoformat(),
        "number": letter.pk.hex[-6:].upper(),
    }


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def _waiting(batch: UUID) -> Path:
    return Path(settings.DATA_DIR) / "letters" / f"{batch.hex}.sealed"


def keep(batch: UUID, pdf: bytes) -> None:
    """Let a printed batch wait, encrypted, until it is fetched."""
    path = _waiting(batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(_cipher().encrypt(pdf))
    half.replace(path)


def is_waiting(batch: UUID) -> bool:
    """Whether the batch has not been fetched yet."""
    return _waiting(batch).exists()


def fetch(batch: UUID) -> bytes | None:
    """The PDF, once: whoever comes second gets None."""
    mine = _waiting(batch).with_suffix(f".{secrets.token_hex(4)}")
    try:
        _waiting(batch).rename(mine)
    except FileNotFoundError:
        return None
    pdf = _cipher().decrypt(mine.read_bytes())
    mine.unlink()
    return pdf


def forget_waiting(older_than: float) -> int:
    """Destroy batches that nobody fetched; `older_than` is a POSIX time. Returns how many."""
    old = [path for path in _waiting(UUID(int=0)).parent.glob("*") if path.stat().st_mtime < older_than]
    for path in old:
        path.unlink()
    return len(old)


def adults_of(household: Any) -> list[Any]:
    """The living adults of a household who have no account bound to it yet; an unknown birth date counts as adult."""
    today = clock.today()
    eighteen = today.replace(year=today.year - 18, day=min(today.day, 28)).isoformat()
    bound = household.appointments.unscoped(reason="who of the letter's household has an account").current()
    members = household.memberships.unscoped(reason="whoever holds the letter chooses himself").current()
    return list(
        members.filter(Q(resident__birth_date="") | Q(resident__birth_date__lte=eighteen))
        .filter(resident__deceased_on__isnull=True)
        .exclude(resident__in=bound.filter(resident__isnull=False).values("resident"))
        .select_related("resident")
    )


def masked_door(household: Any) -> str:
    """225号3幢2单元5**室: enough to know one's own door."""
    label, room = household.dwelling.label, household.dwelling.room_no
    head, _found, tail = label.rpartition(room)
    return f"{head}{room[:1]}**{tail}"
