"""A resident's own record: what is kept, what is wrong with it, who read it, what one agrees to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from community import audit, history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, new_id, once
from core.forms import PortalForm
from core.lists import Columns, list_page
from core.refusal import Refused
from grids.actions import consents, proposals
from grids.corrections import Fact, fact_of
from grids.forms.proposals import CareEndForm, CorrectionForm, JoinForm, LeaveForm, WordsForm
from grids.models import CareTag, Household, Proposal, Resident
from grids.own import homes_of, residents_of

Kind, Source = Proposal.Kind, Proposal.Source
SORTS = {"at": ("at", "pk")}


@access(Permission.OWN_HOUSEHOLD)
def my_household(request: PortalRequest) -> HttpResponse:
    """What the community keeps about one's own household, and who has read it."""
    context = {"homes": homes_of(request.user), "submission": new_id()}
    return render(request, "grids/my_household.html", context)


@access(Permission.OWN_HOUSEHOLD)
@require_POST
@never_cache
@sensitive_variables("plain")
def own_value(request: PortalRequest, resident_pk: UUID, field: str) -> HttpResponseBase:
    """One's own sensitive value in plain, once; the look is in the record, in case somebody else holds the phone."""
    me, fact = _me(request, resident_pk), fact_of(field, of_resident=True)
    if fact is None or not fact.is_sensitive:
        raise Http404
    if not ratelimit.consume(request, action="reveal"):
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    try:
        plain = audit.reveal(me, field, by=request.user, purpose=_("本人查看"))
    except Refused as refusal:
        messages.error(request, str(refusal))
        plain = ""
    return render(request, "grids/own_value.html", {"fact": fact, "plain": plain, "masked": getattr(me, field)})


@access(Permission.OWN_HOUSEHOLD)
@once
def correct_household(request: PortalRequest, pk: UUID, field: str) -> HttpResponseBase:
    """Say what a fact of the household should be."""
    return _correct(request, _own(request, pk), None, field)


@access(Permission.OWN_HOUSEHOLD)
@once
def correct_resident(request: PortalRequest, pk: UUID, resident_pk: UUID, field: str) -> HttpResponseBase:
    """Say what a fact of a member should be."""
    household = _own(request, pk)
    resident = get_object_or_404(Resident.objects.members_of(household), pk=resident_pk)
    return _correct(request, household, resident, field)


def _correct(request: PortalRequest, household: Household, resident: Resident | None, field: str) -> HttpResponseBase:
    fact = fact_of(field, of_resident=resident is not None)
    if fact is None:
        raise Http404
    form = CorrectionForm(request.POST or None, fact=fact, row=resident or household)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = {**form.given(), "kind": Kind.CHANGE, "resident": resident, "field": field}
            proposals.propose(household, source=Source.RESIDENT, by=request.user, **given)
            _thank(request)
            return answer("grids:mine")
    context = {"household": household, "form": form, "title": _title(fact, resident), **_now(fact, resident, household)}
    return render(request, "grids/correct.html", context)


def _title(fact: Fact, resident: Resident | None) -> str:
    if resident is None:
        return _("%(fact)s不对") % {"fact": fact.label}
    return _("%(name)s的%(fact)s不对") % {"name": resident, "fact": fact.label}


def _now(fact: Fact, resident: Resident | None, household: Household) -> dict[str, str]:
    return {"label": fact.label, "now": fact.show(fact.text(resident or household)) or _("没有登记")}


