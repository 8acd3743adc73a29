"""The review list: rows of applied rosters that somebody has to look at, until they are mended or put aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from core.scoping import locked
from core.spreadsheets import Cell, Sheet
from grids.models import RosterDoubt, RosterUpload
from grids.rosters import applying, values
from grids.rosters import columns as roster_columns
from grids.rosters import sheet as roster_sheet
from grids.rosters.columns import Column
from grids.rosters.doubts import Doubt, Severity
from grids.rosters.households import Roster
from grids.rosters.plan import Plan
from grids.rosters.written import WrittenRow

if TYPE_CHECKING:
    from community.models import User

State = RosterDoubt.State
FOLLOWS = "household left out"
_NAMELESS = {"formula", "not a name", "no name"}
_WHY = "doubts of the community whose roster a view found through visible_to"
_BATCH = 500
# A mended row stands for itself: what ties rows of one sheet together, and the parts of an address, are left behind.
_LEFT_BEHIND = {
    Column.ADDRESS,
    Column.ESTATE,
    Column.BUILDING,
    Column.UNIT,
    Column.ROOM,
    Column.HOUSEHOLD_NO,
    Column.HEAD_NAME,
    Column.SERIAL,
    roster_columns.IGNORED,
}


def row_of(doubt: RosterDoubt) -> WrittenRow:
    """The row as it was written; for masks and for mending, never for a page as it is."""
    return WrittenRow.of_text(str(plain_of(doubt.content) or ""))


def door_of(doubt: RosterDoubt) -> str:
    """The door of its row: as it was understood, else as it is written."""
    row = row_of(doubt)
    return row.address or row.of(Column.ADDRESS)


def keep(plan: Plan, upload: RosterUpload, *, by: User) -> tuple[int, int]:
    """Put the doubts of an applied roster on the list, and close those of earlier ones that this one solves.

    A doubt that stands on the list already stays one; what somebody has put aside does not come again. Gives how many
    of this roster wait, and how many were solved.
    """
    listed = RosterDoubt.objects.unscoped(reason=_WHY).filter(community=upload.community_id)
    open_ones = list(listed.open())
    put_aside = {_content_key(one, row_of(one)) for one in listed.filter(state=State.DISMISSED)}
    settling = _Settling(plan, open_ones)
    new, again = [], []
    for doubt in plan.doubts:
        row = plan.roster.written(doubt.sheet, doubt.row)
        if _content_key(doubt, row) in put_aside:
            continue
        old = settling.known(doubt, row)
        if old is None:
            old = RosterDoubt(community_id=upload.community_id)
            new.append(old)
        else:
            again.append(old)
        _fill(old, doubt, row, upload)
    solved = list(settling.solved())
    _close(solved, by=by, note=_("新的花名册里已经改好。"))
    RosterDoubt.objects.bulk_create(new, batch_size=_BATCH)
    fields = ["upload", "sheet", "row", "column", "severity", "content"]
    RosterDoubt.objects.unscoped(reason=_WHY).bulk_update(again, fields, batch_size=_BATCH)
    return len(new) + len(again), len(solved)


@transaction.atomic
def mend(doubt: RosterDoubt, *, by: User, values_given: Mapping[str, str]) -> Plan:
    """Register a row as somebody has corrected it (column → what it should say; what is empty stays as it was).

    It goes the way of every roster, as one of this row and of those below that had been left out for its address.
    Refused, with the sentence of the doubt, where it still does not read well.
    """
    doubt = _still_open(doubt)
    followers = list(_followers(doubt))
    row = row_of(doubt).with_values({column: text for column, text in values_given.items() if text})
    roster = _reread([row, *(row_of(one) for one in followers)])
    typed = {column for column, text in values_given.items() if text}
    _refuse_what_is_wrong(roster.doubts, doubt, typed)
    plan = applying.apply(roster, community=doubt.community, by=by, joins=True)
    _refuse_what_is_wrong(plan.doubts, doubt, typed)
    left = {one.reason for one in plan.doubts if one.row == _FIRST}
    beside = RosterDoubt.objects.unscoped(reason=_WHY).open().filter(upload=doubt.upload_id, sheet=doubt.sheet)
    beside = beside.filter(row=doubt.row).exclude(pk=doubt.pk).exclude(reason__in=left)
    closed = [doubt, *beside, *(one for one in followers if one.reason not in left)]
    _close(closed, by=by, note=_("已按更正的内容登记。"))
    household = next((one.household for one in plan.households), None)
    audit.record("roster_doubt_mended", doubt, by=by, household_id=household.pk if household else None)
    return plan


@transaction.atomic
def dismiss(doubt: RosterDoubt, *, by: User, note: str) -> RosterDoubt:
    """Put a doubt aside, with the reason; the same row does not come again."""
    doubt = _still_open(doubt)
    _close([doubt], by=by, note=note, state=State.DISMISSED)
    audit.record("roster_doubt_dismissed", doubt, by=by, reason=note)
    return doubt


def followers(doubt: RosterDoubt) -> list[WrittenRow]:
    """The rows below that were left out because this one's address could not be read, to be mended together."""
    return [row_of(one) for one in _followers(doubt)]


