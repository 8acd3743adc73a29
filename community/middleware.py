"""Arms the guard of `core.scoping` for the whole of a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core import scoping


class ScopingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scoping.armed():
            return self.get_response(request)
