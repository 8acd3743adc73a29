"""Writes around messages: where one reads mail and what of it, the groups with a robot, what is sent again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.signing import Signer
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from community import audit, messages, robots
from community.access import Permission
from community.models import Channel, Choice, Delivery
from community.notices import notify
from core import clock
from core.fields import plain_of, search_hash
from core.refusal import Refused
from core.scoping import locked

if TYPE_CHECKING:
    from community.models import Community, User

CODE_HOLDS = timedelta(minutes=30)
TRIES = 5
_OWN = "one's own choice, or that of whoever holds the link"
_GROUP_FIELDS = ("name", "address", "kind", "muted")


def choice_of(user: User) -> Choice | None:
    """How somebody is told, or None where they never chose."""
    found: Choice | None = Choice.objects.visible_to(user).first()
    return found


@transaction.atomic
def ask_address(*, address: str, by: User) -> str:
    """Remember an address until it is confirmed; gives the code that is sent there. The old one holds until then."""
    if not messages.mail_is_offered():
        raise Refused(_("这个平台还没有接通邮件。"))
    row = _own(by)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.pending, row.code_hash, row.code_tries = address, _code_hash(by, address, code), 0
    row.code_until, row.language = clock.now() + CODE_HOLDS, get_language() or "zh-hans"
    row.save()
    return code


@transaction.atomic
def confirm_address(*, code: str, by: User) -> bool:
    """Whether `code` was the one that came by mail; then mail goes there from now on.

    Raises Refused where no code is awaited any more: too old, or tried too often.
    """
    row = _own(by)
    if not row.pending or row.code_until is None or clock.now() > row.code_until or row.code_tries >= TRIES:
        raise Refused(_("这个验证码不能用了。请重新填一次邮箱，再发一个。"))
    if not constant_time_compare(row.code_hash, _code_hash(by, plain_of(row.pending), code)):
        row.code_tries += 1
        row.save(update_fields=["code_tries"])
        return False
    before, row.address = row.address, row.pending
    _forget_pending(row)
    row.save()
    audit.record("message_address_confirmed", row, by=by, changes={"address": [before, row.address]})
    return True


@transaction.atomic
def drop_address(row: Choice, *, by: User | None) -> None:
    """No mail any more; the address is forgotten. `by` None: whoever holds the link of a mail."""
    row = locked(row)
    if not row.address and not row.pending:
        return
    before, row.address = row.address, ""
    _forget_pending(row)
    row.save()
    audit.record("message_address_dropped", row, by=by, changes={"address": [before, ""]})
    if by is None:
        words = _("按邮件里的链接，以后不再给您发邮件了。提醒照样在这里看得到。")
        notify([row.user], about=row, kind=messages.STOPPED, text=words, url="community:messages")


@transaction.atomic
def choose(*, wanted: Iterable[str], quiet_from: int, quiet_until: int, brief: bool, by: User) -> None:
    """Which topics by mail, in which hours none, and whether the mail says what it is about."""
    row = _own(by)
    offered = [one.slug for one in messages.topics(staff=True)]
    asked = {one.slug for one in messages.topics(staff=has_duties(by))}
    # What one is not asked about stays wanted, for the day on which one gets a duty.
    row.muted = messages.muted_by([*wanted, *(slug for slug in offered if slug not in asked)], offered)
    row.quiet_from, row.quiet_until, row.brief = quiet_from, quiet_until, brief
    row.language = get_language() or "zh-hans"
    row.save()
    audit.record("messages_chosen", row, by=by)


def stop_token(row: Choice) -> str:
    """What the link in a mail carries: good for this person and this address, for as long as they go together."""
    return _signer().sign(f"{row.user_id}.{_tag(row)}")


def find_by_token(token: str) -> Choice | None:
    """The choice that a link speaks of; None where it has been changed since. Raises BadSignature for a made up one."""
    user, _dot, tag = _signer().unsign(token).partition(".")
    row: Choice | None = Choice.objects.unscoped(reason=_OWN).select_related("user").filter(user=int(user)).first()
    return row if row and row.address and constant_time_compare(_tag(row), tag) else None


@transaction.atomic
def add_group(
    community: Community, *, name: str, address: str, wanted: Iterable[str], by: User, secret: str = ""
) -> Channel:
    """A work group with a robot; Refused where no message could go to the address."""
    made = Channel(community=community, name=name, created_by=by, muted=_muted(wanted))
    made.address = robots.checked(address, secret=secret)
    made.kind = robots.kind_of(plain_of(made.address))
    made.save()
    audit.record("message_group_added", made, by=by, changes={"name": ["", name]})
    return made


@transaction.atomic
def change_group(
    group: Channel, *, name: str, wanted: Iterable[str], by: User, address: str = "", secret: str = ""
) -> Channel:
    """Another name, other kinds, or another address; no address keeps the one that is there."""
    row = locked(group)
    before = {field: getattr(row, field) for field in _GROUP_FIELDS}
    row.name, row.muted = name, _muted(wanted)
    if address:
        row.address = robots.checked(address, secret=secret)
        row.kind = robots.kind_of(plain_of(row.address))
    changes = {field: [old, getattr(row, field)] for field, old in before.items() if old != getattr(row, field)}
    if changes:
        row.save()
        audit.record("message_group_changed", row, by=by, changes=changes)
    return row


@transaction.atomic
def drop_group(group: Channel, *, by: User) -> None:
    """Nothing more is told to this group, also not what still waits."""
    row = locked(group)
    audit.record("message_group_dropped", row, by=by, changes={"name": [row.name, ""]})
    row.delete()


def record_group_test(group: Channel, *, answer: str, by: User) -> None:
    """The office has tried a group; `answer` is a sentence where it went wrong."""
    audit.record("message_group_tested", group, by=by, reason=answer or _("消息发出去了，对方收下了。"))


@transaction.atomic
def send_again(delivery: Delivery, *, by: User) -> None:
    """Try once more what was given up, from the beginning; Refused where there is nothing to try."""
    row = locked(delivery)
    if row.state != Delivery.State.GIVEN_UP:
        raise Refused(_("这条消息已经重新发了，或者不用再发了。"))
    if row.user_id and not Choice.objects.unscoped(reason=_OWN).with_address().filter(user=row.user_id).exists():
        raise Refused(_("本人已经不收邮件了，消息在站内提醒里看得到。"))
    row.state, row.tries, row.next_at, row.ended_at = Delivery.State.WAITING, 0, clock.now(), None
    row.problem, row.answer, row.claim, row.urgent = "", "", None, True
    row.save()
    if row.user_id != by.pk:
        audit.record("message_sent_again", row, by=by, reason=row.to)


def _own(by: User) -> Choice:
    """One's own row, locked; made with the first choice."""
    communities = by.scope.communities
    if not communities:
        raise Refused(_("您现在不在任何社区里，没有要发给您的消息。"))
    defaults = {"community_id": min(communities)}
    row, _new = Choice.objects.visible_to(by).get_or_create(user=by, defaults=defaults)
    mine: Choice = locked(row)
    return mine


def _forget_pending(row: Choice) -> None:
    row.pending, row.code_hash, row.code_until, row.code_tries = "", "", None, 0


def _code_hash(user: User, address: str, code: str) -> str:
    return search_hash(f"mail code:{user.pk}:{address}:{code}")


def _tag(row: Choice) -> str:
    return search_hash(f"mail stop:{row.user_id}:{plain_of(row.address)}")[:16]


def _signer() -> Signer:
    return Signer(salt="community.messages.stop")


def _muted(wanted: Iterable[str]) -> str:
    return messages.muted_by(wanted, messages.group_kinds())


def has_duties(user: User) -> bool:
    """Whether somebody is asked about what only those with duties are told."""
    return user.scope.may(Permission.TODAY)
