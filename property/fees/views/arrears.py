"""What is still open: by building without a door, by door for the committee alone, and the private word."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import charts, clock
from core.spreadsheets import write_xlsx
from grids.models import Building
from property.fees import reminders
from property.fees.ageing import AgeingRow
from property.fees.ageing import ageing as ageing_of
from property.fees.forms import RemindForm
from property.fees.reminders import Owing, owing
from property.fees.views.found import is_bookkeeper, is_cashier, kept_book
from property.models import Book
from property.views.books import find_book

ZERO = Decimal("0.00")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(Permission.BOOKS_VIEW)
@require_safe
def ageing(request: PortalRequest, pk: int) -> HttpResponse:
    """How old what is owed is, by building: no names and no doors, as it is published."""
    book = find_book(request, pk)
    rows = ageing_of(book, clock.today())
    headings = [str(_("3 个月以内")), str(_("3 到 12 个月")), str(_("1 到 2 年")), str(_("2 年以上"))]
    if request.GET.get("format") == "xlsx":
        return _sheet(book, headings, rows)
    sums = [sum((row.buckets[place] for row in rows), ZERO) for place in range(4)]
    context = {
        "book": book,
        "rows": rows,
        "headings": headings,
        "sums": sums,
        "total": sum(sums, ZERO),
        "chart": _chart(headings, rows) if rows else None,
        "sits": book.estate_id in request.user.scope.estates,
    }
    return render(request, "property/fees/ageing.html", context)


def _chart(headings: list[str], rows: list[AgeingRow]) -> charts.Chart:
    series = [(heading, [row.buckets[place] for row in rows]) for place, heading in enumerate(headings)]
    desc = _("每幢楼一根柱子，从下往上是欠了多久。")
    return charts.stacked_bars(_("各楼没有收到的费用"), desc, [row.label for row in rows], series, unit=_("元"))


def _sheet(book: Book, headings: list[str], rows: list[AgeingRow]) -> HttpResponse:
    cells = [[row.label, *row.buckets, row.total] for row in rows]
    title = _("%(book)s欠费账龄") % {"book": book}
    content = write_xlsx(title, [_("楼"), *headings, _("合计")], cells)
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="ageing.xlsx"'
    return answer


@access(Permission.BOOKS_VIEW)
@once
def arrears(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Households with something open that was due, for the committee alone; and the word that they get."""
    book = kept_book(request, pk)
    rows = owing(book)
    due = [one for one in rows if one.may_be_told]
    form = RemindForm(request.POST or None, initial={"count": len(due)})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            count = reminders.remind(book, by=request.user, **form.given())
            words = ngettext(
                "提醒发给了 %(n)d 户，只有他们自己看得到。", "提醒发给了 %(n)d 户，只有他们自己看得到。", count
            )
            messages.success(request, words % {"n": count})
            return answer(reverse("property:fee_arrears", args=[book.pk]))
    buildings = _by_building(rows)
    context = {
        "book": book,
        "groups": buildings,
        "count": len(rows),
        "total": sum((one.owed for one in rows), ZERO),
        "form": form,
        "lines": _consequences(due),
        "due": len(due),
        "may_remind": is_cashier(request, book) or is_bookkeeper(request, book),
        "quiet": reminders.QUIET_DAYS,
    }
    return render(request, "property/fees/arrears.html", context)


def _by_building(rows: list[Owing]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for one in rows:
        building: Building = one.household.building
        group = found.setdefault(building.pk, {"pk": building.pk, "label": building.label, "rows": [], "sum": ZERO})
        group["rows"].append(one)
        group["sum"] += one.owed
    return list(found.values())


def _consequences(due: list[Owing]) -> list[tuple[str, str]]:
    told = [one for one in due if one.accounts]
    return [
        (str(len(told)), _("户会在“共治”里收到一条只有自己看得到的提醒")),
        (str(len(due) - len(told)), _("户没有开通账号，请印纸条送到门上")),
    ]


@access(Permission.BOOKS_VIEW)
@require_safe
def slips(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The folded slips of a building, or of all where they are few enough; a page a household."""
    book = kept_book(request, pk)
    asked = request.GET.get("building", "")
    rows = owing(book, building=int(asked) if asked.isdecimal() and len(asked) < 10 else None)
    if "without" in request.GET:
        rows = [one for one in rows if not one.accounts]
    if not rows:
        messages.info(request, _("没有要印的纸条。"))
        return redirect("property:fee_arrears", pk=book.pk)
    answer = HttpResponse(reminders.slips(book, rows[: reminders.SLIPS_AT_MOST]), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="slips.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