@access(Permission.OWN_HOUSEHOLD)
@once
def tell(request: PortalRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """Say that somebody joined or left, needs care no longer, or anything else, in own words."""
    household = _own(request, pk)
    form = _tell_form(request, household, kind)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            proposals.propose(household, kind=kind, source=Source.RESIDENT, by=request.user, **form.given())
            _thank(request)
            return answer("grids:mine")
    return render(request, "grids/tell.html", {"household": household, "form": form, "title": TOLD[Kind(kind)]()})


TOLD = {
    Kind.JOIN: lambda: _("家里来了人"),
    Kind.LEAVE: lambda: _("有人不住这里了"),
    Kind.CARE_END: lambda: _("不再需要关爱"),
    Kind.OTHER: lambda: _("别的情况"),
}


def _tell_form(request: PortalRequest, household: Household, kind: str) -> PortalForm:
    data = request.POST or None
    match kind:
        case Kind.JOIN:
            return JoinForm(data)
        case Kind.LEAVE:
            return LeaveForm(data, members=Resident.objects.members_of(household))
        case Kind.CARE_END:
            tags = CareTag.objects.visible_to(request.user).current().filter(household=household, ends_on=None)
            return CareEndForm(data, tags=tags.select_related("resident"))
        case Kind.OTHER:
            return WordsForm(data)
    raise Http404


@access(Permission.OWN_HOUSEHOLD)
@require_POST
@once
def proposal_withdraw(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take back what one has proposed."""
    rows = Proposal.objects.visible_to(request.user).filter(household__in=request.user.scope.households)
    found = get_object_or_404(rows, pk=pk)
    with acting(request) as answer:
        proposals.withdraw_proposal(found, by=request.user)
        messages.success(request, _("撤回了。"))
        answer("grids:mine")
    return redirect("grids:mine")


@access(Permission.OWN_HOUSEHOLD)
@require_POST
@once
def own_consent(request: PortalRequest, resident_pk: UUID, kind: str) -> HttpResponseBase:
    """Agree, or agree no longer; the one is as easy as the other."""
    me = _me(request, resident_pk)
    household = next(home for home, resident in residents_of(request.user).items() if resident == me.pk)
    with acting(request) as answer:
        if request.POST.get("given") == "yes":
            home = get_object_or_404(Household.objects.own_of(request.user), pk=household)
            consents.give_consent(me, household=home, kind=kind, how=_("本人在网上同意"), by=request.user)
            messages.success(request, _("记下了：您同意。随时可以撤回。"))
        else:
            consents.withdraw_consent(me, kind=kind, how=_("本人在网上撤回"), by=request.user)
            messages.success(request, _("撤回了，从现在起算数。"))
        answer("grids:mine")
    return redirect("grids:mine")


@access(Permission.OWN_HOUSEHOLD)
def own_readings(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Everybody who looked at something in plain: who, as what, when, what, what for."""
    household = _own(request, pk)
    rows = AuditEvent.objects.of_household(household).readings()
    return _events(request, household, rows, _("谁看过"), _("每一次查看完整信息、带着完整信息导出名册，都记在这里。"))


@access(Permission.OWN_HOUSEHOLD)
def own_changes(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Everything that was changed or done about the household."""
    household = _own(request, pk)
    rows = AuditEvent.objects.of_household(household).changes()
    return _events(request, household, rows, _("谁改过"), _("谁在什么时候登记、修改、走访，都记在这里。"))


def _events(request: PortalRequest, household: Household, rows: Any, title: str, lead: str) -> HttpResponse:
    page = list_page(request, rows, sorts=SORTS, default_sort="-at")
    if page.wants_xlsx:
        columns: Columns = [
            (str(_("时间")), "at"),
            (str(_("身份")), "actor_role"),
            (str(_("谁")), "actor_name"),
            (str(_("做了什么")), lambda event: history.tell([event])[0].title),
            (str(_("内容")), lambda event: history.tell([event])[0].text),
        ]
        return page.as_xlsx(title, columns)
    context = {"household": household, "page": page, "entries": history.tell(page.rows), "title": title, "lead": lead}
    return render(request, "grids/own_events.html", context)


def _own(request: PortalRequest, pk: UUID) -> Household:
    found: Household = get_object_or_404(Household.objects.own_of(request.user).for_list(), pk=pk)
    return found


def _me(request: PortalRequest, resident_pk: UUID) -> Resident:
    """Oneself in the register; 404 for everybody else, the own family included."""
    if resident_pk not in residents_of(request.user).values():
        raise Http404
    found: Resident = get_object_or_404(Resident.objects.visible_to(request.user), pk=resident_pk)
    return found


def _thank(request: PortalRequest) -> None:
    messages.success(request, _("收到了。网格长核对以后会答复您，登记现在还没有改。"))
