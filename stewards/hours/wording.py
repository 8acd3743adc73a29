"""Minutes as people say them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def lasting(minutes: int) -> str:
    """ "1 小时 30 分钟", "45 分钟", with a minus where it was taken back."""
    hours, rest = divmod(abs(minutes), 60)
    if not hours:
        words = _("%(rest)d 分钟") % {"rest": rest}
    elif not rest:
        words = _("%(hours)d 小时") % {"hours": hours}
    else:
        words = _("%(hours)d 小时 %(rest)d 分钟") % {"hours": hours, "rest": rest}
    return f"−{words}" if minutes < 0 else words
