"""For how long what is kept, and why (PIPL art. 19: no longer than the purpose needs); `manage.py forget` does it.

A room registers its rules when its app is ready. A period is data: RETENTION_DAYS in the settings overrides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise

from community import audit
from community.models import AuditEvent, Community
from core import clock

if TYPE_CHECKING:
    from community.models import User

VERB = "forgotten"
RUNS_SHOWN = 20
Words = str | Promise
Work = Callable[[Community, datetime], int]


@dataclass(frozen=True)
class Rule:
    """What is forgotten, what then happens, after how many days, on what basis.

    `count` and `forget` are given a community and the moment before which the period has ended; a rule of the
    `platform` is about rows of no community.
    """

    slug: str
    what: Words
    then: Words
    days: int
    basis: Words
    count: Work
    forget: Work
    platform: bool = False

    @property
    def period(self) -> int:
        """Days, as set or as by default."""
        return int(settings.RETENTION_DAYS.get(self.slug, self.days))

    @property
    def before(self) -> datetime:
        """What is older has had its time."""
        return clock.now() - timedelta(days=self.period)


_rules: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """A room's rules, in the order in which a page shows them."""
    _rules.update({rule.slug: rule for rule in rules})


def rules() -> list[Rule]:
    """All rules."""
    return list(_rules.values())


def due(community: Community) -> dict[str, int]:
    """How many rows each rule would forget now; nothing is changed."""
    return {rule.slug: rule.count(community, rule.before) for rule in rules()}


def run(communities: Iterable[Community], *, by: User | None = None) -> dict[str, dict[str, int]]:
    """Forget what is due, each rule of each community in a transaction of its own; the numbers are recorded.

    Gives {community code: {rule: rows}}; what the platform forgets counts once, with the first community.
    """
    done: dict[str, dict[str, int]] = {}
    platform: dict[str, int] = {}
    for community in communities:
        numbers = {}
        for rule in rules():
            if rule.platform and rule.slug in platform:
                continue
            with transaction.atomic():
                numbers[rule.slug] = rule.forget(community, rule.before)
            if rule.platform:
                platform[rule.slug] = numbers[rule.slug]
        audit.record(VERB, community, by=by, changes=dict(numbers))
        done[community.code] = numbers
    return done


def everywhere() -> int:
    """The daily duty: all communities; gives how many rows were forgotten."""
    return sum(sum(numbers.values()) for numbers in run(Community.objects.all()).values())


def runs(community: Community) -> list[AuditEvent]:
    """The last runs in a community, found through the caller's scope, the newest first."""
    rows = AuditEvent.objects.unscoped(reason="numbers of the runs, of a community that the caller found")
    target = {"target_type": "community.community", "target_id": str(community.pk)}
    return list(rows.filter(community=community, verb=VERB, **target)[:RUNS_SHOWN])
