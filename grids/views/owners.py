"""Pages of the owner groups: who owns, who votes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from core.lists import list_page
from grids import actions, filters
from grids.actions.ownership import owned_by
from grids.exports import OWNERS
from grids.forms.owners import OwnerGroupEditForm, OwnerGroupForm, OwnerOfGroupForm, RemoveOwnerForm
from grids.models import Dwelling, Estate, Owner, OwnerGroup, Ownership
from grids.views.register import export_url

HISTORY_AT_MOST = 30


@dataclass(frozen=True)
class Ground:
    """What a vote of an estate would stand on, as far as it is known; areas in 0.01 m²."""

    estate: Estate | None
    groups: int
    doubled: int
    doors: int
    measured: int
    unmeasured: int
    ownerless: int

    @property
    def ownerless_url(self) -> str:
        return self._url("grids:dwellings", owner=filters.NONE) if self.ownerless else ""

    @property
    def unmeasured_url(self) -> str:
        return self._url("grids:dwellings", area=filters.NONE) if self.unmeasured else ""

    @property
    def doubled_url(self) -> str:
        return self._url("grids:owner_groups", missing="joining")

    @property
    def ownerless_tone(self) -> str:
        return "warn" if self.ownerless else "good"

    @property
    def unmeasured_tone(self) -> str:
        return "warn" if self.unmeasured else "good"

    def _url(self, name: str, **query: str) -> str:
        of = {"estate": self.estate.pk} if self.estate else {}
        return f"{reverse(name)}?{urlencode({**of, **query})}"


@access(Permission.OWNERS_VIEW)
def owner_groups(request: PortalRequest) -> HttpResponseBase:
    """The owners of the estates one looks after, and in numbers what a vote would stand on."""
    rows = OwnerGroup.objects.visible_to(request.user).for_list()
    page = list_page(
        request, rows, filterset_class=filters.OwnerFilter, sorts=filters.OWNER_SORTS, default_sort="label"
    )
    if page.wants_xlsx:
        return page.as_xlsx(str(OwnerGroup._meta.verbose_name), filters.owner_columns())
    scope = request.user.scope
    shown = {
        "page": page,
        "ground": _ground(request, page.form),
        "may_edit": scope.may(Permission.OWNERS_EDIT),
        "back": reverse("grids:places") if scope.may(Permission.HOUSEHOLD_VIEW) else "",
        "export_url": export_url(request, OWNERS),
        "own_grid_only": not scope.offices_communities and not scope.estates,
    }
    return render(request, "grids/owner_groups.html", shown)


@access(Permission.OWNERS_VIEW)
def owner_group(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One owner group: its owners, who votes, what it owns and owned."""
    found = get_object_or_404(OwnerGroup.objects.visible_to(request.user).for_list(), pk=pk)
    may_edit = request.user.scope.may(Permission.OWNERS_EDIT)
    terms = list(Ownership.objects.visible_to(request.user).filter(group=found).for_list())
    shown = {
        "group": found,
        "owners": Owner.objects.of(found),
        "owned": [term for term in terms if term.is_current],
        "before": [term for term in terms if not term.is_current],
        "alike": OwnerGroup.objects.visible_to(request.user).sharing_owners_with(found).for_list(),
        "events": history.tell(AuditEvent.objects.of(found)[:HISTORY_AT_MOST]),
        "may_edit": may_edit,
    }
    return render(request, "grids/owner_group.html", shown)


@access(Permission.OWNERS_EDIT)
@once
def owner_group_add(request: PortalRequest) -> HttpResponseBase:
    """A new owner group; with `?dwelling=` that dwelling is given to it at the same time."""
    dwelling = _dwelling_asked(request)
    newest = Ownership.objects.of_dwelling(dwelling).first() if dwelling else None
    form = OwnerGroupForm(
        request.POST or None,
        user=request.user,
        estates=_estates(request),
        dwelling=dwelling,
        expected=owned_by(newest),
        finding="find" in request.POST,
    )
    if request.method == "POST" and form.is_bound and form.is_valid():
        with acting(request, form) as answer:
            given = form.cleaned_data
            made = actions.add_owner_group(
                given["estate"], by=request.user, owner=form.owner(), label=given["label"], note=given["note"]
            )
            if dwelling is not None:
                term = {name: given[name] for name in ("starts_on", "deed", "expected")}
                actions.give_dwelling(made, dwelling=dwelling, by=request.user, **term)
            return answer(made)
    return render(request, "grids/owner_group_add.html", {"form": form, "dwelling": dwelling, "newest": newest})


