"""What leaves the portal: notices by e-mail for those who chose it, and words for the robots of the work groups.

    messages.register("requests", _("诉求"), kinds=("request",))       a room's kinds of notices, as people choose them
    messages.tell_group(community, kind="digest", text=…)              to the work groups: numbers and links, no names

A message is written here in the transaction of what it tells, and sent by `community.outbox`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.models import Channel, Choice, Delivery, Notice
from core import clock
from core.quiet import not_before_morning
from core.sql import insert

if TYPE_CHECKING:
    from community.models import Community

Words = str | Promise

OTHER = "other"
# Told in the portal alone: a mail about a mail that did not arrive would not arrive either.
NOT_ARRIVED, STOPPED = "message_not_arrived", "message_stopped"
_PORTAL_ONLY = frozenset({NOT_ARRIVED, STOPPED})
LONGEST = 2000
_WHY = "the groups of a community, for what is told to all of them"
# Asked about each notice while it is written: what its reader does not want by mail, NULL where they chose none.
_CHOSEN = (
    f"(SELECT c.muted FROM {Choice._meta.db_table} c "  # noqa: S608 names of tables
    f"WHERE c.user_id = {Notice._meta.db_table}.user_id AND c.address <> '')"
)
# What must not stand in a group, whoever wrote the text: mobile numbers and identity numbers.
_NUMBERS = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?![\dXx])")


@dataclass(frozen=True)
class Topic:
    """Kinds of notices that people choose together; `kinds` are beginnings of their names."""

    slug: str
    words: Words
    kinds: tuple[str, ...] = ()
    staff: bool = False


_topics: dict[str, Topic] = {OTHER: Topic(OTHER, _("别的提醒"))}
_group_kinds: dict[str, Words] = {}


def register(slug: str, words: Words, *, kinds: tuple[str, ...], staff: bool = False) -> None:
    """A room's topic, registered when its app is ready; `staff`: only those with duties are asked about it."""
    _topics[slug] = Topic(slug, words, kinds, staff)


def register_group_kind(kind: str, words: Words) -> None:
    """What can be told to a work group, so that the office may choose; what is not registered goes to every group."""
    _group_kinds[kind] = words


def topics(*, staff: bool) -> list[Topic]:
    """What one may choose by mail, the rest last."""
    found = [one for one in _topics.values() if staff or not one.staff]
    return sorted(found, key=lambda one: one.slug == OTHER)


def group_kinds() -> dict[str, Words]:
    """What the office may choose for a group."""
    return dict(_group_kinds)


def topic_of(kind: str) -> Topic:
    """The topic of a kind of notice: the one that knows the longest beginning of its name."""
    known = ((len(begin), one) for one in _topics.values() for begin in one.kinds if kind.startswith(begin))
    return max(known, key=lambda found: found[0], default=(0, _topics[OTHER]))[1]


def mail_is_offered() -> bool:
    """Whether whoever runs the portal has given it a mail server."""
    return bool(settings.EMAIL_HOST)


def leave(notices: Sequence[Notice], *, urgent: bool = False) -> None:
    """Write notices of one kind, and what of them goes by mail; without a mail it is the one statement."""
    asking = bool(notices) and mail_is_offered() and notices[0].kind not in _PORTAL_ONLY
    chosen = insert(notices, asking=_CHOSEN if asking else "")
    going = [one for one, muted in zip(notices, chosen, strict=asking) if muted is not None and _wanted(one, muted)]
    if going:
        due = due_at(urgent=urgent)
        insert(
            Delivery(
                community_id=one.community_id,
                user_id=one.user_id,
                notice_id=one.pk,
                kind=one.kind,
                urgent=urgent,
                next_at=due,
            )
            for one in going
        )


def tell_group(
    community: Community, *, kind: str, text: str, url: str = "", urgent: bool = False, grid: Any = None
) -> int:
    """Tell the work groups of a community something, in the caller's transaction; how many are told.

    `text` names nobody: numbers of requests, places, counts. `url` is an address of the portal, or the name of one.
    With `grid` it is that grid's own group instead. `urgent` does not wait for the morning.
    """
    told: list[dict[str, Any]] = [{"grid_id": grid.pk}] if grid is not None and grid.work_group else []
    if grid is None:
        channels = Channel.objects.unscoped(reason=_WHY).filter(community=community).only("pk", "muted")
        told = [{"channel_id": one.pk} for one in channels.order_by("pk") if kind not in one.muted.split()]
    words = discreet(text)[:LONGEST]
    due, url = due_at(urgent=urgent), resolve_url(url) if url else ""
    rows = [
        Delivery(community_id=community.pk, kind=kind, text=words, url=url, urgent=urgent, next_at=due, **to)
        for to in told
    ]
    insert(rows)
    return len(rows)


def discreet(text: str) -> str:
    """The text without the numbers of phones and identity cards that somebody may have let slip in."""
    return _NUMBERS.sub("＊＊＊", text)


def due_at(*, urgent: bool) -> Any:
    """Now, or in the morning where it is night and can wait."""
    return clock.now() if urgent else not_before_morning(clock.now())


def muted_by(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """As it is kept: what was offered and not wanted. What comes to the portal later is wanted."""
    kept = set(wanted)
    return " ".join(one for one in offered if one not in kept)


def _wanted(notice: Notice, muted: str) -> bool:
    return topic_of(notice.kind).slug not in muted.split()
