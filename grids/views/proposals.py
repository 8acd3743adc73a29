"""Pages of those who answer what is proposed: the list, one with before and after, the answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import list_page
from grids.actions.proposals import accept_proposal, decline_proposal
from grids.asked_lists import DEFAULT_SORT, SORTS, ProposalFilter, columns
from grids.corrections import asked, fact_for, says_died
from grids.forms.proposals import AcceptCareEndForm, AcceptForm, AcceptJoinForm, AcceptLeaveForm, ReasonForm
from grids.models import CareTag, Proposal

Kind = Proposal.Kind


@access(Permission.HOUSEHOLD_EDIT)
def proposals(request: PortalRequest) -> HttpResponse:
    """What is proposed in one's duty; without a filter what waits for an answer, the oldest first."""
    here = Q(community__in=request.user.scope.communities)
    rows = Proposal.objects.in_duty_of(request.user).for_list()
    page = list_page(request, rows, filterset_class=ProposalFilter, sorts=SORTS, default_sort=DEFAULT_SORT, within=here)
    if page.wants_xlsx:
        return page.as_xlsx(_("更正申请"), columns())
    return render(request, "grids/proposals.html", {"page": page, "rows": [asked(one) for one in page.rows]})


@access(Permission.HOUSEHOLD_EDIT)
@once
def proposal(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One proposal: before, after, what stands there now; accepting it changes the register."""
    found = _found(request, pk)
    form = _accept_form(request, found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            accept_proposal(found, by=request.user, **form.given())
            return answer("grids:proposals")
    found = _found(request, pk)
    fact = fact_for(found)
    now = fact.text(found.resident or found.household) if fact else ""
    before, after = str(found.before.plain), str(found.after.plain)
    context = {
        "asked": asked(found),
        "proposal": found,
        "form": form,
        "may_reveal": found.state == Proposal.State.OPEN,
        "hint": _hint(found),
        "button": _button(found),
        "now": fact.show(now) if fact else "",
        "changed_meanwhile": bool(fact) and found.state == Proposal.State.OPEN and now not in {before, after},
        "is_already_so": bool(fact) and found.state == Proposal.State.OPEN and now == after,
    }
    return render(request, "grids/proposal.html", context)


@access(Permission.HOUSEHOLD_EDIT)
@once
def proposal_decline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Leave the register as it is, and say why."""
    found = _found(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            decline_proposal(found, by=request.user, **form.given())
            return answer("grids:proposals")
    return render(request, "grids/proposal_decline.html", {"proposal": found, "asked": asked(found), "form": form})


def _found(request: PortalRequest, pk: UUID) -> Proposal:
    rows = Proposal.objects.in_duty_of(request.user).for_list().select_related("proposed_by", "household__building")
    found: Proposal = get_object_or_404(rows, pk=pk)
    return found


def _button(found: Proposal) -> str:
    if says_died(found):
        return _("采纳，登记过世")
    words = {
        Kind.CHANGE: _("采纳，改登记"),
        Kind.JOIN: _("采纳，登记这个人"),
        Kind.LEAVE: _("采纳，办迁出"),
        Kind.CARE_END: _("采纳，结束关爱"),
        Kind.OTHER: _("办好了，了结"),
    }
    return words[Kind(found.kind)]


def _hint(found: Proposal) -> str:
    hints = {
        Kind.LEAVE: _("是户主、家里还有人的，请先打开这一户换户主。"),
        Kind.OTHER: _("请先打开这一户，把该改的改好，再回来了结。"),
    }
    return hints.get(Kind(found.kind), "")


def _accept_form(request: PortalRequest, found: Proposal) -> AcceptForm:
    given: dict[str, Any] = {"proposal": found}
    if found.kind == Kind.CARE_END:
        tags = CareTag.objects.visible_to(request.user).current().filter(household=found.household, ends_on=None)
        given["tags"] = tags.select_related("resident")
    kinds = {Kind.JOIN: AcceptJoinForm, Kind.LEAVE: AcceptLeaveForm, Kind.CARE_END: AcceptCareEndForm}
    form: AcceptForm = kinds.get(Kind(found.kind), AcceptForm)(request.POST or None, **given)
    return form
