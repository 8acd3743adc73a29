"""Addresses of pages about one row, for lists: Django works each one out anew, in longer than a column takes."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

_SOMETHING = UUID(int=0)


def address(name: str, key: UUID) -> str:
    """What `reverse(name, args=[key])` gives, for a page whose address has nothing in it but this id."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{key}{after}"


@cache
def _around(name: str, prefix: str) -> tuple[str, str]:
    """What stands before and after the id; the same while the portal runs under this `prefix`."""
    before, after = reverse(name, args=[_SOMETHING]).split(str(_SOMETHING))
    return before, after
