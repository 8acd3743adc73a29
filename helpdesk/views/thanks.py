"""Letters of thanks: the page for everybody, one's own, and writing one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access, public
from community.files import hand_over
from community.models import Appointment, Community, User
from community.once import acting, once
from community.roles import Role
from core.lists import list_page
from helpdesk import thanks as letters
from helpdesk.actions.thanks import publish_thanks, unpublish_thanks, withdraw_thanks, write_thanks
from helpdesk.forms.thanks import PaperThanksForm, ThanksForm
from helpdesk.models import ServiceRequest, ThanksLetter
from helpdesk.states import State
from helpdesk.views.found import found_request
from helpdesk.views.stories import community_read

A_PAGE = 18
OWN_SHOWN = 50
SORTS = {"published": ("published_at", "pk")}
# Whom a letter about nothing in particular can be sent to: their names hang on the notice board.
KNOWN = (Role.GRID_LEADER, Role.BUILDING_STEWARD, Role.COMMUNITY_STAFF, Role.SECRETARY)
_STEPS = {"publish": publish_thanks, "unpublish": unpublish_thanks, "withdraw": withdraw_thanks}


@dataclass(frozen=True)
class Person:
    """Somebody who can be thanked, and in what role."""

    pk: int
    name: str
    role: str
    user: User


@dataclass(frozen=True)
class Shown:
    """A letter as its reader sees it."""

    letter: ThanksLetter
    signed: str
    photo_url: str


@public
@require_safe
def thanks(request: HttpRequest) -> HttpResponseBase:
    """The letters that everybody may read; for who is signed in the own, for the office those that wait."""
    community, user = community_read(request), request.user
    rows = ThanksLetter.objects.public(community) if community else ThanksLetter.objects.none().scoped()
    page = list_page(request, rows, sorts=SORTS, default_sort="-published", size=A_PAGE)
    context: dict[str, Any] = {"page": page, "shown": [_in_public(one) for one in page.rows], "community": community}
    if isinstance(user, User):
        scope = user.scope
        context |= {
            "own": list(ThanksLetter.objects.concerning(user)[:OWN_SHOWN]),
            "waiting": list(ThanksLetter.objects.to_publish(user)[:OWN_SHOWN]) if scope.offices_communities else [],
            "may_write": scope.may(Permission.REQUEST_LOG),
            "may_log": scope.may(Permission.REQUEST_SETTINGS),
        }
    return render(request, "helpdesk/thanks.html", context)


@access(Permission.REQUEST_LOG)
@once
def thanks_new(request: PortalRequest) -> HttpResponseBase:
    """Write a letter; `?request=` names what it is for."""
    user = request.user
    about = _about(request)
    people = people_of(about) if about else _known(user)
    form = ThanksForm(request.POST or None, request.FILES or None, people=people, initial=_likeliest(people, about))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            community = about.community if about else _own(user)
            letter = write_thanks(by=user, community=community, request=about, **form.given())
            messages.success(request, _("写好了，谢谢您。"))
            return answer(letter)
    return render(request, "helpdesk/thanks_form.html", {"form": form, "about": about})


@access(Permission.REQUEST_SETTINGS)
@once
def thanks_paper(request: PortalRequest) -> HttpResponseBase:
    """Write down a letter that somebody has brought on paper."""
    user = request.user
    form = PaperThanksForm(request.POST or None, request.FILES or None, people=_known(user))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            letter = write_thanks(by=user, community=_own(user), **form.given())
            messages.success(request, _("登记好了。"))
            return answer(letter)
    return render(request, "helpdesk/thanks_form.html", {"form": form, "paper": True})


@access(Permission.ACCOUNTS_VIEW)
def thanks_letter(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One letter, with what its reader can do about it."""
    user = request.user
    letter = _found(request, pk)
    is_out, is_kept = letter.published_at is not None, letter.withdrawn_at is None
    agreed = letter.consent != ThanksLetter.Consent.PRIVATE
    context = {
        "letter": letter,
        "signed": letters.signed(letter, user),
        "photo_url": reverse("helpdesk:thanks_photo", args=[pk]) if letters.shows_photo(letter, user) else "",
        "may_publish": is_kept and agreed and not is_out and letters.may_publish(letter, user),
        "may_unpublish": is_out and (letters.may_publish(letter, user) or letter.to_user_id == user.pk),
        "may_withdraw": is_kept and letters.may_withdraw(letter, user),
        "request_url": letter.request.get_absolute_url() if letter.request and letter.writer_id == user.pk else "",
        "says_consent": letters.may_publish(letter, user) or letter.writer_id == user.pk,
    }
    return render(request, "helpdesk/thanks_letter.html", context)


