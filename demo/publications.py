"""The published quarters of the invented estate."""

from __future__ import annotations

from demo.officers import Officers
from property.models import Book


def publish(book: Book, officers: Officers) -> None:
    """Sign and publish every quarter that is over."""
