"""The outbox: what waits is sent, tried again, and at last given up and shown. A frequent duty of the worker.

Each message arrives at least once. Who takes some claims them first, for ten minutes: two workers never send the same,
and what a killed worker had taken is taken up again after that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from community import messages, robots
from community.models import Appointment, Choice, Delivery, Notice, User
from community.notices import notify
from community.post import Post, letter
from community.robots import Outcome
from community.roles import Role
from core import clock
from core.fields import plain_of
from core.quiet import is_quiet, not_before_morning

LEASE = timedelta(minutes=10)
# After the first try that fails, the second, … ; when all are used up the message is given up.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
# So many seconds at most begin something new in one run, and so many messages go together to one person or group.
A_RUN, TOGETHER = 40.0, 20
_WHY = "messages that are due, of all communities"
State, Problem = Delivery.State, Delivery.Problem


def send_due() -> int:
    """Send what is due; gives how many messages arrived. What cannot be sent stays for later runs."""
    end, arrived = time.monotonic() + A_RUN, 0
    with Post() as post:
        while time.monotonic() < end:
            together = _claim(mail=not post.is_down)
            if together is None:
                break
            if together:
                arrived += _mail(together, post) if together[0].user_id else _tell(together)
    return arrived


def next_try(tries: int, *, urgent: bool) -> datetime | None:
    """When to try again after so many tries, never at night unless urgent; None when enough was tried."""
    if tries > len(BACKOFF):
        return None
    moment = clock.now() + BACKOFF[tries - 1]
    return moment if urgent else not_before_morning(moment)


def _claim(*, mail: bool) -> list[Delivery] | None:
    """What is due for one person or group, now ours; [] where another worker was faster, None where nothing is due."""
    now = clock.now()
    rows = Delivery.objects.unscoped(reason=_WHY)
    due = rows.filter(next_at__lte=now) if mail else rows.filter(next_at__lte=now, user__isnull=True)
    first = due.order_by("-urgent", "next_at", "pk").values("community_id", "user_id", "channel_id", "grid_id").first()
    if first is None:
        return None
    keys = list(due.filter(**first).order_by("pk").values_list("pk", flat=True)[:TOGETHER])
    claim = uuid4()
    rows.filter(pk__in=keys, next_at__lte=now).update(claim=claim, next_at=now + LEASE, tries=F("tries") + 1)
    taken = rows.filter(claim=claim).select_related("community", "user", "notice", "channel", "grid")
    return list(taken.order_by("pk"))


def _mail(together: Sequence[Delivery], post: Post) -> int:
    """One person's notices in one mail, as they wish it now; what they have read in the portal need not go."""
    choice = Choice.objects.unscoped(reason=_WHY).filter(user=together[0].user_id).select_related("user").first()
    if choice is None or not choice.address:
        return _drop(together)
    going = [one for one in together if _still_wanted(one, choice)]
    _drop([one for one in together if one not in going])
    if is_quiet(clock.now(), choice.quiet_from, choice.quiet_until):
        _put_off([one for one in going if not one.urgent], choice)
        going = [one for one in going if one.urgent]
    return _settle(going, post.send(letter(choice, going))) if going else 0


def _tell(together: Sequence[Delivery]) -> int:
    """What there is for one group, in one message."""
    one = together[0]
    address = plain_of(one.channel.address if one.channel else getattr(one.grid, "work_group", ""))
    if not address:
        return _drop(together)
    text = "\n\n".join("\n".join(filter(None, [each.text, _link(each)])) for each in together)
    return _settle(together, robots.send(address, title=one.community.name, text=text))


def _link(one: Delivery) -> str:
    return urljoin(settings.SITE_URL, one.url) if one.url else ""


def _still_wanted(one: Delivery, choice: Choice) -> bool:
    assert one.notice is not None
    return one.notice.read_at is None and messages.topic_of(one.kind).slug not in choice.muted.split()


def _ours(rows: Iterable[Delivery]) -> Any:
    """These rows, unless somebody else has taken them up because we took too long."""
    known = list(rows)
    claims = {one.claim for one in known}
    return Delivery.objects.unscoped(reason=_WHY).filter(pk__in=[one.pk for one in known], claim__in=claims)


def _drop(rows: Sequence[Delivery]) -> int:
    if rows:
        _ours(rows).update(state=State.DROPPED, next_at=None, claim=None, ended_at=clock.now())
    return 0


def _put_off(rows: Sequence[Delivery], choice: Choice) -> None:
    if rows:
        morning = not_before_morning(clock.now(), choice.quiet_from, choice.quiet_until)
        _ours(rows).update(next_at=morning, claim=None, tries=F("tries") - 1)


def _settle(rows: Sequence[Delivery], outcome: Outcome) -> int:
    """Write down how it went; how many arrived."""
    if outcome.arrived:
        over = {"next_at": None, "claim": None, "ended_at": clock.now(), "problem": "", "answer": ""}
        return int(_ours(rows).update(state=State.SENT, **over))
    for one in rows:
        hopeless = outcome.problem in (Problem.ADDRESS, Problem.UNREADABLE)
        again = None if hopeless else next_try(one.tries, urgent=one.urgent)
        said = {"problem": outcome.problem, "answer": outcome.answer, "claim": None}
        if again:
            _ours([one]).update(next_at=again, **said)
        else:
            _give_up(one, said)
    return 0


@transaction.atomic
def _give_up(one: Delivery, said: dict[str, Any]) -> None:
    """Tell whom it was for, or of a group the office: once, until they have read it."""
    if not _ours([one]).update(state=State.GIVEN_UP, next_at=None, ended_at=clock.now(), **said):
        return
    people = [one.user] if one.user else _office(one)
    where = "community:messages" if one.user else "community:messages_office"
    known = Notice.objects.unscoped(reason=_WHY).filter(community=one.community_id, kind=messages.NOT_ARRIVED)
    told = set(known.filter(user__in=people).unread().values_list("user_id", flat=True))
    with translation.override(settings.LANGUAGE_CODE):
        mail = _("有发到您邮箱的消息没有送到。请看看邮箱地址对不对。")
        group = _("有发到工作群的消息没有送到。请看看群机器人的地址。")
    fresh = [person for person in people if person.pk not in told]
    notify(fresh, about=one, kind=messages.NOT_ARRIVED, text=mail if one.user else group, url=where)


def _office(one: Delivery) -> list[User]:
    """Those who look after messages."""
    held = Appointment.objects.unscoped(reason=_WHY).current().filter(community=one.community_id)
    held = held.filter(role__in=[Role.COMMUNITY_STAFF, Role.SECRETARY]).select_related("user").order_by("pk")
    return list({row.user_id: row.user for row in held}.values())
