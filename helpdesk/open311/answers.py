"""One answer, as XML or as JSON: lists are arrays in one and elements in the other (the standard's Spark mapping)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree  # nothing is parsed with it, answers are built

from django.http import HttpResponse

JSON, XML = "json", "xml"
CONTENT_TYPES = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}
# Nobody between here and the asking system keeps an answer.
HEADERS = {"Cache-Control": "no-store"}

# What one thing in a list is called.
_ONE_OF = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
# Characters that XML 1.0 has no way to write, not even escaped.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Wrong(Exception):
    """What a system asked for that it does not get: the status of the answer, and what is told, each with its code."""

    def __init__(self, status: int, *words: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*words)
        self.status = status
        self.headers = dict(headers or {})
        self.errors = [{"code": status, "description": one} for one in words]


def in_format(
    name: str, form: str, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An answer whose root is `name`; `value` is a mapping or a list of such, of texts, numbers, truth and None."""
    body = _as_xml(name, value) if form == XML else json.dumps(value, ensure_ascii=False).encode()
    return HttpResponse(
        body, status=status, content_type=CONTENT_TYPES[form], headers={**HEADERS, **dict(headers or {})}
    )


def told_wrong(wrong: Wrong, form: str) -> HttpResponse:
    """The errors of the standard."""
    return in_format("errors", form, wrong.errors, status=wrong.status, headers=wrong.headers)


def _as_xml(name: str, value: Any) -> bytes:
    written: bytes = ElementTree.tostring(_element(name, value), encoding="utf-8", xml_declaration=True)
    return written


def _element(name: str, value: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    element.extend(_inside(name, value))
    if not isinstance(value, Mapping | list) and value is not None:
        element.text = _text(value)
    return element


def _inside(name: str, value: Any) -> Iterable[ElementTree.Element]:
    if isinstance(value, Mapping):
        return [_element(key, one) for key, one in value.items()]
    if isinstance(value, list):
        return [_element(_ONE_OF[name], one) for one in value]
    return []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _UNWRITABLE.sub("", str(value))
