"""Pages on which a request is logged: for oneself, and for somebody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from grids.models import Household
from helpdesk import actions
from helpdesk.forms import BehalfForm, RequestForm
from helpdesk.models import Category


@access(Permission.REQUEST_LOG)
@once
def new(request: PortalRequest) -> HttpResponseBase:
    """Log a request of one's own."""
    if not request.user.scope.households and request.user.scope.may(Permission.REQUEST_HANDLE):
        return redirect("helpdesk:behalf")
    return _log(request, RequestForm, {})


@access(Permission.REQUEST_HANDLE)
@once
def behalf(request: PortalRequest) -> HttpResponseBase:
    """Write down what somebody else asks for; `?household=` names the household it comes from."""
    asked = request.GET.get("household", "")
    home = Household.objects.visible_to(request.user).for_list().filter(pk=asked).first() if _is_uuid(asked) else None
    return _log(request, BehalfForm, {"household": str(home)} if home else {})


def _log(request: PortalRequest, form_class: type[RequestForm], initial: dict[str, Any]) -> HttpResponseBase:
    categories = Category.objects.visible_to(request.user).in_use()
    form = form_class(
        request.POST or None, request.FILES or None, user=request.user, categories=categories, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.log_request(by=request.user, **form.given())
            messages.success(request, _("收到了，编号 %(number)s。下面看得到期限和进展。") % {"number": made.number})
            return answer(made)
    urgent = next((one for one in categories if one.banner), None)
    return render(request, "helpdesk/request_form.html", {"form": form, "urgent": urgent})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
