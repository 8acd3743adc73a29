"""A visit form as a phone holds it, read and filled in as somebody at the door would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

Attributes = list[tuple[str, str | None]]


class Form(HTMLParser):
    """What `new FormData(form)` would give, and what else could be chosen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.choices: dict[str, list[str]] = {}
        self._select = self._text_of = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name:
            self._input(name, given.get("type") or "text", given.get("value"), checked="checked" in given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self.choices.setdefault(self._select, []).append(value)
            if "selected" in given or self._select not in self.fields:
                self.fields[self._select] = [value]
        elif tag == "textarea":
            self._text_of = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text_of = ""

    def handle_data(self, data: str) -> None:
        if self._text_of:
            self.fields[self._text_of][0] += data.removeprefix("\n")

    def _input(self, name: str, kind: str, value: str | None, *, checked: bool) -> None:
        if kind in {"radio", "checkbox"}:
            value = "on" if value is None else value
            self.choices.setdefault(name, []).append(value)
            if checked:
                self.fields.setdefault(name, []).append(value)
        elif kind not in {"file", "submit", "button"}:
            self.fields.setdefault(name, []).append(value or "")


@dataclass
class Filled:
    """A visit in the queue of a phone, and what has to be stored of it in the end."""

    target: str
    household: str
    fields: dict[str, list[str]]
    photos: dict[str, bytes]
    """By their SHA-256, in the order of their names."""
    id: str = field(default_factory=lambda: str(uuid4()))
    verified: int = 0
    findings: list[str] = field(default_factory=list)
    requests: int = 0
    told: int = 0

    def body(self, device: str, unsent: int) -> bytes:
        """The record as the script sends it now."""
        record = {
            "id": self.id,
            "target": self.target,
            "household": self.household,
            "fields": self.fields,
            "photos": list(self.photos),
            "position": {"lat": 31.2, "lon": 121.5, "accuracy": 20},
            "sent_at": datetime.now(UTC).isoformat(),
            "device": device,
            "unsent": unsent,
        }
        return json.dumps(record, ensure_ascii=False).encode()


def fill(door: dict[str, Any], number: int, photos: dict[str, bytes]) -> Filled:
    """The form of a door as phones hold it: of ten visits four bring something else."""
    form = Form(door["form"])
    visit = Filled(door["target"], door["household"], form.fields, photos)
    started = datetime.now(UTC) - timedelta(hours=3) + timedelta(seconds=10 * number)
    form.fields |= {"uuid": [visit.id], "started": [started.isoformat()]}
    if number % 10 == 3:
        form.fields["outcome"] = ["absent"]
        return visit
    form.fields["rest"] = ["confirmed"]
    form.fields["met_who"] = form.choices["met_who"][:1]
    visit.verified = len(json.loads(form.fields["seen"][0]))
    if number % 10 == 5:
        form.fields |= {"h-phone": ["changed"], "h-phone-new": [f"139{number:08d}"]}
    elif number % 10 == 6:
        _finding(visit, 1, handling="request", category=form.choices["f1-category"][1])
        visit.requests = 1
    elif number % 10 == 8:
        _finding(visit, 1, handling="note")
        _finding(visit, 2, handling="hall")
    _tell(visit, form)
    return visit


def _finding(visit: Filled, number: int, **chosen: str) -> None:
    text = f"楼道灯不亮，第 {number} 处，{visit.id}"
    visit.fields |= {f"f{number}-{name}": [value] for name, value in {"text": text, **chosen}.items()}
    visit.findings.append(text)


def _tell(visit: Filled, form: Form) -> None:
    """What has become of everything that was brought back from here before."""
    for name in [name for name in form.fields if name.startswith("told-")]:
        answer = name.replace("told-", "answer-", 1)
        visit.fields |= {name: ["还在办，办好了再来说。"], answer: [form.choices[answer][-1]]}
        visit.told += 1
