"""Pages of the moves: who comes, who goes, who is the head. A move is asked in one step and confirmed in a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from grids import actions, consequences
from grids.codes import Arrival
from grids.forms.moves import (
    DeathForm,
    DoorForm,
    FirstForm,
    HeadForm,
    JoinForm,
    LeaveForm,
    MoveForm,
    SecondForm,
    SplitForm,
)
from grids.forms.people import BirthForm, MemberForm, NewHouseholdForm, NewPersonForm, ReturnForm
from grids.models import Dwelling, Household, Membership, Resident

Words = str | Promise


@dataclass(frozen=True)
class Move:
    """One kind of move: its words, its first form, and the action that the second step calls; it gives where to go."""

    title: Words
    lead: Words
    button: Words
    first: type[FirstForm]
    act: Callable[[PortalRequest, Any, SecondForm], Household]
    moves: bool = True
    asks_there: bool = False


@dataclass(frozen=True)
class Newcomer:
    """One way in which somebody who is not registered comes to belong to a household."""

    title: Words
    form: type[NewPersonForm]
    act: Callable[..., Any]


NEW_MEMBER = Newcomer(_("登记新成员"), MemberForm, actions.add_member)
NEWBORN = Newcomer(_("登记出生"), BirthForm, actions.born)


@access(Permission.HOUSEHOLD_MOVE)
@once
def member_add(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Somebody comes to belong to a household: a new person, or with `?resident=` one who is registered already."""
    household = _household(request, pk)
    if "resident" in request.GET:
        return _return(request, household)
    return _newcomer(request, household, NEW_MEMBER)


