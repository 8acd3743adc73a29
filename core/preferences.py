"""How somebody likes the portal to look: care mode and language, remembered in a cookie, changed without JavaScript."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import i18n
from django.views.decorators.http import require_POST

from core.context import CARE_COOKIE

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> str:
    """The page that the switch was thrown on, if it is one of ours; else the first page."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if ours else get_script_prefix()


@require_POST
def set_care(request: HttpRequest) -> HttpResponse:
    """Turn care mode on (`care=1`) or off, for a year."""
    answer = HttpResponseRedirect(_back(request))
    on = "1" if request.POST.get("care") == "1" else "0"
    answer.set_cookie(CARE_COOKIE, on, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own switch (`language`, `next`), remembered for a year."""
    answer = i18n.set_language(request)
    if settings.LANGUAGE_COOKIE_NAME in answer.cookies:
        answer.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] = YEAR
    return answer


for _view in (set_care, set_language):
    login_not_required(_view)
    _view.access = "public"  # type: ignore[attr-defined]
