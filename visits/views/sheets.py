"""Pages of the printed round sheets: printing one, finding it again, typing it in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from grids.models import Building
from visits import actions, round_sheets
from visits.actions.sheets import Typed, walkers_of
from visits.forms.sheets import FindSheetForm, RoundSheetForm
from visits.models import RoundSheet
from visits.querysets import campaign_shown

_SHOWN = 30


@access(Permission.VISIT_RECORD)
def sheets(request: PortalRequest) -> HttpResponse:
    """The sheets of the round, the newest first; `?number=` opens the one of this number, `?building=` narrows."""
    user = request.user
    campaign = campaign_shown(user)
    rows = RoundSheet.objects.visible_to(user).filter(campaign=campaign).select_related("building", "printed_by")
    form = FindSheetForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        found = rows.filter(number=form.cleaned_data["number"]).first()
        if found is not None:
            return redirect(found)
        form.add_error("number", _("没有这个表号，请看看表头下面的“第几号”。"))
    building = request.GET.get("building", "")
    if building.isdecimal():
        rows = rows.filter(building=int(building))
    shown = list(rows[:_SHOWN])
    typed = round_sheets.typed_lines(shown)
    listed = [(sheet, typed.get(sheet.pk, 0), len(sheet.targets)) for sheet in shown]
    return render(request, "visits/sheets.html", {"form": form, "sheets": listed, "campaign": campaign})


@access(Permission.VISIT_RECORD)
@once
def print_sheet(request: PortalRequest, pk: int) -> HttpResponse:
    """Print a building's doors that still wait; their number stands before the button."""
    user = request.user
    building = get_object_or_404(Building.objects.in_duty_of(user), pk=pk)
    campaign = campaign_shown(user)
    if request.method == "POST" and campaign is not None:
        with acting(request) as answer:
            return answer(actions.print_sheet(building, campaign, by=user))
    doors = len(round_sheets.doors_waiting(building, campaign)) if campaign and campaign.is_open else 0
    lines = [(doors, ngettext("户还要走，一户一行", "户还要走，一户一行", doors))]
    return render(
        request,
        "visits/sheet_print.html",
        {
            "building": building,
            "lines": lines,
            "doors": doors,
            "sheets_url": f"{reverse('visits:sheets')}?building={building.pk}",
        },
    )


@access(Permission.VISIT_RECORD)
@once
def round_sheet(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Type in a sheet, line by line as it was printed."""
    user = request.user
    sheet = _find(request, pk)
    lines = round_sheets.lines_of(user, sheet)
    walkers = walkers_of(sheet, by=user)
    form = RoundSheetForm(request.POST or None, sheet=sheet, lines=lines, walkers=walkers)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            typed = actions.type_in_sheet(
                sheet, form.ticks(), walked_on=given["walked_on"], by=user, walker=given["walker"]
            )
            _say(request, typed)
            return answer(sheet)
    context = {"form": form, "sheet": sheet, "waiting": sum(line.waits for line in lines), "lines": len(lines)}
    return render(request, "visits/round_sheet.html", context)


@access(Permission.VISIT_RECORD)
def round_sheet_pdf(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The sheet as a paper, with what has been reached since it was numbered told in its line."""
    sheet = _find(request, pk)
    answer = HttpResponse(round_sheets.pdf_of(request.user, sheet), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{sheet.campaign.period}-{sheet.number}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _find(request: PortalRequest, pk: UUID) -> RoundSheet:
    rows = RoundSheet.objects.visible_to(request.user).select_related("campaign", "building", "community", "printed_by")
    found: RoundSheet = get_object_or_404(rows, pk=pk)
    return found


def _say(request: PortalRequest, typed: Typed) -> None:
    if typed.recorded:
        told = ngettext("记下了 %(doors)d 户。", "记下了 %(doors)d 户。", typed.recorded)
        messages.success(request, told % {"doors": typed.recorded})
    elif not typed.left_out:
        messages.info(request, _("没有勾选，什么都没有记。"))
    for sentence in typed.left_out:
        messages.info(request, sentence)
