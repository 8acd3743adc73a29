"""Pages of care: who is cared for, how, what is due for review, what the register suggests."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import Columns, list_page
from grids import actions
from grids.care import hints as care_hints
from grids.care.hints import CATEGORY_OF, Hint
from grids.care.listing import DEFAULT_SORT, SORTS, CareFilter, columns, review_tone, tallies
from grids.exports import CARE
from grids.forms import CareChangeForm, CareEndForm, CareForm
from grids.models import CareTag, Household, Pairing
from grids.views.register import export_url


@access(Permission.CARE_MANAGE)
def listing(request: PortalRequest) -> HttpResponse:
    """Everybody who is cared for in one's duty, filtered, sorted, and as a spreadsheet."""
    tags = CareTag.objects.in_duty_of(request.user).open()
    page = list_page(request, tags.for_list(), filterset_class=CareFilter, sorts=SORTS, default_sort=DEFAULT_SORT)
    if page.wants_xlsx:
        return page.as_xlsx(_("关爱对象"), columns())
    rows = [(tag, review_tone(tag)) for tag in page.rows]
    shown = {"page": page, "rows": rows, "tallies": tallies(tags), "export_url": export_url(request, CARE)}
    return render(request, "grids/care.html", shown)


@access(Permission.CARE_MANAGE)
def hints(request: PortalRequest) -> HttpResponse:
    """What the register can work out, one kind at a time (`?kind=`)."""
    asked = request.GET.get("kind", "")
    hint = Hint(asked) if asked in Hint.values else Hint.VERY_OLD
    rows = care_hints.of_kind(hint, request.user).select_related(
        "resident", "household__dwelling", "household__building"
    )
    page = list_page(request, rows, sorts={"door": SORTS["door"][:3]}, default_sort="door")
    if page.wants_xlsx:
        return page.as_xlsx(str(hint.label), _hint_columns(hint))
    counted = care_hints.counts(request.user)
    kinds = [(one, counted[one]) for one in Hint]
    shown = {"page": page, "hint": hint, "kinds": kinds, "category": CATEGORY_OF.get(hint, "")}
    return render(request, "grids/care_hints.html", shown)


@access(Permission.CARE_MANAGE)
@once
def add(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A new tag; `?resident=` and `?category=` fill the form in."""
    found = Household.objects.to_decide(request.user).living_here().for_list().with_members(request.user)
    household = get_object_or_404(found, pk=pk)
    asked = {name: request.GET.get(name, "") for name in ("resident", "category")}
    form = CareForm(request.POST or None, household=household, initial=asked)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            tag = actions.set_care(household, by=request.user, **form.given())
            messages.success(request, _("已登记：%(title)s。") % {"title": tag.title})
            return answer(_on_page(household))
    return render(request, "grids/care_form.html", {"form": form, "household": household})


@access(Permission.CARE_MANAGE)
@once
def change(request: PortalRequest, pk: int) -> HttpResponseBase:
    tag = _tag(request, pk)
    form = CareChangeForm(request.POST or None, tag=tag)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_care(tag, by=request.user, **form.given())
            messages.success(request, _("已保存。"))
            return answer(_on_page(tag.household))
    return render(request, "grids/care_form.html", {"form": form, "household": tag.household, "tag": tag})


@access(Permission.CARE_MANAGE)
@once
def end(request: PortalRequest, pk: int) -> HttpResponseBase:
    """End a tag; with the last one of a household its pairings end, and the page says how many."""
    tag = _tag(request, pk)
    form = CareEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.end_care(tag, by=request.user, **form.given())
            messages.success(request, _("已结束：%(title)s。") % {"title": tag.title})
            return answer(_on_page(tag.household))
    others = CareTag.objects.in_duty_of(request.user).open().filter(household=tag.household).exclude(pk=tag.pk).count()
    pairings = Pairing.objects.in_duty_of(request.user).current().filter(household=tag.household).count()
    lines = [(others, _("个别的标签还在"))] if others else [(pairings, _("个结对也会结束"))]
    return render(request, "grids/care_end.html", {"form": form, "tag": tag, "lines": lines, "is_last": not others})


def _tag(request: PortalRequest, pk: int) -> CareTag:
    rows = CareTag.objects.in_duty_of(request.user).current().for_list()
    tag: CareTag = get_object_or_404(rows, pk=pk)
    return tag


def _on_page(household: Household) -> str:
    return f"{household.get_absolute_url()}#care"


def _hint_columns(hint: Hint) -> Columns:
    first = [
        (_("楼幢"), "household.building.label"),
        (_("门牌"), "household.dwelling.label"),
        (_("姓名"), "resident.name"),
    ]
    if hint == Hint.LEFT_BEHIND:
        return [*first, (_("标签"), "title")]
    return [*first, (_("出生日期"), lambda row: str(row.resident.birth_date))]
