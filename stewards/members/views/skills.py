"""What a steward can do, and the papers for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community import files
from community.access import Permission, PortalRequest, access
from community.once import acting, new_id, once
from stewards.members import actions
from stewards.members.forms import ConfirmForm, HeldForm, NoteForm, SendBackForm
from stewards.members.standing import line_of
from stewards.members.views.found import find_steward, page_of
from stewards.models import Steward, StewardSkill


@access(Permission.STEWARDS_VIEW)
@once
def skill_add(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One more skill."""
    steward = find_steward(request, pk)
    form = HeldForm(request.POST or None, request.FILES or None, steward=steward)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.add_skill(steward, by=request.user, **form.given())
            messages.success(request, _added(made))
            return answer(page_of(steward, request.user))
    words = {"title": _("加一项会做的"), "button": _("加上")}
    return _step(request, form, steward, words)


def _added(made: StewardSkill) -> str:
    if made.skill.needs_evidence and made.confirmed_at is None:
        return _("加上了。%(skill)s要看证书，办公室核实以后就能来问您。") % {"skill": made.skill.label}
    return _("加上了：%(skill)s。") % {"skill": made.skill.label}


@access(Permission.STEWARDS_VIEW)
@once
def skill_edit(request: PortalRequest, pk: UUID, held_pk: int) -> HttpResponseBase:
    """Another level, a newer paper."""
    steward = find_steward(request, pk)
    held = _held(request, steward, held_pk)
    form = HeldForm(request.POST or None, request.FILES or None, steward=steward, held=held)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            changed = actions.change_skill(held, by=request.user, **form.given())
            waits = changed.is_renewed or (changed.skill.needs_evidence and changed.confirmed_at is None)
            messages.success(request, _("改好了，等办公室核实。") if waits else _("改好了。"))
            return answer(page_of(steward, request.user))
    words = {"title": held.skill.label, "button": _("改好了"), "drops": _("不再做这一项"), "drop_submission": new_id()}
    return _step(request, form, steward, {**words, "held": held})


@access(Permission.STEWARDS_VIEW)
@require_POST
@once
def skill_drop(request: PortalRequest, pk: UUID, held_pk: int) -> HttpResponseBase:
    """A skill less."""
    steward = find_steward(request, pk)
    held = _held(request, steward, held_pk)
    with acting(request) as answer:
        actions.drop_skill(held, by=request.user)
        messages.success(request, _("去掉了：%(skill)s。想做了随时再加。") % {"skill": held.skill.label})
        answer(page_of(steward, request.user))
    return redirect(page_of(steward, request.user))


@access(Permission.STEWARDS_VIEW)
def skill_paper(request: PortalRequest, pk: UUID, held_pk: int, which: str) -> HttpResponseBase:
    """The certificate that counts (`which` is "now"), or the one that waits to be looked at ("new")."""
    held = _held(request, find_steward(request, pk), held_pk)
    paper = held.paper if which == "now" else held.new_paper
    if paper is None:
        raise Http404
    return files.hand_over(paper)


@access(Permission.STEWARDS_MANAGE)
@once
def skill_confirm(request: PortalRequest, pk: UUID, held_pk: int) -> HttpResponseBase:
    """The office has looked at the paper."""
    steward = find_steward(request, pk)
    held = _held(request, steward, held_pk)
    form = ConfirmForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.confirm_skill(held, by=request.user, **form.given())
            messages.success(request, _("核实了，已经告诉本人。"))
            return answer("stewards:papers")
    words = {
        "title": _("核实%(skill)s") % {"skill": held.skill.label},
        "lead": _("请看一看证书上的姓名、工种和有效期。"),
        "button": _("看过了，没有问题"),
    }
    return _step(request, form, steward, {**words, "line": line_of(held)})


@access(Permission.STEWARDS_MANAGE)
@once
def skill_return(request: PortalRequest, pk: UUID, held_pk: int) -> HttpResponseBase:
    """Something is missing."""
    steward = find_steward(request, pk)
    held = _held(request, steward, held_pk)
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.send_back(held, by=request.user, **form.given())
            messages.success(request, _("已经告诉本人要补什么。"))
            return answer("stewards:papers")
    words = {"title": _("请%(name)s补一样东西") % {"name": steward.user.name}, "button": _("告诉本人")}
    return _step(request, form, steward, {**words, "line": line_of(held)})


@access(Permission.STEWARDS_MANAGE)
def to_look_at(request: PortalRequest) -> HttpResponse:
    """Skills whose evidence waits for the office, the longest first; and what will run out soon."""
    rows = StewardSkill.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    rows = rows.select_related("skill", "steward__user").of_serving()
    shown = {
        "waiting": [line_of(one) for one in rows.to_look_at().order_by("created_at", "pk")],
        "ending": [line_of(one) for one in rows.ending().order_by("valid_until", "pk")],
        "insured": Steward.objects.visible_to(request.user)
        .filter(community__in=request.user.scope.offices_communities)
        .insurance_ending()
        .select_related("user"),
    }
    return render(request, "stewards/members/to_look_at.html", shown)


@access(Permission.STEWARDS_MANAGE)
@once
def note(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Training and insurance."""
    steward = find_steward(request, pk)
    form = NoteForm(request.POST or None, steward=steward)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.note(steward, by=request.user, **form.given())
            messages.success(request, _("记下了。"))
            return answer(steward)
    words = {"title": _("培训和保险"), "button": _("记下来")}
    return _step(request, form, steward, words)


def _held(request: PortalRequest, steward: Steward, pk: int) -> StewardSkill:
    rows = StewardSkill.objects.with_papers_for(request.user).filter(steward=steward)
    found: StewardSkill = get_object_or_404(rows.select_related("skill", "paper", "new_paper"), pk=pk)
    return found


def _step(request: PortalRequest, form: Any, steward: Steward, words: dict[str, Any]) -> HttpResponse:
    shown = {"form": form, "steward": steward, "back": page_of(steward, request.user), **words}
    return render(request, "stewards/members/step.html", shown)
