"""What holds for every request: a sign-in, of staff for 12 hours, and the guard of `core.scoping`."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from core import scoping
from core.errors import in_json, wants_json

Answer = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads whoever has not signed in to the sign-in; a script is told 401 instead, and keeps what it has."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: View
    ) -> HttpResponseBase:
        if wants_json(request):
            return in_json(_("请重新登录。您写的都还在。"), 401)
        return super().handle_no_permission(request, view_func)


class ScopingMiddleware:
    """Arms the guard for the whole of a request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scoping.armed():
            return self.get_response(request)


class SessionTermMiddleware:
    """Signs staff out whose sign-in is older than 12 hours; whatever they asked for then asks them to sign in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from community.sign_in import is_over

        if is_over(request):
            logout(request)
            messages.info(request, _("为了居民资料的安全，工作人员每 12 小时要重新登录一次。"))
        return self.get_response(request)
