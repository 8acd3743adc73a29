"""What goes wrong on the way: messages are tried again, given up, shown to the office, and sent once by two workers."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from community import actions_messages as actions
from community import messages, outbox, robots
from community.models import AuditEvent, Choice, Delivery, Notice
from core import clock, daily
from core.refusal import Refused
from tests.community.message_makers import NOON, Problem, State, group_of, reader, told
from tests.factories import GridFactory

pytestmark = pytest.mark.django_db


# what goes wrong -----------------------------------------------------------------------------------------------------


def test_what_fails_is_tried_six_times_then_given_up_and_shown(community, office, mailbox, client):
    user = reader(community)
    mailbox.refuse_mail = "451 try later"
    moment, waits = NOON, []
    with clock.at(moment):
        told(user)
    for _ in range(6):
        with clock.at(moment):
            assert outbox.send_due() == 0
            assert outbox.send_due() == 0, "it is not yet due again"
        delivery = Delivery.objects.get()
        if delivery.next_at:
            waits.append(delivery.next_at - moment)
            moment = delivery.next_at
    assert waits[:4] == list(outbox.BACKOFF[:4])
    assert waits[4] >= outbox.BACKOFF[4], "twelve hours later it was night"
    assert (delivery.state, delivery.tries, delivery.answer) == (State.GIVEN_UP, 6, "451")
    assert Notice.objects.get(user=user, kind=messages.NOT_ARRIVED).url == reverse("community:messages")
    assert Delivery.objects.count() == 1, "about a mail that did not arrive no mail is written"
    for who, page in ((user, "messages"), (office, "messages_office")):
        client.force_login(who)
        body = client.get(reverse(f"community:{page}")).content.decode()
        assert "对方没有收下（451）" in body
        assert "试了 6 次" in body
        assert reverse("community:message_again", args=[delivery.pk]) in body
    assert "您提的诉求" not in body, "the office sees that it failed, not what it said"
    mailbox.refuse_mail = ""
    assert client.post(reverse("community:message_again", args=[delivery.pk])).url == reverse(
        "community:messages_office"
    )
    assert outbox.send_due() == 1
    assert AuditEvent.objects.get(verb="message_sent_again").reason == user.name


def test_an_address_that_is_not_there_is_not_tried_again(community, mailbox):
    user = reader(community)
    mailbox.refuse_address = "550 no such user"
    with clock.at(NOON):
        told(user)
        told(user)
        outbox.send_due()
    assert set(Delivery.objects.values_list("state", "problem", "answer", "tries")) == {
        (State.GIVEN_UP, Problem.ADDRESS, "550", 1)
    }
    assert Notice.objects.filter(user=user, kind=messages.NOT_ARRIVED).count() == 1


def test_a_full_mailbox_is_tried_again(community, mailbox):
    user = reader(community)
    mailbox.refuse_address = "452 mailbox full"
    with clock.at(NOON):
        told(user)
        outbox.send_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem, delivery.next_at) == (
        State.WAITING,
        Problem.REFUSED,
        NOON + outbox.BACKOFF[0],
    )


def test_a_server_that_is_down_is_asked_once_a_run(community, mailbox, hook):
    for number in range(5):
        with clock.at(NOON):
            told(reader(community, f"a{number}@example.org"))
    group_of(community, hook)
    with clock.at(NOON):
        messages.tell_group(community, kind="digest", text="本周 3 件")
    mailbox.close()
    with clock.at(NOON):
        assert outbox.send_due() == 1, "the group is told all the same"
    tried = Delivery.objects.filter(user__isnull=False, tries=1)
    assert [one.problem for one in tried] == [Problem.UNREACHED]
    assert Delivery.objects.filter(user__isnull=False, tries=0).count() == 4


def test_a_second_try_of_what_is_not_given_up_is_refused(community, mailbox, client):
    user = reader(community)
    with clock.at(NOON):
        told(user)
    delivery = Delivery.objects.get()
    with pytest.raises(Refused, match="已经重新发了"):
        actions.send_again(delivery, by=user)
    Delivery.objects.update(state=State.GIVEN_UP, next_at=None, ended_at=NOON)
    actions.drop_address(Choice.objects.get(), by=user)
    with pytest.raises(Refused, match="不收邮件"):
        actions.send_again(delivery, by=user)
    other = reader(community, "x@example.org")
    client.force_login(other)
    assert client.post(reverse("community:message_again", args=[delivery.pk])).status_code == 404


# two workers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once(mailbox):
    community = GridFactory().community
    with clock.at(NOON):
        for number in range(12):
            told(reader(community, f"a{number}@example.org"))
    Delivery.objects.update(next_at=clock.now() - timedelta(minutes=1), urgent=True)
    arrived: list[int] = []

    def work() -> None:
        arrived.append(outbox.send_due())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    # A worker that comes second may leave a little for its next run.
    arrived.append(outbox.send_due())
    assert sum(arrived) == 12
    assert sorted(to[0] for to, _mail in mailbox.got) == sorted(f"a{number}@example.org" for number in range(12))


def test_what_a_killed_worker_had_claimed_is_taken_up_again(community, mailbox):
    with clock.at(NOON):
        told(reader(community))
        (claimed,) = outbox._claim(mail=True)
        assert outbox.send_due() == 0
    with clock.at(NOON + outbox.LEASE):
        assert outbox.send_due() == 1
    assert outbox._settle([claimed], robots.Outcome(Problem.REFUSED, "451")) == 0
    assert Delivery.objects.get().state == State.SENT, "who was too slow has no word in it any more"


def test_the_worker_does_it_every_minute():
    (duty,) = (one for one in daily.frequent() if one.name == "messages")
    assert duty.every == timedelta(minutes=1)
    assert duty.perform() == 0
