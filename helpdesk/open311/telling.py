"""What another system is told of a category and of a request: never who asked, never a door."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core import clock
from helpdesk import deadlines
from helpdesk.categories import SYNONYMS
from helpdesk.models import Category, OutsideRequest, ServiceRequest, Update
from helpdesk.querysets import told_requests
from helpdesk.states import OPEN

if TYPE_CHECKING:
    from helpdesk.open311.keys import Caller

Told = dict[str, Any]

OPENED, CLOSED = "open", "closed"
# The one thing that a system is asked beside the standard's own: its number, so that nothing is logged twice.
OUTSIDE_ID = "outside_id"

_GONE = "＊＊＊"
# Phones and numbers of papers; a day written 2026-11-23 is neither.
_NUMBERS = re.compile(r"1\d{2}[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]\d{7,8}|\d{7,}[\dXx]?")
_ONE = r"(?:\d{1,4}|[零〇一二三四五六七八九十百]{1,5})"
# What leads past the building: 2单元501室, 3-2-501, 501门口.
_DOORS = re.compile(
    rf"{_ONE}\s*单元\s*{_ONE}?\s*[室户房号]?|{_ONE}\s*(?:室|户|号房)|(?<![\d-])(?!20\d\d-)\d{{1,4}}(?:\s*[-—–]\s*\d{{1,4}}){{1,3}}(?!\d)"
    r"|(?<!\d)\d{3,4}(?=\s*(?:家|门|邻居|住户))"
)


def service(row: Category) -> Told:
    """A category, as a service of the standard."""
    hint = [one for one in (row.hint_text, row.banner_text) if one]
    examples = [one for one in re.split(r"[、，,]\s*", row.hint_text) if one]
    return {
        "service_code": row.slug,
        "service_name": row.label,
        "description": " ".join(hint),
        "metadata": True,
        "type": "realtime",
        "keywords": ", ".join(dict.fromkeys([*examples, *SYNONYMS.get(row.slug, ())])),
        "group": str(row.get_group_display()),
    }


def definition(row: Category) -> Told:
    """What can be given with a request of this category: the caller's own number, and what is to be read before."""
    attributes: list[Told] = []
    if row.banner:
        attributes.append(_attribute(1, "banner", row.banner_text, variable=False))
    words = _("您那边的编号。同一个编号只登记一次，再送来会得到同一个答复。")
    attributes.append(_attribute(len(attributes) + 1, OUTSIDE_ID, words, variable=True))
    return {"service_code": row.slug, "attributes": attributes}


def _attribute(order: int, code: str, description: str, *, variable: bool) -> Told:
    return {
        "variable": variable,
        "code": code,
        "datatype": "string",
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": description,
        "values": [],
    }


def readable(caller: Caller) -> QuerySet[ServiceRequest]:
    """The requests that this system may read about, the newest first, with everything that is told of them."""
    steps = Update.objects.filter(community=OuterRef("community"), request=OuterRef("pk"))
    words = steps.exclude(public_text="").exclude(kind=Update.Kind.NOTE).exclude(action="log")
    sent = OutsideRequest.objects.filter(request=OuterRef("pk"), system=caller.system)
    rows: QuerySet[ServiceRequest] = told_requests(caller.community_id).annotate(
        sent_as=Subquery(sent.values("outside_id")[:1]),
        changed_at=Coalesce(
            Subquery(steps.filter(kind=Update.Kind.STEP).order_by("-at").values("at")[:1]), "submitted_at"
        ),
        last_words=Subquery(words.order_by("-at").values("public_text")[:1]),
    )
    return rows.order_by("-submitted_at", "-pk")


def known_as(caller: Caller, outside_id: str) -> ServiceRequest | None:
    """The request that this system has sent under a number of its own."""
    sent = OutsideRequest.objects.sent_by(caller.community_id, caller.system).filter(outside_id=outside_id)
    return readable(caller).filter(pk__in=sent.values("request")).first()


def status_is(asked: set[str]) -> Q:
    """The condition that a request is open, closed, or either."""
    is_open = Q(state__in=OPEN)
    if asked == {OPENED}:
        return is_open
    return ~is_open if asked == {CLOSED} else Q()


def request(row: Any) -> Told:
    """A request of `readable` as the standard tells it."""
    is_open, category = row.state in OPEN, row.category
    return {
        "service_request_id": row.number,
        "status": OPENED if is_open else CLOSED,
        "status_notes": _notes(row),
        "service_name": category.label,
        "service_code": category.slug,
        "description": description(row),
        "agency_responsible": row.community.name,
        "service_notice": notice(row),
        "requested_datetime": moment(row.submitted_at),
        "updated_datetime": moment(row.changed_at if is_open else row.resolved_at or row.closed_at or row.changed_at),
        "expected_datetime": moment(row.due_at) if is_open else None,
        "address": address(row),
        "address_id": str(row.building_id) if row.building_id and may_be_told(row) else None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def may_be_told(row: Any) -> bool:
    """Whether words and place may leave: neighbours may know of it, or the system itself has sent them."""
    return bool(row.sent_as) or row.visibility == ServiceRequest.Visibility.NEIGHBOURHOOD


def description(row: Any) -> str | None:
    """What was asked; of what neighbours may know without names, numbers and doors."""
    if not may_be_told(row):
        return None
    if row.sent_as:
        return str(row.description or row.title)
    begun = row.description.startswith(row.title.removesuffix("…"))
    said = row.description if begun else f"{row.title}\n{row.description}".strip()
    return without_people(said, row.reporter_name)


def address(row: Any) -> str | None:
    """Where it is, at most the building."""
    if not may_be_told(row):
        return None
    if row.sent_as:
        return str(row.place)
    if row.building_id:
        return str(row.building.label)
    if row.fixture_id:
        return str(row.fixture.place)
    return without_people(row.place, row.reporter_name) if row.place_kind == ServiceRequest.Place.ELSEWHERE else None


def without_people(said: str, name: str) -> str:
    """A text without the name, without phones and numbers of papers, and without what leads past a building."""
    said = _DOORS.sub(_GONE, _NUMBERS.sub(_GONE, said))
    return said.replace(name, _GONE) if len(name) > 1 else said


def notice(row: ServiceRequest) -> str:
    """What was promised."""
    return _("%(sign)s内联系，%(finish)s内办结。") % {
        "sign": deadlines.limit_words(row.sign_kind, row.sign_amount),
        "finish": deadlines.limit_words(row.finish_kind, row.finish_amount),
    }


def _notes(row: Any) -> str:
    """Where it stands, in words; to the system that sent it also what was last said to who asked."""
    notes = [str(row.get_state_display())]
    if row.result:
        notes.append(str(row.get_result_display()))
    told = _("：").join(notes)
    return f"{told}\n{without_people(row.last_words, row.reporter_name)}" if row.sent_as and row.last_words else told


def moment(at: datetime | None) -> str | None:
    """A moment as W3C writes it, where the community lives."""
    return clock.local(at).isoformat(timespec="seconds") if at else None
