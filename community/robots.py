"""The robots of work groups: which addresses are taken, and one message sent to one. Never a resident's data."""

from __future__ import annotations

import re
import socket
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from community.models import Channel, Delivery
from core.refusal import Refused

SECONDS = 4
# Bytes of one message; the title has its own.
MOST = 1_700
KINDS = {
    "wecombot": Channel.Kind.WECOM,
    "dingtalk": Channel.Kind.DINGTALK,
    "feishu": Channel.Kind.FEISHU,
    "lark": Channel.Kind.FEISHU,
    "json": Channel.Kind.OTHER,
    "jsons": Channel.Kind.OTHER,
}
# Only to an address that somebody typed can a message be led astray; the robots' own hosts are fixed.
_TYPED = frozenset({"json", "jsons"})
# Addresses as the robots' own pages give them.
_NATIVE = (
    (re.compile(r"^https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send/?\?key=([A-Za-z0-9_-]+)$"), "wecombot://{}"),
    (re.compile(r"^https://oapi\.dingtalk\.com/robot/send/?\?access_token=([A-Za-z0-9]+)$"), "dingtalk://{}"),
    (re.compile(r"^https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]+)/?$"), "feishu://{}"),
    (re.compile(r"^https://open\.larksuite\.com/open-apis/bot/v2/hook/([A-Za-z0-9_-]+)/?$"), "lark://{}"),
)
Problem = Delivery.Problem


class Outcome(NamedTuple):
    """How a sending went: no problem, or which, and the number that the other side answered."""

    problem: str = ""
    answer: str = ""

    @property
    def arrived(self) -> bool:
        return not self.problem


def checked(address: str, *, secret: str = "") -> str:
    """The address as it is stored; `secret` is what DingTalk signs with.

    Raises Refused with a sentence where no message could be sent to it, or where it leads into the own network.
    """
    address = address.strip()
    for pattern, scheme in _NATIVE:
        found = pattern.match(address)
        if found:
            address = scheme.format(found.group(1))
    if secret and address.startswith("dingtalk://") and "@" not in address:
        address = f"dingtalk://{quote(secret.strip(), safe='')}@{address.removeprefix('dingtalk://')}"
    if _notifier(address) is None:
        raise Refused(_("认不出这个地址。请从群机器人的设置页整段复制；自己的接收端填 jsons:// 开头的地址。"))
    if _scheme(address) in _TYPED and not _leads_outside(address):
        raise Refused(_("这个地址在本平台自己的网络里，或者找不到，消息不往那里发。"))
    return address


def kind_of(address: str) -> str:
    """Which robot an address that was checked belongs to."""
    return KINDS[_scheme(address)]


def send(address: str, *, title: str, text: str) -> Outcome:
    """Send one message and wait for the answer, a few seconds for the connection and for the answer each."""
    notifier = _notifier(address)
    if notifier is None:
        return Outcome(Problem.UNREADABLE)
    # With the first message and not with the portal: to load apprise takes a tenth of a second.
    from community import way_out

    notifier.socket_connect_timeout = notifier.socket_read_timeout = SECONDS
    for part in parts(text):
        taken, said = way_out.hand_over(notifier, title=title, text=part)
        if not taken:
            return Outcome(Problem.REFUSED, said) if said else Outcome(Problem.UNREACHED)
    return Outcome()


def parts(text: str) -> list[str]:
    """The text in pieces that every robot takes (WeCom: 2,048 bytes with the title), between lines where possible."""
    found = [""]
    for line in text.splitlines(keepends=True):
        for piece in (line[start : start + MOST // 4] for start in range(0, len(line), MOST // 4)):
            if len((found[-1] + piece).encode()) > MOST:
                found.append("")
            found[-1] += piece
    return [one.strip("\n") for one in found if one.strip()]


def say_hello(address: str, *, community: str, group: str) -> str:
    """Try an address with a message that names nobody; "" when it was taken, else a sentence that says why not."""
    outcome = send(address, title=community, text=_("%(group)s的工作群接通了。") % {"group": group})
    if outcome.arrived:
        return ""
    if outcome.problem == Problem.UNREADABLE:
        return _("认不出群机器人的地址，请重新填写。")
    if outcome.problem == Problem.REFUSED:
        words = _("群机器人没有收下，它回答 %(code)s。请核对地址，看看机器人有没有停用。")
        return words % {"code": outcome.answer}
    return _("连不上群机器人。请核对地址，或过一会儿再试。")


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()


def _notifier(address: str) -> Any:
    """The plugin that sends to this address, or None."""
    if _scheme(address) not in KINDS:
        return None
    from community import way_out

    return way_out.notifier_of(address)


def _leads_outside(address: str) -> bool:
    """Whether every machine of this name is out in the world; asked once more when the connection stands."""
    from community import way_out

    try:
        found = socket.getaddrinfo(urlsplit(address).hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        return way_out.is_open()
    return all(way_out.is_outside(str(one[4][0])) for one in found)
