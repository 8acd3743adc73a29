"""Notices of the duty roster: to those who are asked, to those who were taken out, to the office and the leaders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from community.models import Appointment, User
from community.notices import notify
from community.roles import Role
from core.templatetags.portal import moment
from stewards.duty.states import SeatState

if TYPE_CHECKING:
    from stewards.models import Assignment, Roster, Shift

KIND = "duty"
_OFFICE = (Role.COMMUNITY_STAFF, Role.SECRETARY)
_WHY = "who looks after the duty roster"


def tell_asked(roster: Roster, seats: Iterable[Assignment]) -> None:
    """Ask each steward once, however many shifts; drafts are told to nobody."""
    asked = Counter(seat.steward for seat in seats if seat.state == SeatState.ASKED)
    for steward, count in asked.items():
        words = _("值班表上排了您 %(n)d 个班，请看看行不行。") % {"n": count}
        notify([steward.user], about=roster, kind=KIND, text=words, url=reverse("stewards:my_shifts"))


def tell_taken_out(seat: Assignment) -> None:
    words = _("%(shift)s（%(when)s）不用您来了，谢谢您。") % _of(seat.slot.shift)
    notify([seat.steward.user], about=seat.slot.shift, kind=KIND, text=words)


def tell_put_in(seat: Assignment) -> None:
    if seat.is_reserve:
        words = _("想请您做%(shift)s（%(when)s）的候补，请看看行不行。")
    else:
        words = _("想请您来%(shift)s（%(when)s），请看看行不行。")
    text = words % _of(seat.slot.shift)
    notify([seat.steward.user], about=seat.slot.shift, kind=KIND, text=text, url=reverse("stewards:my_shifts"))


def tell_called_up(seat: Assignment) -> None:
    words = _("%(shift)s（%(when)s）缺人，想请您从候补顶上，请看看行不行。") % _of(seat.slot.shift)
    url = reverse("stewards:my_shifts")
    notify([seat.steward.user], about=seat.slot.shift, kind=KIND, text=words, url=url, urgent=True)


def tell_published(roster: Roster, stewards: Iterable[User]) -> None:
    words = _("%(roster)s公布了，您的班在“我的班”里。") % {"roster": roster}
    notify(stewards, about=roster, kind=KIND, text=words)


def tell_all_answered(roster: Roster, *, declined: int) -> None:
    """The last answer has come."""
    if declined:
        words = _("%(roster)s大家都答复了，有 %(n)d 个班说不行，请补人再公布。") % {"roster": roster, "n": declined}
    else:
        words = _("%(roster)s大家都答应了，可以公布了。") % {"roster": roster}
    notify(office_of(roster.community_id), about=roster, kind=KIND, text=words)


def tell_gaps(shifts: list[Shift]) -> None:
    """Shifts that begin within two days without enough people, in one notice."""
    first = shifts[0]
    if len(shifts) == 1:
        words = _("%(shift)s（%(when)s）还缺人。") % _of(first)
    else:
        words = _("两天之内有 %(n)d 个班还缺人，最近的是%(shift)s（%(when)s）。") % {"n": len(shifts), **_of(first)}
    people = [*office_of(first.community_id), *leaders_of(first.community_id)]
    notify(people, about=first, kind=KIND, text=words, urgent=True)


def office_of(community_id: int) -> list[User]:
    """Who works in the community's office."""
    return _held(community_id, _OFFICE)


def leaders_of(community_id: int) -> list[User]:
    """Who leads a grid of the community."""
    return _held(community_id, (Role.GRID_LEADER,))


def _held(community_id: int, roles: tuple[str, ...]) -> list[User]:
    rows = Appointment.objects.unscoped(reason=_WHY).current().filter(community=community_id, role__in=roles)
    return [appointment.user for appointment in rows.select_related("user").order_by("user_id")]


def _of(shift: Shift) -> dict[str, str]:
    return {"shift": shift.name, "when": moment(shift.starts_at)}
