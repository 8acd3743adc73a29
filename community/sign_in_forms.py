"""allauth's forms in the portal's words and look."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from crispy_forms.helper import FormHelper
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from community.sign_in import set_term

PASSWORD_HELP = _("至少 8 位，不要全是数字，也不要太常见。例如一句只有您知道的话的拼音加几个数字。")


class _Ours(forms.Form):
    """Labels without placeholders, drawn by crispy without form tag."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            field.error_messages["required"] = _("这里还没有填。")
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class SignInForm(_Ours, LoginForm):
    labels = {"login": _("手机号"), "password": _("密码")}

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        answer: HttpResponse = super().login(request, redirect_url=redirect_url)
        if request.user.is_authenticated:
            set_term(request)
        return answer


class NewPasswordForm(_Ours, ChangePasswordForm):
    labels = {"oldpassword": _("现在的密码"), "password1": _("新密码"), "password2": _("再填一遍新密码")}
    helps = {"password1": PASSWORD_HELP}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = forms.Form.clean(self) or self.cleaned_data
        if given.get("password1") and given.get("password2") and given["password1"] != given["password2"]:
            self.add_error("password2", _("两遍填的不一样，请再填一次。"))
        return given


class PasswordAgainForm(_Ours, ReauthenticateForm):
    labels = {"password": _("密码")}


class _CodeForm(_Ours):
    labels = {"code": _("验证码")}
    helps = {"code": _("打开手机上的验证器，填上现在显示的 6 位数字；也可以填一个备用码。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "class": "input-short"}


class SecondStepForm(_CodeForm, AuthenticateForm):
    pass


class SecondStepAgainForm(_CodeForm, ReauthenticateByCodeForm):
    pass


class ConnectAppForm(_CodeForm, ActivateTOTPForm):
    helps = {"code": _("扫码以后，验证器里会多出一行，填上那一行的 6 位数字。")}


class AddPasskeyForm(_Ours, AddWebAuthnForm):
    labels = {"name": _("给它起个名字"), "passwordless": _("以后不填密码，直接用它登录")}
    helps = {"name": _("例如：我的手机、办公室电脑。")}


class RenamePasskeyForm(_Ours, EditWebAuthnForm):
    labels = {"name": _("名字")}
