"""What holds for every request: the guard of `core.scoping`, and sign-ins of staff that end after 12 hours."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import scoping

Answer = Callable[[HttpRequest], HttpResponse]


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
