"""Messages that leave the portal: a real mail server and a real receiver of web hooks take them, or refuse to."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from community import account_data, messages, outbox, post, retention, robots
from community import actions_messages as actions
from community.models import AuditEvent, Channel, Choice, Community, Delivery, Notice, User
from community.notices import notify
from community.roles import Role
from core import clock, daily
from core.fields import plain_of
from core.quiet import is_quiet, not_before_morning
from core.refusal import Refused
from tests.factories import CommunityFactory, GridFactory, UserFactory, appoint, household_in, resident_of
from tests.servers import Hook, Mailbox, hook_server, mail_server

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 9, 16, 12, tzinfo=HERE)
NIGHT = NOON.replace(hour=22, minute=30)
MORNING = datetime(2026, 9, 17, 8, tzinfo=HERE)
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
State, Problem = Delivery.State, Delivery.Problem


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    settings.SITE_URL = "https://portal.example.org"
    with mail_server(settings) as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as server:
        yield server


# people ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def community() -> Community:
    return GridFactory().community


@pytest.fixture
def office(community) -> User:
    return appoint(Role.COMMUNITY_STAFF, community)


def reader(community, address: str = "wang@example.org", **fields) -> User:
    """Somebody of the community who has confirmed this address."""
    user = resident_of(household_in(GridFactory(community=community)))
    Choice.objects.create(community=community, user=user, address=address, **fields)
    return user


def told(user: User, text: str = "您提的诉求有了回复。", kind: str = "request_reply", **more) -> Notice:
    community = Community.objects.get(pk=min(user.scope.communities))
    about = Channel(community=community)
    notify([user], about=about, kind=kind, text=text, url="/requests/", **more)
    return Notice.objects.filter(user=user).latest("pk")


def group_of(community, hook: Hook, **fields) -> Channel:
    return Channel.objects.create(community=community, name="社区群", kind="other", address=hook.address, **fields)


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


# groups --------------------------------------------------------------------------------------------------------------


def test_a_group_is_told_in_one_message_with_links_and_no_numbers_of_phones(community, hook, settings):
    settings.SITE_URL = "https://portal.example.org"
    group_of(community, hook)
    quiet = group_of(community, hook, muted="digest")
    foreign = group_of(CommunityFactory(), hook)
    with clock.at(NOON):
        assert messages.tell_group(community, kind="digest", text="本周 12 件，电话 13812345678", url="/requests/") == 1
        assert messages.tell_group(community, kind="late", text="ZF225-2026-000123 过期了") == 2
        assert outbox.send_due() == 3
    bodies = [content["message"] for _path, content in hook.got]
    assert bodies[0] == "本周 12 件，电话 ＊＊＊\nhttps://portal.example.org/requests/\n\nZF225-2026-000123 过期了"
    assert all(content["title"] == community.name for _path, content in hook.got)
    assert len(bodies) == 2
    assert not Delivery.objects.filter(channel=foreign).exists()
    assert Delivery.objects.filter(channel=quiet).count() == 1


def test_a_grid_has_its_own_group(community, hook):
    grid, without = GridFactory(community=community, work_group=hook.address), GridFactory(community=community)
    group_of(community, hook)
    with clock.at(NOON):
        assert messages.tell_group(community, kind="late", text="三幢一件过期", grid=grid) == 1
        assert messages.tell_group(community, kind="late", text="x", grid=without) == 0
        assert outbox.send_due() == 1
    assert hook.got[0][1]["message"] == "三幢一件过期"


def test_a_group_that_does_not_answer_is_shown_to_the_office(community, office, hook, client):
    group_of(community, hook)
    secretary = appoint(Role.SECRETARY, community)
    hook.status = 500
    with clock.at(NOON):
        messages.tell_group(community, kind="digest", text="本周 12 件", urgent=True)
        Delivery.objects.update(tries=5)
        assert outbox.send_due() == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.problem, delivery.answer) == (State.GIVEN_UP, Problem.REFUSED, "500")
    told_to = Notice.objects.filter(kind=messages.NOT_ARRIVED, url=reverse("community:messages_office"))
    assert {one.user_id for one in told_to} == {office.pk, secretary.pk}
    client.force_login(office)
    body = client.get(reverse("community:messages_office")).content.decode()
    assert "发到“社区群”" in body
    assert "secret-key" not in body
    hook.status = 200
    client.post(reverse("community:message_again", args=[delivery.pk]))
    assert outbox.send_due() == 1


WECOM = ("wecombot", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa")
DINGTALK = ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abcd1234abcd")
FEISHU = ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abcd-1234")


@pytest.fixture
def robots_here(hook, monkeypatch) -> Hook:
    """The three robots' own plugins, whose servers stand on this machine."""
    from apprise.plugins import dingtalk, feishu, wecombot

    base = f"http://127.0.0.1:{hook.server_port}"
    monkeypatch.setattr(wecombot.NotifyWeComBot, "notify_url", base + "/wecom?key={key}")
    monkeypatch.setattr(dingtalk.NotifyDingTalk, "notify_url", base + "/dingtalk?access_token={token}")
    monkeypatch.setattr(feishu.NotifyFeishu, "notify_url", base + "/feishu/{token}/")
    return hook


