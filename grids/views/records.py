"""Pages around consents and erasures: those of the resident who asks, and of the leader and the office who answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community import personal
from community.access import Permission, PortalRequest, access, signed_in
from community.once import acting, new_id, once
from core.lists import list_page
from grids.actions import consents as consenting
from grids.actions import erasure as erasing
from grids.asked_lists import DEFAULT_SORT, ERASURE_SORTS, ErasureFilter, erasure_columns
from grids.forms.proposals import ReasonForm
from grids.forms.records import AnswerForm, AskErasureForm, PaperConsentForm
from grids.models import Consent, ErasureRequest, Household, Resident
from grids.own import home_of, residents_of


@dataclass(frozen=True)
class Kept:
    """What the office decided, as the pages show it."""

    request: ErasureRequest
    tone: str


TONES = {"open": "wait", "done": "good", "declined": "warn"}


@access(Permission.HOUSEHOLD_EDIT)
@once
def consents(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """What each member agreed to, and a form for what was said or signed on paper."""
    found = Household.objects.visible_to(request.user).for_list().with_members(request.user)
    household = get_object_or_404(found, pk=pk)
    form = PaperConsentForm(request.POST or None, members=Resident.objects.members_of(household))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            _say(form.given(), household, by=request.user)
            messages.success(request, _("记下了。"))
            return answer(request.path)
    rows = Consent.objects.visible_to(request.user).filter(household=household).select_related("resident", "given_by")
    may_erase = request.user.scope.may(Permission.ERASURE_DECIDE)
    context = {"household": household, "form": form, "consents": rows, "may_erase": may_erase}
    return render(request, "grids/consents.html", context)


def _say(given: dict[str, Any], household: Household, *, by: Any) -> None:
    resident, kind, how = given["resident"], given["kind"], given["how"]
    if given["agrees"] == "yes":
        consenting.give_consent(resident, household=household, kind=kind, how=how, by=by)
    else:
        consenting.withdraw_consent(resident, kind=kind, how=how, by=by)


@signed_in
@once
def erasure_ask(request: PortalRequest) -> HttpResponseBase:
    """Ask that one's own data be erased: what would go, what the law keeps; also for who has moved away."""
    household, me = _myself(request)
    if me is None or household is None:
        return render(request, "grids/erasure_unknown.html")
    asked = list(ErasureRequest.objects.visible_to(request.user).filter(resident=me))
    form = AskErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            erasing.ask_erasure(me, household=household, by=request.user, **form.given())
            messages.success(request, _("收到了。社区办公室会答复您；在那以前什么都没有删。"))
            return answer("grids:erasure_ask")
    context = {
        "effects": personal.effects(me),
        "form": form,
        "asked": [Kept(one, TONES.get(one.state, "idle")) for one in asked],
        "is_open": any(one.state == ErasureRequest.State.OPEN for one in asked),
        "submission": new_id(),
    }
    return render(request, "grids/erasure_ask.html", context)


def _myself(request: PortalRequest) -> tuple[Household | None, Resident | None]:
    """Oneself in the register, now or before moving away, and the household."""
    known = residents_of(request.user, ever=True)
    if not known:
        return None, None
    household, me = list(known.items())[-1]
    why = "one's own row, found through one's own appointment, also after it has ended"
    return (
        Household.objects.unscoped(reason=why).filter(pk=household).first(),
        Resident.objects.unscoped(reason=why).filter(pk=me).first(),
    )


@signed_in
@require_POST
@once
def erasure_withdraw(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Let it be."""
    found = get_object_or_404(ErasureRequest.objects.visible_to(request.user).filter(asked_by=request.user), pk=pk)
    with acting(request) as answer:
        erasing.withdraw_erasure(found, by=request.user)
        messages.success(request, _("撤回了，什么都没有删。"))
        answer("grids:erasure_ask")
    return redirect("grids:erasure_ask")


@access(Permission.ERASURE_DECIDE)
def erasures(request: PortalRequest) -> HttpResponse:
    """Who asks that data be erased; without a filter what waits for an answer."""
    here = Q(community__in=request.user.scope.offices_communities)
    rows = ErasureRequest.objects.visible_to(request.user).filter(here).for_list()
    page = list_page(
        request, rows, filterset_class=ErasureFilter, sorts=ERASURE_SORTS, default_sort=DEFAULT_SORT, within=here
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("删除申请"), erasure_columns())
    shown = [Kept(one, TONES.get(one.state, "idle")) for one in page.rows]
    return render(request, "grids/erasures.html", {"page": page, "rows": shown})


@access(Permission.ERASURE_DECIDE)
@once
def erasure(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One request: by room what will go and what the law keeps, in numbers, before the button."""
    found = _found(request, pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            erasing.carry_out_erasure(found, by=request.user, **form.given())
            messages.success(request, _("已经删除，结果记在这里。"))
            return answer(found)
    found = _found(request, pk)
    is_open = found.state == ErasureRequest.State.OPEN
    context = {
        "erasure": found,
        "tone": TONES.get(found.state, "idle"),
        "is_open": is_open,
        "lives_here": is_open and erasing.lives_here(found.resident),
        "effects": personal.effects(found.resident) if is_open else found.outcome.get("rooms", []),
        "form": form,
    }
    return render(request, "grids/erasure.html", context)


@access(Permission.ERASURE_DECIDE)
@once
def erasure_decline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Erase nothing, and say why."""
    found = _found(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            erasing.decline_erasure(found, by=request.user, **form.given())
            return answer(found)
    return render(request, "grids/erasure_decline.html", {"erasure": found, "form": form})


@access(Permission.ERASURE_DECIDE)
@once
def erasure_behalf(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Write down that a resident without an account asks in person."""
    resident = get_object_or_404(Resident.objects.visible_to(request.user), pk=pk)
    homes = Household.objects.visible_to(request.user).for_list()
    household = get_object_or_404(
        homes.filter(community__in=request.user.scope.offices_communities), pk=home_of(resident)
    )
    form = AskErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = erasing.ask_erasure(resident, household=household, by=request.user, **form.given())
            messages.success(request, _("记下了，请看看哪些会删、哪些要留。"))
            return answer(made)
    return render(request, "grids/erasure_behalf.html", {"resident": resident, "household": household, "form": form})


def _found(request: PortalRequest, pk: UUID) -> ErasureRequest:
    rows = ErasureRequest.objects.visible_to(request.user).for_list().select_related("asked_by", "decided_by")
    found: ErasureRequest | None = rows.filter(community__in=request.user.scope.offices_communities, pk=pk).first()
    if found is None:
        raise Http404
    return found
