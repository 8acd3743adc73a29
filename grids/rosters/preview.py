"""What a roster would do, as it is shown before anything is written: numbers, and long lists in pages of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.lists import Columns
from grids.models import RosterPage, RosterUpload
from grids.rosters import columns as roster_columns
from grids.rosters.doubts import Severity
from grids.rosters.plan import FieldChange, HouseholdPlan, Plan

Part = RosterPage.Part
Entry = dict[str, Any]
FIRST = 10
_WHY = "pages of a preview that a view found through visible_to"
_A_PAGE = {Part.CHANGED: 50, Part.NEW: 100, Part.MISSING: 100, Part.DOUBTS: 100}


def write(upload: RosterUpload, plan: Plan) -> None:
    """Keep the preview of a plan with its upload: numbers and the first entries in the row, everything in pages."""
    entries = {
        Part.CHANGED: [_household(one) for one in plan.households if one.is_changed],
        Part.NEW: [_household(one) for one in plan.households if one.is_new],
        Part.MISSING: [
            {"name": one.resident.name, "door": str(one.household), "relation": one.relation} for one in plan.missing
        ],
        Part.DOUBTS: [{**vars(doubt), "sentence": doubt.sentence} for doubt in plan.doubts],
    }
    numbers = plan.numbers()
    upload.preview = {
        **numbers,
        "parts": {part.value: len(found) for part, found in entries.items()},
        "first": {part.value: found[:FIRST] for part, found in entries.items()},
        "known_headings": _headings(numbers["columns"]),
        "remembered": _remembered(numbers["columns"], upload.mapping),
    }
    erase(upload)
    pages = [page for part, found in entries.items() for page in _pages(upload, part, found)]
    RosterPage.objects.bulk_create(pages, batch_size=100)


def erase(upload: RosterUpload) -> None:
    """Nothing of the preview stays but what the upload itself keeps."""
    RosterPage.objects.unscoped(reason=_WHY).filter(upload=upload).delete()


def pages(upload: RosterUpload, part: str) -> int:
    """How many pages a part has."""
    return RosterPage.objects.unscoped(reason=_WHY).filter(upload=upload, part=part).count()


def page(upload: RosterUpload, part: str, number: int) -> list[Entry]:
    """The entries of one page, counted from 1; [] where there is no such page."""
    found = RosterPage.objects.unscoped(reason=_WHY).filter(upload=upload, part=part, number=number).first()
    return found.entries if found is not None else []


def everything(upload: RosterUpload, part: str) -> Iterator[Entry]:
    """The entries of all pages; of changed households one for each field, as rows of a spreadsheet are."""
    kept = RosterPage.objects.unscoped(reason=_WHY).filter(upload=upload, part=part).order_by("number")
    for one in kept.iterator(10):
        for entry in one.entries:
            if part == Part.CHANGED:
                yield from ({**change, "door": entry["door"]} for change in entry["changes"])
            else:
                yield entry


def columns(part: str) -> Columns:
    """The columns of a part's spreadsheet; sensitive values were masked when the preview was made."""
    place = [_column(_("表"), "sheet"), _column(_("行"), "row")]
    match part:
        case Part.CHANGED:
            names = {"door": _("门牌"), "who": _("谁"), "field": _("栏目"), "before": _("原来"), "after": _("改成")}
        case Part.NEW:
            names = {"door": _("门牌"), "people": _("人数"), "names": _("成员")}
        case Part.MISSING:
            return [_column(_("门牌"), "door"), _column(_("姓名"), "name"), _column(_("与户主关系"), "relation")]
        case _:
            named = [_column(_("栏目"), "column"), _column(_("情况"), "sentence")]
            return [*place, *named, (_("怎样处理"), lambda entry: outcome(entry["severity"]))]
    return [*(_column(heading, name) for name, heading in names.items()), *place]


def outcome(severity: str) -> str:
    """What becomes of a row in doubt."""
    return {
        Severity.LEFT_OUT: _("这一行不登记"),
        Severity.WITHOUT_VALUE: _("登记，但不带这一项"),
        Severity.NOTED: _("照样登记，请留意"),
    }[Severity(severity)]


def _column(heading: str, name: str) -> tuple[str, Any]:
    return heading, lambda entry: entry[name]


def _household(plan: HouseholdPlan) -> Entry:
    first = plan.roster.people[0]
    names = "、".join(one.person.name for one in plan.people)
    shown = {"door": str(plan.household), "people": len(plan.people), "names": names}
    changes = [] if plan.is_new else [_change(change) for change in plan.changes]
    return {**shown, "sheet": first.sheet, "row": first.row, "changes": changes}


def _change(change: FieldChange) -> Entry:
    return dict(vars(change))


def _pages(upload: RosterUpload, part: RosterPage.Part, entries: Sequence[Entry]) -> Iterator[RosterPage]:
    size = _A_PAGE[part]
    for number, start in enumerate(range(0, len(entries), size), 1):
        made = RosterPage(community_id=upload.community_id, upload=upload, part=part, number=number)
        made.entries = list(entries[start : start + size])
        yield made


def _headings(columns: list[dict[str, Any]]) -> dict[str, str]:
    """Every heading of the file, once, with what it was understood as."""
    found: dict[str, str] = {}
    for sheet in columns:
        for heading, meaning in sheet["headings"]:
            if roster_columns.normal(heading):
                found.setdefault(heading, meaning)
    return found


def _remembered(columns: list[dict[str, Any]], mapping: dict[str, str]) -> list[list[str]]:
    """The headings of the file that were understood as somebody has said before, with what they hold."""
    meanings = roster_columns.meanings()
    known = _headings(columns)
    return [
        [heading, meanings[mapping[normal]]]
        for heading in known
        if (normal := roster_columns.normal(heading)) in mapping and mapping[normal] in meanings
    ]
