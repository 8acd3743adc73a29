"""Photos to send, and what the portal's own code spends on their pixels."""

from __future__ import annotations

import io
import random

import measure

SIZE = (96, 72)
"""Small, so that little is taken out, and what is left is not drowned by the noise of what was taken out."""


def taken(seed: int, size: tuple[int, int] = SIZE) -> bytes:
    """A JPEG with something on it, another one for every seed."""
    from PIL import Image

    noise = Image.frombytes("RGB", (40, 30), random.Random(seed).randbytes(40 * 30 * 3))
    out = io.BytesIO()
    noise.resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=85)
    return out.getvalue()


def work_on(photos: list[bytes]) -> float:
    """Processor time that the portal spends on the pixels of two photos like these, in seconds."""
    from django.core.files.base import ContentFile

    from core.photos import clean_photo, thumbnail

    spent = measure.own_cpu(lambda: [thumbnail(clean_photo(ContentFile(photo)).content) for photo in photos])
    return 2 * spent / len(photos)
