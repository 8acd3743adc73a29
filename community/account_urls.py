"""The addresses of allauth that the portal uses, each with its mark; the others do not exist here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from community.access import public, signed_in
from community.views_account import forgotten_password

urlpatterns = [
    path("login/", public(account.login), name="account_login"),
    path("logout/", public(account.logout), name="account_logout"),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("password/", signed_in(account.password_change), name="account_change_password"),
    path("password/forgotten/", forgotten_password, name="account_reset_password"),
    path("second-step/", public(mfa.authenticate), name="mfa_authenticate"),
    path("second-step/again/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("security/", signed_in(mfa.index), name="mfa_index"),
    path("security/app/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("security/app/remove/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", signed_in(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("security/codes/new/", signed_in(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("security/codes/file/", signed_in(recovery_codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("security/passkeys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("security/passkeys/add/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("security/passkeys/<int:pk>/rename/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("security/passkeys/again/", signed_in(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("passkey/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
]
