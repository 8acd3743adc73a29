"""Recommendations: the table of what was advised, answered and done, and one of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliance.advice import actions
from alliance.advice.came_of import PROGRESS_TONES, TONES, came_of, lines_of, stories_of
from alliance.advice.filters import RECOMMENDATION_SORTS, RecommendationFilter, recommendation_columns
from alliance.advice.forms import AnswerForm, FollowForm, OutcomeForm, RecommendationForm
from alliance.advice.people import parties_of
from alliance.advice.states import FOLLOW_UP, OFFICE, Progress, State, Verdict
from alliance.advice.views.found import found_recommendation, found_session
from alliance.models import AdviceSession, Recommendation, RecommendationStep
from community.access import Permission, PortalRequest, access
from community.models import User
from community.once import acting, once
from core import clock
from core.lists import list_page


@access(Permission.ADVICE_VIEW)
def recommendations(request: PortalRequest) -> HttpResponseBase:
    """Every recommendation of signed minutes, the newest session first."""
    rows = Recommendation.objects.visible_to(request.user).standing().for_list()
    page = list_page(
        request,
        rows,
        filterset_class=RecommendationFilter,
        sorts=RECOMMENDATION_SORTS,
        default_sort="-session",
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("顾问的建议"), recommendation_columns())
    context = {"page": page, "lines": lines_of(page.rows, request.user)}
    return render(request, "alliance/advice/recommendations.html", context)


@access(Permission.ADVICE_VIEW)
def recommendation(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One recommendation: the answer, what came of it, everything that was said to it."""
    user = request.user
    found = found_recommendation(request, pk)
    steps = list(RecommendationStep.objects.of_each([found]))
    stories = stories_of(steps)
    outcomes = [one for one in steps if one.kind == RecommendationStep.Kind.OUTCOME]
    context = {
        "row": found,
        "tone": TONES[found.verdict],
        "progress_tone": PROGRESS_TONES[Progress(found.progress)] if found.progress else "",
        "came": [came_of(one, stories, user) for one in outcomes],
        "entries": [_entry(one) for one in steps],
        "is_late": not found.verdict and found.due_on < clock.today(),
        **_may(found, user),
    }
    return render(request, "alliance/advice/recommendation.html", context)


def _may(found: Recommendation, user: User) -> dict[str, bool]:
    """What this reader can do about it now."""
    parties = parties_of(found.session, user)
    is_final = found.session.state == State.APPROVED
    adopted = found.verdict in (Verdict.ADOPTED, Verdict.PARTLY)
    office = OFFICE in parties
    return {
        "is_final": is_final,
        "may_change": office and found.session.state == State.DRAFTED,
        "may_answer": is_final and user.scope.may(Permission.ADVICE_ANSWER),
        "may_follow": office and bool(FOLLOW_UP.steps(found.progress, (OFFICE,))),
        "may_outcome": office and adopted,
    }


def _entry(step: RecommendationStep) -> dict[str, object]:
    """A step as the timeline draws it."""
    kinds = RecommendationStep.Kind
    title = step.get_kind_display()
    if step.kind == kinds.ANSWER:
        title = _("答复：%(verdict)s") % {"verdict": step.get_verdict_display()}
    elif step.kind == kinds.PROGRESS:
        title = str(step.get_progress_display())
    return {"title": title, "at": step.at, "who": step.by.name, "text": step.words}


@access(Permission.ADVICE_MANAGE)
@once
def recommendation_new(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Put a recommendation into the draft of the minutes."""
    found = found_session(request, pk)
    if found.state != State.DRAFTED:
        return redirect(found)
    form = RecommendationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.put_recommendation(found, by=request.user, **form.given())
            return answer(found)
    return render(request, "alliance/advice/recommendation_form.html", {"form": form, "session": found})


@access(Permission.ADVICE_MANAGE)
@once
def recommendation_change(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change it while the minutes are a draft."""
    found = found_recommendation(request, pk)
    if found.session.state != State.DRAFTED:
        return redirect(found)
    form = RecommendationForm(request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_recommendation(found, by=request.user, **form.given())
            return answer(found.session)
    context = {"form": form, "session": found.session, "row": found}
    return render(request, "alliance/advice/recommendation_form.html", context)


@access(Permission.ADVICE_MANAGE)
@require_POST
@once
def recommendation_drop(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take it out of the draft."""
    found = found_recommendation(request, pk)
    session: AdviceSession = found.session
    with acting(request) as answer:
        actions.drop_recommendation(found, by=request.user)
        messages.success(request, _("删掉了。"))
        answer(session)
    return redirect(session)


@access(Permission.ADVICE_ANSWER)
@once
def recommendation_answer(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Answer it, with the reason."""
    found = found_recommendation(request, pk)
    if found.session.state != State.APPROVED:
        return redirect(found)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.answer_recommendation(found, by=request.user, **form.given())
            messages.success(request, _("答复好了，到会的顾问会收到提醒。"))
            return answer(found)
    context = {"form": form, "row": found, "title": _("答复这条建议"), "button": _("就这样答复")}
    return render(request, "alliance/advice/recommendation_step.html", context)


@access(Permission.ADVICE_MANAGE)
@once
def recommendation_follow(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say how far it has come."""
    found = found_recommendation(request, pk)
    if not FOLLOW_UP.steps(found.progress, (OFFICE,)):
        return redirect(found)
    form = FollowForm(request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.follow_up(found, by=request.user, **form.given()))
    context = {"form": form, "row": found, "title": _("做到哪一步了"), "button": _("记下来")}
    return render(request, "alliance/advice/recommendation_step.html", context)


@access(Permission.ADVICE_MANAGE)
@once
def recommendation_outcome(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say what came of it."""
    found = found_recommendation(request, pk)
    if found.verdict not in (Verdict.ADOPTED, Verdict.PARTLY):
        return redirect(found)
    form = OutcomeForm(request.POST or None, row=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.record_outcome(found, by=request.user, **form.given())
            return answer(found)
    context = {"form": form, "row": found, "title": _("办成了什么"), "button": _("记下来")}
    return render(request, "alliance/advice/recommendation_step.html", context)
