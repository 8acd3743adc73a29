"""For how long the group keeps what it no longer needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from alliance.advice.states import State
from alliance.models import AdviceSession, Adviser
from community.forgetting import DELETED
from community.models import Appointment, Community
from community.retention import Rule
from community.roles import Role
from core import clock

_WHY = "housekeeping: what was told of former advisers, sessions that were not held"


def _former(community: Community, before: datetime) -> Any:
    """What is told of those who have not advised since then."""
    terms = Appointment.objects.unscoped(reason=_WHY).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=clock.local(before).date()),
        community=community,
        role=Role.ADVISER,
        user=OuterRef("user"),
    )
    rows = Adviser.objects.unscoped(reason=_WHY).filter(community=community, created_at__lt=before)
    return rows.filter(~Exists(terms))


def _not_held(community: Community, before: datetime) -> Any:
    rows = AdviceSession.objects.unscoped(reason=_WHY)
    return rows.filter(community=community, state=State.CALLED_OFF, starts_at__lt=before)


RULES = (
    Rule(
        slug="former_advisers",
        what=_("不再担任顾问的人的介绍"),
        then=DELETED,
        days=365,
        basis=_("卸任以后不再需要介绍，姓名也不再公开；到会和签字留在纪要里。"),
        count=lambda community, before: int(_former(community, before).count()),
        forget=lambda community, before: int(_former(community, before).delete()[0]),
    ),
    Rule(
        slug="sessions_called_off",
        what=_("没有开成的顾问会议"),
        then=DELETED,
        days=365,
        basis=_("没有开成，过一年就用不着了。"),
        count=lambda community, before: int(_not_held(community, before).count()),
        forget=lambda community, before: int(_not_held(community, before).delete()[1].get("alliance.AdviceSession", 0)),
    ),
)
