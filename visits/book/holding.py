"""What a phone holds: the doors given to its user that somebody still has to knock at, each with its drawn form."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.template.loader import render_to_string

from community.access import Permission
from core import clock
from visits import words
from visits.forms.visit import VisitForm
from visits.models import Campaign, Device, Target
from visits.sheet import Door, Sheet, sheets_for

if TYPE_CHECKING:
    from community.models import User

PAGE = 50
_PLACE = (
    "building__estate__code",
    "building__order",
    "building__number",
    "household__dwelling__unit__number",
    "household__dwelling__room_no",
)
_DIGITS = re.compile(r"(\d+)")
_TONES = {Target.State.WAITING: "wait", Target.State.ABSENT_ONCE: "warn", Target.State.ABSENT_TWICE: "bad"}


@dataclass(frozen=True)
class _Stop:
    """One door on the way, and all that leads to it; `order` is its place on the way."""

    order: list[Any]
    target: UUID
    kinds: tuple[str, ...]


def page_of(user: User, after: str = "") -> dict[str, Any]:
    """One page of the doors as JSON, in the order of the walk; the number of queries does not depend on how many."""
    way = _way(user)
    beyond = _order_of(after)
    left = [stop for stop in way if stop.order > beyond] if beyond else way
    stops, more = left[:PAGE], len(left) > PAGE
    campaign = Campaign.objects.visible_to(user).open().first()
    return {
        "user": str(user.pk),
        "made_at": clock.now().isoformat(),
        "campaign": str(campaign) if campaign else None,
        "ends_on": campaign.ends_on.isoformat() if campaign else None,
        "doors": _doors(user, stops),
        "next": _cursor(stops[-1]) if more else None,
    }


def has_book(user: User) -> bool:
    """Whether the user walks, or one of the user's phones has told of its book while the user still did."""
    if user.scope.may(Permission.VISIT_RECORD):
        return True
    return bool(Device.objects.unscoped(reason="the user's own phones").filter(user=user).exists())


def _way(user: User) -> list[_Stop]:
    """Every door once, however many targets lead there: the quarter's own speaks for it, else the one due first."""
    if not user.scope.may(Permission.VISIT_RECORD):
        return []
    mine = Target.objects.visible_to(user).asked_now().filter(assignee=user)
    found: dict[UUID, list[tuple[Any, ...]]] = {}
    for row in mine.order_by().values_list("household", "kind", "due_on", "pk", *_PLACE):
        found.setdefault(row[0], []).append(row[1:])
    return sorted((_stop(rows) for rows in found.values()), key=lambda stop: stop.order)


def _stop(rows: list[tuple[Any, ...]]) -> _Stop:
    rows.sort(key=lambda row: (row[0] != Target.Kind.QUARTERLY, row[1], row[2]))
    _kind, _due, target, *place = rows[0]
    kinds = tuple(dict.fromkeys(row[0] for row in rows))
    return _Stop([*(_as_people_count(part) for part in place), target.hex], target, kinds)


def _as_people_count(part: Any) -> list[list[Any]]:
    """A number or a text so that 9 comes before 10, in JSON too."""
    pieces = filter(None, _DIGITS.split(str(part)))
    return [[0, int(piece), ""] if piece.isdecimal() else [1, 0, piece] for piece in pieces]


def _cursor(stop: _Stop) -> str:
    return urlsafe_b64encode(json.dumps(stop.order).encode()).decode()


def _order_of(cursor: str) -> list[Any]:
    """The place of the last door that was sent; empty, so that all are sent again, where the cursor is none."""
    try:
        order = json.loads(urlsafe_b64decode(cursor.encode()))
        return order if _is_order(order) else []
    except (ValueError, RecursionError):
        return []


def _is_order(order: Any) -> bool:
    """Whether this can be compared with places."""
    if not (isinstance(order, list) and len(order) == len(_PLACE) + 1 and isinstance(order[-1], str)):
        return False
    return all(isinstance(part, list) and all(_is_piece(piece) for piece in part) for part in order[:-1])


def _is_piece(piece: Any) -> bool:
    return isinstance(piece, list) and [type(one) for one in piece] == [int, int, str]


def _doors(user: User, stops: list[_Stop]) -> list[dict[str, Any]]:
    rows = Target.objects.visible_to(user).for_form().in_bulk([stop.target for stop in stops])
    targets = [(rows[stop.target], stop.kinds) for stop in stops if stop.target in rows]
    sheets = sheets_for(user, [Door(target.household, target) for target, _kinds in targets])
    return [_door(sheet, target, kinds) for sheet, (target, kinds) in zip(sheets, targets, strict=True)]


def _door(sheet: Sheet, target: Target, kinds: tuple[str, ...]) -> dict[str, Any]:
    household = target.household
    return {
        "target": str(target.pk),
        "household": str(household.pk),
        "door": str(household),
        "building": str(household.building.label),
        "kind": "、".join(str(Target.Kind(kind).label) for kind in kinds),
        "due": words.due(target.due_on),
        "state": target.get_state_display(),
        "tone": "bad" if target.is_overdue else _TONES[Target.State(target.state)],
        "why": target.why,
        "form": drawn(sheet),
    }


def drawn(sheet: Sheet) -> str:
    """The inside of the form; who opens it gives it its id and its time."""
    form = VisitForm(sheet=sheet, initial={"uuid": "", "started": ""})
    return render_to_string("visits/_form_inside.html", {"form": form, "sheet": sheet})
