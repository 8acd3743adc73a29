"""Pages of the rules of whom to ask, in the order in which they are tried."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from helpdesk import routing
from helpdesk.actions import settings as actions
from helpdesk.forms.settings import RuleForm
from helpdesk.models import RoutingRule
from helpdesk.querysets import possible_handlers
from helpdesk.views.setting_up import set_up

BACK = "helpdesk:rules"


class Line(NamedTuple):
    """A rule as a line of its page; `can` is whether its handler can still be asked."""

    row: RoutingRule
    when: list[str]
    can: bool


@access(Permission.REQUEST_SETTINGS)
def rules(request: PortalRequest) -> HttpResponse:
    """The rules of one's offices; a rule that names somebody who has left says so."""
    offices = request.user.scope.offices_communities
    named = RoutingRule.objects.visible_to(request.user).select_related("category", "grid", "building", "handler")
    rows = list(named.filter(community__in=offices))
    can = {one.user_id for pk in {row.community_id for row in rows} for one in possible_handlers(pk)}
    lines = [Line(row, routing.conditions(routing.rule_of(row)), row.handler_id in can) for row in rows]
    return render(request, "helpdesk/rules.html", {"lines": lines})


@access(Permission.REQUEST_SETTINGS)
@once
def rule_add(request: PortalRequest) -> HttpResponseBase:
    return set_up(
        request,
        RuleForm,
        None,
        do=actions.add_rule,
        back=BACK,
        says=_("加好了，排在最后。"),
        words={"title": _("加一条规则"), "back": reverse(BACK), "back_label": _("派单规则")},
    )


@access(Permission.REQUEST_SETTINGS)
@once
def rule_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    row = _found(request, pk)
    return set_up(
        request,
        RuleForm,
        row,
        do=actions.change_rule,
        back=BACK,
        says=_("改好了。"),
        words={
            "title": _("第 %(number)d 条规则") % {"number": row.order},
            "back": reverse(BACK),
            "back_label": _("派单规则"),
            "drop_url": reverse("helpdesk:rule_drop", args=[row.pk]),
            "drop": _("删掉这一条"),
        },
    )


@access(Permission.REQUEST_SETTINGS)
@require_POST
def rule_move(request: PortalRequest, pk: int) -> HttpResponseBase:
    """One place up or down."""
    row = _found(request, pk)
    with acting(request):
        actions.move_rule(row, by=request.user, up=request.POST.get("to") == "up")
    return redirect(BACK)


@access(Permission.REQUEST_SETTINGS)
@require_POST
def rule_drop(request: PortalRequest, pk: int) -> HttpResponseBase:
    row = _found(request, pk)
    with acting(request):
        actions.drop_rule(row, by=request.user)
        messages.success(request, _("删掉了。"))
    return redirect(BACK)


def _found(request: PortalRequest, pk: int) -> RoutingRule:
    rows = RoutingRule.objects.visible_to(request.user).select_related("community", "handler")
    found: RoutingRule = get_object_or_404(rows, pk=pk, community__in=request.user.scope.offices_communities)
    return found
