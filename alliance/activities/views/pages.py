"""Pages of activities for everybody who may come, and the list for those who work with the alliance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliance.activities import actions
from alliance.activities.calendar_file import calendar_file
from alliance.activities.comparing import albums, quotes_of, sums_of
from alliance.activities.elsewhere import in_the_way, warning
from alliance.activities.forms import FeedbackForm, JoinForm
from alliance.activities.lists import ACTIVITY_SORTS, ActivityFilter, activity_columns
from alliance.activities.parties import parties_of
from alliance.activities.places import places_of
from alliance.activities.states import ACTIVITIES, RUNNER, State
from alliance.activities.views.found import found_activity
from alliance.form_page import form_page
from alliance.models import Activity, ActivitySlot, Feedback, SignUp
from community.access import Permission, PortalRequest, access, public
from community.models import User
from community.once import acting, new_id, once
from core import clock
from core.calendar_files import calendar_answer
from core.lists import list_page

TONES = {
    State.DRAFT: "idle",
    State.OPEN: "wait",
    State.HELD: "warn",
    State.PUBLISHED: "good",
    State.CANCELLED: "idle",
}


@access(Permission.ALLIANCE_VIEW)
def activities(request: PortalRequest) -> HttpResponseBase:
    """All activities, the latest first."""
    rows = Activity.objects.visible_to(request.user).for_list()
    page = list_page(request, rows, filterset_class=ActivityFilter, sorts=ACTIVITY_SORTS, default_sort="-starts")
    if page.wants_xlsx:
        return page.as_xlsx(_("活动"), activity_columns())
    scope = request.user.scope
    plans = scope.may(Permission.ALLIANCE_WORK) or scope.may(Permission.ALLIANCE_MANAGE)
    return render(request, "alliance/activities/activities.html", {"page": page, "plans": plans})


@public
@require_safe
def activity(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One activity: to join it, to see who comes, or what came of it."""
    found = found_activity(request, pk)
    return render(request, "alliance/activities/activity.html", _page_of(found, request.user))


@public
@require_safe
def activity_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The activity for a calendar, for everybody who may read its page."""
    found = found_activity(request, pk)
    content = calendar_file(found, url=request.build_absolute_uri(found.get_absolute_url()))
    if content is None:
        raise Http404
    return calendar_answer(content, name=found.title)


def _page_of(found: Activity, reader: Any) -> dict[str, Any]:
    user = reader if isinstance(reader, User) else None
    parties = parties_of(found, user) if user else frozenset()
    runs = RUNNER in parties
    tells = found.state == State.PUBLISHED or (runs and found.state == State.HELD)
    here = user is not None and found.community_id in user.scope.communities
    over = found.state in (State.HELD, State.PUBLISHED)
    has_begun = found.starts_at <= clock.now()
    page: dict[str, Any] = {
        "activity": found,
        "tone": TONES[State(found.state)],
        "runs": runs,
        "here": here,
        "signed_in": user is not None,
        "may_join": here and found.state == State.OPEN and clock.now() < found.join_until,
        "is_closed": found.state == State.OPEN and clock.now() >= found.join_until,
        "in_calendar": _in_calendar(found, user),
        "steps": [row for row in ACTIVITIES.steps(found.state, parties) if row.action != "close" or has_begun],
        "album": albums([found])[found.pk] if tells else None,
        "sums": sums_of(found) if tells else None,
        "quotes": quotes_of(found) if found.state == State.PUBLISHED else [],
        "unit_form": JoinForm(auto_id="unit_%s"),
    }
    if found.state in (State.DRAFT, State.OPEN):
        page |= places_of(found, user)
    if over and here and user is not None:
        said = Feedback.objects.visible_to(user).filter(activity=found, user=user)
        page["has_said"] = said.exists()
    return page


def _in_calendar(found: Activity, user: User | None) -> bool:
    """Whether the page offers it for a calendar: what is coming; called off, to those in whose calendar it may be."""
    if found.ends_at <= clock.now():
        return False
    if found.state == State.CANCELLED and found.announced_at is not None and user is not None:
        return bool(SignUp.objects.visible_to(user).filter(activity=found, user=user).exists())
    return found.state == State.OPEN


@access(Permission.ACTIVITY_JOIN)
@once
def activity_join(request: PortalRequest, pk: UUID, slot_pk: int) -> HttpResponseBase:
    """Come to an activity, oneself; with `unit=` so many of one's unit. Whoever has promised something else for that
    time as a red steward is told first, and decides (`anyway=`)."""
    found = found_activity(request, pk)
    slot: ActivitySlot = get_object_or_404(ActivitySlot.objects.visible_to(request.user), pk=slot_pk, activity=found)
    if request.method != "POST":
        return _ask_again(request, found)
    if not {"unit", "anyway"} & set(request.POST) and in_the_way(found, request.user):
        return redirect("alliance:activity_join", pk=found.pk, slot_pk=slot.pk)
    given: dict[str, Any] = {"sure": "anyway" in request.POST}
    if "unit" in request.POST:
        form = JoinForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("请写来几个人。"))
            return redirect(found)
        given |= {"people": form.cleaned_data["people"], "partner": _own_unit(request)}
    with acting(request) as answer:
        made = actions.join(slot, by=request.user, **given)
        if made.state == SignUp.State.WAITING:
            messages.success(request, _("名额满了，给您排上了队。有人不来，就自动补上，会通知您。"))
        else:
            messages.success(request, _("报上了，到时候见。"))
        answer(found)
    return redirect(found)


@access(Permission.ACTIVITY_JOIN)
@require_POST
@once
def signup_leave(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Not come after all."""
    rows = SignUp.objects.visible_to(request.user).standing().select_related("activity")
    found: SignUp = get_object_or_404(rows, pk=pk)
    with acting(request) as answer:
        actions.leave(found, by=request.user)
        messages.success(request, _("记下了，不来没关系。"))
        answer(found.activity)
    return redirect(found.activity)


@access(Permission.ACTIVITY_JOIN)
@once
def activity_feedback(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say whether it helped; who runs it writes down with `?for=neighbour` what somebody else has said."""
    found = found_activity(request, pk)
    for_another = request.GET.get("for") == "neighbour" and RUNNER in parties_of(found, request.user)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.give_feedback(found, by=request.user, for_another=for_another, **form.given())
            messages.success(request, _("记下了，谢谢。"))
            return answer(found)
    title = _("替邻居记一句") if for_another else _("说说帮上忙了吗")
    words = {"title": title, "kicker": found.title, "button": _("说完了"), "back_label": found.title}
    return form_page(request, form, back_url=found.get_absolute_url(), **words)


def _ask_again(request: PortalRequest, found: Activity) -> HttpResponseBase:
    """What else is promised for that time, and a second press for who wants to come all the same."""
    other = in_the_way(found, request.user)
    if other is None:
        return redirect(found)
    context = {"activity": found, "lead": warning(other), "submission": new_id()}
    return render(request, "alliance/activities/overlap.html", context)


def _own_unit(request: PortalRequest) -> Any:
    from alliance.models import Partner

    rows = Partner.objects.visible_to(request.user).active().filter(pk__in=request.user.scope.partners)
    return get_object_or_404(rows.order_by("pk")[:1])
