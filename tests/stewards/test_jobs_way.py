"""The way of a job from the first question to the household's word, and the request that goes along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk import actions as requests
from helpdesk.actions.appointments import appoint, call_off
from helpdesk.models import ServiceRequest
from stewards.jobs import actions
from stewards.jobs.actions.going import proposed_minutes
from stewards.jobs.states import State
from stewards.models import HoursEntry, Job, JobSteward
from tests.factories import appoint as office
from tests.factories import small_photo
from tests.stewards.errands import Errand, an_errand, at, fresh, request_of
from tests.stewards.makers import skills_of

pytestmark = pytest.mark.django_db


def told(user: object, kind: str) -> bool:
    return Notice.objects.filter(user=user, kind=f"job_{kind}").exists()


def test_a_job_goes_its_way_and_its_request_with_it(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    assert (job.state, job.wave, request_of(job).state) == (State.OFFERED, 1, "accepted")
    assert told(steward.user, "offered")

    job = errand.accept(job)
    row = request_of(job)
    assert (job.state, row.state, row.handler, row.handler_role) == (
        State.ACCEPTED,
        "in_progress",
        steward.user,
        Role.RED_STEWARD,
    )
    assert (row.appointment_from, row.appointment_until) == job.slots[0]
    assert Notice.objects.filter(user=errand.desk.reporter, kind="request_sign").count() == 1
    assert not Notice.objects.filter(user=errand.desk.reporter, kind="request_dispatch").exists()
    assert told(errand.leader, "taken")

    job = actions.set_out(job, by=steward.user)
    assert told(errand.desk.reporter, "set_out")
    actions.check_visitor(job, by=errand.desk.reporter)
    job = actions.arrive(job, by=steward.user, code=fresh(job).home_code)
    assert (job.state, job.arrival, job.home_code) == (State.ARRIVED, "code", "")
    assert fresh(job).checked_at

    done = clock.now() + timedelta(minutes=42)
    with clock.at(done):
        assert proposed_minutes(job) == 45
        photos = [small_photo()]
        job = actions.finish(job, by=steward.user, result="solved", text="换了管子。", minutes=45, photos=photos)
    row = request_of(job)
    assert (job.state, row.state, row.result) == (State.DONE, "review", "solved")
    assert not HoursEntry.objects.exists()

    with clock.at(done + timedelta(minutes=5)):
        job = actions.confirm(job, by=errand.desk.reporter)
    entry = HoursEntry.objects.get()
    assert (job.state, job.confirmed_via) == (State.CONFIRMED, "portal")
    assert (entry.volunteer, entry.minutes, entry.about) == (steward.user, 45, f"stewards.job:{job.pk}")
    assert entry.confirmed_by == errand.desk.reporter
    verbs = AuditEvent.objects.filter(target_id=str(job.pk)).values_list("verb", flat=True)
    assert set(verbs) == {
        "job_asked", "job_accepted", "job_set_out", "job_checked", "job_arrived", "job_done", "job_confirmed",
    }  # fmt: skip


def test_the_door_is_shown_after_the_yes_alone(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    steward.user.__dict__.pop("scope", None)
    assert not Job.objects.visible_to(steward.user).exists()
    assert not ServiceRequest.objects.visible_to(steward.user).exists()
    errand.accept(job)
    assert Job.objects.visible_to(steward.user).get() == job
    assert ServiceRequest.objects.visible_to(steward.user).get().place_for(steward.user) == errand.request.place
    actions.give_back(fresh(job), by=steward.user)
    assert not Job.objects.visible_to(steward.user).exists()
    assert not ServiceRequest.objects.visible_to(steward.user).exists()


@pytest.mark.parametrize(
    "title",
    ["煤气灶打不着火", "天然气有味道", "电梯按钮不亮", "总闸跳了", "楼里立管漏水", "gas smells", "the lift is stuck"],
)
def test_gas_mains_and_lifts_are_never_offered(title: str) -> None:
    errand = an_errand(title=title)
    errand.hire()
    with pytest.raises(Refused, match="不能请志愿者做"):
        errand.ask(what="修一修")
    assert not Job.objects.unscoped(reason="a test").exists()


@pytest.mark.parametrize("title", ["电梯口的灯不亮", "水管总是漏", "厨房跳闸", "洗衣机不进水"])
def test_what_only_sounds_alike_is_offered(title: str) -> None:
    errand = an_errand(title=title)
    errand.hire()
    assert errand.ask(what=title).wave == 1


def test_who_asks_has_to_say_that_it_is_safe(errand: Errand) -> None:
    errand.hire()
    with pytest.raises(Refused, match="请先确认"):
        errand.ask(is_safe=False)
    with pytest.raises(Refused, match="不能请志愿者做"):
        errand.ask(what="顺便看看燃气灶")


def test_only_who_leads_asks_and_only_once_and_only_what_is_accepted(errand: Errand) -> None:
    errand.hire()
    with pytest.raises(Refused, match="网格长或社区"):
        errand.ask(by=errand.desk.reporter)
    errand.ask()
    with pytest.raises(Refused, match="已经在请"):
        errand.ask()
    submitted = Errand(errand.desk, errand.desk.log())
    with pytest.raises(Refused, match="受理以后"):
        submitted.ask()


def test_times_that_are_over_or_too_long_are_refused(errand: Errand) -> None:
    errand.hire()
    with pytest.raises(Refused, match="已经过了"):
        errand.ask(wishes=[at(9, days=-1)])
    with pytest.raises(Refused, match="12 个小时"):
        errand.ask(wishes=[at(6, hours=13)])


def test_a_wrong_code_is_counted_and_shut_after_five(errand: Errand) -> None:
    job = errand.taken()
    steward = job.steward.user
    wrong = "0000" if job.home_code != "0000" else "0001"
    assert "自己要报的码" in actions.try_code(job, by=steward, code=job.steward_code)
    for _try in range(3):
        assert "对不上" in actions.try_code(job, by=steward, code=wrong)
    assert "一刻钟" in actions.try_code(job, by=steward, code=wrong)
    assert "一刻钟" in actions.try_code(job, by=steward, code=job.home_code)
    with pytest.raises(Refused, match="一刻钟"):
        actions.arrive(job, by=steward, code=job.home_code)
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert actions.try_code(job, by=steward, code=job.home_code) == ""
        assert actions.arrive(job, by=steward, code=job.home_code).state == State.ARRIVED


def test_the_leader_confirms_an_arrival_by_phone_with_a_reason(errand: Errand) -> None:
    job = errand.taken()
    with pytest.raises(Refused, match="必须填写"):
        actions.arrive_for(job, by=errand.leader, reason=" ")
    job = actions.arrive_for(job, by=errand.leader, reason="老人没有手机，打座机问过")
    assert (job.state, job.arrival, job.arrival_reason) == (State.ARRIVED, "phone", "老人没有手机，打座机问过")


def test_minutes_are_capped_by_the_time_there_was(errand: Errand) -> None:
    job = errand.arrived()
    given = {"by": job.steward.user, "result": "solved", "text": "好了。", "photos": [small_photo()]}
    with pytest.raises(Refused, match="最多记 35 分钟"):
        actions.finish(job, minutes=60, **given)
    assert actions.finish(job, minutes=35, **given).state == State.DONE


def test_work_without_the_photo_that_its_category_needs_stays_open(errand: Errand) -> None:
    job = errand.arrived()
    with pytest.raises(Refused, match="照片"):
        actions.finish(job, by=job.steward.user, result="solved", text="好了。", minutes=10)
    assert fresh(job).state == State.ARRIVED


def test_what_nobody_confirms_in_a_week_is_marked_and_the_leader_can_still_ask(errand: Errand) -> None:
    job = errand.done()
    assert actions.lapse() == 0
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert actions.lapse() == 1
        assert actions.lapse() == 0
        assert fresh(job).state == State.LAPSED
        assert not HoursEntry.objects.exists()
        job = actions.confirm_for(fresh(job), by=errand.leader, reason="电话问过，修好了")
    assert (job.confirmed_via, HoursEntry.objects.get().confirmed_by) == ("phone", errand.leader)


def test_a_rating_confirms_as_well_and_hours_come_once(errand: Errand) -> None:
    job = errand.done()
    row = errand.desk.take(request_of(job), "resolve")
    errand.desk.take(row, "rate")
    assert (fresh(job).state, fresh(job).confirmed_via) == (State.CONFIRMED, "rating")
    assert HoursEntry.objects.count() == 1
    with pytest.raises(Refused):
        actions.confirm(fresh(job), by=errand.desk.reporter)


def test_not_solved_confirms_nothing(errand: Errand) -> None:
    job = errand.done()
    row = errand.desk.take(request_of(job), "resolve")
    errand.desk.take(row, "rate", solved="no", score=2)
    assert fresh(job).state == State.DONE


def test_the_household_says_that_it_is_not_done(errand: Errand) -> None:
    job = errand.done()
    with pytest.raises(Refused, match="写一句"):
        actions.doubt(job, by=errand.desk.reporter, text=" ")
    job = actions.doubt(job, by=errand.desk.reporter, text="还在滴水")
    assert (job.state, job.doubt) == (State.DONE, "还在滴水")
    assert told(errand.leader, "doubted")
    assert request_of(job).updates.filter(public_text="还在滴水").exists()


def test_nobody_confirms_what_they_did_themselves(errand: Errand) -> None:
    (steward,) = errand.hire()
    office(Role.COMMUNITY_STAFF, errand.desk.grid.community, user=steward.user)
    job = errand.done()
    steward.user.__dict__.pop("scope", None)
    with pytest.raises(Refused, match="别的同志"):
        actions.confirm_for(job, by=steward.user, reason="我自己看过")


def test_a_recall_in_the_helpdesk_ends_the_job_and_tells_the_steward(errand: Errand) -> None:
    job = errand.taken()
    errand.desk.take(request_of(job), "recall")
    job = fresh(job)
    assert (job.state, job.stop_reason) == (State.STOPPED, "要重新安排")
    assert told(job.steward.user, "stopped")
    assert not JobSteward.objects.unscoped(reason="a test").filter(left_at__isnull=True).exists()


def test_another_handler_or_a_withdrawal_ends_the_asking(errand: Errand) -> None:
    errand.hire()
    job = errand.ask()
    errand.desk.take(request_of(job), "dispatch")
    assert fresh(job).state == State.STOPPED
    assert [one.state for one in errand.offers(job)] == ["withdrawn"]

    second = Errand(errand.desk, errand.desk.walk(errand.desk.log(), "accept"))
    job = second.ask()
    errand.desk.take(request_of(job), "withdraw")
    assert (fresh(job).state, fresh(job).stop_reason) == (State.STOPPED, "住户撤回了")


def test_a_merge_ends_the_asking(errand: Errand) -> None:
    errand.hire()
    job = errand.ask()
    errand.desk.take(request_of(job), "merge")
    assert fresh(job).stop_reason == "和另一件一起办了"


def test_a_question_to_the_household_leaves_the_job_as_it_is(errand: Errand) -> None:
    errand.hire()
    job = errand.ask()
    row = errand.desk.take(request_of(job), "ask_info")
    assert fresh(job).state == State.OFFERED
    errand.desk.take(row, "answer")
    assert fresh(job).state == State.OFFERED


def test_the_reply_is_given_on_the_page_of_the_job(errand: Errand) -> None:
    job = errand.arrived()
    with pytest.raises(Refused, match="上门帮忙"):
        requests.step(
            request_of(job), "reply", by=job.steward.user, result="solved", text="好了。", photos=[small_photo()]
        )
    assert requests.why_not(request_of(job), "reply", by=job.steward.user)


def test_another_time_holds_for_the_job_and_for_the_request(errand: Errand) -> None:
    job = errand.taken()
    steward = job.steward.user
    actions.rebook(job, by=steward, slot=at(15))
    assert request_of(job).appointment_from == at(15)[0]
    assert fresh(job).slots == [at(15)]
    appoint(request_of(job), by=steward, appointment_from=at(17)[0], appointment_until=at(17)[1])
    assert fresh(job).slots == [at(17)]
    seat = JobSteward.objects.unscoped(reason="a test").get()
    assert (seat.starts_at, seat.ends_at) == at(17)


def test_a_time_that_is_promised_elsewhere_is_refused_on_both_ways(errand: Errand) -> None:
    job = errand.taken()
    steward = job.steward.user
    other = Errand(errand.desk, errand.desk.walk(errand.desk.log(), "accept"), errand.stewards)
    other.taken(wishes=[at(15)])
    with pytest.raises(Refused, match="别的事"):
        actions.rebook(fresh(job), by=steward, slot=at(16))
    with pytest.raises(Refused, match="别的事"):
        appoint(request_of(job), by=steward, appointment_from=at(16)[0], appointment_until=at(16)[1])
    assert request_of(job).appointment_from == at(9)[0]


def test_the_household_calls_off_and_the_request_waits_again(errand: Errand) -> None:
    job = errand.taken()
    call_off(request_of(job), by=errand.desk.reporter, text="要去医院")
    assert (fresh(job).state, request_of(job).state) == (State.STOPPED, "accepted")


def test_the_leader_stops_and_says_why(errand: Errand) -> None:
    job = errand.taken()
    with pytest.raises(Refused):
        actions.stop(job, by=job.steward.user, reason="不想去")
    job = actions.stop(fresh(job), by=errand.leader, reason="物业来修了")
    assert (job.state, request_of(job).state) == (State.STOPPED, "accepted")
    assert told(job.steward.user, "stopped")


def test_the_skill_belongs_to_the_community(errand: Errand) -> None:
    other = an_errand()
    with pytest.raises(Refused, match="手艺"):
        errand.ask(skill=skills_of(other.desk.grid.community)["pipes"])
