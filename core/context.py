"""What the frame of every page needs and no view should have to say."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

CARE_COOKIE = "care"


def in_care(request: HttpRequest) -> bool:
    """Whether the reader has asked for care mode."""
    return request.COOKIES.get(CARE_COOKIE) == "1"


def portal(request: HttpRequest) -> dict[str, Any]:
    """Care mode and the address to come back to after a switch; asks no database."""
    return {
        "care": in_care(request),
        "here": request.get_full_path(),
        "debug": settings.DEBUG,
    }
