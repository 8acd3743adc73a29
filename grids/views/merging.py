"""The office looks at records that may be one, makes them one, and takes that back on the same day."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, new_id, once
from core import clock
from grids import actions, duplicates, uniting
from grids.actions.merging import can_undo
from grids.forms.merging import MergeHouseholdsForm, MergeResidentsForm, label, shown
from grids.models import Household, Membership, Merge, Resident

Row = TypeVar("Row", Resident, Household)
RECENT = 20
KINDS: dict[str, Any] = {Merge.Kind.RESIDENT: Resident, Merge.Kind.HOUSEHOLD: Household}


@access(Permission.REGISTER_MERGE)
def suspected(request: PortalRequest) -> HttpResponseBase:
    """Pairs of people and of households that may be one, and what was merged lately."""
    merges = Merge.objects.visible_to(request.user).select_related("merged_by")[:RECENT]
    found = {
        "residents": duplicates.residents(request.user),
        "households": duplicates.households(request.user),
        "merges": merges,
        "at_most": duplicates.AT_MOST,
    }
    return render(request, "grids/duplicates.html", found)


@access(Permission.REGISTER_MERGE)
@once
def merge_residents(request: PortalRequest, first: UUID, second: UUID) -> HttpResponseBase:
    """Two people side by side."""
    one, other = (_found(request, Resident.objects, pk) for pk in (first, second))
    rows = Membership.objects.visible_to(request.user).filter(resident__in=[one, other])
    rows = rows.select_related("resident", "household__dwelling").order_by("-starts_on", "pk")
    lives = {row.household_id: row.household for row in rows if row.ends_on is None and row.is_primary}
    form = MergeResidentsForm(request.POST or None, first=one, second=other, homes=list(lives.values()))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            by, whose = request.user, form.whose
            return answer(actions.merge_residents(form.kept, form.gone, by=by, fields=whose, home=form.home))
    sides = [_resident_side(each, [row for row in rows if row.resident_id == each.pk]) for each in (one, other)]
    return _compare(request, form, Merge.Kind.RESIDENT, one, other, sides)


@access(Permission.REGISTER_MERGE)
@once
def merge_households(request: PortalRequest, first: UUID, second: UUID) -> HttpResponseBase:
    """Two households side by side."""
    homes = Household.objects.select_related("dwelling", "head")
    one, other = (_found(request, homes, pk) for pk in (first, second))
    rows = Membership.objects.visible_to(request.user).filter(household__in=[one, other], ends_on__isnull=True)
    members = list(rows.select_related("resident"))
    form = MergeHouseholdsForm(request.POST or None, first=one, second=other, members=members)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            by, whose = request.user, form.whose
            made = actions.merge_households(form.kept, form.gone, by=by, fields=whose, relations=form.relations)
            return answer(made)
    sides = [_household_side(each, [row for row in members if row.household_id == each.pk]) for each in (one, other)]
    return _compare(request, form, Merge.Kind.HOUSEHOLD, one, other, sides)


@access(Permission.REGISTER_MERGE)
@require_POST
@once
def different(request: PortalRequest, kind: str, first: UUID, second: UUID) -> HttpResponseBase:
    """Somebody has looked: these are two, and nobody is asked again."""
    model: Any = KINDS.get(kind, Resident)
    one, other = (_found(request, model.objects, pk) for pk in (first, second))
    response = redirect("grids:duplicates")
    with acting(request) as answer:
        actions.not_the_same(one, other, by=request.user)
        response = answer("grids:duplicates")
        messages.success(request, _("记下了，这两份不再列为疑似重复。"))
    return response


@access(Permission.REGISTER_MERGE)
@once
def merge(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """What one merge did, and on its day the button that takes it back."""
    done = get_object_or_404(Merge.objects.visible_to(request.user).select_related("merged_by", "undone_by"), pk=pk)
    if request.method == "POST":
        response = redirect(done)
        with acting(request) as answer:
            actions.undo_merge(done, by=request.user)
            response = answer(done)
            messages.success(request, _("已经撤销，两份登记和合并以前一样。"))
        return response
    model = KINDS[done.kind]
    kept = model.objects.visible_to(request.user).filter(pk=done.kept_id).first()
    told = {"merge": done, "kept": kept, "can_undo": can_undo(done), "lines": _lines(done), "submission": new_id()}
    return render(request, "grids/merge.html", told)


def _found(request: PortalRequest, rows: Any, pk: UUID) -> Any:
    """A record of the communities whose office the user works in that has not been merged away."""
    ours: QuerySet[Any] = rows.unscoped(reason="narrowed to the communities of the office on the next line")
    found = ours.filter(community__in=request.user.scope.offices_communities, merged_into__isnull=True)
    return get_object_or_404(found, pk=pk)


def _compare(
    request: PortalRequest, form: Any, kind: str, one: Any, other: Any, sides: list[dict[str, Any]]
) -> HttpResponseBase:
    shown_ = {"form": form, "kind": kind, "first": one, "second": other, "sides": sides, "submission": new_id()}
    return render(request, "grids/compare.html", shown_)


def _resident_side(one: Resident, homes: list[Membership]) -> dict[str, Any]:
    names = ("name", "id_type", "id_number", "sex", "birth_date", "phone", "hukou", "employment", "note")
    facts: list[tuple[Any, Any]] = [(label(one, name), shown(one, name)) for name in names]
    facts += [(_("登记时间"), clock.local(one.created_at).date())]
    lived = [(home.household, f"{home.starts_on} — {home.ends_on or _('至今')}") for home in homes]
    return {"title": one.name, "facts": facts, "homes": lived, "hanging": uniting.hanging(one)}


def _household_side(one: Household, members: list[Membership]) -> dict[str, Any]:
    facts: list[tuple[Any, Any]] = [(_("门牌"), str(one)), (_("户主"), one.head.name if one.head else "—")]
    facts += [(label(one, name), shown(one, name)) for name in ("kind", "phone", "note")]
    names = [f"{member.resident.name}（{member.get_relation_display()}）" for member in members]
    facts += [(_("成员"), "、".join(names) or "—"), (_("登记时间"), clock.local(one.created_at).date())]
    return {"title": str(one), "facts": facts, "homes": [], "hanging": uniting.hanging(one)}


def _lines(done: Merge) -> list[tuple[int, str]]:
    """How many rows of each kind were re-pointed."""
    counts: dict[str, int] = {}
    for model, _field, keys in done.moved:
        name = str(apps.get_model(model)._meta.verbose_name)
        counts[name] = counts.get(name, 0) + len(keys)
    return [(number, name) for name, number in counts.items()]
