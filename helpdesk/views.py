"""Pages of requests: log one, follow it, take the next step, rate it; and the list of those who work on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community import audit
from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting, once
from core.lists import list_page
from core.refusal import Refused
from grids.models import Household
from helpdesk import actions
from helpdesk.filters import DEFAULT_SORT, SORTS, RequestFilter, columns
from helpdesk.forms import STEP_FORMS, BehalfForm, OtherForm, RequestForm, StepForm
from helpdesk.listed import COLUMNS, drawn, lines_of
from helpdesk.models import Category, Party, ServiceRequest, UpdatePhoto
from helpdesk.page import cards_of, page_of, tallies, update_form
from helpdesk.parties import WORKING, parties_of, steps_for
from helpdesk.querysets import ServiceRequestQuerySet
from helpdesk.states import ENDED, REQUESTS

MINE_AT_MOST = 100


@access(Permission.REQUEST_HANDLE)
def listing(request: PortalRequest) -> HttpResponse:
    """The requests in one's duty, filtered, sorted, and as a spreadsheet."""
    seen = ServiceRequest.objects.visible_to(request.user)
    here = Q(community__in=request.user.scope.communities)
    page = list_page(
        request,
        seen,
        filterset_class=RequestFilter,
        sorts=SORTS,
        default_sort=DEFAULT_SORT,
        within=here,
        columns=COLUMNS,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("诉求"), columns(request), ServiceRequestQuerySet.for_sheet)
    lines = lines_of(page.rows, request.user)
    context = {"page": page, "lines": lines, "rows": drawn(lines), "tallies": tallies(seen.filter(here))}
    return render(request, "helpdesk/list.html", context)


@access(Permission.REQUEST_VIEW)
def mine(request: PortalRequest) -> HttpResponse:
    """What one has asked for, and the mediations of one's household; what still runs first."""
    user = request.user
    rows = list(ServiceRequest.objects.reported_by(user).for_list()[:MINE_AT_MOST])
    if user.scope.households:
        rows += ServiceRequest.objects.as_side(user).exclude(reporter=user).for_list()[:MINE_AT_MOST]
        rows.sort(key=lambda row: row.submitted_at, reverse=True)
    cards = cards_of(rows, user)
    running = [card for card in cards if card.found.state not in ENDED]
    ended = [card for card in cards if card.found.state in ENDED]
    return render(request, "helpdesk/mine.html", {"cards": running, "ended": ended})


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
    categories = Category.objects.visible_to(request.user).in_use().select_related("community")
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


@access(Permission.REQUEST_VIEW)
def request_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One request: where it stands, what has happened, what comes next, and what the reader can do."""
    found = _found(request, pk)
    page = page_of(found, request.user)
    return render(request, "helpdesk/request.html", {"page": page, "found": found})


@access(Permission.REQUEST_VIEW)
@once
def step(request: PortalRequest, pk: UUID, action: str) -> HttpResponseBase:
    """One step, with the fields that it needs."""
    if action not in STEP_FORMS:
        raise Http404
    found = _found(request, pk)
    parties = parties_of(found, request.user)
    offered = {row.action: row for row in steps_for(found, request.user, parties)}
    if request.method != "POST" and action not in offered:
        messages.warning(request, actions.why_not(found, action, by=request.user))
        return redirect(found)
    form = STEP_FORMS[action](request.POST or None, request.FILES or None, request=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.step(found, action, by=request.user, **form.given())
            messages.success(request, form.thanks)
            return answer(_after(request, found))
    if form.non_field_errors():
        _catch_up(form, found)
    template = "helpdesk/rate.html" if action == "rate" else "helpdesk/step.html"
    label = next(row.label for row in REQUESTS if row.action == action)
    title = found.title_for(request.user, works=not WORKING.isdisjoint(parties))
    return render(request, template, {"form": form, "found": found, "label": label, "title": title})


def _after(request: PortalRequest, found: ServiceRequest) -> Any:
    """Where to go after a step: the request, unless the step has taken it out of one's sight."""
    return found if ServiceRequest.objects.visible_to(request.user).filter(pk=found.pk).exists() else "helpdesk:list"


def _catch_up(form: StepForm, found: ServiceRequest) -> None:
    found.refresh_from_db()
    form.catch_up()


@access(Permission.REQUEST_VIEW)
@once
def update(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Add a remark or photos."""
    found = _found(request, pk)
    parties = parties_of(found, request.user)
    form = update_form(found, parties)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_update(found, by=request.user, **form.given())
            return answer(found)
    title = found.title_for(request.user, works=not WORKING.isdisjoint(parties))
    return render(request, "helpdesk/update.html", {"form": form, "found": found, "title": title})


@access(Permission.REQUEST_VIEW)
@require_POST
@once
def agree(request: PortalRequest, pk: UUID, side_pk: UUID) -> HttpResponseBase:
    """Record that a household agrees to a mediation."""
    found = _found(request, pk)
    side = get_object_or_404(Party.objects.visible_to(request.user), pk=side_pk, request=found)
    with acting(request) as answer:
        actions.agree(found, side, by=request.user)
        messages.success(request, _("记下了，这一家同意请人说和。"))
        answer(found)
    return redirect(found)


@access(Permission.REQUEST_TRIAGE)
@once
def name_other(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Name the other household of a mediation that somebody asked for alone."""
    found = _found(request, pk)
    form = OtherForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.name_other(found, by=request.user, **form.given())
            messages.success(request, _("补上了。请分别问一问两家愿不愿意。"))
            return answer(found)
    return render(request, "helpdesk/other.html", {"form": form, "found": found})


@access(Permission.REQUEST_HANDLE)
@require_POST
def phone(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The reporter's phone number in plain, for those who work on the request; the reading is recorded."""
    found = _found(request, pk)
    if not parties_of(found, request.user) & WORKING:
        raise Http404
    try:
        number = audit.reveal(found, "reporter_phone", by=request.user, purpose=_("为办理诉求联系本人"))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    return render(request, "helpdesk/phone.html", {"found": found, "number": number})


@access(Permission.REQUEST_VIEW)
def photo(request: PortalRequest, pk: UUID, photo_pk: UUID) -> HttpResponseBase:
    """A photo of a request, whole or as its thumbnail (`?size=small`)."""
    rows = UpdatePhoto.objects.visible_to(request.user).select_related("attachment")
    found = get_object_or_404(rows, pk=photo_pk, update__request=pk)
    return hand_over(found.attachment, small=request.GET.get("size") == "small")


def _found(request: PortalRequest, pk: UUID) -> ServiceRequest:
    """A request that the user may see; a mediation also as one of those who live in one of its two households."""
    user = request.user
    found: ServiceRequest | None = ServiceRequest.objects.visible_to(user).for_page().filter(pk=pk).first()
    if found is None and user.scope.households:
        found = ServiceRequest.objects.as_side(user).for_page().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
