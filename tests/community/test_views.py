"""First pages, notices, and the look at a masked value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.urls import reverse

from community import home, nav, reveal, today
from community.access import Permission
from community.models import AuditEvent, Notice
from community.roles import Role
from community.today import Ask
from community.views import greeting
from core import clock
from tests.factories import GridFactory, MembershipFactory, UserFactory, appoint, household_in, resident_of

pytestmark = pytest.mark.django_db

BUDGET = 12


@pytest.fixture
def grid():
    return GridFactory()


@pytest.fixture
def resident(grid):
    return resident_of(household_in(grid))


@pytest.fixture
def leader(grid):
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def rooms(monkeypatch):
    """No rooms but those that a test brings."""
    monkeypatch.setattr(home, "_rooms", [])
    monkeypatch.setattr(today, "_asks", [])
    monkeypatch.setattr(today, "_pictures", [])


def notices(user, grid, count):
    for number in range(count):
        Notice.objects.create(community=grid.community, user=user, kind="x", text=f"第 {number} 条", url="/notices/")


def test_a_visitor_sees_what_it_is_and_how_to_join(client, grid, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page = client.get("/").text
    for words in (grid.community.name, "怎么加入", reverse("community:activate"), reverse("account_login")):
        assert words in page


def test_a_resident_is_greeted_at_the_own_door(client, grid, resident, leader, django_assert_max_num_queries):
    household = resident.appointments.get().household
    notices(resident, grid, 5)
    client.force_login(resident)
    with clock.at(datetime(2026, 11, 20, 1, 5, tzinfo=UTC)), django_assert_max_num_queries(BUDGET):
        page = client.get("/").text
    assert f"上午好，{resident.name}" in page
    assert str(household) in page
    assert leader.name in page
    assert "第 4 条" in page
    assert "第 1 条" not in page


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "晚上好"), (5, "早上好"), (8, "上午好"), (11, "中午好"), (13, "下午好"), (18, "晚上好")],
)
def test_greeting(hour, words):
    assert greeting(hour) == words


def test_rooms_bring_tiles_in_order_and_a_resident_sees_six(client, resident, rooms):
    for order in (5, 1, 6, 7, 4, 2, 3):
        home.register(lambda user, order=order: [home.Tile(f"瓷砖{order}", "/", order=order)])
    assert [tile.order for tile in home.gather(resident)] == [1, 2, 3, 4, 5, 6, 7]
    client.force_login(resident)
    page = client.get("/").text
    assert "瓷砖6" in page
    assert "瓷砖7" not in page


def test_people_with_duties_land_on_today(client, leader, rooms, django_assert_max_num_queries):
    ask = Ask("待受理诉求 2 件", "/requests/", "受理", since=clock.now() - timedelta(minutes=40), urgent=True)
    today.register(lambda user: None, lambda user, rows: [Ask("问题未反馈 1 户", "/visits/", "反馈"), ask])
    picture = today.Panel("components/notice.html", {"text": "225号 3幢"})
    today.register_picture(lambda user: None, lambda user, rows: [picture])
    client.force_login(leader)
    with django_assert_max_num_queries(BUDGET):
        page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0] == reverse("community:today")
    text = page.text
    assert text.index("待受理诉求 2 件") < text.index("问题未反馈 1 户")
    for words in ("请先办", "网格长", "受理"):
        assert words in text


def test_who_has_both_finds_home_in_the_menu(client, grid, leader):
    appoint(Role.RESIDENT, household_in(grid), user=leader)
    client.force_login(leader)
    assert f'href="{reverse("community:mine")}"' in client.get(reverse("community:today")).text
    assert leader.name in client.get(reverse("community:mine")).text


def test_a_user_without_duties_may_not_open_today(client, resident):
    client.force_login(resident)
    assert client.get(reverse("community:today")).status_code == 403


def test_navigation_marks_where_one_is(leader):
    entries = nav.main(leader, "/notices/read/")
    assert [entry.url for entry in entries if entry.active] == ["/notices/"]
    assert [entry.url for entry in nav.main(leader, "/today/") if entry.active] == ["/today/"]
    assert not [entry for entry in nav.main(leader, "/none/") if entry.active]
    assert nav.main(leader, "/today/") is nav.main(leader, "/today/")


def test_notices_are_ones_own_and_are_marked_read(client, grid, resident, django_assert_max_num_queries):
    other = UserFactory()
    notices(resident, grid, 60)
    notices(other, grid, 1)
    client.force_login(resident)
    with django_assert_max_num_queries(6):
        page = client.get(reverse("community:notices"))
    assert len(page.context["notices"]) == 50
    older = client.get(reverse("community:notices"), {"before": page.context["older"]})
    assert len(older.context["notices"]) == 10
    assert client.get(reverse("community:notices"), {"before": "x"}).status_code == 200
    first = Notice.objects.filter(user=resident).first()
    assert client.post(reverse("community:notice_open", args=[first.pk])).url == "/notices/"
    first.refresh_from_db()
    assert first.read_at is not None
    foreign = Notice.objects.get(user=other)
    assert client.post(reverse("community:notice_open", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("community:notice_open", args=[first.pk])).status_code == 405
    client.post(reverse("community:notices_read"))
    assert not Notice.objects.filter(user=resident, read_at__isnull=True).exists()
    assert Notice.objects.filter(user=other, read_at__isnull=True).exists()


def test_a_notice_never_leads_out(client, grid, resident):
    notice = Notice.objects.create(
        community=grid.community, user=resident, kind="x", text="x", url="https://example.com/"
    )
    client.force_login(resident)
    assert client.post(reverse("community:notice_open", args=[notice.pk])).url == "/"


def test_staff_without_a_second_step_see_the_strip(client, leader, resident):
    client.force_login(leader)
    assert "现在设置" in client.get(reverse("community:notices")).text
    TOTP.activate(leader, "JBSWY3DPEHPK3PXP")
    assert "现在设置" not in client.get(reverse("community:notices")).text
    client.force_login(resident)
    assert "现在设置" not in client.get(reverse("community:notices")).text


@pytest.fixture
def person(grid, monkeypatch):
    cache.clear()
    monkeypatch.setattr(reveal, "_models", {})
    reveal.register("grids.resident", {"phone"}, Permission.HOUSEHOLD_VIEW)
    return MembershipFactory(household=household_in(grid), resident__phone="13812345678").resident


def test_a_masked_value_is_shown_once_for_a_purpose(client, leader, person):
    TOTP.activate(leader, "JBSWY3DPEHPK3PXP")
    client.force_login(leader)
    address = reveal.url(person, "phone", "/today/")
    page = client.get(address)
    assert "138****5678" in page.text
    assert "13812345678" not in page.text
    assert "请选一下用途" in client.post(address, {"submission": ""}).text
    assert "写清楚" in client.post(address, {"purpose": "other"}).text
    assert not AuditEvent.objects.exists()
    shown = client.post(address, {"purpose": "visit", "detail": "三季度"})
    assert "13812345678" in shown.text
    assert 'href="/today/"' in shown.text
    assert "no-store" in shown["Cache-Control"]
    event = AuditEvent.objects.get(verb="reveal")
    assert event.reason == "上门走访 · 三季度"
    assert "13812345678" not in client.get(address).text


def test_staff_without_a_second_step_are_shown_the_way(client, leader, person):
    client.force_login(leader)
    page = client.post(reveal.url(person, "phone"), {"purpose": "visit"})
    assert "13812345678" not in page.text
    assert reverse("mfa_index") in page.text
    assert not AuditEvent.objects.exists()


def test_nothing_can_be_guessed(client, leader, resident, person):
    other = MembershipFactory(resident__phone="13812340000").resident
    client.force_login(leader)
    for label, pk, field in (
        ("grids.resident", other.pk, "phone"),
        ("grids.resident", person.pk, "id_number"),
        ("grids.resident", "x", "phone"),
        ("grids.resident", "00000000-0000-0000-0000-000000000000", "phone"),
        ("community.user", leader.pk, "phone"),
        ("no.such", "1", "phone"),
    ):
        assert client.get(reverse("community:reveal", args=[label, pk, field])).status_code == 404
    client.force_login(resident)
    assert client.get(reveal.url(person, "phone")).status_code == 404


def test_letters_pages(client, grid, leader, django_assert_max_num_queries):
    from community.actions_letters import issue_letters, issue_password_letter

    resident = resident_of(household_in(grid))
    for _ in range(30):
        issue_letters([household_in(grid)], by=leader)
    letter, _code = issue_password_letter(resident, by=leader)
    client.force_login(leader)
    with django_assert_max_num_queries(8):
        page = client.get(reverse("community:letters")).text
    assert "还没当面交付" in page
    found = client.post(reverse("community:letter_account"), {"phone": resident.phone.plain})
    assert found.url == reverse("community:letter_password", args=[resident.pk])
    assert "没有找到" in client.post(reverse("community:letter_account"), {"phone": "13000000000"}).text
    address = reverse("community:letter_hand_over", args=[letter.pk])
    assert "要当面核对" in client.post(address, {"submission": ""}).text
    assert client.post(address, {"checked": "on"}).status_code == 302
    letter.refresh_from_db()
    assert letter.handed_over_by == leader
    address = reverse("community:letter_void", args=[letter.pk])
    assert client.post(address, {"reason": "印坏了"}).status_code == 302
    assert "已经用过、作废" in client.post(address, {"reason": "印坏了"}, follow=True).text
    stranger = resident_of(household_in(GridFactory()))
    assert client.get(reverse("community:letter_password", args=[stranger.pk])).status_code == 404
    client.force_login(resident)
    assert client.get(reverse("community:letters")).status_code == 403


def test_dropping_the_second_step_on_the_page(client, grid, leader):
    TOTP.activate(leader, "JBSWY3DPEHPK3PXP")
    client.force_login(appoint(Role.SECRETARY, grid.community))
    address = reverse("community:second_factor_drop", args=[leader.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "手机丢了"}).status_code == 302
    assert not leader.authenticator_set.exists()
