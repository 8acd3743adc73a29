"""Error pages that say what happened and where to go on; a script that asks for JSON gets one sentence of it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer is for a script: it says that it would rather have JSON than a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def in_json(message: str, status: int) -> JsonResponse:
    """A sentence for a script to show."""
    shown = {"ensure_ascii": False}
    headers = {"Cache-Control": "no-store"}
    return JsonResponse({"message": message}, status=status, json_dumps_params=shown, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return in_json(_("这条记录不完整，收不下。请打开看一看，再发一次。"), 400)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return in_json(_("您现在没有这项权限。"), 403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return in_json(_("没有找到。"), 404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without a request, so that nothing that may be broken is asked: no session, no database."""
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if wants_json(request):
        return in_json(_("页面放得太久了，请重新打开走访本再发。"), 403)
    return render(request, "403_csrf.html", status=403)
