"""Mail: the connection of one run to the mail server, and what a mail says."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from email.utils import formataddr
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import messages
from community.actions_messages import stop_token
from community.models import Choice, Delivery
from community.robots import Outcome
from core.fields import plain_of

Problem = Delivery.Problem


class Post:
    """The mail server for one run: one connection, opened with the first mail; `is_down` once it does not answer."""

    def __init__(self) -> None:
        self.is_down = not messages.mail_is_offered()
        self._connection: Any = None

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_what: object) -> None:
        self._close()

    def send(self, mail: EmailMessage) -> Outcome:
        """Hand one mail to the server; never raises."""
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
            self._connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            self._close()
            code = max(code for code, _words in refused.recipients.values())
            return Outcome(Problem.ADDRESS if code >= 500 else Problem.REFUSED, str(code))
        except smtplib.SMTPAuthenticationError as refused:
            return self._down(Problem.SIGN_IN, refused.smtp_code)
        except smtplib.SMTPConnectError as refused:
            return self._down(Problem.UNREACHED, refused.smtp_code)
        except smtplib.SMTPResponseException as refused:
            self._close()
            return Outcome(Problem.REFUSED, str(refused.smtp_code))
        except (smtplib.SMTPException, OSError):
            return self._down(Problem.UNREACHED)
        except ValueError:
            return Outcome(Problem.UNREADABLE)
        return Outcome()

    def _down(self, problem: str, code: int = 0) -> Outcome:
        self.is_down = True
        self._close()
        return Outcome(problem, str(code or ""))

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.close()


def send_code(choice: Choice, code: str) -> Outcome:
    """The code that confirms an address, at once: somebody waits for it."""
    with translation.override(choice.language), Post() as post:
        community = choice.community.name
        subject = _("%(community)s：验证码 %(code)s") % {"community": community, "code": code}
        text = render_to_string("community/mail_code.txt", {"community": community, "code": code})
        return post.send(_mail(community, subject, text, plain_of(choice.pending), {}))


def letter(choice: Choice, told: Sequence[Delivery]) -> EmailMessage:
    """One mail about several notices, in the words of the portal, with the way to have no more of them."""
    with translation.override(choice.language):
        community = told[0].community.name
        stop = _absolute(reverse("community:messages_stop", args=[stop_token(choice)]))
        notices = [one.notice for one in told if one.notice]
        lines = [("" if choice.brief else messages.discreet(one.text), _absolute(one.url)) for one in notices]
        facts = {
            "community": community,
            "lines": lines,
            "own": _absolute(reverse("community:messages")),
            "stop": stop,
        }
        text = render_to_string("community/mail.txt", facts)
        headers = {
            # The same for every try, so that a mailbox which got it twice can show it once.
            "Message-ID": f"<{told[0].pk}.{len(told)}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2] or 'portal'}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return _mail(community, _subject(community, choice, told), text, plain_of(choice.address), headers)


def _subject(community: str, choice: Choice, told: Sequence[Delivery]) -> str:
    words = {"community": community, "count": len(told), "topic": messages.topic_of(told[0].kind).words}
    if len(told) == 1 and not choice.brief:
        return _("%(community)s：%(topic)s有新消息") % words
    counted = ngettext("%(community)s：您有 %(count)d 条新消息", "%(community)s：您有 %(count)d 条新消息", len(told))
    return counted % words


def _mail(community: str, subject: str, text: str, to: str, headers: dict[str, str]) -> EmailMessage:
    sender = formataddr((" ".join(community.split()), settings.DEFAULT_FROM_EMAIL))
    return EmailMessage(" ".join(subject.split()), text, sender, [to], headers=headers)


def _absolute(address: str) -> str:
    return str(urljoin(settings.SITE_URL, address))
