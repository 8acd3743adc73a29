"""Moments, readers and groups for the tests of messages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from community.models import Channel, Choice, Community, Delivery, Notice, User
from community.notices import notify
from tests.factories import GridFactory, household_in, resident_of
from tests.servers import Hook

HERE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 9, 16, 12, tzinfo=HERE)
State, Problem = Delivery.State, Delivery.Problem


def reader(community, address: str = "wang@example.org", **fields) -> User:
    """Somebody of the community who has confirmed this address."""
    user = resident_of(household_in(GridFactory(community=community)))
    Choice.objects.create(community=community, user=user, address=address, **fields)
    return user


def told(user: User, text: str = "您提的诉求有了回复。", kind: str = "request_reply", **more) -> Notice:
    community = Community.objects.get(pk=min(user.scope.communities))
    about = Channel(community=community)
    notify([user], about=about, kind=kind, text=text, url="/requests/", **more)
    return Notice.objects.filter(user=user).latest("pk")


def group_of(community, hook: Hook, **fields) -> Channel:
    return Channel.objects.create(community=community, name="社区群", kind="other", address=hook.address, **fields)
