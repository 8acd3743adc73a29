"""When a steward can be asked: the week, single times, pauses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.members.actions.allowed import own_or_office
from stewards.members.week import Hours, seen
from stewards.models import Availability, AvailabilityException, StewardPause

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Steward

_OWN = "the times of a steward already found"
LONGEST = timedelta(days=366)
MOST_AHEAD = 60


@transaction.atomic
def set_week(steward: Steward, *, hours: Iterable[Hours], by: User, expected: str = "") -> Steward:
    """The week from now on. `expected` is `week.seen` of what the person saw; Refused where somebody was faster."""
    row = locked(steward)
    own_or_office(row, by)
    rows = Availability.objects.unscoped(reason=_OWN).filter(steward=row)
    before, wanted = {(one.weekday, one.starts_at, one.ends_at) for one in rows}, set(hours)
    if expected and expected != seen(rows):
        raise Refused(_("刚才有人改过这一周的时间，请看一看新的再改。"))
    if before == wanted:
        return row
    rows.delete()
    Availability.objects.bulk_create(
        Availability(community_id=row.community_id, steward=row, weekday=day, starts_at=start, ends_at=end)
        for day, start, end in sorted(wanted)
    )
    audit.record("steward_week_set", row, by=by, changes={"count": [len(before), len(wanted)]})
    return row


@transaction.atomic
def say(
    steward: Steward, *, starts_at: datetime, ends_at: datetime, is_free: bool, by: User, note: str = ""
) -> AvailabilityException:
    """A single time for which the week does not hold: away, or free although. Moments are aware.

    Raises Refused where it is over, ends before it begins, lasts longer than a year, or there are too many.
    """
    row = locked(steward)
    own_or_office(row, by)
    if ends_at <= starts_at:
        raise Refused(_("结束的时间要在开始以后。"))
    if ends_at <= clock.now():
        raise Refused(_("这段时间已经过去了。"))
    if ends_at - starts_at > LONGEST:
        raise Refused(_("超过一年的请用“暂停”。"))
    ahead = AvailabilityException.objects.unscoped(reason=_OWN).filter(steward=row, ends_at__gt=clock.now())
    if ahead.count() >= MOST_AHEAD:
        raise Refused(_("例外的时间已经有 %(most)d 条了，请先去掉一些。") % {"most": MOST_AHEAD})
    made = AvailabilityException.objects.create(
        community_id=row.community_id, steward=row, starts_at=starts_at, ends_at=ends_at, is_free=is_free, note=note
    )
    audit.record("steward_time_said", row, by=by, changes={"is_free": [None, is_free]})
    return made


@transaction.atomic
def take_back(said: AvailabilityException, *, by: User) -> None:
    """What was said of a single time does not hold."""
    row = locked(said.steward)
    own_or_office(row, by)
    AvailabilityException.objects.unscoped(reason=_OWN).filter(pk=said.pk).delete()
    audit.record("steward_time_dropped", row, by=by)


@transaction.atomic
def pause(
    steward: Steward, *, starts_on: date, by: User, ends_on: date | None = None, reason: str = ""
) -> StewardPause:
    """Days on which the steward is not asked, both included; no end means until further notice.

    Raises Refused where they begin in the past, or meet a pause that is there already.
    """
    row = locked(steward)
    own_or_office(row, by)
    if starts_on < clock.today():
        raise Refused(_("请从今天或以后的日子开始。"))
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("结束的日子要在开始以后。"))
    others = StewardPause.objects.unscoped(reason=_OWN).filter(steward=row)
    meeting = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if (meeting if ends_on is None else meeting.filter(starts_on__lte=ends_on)).exists():
        raise Refused(_("这段时间里已经有一次暂停了，请先去掉那一次。"))
    made = StewardPause.objects.create(
        community_id=row.community_id, steward=row, starts_on=starts_on, ends_on=ends_on, reason=reason
    )
    audit.record("steward_paused", row, by=by, changes={"starts_on": [None, starts_on], "ends_on": [None, ends_on]})
    return made


@transaction.atomic
def resume(paused: StewardPause, *, by: User) -> None:
    """The pause is over from today on; one that has not begun is as if it had never been said."""
    row = locked(paused.steward)
    own_or_office(row, by)
    today = clock.today()
    held = locked(paused)
    if held.ends_on is not None and held.ends_on < today:
        return
    if held.starts_on >= today:
        StewardPause.objects.unscoped(reason=_OWN).filter(pk=held.pk).delete()
    else:
        held.ends_on = today - timedelta(days=1)
        held.save(update_fields=["ends_on"])
    audit.record("steward_resumed", row, by=by)
