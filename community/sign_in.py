"""How allauth signs people in: by phone number; accounts come from activation letters only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import User
from community.phones import PhoneField, clean_phone
from core import clock, fields
from core.sql import rows

RESIDENT_SESSION = timedelta(days=14)
STAFF_SESSION = timedelta(hours=12)
SIGNED_IN_AT = "signed_in_at"


_READ = [field.attname for field in User._meta.concrete_fields if field.name in {"id", "password", "phone", "name"}]
_ACTIVE = f"SELECT {', '.join(_READ)} FROM {User._meta.db_table} WHERE id = %s AND is_active"  # noqa: S608 names alone


class PortalBackend(AuthenticationBackend):
    """As allauth's; who is signed in is read on every page, by a statement written by hand."""

    def get_user(self, user_id: int) -> User | None:
        """The user while they may sign in; what no page shows of them is read when it is asked for."""
        found = rows(_ACTIVE, user_id)
        if not found:
            return None
        user = User.from_db("default", _READ, found[0])
        user.is_active = True
        return user


class PortalAccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("这个账号已经停用。有疑问请到社区办公室问一问。"),
        "phone_password_mismatch": gettext_lazy("手机号和密码对不上，请再试一次。"),
        "enter_current_password": gettext_lazy("现在的密码不对，请再试一次。"),
        "incorrect_password": gettext_lazy("密码不对，请再试一次。"),
        "too_many_login_attempts": gettext_lazy("试的次数有点多了，请过五分钟再来。"),
        "rate_limited": gettext_lazy("试的次数有点多了，请过一会儿再来。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        attrs = {"type": "tel", "inputmode": "tel", "autocomplete": "username"}
        return PhoneField(widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean_phone(self, phone: str) -> str:
        return clean_phone(phone)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone).first()

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        return (user.phone.plain, True) if isinstance(user, User) else None

    def set_phone(self, user: AbstractBaseUser, phone: str, verified: bool) -> None:
        User.objects.filter(pk=user.pk).update(phone=phone)

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        """Nothing is sent to phones: a number is proved by the letter that was handed over."""

    def send_verification_code_sms(self, user: AbstractBaseUser, phone: str, code: str, **kwargs: Any) -> None:
        raise NotImplementedError("the portal sends no text messages")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        set_term(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed attempts count for the number they were made at; allauth's own key knows names and mail only."""
        return f"phone:{credentials.get('phone', '')}"


class PortalMFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("验证码不对。请看手机上现在显示的 6 位数字，再填一次。"),
        "cannot_generate_recovery_codes": gettext_lazy("请先设置验证器或通行密钥，再生成备用码。"),
    }

    def encrypt(self, text: str) -> str:
        return fields.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002 the name is allauth's
        return _("我的手机")

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return f"{user} {user.phone}" if isinstance(user, User) else str(user)

    def _get_site_name(self) -> str:
        return _("共治")


def set_term(request: HttpRequest) -> None:
    """How long this sign-in lasts: for staff roles until the browser closes, for residents 14 days."""
    user = request.user
    if isinstance(user, User):
        request.session[SIGNED_IN_AT] = clock.now().timestamp()
        request.session.set_expiry(0 if user.scope.is_staff else int(RESIDENT_SESSION.total_seconds()))


def is_over(request: HttpRequest) -> bool:
    """Whether the sign-in of somebody with a staff role is older than 12 hours; asks the database only then."""
    since = request.session.get(SIGNED_IN_AT)
    if since is None or clock.now().timestamp() - since < STAFF_SESSION.total_seconds():
        return False
    return isinstance(request.user, User) and request.user.scope.is_staff
