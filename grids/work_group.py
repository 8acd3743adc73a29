"""A grid's work group: the address of its robot, and one message to try it. Never a resident's data."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.utils.translation import gettext as _

from core.refusal import Refused

SECONDS = 4
# An address is a key: what apprise says about one is told to whoever tries it, and stays out of the server's log.
_log = logging.getLogger("apprise")
_log.addHandler(logging.NullHandler())
_log.propagate = False
# Addresses as the robots' own pages give them, which apprise knows under another name.
_NATIVE = (
    (re.compile(r"^https://oapi\.dingtalk\.com/robot/send/?\?access_token=([A-Za-z0-9]+)$"), "dingtalk://{}"),
    (re.compile(r"^https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]+)/?$"), "feishu://{}"),
)
# Notifiers that would write into the log or onto the screen of the server itself.
_OF_THE_SERVER = frozenset({"syslog", "dbus", "kde", "qt", "glib", "gnome", "windows", "macosx", "rsyslog"})


def checked(address: str) -> str:
    """The address as it is stored; raises Refused with a sentence where no message could be sent to it."""
    address = address.strip()
    for pattern, scheme in _NATIVE:
        found = pattern.match(address)
        if found:
            address = scheme.format(found.group(1))
    if _notifier(address) is None:
        raise Refused(_("认不出这个地址。请从群机器人的设置页整段复制；也可以填 Apprise 地址，例如 json://…。"))
    return address


def say_hello(address: str, *, community: str, grid: str) -> str:
    """Send one message to the group and wait for the answer; "" when it was taken, else a sentence that says why not.

    Takes no longer than it takes to connect and to be answered, a few seconds each; follows no redirects.
    """
    notifier = _notifier(address)
    if notifier is None:
        return _("认不出群机器人的地址，请重新填写。")
    notifier.socket_connect_timeout = notifier.socket_read_timeout = SECONDS
    notifier.redirects = False
    import apprise

    with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
        try:
            taken = bool(notifier.notify(body=_("%(grid)s的工作群接通了。") % {"grid": grid}, title=community))
        except Exception:  # a hundred plugins by a hundred authors: whatever goes wrong is an answer too
            taken = False
        said = log.getvalue()
    return "" if taken else _reason(said)


def _notifier(address: str) -> Any:
    """The plugin that sends to this address; None where there is none, or where it would not leave the server."""
    if address.partition("://")[0].lower() in _OF_THE_SERVER:
        return None
    import apprise

    try:
        return apprise.Apprise.instantiate(address, suppress_exceptions=True)
    except Exception:  # what cannot be read is no address
        return None


def _reason(said: str) -> str:
    answered = re.search(r"error=(\d{3})", said)
    if answered:
        return _("群机器人没有收下，它回答 %(code)s。请核对地址，看看机器人有没有停用。") % {"code": answered.group(1)}
    if "onnection error" in said:
        return _("连不上群机器人。请核对地址，或过一会儿再试。")
    return _("没有发出去。请核对地址，或过一会儿再试。")
