"""A visitor with cookies who asks a server on this machine, one request a connection, as the sync worker answers."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import uuid4

TIMEOUT = 60  # seconds
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')

Fields = dict[str, str]
Files = list[tuple[str, str, bytes]]
"""(field, file name, JPEG bytes)"""


class Unexpected(Exception):
    """The server answered something else than what the measurement is about."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took to the last byte, in seconds."""

    status: int
    location: str
    body: bytes
    seconds: float


class Visitor:
    """Somebody signed in at `127.0.0.1:port`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def token(self, path: str) -> str:
        """The CSRF token of the form on a page; it stays good for the session."""
        answer = self.get(path)
        found = _TOKEN.search(answer.body)
        if found is None:
            raise Unexpected(f"{path}: no form in answer {answer.status}")
        return found.group(1).decode()

    def post(self, path: str, fields: Fields) -> Answer:
        return self._ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def send(self, path: str, fields: Fields, files: Files) -> Answer:
        """A POST as multipart/form-data."""
        mark = uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()
        ]
        for field, name, content in files:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            parts.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + content + b"\r\n")
        parts.append(f"--{mark}--\r\n".encode())
        return self._ask("POST", path, b"".join(parts), f"multipart/form-data; boundary={mark}")

    def deliver(self, path: str, body: bytes, kind: str, *, listen: bool = True) -> Answer:
        """A POST as a script sends it; without `listen` the line breaks once all is sent, and the status is 0."""
        token = self.cookies["csrftoken"]
        return self._ask("POST", path, body, kind, {"X-CSRFToken": token, "Accept": "application/json"}, listen=listen)

    def sign_in(self, path: str, fields: Fields) -> Visitor:
        """Sign in through the form at `path`; raises Unexpected when that does not lead on."""
        answer = self.post(path, {**fields, "csrfmiddlewaretoken": self.token(path)})
        if answer.status != 302 or answer.location.startswith(path):
            raise Unexpected(f"{path}: sign-in answered {answer.status} {answer.location}")
        return self

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = "",
        said: Fields | None = None,
        *,
        listen: bool = True,
    ) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(said or {})}
        if kind:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        start = time.perf_counter()
        try:
            connection.request(method, path, body, headers)
            if not listen:
                return Answer(0, "", b"", time.perf_counter() - start)
            response = connection.getresponse()
            content = response.read()
            seconds = time.perf_counter() - start
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(response.status, response.headers.get("Location", ""), content, seconds)
