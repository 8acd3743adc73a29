"""Files that wait for somebody for a short while: encrypted in DATA_DIR, gone when their time is over."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def put(folder: str, key: UUID, content: bytes) -> None:
    """Keep content under a key; what stood there before gives way."""
    path = _path(folder, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(_cipher().encrypt(content))
    half.replace(path)


def get(folder: str, key: UUID, *, within: timedelta) -> bytes | None:
    """The content kept under a key; None where there is none, or it is older than `within`."""
    path = _path(folder, key)
    try:
        if path.stat().st_mtime < time.time() - within.total_seconds():
            return None
        return _cipher().decrypt(path.read_bytes())
    except FileNotFoundError:
        return None


def forget(folder: str, *, older_than: timedelta) -> int:
    """Destroy what has waited longer; gives how many files there were."""
    before = time.time() - older_than.total_seconds()
    place = Path(settings.DATA_DIR) / folder
    old = [path for path in place.glob("*") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _path(folder: str, key: UUID) -> Path:
    return Path(settings.DATA_DIR) / folder / f"{key.hex}.sealed"


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
