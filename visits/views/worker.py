"""What makes a phone keep the walk book: the service worker, and the manifest by which it is installed."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community.access import public

SHELL = (
    "vendor/bootstrap/bootstrap.min.css",
    "css/portal.css",
    "css/visits.css",
    "js/portal.js",
    "js/walk_book.js",
    "icons/favicon.svg",
    "icons/icon-192.png",
    "icons/icon-512.png",
    "icons/mark.svg",
)
"""The static files without which the page of the book is not whole."""


def shell() -> list[str]:
    """The addresses under which a page asks for them."""
    return [staticfiles_storage.url(path) for path in SHELL]


def version() -> str:
    """Another one as soon as any of these files is another one; 16 hexadecimal digits."""
    digest = sha256()
    for path, address in zip(SHELL, shell(), strict=True):
        found = finders.find(path)
        digest.update(address.encode() + (Path(found).read_bytes() if found else b""))
    return digest.hexdigest()[:16]


@public
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it keeps the page of the book and its static files, and nothing with anybody's data."""
    context = {"version": version(), "book": reverse("visits:book"), "shell": shell()}
    answer = render(request, "visits/worker.js", context, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = get_script_prefix()
    answer["Cache-Control"] = "no-cache"
    return answer


@public
def manifest(request: HttpRequest) -> JsonResponse:
    """What the phone calls the book on its home screen, and what it shows there."""
    big = staticfiles_storage.url("icons/icon-512.png")
    icons = [
        {"src": staticfiles_storage.url("icons/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": big, "sizes": "512x512", "type": "image/png"},
        # The mark stays within the circle that every launcher leaves.
        {"src": big, "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    about = {
        "id": reverse("visits:book"),
        "name": _("走访本 · 共治"),
        "short_name": _("走访本"),
        "start_url": reverse("visits:book"),
        "scope": get_script_prefix(),
        "display": "standalone",
        "lang": "en" if get_language() == "en" else "zh-Hans",
        "theme_color": "#a61b1b",
        "background_color": "#fbf9f6",
        "icons": icons,
    }
    return JsonResponse(about, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"})