@access(Permission.HOUSEHOLD_MOVE)
@once
def birth(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _newcomer(request, _household(request, pk), NEWBORN)


@access(Permission.HOUSEHOLD_MOVE)
@once
def household_new(request: PortalRequest, pk: int) -> HttpResponseBase:
    """A new household at a door, whoever lives there already."""
    dwelling = get_object_or_404(Dwelling.objects.to_decide(request.user).select_related("building"), pk=pk)
    form = NewHouseholdForm(request.POST or None, community_id=dwelling.community_id, by=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.set_up_household(dwelling, by=request.user, **form.given()))
    homes = Household.objects.visible_to(request.user).filter(dwelling=dwelling).living_here().for_list()
    offered = [(one, _split_url(home)) for one in form.known.seen if (home := _home_of(one, request)) is not None]
    shown = {"form": form, "dwelling": dwelling, "homes": homes, "offered": offered}
    return render(request, "grids/household_new.html", shown)


@access(Permission.HOUSEHOLD_MOVE)
def door(request: PortalRequest) -> HttpResponseBase:
    """Find the door at which a new household is registered."""
    form = DoorForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        return redirect("grids:household_new", form.cleaned_data["door"].pk)
    return render(request, "grids/door_form.html", {"form": form})


@access(Permission.HOUSEHOLD_MOVE)
@once
def leave(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _walk(request, _household(request, pk), LEAVE)


@access(Permission.HOUSEHOLD_MOVE)
@once
def move(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _walk(request, _household(request, pk), MOVE)


@access(Permission.HOUSEHOLD_MOVE)
@once
def split(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _walk(request, _household(request, pk), SPLIT)


@access(Permission.HOUSEHOLD_MOVE)
@once
def join(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _walk(request, _household(request, pk), JOIN)


@access(Permission.HOUSEHOLD_MOVE)
@once
def head(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _walk(request, _household(request, pk), HEAD)


@access(Permission.HOUSEHOLD_MOVE)
@once
def death(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    return _walk(request, _household(request, pk), DEATH)


def _newcomer(request: PortalRequest, household: Household, kind: Newcomer) -> HttpResponseBase:
    """The form of somebody new; who looks like one of those registered already is offered instead."""
    form = kind.form(
        request.POST or None,
        community_id=household.community_id,
        by=request.user,
        initial={"version": household.version},
    )
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            kind.act(household, by=request.user, **form.given())
            return answer(household)
    offered = _offered(form.known.seen, household, request)
    shown = {"form": form, "household": household, "offered": offered, "title": kind.title}
    return render(request, "grids/member_form.html", shown)


def _walk(request: PortalRequest, household: Household, kind: Move) -> HttpResponseBase:
    """The first step leads to the second by its query; the second shows what will happen and does it."""
    members = list(_members(request, household))
    given: dict[str, Any] = {"household": household, "members": members, "by": request.user}
    begun = "day" in request.GET or "head" in request.GET
    if not begun:
        initial = {"day": clock.today(), "who": request.GET.getlist("who"), "to": _named(request)}
        asked = kind.first(request.POST or None, initial=initial, **given)
        if request.method == "POST" and asked.is_valid():
            return redirect(f"{request.path}?{asked.query()}")
        return _first_step(request, kind, household, asked)
    asked = kind.first(request.GET, **given)
    if not asked.is_valid():
        return _first_step(request, kind, household, asked)
    form = SecondForm(request.POST or None, household=household, **_follows(kind, household, asked))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(kind.act(request, asked, form))
    lines = consequences.of_leaving(household, asked.leaving, staying=asked.staying, moves=kind.moves)
    shown = {
        "kind": kind,
        "household": household,
        "asked": asked,
        "form": form,
        "lines": lines if asked.leaving else [],
        "into": asked.into,
    }
    return render(request, "grids/move_confirm.html", shown)


def _first_step(request: PortalRequest, kind: Move, household: Household, form: FirstForm) -> HttpResponseBase:
    return render(request, "grids/move_first.html", {"kind": kind, "household": household, "form": form})


def _follows(kind: Move, household: Household, asked: FirstForm) -> dict[str, Any]:
    """What the second step asks: relations where they come to, and a head for those who stay without one."""
    if kind is HEAD:
        chosen = next(one.resident for one in asked.members if str(one.resident_id) == asked.cleaned_data["head"])
        return {"staying": asked.members, "new_head": chosen}
    new_head = asked.cleaned_data.get("head", "")
    coming = [one for one in asked.leaving if str(one.resident_id) != new_head] if kind.asks_there else []
    headless = household.head_id in {one.resident_id for one in asked.leaving} and len(asked.staying) > 1
    return {"coming": coming, "staying": asked.staying if headless else ()}


def _act_leave(request: PortalRequest, asked: Any, form: SecondForm) -> Household:
    return actions.move_out(
        asked.household, by=request.user, residents=_people(asked.leaving), day=asked.cleaned_data["day"], **_head(form)
    )


def _act_move(request: PortalRequest, asked: Any, form: SecondForm) -> Household:
    return actions.move_within(
        asked.household,
        to=asked.into,
        by=request.user,
        day=asked.cleaned_data["day"],
        residents=_people(asked.leaving),
        relations_there=form.relations_there,
        **_head(form),
    )


def _act_split(request: PortalRequest, asked: Any, form: SecondForm) -> Household:
    leaving = _people(asked.leaving)
    return actions.split_household(
        asked.household,
        by=request.user,
        day=asked.cleaned_data["day"],
        residents=leaving,
        new_head=next(one for one in leaving if str(one.pk) == asked.cleaned_data["head"]),
        relations_there=form.relations_there,
        dwelling=asked.dwelling,
        kind=asked.cleaned_data["kind"],
        **_head(form),
    )


def _act_join(request: PortalRequest, asked: Any, form: SecondForm) -> Household:
    return actions.join_households(
        asked.household,
        into=asked.into,
        by=request.user,
        day=asked.cleaned_data["day"],
        relations=form.relations_there,
        version=form.cleaned_data["version"],
    )


def _act_head(request: PortalRequest, asked: Any, form: SecondForm) -> Household:
    return actions.change_head(asked.household, by=request.user, **_head(form))


def _act_death(request: PortalRequest, asked: Any, form: SecondForm) -> Household:
    (dead,) = _people(asked.leaving)
    household: Household = asked.household
    actions.died(dead, household=household, by=request.user, day=asked.cleaned_data["day"], **_head(form))
    return household


def _head(form: SecondForm) -> dict[str, Any]:
    return {"head": form.head, "relations": form.relations, "version": form.cleaned_data["version"]}


def _people(members: Sequence[Membership]) -> list[Resident]:
    return [one.resident for one in members]


LEAVE = Move(_("迁出"), _("离开社区，不再住在这里。"), _("办理迁出"), LeaveForm, _act_leave, moves=False)
MOVE = Move(
    _("搬到社区里另一户"),
    _("个人的关爱和账号跟着走，这一户自己的留下。"),
    _("办理搬家"),
    MoveForm,
    _act_move,
    asks_there=True,
)
SPLIT = Move(
    _("分户或另立一户"),
    _("一部分人自成一户，还住这个门牌，或者换一个门牌。"),
    _("办理分户"),
    SplitForm,
    _act_split,
    asks_there=True,
)
JOIN = Move(
    _("并到另一户"), _("全家并入另一户，那一户的户主不变。"), _("办理并户"), JoinForm, _act_join, asks_there=True
)
HEAD = Move(_("更换户主"), _("其他人和户主的关系要重新写明。"), _("更换户主"), HeadForm, _act_head)
DEATH = Move(
    _("登记去世"), _("不再走访和联系本人，个人关爱随之结束。"), _("登记去世"), DeathForm, _act_death, moves=False
)


def _household(request: PortalRequest, pk: UUID) -> Household:
    found: Household = get_object_or_404(Household.objects.to_decide(request.user).for_list(), pk=pk)
    return found


def _members(request: PortalRequest, household: Household) -> Any:
    rows = Membership.objects.visible_to(request.user).filter(household=household, ends_on__isnull=True)
    return rows.select_related("resident")


def _return(request: PortalRequest, household: Household) -> HttpResponseBase:
    """Somebody registered comes here: from another home by a move, from nowhere by a new membership."""
    resident = _resident(request)
    home = _home_of(resident, request)
    if home is not None:
        return _to_move(home, household, resident)
    form = ReturnForm(request.POST or None, initial={"version": household.version})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = {**form.given(), "how": Arrival.MOVED_IN}
            actions.add_member(household, by=request.user, resident=resident, **given)
            return answer(household)
    shown = {"form": form, "household": household, "resident": resident, "title": _("搬来")}
    return render(request, "grids/member_form.html", shown)


def _named(request: PortalRequest) -> str:
    """The door of the household that the query names, for a person to read."""
    try:
        to = Household.objects.to_decide(request.user).for_list().get(pk=UUID(request.GET.get("to", "")))
    except (ValueError, Household.DoesNotExist):
        return ""
    return str(to)


def _resident(request: PortalRequest) -> Resident:
    try:
        pk = UUID(request.GET["resident"])
    except ValueError:
        pk = UUID(int=0)
    found: Resident = get_object_or_404(Resident.objects.visible_to(request.user), pk=pk)
    return found


def _home_of(resident: Resident, request: PortalRequest) -> Household | None:
    """Where somebody lives whom the user may move."""
    homes = Household.objects.to_decide(request.user).living_here()
    found: Household | None = homes.filter(
        memberships__resident=resident, memberships__ends_on__isnull=True, memberships__is_primary=True
    ).first()
    return found


def _offered(known: Sequence[Resident], household: Household, request: PortalRequest) -> list[tuple[Resident, str]]:
    """Who is registered already, each with the address that brings them here."""
    here = reverse("grids:member_add", args=[household.pk])
    return [(one, f"{here}?{urlencode({'resident': one.pk})}") for one in known]


def _to_move(home: Household, to: Household, resident: Resident) -> HttpResponseRedirect:
    query = urlencode({"who": resident.pk, "to": to.pk})
    return redirect(f"{reverse('grids:move', args=[home.pk])}?{query}")


def _split_url(home: Household) -> str:
    return reverse("grids:split", args=[home.pk])