@access(Permission.OWNERS_EDIT)
@once
def owner_group_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    group = edited(request, pk)
    form = OwnerGroupEditForm(request.POST or None, group=group, owners=Owner.objects.of(group))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_owner_group(group, by=request.user, **form.given()))
    return render(request, "grids/owner_group_form.html", {"form": form, "group": group})


@access(Permission.OWNERS_EDIT)
@once
def owner_add(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    group = edited(request, pk)
    form = OwnerOfGroupForm(request.POST or None, user=request.user, group=group, finding="find" in request.POST)
    if request.method == "POST" and form.is_bound and form.is_valid():
        with acting(request, form) as answer:
            version = form.cleaned_data["version"]
            actions.add_owner(group, by=request.user, version=version, **form.owner())
            return answer(group)
    return render(request, "grids/owner_form.html", {"form": form, "group": group})


@access(Permission.OWNERS_EDIT)
@once
def owner_edit(request: PortalRequest, pk: UUID, owner_pk: int) -> HttpResponseBase:
    group = edited(request, pk)
    owner = get_object_or_404(Owner.objects.of(group), pk=owner_pk)
    form = OwnerOfGroupForm(
        request.POST or None, user=request.user, group=group, owner=owner, finding="find" in request.POST
    )
    if request.method == "POST" and form.is_bound and form.is_valid():
        with acting(request, form) as answer:
            version = form.cleaned_data["version"]
            actions.change_owner(owner, by=request.user, version=version, **form.owner())
            return answer(group)
    return render(request, "grids/owner_form.html", {"form": form, "group": group, "owner": owner})


@access(Permission.OWNERS_EDIT)
@once
def owner_remove(request: PortalRequest, pk: UUID, owner_pk: int) -> HttpResponseBase:
    group = edited(request, pk)
    owner = get_object_or_404(Owner.objects.of(group), pk=owner_pk)
    form = RemoveOwnerForm(request.POST or None, initial={"version": group.version})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            left = actions.remove_owner(owner, by=request.user, **form.given())
            if left.voter_id is None:
                messages.warning(request, _("这一户还没有投票代表，请在产权人里选一位。"))
            return answer(left)
    return render(request, "grids/owner_remove.html", {"form": form, "group": group, "owner": owner})


def edited(request: PortalRequest, pk: UUID) -> OwnerGroup:
    """A group that the office may change."""
    rows = OwnerGroup.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    found: OwnerGroup = get_object_or_404(rows.select_related("estate", "voter"), pk=pk)
    return found


def _estates(request: PortalRequest) -> Any:
    return Estate.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)


def _dwelling_asked(request: PortalRequest) -> Dwelling | None:
    """The dwelling that the address names; 404 where the office has none of that number."""
    asked = request.GET.get("dwelling", "")
    if not asked:
        return None
    rows = Dwelling.objects.owned_seen_by(request.user).select_related("building__estate")
    rows = rows.filter(community__in=request.user.scope.offices_communities)
    found: Dwelling = get_object_or_404(rows, pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    return found


def _ground(request: PortalRequest, form: Any) -> Ground:
    """The numbers of the chosen estate, or of all that one looks after; four queries."""
    estate = form.cleaned_data.get("estate") if form is not None and form.is_valid() else None
    doors, groups = Dwelling.objects.owned_seen_by(request.user), OwnerGroup.objects.visible_to(request.user)
    if estate is not None:
        doors, groups = doors.filter(building__estate=estate), groups.filter(estate=estate)
    return Ground(estate=estate, groups=groups.owning().count(), doubled=groups.doubled().count(), **doors.sums())
