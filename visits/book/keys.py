"""The key of a user's walk book: worked out from a secret of the server, the same on every phone and every day."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_LENGTH = 32
_NONCE = 12
_LABEL = "gongzhi walk book 1"


class Unreadable(Exception):
    """This was not sealed with this user's key under this name, or has been damaged since."""


def key_of(user_id: int) -> bytes:
    """The 256 bits of a user (HKDF-SHA-256, RFC 5869), of SEARCH_KEY: unlike FIELD_KEYS it is never exchanged."""
    derived = HKDF(algorithm=SHA256(), length=_LENGTH, salt=None, info=f"{_LABEL}:{user_id}".encode())
    return derived.derive(settings.SEARCH_KEY.encode())


def sealed(plain: bytes, *, name: str, user_id: int) -> tuple[bytes, bytes]:
    """A fresh nonce and the ciphertext, as a phone keeps a record or a photo under its name."""
    nonce = os.urandom(_NONCE)
    return nonce, AESGCM(key_of(user_id)).encrypt(nonce, plain, name.encode())


def opened(data: bytes, *, nonce: bytes, name: str, user_id: int) -> bytes:
    """What a phone has sealed under this name; raises Unreadable where it was another user's, or is damaged."""
    try:
        return AESGCM(key_of(user_id)).decrypt(nonce, data, name.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable from error
