"""From a record of the walk book to a report, through the very form that the page uses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from core import clock
from visits.book.wire import Malformed
from visits.forms.visit import VisitForm
from visits.models import Visit
from visits.report import Report, as_sent, hash_as_sent

if TYPE_CHECKING:
    from visits.book.wire import Record
    from visits.sheet import Sheet

# A clock that is wrong by less is left alone: so long may a record have been under way.
_LEEWAY = timedelta(minutes=2)
_OLDEST = timedelta(days=120)


def data_of(record: Record) -> QueryDict:
    """The record as the browser would have sent the form."""
    data = QueryDict(mutable=True)
    for name, values in record.fields.items():
        data.setlist(name, values)
    data["uuid"] = str(record.id)
    if record.position is not None:
        data["position"] = json.dumps(record.position, sort_keys=True)
    return data


def hash_of(record: Record, user_id: int) -> str:
    """The content hash that the visit gets; the same for every time that the record is sent."""
    sent = as_sent(dict(data_of(record).lists()))
    return hash_as_sent(sent, record.photos, household_id=record.household, user_id=user_id)


def form_of(record: Record, sheet: Sheet) -> VisitForm:
    """The form with what was filled in; `errors` says what cannot be taken."""
    form = VisitForm(data_of(record), sheet=sheet)
    try:
        form.is_valid()
    except RecursionError as error:
        raise Malformed(_("这条记录不完整，收不下。请打开看一看，再发一次。")) from error
    return form


def report_of(form: VisitForm, record: Record, *, at: datetime) -> Report:
    """The visit of a valid form, at the time that it was by a clock that is right."""
    report = form.report()
    return replace(
        report,
        visited_at=at,
        position=record.position or report.position,
        announced=record.photos,
        via=Visit.Via.PHONE_BOOK,
    )


def visited_at(record: Record) -> datetime:
    """When the door was knocked at, by the server's clock; raises Malformed where that cannot be.

    The phone says what its clock showed when it sent the record: what that is off by, the visit's time is off by too.
    """
    started = _moment(record.fields.get("started", [""])[-1:])
    now = clock.now()
    if record.sent_at is not None and abs(now - record.sent_at) > _LEEWAY:
        started += now - record.sent_at
    if started < now - _OLDEST:
        raise Malformed(_("手机上记的走访时间太早了，超过 120 天。请看看手机的日期对不对，打开这一条重新保存。"))
    return min(started, now)


def outcome_of(record: Record) -> str:
    """How the visit ended; raises Malformed where the record does not say."""
    outcome = record.fields.get("outcome", [""])[-1:]
    if outcome and outcome[0] in dict(VisitForm.base_fields["outcome"].choices):  # type: ignore[attr-defined]
        return outcome[0]
    raise Malformed(_("请选这次走访的结果。"))


def _moment(started: list[str]) -> datetime:
    try:
        moment = VisitForm.base_fields["started"].clean(started[0] if started else "")
    except (ValidationError, OverflowError):
        moment = None
    if not isinstance(moment, datetime) or not 2000 <= moment.year <= 2200:
        raise Malformed(_("这条记录没有写走访时间，请打开这一条重新保存。"))
    return moment
