"""Addresses worked out once are those that Django works out."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse, set_script_prefix

from core.addresses import address


def test_an_address_is_djangos_own_under_every_prefix() -> None:
    key = uuid4()
    assert address("helpdesk:request", key) == reverse("helpdesk:request", args=[key])
    set_script_prefix("/portal/")
    try:
        assert address("helpdesk:request", key) == reverse("helpdesk:request", args=[key])
        assert address("helpdesk:request", key).startswith("/portal/")
    finally:
        set_script_prefix("/")
