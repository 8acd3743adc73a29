"""A steward says yes, says no, gives it back or passes it on. Nobody is asked why, and nothing of it is counted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from helpdesk.querysets import living_in
from stewards.jobs import codes, words
from stewards.jobs.actions.asking import end, go_on_asking
from stewards.jobs.actions.driving import hand_out, hand_over, take_back
from stewards.jobs.actions.held import going, held, offers_of, require, save
from stewards.jobs.candidates import kept_apart, may_go
from stewards.jobs.states import JOBS, LEADER, STEWARD, TAKEN, State
from stewards.members.busy import overlapping, taken
from stewards.models import Job, JobOffer, JobSteward, Steward

if TYPE_CHECKING:
    from community.models import User

Offered, Channel = JobOffer.State, JobOffer.Channel
Slot = tuple[datetime, datetime]
CLASH = gettext_lazy("这个时间已经答应了别的事，请选别的时间，或者说这次不行。")
CLASH_WITH = gettext_lazy("这个时间您已经答应了%(other)s，请选别的时间，或者说这次不行。")
# Who said no, or nothing, may still say yes while nobody goes.
ANSWERABLE = (Offered.OPEN, Offered.LAPSED, Offered.DECLINED, Offered.WITHDRAWN)


@transaction.atomic
def accept(offer: JobOffer, *, by: User, slot: Slot, channel: str = Channel.PORTAL) -> Job:
    """Say that the steward goes at this time, themselves or by phone or paper to who leads the request.

    After its timer it counts as well where nobody has said yes. Raises Refused, in kind words, where somebody else
    goes already, where the time is not one that suits, where the steward has promised something else for it, or has
    no valid skill for it any more.
    """
    _request, job = held(offer.job)
    offer = locked(offer)
    offer.job = job
    steward = locked(offer.steward)
    _check_who_answers(offer, by, channel)
    if offer.passed_by_id is not None and offer.state == Offered.OPEN:
        return _take_over(job, offer, steward, by=by, channel=channel)
    _check_wanted(job, offer, steward)
    if slot not in job.slots:
        raise Refused(_("请从给出的时间里选一个。"))
    _check_able(job, steward, slot)
    _check_free(steward, slot, by)
    action = "accept" if len(going(job)) + 1 >= job.needed else "join"
    target = JOBS.find(job.state, action, {STEWARD}, {"slot": slot}).target
    job.state = target
    job.starts_at, job.ends_at = slot
    job.steward = job.steward or steward
    _seat(job, steward)
    _answered(offer, Offered.ACCEPTED, by=by, channel=channel)
    if target == State.ACCEPTED:
        _all_go(job)
    else:
        _one_more(job)
    audit.record("job_accepted", job, by=by, changes={"steward": [None, steward.user.name]}, reason=_via(channel))
    return job


@transaction.atomic
def decline(offer: JobOffer, *, by: User, channel: str = Channel.PORTAL) -> JobOffer:
    """Say no, without a reason; the next one is asked at once where nobody is left to answer."""
    _request, job = held(offer.job)
    offer = locked(offer)
    offer.job = job
    _check_who_answers(offer, by, channel)
    if offer.state not in ANSWERABLE:
        raise Refused(_("您已经答应去了。去不了的话，请点“去不了了，请换一位”。"))
    passed_by, offer.passed_by = offer.passed_by, None
    _answered(offer, Offered.DECLINED, by=by, channel=channel)
    if passed_by is not None:
        who = words.names([offer.steward])
        words.tell([passed_by.user], job, "not_taken_over", words.NOT_TAKEN_OVER, who=who, what=job.what)
    elif job.state == State.OFFERED:
        go_on_asking(job)
    return offer


@transaction.atomic
def give_back(job: Job, *, by: User) -> Job:
    """Somebody who had said yes cannot go: the next ones are asked, and the request waits meanwhile."""
    _request, job = held(job)
    found = require(job, by, STEWARD)
    before = job.state
    job.state = JOBS.find(job.state, "give_back", found).target
    mine = next(one for one in going(job) if one.steward.user_id == by.pk)
    _leave(job, mine)
    rest = going(job)
    job.steward = rest[0].steward if rest else None
    if not rest:
        job.starts_at = job.ends_at = None
    job.set_out_at = None
    codes.drop(job)
    save(job)
    audit.record("job_given_back", job, by=by, changes={"state": [before, job.state]})
    if before in TAKEN:
        take_back(job, _("红管家去不了了，正在请别人"))
    who = words.names([mine.steward])
    told = {job.asked_by, *(one.steward.user for one in rest)} - {by}
    words.tell(told, job, "given_back", words.GAVE_BACK, who=who, what=job.what, urgent=True)
    if not job.slots_to_come:
        end(job, _("原来的红管家去不了了，约的时间也过了"), by=None)
        return job
    _ask_again(job)
    return job


@transaction.atomic
def pass_on(job: Job, *, by: User, other: Steward) -> JobOffer:
    """Ask a named other to go instead; until they have said yes, who asks stays responsible."""
    _request, job = held(job)
    found = require(job, by, STEWARD)
    JOBS.find(job.state, "pass_on", found, {"other": other})
    mine = next(one for one in going(job) if one.steward.user_id == by.pk)
    if not could_take_over(job, other):
        raise Refused(_("这一位这次去不了，请另选一位。"))
    asked = offers_of(job).filter(passed_by=mine.steward, state=Offered.OPEN).exclude(steward=other).first()
    if asked:
        raise Refused(_("已经在问%(who)s了，等回了话再问别人。") % {"who": words.names([asked.steward])})
    fresh = {
        "wave": 0,
        "reasons": [["skill", job.skill.name], ["passed", by.name]],
        "state": Offered.OPEN,
        "offered_at": clock.now(),
        "due_at": job.starts_at,
        "answered_at": None,
        "channel": "",
        "recorded_by": None,
        "passed_by": mine.steward,
    }
    offer: JobOffer
    offer, _made = offers_of(job).update_or_create(
        job=job, steward=other, defaults=fresh, create_defaults={**fresh, "community_id": job.community_id}
    )
    audit.record("job_passed_on", job, by=by, changes={"steward": [by.name, other.user.name]})
    named: dict[str, Any] = {"who": words.names([mine.steward]), "what": job.what, "slot": words.when_of(job)}
    words.tell([other.user], offer, "passed", words.PASSED, urgent=True, **named)
    return offer


def could_take_over(job: Job, other: Steward) -> bool:
    """Whether a steward could go instead: serves, has the skill, is not there already, free of other promises."""
    there = {one.steward_id for one in going(job)}
    living = {one.pk for one in living_in(job.home_id)} if job.home_id else set()
    slot = job.slots[0]
    return (
        other.pk not in there | kept_apart(job)
        and other.user_id not in living | {job.request.reporter_id}
        and may_go(job, other, slot[0])
        and not overlapping(taken([other.pk], *slot)[other.pk], slot)
    )


def _take_over(job: Job, offer: JobOffer, steward: Steward, *, by: User, channel: str) -> Job:
    """The named other goes instead; the request is reassigned and signed for in the same breath."""
    before = next((one for one in going(job) if one.steward_id == offer.passed_by_id), None)
    if before is None or job.state not in TAKEN:
        raise Refused(_("这一次已经不用换人了，谢谢您。"))
    slot = job.slots[0]
    if not may_go(job, steward, slot[0]) or steward.pk in kept_apart(job):
        raise Refused(_("这一次已经安排好了，谢谢您。"))
    _check_free(steward, slot, by)
    job.state = JOBS.find(job.state, "take_over", {STEWARD}).target
    _leave(job, before)
    if job.steward_id == before.steward_id:
        job.steward = steward
    job.set_out_at = None
    _seat(job, steward)
    offer.passed_by = None
    _answered(offer, Offered.ACCEPTED, by=by, channel=channel)
    codes.renew(job)
    save(job)
    hand_over(job, going(job))
    who = words.names([steward])
    words.tell([before.steward.user], offer, "took_over", words.TOOK_OVER, who=who, what=job.what)
    changes = {"steward": [before.steward.user.name, steward.user.name]}
    audit.record("job_taken_over", job, by=by, changes=changes, reason=_via(channel))
    return job


def _all_go(job: Job) -> None:
    """Enough have said yes: nobody else is waited for, the door is known to them, the household is told."""
    offers_of(job).filter(state=Offered.OPEN).update(state=Offered.WITHDRAWN)
    job.wave_due_at = None
    codes.renew(job)
    save(job)
    there = going(job)
    hand_out(job, there)
    who = words.names(one.steward for one in there)
    named: dict[str, Any] = {"who": who, "what": job.what, "slot": words.when_of(job)}
    words.tell([job.asked_by], job, "taken", words.TAKEN, **named)
    if len(there) > 1:
        words.tell([one.steward.user for one in there], job, "both_go", words.BOTH_GO, **named)


def _one_more(job: Job) -> None:
    """The first of two goes: who does not go together with them is asked no more, the others for this time alone."""
    apart = kept_apart(job)
    offers_of(job).filter(state=Offered.OPEN, steward__in=apart).update(state=Offered.WITHDRAWN)
    save(job)
    go_on_asking(job)


def _ask_again(job: Job) -> None:
    """Who was told that it is settled can be asked again: first one, then three, then all, from where it stood."""
    job.wave = min(job.wave, 1)
    go_on_asking(job)


def _check_who_answers(offer: JobOffer, by: User, channel: str) -> None:
    """A steward answers for themselves in the portal; by phone or paper who leads the request writes it down."""
    if channel == Channel.PORTAL:
        if offer.steward.user_id != by.pk:
            raise Refused(_("这是问别人的，请他自己回话。"))
        return
    if offer.steward.user_id == by.pk:
        raise Refused(_("自己的回话请直接点“我能去”。"))
    require(offer.job, by, LEADER)


def _check_wanted(job: Job, offer: JobOffer, steward: Steward) -> None:
    """Whether somebody is still wanted, and this steward can be."""
    if job.state != State.OFFERED or offer.state not in ANSWERABLE or steward.pk in kept_apart(job):
        raise Refused(_too_late(job, offer))


def _check_able(job: Job, steward: Steward, slot: Slot) -> None:
    """Whether the steward serves and has the skill on that day: a paper may have run out since they were asked."""
    if not may_go(job, steward, slot[0]):
        raise Refused(
            _("那一天您的“%(skill)s”不在有效期里，或者您在暂停。请先看一看自己的技能。") % {"skill": job.skill}
        )


def _too_late(job: Job, offer: JobOffer) -> str:
    if offer.state in (Offered.ACCEPTED, Offered.HANDED_ON):
        return _("您已经回过话了。")
    if job.state in TAKEN:
        who = words.names(one.steward for one in going(job))
        return _("%(who)s已经答应去了，这次不用麻烦您了，谢谢您。") % {"who": who}
    return _("这一次已经安排好了，不用麻烦您了，谢谢您。")


def _check_free(steward: Steward, slot: Slot, by: User) -> None:
    """Whether nothing else is promised; what it is, only the steward reads."""
    if slot[1] <= clock.now():
        raise Refused(_("这个时间已经过了，请选别的时间。"))
    other = overlapping(taken([steward.pk], *slot)[steward.pk], slot)
    if other is not None:
        raise Refused(str(CLASH_WITH) % {"other": other.words} if steward.user_id == by.pk else str(CLASH))


def _seat(job: Job, steward: Steward) -> None:
    """They go at the time of the job; the database refuses what overlaps, whoever came at the same moment."""
    assert job.starts_at
    assert job.ends_at
    seat = JobSteward(
        community_id=job.community_id,
        job=job,
        steward=steward,
        starts_at=job.starts_at,
        ends_at=job.ends_at,
        taken_at=clock.now(),
    )
    try:
        with transaction.atomic():
            seat.save(force_insert=True)
    except IntegrityError:
        raise Refused(str(CLASH)) from None


def _leave(job: Job, seat: JobSteward) -> None:
    seat.left_at, seat.handed_on = clock.now(), True
    seat.save(update_fields=["left_at", "handed_on"])
    mine = offers_of(job).filter(steward=seat.steward, state=Offered.ACCEPTED)
    mine.update(state=Offered.HANDED_ON)
    offers_of(job).filter(passed_by=seat.steward, state=Offered.OPEN).update(state=Offered.WITHDRAWN, passed_by=None)


def _answered(offer: JobOffer, state: str, *, by: User, channel: str) -> None:
    offer.state, offer.answered_at, offer.channel = state, clock.now(), channel
    offer.recorded_by = None if channel == Channel.PORTAL else by
    offer.save()


def _via(channel: str) -> str:
    return "" if channel == Channel.PORTAL else str(Channel(channel).label)
