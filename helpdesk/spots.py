"""The same kind of thing in the same building three times in 90 days: act before you are asked 未诉先办."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import audit
from community.access import Permission
from community.models import Community
from community.notices import notify
from community.questions import Row
from community.today import Ask
from core import clock
from core.templatetags.portal import day
from helpdesk.categories import MEDIATION
from helpdesk.models import RecurringSpot, ServiceRequest
from helpdesk.querysets import leaders_of
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User

DAYS, TIMES = 90, 3
Key = tuple[int, int]
# What did not happen, is nobody's matter here, or is the same thing told once more.
_NOT_COUNTED = (State.REJECTED, State.WITHDRAWN, State.MERGED)
_WHY = "the daily look for what comes again in the same building"


def raise_spots() -> int:
    """The daily duty: raise what came at least three times, count anew what is raised. Gives how many were raised."""
    return sum(_raise_in(community) for community in Community.objects.all())


def cases_of(spot: RecurringSpot) -> Any:
    """The requests of a spot already found: those of the 90 days before it was raised, and what came since.

    Not narrowed: who shows them says for whom.
    """
    since = spot.raised_at - timedelta(days=DAYS)
    rows = _counting(spot.community_id, since).filter(building=spot.building_id, category=spot.category_id)
    return rows.filter(submitted_at__lte=spot.settled_at) if spot.settled_at else rows


def _counting(community_id: int, since: datetime) -> Any:
    rows = ServiceRequest.objects.filter(community=community_id, submitted_at__gte=since, building__isnull=False)
    rows = rows.filter(is_confidential=False, has_parties=False).exclude(category__slug=MEDIATION)
    return rows.exclude(state__in=_NOT_COUNTED)


def _raise_in(community: Community) -> int:
    since = clock.now() - timedelta(days=DAYS)
    rows = _counting(community.pk, since).unscoped(reason=_WHY)
    often = rows.order_by().values_list("building", "category").annotate(times=Count("pk")).filter(times__gte=TIMES)
    found = {(building, category): times for building, category, times in often}
    if not found:
        return 0
    running, settled = _known(community, {building for building, _category in found}, since)
    raised = 0
    for key, all_times in found.items():
        # What came before it was settled is settled.
        times = _after(rows, key, settled[key]) if key in settled else all_times
        if key in running:
            _count_anew(running[key], times)
        elif times >= TIMES:
            raised += _raise(community, *key, times, settled.get(key, since))
    return raised


def _known(
    community: Community, buildings: set[int], since: datetime
) -> tuple[dict[Key, RecurringSpot], dict[Key, datetime]]:
    """The open spots of these buildings by building and category, and when one was last settled in these days."""
    rows = RecurringSpot.objects.unscoped(reason=_WHY).filter(community=community, building__in=buildings)
    running: dict[Key, RecurringSpot] = {}
    settled: dict[Key, datetime] = {}
    for one in rows.exclude(settled_at__lt=since).order_by("settled_at"):
        key = one.building_id, one.category_id
        if one.settled_at is None:
            running[key] = one
        else:
            settled[key] = one.settled_at
    return running, settled


def _after(rows: Any, key: Key, moment: datetime) -> int:
    building, category = key
    return int(rows.filter(building=building, category=category, submitted_at__gt=moment).count())


def _count_anew(spot: RecurringSpot, times: int) -> None:
    if spot.times != times:
        RecurringSpot.objects.unscoped(reason=_WHY).filter(pk=spot.pk).update(times=times)


def _raise(community: Community, building: int, category: int, times: int, since: datetime) -> int:
    """Raise a spot and tell who leads there; 0 where another worker has done so just now."""
    rows = _counting(community.pk, since).unscoped(reason=_WHY).filter(building=building, category=category)
    newest = rows.order_by("-submitted_at", "-pk")[0]
    try:
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            spot = RecurringSpot(community=community, building_id=building, category_id=category, times=times)
            spot.save(force_insert=True)
            audit.record("spot_raised", spot, by=None, changes={"times": [None, times]})
            notify(leaders_of(newest), about=spot, kind="spot_raised", text=words_of(spot))
    except IntegrityError:
        return 0
    return 1


def words_of(spot: RecurringSpot) -> str:
    """What came again, how often, as a sentence."""
    words = {"building": spot.building, "category": spot.category.label, "n": spot.times, "days": DAYS}
    return _("%(building)s“%(category)s”%(days)d 天里第 %(n)d 次了，趁早想个办法。") % words


def times_words(times: int) -> str:
    """How often."""
    return ngettext("90 天里 %(n)d 次", "90 天里 %(n)d 次", times) % {"n": times}


class Waiting(NamedTuple):
    """A spot as a line of Today reads it."""

    pk: UUID
    building: str
    category: str
    times: int
    plan: str
    plan_until: date | None
    raised_at: datetime


_COLUMNS = ("pk", "building__label", "category__name", "times", "plan", "plan_until", "raised_at")


def waiting(user: User) -> Any:
    """What one has to think about, and what one has said to be done with by today."""
    if not user.scope.may(Permission.REQUEST_TRIAGE):
        return None
    return RecurringSpot.objects.waiting_for(user).order_by("raised_at", "pk").values_list(*_COLUMNS)[:20]


def say(_user: User, rows: list[Row]) -> list[Ask]:
    """A line for each."""
    return [_ask(Waiting._make(row)) for row in rows]


def _ask(spot: Waiting) -> Ask:
    title = {"building": spot.building, "category": _(spot.category)}
    url = reverse("helpdesk:spot", args=[spot.pk])
    if spot.plan:
        said = _("打算%(day)s前办好") % {"day": day(spot.plan_until)}
        return Ask(_("看看办好没有：%(building)s %(category)s") % title, url, _("去看"), detail=said)
    return Ask(
        _("未诉先办：%(building)s %(category)s") % title,
        url,
        _("想个办法"),
        detail=times_words(spot.times),
        since=spot.raised_at,
    )