def _still_open(doubt: RosterDoubt) -> RosterDoubt:
    doubt = locked(doubt)
    if doubt.state != State.OPEN:
        words = {"name": doubt.decided_by or _("别人"), "state": doubt.get_state_display()}
        raise Refused(_("%(name)s先看过这一行了：%(state)s。") % words)
    return doubt


def _followers(doubt: RosterDoubt) -> Iterator[RosterDoubt]:
    if doubt.severity != Severity.LEFT_OUT or doubt.reason == FOLLOWS:
        return
    below = RosterDoubt.objects.unscoped(reason=_WHY).open().filter(upload=doubt.upload_id, sheet=doubt.sheet)
    for number, one in enumerate(below.filter(reason=FOLLOWS, row__gt=doubt.row).order_by("row"), doubt.row + 1):
        if one.row != number:
            return
        yield one


_FIRST = 2  # the row under the headings of a mended sheet, as Excel counts


def _reread(rows: list[WrittenRow]) -> Roster:
    """Corrected rows read as a roster of their own: under the names of the columns, the first with its whole door."""
    held = dict.fromkeys(held for row in rows for _heading, held, _text in row.cells if held not in _LEFT_BEHIND)
    columns = [Column.ADDRESS, Column.NAME, Column.RELATION, *held]
    columns = list(dict.fromkeys(columns))
    names = roster_columns.meanings()
    first, *below = rows
    door = first.of(Column.ADDRESS)
    door = first.address if not door or values.is_ditto(door) else door
    lines: list[list[Cell]] = [[names[column] for column in columns]]
    lines += [
        [where if column == Column.ADDRESS else row.of(column) for column in columns]
        for row, where in [(first, door), *((row, "") for row in below)]
    ]
    mapping = {roster_columns.normal(names[column]): column for column in columns}
    return roster_sheet.read([Sheet(_("更正"), lines)], mapping)


def _refuse_what_is_wrong(doubts: Iterable[Doubt], doubt: RosterDoubt, typed: set[str]) -> None:
    """Refused where the row would be left out, where what was typed does not read, or where the old doubt stays."""
    labels = {str(roster_columns.meanings()[column]) for column in typed}
    wrong = [
        one
        for one in doubts
        if one.severity == Severity.LEFT_OUT
        or (one.severity == Severity.WITHOUT_VALUE and (one.column in labels or one.reason == doubt.reason))
    ]
    if wrong:
        raise Refused("".join(dict.fromkeys(f"{one.column}：{one.sentence}" for one in wrong)))


def _fill(old: RosterDoubt, doubt: Doubt, row: WrittenRow, upload: RosterUpload) -> None:
    old.upload = upload
    old.sheet, old.row, old.column = doubt.sheet[:60], doubt.row, doubt.column[:60]
    old.reason, old.severity = doubt.reason, doubt.severity
    old.content = row.as_text()


def _close(doubts: list[RosterDoubt], *, by: User, note: str, state: str = State.DONE) -> None:
    for doubt in doubts:
        doubt.state, doubt.decided_at, doubt.decided_by, doubt.note = state, clock.now(), by, note[:120]
    fields = ["state", "decided_at", "decided_by", "note"]
    RosterDoubt.objects.unscoped(reason=_WHY).bulk_update(doubts, fields, batch_size=_BATCH)


