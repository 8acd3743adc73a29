"""What the advisory group asks: of those invited, of who was there, of the office."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliance.advice.states import State
from alliance.models import AdviceAttendance, AdviceSession, Recommendation
from community.access import Permission
from community.questions import Row
from community.today import Ask
from core import clock
from core.addresses import address
from core.sql import Within, as_moment, as_uuid
from core.templatetags.portal import moment

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 40
_NAMES = "id, state, number, words, at, late"
_READ = "SELECT '{kind}', id, state, number, words, at, late FROM narrowed"


def waiting(user: User) -> list[Within] | None:
    """What waits for somebody of the group or the office."""
    if not user.scope.may(Permission.ADVICE_VIEW):
        return None
    parts = [_part("seat", AdviceAttendance.objects.waiting_for(user), "session")]
    if user.scope.offices_communities:
        parts.append(_part("session", AdviceSession.objects.wanting_office(user), ""))
        parts.append(_advice(user))
    return parts


def say(_user: User, rows: list[Row]) -> list[Ask]:
    """A line for each session; recommendations are counted."""
    found = sorted(rows, key=itemgetter(5))
    seats = [row for row in found if row[0] == "seat"]
    asked = {as_uuid(row[1]) for row in seats}
    sessions = [row for row in found if row[0] == "session" and as_uuid(row[1]) not in asked]
    return [
        *(_of_seat(row) for row in seats),
        *(_of_session(row) for row in sessions),
        *_of_advice([row for row in found if row[0] == "advice"]),
    ]


def _part(kind: str, rows: Any, prefix: str) -> Within:
    before = f"{prefix}__" if prefix else ""
    columns = [f"{before}{name}" for name in ("id", "state", "number", "topic", "starts_at")]
    narrowed: Any = rows.order_by().values_list(*columns, Value(0, output_field=IntegerField()))[:AT_MOST]
    return Within(narrowed, _NAMES, _READ.format(kind=kind), width=7)


def _advice(user: User) -> Within:
    """Recommendations that wait, as rows of the same columns: `state` is the verdict, "" where an answer is due."""
    late = Case(When(verdict="", due_on__lt=clock.today(), then=1), default=0, output_field=IntegerField())
    rows = Recommendation.objects.wanting_office(user).order_by()
    narrowed: Any = rows.values_list("id", "verdict", "position", "to_whom", "session__approved_at", late)[:AT_MOST]
    return Within(narrowed, _NAMES, _READ.format(kind="advice"), width=7)


def _of_seat(row: tuple[Any, ...]) -> Ask:
    _kind, key, state, number, topic, at, _late = row
    starts_at = as_moment(at)
    what = {
        State.PLANNED: (_("顾问会议，您来吗：%(topic)s"), _("去回答")),
        State.DRAFTED: (_("请核对会议纪要：%(topic)s"), _("去看看")),
        State.SIGNING: (_("请在会议纪要上签字：%(topic)s"), _("去签字")),
    }
    title, button = what[State(state)]
    return Ask(title % {"topic": topic}, _url(key), button, _which(number, starts_at), since=_past(starts_at))


def _of_session(row: tuple[Any, ...]) -> Ask:
    _kind, key, state, number, topic, at, _late = row
    starts_at = as_moment(at)
    what = {
        State.PLANNED: (_("会议开过了，请写纪要：%(topic)s"), _("去写")),
        State.DRAFTED: (_("纪要在核对：%(topic)s"), _("去看看")),
        State.APPROVED: (_("纪要定稿了，可以公开给居民：%(topic)s"), _("去公开")),
    }
    title, button = what[State(state)]
    return Ask(title % {"topic": topic}, _url(key), button, _which(number, starts_at), since=_past(starts_at))


def _of_advice(rows: list[tuple[Any, ...]]) -> list[Ask]:
    """Recommendations as two lines at most, whatever their number."""
    answers = [row for row in rows if not row[2]]
    looks = [row for row in rows if row[2]]
    page = reverse("alliance:recommendations")
    asked = []
    if answers:
        title = ngettext("%(n)d 条顾问建议等答复", "%(n)d 条顾问建议等答复", len(answers)) % {"n": len(answers)}
        late = sum(row[6] for row in answers)
        detail = _("其中 %(late)d 条过了日子") % {"late": late} if late else ""
        url = f"{page}?verdict=open"
        asked.append(Ask(title, url, _("去答复"), detail, since=_oldest(answers), urgent=bool(late)))
    if looks:
        title = ngettext("%(n)d 条顾问建议到了再看的日子", "%(n)d 条顾问建议到了再看的日子", len(looks))
        asked.append(Ask(title % {"n": len(looks)}, f"{page}?due=look", _("去看看"), since=_oldest(looks)))
    return asked


def _url(key: Any) -> str:
    pk = as_uuid(key)
    return address("alliance:advice_session", pk) if pk else ""


def _which(number: int | None, at: datetime | None) -> str:
    when = moment(at)
    return _("第 %(number)d 次会议，%(when)s") % {"number": number, "when": when} if number else when


def _past(at: datetime | None) -> datetime | None:
    """Since when something waits: an invitation has no age."""
    return at if at and at < clock.now() else None


def _oldest(rows: list[tuple[Any, ...]]) -> datetime | None:
    moments = [at for row in rows if (at := as_moment(row[5]))]
    return min(moments, default=None)
