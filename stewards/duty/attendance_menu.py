"""What swaps and attendance bring to the rest of the portal."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

WORDS_OF_THE_RECORD = {
    "swap_asked": _("在找人换班"),
    "swap_taken": _("接了别人的班"),
    "swap_exchanged": _("和别人对换了班"),
    "swap_declined": _("没能接别人的班"),
    "swap_kept": _("不换班了"),
    "swap_lapsed": _("换班没有找到人"),
    "check_in_point_made": _("做了新的签到码"),
    "checked_in": _("签到了"),
    "checked_out": _("签退了"),
    "check_out_forgotten": _("忘了签退，按班次结束算"),
    "attendance_confirmed": _("确认了一个班的时长"),
    "attendance_declined": _("没有确认一个班的时长"),
    "no_show_noted": _("记了没有到岗"),
    "no_show_appealed": _("说明了没有到岗的情况"),
    "no_show_lifted": _("消除了没有到岗的提醒"),
    "no_show_upheld": _("留着没有到岗的提醒"),
}
KINDS = ("swap_", "attendance_", "no_show_")
EVERY = timedelta(minutes=15)


def register() -> None:
    """Told to the other rooms once the apps are ready."""
    from community import history, messages
    from core import daily
    from stewards.duty import attendance, attendance_personal, attendance_today, swaps

    history.register(WORDS_OF_THE_RECORD)
    messages.register("swaps", _("换班和到岗"), kinds=KINDS, staff=True)
    attendance_today.register()
    daily.register("swaps", swaps.lapse, every=EVERY)
    daily.register("forgotten check-outs", attendance.close_forgotten, every=EVERY)
    attendance_personal.register()
