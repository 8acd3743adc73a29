"""A system of the city that speaks Open311."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.http import HttpResponseBase
from django.test import Client

from helpdesk import actions
from tests.factories import (
    Desk,
)

FORM = "application/x-www-form-urlencoded"


class System:
    """A city's system: asks with its key and reads what it gets."""

    def __init__(self, here: Desk, name: str = "市 12345 热线", *, may_write: bool = True) -> None:
        self.here = here
        self.row, self.key = actions.open_key(here.grid.community, by=here.secretary, name=name, may_write=may_write)
        self.browser = Client(headers={"Authorization": f"Bearer {self.key}"})

    def get(self, path: str, expected: int = 200, **query: Any) -> Any:
        answer = self.browser.get(f"/open311/v2/{path}", query)
        assert answer.status_code == expected, body(answer)
        return read(answer)

    def post(self, status: int = 201, form: str = "json", **sent: Any) -> Any:
        answer = self.browser.post(f"/open311/v2/requests.{form}", urlencode(typed(**sent)), content_type=FORM)
        assert answer.status_code == status, body(answer)
        return read(answer)


def typed(**sent: Any) -> dict[str, Any]:
    """What a system sends of a leaking pipe, in the words of the standard."""
    fields = {
        "service_code": "plumbing",
        "description": "地下室水管爆了\n从昨晚开始。",
        "address_string": "大门口往东五十米",
        "last_name": "张",
        "first_name": "桂兰",
        "phone": "13800138000",
        **{name: value for name, value in sent.items() if name != "outside_id"},
    }
    if "outside_id" in sent:
        fields["attribute[outside_id]"] = sent["outside_id"]
    return {name: value for name, value in fields.items() if value is not None}


def body(answer: HttpResponseBase) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode()


def read(answer: HttpResponseBase) -> Any:
    """JSON as it is, XML as its root."""
    if answer["Content-Type"] == "application/json; charset=utf-8":
        return json.loads(body(answer))
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    text = body(answer)
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    return ElementTree.fromstring(text)
