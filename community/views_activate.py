"""The way in with a letter: the code, who one is, the account; or a new password."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from community import letters
from community.access import public
from community.actions_letters import (
    find_letter,
    is_usable,
    join_household,
    open_account,
    set_new_password,
    unusable,
)
from community.forms import ActivateForm, CodeForm, FirstPasswordForm
from community.models import ActivationLetter, User
from core.refusal import Refused

KEY = "letter"
MINUTES = 30


@public
@never_cache
def activate(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; the QR code fills it in. A right one opens the next page for half an hour."""
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:40]})
    if request.method == "POST" and form.is_valid():
        code = letters.read_code(form.cleaned_data["code"])
        if not ratelimit.consume(request, action="activate", key=code[:5]):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        try:
            request.session[KEY] = [str(find_letter(code).pk), time.time() + 60 * MINUTES]
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            return redirect("community:activate_account")
    return render(request, "community/activate.html", {"form": form})


@public
@never_cache
@sensitive_post_parameters("password", "again")
def activate_account(request: HttpRequest) -> HttpResponseBase:
    """The second page: who one is and with which account, or the new password."""
    letter = _opened(request)
    if letter is None:
        messages.info(request, _("请先填信上的码。"))
        return redirect("community:home" if request.user.is_authenticated else "community:activate")
    if letter.household_id is None:
        return _new_password(request, letter)
    return _household(request, letter)


def _household(request: HttpRequest, letter: ActivationLetter) -> HttpResponseBase:
    household = letter.household
    members = letters.adults_of(household)
    form = ActivateForm(request.POST or None, members=members, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            user = _redeem(request, letter, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("开通好了，欢迎您。以后用手机号和密码登录就行。"))
            return _enter(request, user)
    context = {"form": form, "door": letters.masked_door(household), "letter": letter}
    return render(request, "community/activate_household.html", context)


def _redeem(request: HttpRequest, letter: ActivationLetter, form: ActivateForm) -> User:
    given = form.cleaned_data
    user = request.user if isinstance(request.user, User) else form.existing
    if user is not None:
        join_household(letter, by=user, resident=given["resident"])
        return user
    return open_account(
        letter,
        phone=given["phone"],
        password=given["password"],
        name=given["name"].strip(),
        resident=given["resident"],
    )


def _new_password(request: HttpRequest, letter: ActivationLetter) -> HttpResponseBase:
    owner = letter.user
    if owner is None:
        raise TypeError("a letter without a household is for an account")
    form = FirstPasswordForm(request.POST or None, user=owner)
    if request.method == "POST" and form.is_valid():
        try:
            user = set_new_password(letter, password=form.cleaned_data["password"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("新密码设好了。以前登录过的地方都已经退出。"))
            return _enter(request, user)
    context = {"form": form, "owner": owner, "first": not owner.has_usable_password()}
    return render(request, "community/activate_password.html", context)


def _enter(request: HttpRequest, user: User) -> HttpResponseBase:
    """Signed in as `user`, through allauth, so that a second factor is asked for where there is one."""
    request.session.pop(KEY, None)
    if request.user == user:
        return redirect("community:home")
    user.__dict__.pop("scope", None)
    answer: HttpResponseBase = perform_login(request, user)
    return answer


def _opened(request: HttpRequest) -> ActivationLetter | None:
    """The letter whose code was typed in this session, if it can still be redeemed."""
    pk, until = request.session.get(KEY, ["", 0.0])
    if until < time.time():
        return None
    rows: Any = ActivationLetter.objects.unscoped(reason="its code was typed in this session")
    letter: ActivationLetter | None = (
        rows.filter(pk=pk).select_related("household__dwelling", "household__building", "user", "community").first()
    )
    if letter is not None and not is_usable(letter):
        messages.warning(request, unusable())
        request.session.pop(KEY, None)
        return None
    return letter
