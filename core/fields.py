"""Sensitive values are masked by type: printing one prints `138****5678`, wherever it happens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan


class Masked:
    """A sensitive text. `str()` is masked; `.plain` is read by `audit.reveal` and the field, by nobody else."""

    __slots__ = ("_mask", "plain")

    def __init__(self, plain: str, mask: Callable[[str], str]) -> None:
        self.plain = plain
        self._mask = mask

    def __str__(self) -> str:
        return self._mask(self.plain) if self.plain else ""

    def __repr__(self) -> str:
        return f"<masked {self}>"

    def __bool__(self) -> bool:
        return bool(self.plain)

    def __eq__(self, other: object) -> bool:
        return self.plain == (other.plain if isinstance(other, Masked) else other)

    def __hash__(self) -> int:
        return hash(self.plain)


def plain_of(value: Any) -> Any:
    """The value to store: what is inside a Masked, everything else as it is."""
    return value.plain if isinstance(value, Masked) else value


def mask_phone(plain: str) -> str:
    """138****5678"""
    return f"{plain[:3]}****{plain[-4:]}" if len(plain) >= 8 else "****"


def mask_identity(plain: str) -> str:
    """3211**********1234"""
    return f"{plain[:4]}{'*' * (len(plain) - 8)}{plain[-4:]}" if len(plain) > 8 else "****"


def mask_all(plain: str) -> str:
    """Nothing of the text, only that there is one."""
    return "＊＊＊" if plain else ""


def mask_birth(plain: str) -> str:
    """1956-**-**"""
    return f"{plain[:4]}-**-**"


class _MaskedDescriptor:
    """Wraps whatever is assigned, so that a row made in memory is as discreet as one that was read."""

    def __init__(self, field: MaskedCharField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        return instance.__dict__[self.field.attname]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.wrap(value)


class MaskedCharField(models.CharField):  # type: ignore[type-arg]
    """Text that is masked when shown: `mask` turns the plain text into what may be seen."""

    def __init__(self, *args: Any, mask: Callable[[str], str] = mask_all, **kwargs: Any) -> None:
        self.mask = mask
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _MaskedDescriptor(self))

    def wrap(self, value: Any) -> Any:
        if value is None or isinstance(value, Masked) or hasattr(value, "resolve_expression"):
            return value
        return Masked(str(value), self.mask)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.wrap(value)

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Masked) else super().to_python(value)

    def clean(self, value: Any, model_instance: Any) -> Any:
        plain = super().clean(plain_of(value), model_instance)
        return self.wrap(plain)

    def get_prep_value(self, value: Any) -> Any:
        value = plain_of(value)
        return super().get_prep_value(value)

    def value_to_string(self, obj: Any) -> str:
        return str(self.value_from_object(obj) or "")


class MaskedDateField(MaskedCharField):
    """A birth date, stored as ISO text so that it sorts, shown as `1956-**-**`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("mask", mask_birth)
        super().__init__(*args, **kwargs)

    def wrap(self, value: Any) -> Any:
        return super().wrap(value.isoformat() if isinstance(value, date) else value)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value.isoformat() if isinstance(value, date) else value)


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """Encrypt with the newest key of settings.FIELD_KEYS."""
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(plain.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever key fits; raises InvalidToken when none does."""
    return _cipher(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


def search_hash(plain: str) -> str:
    """HMAC-SHA-256 for equality search over encrypted text; "" for no text."""
    if not plain:
        return ""
    return hmac.new(settings.SEARCH_KEY.encode(), plain.upper().encode(), hashlib.sha256).hexdigest()


def is_filled(name: str) -> models.Q:
    """The condition that the encrypted field of this name holds something; what, nobody can ask the database."""
    return models.Q(GreaterThan(Length(name), 0))


class EncryptedCharField(MaskedCharField):
    """Masked text that is also encrypted at rest; `hash_field` names the column that holds its HMAC."""

    def __init__(self, *args: Any, hash_field: str = "", **kwargs: Any) -> None:
        self.hash_field = hash_field
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.wrap(decrypt(value) if value else value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if self.hash_field:
            setattr(model_instance, self.hash_field, search_hash(plain_of(value) or ""))
        return value

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return encrypt(plain) if plain else plain

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull"}:
            raise TypeError(f"{self.name} is encrypted: search its {self.hash_field or 'hash'} column")
        return super().get_lookup(lookup_name)
