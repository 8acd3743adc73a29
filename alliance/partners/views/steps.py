"""Pages of projects and pledges: both are a row with a table of steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from alliance.form_page import form_page
from alliance.models import Activity, Need, Pledge, Project
from alliance.partners import actions
from alliance.partners.forms import PledgeForm, ProjectForm, StepForm
from alliance.partners.lists import NEW_SORTS, PledgeFilter, ProjectFilter, pledge_columns, project_columns
from alliance.partners.parties import parties_of
from alliance.partners.states import PLEDGES, PROJECTS, PledgeState, ProjectState
from community import history
from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.models import AuditEvent
from community.once import acting, once
from core import clock
from core.lists import list_page

PROJECT_TONES = {
    ProjectState.PROPOSED: "warn",
    ProjectState.AGREED: "wait",
    ProjectState.UNDER_WAY: "wait",
    ProjectState.DONE: "good",
    ProjectState.DROPPED: "idle",
}
PLEDGE_TONES = {
    PledgeState.OPEN: "wait",
    PledgeState.REPORTED: "warn",
    PledgeState.KEPT: "good",
    PledgeState.RELEASED: "idle",
}
UNTIL_SORTS = {"until": ("until", "pk"), "new": ("created_at", "pk")}


@access(Permission.ALLIANCE_VIEW)
def projects(request: PortalRequest) -> HttpResponseBase:
    """What is done together, the newest first."""
    rows = Project.objects.visible_to(request.user).select_related("partner", "need")
    page = list_page(request, rows, filterset_class=ProjectFilter, sorts=NEW_SORTS, default_sort="-new")
    if page.wants_xlsx:
        return page.as_xlsx(_("项目"), project_columns())
    context = {"page": page, "may_propose": _writes(request)}
    return render(request, "alliance/partners/projects.html", context)


@access(Permission.ALLIANCE_VIEW)
def project(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One project: what it is for, what it needs next, what came of it."""
    found = _project(request, pk)
    user = request.user
    context = {
        "project": found,
        "tone": PROJECT_TONES[ProjectState(found.state)],
        "steps": PROJECTS.steps(found.state, parties_of(found, user)),
        "pledges": list(Pledge.objects.visible_to(user).filter(project=found)),
        "activities": list(Activity.objects.visible_to(user).filter(project=found).order_by("starts_at")),
        "entries": _told(found),
    }
    return render(request, "alliance/partners/project.html", context)


@access(Permission.ALLIANCE_VIEW)
@once
def project_new(request: PortalRequest) -> HttpResponseBase:
    """Propose something to do together; `?need=` for what."""
    if not _writes(request):
        messages.info(request, _("项目由社区或者联盟单位的联络员来提。"))
        return redirect("alliance:projects")
    need = _need_of(request)
    initial = {"title": need.title, "until": need.until} if need else {}
    form = ProjectForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            made = actions.propose(given.pop("partner"), by=request.user, need=need, **given)
            messages.success(request, _("提过去了，等对方答复。"))
            return answer(made)
    words = {"title": _("提议一起做一件事"), "button": _("提过去"), "back_label": _("项目")}
    back = need.get_absolute_url() if need else reverse("alliance:projects")
    return form_page(request, form, back_url=back, kicker=need.title if need else "", **words)


@access(Permission.ALLIANCE_VIEW)
@once
def project_step(request: PortalRequest, pk: UUID, action: str) -> HttpResponseBase:
    """One step of a project, with the words that it needs."""
    return _step(request, _project(request, pk), action, PROJECTS, actions.step_project)


@access(Permission.ALLIANCE_VIEW)
def pledges(request: PortalRequest) -> HttpResponseBase:
    """What units have pledged, the day that comes first in front."""
    rows = Pledge.objects.visible_to(request.user).select_related("partner")
    page = list_page(request, rows, filterset_class=PledgeFilter, sorts=UNTIL_SORTS, default_sort="until")
    if page.wants_xlsx:
        return page.as_xlsx(_("承诺"), pledge_columns())
    return render(request, "alliance/partners/pledges.html", {"page": page, "may_make": _writes(request)})


