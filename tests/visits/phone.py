"""A phone with a walk book, as the server sees it."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from PIL import Image

from core import clock
from visits.book.keys import sealed

JSON = {"HTTP_ACCEPT": "application/json"}


def picture(colour: str = "teal") -> bytes:
    """A photo as it lies on the phone."""
    content = BytesIO()
    Image.new("RGB", (32, 24), colour).save(content, "JPEG")
    return content.getvalue()


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Phone:
    """One user's browser; `device` is its own id."""

    user: Any
    client: Client = field(default_factory=Client)
    device: str = field(default_factory=lambda: str(uuid4()))

    def __post_init__(self) -> None:
        self.client.force_login(self.user)

    def held(self, after: str = "") -> Any:
        return self.client.get(reverse("visits:book_held"), {"after": after}, **JSON).json()

    def door(self, household: Any) -> Any:
        return next(one for one in self.held()["doors"] if one["household"] == str(household.pk))

    def record(self, door: Any, *, photos: tuple[bytes, ...] = (), **fields: Any) -> dict[str, Any]:
        """What the phone keeps when the form of a door is sent."""
        hidden = re.findall(r'<input type="hidden" name="(base_version|seen)" value="([^"]*)"', door["form"])
        pk = str(uuid4())
        typed = {"outcome": "met", "rest": "confirmed", "started": clock.now().isoformat(), "uuid": pk} | fields
        names = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
        return {
            "id": pk,
            "target": door["target"],
            "household": door["household"],
            "fields": {name: [unescape(value)] for name, value in hidden} | names,
            "photos": [name_of(photo) for photo in photos],
            "position": None,
        }

    def send(self, record: dict[str, Any], **more: Any) -> Any:
        about = {"sent_at": clock.now().isoformat(), "device": self.device, "unsent": 1}
        return self.post("visits:book_send", record | about | more)

    def send_photo(self, record: dict[str, Any], content: bytes, name: str = "") -> Any:
        url = reverse("visits:book_photo", args=[record["id"], name or name_of(content)])
        return self.client.post(url, content, content_type="image/jpeg", **JSON)

    def tell(self, **about: Any) -> Any:
        given = {"device": self.device, "name": "Android · Chrome", "held": 0, "unsent": 0, "oldest": None}
        return self.post("visits:book_device", given | about)

    def post(self, name: str, body: Any) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(reverse(name), content, content_type="application/json", **JSON)

    def export(self, *records: dict[str, Any], photos: tuple[bytes, ...] = (), user: Any = None) -> dict[str, Any]:
        """The unsent records as the file that the phone makes of them."""
        user = user or self.user

        def row(name: str, plain: bytes, named_by: str) -> dict[str, str]:
            iv, data = sealed(plain, name=name, user_id=user.pk)
            return {named_by: name, "iv": b64encode(iv).decode(), "data": b64encode(data).decode()}

        return {
            "format": "gongzhi-walk-book-1",
            "user": str(user.pk),
            "records": [row(record["id"], json.dumps(record).encode(), "id") for record in records],
            "photos": [row(name_of(photo), photo, "hash") for photo in photos],
        }
