"""What offers and jobs ask of one person today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from community import today
from community.access import Permission
from community.questions import Row
from community.today import Ask
from core import clock
from core.addresses import address
from core.parts import part_of
from helpdesk.course import Course
from helpdesk.querysets import led
from stewards.jobs import waves, words
from stewards.jobs.states import TAKEN, State
from stewards.models import Job, JobOffer

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 20


def register() -> None:
    """Asks a steward about offers and jobs, who leads about jobs that stand still, a resident to confirm."""
    today.register(_offered, _offers)
    today.register(_taken, _going)
    today.register(_stuck, _standing_still)
    today.register(_done, _to_confirm)


class Errand(NamedTuple):
    """A job as a line of Today reads it."""

    pk: UUID
    what: str
    state: str
    urgency: str
    wave: int
    wishes: list[Any]
    starts_at: datetime | None
    ends_at: datetime | None
    asked_at: datetime
    done_at: datetime | None

    @property
    def when(self) -> str:
        """The agreed time, or the times that suit."""
        return words.when_of(part_of(Job, wishes=self.wishes, starts_at=self.starts_at, ends_at=self.ends_at))


def _offered(user: User) -> Any:
    if not user.scope.may(Permission.STEWARD_WORK):
        return None
    rows = JobOffer.objects.asked_of(user).filter(state=JobOffer.State.OPEN, job__state__in=[State.OFFERED, *TAKEN])
    columns = ("pk", "offered_at", *(f"job__{name}" for name in Errand._fields))
    return rows.order_by("due_at", "offered_at").values_list(*columns)[:AT_MOST]


def _offers(_user: User, rows: list[Row]) -> list[Ask]:
    asks = []
    for pk, offered_at, *about in rows:
        job = Errand._make(about)
        asks.append(
            Ask(
                title=_("想请您帮个忙：%(what)s") % {"what": job.what},
                url=address("stewards:offer", pk),
                button=_("看一看，回个话"),
                detail=job.when,
                since=offered_at,
                urgent=job.urgency != Job.Urgency.ORDINARY,
            )
        )
    return asks


class _Columns(NamedTuple):
    place: str
    place_kind: str
    building: str | None
    handler_id: int | None
    handler_role: str
    state: str


class Where(_Columns, Course):
    """Of the request what says to whom its place is told."""

    __slots__ = ()


# Where the columns of `Where` are found, in their order.
PLACE = ("place", "place_kind", "building__label", "handler", "handler_role", "state")


def _taken(user: User) -> Any:
    """Jobs of today, and of earlier days where they are not done."""
    if not user.scope.may(Permission.STEWARD_WORK):
        return None
    tomorrow = make_aware(datetime.combine(clock.today() + timedelta(days=1), time()))
    rows = Job.objects.taken_by(user).filter(state__in=TAKEN, starts_at__lt=tomorrow).order_by("starts_at", "pk")
    return rows.values_list(*Errand._fields, *(f"request__{name}" for name in PLACE))[:AT_MOST]


def _going(user: User, rows: list[Row]) -> list[Ask]:
    asks = []
    for row in rows:
        job, where = Errand._make(row[: len(Errand._fields)]), Where._make(row[len(Errand._fields) :])
        asks.append(
            Ask(
                title=_("今天上门：%(what)s") % {"what": job.what},
                url=address("stewards:job", job.pk),
                button=_("去看"),
                detail="、".join(part for part in (job.when, where.place_for(user)) if part),
                since=job.asked_at,
                urgent=bool(job.starts_at and job.starts_at <= clock.now()),
            )
        )
    return asks


def _stuck(user: User) -> Any:
    """Nobody has said yes and all were asked; somebody is to be phoned; a household has not confirmed."""
    if not led(user.scope):
        return None
    phoned = JobOffer.objects.unscoped(reason="offers of the jobs that one leads").filter(
        state=JobOffer.State.OPEN, steward__by_phone=True
    )
    waits = Q(state=State.OFFERED) & (Q(wave__gte=waves.POOL) | Q(pk__in=phoned.values("job")))
    rows = Job.objects.led_by(user).filter(waits | Q(state=State.LAPSED))
    return rows.order_by("asked_at", "pk").values_list(*Errand._fields)[:AT_MOST]


def _standing_still(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_still(job),
            url=address("stewards:job", job.pk),
            button=_("去问一问"),
            detail=job.when,
            since=job.done_at or job.asked_at,
            urgent=job.urgency == Job.Urgency.EMERGENCY and job.state == State.OFFERED,
        )
        for job in map(Errand._make, rows)
    ]


def _still(job: Errand) -> str:
    if job.state == State.LAPSED:
        return _("住户没有确认，请问一问：%(what)s") % {"what": job.what}
    if job.wave >= waves.POOL:
        return _("还没有红管家答应：%(what)s") % {"what": job.what}
    return _("请打电话问红管家：%(what)s") % {"what": job.what}


def _done(user: User) -> Any:
    if not user.scope.households:
        return None
    rows = Job.objects.unscoped(reason="what one has asked for oneself").filter(
        community__in=user.scope.communities, state=State.DONE, doubted_at__isnull=True, request__reporter=user
    )
    return rows.order_by("done_at").values_list("pk", "what", "done_at")[:AT_MOST]


def _to_confirm(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("红管家说做完了：%(what)s") % {"what": what},
            url=address("stewards:job", pk),
            button=_("去确认"),
            since=done,
        )
        for pk, what, done in rows
    ]
