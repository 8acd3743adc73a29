"""A late report read again: what its sender wrote next to what the register says now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.fields import plain_of
from core.refusal import Refused
from visits.book import reading, wire
from visits.fields import Result
from visits.report import Report
from visits.sheet import sheet_for

if TYPE_CHECKING:
    from community.models import User
    from visits.forms.visit import VisitForm
    from visits.models import LateReport

_TONES = {Result.CONFIRMED: "good", Result.CHANGED: "wait"}


@dataclass(frozen=True)
class Line:
    """One field that was asked at the door: as it stands now, and what was written."""

    subject: str
    label: str
    now: str
    written: str
    tone: str
    result: str


@dataclass(frozen=True)
class Reading:
    """A late report as far as it can be taken in by whoever looks at it."""

    form: VisitForm
    report: Report | None
    lines: list[Line]

    @property
    def why_not(self) -> list[str]:
        """What stands against taking it in."""
        return [str(one) for found in self.form.errors.values() for one in found]


def read(late: LateReport, *, user: User) -> Reading:
    """What was sent, by the household as it is today and as `user` sees it."""
    record = wire.record_of(wire.object_of(str(plain_of(late.sent)).encode()))
    sheet = sheet_for(user, late.household, target=late.target)
    form = reading.form_of(record, sheet)
    if not form.is_valid():
        return Reading(form, None, [])
    report = reading.report_of(form, record, at=late.visited_at)
    slots = {slot.key: slot for slot in sheet.slots}
    lines = []
    for key, answer in report.answers.items():
        slot, result = slots[key], Result(answer.result)
        written = slot.field.show(answer.value) if result == Result.CHANGED else ""
        label, tone = str(slot.field.label), _TONES.get(result, "warn")
        lines.append(Line(slot.who, label, slot.shown, written, tone, str(result.label)))
    return Reading(form, report, lines)


def report_of(late: LateReport, *, user: User) -> Report:
    """The visit to be recorded; raises Refused with what stands against it."""
    if not late.is_waiting:
        words = {"name": late.decided_by, "state": late.get_state_display()}
        raise Refused(_("%(name)s已经处理过了：%(state)s。") % words)
    found = read(late, user=user)
    if found.report is None:
        raise Refused(_("现在收不下：%(why)s") % {"why": " ".join(found.why_not)})
    return found.report
