"""Messages that leave the portal: a real mail server takes them, by day and by night, and what is kept of them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from community import account_data, messages, outbox, post, retention
from community import actions_messages as actions
from community.models import Channel, Choice, Delivery, Notice
from community.notices import notify
from core import clock
from core.quiet import is_quiet, not_before_morning
from core.refusal import Refused
from tests.community.message_makers import HERE, NOON, Problem, State, reader, told
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NIGHT = NOON.replace(hour=22, minute=30)
MORNING = datetime(2026, 9, 17, 8, tzinfo=HERE)
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


# mail ----------------------------------------------------------------------------------------------------------------


def test_who_chose_mail_gets_the_notice_with_its_link(community, mailbox):
    user = reader(community)
    with clock.at(NOON):
        told(user)
        assert outbox.send_due() == 1
    ((to, mail),) = mailbox.got
    assert to == ["wang@example.org"]
    assert community.name in mail["From"]
    assert "诉求" in mail["Subject"]
    assert "您提的诉求有了回复。" in mail.get_content()
    assert "https://portal.example.org/requests/" in mail.get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.next_at) == (State.SENT, 1, None)


def test_several_notices_go_in_one_mail(community, mailbox):
    user = reader(community)
    with clock.at(NOON):
        for number in range(3):
            told(user, f"第 {number} 条")
        assert outbox.send_due() == 3
    ((_to, mail),) = mailbox.got
    assert "3 条新消息" in mail["Subject"]
    assert [mail.get_content().index(f"第 {number} 条") for number in range(3)] == sorted(
        mail.get_content().index(f"第 {number} 条") for number in range(3)
    )


def test_who_asks_for_it_gets_no_content_by_mail(community, mailbox):
    user = reader(community, brief=True)
    with clock.at(NOON):
        told(user, "您提的“漏水”有了回复。")
        outbox.send_due()
    ((_to, mail),) = mailbox.got
    assert "漏水" not in mail.get_content()
    assert "诉求" not in mail["Subject"]
    assert "https://portal.example.org/requests/" in mail.get_content()


def test_numbers_of_phones_and_cards_stay_at_home(community, mailbox):
    user = reader(community)
    with clock.at(NOON):
        told(user, "打 13812345678 或 321102195603071234 都行，编号 202609160001")
        outbox.send_due()
    (text,) = mailbox.texts
    assert "13812345678" not in text
    assert "321102195603071234" not in text
    assert "202609160001" in text


def test_muted_read_and_dropped_notices_do_not_go(community, mailbox):
    muted = reader(community, muted="requests")
    early, gone = reader(community, "early@example.org"), reader(community, "gone@example.org")
    with clock.at(NOON):
        told(muted)
        told(muted, kind="publication_published")
        Notice.objects.filter(pk=told(early).pk).update(read_at=NOON)
        told(gone)
        actions.drop_address(Choice.objects.get(user=gone), by=gone)
        outbox.send_due()
    assert [to for to, _mail in mailbox.got] == [["wang@example.org"]]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.DROPPED, State.DROPPED, State.SENT]


def test_the_mail_speaks_the_language_of_its_reader(community, mailbox):
    with clock.at(NOON):
        told(reader(community, language="en"), kind="visits_moved")
        outbox.send_due()
    ((_to, mail),) = mailbox.got
    assert "走访" not in mail["Subject"]


def test_nothing_is_kept_where_no_mail_server_is_given(community, settings):
    settings.EMAIL_HOST = ""
    told(reader(community))
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("number", [1, 30])
def test_telling_costs_one_statement_where_nobody_chose_mail(number, community, mailbox):
    users = [UserFactory() for _ in range(number)]
    reader(community)
    about = Channel(community=community)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        notify(users, about=about, kind="request_reply", text="x", url="/")
    assert len(asked) == 1
    assert Notice.objects.count() == number


@pytest.mark.parametrize("number", [1, 30])
def test_and_two_where_somebody_did(number, community, mailbox):
    users = [reader(community, f"a{one}@example.org") for one in range(number)]
    about, another = Channel(community=community), UserFactory()
    with CaptureQueriesContext(connection) as asked:
        notify([*users, another], about=about, kind="request_reply", text="x", url="/")
    assert len(asked) == 2
    assert set(Delivery.objects.values_list("user_id", flat=True)) == {user.pk for user in users}
    assert all(one.notice.user_id == one.user_id for one in Delivery.objects.select_related("notice"))


def test_the_delivery_stands_and_falls_with_what_it_tells(community, mailbox):
    user = reader(community)

    class TakenBack(Exception):
        pass

    def told_in_vain() -> None:
        with transaction.atomic():
            told(user)
            raise TakenBack

    with pytest.raises(TakenBack):
        told_in_vain()
    assert not Delivery.objects.exists()


KIND = re.compile(r"notify\([^)]*?kind=\"([a-z_]+)\"", re.S)


def test_every_kind_of_notice_has_a_topic():
    rooms = ("community", "grids", "helpdesk", "visits", "stewards", "alliance", "property")
    files = (path for room in rooms for path in (Path(configured.BASE_DIR) / room).rglob("*.py"))
    kinds = {kind for path in files for kind in KIND.findall(path.read_text("utf-8"))}
    assert len(kinds) > 15
    without = {kind for kind in kinds if messages.topic_of(kind).slug == messages.OTHER}
    assert not without, "register them in the room's apps.py: messages.register(…)"


# night -------------------------------------------------------------------------------------------------------------


def test_at_night_it_waits_for_the_morning_unless_urgent(community, mailbox):
    user, called = reader(community), reader(community, "duty@example.org")
    with clock.at(NIGHT):
        told(user)
        told(called, urgent=True)
        assert outbox.send_due() == 1
    assert [to for to, _mail in mailbox.got] == [["duty@example.org"]]
    with clock.at(MORNING - timedelta(seconds=1)):
        assert outbox.send_due() == 0
    with clock.at(MORNING):
        assert outbox.send_due() == 1


def test_whoever_likes_it_quieter_is_left_in_peace_longer(community, mailbox):
    user = reader(community, quiet_from=18, quiet_until=10)
    with clock.at(NOON.replace(hour=18, minute=5)):
        told(user)
        assert outbox.send_due() == 0
        delivery = Delivery.objects.get()
        assert (delivery.tries, delivery.claim) == (0, None)
        assert timezone.localtime(delivery.next_at) == MORNING.replace(hour=10)
    with clock.at(MORNING.replace(hour=10)):
        assert outbox.send_due() == 1


@given(MOMENTS, st.integers(13, 20), st.integers(8, 12))
def test_the_morning_is_the_next_moment_that_is_not_quiet(moment, begins, ends):
    found = not_before_morning(moment, begins, ends)
    assert not is_quiet(found, begins, ends)
    assert timedelta() <= found - moment <= timedelta(hours=24)
    assert (found == moment) == (not is_quiet(moment, begins, ends))
    assert found == moment or is_quiet(found - timedelta(seconds=1), begins, ends)


@given(st.integers(1, 6), MOMENTS, st.booleans())
def test_it_is_tried_again_after_longer_and_longer_and_never_at_night(tries, moment, urgent):
    with clock.at(moment):
        again = outbox.next_try(tries, urgent=urgent)
    if tries == 6:
        assert again is None
    else:
        assert again >= moment + outbox.BACKOFF[tries - 1]
        assert urgent or not is_quiet(again)


# what is kept --------------------------------------------------------------------------------------------------------


def test_the_own_record_and_its_erasure(community, mailbox):
    user = reader(community, muted="requests")
    with clock.at(NOON):
        told(user, kind="publication_published")
        outbox.send_due()
    shown = {section.slug: section.rows for section in account_data.sections(user)}
    assert shown["messages"][0]["address"] == "wang@example.org"
    assert shown["messages"][0]["not_wanted"] == "诉求"
    assert shown["mails"][0]["state"] == "发出去了"
    account_data.close_account(user)
    assert not Choice.objects.exists()


def test_what_was_sent_and_who_has_left_is_forgotten(community, mailbox):
    user = reader(community)
    with clock.at(NOON):
        told(user)
        outbox.send_due()
    gone = UserFactory()
    Choice.objects.create(community=community, user=gone, address="a@example.org")
    half = UserFactory()
    Choice.objects.create(
        community=community, user=half, pending="b@example.org", code_hash="x", code_until=NOON, address=""
    )
    with clock.at(NOON + timedelta(days=10)):
        assert retention.due(community)["unconfirmed_mailboxes"] == 1
    Choice.objects.update(created_at=NOON)
    with clock.at(NOON + timedelta(days=91)):
        due = retention.due(community)
        assert (due["deliveries"], due["mailboxes"]) == (1, 2)
        call_command("forget", "--json")
    assert [one.user_id for one in Choice.objects.all()] == [user.pk]
    assert not Delivery.objects.exists()


def test_a_signed_in_person_of_nowhere_chooses_nothing(mailbox):
    with pytest.raises(Refused, match="不在任何社区"):
        actions.ask_address(address="a@example.org", by=UserFactory())


def test_post_of_a_server_that_does_not_know_us(community, mailbox, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
    user = reader(community)
    with clock.at(NOON):
        told(user)
        assert outbox.send_due() == 0
    assert Delivery.objects.get().problem in (Problem.SIGN_IN, Problem.UNREACHED)
    assert isinstance(post.Post().is_down, bool)
