"""What activities bring to the rest of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.home import Tile
from community.nav import Entry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

WORDS_OF_THE_RECORD = {
    "activity_planned": _("筹备了活动"),
    "activity_changed": _("改了活动"),
    "activity_slot_changed": _("改了活动的名额"),
    "activity_announced": _("公布了活动"),
    "activity_cancelled": _("取消了活动"),
    "activity_joined": _("报名参加活动"),
    "activity_left": _("取消了活动的报名"),
    "activity_moved_up": _("排队的补上了名额"),
    "activity_checked_in": _("活动签到"),
    "activity_check_in_undone": _("去掉了点错的签到"),
    "activity_walked_in": _("当天来参加活动"),
    "activity_hours_settled": _("核对了活动时长"),
    "activity_closed": _("活动办完了"),
    "activity_photos_added": _("传了活动照片"),
    "activity_photo_dropped": _("拿掉了一张活动照片"),
    "activity_published": _("公布了活动结果"),
    "activity_result_taken_back": _("撤下了活动结果"),
    "activity_feedback": _("说了活动帮没帮上忙"),
    "activity_reminded": _("提醒了报名的人"),
}


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from alliance.activities import personal, reminders
    from alliance.activities import today as activities_today
    from alliance.activities.elsewhere import ROOM
    from alliance.models import SignUp
    from community import history, home, nav, retention, today
    from community.personal import register as register_personal
    from core import daily
    from stewards.members import busy

    history.register(WORDS_OF_THE_RECORD)
    busy.register(ROOM, SignUp.objects.busy)
    today.register(activities_today.waiting, activities_today.say)
    home.register(tiles)
    nav.register_account(account_entries)
    register_personal("activities", personal.ROOM)
    retention.register(*personal.RULES)
    daily.register("reminders of activities", reminders.remind)


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """What changed, and what can be joined: for everybody."""
    order = 55 if user.is_anonymous else 40
    text = _("活动报名，前后对比")
    return [Tile(_("身边的变化"), reverse("alliance:changes"), text, "images", order=order)]


def account_entries(_user: User) -> list[Entry]:
    """What everybody who is signed in may read as well."""
    return [Entry(_("身边的变化"), reverse("alliance:changes"), "images", order=59)]