def _content_key(doubt: Doubt | RosterDoubt, row: WrittenRow) -> tuple[Any, ...]:
    """Equal for the same doubt about the same row, wherever in whichever file it stands."""
    return doubt.reason, doubt.column[:60], row.cells, row.address if row.cells else doubt.sheet


def _is_about(old: WrittenRow, row: WrittenRow) -> bool:
    return bool(_in_common(old, row)) if old.cells else not row.cells


class _Settling:
    """Which open doubts a new roster speaks of: again, or no longer."""

    def __init__(self, plan: Plan, open_ones: list[RosterDoubt]) -> None:
        self.roster = plan.roster
        self.rows = {one.pk: row_of(one) for one in open_ones}
        self.waiting = {one.pk: one for one in open_ones}
        self.by_content = {_content_key(one, self.rows[one.pk]): one for one in open_ones}
        self.by_place: dict[tuple[Any, ...], RosterDoubt] = {
            (one.sheet, one.row, one.reason, one.column): one for one in open_ones
        }
        self.reasons: dict[tuple[str, int], set[str]] = {}
        for doubt in plan.doubts:
            self.reasons.setdefault((doubt.sheet, doubt.row), set()).add(doubt.reason)
        self.read: dict[tuple[str, int], str] = {
            (one.person.sheet, one.person.row): one.person.name for one in plan.people
        }
        self.named: dict[str, list[tuple[str, int]]] = {}
        for place, name in self.read.items():
            self.named.setdefault(name, []).append(place)

    def known(self, doubt: Doubt, row: WrittenRow) -> RosterDoubt | None:
        """The open doubt that this one is once more; it is not solved then."""
        found = self.by_content.get(_content_key(doubt, row))
        if found is None or found.pk not in self.waiting:
            found = self.by_place.get((doubt.sheet[:60], doubt.row, doubt.reason, doubt.column[:60]))
        if found is None or found.pk not in self.waiting or not _is_about(self.rows[found.pk], row):
            return None
        return self.waiting.pop(found.pk)

    def solved(self) -> Iterator[RosterDoubt]:
        """The open doubts whose row stands in the new roster and is no longer doubted for the same reason."""
        for old in list(self.waiting.values()):
            row = self.rows[old.pk]
            if not row.cells:
                if old.sheet in {name[:60] for name in self.roster.sheets}:
                    yield old
                continue
            places = [(old.sheet, old.row), *self.named.get(values.packed(row.of(Column.NAME)), ())]
            if any(self._reads_well(place, old, row) for place in places):
                yield old

    def _reads_well(self, place: tuple[str, int], old: RosterDoubt, row: WrittenRow) -> bool:
        if place not in self.read or old.reason in self.reasons.get(place, set()):
            return False
        same = _in_common(row, self.roster.written(*place))
        if place != (old.sheet, old.row):
            alone = len(self.named[self.read[place]]) == 1
            return Column.ID_NUMBER in same or {Column.NAME} < same or (alone and Column.NAME in same)
        return bool(same & {Column.ID_NUMBER, Column.NAME}) or (old.reason in _NAMELESS and Column.ADDRESS in same)


def _in_common(one: WrittenRow, other: WrittenRow) -> set[str]:
    """What two rows have in common of what tells a person."""
    same: set[str] = {
        column
        for column in (Column.ID_NUMBER, Column.NAME, Column.PHONE, Column.ADDRESS)
        if (text := values.packed(one.of(column))) and text == values.packed(other.of(column))
    }
    return same | ({str(Column.ADDRESS)} if one.address and one.address == other.address else set())


def held_by(doubt: RosterDoubt, row: WrittenRow) -> str:
    """What the column of a doubt holds, as `Column` or `care:<category>`; "" where that is not known."""
    found = next((held for heading, held, _text in row.cells if heading[:60] == doubt.column), "")
    return found or next((held for held, name in roster_columns.meanings().items() if name == doubt.column), "")
