"""Studies of social organisations and universities: the list, one of them, letting it out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliance.advice import actions
from alliance.advice.filters import STUDY_SORTS, StudyFilter, study_columns
from alliance.advice.forms import ReleaseForm, StudyForm
from alliance.advice.views.found import found_study, own_community
from alliance.models import Study
from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting, once
from core.forms import PortalForm
from core.lists import list_page


@access(Permission.ADVICE_VIEW)
def studies(request: PortalRequest) -> HttpResponseBase:
    """All studies, the newest first."""
    rows = Study.objects.visible_to(request.user).select_related("partner")
    page = list_page(request, rows, filterset_class=StudyFilter, sorts=STUDY_SORTS, default_sort="-year")
    if page.wants_xlsx:
        return page.as_xlsx(_("研究报告"), study_columns())
    context = {"page": page, "may_manage": request.user.scope.may(Permission.ADVICE_MANAGE)}
    return render(request, "alliance/advice/studies.html", context)


@access(Permission.ADVICE_VIEW)
def study(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One study."""
    found = found_study(request, pk)
    may_manage = found.community_id in request.user.scope.offices_communities
    context = {"study": found, "may_manage": may_manage, "form": PortalForm()}
    return render(request, "alliance/advice/study.html", context)


@access(Permission.ADVICE_VIEW)
@require_safe
def study_file(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Its file."""
    return hand_over(found_study(request, pk).paper)


@access(Permission.ADVICE_MANAGE)
@once
def study_new(request: PortalRequest) -> HttpResponseBase:
    """Put a study up."""
    community = own_community(request)
    form = StudyForm(request.POST or None, request.FILES or None, user=request.user, community_id=community.pk)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.add_study(community, by=request.user, **form.given()))
    return render(request, "alliance/advice/study_form.html", {"form": form})


@access(Permission.ADVICE_MANAGE)
@once
def study_change(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Change what is said of it, or its file."""
    found = found_study(request, pk)
    form = StudyForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        community_id=found.community_id,
        study=found,
    )
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_study(found, by=request.user, **form.given()))
    return render(request, "alliance/advice/study_form.html", {"form": form, "study": found})


@access(Permission.ADVICE_MANAGE)
@once
def study_release(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Let everybody read it."""
    found = found_study(request, pk)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.release_study(found, by=request.user)
            messages.success(request, _("公开了。邻居们不用登录就看得到。"))
            return answer(found)
    context = {"study": found, "form": form, "title": _("公开给所有人"), "button": _("公开")}
    return render(request, "alliance/advice/study_confirm.html", context)


@access(Permission.ADVICE_MANAGE)
@require_POST
@once
def study_take_back(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Only advisers and the office read it again."""
    found = found_study(request, pk)
    with acting(request) as answer:
        actions.take_back_study(found, by=request.user)
        messages.success(request, _("不再公开了。"))
        answer(found)
    return redirect(found)


@access(Permission.ADVICE_MANAGE)
@once
def study_drop(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Delete it with its file."""
    found = found_study(request, pk)
    form = PortalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.drop_study(found, by=request.user)
            messages.success(request, _("删掉了。"))
            return answer("alliance:studies")
    context = {"study": found, "form": form, "title": _("删掉这份报告"), "button": _("删掉")}
    return render(request, "alliance/advice/study_confirm.html", context)
