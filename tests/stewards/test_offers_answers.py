"""What comes of an offer: a yes, a no, a yes too late, two who go together, and a job that changes hands."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from community.models import Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk.models import ServiceRequest
from stewards.jobs import actions
from stewards.jobs.candidates import could_go_instead
from stewards.jobs.states import State
from stewards.models import BlockedPair, Job, JobOffer, JobSteward, StewardSkill
from tests.factories import appoint as office
from tests.factories import small_photo
from tests.stewards.errands import WHY, Errand, an_errand, another, at, fresh, request_of, states

pytestmark = pytest.mark.django_db
Offered = JobOffer.State


# A yes too late, a yes twice ------------------------------------------------------------------------------------


def test_an_answer_after_its_timer_counts_where_nobody_goes(errand: Errand) -> None:
    errand.hire(4)
    job = errand.ask(wishes=[at(9, days=3)])
    late = errand.asked(job)
    with clock.at(fresh(job).wave_due_at + timedelta(minutes=1)):
        actions.move_all_on()
        assert errand.offer(job, late).state == Offered.LAPSED
        assert errand.accept(job, late).steward == late
    assert states(errand, job) == ["accepted", "withdrawn", "withdrawn", "withdrawn"]


def test_an_answer_after_somebody_else_s_yes_is_thanked(errand: Errand) -> None:
    first, second = errand.hire(2)
    job = errand.ask()
    actions.widen(job, by=errand.leader)
    errand.accept(job, first)
    with pytest.raises(Refused, match="谢谢您"):
        errand.accept(job, second)
    with pytest.raises(Refused, match="已经回过话"):
        errand.accept(job, first)


def test_who_said_no_may_still_go(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    actions.decline(errand.offer(job, steward), by=steward.user)
    assert errand.accept(job, steward).steward == steward


def test_a_skill_that_ran_out_since_the_question_is_named(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    StewardSkill.objects.unscoped(reason=WHY).filter(steward=steward).update(
        valid_until=clock.today() - timedelta(days=1)
    )
    with pytest.raises(Refused, match="不在有效期里"):
        errand.accept(job, steward)


def test_a_time_that_was_not_offered_is_refused(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    with pytest.raises(Refused, match="给出的时间"):
        errand.accept(job, steward, slot=at(20))


def test_the_database_itself_refuses_two_doors_at_once(errand: Errand) -> None:
    job = errand.taken()
    second = another(errand).ask(wishes=[at(14)])
    seat = {"community_id": job.community_id, "job": second, "steward": job.steward}
    with pytest.raises(IntegrityError), transaction.atomic():
        JobSteward.objects.create(**seat, starts_at=at(10)[0], ends_at=at(10)[1])
    JobSteward.objects.create(**seat, starts_at=at(11)[0], ends_at=at(11)[1])
    rows = JobSteward.objects.unscoped(reason=WHY).filter(job=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(starts_at=at(10)[0])
    rows.update(left_at=clock.now())
    rows.update(starts_at=at(10)[0])


def _race(tasks: list[Any]) -> list[str]:
    """Run these at the same moment, each on a connection of its own; what each came to. SQLite lets one writer in at a
    time: there they come one after another.
    """
    start, found = threading.Barrier(len(tasks)), [""] * len(tasks)

    def outcome(task: Any) -> str:
        try:
            task()
        except Refused as refusal:
            return str(refusal)
        return "yes"

    def run(place: int, task: Any) -> None:
        start.wait(timeout=60)
        try:
            found[place] = outcome(task)
        finally:
            connection.close()

    if connection.vendor == "sqlite":
        return [outcome(task) for task in tasks]
    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=120)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_stewards_say_yes_at_the_same_moment_and_one_goes() -> None:
    errand = an_errand()
    errand.hire(4)
    job = errand.ask()
    actions.widen(job, by=errand.leader)
    offers = errand.offers(job)
    found = _race([lambda one=one: errand.accept(job, one.steward) for one in offers])
    assert sorted(one == "yes" for one in found) == [False, False, False, True]
    assert all("谢谢您" in one for one in found if one != "yes")
    assert JobSteward.objects.unscoped(reason=WHY).filter(left_at__isnull=True).count() == 1
    assert request_of(job).handler == fresh(job).steward.user


@pytest.mark.django_db(transaction=True)
def test_one_steward_says_yes_to_two_doors_at_the_same_moment_and_goes_to_one() -> None:
    errand = an_errand()
    (steward,) = errand.hire()
    errands = [errand, another(errand), another(errand)]
    jobs = [one.ask(wishes=[at(9)]) for one in errands]
    found = _race([lambda one=one, job=job: one.accept(job, steward) for one, job in zip(errands, jobs, strict=True)])
    assert sorted(one == "yes" for one in found) == [False, False, True]
    assert JobSteward.objects.unscoped(reason=WHY).filter(left_at__isnull=True).count() == 1


# Two together ---------------------------------------------------------------------------------------------------


def test_two_go_together_and_the_door_is_told_when_both_have_said_yes(errand: Errand) -> None:
    errand.hire(4)
    job = errand.ask(needs_two=True)
    assert len(errand.offers(job)) == 2
    first, second = (one.steward for one in errand.offers(job))
    job = errand.accept(job, first)
    assert (job.state, job.steward, request_of(job).state) == (State.OFFERED, first, "accepted")
    assert not ServiceRequest.objects.visible_to(first.user).exists()
    job = errand.accept(job, second)
    row = request_of(job)
    assert (job.state, row.handler, list(row.co_handlers.all())) == (State.ACCEPTED, first.user, [second.user])
    assert Notice.objects.filter(kind="job_both_go").count() == 2
    actions.set_out(job, by=second.user)
    actions.arrive(job, by=second.user, code=fresh(job).home_code)
    given = {"result": "solved", "text": "好了。", "minutes": 10, "photos": [small_photo()]}
    with pytest.raises(Refused, match="来写结果"):
        actions.finish(fresh(job), by=second.user, **given)
    actions.finish(fresh(job), by=first.user, **given)
    actions.confirm(fresh(job), by=errand.desk.reporter)
    assert {one.volunteer for one in first.user.hours.model.objects.all()} == {first.user, second.user}


def test_those_who_are_kept_apart_do_not_go_together_and_do_not_learn_why(errand: Errand) -> None:
    first, second, third = errand.hire(3)
    job = errand.ask(needs_two=True)
    actions.widen(job, by=errand.leader)
    BlockedPair.objects.create(community_id=job.community_id, steward=second, other=first)
    errand.accept(job, first)
    assert errand.offer(job, second).state == Offered.WITHDRAWN
    with pytest.raises(Refused, match="已经安排好了，不用麻烦您了，谢谢您"):
        errand.accept(job, second)
    assert errand.accept(job, third).state == State.ACCEPTED


def test_one_of_two_gives_back_and_the_other_stays(errand: Errand) -> None:
    errand.hire(4)
    job = errand.ask(needs_two=True)
    first, second = (one.steward for one in errand.offers(job))
    errand.accept(job, first)
    errand.accept(job, second)
    job = actions.give_back(fresh(job), by=first.user)
    assert (job.state, job.steward, job.slots) == (State.OFFERED, second, [at(9)])
    assert request_of(job).state == "accepted"
    third = errand.offers(job)[-1].steward
    job = errand.accept(job, third)
    assert (job.state, request_of(job).handler) == (State.ACCEPTED, second.user)


# A job changes hands --------------------------------------------------------------------------------------------


def test_a_job_given_back_is_offered_to_the_next(errand: Errand) -> None:
    errand.hire(3)
    job = errand.ask()
    first = errand.asked(job)
    errand.accept(job)
    job = actions.give_back(fresh(job), by=first.user)
    assert (job.state, job.steward, job.wave, request_of(job).state) == (State.OFFERED, None, 2, "accepted")
    assert states(errand, job) == ["handed_on", "open", "open"]
    assert Notice.objects.filter(user=errand.leader, kind="job_given_back").exists()
    with pytest.raises(Refused):
        errand.accept(job, first)
    other = errand.offers(job)[-1].steward
    assert errand.accept(job, other).steward == other


def test_who_was_told_that_it_is_settled_is_asked_again(errand: Errand) -> None:
    first, second = errand.hire(2)
    job = errand.ask()
    actions.widen(job, by=errand.leader)
    errand.accept(job, first)
    assert errand.offer(job, second).state == Offered.WITHDRAWN
    actions.give_back(fresh(job), by=first.user)
    assert errand.offer(job, second).state == Offered.OPEN


def test_who_passes_on_stays_responsible_until_the_other_says_yes(errand: Errand) -> None:
    errand.hire(3)
    job = errand.taken()
    first = job.steward
    other = next(one for one in errand.stewards if one != first)
    assert set(could_go_instead(job)) == set(errand.stewards) - {first}
    offer = actions.pass_on(job, by=first.user, other=other)
    assert (fresh(job).steward, request_of(job).handler) == (first, first.user)
    third = next(one for one in errand.stewards if one not in (first, other))
    with pytest.raises(Refused, match="已经在问"):
        actions.pass_on(fresh(job), by=first.user, other=third)
    before = job.home_code
    job = actions.accept(offer, by=other.user, slot=job.slots[0])
    row = request_of(job)
    assert (job.steward, row.handler, row.state, row.appointment_from) == (other, other.user, "in_progress", at(9)[0])
    assert job.home_code != before
    assert errand.offer(job, first).state == Offered.HANDED_ON
    assert Notice.objects.filter(user=first.user, kind="job_took_over").exists()
    assert not Job.objects.visible_to(first.user).exists()


def test_a_no_to_a_friend_leaves_everything_as_it_was(errand: Errand) -> None:
    errand.hire(2)
    job = errand.taken()
    first = job.steward
    other = next(one for one in errand.stewards if one != first)
    offer = actions.pass_on(job, by=first.user, other=other)
    actions.decline(offer, by=other.user)
    assert fresh(job).steward == first
    assert Notice.objects.filter(user=first.user, kind="job_not_taken_over").exists()
    assert actions.pass_on(fresh(job), by=first.user, other=other).state == Offered.OPEN


def test_a_friend_without_the_skill_cannot_be_asked(errand: Errand) -> None:
    job = errand.taken()
    (other,) = errand.hire(skills=["appliances"])
    with pytest.raises(Refused, match="另选一位"):
        actions.pass_on(job, by=job.steward.user, other=other)


def test_an_acceptance_by_phone_names_who_wrote_it_down(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    with pytest.raises(Refused, match="别的同志"):
        errand.accept(job, steward, by=errand.desk.reporter, channel="phone")
    errand.accept(job, steward, by=errand.leader, channel="phone")
    offer = errand.offer(job, steward)
    assert (offer.channel, offer.recorded_by) == ("phone", errand.leader)
    office(Role.COMMUNITY_STAFF, errand.desk.grid.community, user=steward.user)
    steward.user.__dict__.pop("scope", None)
    with pytest.raises(Refused, match="自己的回话"):
        errand.accept(job, steward, by=steward.user, channel="phone")
