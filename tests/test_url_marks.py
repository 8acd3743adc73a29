"""Every address says who may open it; a view that forgets, fails here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from community.access import Permission

MARKS = {"public", "signed_in", *Permission}


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, address)
        else:
            yield address, pattern


VIEWS = dict(walk(get_resolver().url_patterns))


def test_there_are_views():
    assert len(VIEWS) > 40


@pytest.mark.parametrize("address", VIEWS)
def test_the_view_wears_its_mark(address):
    view = VIEWS[address].callback
    assert getattr(view, "access", None) in MARKS, (
        f"/{address}: mark {view.__name__} with @public, @signed_in or @access"
    )


@pytest.mark.parametrize("address", VIEWS)
def test_public_and_only_public_views_need_no_sign_in(address):
    view = VIEWS[address].callback
    free = not getattr(view, "login_required", True)
    assert free == (view.access == "public")
