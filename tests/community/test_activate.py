"""The way in with a letter, through the pages."""

from __future__ import annotations

import threading

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from community import letters
from community.actions_letters import hand_over, issue_letters, issue_password_letter, open_account
from community.models import ActivationLetter, Appointment, User
from community.roles import Role
from core.refusal import Refused
from tests.factories import GridFactory, MembershipFactory, appoint, household_in, resident_of

PASSWORD = "桂花开了 2026"
CODE, ACCOUNT = "/activate/", "/activate/account/"


@pytest.fixture(autouse=True)
def _no_limits_yet(db):
    cache.clear()


@pytest.fixture
def grid(db):
    return GridFactory()


@pytest.fixture
def leader(grid):
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def household(grid):
    found = household_in(grid)
    MembershipFactory(household=found, resident__name="张桂英", relation="02")
    return found


@pytest.fixture
def code(household, leader):
    return letters.shown(issue_letters([household], by=leader)[0][1])


def given(**changed):
    return {
        "who": "other",
        "name": "李小满",
        "phone": "138 0013 8000",
        "password": PASSWORD,
        "again": PASSWORD,
        "consent": "on",
    } | changed


def is_in(client):
    return "_auth_user_id" in client.session


def test_the_whole_way(client, household, code):
    page = client.get(CODE, {"code": code})
    assert f'value="{code}"' in page.text
    assert client.post(CODE, {"code": code.lower()}).url == ACCOUNT
    page = client.get(ACCOUNT).text
    assert "张**" in page
    assert "张桂英" not in page
    assert household.dwelling.label not in page
    member = household.memberships.get()
    answer = client.post(ACCOUNT, given(who=str(member.resident_id), name=""))
    assert answer.status_code == 302
    user = User.objects.get(phone="13800138000")
    assert (user.name, user.scope.households) == ("张桂英", {household.pk})
    assert is_in(client)
    home = client.get(answer.url, follow=True).text
    assert "欢迎您" in home
    assert household.dwelling.label in home
    assert client.session.get_expiry_age() == 14 * 24 * 3600


def test_somebody_who_is_not_on_the_list_gives_a_name(client, code):
    client.post(CODE, {"code": code})
    assert "请填写您的姓名" in client.post(ACCOUNT, given(name=" ")).text
    client.post(ACCOUNT, given())
    assert Appointment.objects.get(role=Role.RESIDENT).resident is None
    assert User.objects.get(phone="13800138000").name == "李小满"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"phone": "1380013"}, "您填了 7 位"),
        ({"password": "12345678", "again": "12345678"}, "密码"),
        ({"again": "anders"}, "两遍填的不一样"),
        ({"consent": ""}, "同意以后才能开通"),
        ({"who": ""}, "请选一下您是哪一位"),
        ({"who": "00000000-0000-0000-0000-000000000000"}, "who"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, code, changed, says):
    client.post(CODE, {"code": code})
    page = client.post(ACCOUNT, given(**changed))
    assert page.status_code == 200
    assert says in page.text
    assert "李小满" in page.text
    assert not User.objects.filter(phone="13800138000").exists()
    assert client.post(ACCOUNT, given()).status_code == 302


def test_a_wrong_code_leads_nowhere(client, code):
    page = client.post(CODE, {"code": "00000-00000"})
    assert "用不了" in page.text
    assert client.get(ACCOUNT).url == CODE
    assert client.post(ACCOUNT, given()).url == CODE


def test_guessing_is_throttled_by_address_and_by_prefix(client, code):
    for number in range(10):
        assert client.post(CODE, {"code": code[:6] + f"0000{number}"}).status_code == 200
    assert client.post(CODE, {"code": code}).status_code == 429
    other = Client(REMOTE_ADDR="203.0.113.9")
    assert other.post(CODE, {"code": code}).status_code == 429
    for number in range(20):
        last = client.post(CODE, {"code": f"{number:02}AAA-AAAAA"})
    assert last.status_code == 429


def test_a_known_phone_proves_its_password_and_is_bound_to_one_more_door(client, grid, household, code):
    user = resident_of(household_in(grid))
    user.set_password(PASSWORD)
    user.save()
    client.post(CODE, {"code": code})
    wrong = client.post(ACCOUNT, given(phone=user.phone.plain, password="falsch", again="falsch"))
    assert "请填原来的密码" in wrong.text
    client.post(ACCOUNT, given(phone=user.phone.plain, again=""))
    client.post(ACCOUNT, given(phone=user.phone.plain))
    assert household.pk in User.objects.get(pk=user.pk).scope.households
    assert is_in(client)


def test_signed_in_already_means_one_more_door(client, grid, household, code):
    user = resident_of(household_in(grid))
    client.force_login(user)
    client.post(CODE, {"code": code})
    page = client.get(ACCOUNT).text
    assert "会绑定到您现在登录的账号" in page
    assert 'name="password"' not in page
    client.post(ACCOUNT, {"who": "other", "name": user.name, "consent": "on"})
    assert household.pk in User.objects.get(pk=user.pk).scope.households


def test_a_second_send_of_the_form_does_no_harm(client, code):
    client.post(CODE, {"code": code})
    client.post(ACCOUNT, given())
    again = client.post(ACCOUNT, given())
    assert again.url == reverse("community:home")
    assert Appointment.objects.filter(role=Role.RESIDENT).count() == 1


def test_a_new_password_keeps_the_second_step(client, grid):
    secretary = appoint(Role.SECRETARY, grid.community)
    staff = appoint(Role.GRID_LEADER, grid)
    staff.set_password("the old one")
    staff.save()
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    elsewhere = Client()
    elsewhere.force_login(staff)
    letter, code = issue_password_letter(staff, by=secretary)
    hand_over(letter, by=secretary)
    client.post(CODE, {"code": letters.shown(code)})
    page = client.get(ACCOUNT).text
    assert "设一个新密码" in page
    assert staff.phone.plain not in page
    answer = client.post(ACCOUNT, {"password": PASSWORD, "again": PASSWORD})
    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert elsewhere.get(reverse("community:today")).status_code == 302
    assert User.objects.get(pk=staff.pk).check_password(PASSWORD)


def test_a_staff_account_gets_its_first_password(client, grid):
    secretary = appoint(Role.SECRETARY, grid.community)
    staff = appoint(Role.GRID_LEADER, grid)
    staff.set_unusable_password()
    staff.save()
    letter, code = issue_password_letter(staff, by=secretary)
    hand_over(letter, by=secretary)
    client.post(CODE, {"code": code})
    assert "账号就可以用了" in client.get(ACCOUNT).text
    client.post(ACCOUNT, {"password": PASSWORD, "again": PASSWORD})
    assert is_in(client)
    assert client.session.get_expire_at_browser_close()


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_one_wins(grid, leader, household):
    letter, _code = issue_letters([household], by=leader)[0]
    at_once = threading.Barrier(2)
    came = []

    def redeem(phone: str) -> None:
        try:
            at_once.wait()
            open_account(ActivationLetter.objects.get(pk=letter.pk), phone=phone, password="x", name="张三")
            came.append("in")
        except Refused as refusal:
            came.append(str(refusal))
        finally:
            connection.close()

    both = [threading.Thread(target=redeem, args=[f"1380013800{number}"]) for number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert came.count("in") == 1
    assert len(came) == 2
    assert User.objects.filter(phone__startswith="1380013800").count() == 1
    assert Appointment.objects.filter(role=Role.RESIDENT).count() == 1
