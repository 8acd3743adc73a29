"""What offers and jobs ask of one person today; by scope first, then one query for each part they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from community.access import Permission
from community.today import Ask
from core import clock
from core.addresses import address
from helpdesk.querysets import led
from stewards.jobs import waves, words
from stewards.jobs.states import TAKEN, State
from stewards.models import Job, JobOffer

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20


def asks(user: User) -> list[Ask]:
    """Offers and jobs of a steward, jobs that stand still for who leads, what a resident is to confirm."""
    scope = user.scope
    found: list[Ask] = []
    if scope.may(Permission.STEWARD_WORK):
        found += [*_offers(user), *_going(user)]
    if led(scope):
        found += _standing_still(user)
    if scope.households:
        found += _to_confirm(user)
    return found


def _offers(user: User) -> list[Ask]:
    rows = JobOffer.objects.asked_of(user).filter(state=JobOffer.State.OPEN, job__state__in=[State.OFFERED, *TAKEN])
    return [
        Ask(
            title=_("想请您帮个忙：%(what)s") % {"what": one.job.what},
            url=one.get_absolute_url(),
            button=_("看一看，回个话"),
            detail=words.when_of(one.job),
            since=one.offered_at,
            urgent=one.job.urgency != Job.Urgency.ORDINARY,
        )
        for one in rows.select_related("job").order_by("due_at", "offered_at")[:AT_MOST]
    ]


def _going(user: User) -> list[Ask]:
    """Jobs of today, and of yesterday where they are not done."""
    end = clock.local(clock.now()).replace(hour=23, minute=59)
    rows = Job.objects.taken_by(user).filter(state__in=TAKEN, starts_at__lte=end).order_by("starts_at", "pk")
    return [
        Ask(
            title=_("今天上门：%(what)s") % {"what": one.what},
            url=one.get_absolute_url(),
            button=_("去看"),
            detail="、".join(part for part in (words.when_of(one), one.request.place_for(user)) if part),
            since=one.asked_at,
            urgent=bool(one.starts_at and one.starts_at <= clock.now()),
        )
        for one in rows.select_related("request__building")[:AT_MOST]
    ]


def _standing_still(user: User) -> list[Ask]:
    """Nobody has said yes and all were asked; somebody is to be phoned; a household has not confirmed."""
    phoned = Q(offers__state=JobOffer.State.OPEN, offers__steward__by_phone=True)
    stuck = Q(state=State.OFFERED) & (Q(wave__gte=waves.POOL) | phoned) | Q(state=State.LAPSED)
    here = {"community__in": user.scope.communities}
    rows = Job.objects.led_by(user).filter(stuck, **here).distinct().order_by("asked_at", "pk")
    return [
        Ask(
            title=_still(one),
            url=one.get_absolute_url(),
            button=_("去问一问"),
            detail=words.when_of(one),
            since=one.done_at or one.asked_at,
            urgent=one.urgency == Job.Urgency.EMERGENCY and one.state == State.OFFERED,
        )
        for one in rows[:AT_MOST]
    ]


def _still(job: Job) -> str:
    if job.state == State.LAPSED:
        return _("住户没有确认，请问一问：%(what)s") % {"what": job.what}
    if job.wave >= waves.POOL:
        return _("还没有红管家答应：%(what)s") % {"what": job.what}
    return _("请打电话问红管家：%(what)s") % {"what": job.what}


def _to_confirm(user: User) -> list[Ask]:
    rows = Job.objects.unscoped(reason="what one has asked for oneself").filter(
        community__in=user.scope.communities, state=State.DONE, doubted_at__isnull=True, request__reporter=user
    )
    return [
        Ask(
            title=_("红管家说做完了：%(what)s") % {"what": what},
            url=address("stewards:job", pk),
            button=_("去确认"),
            since=done,
        )
        for pk, what, done in rows.order_by("done_at").values_list("pk", "what", "done_at")[:AT_MOST]
    ]