@pytest.mark.parametrize(
    ("robot", "body"),
    [
        (WECOM, {"msgtype": "text", "text": {"content": "甲社区\r\n本周 12 件"}}),
        (
            DINGTALK,
            {
                "msgtype": "text",
                "at": {"atMobiles": [], "isAtAll": False},
                "text": {"content": "甲社区\r\n本周 12 件"},
            },
        ),
        (FEISHU, {"msg_type": "text", "content": {"text": "甲社区\r\n本周 12 件"}}),
    ],
)
def test_each_robot_gets_the_body_that_it_knows(robot, body, robots_here):
    kept = robots.checked(robot[1])
    assert kept.startswith(robot[0])
    robots_here.body = {"errcode": 0, "errmsg": "ok", "code": 0}
    assert robots.send(kept, title="甲社区", text="本周 12 件").arrived
    ((_path, sent),) = robots_here.got
    assert sent == body


@pytest.mark.parametrize(
    ("robot", "answer", "number"),
    [
        (WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, "93000"),
        (DINGTALK, {"errcode": 310000, "errmsg": "keywords not in content"}, "310000"),
        (FEISHU, {"code": 19001, "msg": "param invalid"}, "19001"),
    ],
)
def test_a_no_in_the_body_of_a_yes_is_a_no(robot, answer, number, robots_here):
    robots_here.body = answer
    outcome = robots.send(robots.checked(robot[1]), title="甲", text="乙")
    assert outcome == robots.Outcome(Problem.REFUSED, number)


def test_dingtalk_signs_with_its_secret(robots_here):
    kept = robots.checked(DINGTALK[1], secret="SECabc123")
    assert robots.send(kept, title="甲", text="乙").arrived
    ((path, _sent),) = robots_here.got
    assert "timestamp=" in path
    assert "sign=" in path


def test_a_long_text_goes_in_parts_that_a_robot_takes(robots_here):
    text = "\n".join(f"第 {number} 行：{'字' * 30}" for number in range(40))
    assert robots.send(robots.checked(WECOM[1]), title="甲", text=text).arrived
    parts = [sent["text"]["content"] for _path, sent in robots_here.got]
    assert len(parts) > 1
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert "".join(parts).count("字") == text.count("字")


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1/",
        "json://localhost:8000/x",
        "jsons://10.0.0.5/",
        "json://192.168.1.1/",
        "json://169.254.169.254/latest/meta-data",
        "json://[::1]/",
        "json://[::ffff:127.0.0.1]/",
        "json://2130706433/",
        "json://0/",
        "json://nowhere.invalid/",
        "file:///etc/passwd",
        "syslog://",
        "mailto://a:b@example.org",
        "http://example.org/",
        "rocket://127.0.0.1/x",
    ],
)
def test_no_address_leads_into_the_own_network(address, settings, community, office, client):
    settings.ROBOTS_IN_OWN_NETWORK = False
    client.force_login(office)
    answer = client.post(reverse("community:messages_group_new"), {"name": "群", "address": address})
    assert answer.status_code == 200
    assert not Channel.objects.exists()


def test_a_name_that_leads_elsewhere_later_is_dropped_before_a_byte_is_sent(settings, hook):
    settings.ROBOTS_IN_OWN_NETWORK = False
    outcome = robots.send(hook.address, title="甲", text="乙")
    assert outcome.problem == Problem.UNREACHED
    assert not hook.got


def test_the_office_connects_tries_changes_and_ends_a_group(community, office, hook, client):
    client.force_login(office)
    kinds = list(messages.group_kinds())
    made = client.post(
        reverse("community:messages_group_new"), {"name": "网格长群", "address": hook.address, "wanted": kinds}
    )
    group = Channel.objects.get()
    assert made.url == reverse("community:messages_group", args=[group.pk])
    assert (group.muted, group.kind) == ("", "other")
    body = client.post(made.url, {"test": "1"}, follow=True).content.decode()
    assert "对方收下了" in body
    assert "secret-key" not in body
    assert hook.got[0][1]["message"] == "网格长群的工作群接通了。"
    client.post(made.url, {"name": "网格群", "address": ""})
    group.refresh_from_db()
    assert (group.name, group.muted.split(), plain_of(group.address)) == ("网格群", kinds, hook.address)
    hook.status = 403
    assert "它回答 403" in client.post(made.url, {"test": "1"}, follow=True).content.decode()
    assert "认不出" in client.post(made.url, {"name": "网格群", "address": "群里"}).content.decode()
    end = reverse("community:messages_group_end", args=[group.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"submission": ""}).url == reverse("community:messages_office")
    assert not Channel.objects.exists()
    assert "secret-key" not in str(AuditEvent.objects.filter(verb__startswith="message_group").values())


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
