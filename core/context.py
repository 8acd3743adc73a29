"""What the frame of every page needs and no view should have to say."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

CARE_COOKIE = "care"


def portal(request: HttpRequest) -> dict[str, Any]:
    """Care mode and the address to come back to after a switch; asks no database."""
    return {
        "care": request.COOKIES.get(CARE_COOKIE) == "1",
        "here": request.get_full_path(),
        "debug": settings.DEBUG,
    }
