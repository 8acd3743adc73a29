"""What this part brings to the rest of the portal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.access import Permission
from community.home import Tile
from community.nav import Entry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

WORDS_OF_THE_RECORD = {
    "shift_template_added": _("加了一个班次"),
    "shift_template_changed": _("改了一个班次"),
    "shift_template_retired": _("停了一个班次"),
    "shift_template_taken_up": _("又用起一个班次"),
    "shift_wished": _("说了愿意值哪些班"),
    "roster_made": _("开始排一期值班表"),
    "roster_searched": _("让电脑再排一排值班表"),
    "roster_stopped": _("说这样排就够好了"),
    "roster_planned": _("排好了值班表"),
    "roster_sent": _("把值班表发给大家看"),
    "roster_published": _("公布了值班表"),
    "roster_dropped": _("丢掉了值班表的草稿"),
    "seat_locked": _("把一个班定下不动"),
    "seat_unlocked": _("让一个班可以再动"),
    "seat_put_in": _("亲手排了一个人"),
    "seat_taken_out": _("调出了一个人"),
    "seat_called_up": _("请候补顶上"),
    "seat_accepted": _("答应了值班"),
    "seat_declined": _("说这个班不行"),
}


def entries(user: User) -> list[Entry]:
    """One's own shifts for a steward; who works with them finds the rosters beside the list of them."""
    if not user.scope.may(Permission.STEWARD_WORK):
        return []
    return [Entry(_("我的班"), reverse("stewards:my_shifts"), "calendar-week", order=33)]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """One's own shifts, on the first page of a steward."""
    if user.is_anonymous or not user.scope.may(Permission.STEWARD_WORK):
        return []
    text = _("值班表、换班、记进日历")
    return [Tile(_("我的班"), reverse("stewards:my_shifts"), text, "calendar-week", order=28)]


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from community import history, home, messages, nav, retention
    from community import personal as taken_away
    from core import daily
    from stewards.duty import personal, today
    from stewards.duty.alerts import alert
    from stewards.members import busy
    from stewards.models import Assignment

    busy.register(busy.DUTY, Assignment.objects.busy)
    history.register(WORDS_OF_THE_RECORD)
    messages.register("duty", _("值班"), kinds=("duty",), staff=True)
    nav.register(entries)
    home.register(tiles)
    today.register()
    taken_away.register("stewards.duty", personal.ROOM)
    retention.register(*personal.RULES)
    daily.register("shifts without enough people", alert, every=timedelta(minutes=10))
