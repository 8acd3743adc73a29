"""What the invented red stewards are asked and do: a job done and thanked for, one today's household waits for, one
that is being asked, one for which nobody has time yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from community.models import User
from core import clock
from demo.officers import Officers
from demo.requests import picture
from grids.models import Household
from helpdesk import actions as requests
from helpdesk.models import Category
from stewards.jobs import actions
from stewards.jobs.states import State
from stewards.members.busy import overlapping, taken
from stewards.models import Job, JobOffer, Skill

Slot = tuple[datetime, datetime]
_OURS = "the demo's own rows"


@dataclass(frozen=True)
class Errand:
    """What is asked for, and of whom."""

    slug: str
    skill: str
    title: str
    bring: str = ""


LEAK = Errand("plumbing", "pipes", "厨房水龙头关不紧", "自带扳手；老人耳背，敲门重一点。")
WASHER = Errand("appliances", "appliances", "洗衣机不脱水")
TOILET = Errand("plumbing", "pipes", "马桶水箱一直流水")
LAMP = Errand("plumbing", "wiring", "卧室的灯一闪一闪")


def ask_around(officers: Officers) -> None:
    """Four errands of four households, each as far as it goes today."""
    homes = officers.residents
    _done(officers, *homes[0])
    _pool(officers, *homes[3])
    _taken(officers, *homes[1])
    _offered(officers, *homes[2])


def _done(officers: Officers, resident: User, home: Household) -> None:
    """Last week: asked, gone to, done, confirmed; what the tap has cost waits for the committee."""
    today = clock.now()
    with clock.at(today - timedelta(days=9)):
        job = _asked(officers, resident, home, LEAK, [_at(9, 2), _at(14, 2)])
        job = _yes(job)
    if job.state != State.ACCEPTED or job.steward is None:
        return
    steward, arrival = job.steward.user, job.slots[0][0]
    with clock.at(arrival - timedelta(minutes=10)):
        actions.set_out(job, by=steward)
    with clock.at(arrival):
        job = actions.arrive(job, by=steward, code=job.home_code)
    with clock.at(arrival + timedelta(minutes=40)):
        text = "换了陶瓷阀芯，试水半小时不滴。"
        job = actions.finish(job, by=steward, result="solved", text=text, minutes=45, photos=[picture("after")])
        receipt = picture("after")
        actions.claim(job, by=steward, amount=Decimal("28.50"), what="陶瓷阀芯一只", receipt=receipt)
    with clock.at(arrival + timedelta(hours=3)):
        actions.confirm(job, by=resident, note="师傅手脚麻利，谢谢。")


def _taken(officers: Officers, resident: User, home: Household) -> None:
    """Somebody has said yes and comes tomorrow."""
    with clock.at(clock.now() - timedelta(hours=5)):
        _yes(_asked(officers, resident, home, WASHER, [_at(15, 1), _at(18, 2)]))


def _offered(officers: Officers, resident: User, home: Household) -> None:
    """One has been asked an hour ago."""
    with clock.at(clock.now() - timedelta(hours=1)):
        _asked(officers, resident, home, TOILET, [_at(9, 3), _at(9, 4)])


def _pool(officers: Officers, resident: User, home: Household) -> None:
    """All who could have been asked, one has said no, nobody yes so far."""
    with clock.at(clock.now() - timedelta(hours=8)):
        job = _asked(officers, resident, home, LAMP, [_at(9, 5), _at(14, 6)])
        for offer in _offers(job)[:1]:
            actions.decline(offer, by=offer.steward.user)
        job.refresh_from_db()
        if job.state == State.OFFERED and any(one.state == "open" for one in _offers(job)):
            actions.widen(job, by=job.asked_by)


def _asked(officers: Officers, resident: User, home: Household, one: Errand, wishes: Sequence[Slot]) -> Job:
    """A request of a household that its leader has accepted and asks the stewards about."""
    leader = officers.leader_of(home)
    category = Category.objects.unscoped(reason=_OURS).get(community=home.community, slug=one.slug)
    skill = Skill.objects.unscoped(reason=_OURS).get(community=home.community, slug=one.skill)
    row = requests.log_request(
        category=category, by=resident, reporter=resident, household=home, title=one.title, consent=True
    )
    row = requests.step(row, "accept", by=leader, category=category)
    return actions.ask(row, by=leader, skill=skill, wishes=wishes, what=one.title, bring=one.bring, is_safe=True)


def _yes(job: Job) -> Job:
    """Everybody who was asked says yes to the first time that they have, until enough go."""
    for offer in _offers(job):
        job.refresh_from_db()
        promised = [taken([offer.steward_id], *slot)[offer.steward_id] for slot in job.slots]
        free = [slot for slot, held in zip(job.slots, promised, strict=True) if not overlapping(held, slot)]
        if job.state == State.OFFERED and free:
            job = actions.accept(offer, by=offer.steward.user, slot=free[0])
    return job


def _offers(job: Job) -> list[JobOffer]:
    rows = JobOffer.objects.unscoped(reason=_OURS).filter(job=job)
    return list(rows.select_related("steward__user").order_by("offered_at", "pk"))


def _at(hour: int, days: int) -> Slot:
    """Two hours from an hour of a day to come."""
    start = clock.local(clock.now()).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return start, start + timedelta(hours=2)