@access(Permission.ALLIANCE_VIEW)
def pledge(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One pledge: until when, and whether it was kept."""
    found = _pledge(request, pk)
    steps = PLEDGES.steps(found.state, parties_of(found, request.user))
    if found.reported_by_id == request.user.pk:
        steps = [step for step in steps if step.action != "confirm"]
    context = {
        "pledge": found,
        "tone": "bad" if found.is_late else PLEDGE_TONES[PledgeState(found.state)],
        "late_days": (clock.today() - found.until) // timedelta(days=1) if found.is_late else 0,
        "steps": steps,
        "entries": _told(found),
    }
    return render(request, "alliance/partners/pledge.html", context)


@access(Permission.ALLIANCE_VIEW)
def pledge_photo(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The photo that says that a pledge was kept."""
    found = _pledge(request, pk)
    if found.photo is None:
        raise Http404
    return hand_over(found.photo, small=request.GET.get("size") == "small")


@access(Permission.ALLIANCE_VIEW)
@once
def pledge_new(request: PortalRequest) -> HttpResponseBase:
    """Write down what a unit has said it will do."""
    if not _writes(request):
        messages.info(request, _("承诺由社区或者联盟单位的联络员来记。"))
        return redirect("alliance:pledges")
    form = PledgeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            made = actions.make_pledge(given.pop("partner"), by=request.user, **given)
            messages.success(request, _("记下了，快到日子会提醒。"))
            return answer(made)
    words = {"title": _("记下一个承诺"), "button": _("记下"), "back_label": _("承诺")}
    return form_page(request, form, back_url=reverse("alliance:pledges"), **words)


@access(Permission.ALLIANCE_VIEW)
@once
def pledge_step(request: PortalRequest, pk: UUID, action: str) -> HttpResponseBase:
    """One step of a pledge, with what it needs."""
    return _step(request, _pledge(request, pk), action, PLEDGES, actions.step_pledge)


def _step(request: PortalRequest, found: Any, action: str, table: Any, take: Any) -> HttpResponseBase:
    """A step without a form is taken by the tap alone."""
    label = next((row.label for row in table if row.action == action and row.source), None)
    if label is None:
        raise Http404
    offered = {row.action: row for row in table.steps(found.state, parties_of(found, request.user))}
    if action not in offered and request.method != "POST":
        messages.warning(request, _("这一步现在不能办，请看一看最新的进展。"))
        return redirect(found)
    label = offered[action].label if action in offered else label
    # A step without a field sends nothing but its tap.
    sent = request.POST if request.method == "POST" else None
    form = StepForm(sent, request.FILES or None, action=action)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            take(found, action, by=request.user, **form.given())
            messages.success(request, _("记下了。"))
            return answer(found)
    back = found.get_absolute_url()
    return form_page(
        request, form, title=label, kicker=found.title, button=label, back_url=back, back_label=found.title
    )


def _writes(request: PortalRequest) -> bool:
    scope = request.user.scope
    return scope.may(Permission.ALLIANCE_WORK) or scope.may(Permission.ALLIANCE_MANAGE)


def _need_of(request: PortalRequest) -> Need | None:
    asked = request.GET.get("need", "")
    if not asked:
        return None
    try:
        key = UUID(asked)
    except ValueError:
        raise Http404 from None
    found: Need = get_object_or_404(Need.objects.visible_to(request.user), pk=key)
    return found


def _project(request: PortalRequest, pk: UUID) -> Project:
    rows = Project.objects.visible_to(request.user).select_related("partner", "need", "resource", "proposed_by")
    found: Project = get_object_or_404(rows, pk=pk)
    return found


def _pledge(request: PortalRequest, pk: UUID) -> Pledge:
    rows = Pledge.objects.visible_to(request.user)
    rows = rows.select_related("partner", "project", "photo", "reported_by", "confirmed_by", "made_by")
    found: Pledge = get_object_or_404(rows, pk=pk)
    return found


def _told(row: Project | Pledge) -> list[history.Entry]:
    """What happened to it."""
    events = AuditEvent.objects.unscoped(reason="the course of a row already found")
    target = {"target_type": row._meta.label_lower, "target_id": str(row.pk)}
    return history.tell(events.filter(community=row.community_id, **target).order_by("at", "pk"))
