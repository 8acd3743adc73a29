"""The way out of the server to the robots of work groups.

apprise knows the body that each robot wants. What it leaves to us: it takes every answer of 200 for a yes, while these
robots say no in the body of a 200; and it goes wherever an address leads, also to the server's own neighbours. So its
plugins are given this way out instead of `requests`; `community.robots` lets no other plugin in.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from contextvars import ContextVar
from typing import Any

import requests
from apprise import Apprise
from apprise.plugins import custom_json, dingtalk, feishu, lark, wecombot
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

# How a robot says no in the body of an answer of 200: any other number than 0 under one of these names.
_NO = ("errcode", "code", "StatusCode")
_READ_AT_MOST = 10_000
BAD_GATEWAY = 502
# Addresses that carry another one inside: NAT64, 6to4, Teredo.
_WRAPPED = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "2002::/16", "2001::/32")]
# An address is a key: what apprise says about one stays out of the server's log.
_log = logging.getLogger("apprise")
_log.addHandler(logging.NullHandler())
_log.propagate = False
# With what number the other side has refused the message that is being sent.
_refused: ContextVar[list[str]] = ContextVar("robots_refused")


def notifier_of(address: str) -> Any:
    """apprise's plugin for an address, or None where it cannot be read."""
    try:
        return Apprise.instantiate(address, suppress_exceptions=True)
    except Exception:  # what cannot be read is no address
        return None


def hand_over(notifier: Any, *, title: str, text: str) -> tuple[bool, str]:
    """Whether the other side took the message, and the number by which it refused; redirects are not followed."""
    notifier.redirects, notifier.request_rate_per_sec = False, 0
    said: list[str] = []
    token = _refused.set(said)
    try:
        return bool(notifier.notify(body=text, title=title)), "".join(said[-1:])
    except Exception:  # plugins by as many authors: whatever goes wrong is an answer too
        return False, ""
    finally:
        _refused.reset(token)


def is_open() -> bool:
    """Whether robots may be machines of the server's own network: set by whoever runs it, never on a page."""
    return bool(settings.ROBOTS_IN_OWN_NETWORK)


def is_outside(number: str) -> bool:
    """Whether a machine with this IP address may be sent to."""
    if is_open():
        return True
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _WRAPPED):
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast


class _Watched:
    """A connection that is dropped before a byte is sent where it stands with a machine of the own network."""

    def _new_conn(self) -> socket.socket:
        standing: socket.socket = super()._new_conn()  # type: ignore[misc]
        if not is_outside(str(standing.getpeername()[0])):
            standing.close()
            raise NewConnectionError(self, "in the own network")  # type: ignore[arg-type]
        return standing


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class _Out:
    """What apprise's plugins use of `requests`, with the connection watched and the answer read."""

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        with requests.Session() as session:
            # A proxy is a machine of the own network, and says nothing of where the message ends.
            session.trust_env = is_open()
            session.mount("http://", _Adapter())
            session.mount("https://", _Adapter())
            answer: requests.Response = session.request(method, url, **options)
        no = _no_of(answer)
        if no or not 200 <= answer.status_code < 300:
            _refused.get().append(no or str(answer.status_code))
            answer.status_code = BAD_GATEWAY
        return answer


def _no_of(answer: requests.Response) -> str:
    """The number by which the body of an answer says no, or ""."""
    try:
        body = answer.json() if len(answer.content) <= _READ_AT_MOST else None
    except ValueError:
        return ""
    numbers = [body.get(name) for name in _NO] if isinstance(body, dict) else []
    return next((str(number)[:10] for number in numbers if isinstance(number, int) and number), "")


for _plugin in (custom_json, dingtalk, feishu, lark, wecombot):
    setattr(_plugin, "requests", _Out())  # noqa: B010 the plugin has it from its own import
