"""Servers that messages go to, real ones on this machine: a mail server, and a group's receiver of web hooks."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """What a mail server has taken; `refuse` is what it answers instead, to the address or to the mail."""

    def __init__(self) -> None:
        self.got: list = []
        self.refuse_address = self.refuse_mail = ""
        self.controller: Controller | None = None

    def close(self) -> None:
        """The server is down from now on."""
        self.controller.stop()
        self.controller = None

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.refuse_address:
            return self.refuse_address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuse_mail:
            return self.refuse_mail
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"

    @property
    def texts(self) -> list[str]:
        return [mail.get_content() for _to, mail in self.got]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def mail_server(settings: Any) -> Iterator[Mailbox]:
    """A mail server, and the portal told of it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.controller = controller
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "portal@example.org"
    yield box
    if box.controller:
        box.controller.stop()


class Hook(ThreadingHTTPServer):
    """A group's server: keeps what it is sent; answers with `status` and `body`."""

    status = 200
    body: object = None

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/secret-key"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, content))
        self.send_response(self.server.status)
        self.end_headers()
        if self.server.body is not None:
            self.wfile.write(json.dumps(self.server.body).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def hook_server() -> Iterator[Hook]:
    """A group's server, answering 200 until it is told otherwise."""
    server = Hook(("127.0.0.1", 0), _Handler)
    server.got = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
