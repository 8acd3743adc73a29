"""The pages of offers and jobs, as a steward, a leader and a resident use them."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from community import today
from community.models import User
from community.roles import Role
from core import clock
from stewards.jobs import actions
from stewards.jobs.states import State
from stewards.models import HoursEntry, Job, PartsClaim
from tests.factories import appoint, small_photo
from tests.stewards.errands import Errand, an_errand, at, fresh, request_of
from tests.stewards.makers import skills_of

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: Any) -> str:
    response = signed_in(user).get(reverse(name, args=args))
    assert response.status_code == 200, response
    return response.content.decode()


def asks_of(user: User) -> list[str]:
    user = User.objects.get(pk=user.pk)
    return [one.title for one in today.gather(user)]


def key_of(slot: tuple[Any, Any]) -> str:
    return "/".join(clock.local(one).astimezone(one.tzinfo).isoformat() for one in slot)


def upload(name: str = "a.jpg") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, small_photo().content, "image/jpeg")


def test_the_leader_asks_on_a_page_of_the_request(errand: Errand) -> None:
    (steward,) = errand.hire()
    text = page(errand.leader, "helpdesk:request", errand.request.pk)
    url = reverse("stewards:ask", args=[errand.request.pk])
    assert "请红管家上门" in text
    assert url in text
    client = signed_in(errand.leader)
    assert "水管" in client.get(url).content.decode()
    missing = client.post(url, sent(errand, is_safe=""))
    assert "请先问清楚" in missing.content.decode()
    answer = client.post(url, sent(errand), follow=True)
    assert steward.user.name in answer.content.decode()
    job = Job.objects.unscoped(reason="a test").get()
    assert job.slots == [at(9)]
    assert "正在问红管家谁能去" in page(errand.desk.reporter, "helpdesk:request", errand.request.pk)


def sent(errand: Errand, **more: str) -> dict[str, Any]:
    """The form as it is sent, for tomorrow from nine to eleven."""
    skill = skills_of(errand.desk.grid.community)["pipes"]
    day = at(9)[0].date().isoformat()
    times = {"day1": day, "from1": "09:00", "until1": "11:00"}
    return {"skill": skill.pk, "what": "厨房水管漏水", **times, "is_safe": "on", **more}


def test_more_times_are_folded_away_until_there_is_something_in_them(errand: Errand) -> None:
    errand.hire()
    client = signed_in(errand.leader)
    url = reverse("stewards:ask", args=[errand.request.pk])
    folded, opened = '<details class="fold other-times">', '<details class="fold other-times" open>'
    assert folded in client.get(url).text
    assert folded in client.post(url, sent(errand, is_safe="")).text
    day = at(9, days=2)[0].date().isoformat()
    half = client.post(url, sent(errand, from3="14:00", bring="自带梯子", needs_two="on", what="厨房水管漏水，慢")).text
    assert opened in half
    assert "请写是哪一天" in half
    for typed in (
        'value="14:00"',
        'value="自带梯子"',
        'value="厨房水管漏水，慢"',
        'value="09:00"',
        f'value="{at(9)[0]:%Y-%m-%d}"',
    ):
        assert typed in half
    assert re.search(r'name="needs_two"[^>]*checked', half)
    whole = sent(errand, day3=day, from3="14:00", day2=day, from2="09:00", until2="10:00")
    assert opened in client.post(url, whole | {"is_safe": ""}).text
    client.post(url, whole)
    job = Job.objects.unscoped(reason="a test").get()
    assert job.slots == [at(9), at(9, days=2, hours=1), at(14, days=2)]


def test_who_asks_again_is_led_to_the_job_that_there_is(errand: Errand) -> None:
    errand.hire()
    other = appoint(Role.SECRETARY, errand.desk.grid.community)
    url = reverse("stewards:ask", args=[errand.request.pk])
    job = errand.ask()
    for user in (errand.leader, other):
        for answer in (
            signed_in(user).get(url, follow=True),
            signed_in(user).post(url, sent(errand), follow=True),
            signed_in(user).post(url, {}, follow=True),
        ):
            assert answer.redirect_chain == [(job.get_absolute_url(), 302)]
            assert "已经请了红管家" in answer.text
    assert Job.objects.unscoped(reason="a test").count() == 1
    errand.accept(job)
    assert signed_in(other).get(url).url == job.get_absolute_url()
    actions.stop(job, by=errand.leader, reason="改了时间")
    assert signed_in(other).get(url).status_code == 200


def test_a_question_that_is_clicked_twice_is_one_job(errand: Errand) -> None:
    errand.hire()
    client = signed_in(errand.leader)
    url = reverse("stewards:ask", args=[errand.request.pk])
    given = sent(errand, submission="6f1f3c0e-9d3e-4b8e-8a51-1c7d5b7f0a12")
    first, second = client.post(url, given), client.post(url, given)
    job = Job.objects.unscoped(reason="a test").get()
    assert first.url == second.url == job.get_absolute_url()


def test_what_is_handed_out_already_is_not_asked_for(errand: Errand) -> None:
    row = errand.desk.take(errand.request, "dispatch")
    client = signed_in(errand.leader)
    answer = client.get(reverse("stewards:ask", args=[row.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == row.get_absolute_url()
    assert "受理以后、派人以前，才能请红管家。" in answer.text


@pytest.mark.django_db(transaction=True)
def test_two_leaders_ask_at_the_same_moment_and_both_end_at_the_one_job() -> None:
    errand = an_errand()
    errand.hire(4)
    asking = [errand.leader, *(appoint(Role.SECRETARY, errand.desk.grid.community) for _one in range(3))]
    url, given = reverse("stewards:ask", args=[errand.request.pk]), sent(errand)
    clients = [signed_in(user) for user in asking]
    start: threading.Barrier = threading.Barrier(len(clients))
    found: list[str] = []

    def send(client: Client) -> None:
        found.append(client.post(url, given)["Location"])

    def run(client: Client) -> None:
        start.wait(timeout=60)
        try:
            send(client)
        finally:
            connection.close()

    # SQLite lets one writer in at a time: there they come one after another.
    if connection.vendor == "sqlite":
        for client in clients:
            send(client)
    else:
        threads = [threading.Thread(target=run, args=[client]) for client in clients]
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout=120)
    job = Job.objects.unscoped(reason="a test").get()
    assert found == [job.get_absolute_url()] * len(clients)


def test_gas_says_where_to_turn_before_anything_is_asked() -> None:
    errand = an_errand(title="煤气灶打不着火")
    errand.hire()
    assert "燃气公司" in page(errand.leader, "stewards:ask", errand.request.pk)
    assert "不能请志愿者" in page(errand.leader, "helpdesk:request", errand.request.pk)


def test_a_steward_reads_why_and_roughly_where_and_says_yes(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask(wishes=[at(9), at(15)])
    offer = errand.offer(job, steward)
    assert any("想请您帮个忙" in one for one in asks_of(steward.user))
    for text in (page(steward.user, "stewards:offers"), page(steward.user, "stewards:offer", offer.pk)):
        assert "您会水管" in text
        assert str(job.building) in text
        assert errand.request.place not in text
    url = reverse("stewards:offer_accept", args=[offer.pk])
    client = signed_in(steward.user)
    assert "请选" in client.post(url, {}).content.decode() or fresh(job).state == State.OFFERED
    start, end = (one.isoformat() for one in fresh(job).slots[1])
    answer = client.post(url, {"slot": f"{start}/{end}"}, follow=True)
    text = answer.content.decode()
    job = fresh(job)
    assert (job.state, job.slots) == (State.ACCEPTED, [at(15)])
    assert errand.request.place in text
    assert job.steward_code in text
    assert job.home_code not in text
    assert any("今天上门" in one for one in asks_of(steward.user)) is False
    with clock.at(at(8)[0]):
        assert any("今天上门" in one for one in asks_of(steward.user))


def test_a_yes_that_is_clicked_twice_is_one_yes(errand: Errand) -> None:
    (steward,) = errand.hire()
    job = errand.ask()
    offer = errand.offer(job, steward)
    client = signed_in(steward.user)
    start, end = (one.isoformat() for one in job.slots[0])
    sent = {"slot": f"{start}/{end}", "submission": "6f1f3c0e-9d3e-4b8e-8a51-1c7d5b7f0a11"}
    first = client.post(reverse("stewards:offer_accept", args=[offer.pk]), sent)
    second = client.post(reverse("stewards:offer_accept", args=[offer.pk]), sent)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == job.get_absolute_url()


def test_no_is_one_tap_and_no_question(errand: Errand) -> None:
    first, second = errand.hire(2)
    job = errand.ask()
    steward = errand.asked(job)
    client = signed_in(steward.user)
    answer = client.post(reverse("stewards:offer_decline", args=[errand.offer(job, steward).pk]), follow=True)
    assert "下次再请您" in answer.content.decode()
    other = first if steward == second else second
    assert errand.asked(job) == other


def test_who_comes_too_late_reads_kind_words(errand: Errand) -> None:
    first, second = errand.hire(2)
    job = errand.ask()
    actions.widen(job, by=errand.leader)
    errand.accept(job, first)
    offer = errand.offer(job, second)
    text = page(second.user, "stewards:offer", offer.pk)
    assert "谢谢您" in text
    assert "我能去" not in text
    start, end = (one.isoformat() for one in job.slots[0])
    answer = signed_in(second.user).post(reverse("stewards:offer_accept", args=[offer.pk]), {"slot": f"{start}/{end}"})
    assert answer.status_code == 200
    assert fresh(job).steward == first


def test_the_household_reads_who_comes_and_both_codes_and_confirms(errand: Errand) -> None:
    job = errand.taken()
    reporter = errand.desk.reporter
    text = page(reporter, "helpdesk:request", errand.request.pk)
    assert job.steward_code in text
    assert job.home_code in text
    client = signed_in(reporter)
    client.post(reverse("stewards:job_step", args=[job.pk, "check"]))
    assert fresh(job).checked_at
    steward = job.steward.user
    response = signed_in(steward).post(reverse("stewards:job_step", args=[job.pk, "arrive"]), {"code": "12a4"})
    assert "四位数字" in response.content.decode()
    wrong = "0000" if job.home_code != "0000" else "0001"
    response = signed_in(steward).post(reverse("stewards:job_step", args=[job.pk, "arrive"]), {"code": wrong})
    assert "对不上" in response.content.decode()
    assert fresh(job).code_tries == 1
    signed_in(steward).post(reverse("stewards:job_step", args=[job.pk, "arrive"]), {"code": job.home_code})
    assert fresh(job).state == State.ARRIVED
    sent = {"result": "solved", "text": "换了龙头。", "minutes": "20", "photos": [upload()]}
    response = signed_in(steward).post(reverse("stewards:job_step", args=[job.pk, "finish"]), sent, follow=True)
    assert "辛苦了" in response.content.decode()
    assert any("说做完了" in one for one in asks_of(reporter))
    text = page(reporter, "stewards:job", job.pk)
    for step in ("confirm", "doubt"):
        url = reverse("stewards:job_step", args=[job.pk, step])
        assert url in text
        assert client.get(url).status_code == 200
    assert client.get(reverse("stewards:job_step", args=[job.pk, "parts"])).status_code == 302
    response = client.post(reverse("stewards:job_step", args=[job.pk, "confirm"]), {"note": "谢谢王师傅"}, follow=True)
    assert "谢谢王师傅" in response.content.decode()
    assert HoursEntry.objects.unscoped(reason="a test").get().minutes == 20


def test_the_leader_sees_who_was_asked_and_writes_down_what_was_said_by_phone(errand: Errand) -> None:
    (steward,) = errand.hire(by_phone=True)
    job = errand.ask()
    assert any("请打电话问红管家" in one for one in asks_of(errand.leader))
    text = page(errand.leader, "stewards:job", job.pk)
    url = reverse("stewards:offer_answer", args=[errand.offer(job, steward).pk])
    assert "请打电话问" in text
    assert url in text
    client = signed_in(errand.leader)
    assert client.get(url).status_code == 200
    start, end = (one.isoformat() for one in job.slots[0])
    client.post(url, {"says": "yes", "channel": "phone", "slot": f"{start}/{end}"})
    offer = errand.offer(job, steward)
    assert (offer.state, offer.channel, offer.recorded_by) == ("accepted", "phone", errand.leader)
    text = page(errand.leader, "stewards:job", job.pk)
    assert "代记" in text
    assert fresh(job).home_code in text


def test_a_no_by_phone_goes_to_the_next(errand: Errand) -> None:
    errand.hire(2, by_phone=True)
    job = errand.ask()
    steward = errand.asked(job)
    url = reverse("stewards:offer_answer", args=[errand.offer(job, steward).pk])
    start, end = (one.isoformat() for one in job.slots[0])
    signed_in(errand.leader).post(url, {"says": "no", "channel": "paper", "slot": f"{start}/{end}"})
    assert errand.offer(job, steward).state == "declined"
    assert errand.asked(job) != steward


def test_steps_that_are_not_open_lead_back_and_those_of_others_are_refused(errand: Errand) -> None:
    job = errand.taken()
    steward = job.steward.user
    for step in ("finish", "confirm", "arrive_for", "stop", "set_out"):
        assert signed_in(steward).get(reverse("stewards:job_step", args=[job.pk, step])).status_code == 302
    assert signed_in(steward).get(reverse("stewards:job_step", args=[job.pk, "nothing"])).status_code == 404
    signed_in(errand.desk.reporter).post(reverse("stewards:job_step", args=[job.pk, "set_out"]))
    assert fresh(job).state == State.ACCEPTED
    for step in ("rebook", "pass_on", "give_back"):
        assert signed_in(steward).get(reverse("stewards:job_step", args=[job.pk, step])).status_code == 200
    response = signed_in(steward).post(reverse("stewards:job_step", args=[job.pk, "give_back"]), follow=True)
    assert "谢谢您早说一声" in response.content.decode()
    assert signed_in(steward).get(reverse("stewards:job", args=[job.pk])).status_code == 404


def test_another_time_by_its_page(errand: Errand) -> None:
    job = errand.taken()
    url = reverse("stewards:job_step", args=[job.pk, "rebook"])
    sent = {"day": at(16)[0].date().isoformat(), "start": "16:00", "end": "17:30"}
    signed_in(job.steward.user).post(url, sent)
    assert fresh(job).starts_at == at(16)[0]


def test_the_time_goes_into_a_calendar_and_goes_out_of_it_again(errand: Errand) -> None:
    from icalendar import Calendar

    job = errand.taken()
    steward = job.steward.user
    url = reverse("stewards:job_file", args=[job.pk])
    response = signed_in(steward).get(url)
    event = next(iter(Calendar.from_ical(response.content).walk("VEVENT")))
    assert response["Content-Type"].startswith("text/calendar")
    assert event.decoded("dtstart") == at(9)[0]
    assert errand.desk.reporter.name not in response.content.decode()
    assert job.home_code not in response.content.decode()
    assert signed_in(steward).get(url).status_code == 200
    actions.stop(job, by=errand.leader, reason="不用了")
    event = next(iter(Calendar.from_ical(signed_in(errand.leader).get(url).content).walk("VEVENT")))
    assert str(event["status"]) == "CANCELLED"


def test_no_calendar_before_there_is_a_time(errand: Errand) -> None:
    errand.hire()
    job = errand.ask()
    assert signed_in(errand.leader).get(reverse("stewards:job_file", args=[job.pk])).status_code == 404


def test_parts_are_claimed_with_a_receipt_and_never_become_hours(errand: Errand) -> None:
    estate = errand.desk.household.building.estate
    estate.is_self_managed = True
    estate.save()
    job = errand.arrived()
    steward = job.steward.user
    url = reverse("stewards:job_step", args=[job.pk, "parts"])
    assert url in page(steward, "stewards:job", job.pk)
    client = signed_in(steward)
    assert (
        "看不出是多少钱" in client.post(url, {"what": "龙头", "amount": "三十", "receipt": [upload()]}).content.decode()
    )
    client.post(url, {"what": "水龙头一只", "amount": "35.5", "receipt": [upload()]})
    claim = PartsClaim.objects.unscoped(reason="a test").get()
    assert (str(claim.amount), claim.state, claim.estate) == ("35.50", "claimed", estate)
    receipt = client.get(reverse("stewards:receipt", args=[claim.pk]))
    assert receipt["Content-Type"] == "image/jpeg"
    assert b"".join(receipt).startswith(b"\xff\xd8")
    assert signed_in(errand.desk.reporter).get(reverse("stewards:receipt", args=[claim.pk])).status_code == 404
    assert "水龙头一只" in page(steward, "stewards:job", job.pk)
    assert not HoursEntry.objects.unscoped(reason="a test").exists()


def test_the_pool_that_stands_still_waits_on_the_leaders_page(errand: Errand) -> None:
    job = errand.ask()
    assert any("还没有红管家答应" in one for one in asks_of(errand.leader))
    assert "现在没有合适的红管家有空" in page(errand.leader, "stewards:job", job.pk)


def test_a_look_at_the_page_moves_the_waves_on(errand: Errand) -> None:
    errand.hire(3)
    job = errand.ask()
    with clock.at(fresh(job).wave_due_at + timedelta(minutes=1)):
        page(errand.leader, "stewards:job", job.pk)
    assert fresh(job).wave == 2


@pytest.mark.parametrize("number", [1, 8])
def test_pages_cost_the_same_for_one_and_for_many(
    errand: Errand, number: int, django_assert_max_num_queries: Any
) -> None:
    stewards = errand.hire(number)
    job = errand.ask()
    actions.widen(job, by=errand.leader)
    actions.widen(job, by=errand.leader) if number > 4 else None
    steward = errand.offers(job)[0].steward
    more = [Errand(errand.desk, errand.desk.walk(errand.desk.log(), "accept"), [steward]) for _n in range(number)]
    for place, one in enumerate(more, start=2):
        other = one.ask(wishes=[at(9, days=place)])
        offer = one.offers(other)[0]
        if offer.steward == steward:
            one.accept(other, steward)
    assert stewards
    for user, name, args in (
        (steward.user, "stewards:offers", []),
        (errand.leader, "stewards:job", [job.pk]),
        (errand.leader, "helpdesk:request", [request_of(job).pk]),
    ):
        client = signed_in(user)
        url = reverse(name, args=args)
        client.get(url)
        with django_assert_max_num_queries(12):
            client.get(url)
