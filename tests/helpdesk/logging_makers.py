"""What people type, and requests that came at a door, for somebody else, or in confidence."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from community.models import User
from helpdesk.models import ServiceRequest
from tests.factories import Desk, small_photo


def typed(here: Desk, **fields: Any) -> dict[str, Any]:
    """What a resident types about something in a building."""
    return {
        "submission": str(uuid4()),
        "category": str(here.category("public_fixtures").pk),
        "title": "二楼的灯不亮",
        "place_kind": "building",
        "building": str(here.household.building_id),
        "visibility": "neighbourhood",
        "consent": "on",
        **fields,
    }


def the_request() -> ServiceRequest:
    return ServiceRequest.objects.get()


def at_door(here: Desk, **fields: Any) -> ServiceRequest:
    wanted = {"place_kind": "building", "building": here.household.building, "visibility": "neighbourhood"}
    return here.log(fields.pop("slug", "public_fixtures"), **{**wanted, **fields})


def on_behalf(here: Desk, **fields: Any) -> ServiceRequest:
    wanted = {"by": here.leader, "reporter": None, "reporter_name": "老李", "reporter_phone": "13812345678"}
    return here.log(**{**wanted, **fields})


def track(code: str, tail: str) -> str:
    return Client().post(reverse("helpdesk:track"), {"code": code, "tail": tail}).content.decode()


SECRETS = ("张桂英", "13812345678")


def confided(here: Desk, **fields: Any) -> ServiceRequest:
    User.objects.filter(pk=here.reporter.pk).update(name=SECRETS[0], phone=SECRETS[1])
    here.reporter.refresh_from_db()
    return here.log("tip_off", title="有人群租", photos=[small_photo()], **fields)
