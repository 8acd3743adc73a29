"""Signing in: by phone, throttled before hashing, with a second step where there is one, and for how long."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import BasePasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from community.models import User
from community.roles import Role
from community.sign_in import PortalBackend
from core import clock
from tests.factories import GridFactory, UserFactory, appoint, household_in, resident_of

pytestmark = pytest.mark.django_db

PASSWORD = "桂花开了 2026"
SECRET = "JBSWY3DPEHPK3PXP"
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _no_limits_yet(db):
    cache.clear()


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def resident():
    return with_password(resident_of(household_in(GridFactory())))


@pytest.fixture
def secretary():
    return with_password(appoint(Role.SECRETARY, GridFactory().community))


def sign_in(client, user, password=PASSWORD, spelling="{}"):
    return client.post(LOGIN, {"login": spelling.format(user.phone.plain), "password": password})


def code_now(secret=SECRET):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def is_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("spelling", ["{}", "+86 {}", "  {} ", "0086-{}"])
def test_by_phone_however_it_is_spelt(client, resident, spelling):
    assert sign_in(client, resident, spelling=spelling).status_code == 302
    assert is_in(client)


def test_a_wrong_number_and_a_wrong_password_look_the_same(client, resident):
    wrong = sign_in(client, resident, password="falsch")
    nobody = client.post(LOGIN, {"login": "13000000000", "password": "falsch"})
    said = "手机号和密码对不上"
    assert said in wrong.text
    assert said in nobody.text
    assert not is_in(client)


def test_what_is_wrong_with_the_number_is_said_and_kept(client):
    page = client.post(LOGIN, {"login": "1380013", "password": "x"}).text
    assert "您填了 7 位" in page
    assert 'value="1380013"' in page


def test_throttled_before_hashing_and_for_that_number_alone(client, resident, secretary, monkeypatch):
    for _attempt in range(5):
        sign_in(client, resident, password="falsch")
    hashed = []
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    from django.contrib.auth.hashers import MD5PasswordHasher

    assert issubclass(MD5PasswordHasher, BasePasswordHasher), hasher
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or encode(*given))
    page = sign_in(client, resident)
    assert "请过五分钟再来" in page.text
    assert not hashed
    assert not is_in(client)
    sign_in(client, secretary)
    assert is_in(client)


def test_addresses_of_allauth_that_are_not_ours_do_not_exist(client):
    for path in ("signup/", "email/", "password/set/", "confirm-email/", "phone/change/", "login/code/"):
        assert client.get(f"/account/{path}").status_code in {302, 404}
        assert client.post(f"/account/{path}").status_code in {302, 404}
    from django.urls import NoReverseMatch

    for name in ("account_signup", "account_email", "account_set_password", "mfa_signup_webauthn"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_a_forgotten_password_is_a_new_letter(client):
    community = GridFactory().community
    community.phone, community.office_hours = "0511-85001234", "周一至周五 8:30–17:30"
    community.save()
    page = client.get(reverse("account_reset_password")).text
    assert "0511-85001234" in page
    assert "8:30–17:30" in page
    assert '<form method="post" novalidate' not in page


def test_a_resident_stays_for_two_weeks(client, resident):
    sign_in(client, resident)
    assert client.session.get_expiry_age() == 14 * 24 * 3600
    assert not client.session.get_expire_at_browser_close()
    with clock.at(clock.now() + timedelta(hours=13)):
        assert client.get(reverse("community:mine")).status_code == 200


def test_staff_leave_with_the_browser_and_after_twelve_hours(client, secretary):
    sign_in(client, secretary)
    assert client.session.get_expire_at_browser_close()
    with clock.at(clock.now() + timedelta(hours=11, minutes=59)):
        assert client.get(reverse("community:today")).status_code == 200
    with clock.at(clock.now() + timedelta(hours=12, minutes=1)):
        answer = client.get(reverse("community:today"))
        assert urlsplit(answer.url).path == LOGIN
        assert "每 12 小时" in client.get(answer.url).text


def test_somebody_appointed_meanwhile_counts_as_staff(client, resident):
    sign_in(client, resident)
    appoint(Role.GRID_LEADER, GridFactory(), user=User.objects.get(pk=resident.pk))
    with clock.at(clock.now() + timedelta(hours=13)):
        assert client.get(reverse("community:today")).status_code == 302


def test_the_second_step_is_asked_for(client, secretary):
    TOTP.activate(secretary, SECRET)
    answer = sign_in(client, secretary)
    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert "第二步验证" in client.get(answer.url).text
    assert "验证码不对" in client.post(answer.url, {"code": "000000"}).text
    assert client.post(answer.url, {"code": code_now()}).status_code == 302
    assert is_in(client)
    assert client.session.get_expire_at_browser_close()


def test_a_recovery_code_works_once(client, secretary):
    TOTP.activate(secretary, SECRET)
    code = RecoveryCodes.activate(secretary).get_unused_codes()[0]
    sign_in(client, secretary)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(client)
    other = Client()
    sign_in(other, secretary)
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_in(other)


def test_the_secret_is_not_in_the_database_in_plain(secretary):
    TOTP.activate(secretary, SECRET)
    assert SECRET not in str(Authenticator.objects.get().data)


def test_setting_up_an_app_step_by_step(client, secretary):
    sign_in(client, secretary)
    assert "现在设置" in client.get(reverse("community:today")).text
    address = reverse("mfa_activate_totp")
    again = client.get(address)
    assert urlsplit(again.url).path == reverse("account_reauthenticate")
    assert "密码不对" in client.post(again.url, {"password": "falsch"}).text
    assert client.post(again.url, {"password": PASSWORD}).url == address
    page = client.get(address)
    assert "data:image/svg+xml;base64," in page.text
    secret = page.context["form"].secret
    done = client.post(address, {"code": code_now(secret)})
    codes = client.get(done.url)
    assert "备用码" in codes.text
    assert "现在设置" not in client.get(reverse("community:today")).text
    assert client.get(reverse("mfa_download_recovery_codes")).text.count("\n") == 10
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.exists()


def test_passkey_pages_open(client, secretary):
    sign_in(client, secretary)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "creation_options" in client.get(reverse("mfa_add_webauthn")).text
    assert "还没有通行密钥" in client.get(reverse("mfa_list_webauthn")).text
    key = Authenticator.objects.create(user=secretary, type="webauthn", data={"name": "办公室电脑", "credential": {}})
    assert "办公室电脑" in client.get(reverse("mfa_list_webauthn")).text
    assert "办公室电脑" in client.get(reverse("mfa_edit_webauthn", args=[key.pk])).text
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 302
    assert not Authenticator.objects.exists()


def test_a_new_password_signs_out_everywhere(client, resident):
    other = Client()
    sign_in(client, resident)
    sign_in(other, resident)
    address = reverse("account_change_password")
    given = {"oldpassword": PASSWORD, "password1": "荷花也开了 2027", "password2": "荷花也开了 2028"}
    assert "两遍填的不一样" in client.post(address, given).text
    assert "现在的密码不对" in client.post(address, given | {"oldpassword": "falsch"}).text
    answer = client.post(address, given | {"password2": given["password1"]})
    assert answer.url == reverse("account_login")
    assert "请用新密码登录" in client.get(answer.url).text
    assert not is_in(client)
    assert other.get(reverse("community:mine")).status_code == 302
    sign_in(client, resident, password=given["password1"])
    assert is_in(client)


def test_a_weak_password_is_refused_with_reasons(client, resident):
    sign_in(client, resident)
    given = {"oldpassword": PASSWORD, "password1": "1234", "password2": "1234"}
    assert client.post(reverse("account_change_password"), given).status_code == 200


def test_who_is_stopped_is_told(client, resident):
    User.objects.filter(pk=resident.pk).update(is_active=False)
    answer = sign_in(client, resident)
    assert not is_in(client)
    assert "停用" in client.get(answer.url).text


def test_signing_out(client, resident):
    sign_in(client, resident)
    assert "退出以后" in client.get(reverse("account_logout")).text
    assert client.post(reverse("account_logout")).url == "/"
    assert not is_in(client)


def test_argon2_outside_tests():
    from config import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_a_user_without_any_appointment_can_still_sign_in(client):
    user = with_password(UserFactory())
    sign_in(client, user)
    assert client.get("/").status_code == 200


def test_who_is_signed_in_is_read_by_hand_and_is_the_same_user(resident, django_assert_num_queries):
    with django_assert_num_queries(1):
        user = PortalBackend().get_user(resident.pk)
        assert user == resident
        assert (user.name, user.phone, user.is_active) == (resident.name, resident.phone, True)
        assert "*" in str(user.phone)
        assert user.get_session_auth_hash() == resident.get_session_auth_hash()
    assert user.created_at == resident.created_at
    resident.is_active = False
    resident.save()
    assert PortalBackend().get_user(resident.pk) is None
    assert PortalBackend().get_user(0) is None
