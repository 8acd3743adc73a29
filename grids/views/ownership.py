"""Pages on which dwellings pass from one owner group to another, and groups that are one are joined."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from grids import actions
from grids.actions.owners import same_owner
from grids.actions.ownership import owned_by
from grids.forms.owners import EndOwnershipForm, GiveForm, JoinForm, WhichDoorForm
from grids.models import Dwelling, Owner, OwnerGroup, Ownership
from grids.views.owners import edited

FOUND_AT_MOST = 20


@access(Permission.OWNERS_EDIT)
@once
def owner_group_give(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Find a dwelling of the estate by its door, then say from which day it belongs to the group."""
    group = edited(request, pk)
    which = WhichDoorForm(request.GET or None)
    words = which.cleaned_data["door"].strip() if which.is_bound and which.is_valid() else ""
    rows = Dwelling.objects.owned_seen_by(request.user).filter(building__estate=group.estate_id).with_owners()
    asked = request.GET.get("dwelling", "")
    if asked:
        rows = rows.filter(pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    found = list(rows.with_door(words)[:FOUND_AT_MOST]) if words or asked else []
    dwelling = found[0] if len(found) == 1 else None
    shown = {"group": group, "which": which, "words": words or asked, "found": found, "dwelling": dwelling}
    if dwelling is None:
        return render(request, "grids/owner_group_give.html", shown)
    newest = Ownership.objects.of_dwelling(dwelling).first()
    form = GiveForm(request.POST or None, expected=owned_by(newest))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.give_dwelling(group, dwelling=dwelling, by=request.user, **form.given())
            messages.success(request, _("%(door)s登记给%(group)s了。") % {"door": dwelling, "group": group})
            return answer(group)
    return render(request, "grids/owner_group_give.html", {**shown, "form": form, "newest": newest})


@access(Permission.OWNERS_EDIT)
@once
def ownership_end(request: PortalRequest, pk: UUID, ownership_pk: int) -> HttpResponseBase:
    """A dwelling is the group's no longer, or never was."""
    group = edited(request, pk)
    rows = Ownership.objects.visible_to(request.user).filter(group=group, ends_on__isnull=True)
    ownership = get_object_or_404(rows.select_related("dwelling"), pk=ownership_pk)
    form = EndOwnershipForm(request.POST or None, initial={"version": group.version})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.end_ownership(ownership, by=request.user, **form.given()))
    return render(request, "grids/ownership_end.html", {"form": form, "group": group, "ownership": ownership})


@access(Permission.OWNERS_EDIT)
@once
def owner_group_join(request: PortalRequest, pk: UUID, other_pk: UUID) -> HttpResponseBase:
    """Two groups with an owner in common become one, after the numbers have been seen."""
    group, other = edited(request, pk), edited(request, other_pk)
    rows = OwnerGroup.objects.visible_to(request.user).sharing_owners_with(group)
    get_object_or_404(rows, pk=other.pk)
    form = JoinForm(request.POST or None, group=group, other=other)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.join_owner_groups(group, other=other, by=request.user, **form.given()))
    kept, come = list(Owner.objects.of(group)), list(Owner.objects.of(other))
    double = [one for one in come if any(same_owner(one, standing) for standing in kept)]
    doors = Ownership.objects.visible_to(request.user).filter(group=other)
    lines = [
        (doors.current().count(), _("套房屋并到%(group)s名下") % {"group": group}),
        (len(come) - len(double), _("位产权人并过来")),
        (len(double), _("位产权人两边都有，只留一份：%(names)s") % {"names": _("、").join(one.name for one in double)}),
        (1, _("票：合并以后只算一户、一票")),
    ]
    partly = len(double) < max(len(come), len(kept))
    shown = {"form": form, "group": group, "other": other, "lines": lines, "partly": partly}
    return render(request, "grids/owner_group_join.html", shown)
