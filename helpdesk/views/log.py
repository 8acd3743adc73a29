"""Pages on which a request is logged: for oneself, and for somebody else; and what was begun and not sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.refusal import Refused
from grids.models import Building, Household
from helpdesk import actions, drafts, tracking
from helpdesk.forms import BehalfForm, RequestForm
from helpdesk.forms.log import shown_similar
from helpdesk.models import Category, Fixture, ServiceRequest
from helpdesk.similar import similar_to

# What an address may bring along: a sign that was scanned, words to look for, for whom.
_BROUGHT = ("sign", "about", "household")


@access(Permission.REQUEST_LOG)
@once
def new(request: PortalRequest) -> HttpResponseBase:
    """Log a request of one's own; `?sign=` is the code of a fixture, `?about=` words to find the category by."""
    if not request.user.scope.households and request.user.scope.may(Permission.REQUEST_HANDLE):
        query = request.META.get("QUERY_STRING", "")
        to = redirect("helpdesk:behalf")
        to["Location"] += f"?{query}" if query else ""
        return to
    return _log(request, RequestForm, {})


@access(Permission.REQUEST_HANDLE)
@once
def behalf(request: PortalRequest) -> HttpResponseBase:
    """Write down what somebody else asks for; `?household=` names the household it comes from."""
    asked = request.GET.get("household", "")
    home = Household.objects.visible_to(request.user).for_list().filter(pk=asked).first() if _is_uuid(asked) else None
    return _log(request, BehalfForm, {"household": str(home)} if home else {})


def _log(request: PortalRequest, form_class: type[RequestForm], initial: dict[str, Any]) -> HttpResponseBase:
    posted = request.method == "POST"
    kept = None if posted else drafts.draft_of(request.user, _kind(form_class))
    resumes = kept is not None and not any(request.GET.get(name) for name in _BROUGHT)
    if kept is not None and resumes:
        initial = {**kept.fields, "draft": True}
    about = request.GET.get("about", "")[:40].strip()
    form = form_class(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        fixture=_fixture(request, kept.sign if kept is not None and resumes else ""),
        about=about,
        initial={**({"title": about} if about else {}), **initial},
    )
    if posted and form.is_valid():
        with acting(request, form) as answer:
            return answer(_logged(request, form))
    context = {"form": form, "kept": kept, "resumes": resumes, "brought": _brought(request)}
    return render(request, "helpdesk/request_form.html", context)


def _logged(request: PortalRequest, form: RequestForm) -> Any:
    """Write it down; gives where to go: the request, or for what names nobody a page that does not name it either."""
    given, user = form.given(), request.user
    made = actions.join(form.same, by=user, **given) if form.same else actions.log_request(by=user, **given)
    if form.cleaned_data["draft"]:
        actions.drop_draft(by=user)
    messages.success(request, _said(made, form))
    if not made.has_informant:
        return made
    return "helpdesk:list" if form.is_on_behalf else "helpdesk:mine"


def _said(made: ServiceRequest, form: RequestForm) -> str:
    words = {"number": made.number, "code": tracking.shown(tracking.code_of(made.pk))}
    if form.same:
        return _("收到了，编号 %(number)s。和前面那件一起办，进展照样看得到，办结了也请您评价。") % words
    if made.has_informant and form.is_on_behalf:
        if not made.tracking_hash:
            return _("收到了，编号 %(number)s。提出人是谁，另外存着，只有社区书记写明原因才能看。") % words
        return _("收到了，编号 %(number)s，查询码 %(code)s，请抄给本人。本人是谁，只有社区书记写明原因才能看。") % words
    if made.has_informant:
        return _("收到了，编号 %(number)s。您是谁另外存着，只有社区书记写明原因才能看。") % words
    if form.is_on_behalf:
        return _("收到了，编号 %(number)s。请给本人印一张回执，上面有期限和查询码。") % words
    return _("收到了，编号 %(number)s。下面看得到期限和进展。") % words


def _fixture(request: PortalRequest, kept: str) -> Fixture | None:
    """The fixture whose sign was scanned; a sign that is not in use any more is said."""
    code = request.POST.get("sign") or request.GET.get("sign") or kept
    if not code:
        return None
    rows = Fixture.objects.visible_to(request.user).in_use().select_related("building__grid", "grid")
    found: Fixture | None = rows.filter(code=code[:12].upper()).first()
    if found is None:
        messages.info(request, _("这块牌子已经不用了，请自己写一下在哪里。"))
    return found


def _brought(request: PortalRequest) -> dict[str, str]:
    """What the address brought, for a search that must not lose it."""
    return {name: request.GET[name] for name in ("sign", "household") if request.GET.get(name)}


def _kind(form_class: type[RequestForm]) -> str:
    return drafts.BEHALF if form_class.is_on_behalf else drafts.OWN


@access(Permission.REQUEST_LOG)
@require_POST
def draft_keep(request: PortalRequest, kind: str) -> HttpResponseBase:
    """Keep what was typed: by a button, or by the page itself, which is answered with nothing."""
    by_itself = request.headers.get("X-Requested-With") == "fetch"
    try:
        actions.keep_draft(by=request.user, kind=kind, fields=drafts.typed(request.POST))
    except Refused as refusal:
        if by_itself:
            return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
        messages.error(request, str(refusal))
    else:
        if by_itself:
            return HttpResponse(status=204)
        messages.success(request, _("先存着了，三十天里随时接着写。照片没有存，提交的时候再选。"))
    return redirect(_form_of(kind))


@access(Permission.REQUEST_LOG)
@require_POST
def draft_drop(request: PortalRequest, kind: str) -> HttpResponseBase:
    """Begin anew."""
    actions.drop_draft(by=request.user)
    return redirect(_form_of(kind))


def _form_of(kind: str) -> str:
    return "helpdesk:behalf" if kind == drafts.BEHALF else "helpdesk:new"


@access(Permission.REQUEST_LOG)
def similar(request: PortalRequest) -> HttpResponse:
    """What others have asked about the same thing, for a page that asks while its form is filled in."""
    user, sent = request.user, request.GET
    category = _by_key(Category.objects.visible_to(user).in_use(), sent.get("category", ""))
    if category is None:
        return HttpResponse(status=204)
    building = _by_key(Building.objects.visible_to(user), sent.get("building", ""))
    kind, place = sent.get("place_kind", ""), sent.get("place", "")[:50]
    fixture = _fixture(request, "") if sent.get("sign") else None
    if fixture is None and not (building if kind == ServiceRequest.Place.BUILDING else place.strip()):
        return HttpResponse(status=204)
    of_building = building if kind == ServiceRequest.Place.BUILDING else None
    rows = similar_to(category, place_kind=kind, place=place, building=of_building, fixture=fixture)
    if not rows:
        return HttpResponse(status=204)
    return render(request, "helpdesk/_similar.html", {"offered": shown_similar(rows)})


def _by_key(rows: Any, key: str) -> Any:
    return rows.filter(pk=key).first() if key.isdigit() and len(key) < 19 else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
