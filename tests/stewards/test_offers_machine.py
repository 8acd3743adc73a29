"""Whatever people do, in whatever order: a job, its request, its offers and who is promised to it agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.refusal import Refused
from stewards.jobs import actions
from stewards.jobs.states import LIVE, TAKEN, WORKED, State
from stewards.models import Job, JobOffer, JobSteward
from tests.factories import small_photo
from tests.stewards.errands import WHY, Errand, an_errand, at, fresh, request_of

pytestmark = pytest.mark.django_db
Offered = JobOffer.State


MOVES = ["accept", "decline", "give_back", "pass_on", "take_over", "set_out", "arrive", "finish", "confirm", "doubt",
         "lapse", "widen", "stop", "recall", "withdraw", "call_off", "rebook", "clock", "ask"]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 5)), min_size=3, max_size=14), two=st.booleans())
def test_whatever_people_do_job_and_request_agree(moves: list[tuple[str, int]], two: bool) -> None:
    with transaction.atomic():
        errand = an_errand()
        errand.hire(4)
        job = errand.ask(needs_two=two, wishes=[at(9, days=3), at(14, days=4)])
        now = clock.now()
        for move, pick in moves:
            with clock.at(now):
                job = _move(errand, job, move, pick)
                now += timedelta(hours=7) if move == "clock" else timedelta(minutes=1)
                _agrees(job)
        transaction.set_rollback(True)


def _move(errand: Errand, job: Job, move: str, pick: int) -> Job:
    """Try one thing, by whoever would; what is refused changes nothing."""
    from helpdesk import actions as requests
    from helpdesk.actions.appointments import call_off

    job = fresh(job)
    offers = errand.offers(job)
    offer = offers[pick % len(offers)] if offers else None
    who = job.steward.user if job.steward else errand.stewards[pick % 4].user
    given = {"result": "solved", "text": "好了。", "minutes": 5, "photos": [small_photo()]}
    tries: dict[str, Any] = {
        "accept": lambda: offer and actions.accept(offer, by=offer.steward.user, slot=job.slots[pick % len(job.slots)]),
        "decline": lambda: offer and actions.decline(offer, by=offer.steward.user),
        "give_back": lambda: actions.give_back(job, by=who),
        "pass_on": lambda: actions.pass_on(job, by=who, other=errand.stewards[pick % 4]),
        "take_over": lambda: [
            actions.accept(one, by=one.steward.user, slot=job.slots[0]) for one in offers if one.passed_by_id
        ],
        "set_out": lambda: actions.set_out(job, by=who),
        "arrive": lambda: actions.arrive(job, by=who, code=job.home_code),
        "finish": lambda: actions.finish(job, by=who, **given),
        "confirm": lambda: actions.confirm(job, by=errand.desk.reporter),
        "doubt": lambda: actions.doubt(job, by=errand.desk.reporter, text="没好"),
        "lapse": actions.lapse,
        "widen": lambda: actions.widen(job, by=errand.leader),
        "stop": lambda: actions.stop(job, by=errand.leader, reason="不用了"),
        "recall": lambda: requests.step(request_of(job), "recall", by=errand.leader, note="换人"),
        "withdraw": lambda: requests.step(request_of(job), "withdraw", by=errand.desk.reporter),
        "call_off": lambda: call_off(request_of(job), by=errand.desk.reporter, text="有事"),
        "rebook": lambda: actions.rebook(job, by=who, slot=at(10 + pick, days=5)),
        "clock": actions.move_all_on,
        "ask": lambda: Errand(errand.desk, request_of(job), errand.stewards).ask(wishes=[at(9, days=6)]),
    }
    try:
        with transaction.atomic():
            made = tries[move]()
    except Refused:
        return fresh(job)
    return made if move == "ask" else fresh(job)


def _agrees(job: Job) -> None:
    """What holds of a job and its request after every step."""
    job, row = fresh(job), request_of(job)
    seats = JobSteward.objects.unscoped(reason=WHY).filter(job=job)
    holding = [one.steward_id for one in seats if one.left_at is None]
    assert len(holding) == len(set(holding)) <= job.needed
    if job.state in TAKEN:
        assert len(holding) == job.needed
        assert job.steward_id in holding
        assert row.handler_id == job.steward.user_id
        assert (row.appointment_from, row.appointment_until) == job.slots[0]
        assert bool(job.home_code) == (job.state != State.ARRIVED)
    if job.state == State.OFFERED:
        assert row.state == "accepted"
        assert len(holding) < job.needed
        assert (job.starts_at is not None) == bool(holding)
    if job.state in (*WORKED, State.STOPPED):
        assert not holding
    if job.state == State.STOPPED:
        assert row.handler_id is None or row.handler_id != getattr(job.steward, "user_id", 0) or row.closed_at
    accepted = {one.steward_id for one in JobOffer.objects.unscoped(reason=WHY).filter(job=job, state=Offered.ACCEPTED)}
    if job.state in LIVE:
        assert accepted == set(holding)
