"""Whoever gets mail says where to, of what and when, and finds the way out of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community import actions_messages as actions
from community import messages, outbox
from community.models import AuditEvent, Choice, Delivery, Notice
from core import clock
from core.fields import plain_of
from tests.community.message_makers import NOON, State, group_of, reader, told
from tests.factories import GridFactory, household_in, resident_of

pytestmark = pytest.mark.django_db


# one's own page ------------------------------------------------------------------------------------------------------


def test_an_address_is_confirmed_by_the_code_that_was_sent_there(community, mailbox, client):
    user = resident_of(household_in(GridFactory(community=community)))
    client.force_login(user)
    page = client.get(reverse("community:messages")).content.decode()
    assert "也发到邮箱" in page
    answer = client.post(reverse("community:messages_address"), {"address": " Wang＠example.org "})
    assert answer.url == reverse("community:messages_code")
    ((to, mail),) = mailbox.got
    assert to == ["Wang@example.org"]
    code = re.search(r"\d{6}", mail["Subject"]).group()
    row = Choice.objects.get(user=user)
    assert not row.address
    assert code not in str(vars(row)), "only its hash is kept"
    told(user)
    assert not Delivery.objects.exists(), "nothing goes to an address that nobody has confirmed"
    wrong = "000000" if code != "000000" else "111111"
    assert "验证码不对" in client.post(answer.url, {"code": wrong}).content.decode()
    assert client.post(answer.url, {"code": f" {code[:3]} {code[3:]}"}).url == reverse("community:messages")
    row.refresh_from_db()
    assert plain_of(row.address) == "Wang@example.org"
    page = client.get(reverse("community:messages")).content.decode()
    assert "Wa****@example.org" in page
    assert "Wang@example.org" not in page
    assert "Wang@" not in str(AuditEvent.objects.filter(verb__startswith="message").values())


def test_a_code_is_good_for_half_an_hour_and_five_tries(community, mailbox, client):
    user = resident_of(household_in(GridFactory(community=community)))
    client.force_login(user)
    for spoil in (
        lambda: [actions.confirm_address(code="000000", by=user) for _ in range(5)],
        lambda: Choice.objects.update(code_until=clock.now() - timedelta(seconds=1)),
    ):
        code = actions.ask_address(address="a@example.org", by=user)
        if code != "000000":
            spoil()
            body = client.post(reverse("community:messages_code"), {"code": code}).content.decode()
            assert "不能用了" in body
    assert not plain_of(Choice.objects.get().address)


def test_nobody_is_flooded_with_codes(community, mailbox, client):
    cache.clear()
    user = resident_of(household_in(GridFactory(community=community)))
    client.force_login(user)
    url = reverse("community:messages_address")
    answers = [client.post(url, {"address": "victim@example.org"}).status_code for _ in range(6)]
    assert answers == [302] * 4 + [429] * 2
    assert len(mailbox.got) == 4
    cache.clear()


def test_a_code_that_cannot_be_sent_is_said(community, mailbox, client):
    cache.clear()
    mailbox.refuse_address = "550 no such user"
    client.force_login(resident_of(household_in(GridFactory(community=community))))
    body = client.post(
        reverse("community:messages_address"), {"address": "a@example.org"}, follow=True
    ).content.decode()
    assert "验证码没有发出去：对方说没有这个地址（550）" in body


@pytest.mark.parametrize("address", ["", "wang", "wang@", "a@b", "a\nb@example.org", "x" * 300 + "@example.org"])
def test_rubbish_is_no_address(address, community, mailbox, client):
    client.force_login(resident_of(household_in(GridFactory(community=community))))
    answer = client.post(reverse("community:messages_address"), {"address": address})
    assert answer.status_code == 200
    assert not mailbox.got
    assert not Choice.objects.exists()


def test_topics_and_hours_are_chosen(community, mailbox, client):
    user = reader(community)
    client.force_login(user)
    url = reverse("community:messages")
    page = client.get(url).content.decode()
    assert "自管会和公开账目" in page
    assert "走访</span>" not in page, "only those who walk are asked about it"
    given = {"wanted": ["estate", "other"], "quiet_from": "18", "quiet_until": "9", "brief": "on"}
    assert client.post(url, given).url == url
    row = Choice.objects.get()
    assert set(row.muted.split()) == {"requests", "register", "jobs", "hours", "alliance"}
    assert (row.quiet_from, row.quiet_until, row.brief) == (18, 9, True)
    assert client.post(url, {**given, "quiet_from": "23"}).status_code == 200
    assert client.post(url, {**given, "wanted": ["nonsense"]}).status_code == 200
    row.refresh_from_db()
    assert row.quiet_from == 18


def test_mail_is_turned_off_and_the_address_forgotten(community, mailbox, client):
    user = reader(community)
    client.force_login(user)
    assert client.post(reverse("community:messages_off")).url == reverse("community:messages")
    assert not plain_of(Choice.objects.get().address)
    assert client.post(reverse("community:messages_off")).status_code == 302


def test_without_a_mail_server_the_page_says_so(community, settings, client):
    settings.EMAIL_HOST = ""
    client.force_login(resident_of(household_in(GridFactory(community=community))))
    assert "还没有接通邮件" in client.get(reverse("community:messages")).content.decode()
    assert "还没有接通邮件" in client.get(reverse("community:messages_address")).content.decode()
    answer = client.post(reverse("community:messages_address"), {"address": "a@example.org"})
    assert answer.status_code == 200
    assert not Choice.objects.exists()


@pytest.mark.parametrize("number", [1, 20])
def test_the_pages_ask_as_much_for_many_as_for_one(number, community, office, mailbox, hook, client):
    user = reader(community)
    for _ in range(number):
        told(user)
        group_of(community, hook)
    Delivery.objects.update(state=State.GIVEN_UP, next_at=None, ended_at=NOON)
    for who, page in ((user, "messages"), (office, "messages_office")):
        client.force_login(who)
        client.get(reverse(f"community:{page}"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(f"community:{page}")).status_code == 200
        assert len(asked) <= 7


# the way out of mail -------------------------------------------------------------------------------------------------


def stop_link(mail) -> str:
    return re.search(r"<https://portal\.example\.org(/[^>]+)>", mail["List-Unsubscribe"]).group(1)


def test_the_link_in_a_mail_asks_and_then_stops(community, mailbox, client):
    user = reader(community)
    with clock.at(NOON):
        told(user)
        outbox.send_due()
    ((_to, mail),) = mailbox.got
    link = stop_link(mail)
    assert f"https://portal.example.org{link}" in mail.get_content()
    body = client.get(link).content.decode()
    assert "wa****@example.org" in body
    assert user.name not in body
    assert plain_of(Choice.objects.get().address), "mailboxes open links by themselves"
    assert "不再往这个邮箱发邮件了" in client.post(link).content.decode()
    assert not plain_of(Choice.objects.get().address)
    assert Notice.objects.filter(user=user, kind=messages.STOPPED).count() == 1
    assert "不再往这个邮箱发邮件了" in client.get(link).content.decode()


def test_a_mailbox_may_stop_it_by_its_own_button(community, mailbox, client):
    from django.test import Client

    with clock.at(NOON):
        told(reader(community))
        outbox.send_due()
    link = stop_link(mailbox.got[0][1])
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not plain_of(Choice.objects.get().address)


def test_a_link_is_good_for_its_address_alone_and_cannot_be_made_up(community, mailbox, client):
    user = reader(community)
    row = Choice.objects.get()
    old = reverse("community:messages_stop", args=[actions.stop_token(row)])
    row.address = "new@example.org"
    row.save()
    client.post(old)
    assert plain_of(Choice.objects.get().address) == "new@example.org"
    good = actions.stop_token(row)
    for token in (good[:-1] + "~", f"{user.pk}.0000", "x", good.replace(str(user.pk), str(user.pk + 1), 1)):
        assert client.post(reverse("community:messages_stop", args=[token])).status_code == 404