@access(Permission.ACCOUNTS_VIEW)
@require_POST
@once
def thanks_step(request: PortalRequest, pk: UUID, step: str) -> HttpResponseBase:
    """Put a letter out, take it off the page, or take it back."""
    letter = _found(request, pk)
    said = {"publish": _("公开了。"), "unpublish": _("不再公开了。"), "withdraw": _("收回了，别人看不到了。")}
    with acting(request) as answer:
        _STEPS[step](letter, by=request.user)
        messages.success(request, said[step])
        answer(letter)
    gone = not ThanksLetter.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect("helpdesk:thanks" if gone else letter)


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def thanks_photo(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The photo of a letter, for those who learn who wrote it."""
    letter = _found(request, pk)
    if not letters.shows_photo(letter, request.user) or letter.photo is None:
        raise Http404
    return hand_over(letter.photo)


@public
@require_safe
def thanks_photo_out(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The photo of a letter that everybody may read with its writer's name."""
    letter = get_object_or_404(ThanksLetter.objects.out().select_related("photo"), pk=pk)
    if not letters.shows_photo(letter, None) or letter.photo is None:
        raise Http404
    return hand_over(letter.photo)


def people_of(about: ServiceRequest) -> list[Person]:
    """Those who worked on a request: who handled it, who helped, who took it in and checked it."""
    roles = {about.handler_id: about.handler_role}
    found = [
        about.handler,
        *(about.co_handlers.all() if about.handler_id else []),
        about.resolved_by,
        about.accepted_by,
    ]
    return _once(Person(one.pk, one.name, roles.get(one.pk, ""), one) for one in found if one)


def _known(user: User) -> list[Person]:
    held = Appointment.objects.unscoped(reason="who holds a post that hangs on the notice board").current()
    rows = held.filter(community__in=user.scope.communities, role__in=KNOWN, user__is_active=True).exclude(user=user)
    return _once(
        Person(one.user_id, one.user.name, one.role, one.user)
        for one in rows.select_related("user").order_by("role", "pk")
    )


def _once(people: Iterable[Person]) -> list[Person]:
    return list({one.pk: one for one in reversed(list(people))}.values())[::-1]


def _likeliest(people: list[Person], about: ServiceRequest | None) -> dict[str, str]:
    return {"to_user": str(people[0].pk)} if about and people else {}


def _about(request: PortalRequest) -> ServiceRequest | None:
    """The request that the letter is for: one's own, done."""
    asked = request.GET.get("request", "")
    if not asked:
        return None
    try:
        found = found_request(request, UUID(asked))
    except ValueError:
        raise Http404 from None
    theirs = found.reporter_id == request.user.pk or any(
        side.household_id in request.user.scope.households for side in found.sides
    )
    if not theirs or found.state not in (State.RESOLVED, State.CLOSED):
        raise Http404
    return found


def _own(user: User) -> Community:
    return Community.objects.get(pk=min(user.scope.communities))


def _found(request: PortalRequest, pk: UUID) -> ThanksLetter:
    rows = ThanksLetter.objects.visible_to(request.user).select_related("photo", "request")
    found: ThanksLetter = get_object_or_404(rows, pk=pk)
    return found


def _in_public(letter: ThanksLetter) -> Shown:
    """As somebody reads it who is not signed in."""
    url = reverse("helpdesk:thanks_photo_out", args=[letter.pk]) if letters.shows_photo(letter, None) else ""
    return Shown(letter, letters.signed(letter, None), url)
