"""Which requests a system asks for: numbers, or kinds, days and states; at most 90 days and 1,000 at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from core import clock
from core.workdays import ZONE
from helpdesk.open311.answers import Wrong
from helpdesk.open311.telling import CLOSED, OPENED, readable, status_is
from helpdesk.querysets import told_categories, told_requests

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from helpdesk.models import ServiceRequest
    from helpdesk.open311.keys import Caller

SPAN = timedelta(days=90)
# A sheet may reach further back than an answer of the standard.
SHEET_SPAN = timedelta(days=366)
MOST = 1000
_YEARS = range(2000, 2100)


@dataclass
class Asked:
    """The parameters of a question, read; `errors` are what could not be."""

    numbers: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    states: set[str] = field(default_factory=set)
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    size: int = MOST
    errors: list[str] = field(default_factory=list)


def found(caller: Caller, query: QueryDict) -> list[ServiceRequest]:
    """The page of requests that is asked for; raises Wrong.

    Which they are is asked first: what is told of each is then worked out for this page alone, not for those before it.
    """
    asked = _read(query, SPAN)
    first = (asked.page - 1) * asked.size
    keys = list(_rows(caller, asked).values_list("pk", flat=True)[first : first + asked.size])
    return list(readable(caller).filter(pk__in=keys)) if keys else []


def sheet(caller: Caller, query: QueryDict) -> QuerySet[ServiceRequest]:
    """All requests that are asked for, up to a year of them; raises Wrong."""
    return readable(caller).filter(pk__in=_rows(caller, _read(query, SHEET_SPAN)).order_by().values("pk"))


def _rows(caller: Caller, asked: Asked) -> QuerySet[ServiceRequest]:
    if asked.errors:
        raise Wrong(400, *asked.errors)
    rows: QuerySet[ServiceRequest] = told_requests(caller.community_id).order_by("-submitted_at", "-pk")
    if asked.numbers:
        return rows.filter(number__in=asked.numbers)
    if asked.codes:
        known = told_categories(caller.community_id).filter(slug__in=asked.codes)
        held = {category.slug: category.pk for category in known}
        unknown = [code for code in asked.codes if code not in held]
        if unknown:
            raise Wrong(404, _("没有代码是 %(code)s 的服务。") % {"code": _("、").join(unknown)})
        rows = rows.filter(category__in=held.values())
    return rows.filter(status_is(asked.states), submitted_at__gte=asked.since, submitted_at__lte=asked.until)


def _read(query: QueryDict, span: timedelta) -> Asked:
    asked = Asked(numbers=_several(query, "service_request_id")[:MOST], codes=_several(query, "service_code"))
    asked.states = {one.lower() for one in _several(query, "status")}
    if unknown := asked.states - {OPENED, CLOSED}:
        words = _("status 只有 open 和 closed，没有 %(value)s。")
        asked.errors.append(words % {"value": _("、").join(sorted(unknown))})
    since = _moment(query, "start_date", time.min, asked.errors)
    until = _moment(query, "end_date", time.max, asked.errors)
    asked.until = until or min(since + span, clock.now()) if since else until or clock.now()
    asked.since = since or asked.until - span
    if asked.since > asked.until:
        asked.errors.append(_("start_date 要早于 end_date。"))
    elif asked.until - asked.since > span:
        asked.errors.append(_("start_date 到 end_date 最多 %(days)d 天，请分几次来取。") % {"days": span.days})
    asked.page = _number(query, "page", 1, 1_000_000, asked.errors)
    asked.size = _number(query, "page_size", MOST, MOST, asked.errors)
    return asked


def _several(query: QueryDict, name: str) -> list[str]:
    """A parameter that may be there several times, or hold several values between commas."""
    given = (one.strip() for part in query.getlist(name) for one in part.split(","))
    return list(dict.fromkeys(one for one in given if one))


def _moment(query: QueryDict, name: str, at: time, errors: list[str]) -> datetime | None:
    """A moment with its zone, or a day, which begins and ends where the community lives."""
    # A plus that nobody has escaped has become a space on its way.
    text = query.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        day: date | None = parse_date(text)
        moment = datetime.combine(day, at, ZONE) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        words = _("%(name)s 要写成带时区的时间，例如 2026-11-23T08:00:00+08:00。")
        errors.append(words % {"name": name})
        return None
    return moment


def _number(query: QueryDict, name: str, default: int, most: int, errors: list[str]) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    errors.append(_("%(name)s 要是 1 到 %(most)d 的整数。") % {"name": name, "most": most})
    return default
