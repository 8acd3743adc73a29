"""What every template may say without loading anything: money, days, icons, and which control an error belongs to."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField, Form
from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, money
from core.kept import piece

if TYPE_CHECKING:
    from core.lists import SortLink

register = template.Library()

SPRITE = Path(settings.BASE_DIR) / "static/vendor/bootstrap-icons/bootstrap-icons.svg"
TONE_ICONS = {
    "good": "check-circle-fill",
    "warn": "exclamation-triangle-fill",
    "wait": "hourglass-split",
    "idle": "dash-circle",
    "bad": "x-octagon-fill",
}
MESSAGE_TONES = {"debug": "idle", "info": "wait", "success": "good", "warning": "warn", "error": "bad"}
_SYMBOL = re.compile(r'<symbol class="[^"]*" viewBox="([0-9 ]+)" id="([a-z0-9-]+)">(.*?)</symbol>', re.DOTALL)


@cache
def sprite() -> dict[str, tuple[str, str]]:
    """Every vendored icon: name → (viewBox, drawing). Drawn into the page: a phone need not fetch 1.1 MB for six."""
    return {name: (box, drawing) for box, name, drawing in _SYMBOL.findall(SPRITE.read_text(encoding="utf-8"))}


@register.simple_tag
@cache
def static(path: str) -> str:
    """Django's `static`, which works the address out anew for every page."""
    return staticfiles_storage.url(path)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """The icon of this name of bootstrap-icons, hidden from screen readers; nothing when there is none of this name."""
    if name not in sprite():
        return SafeString("")
    box, drawing = sprite()[name]
    return format_html(
        '<svg class="icon" viewBox="{}" aria-hidden="true" focusable="false">{}</svg>',
        box,
        mark_safe(drawing),  # noqa: S308 the vendored file, checked by its SHA-256
    )


@register.simple_tag
def state_badge(label: object, tone: str = "", icon: str = "") -> SafeString:
    """components/state_badge.html; a list shows the same few badges on every row."""
    # Adding "" takes a mark of safety off: with it, one text would stand in the cache for another that is not safe.
    return _state_badge(str(label) + "", tone, icon)


@lru_cache(maxsize=1024)
def _state_badge(label: str, tone: str, icon: str) -> SafeString:
    return render_to_string("components/state_badge.html", {"label": label, "tone": tone, "icon": icon})


@register.simple_tag
def sort_heading(link: SortLink | None, label: str, *, num: bool = False) -> SafeString:
    """The heading of a column with its link of `ListPage.sorts`; the bare word where the list is not sorted by it."""
    kind = SafeString(' class="num"' if num else "")
    if not link:
        return format_html('<th scope="col"{}>{}</th>', kind, label)
    order = format_html(' aria-sort="{}"', link.direction) if link.direction else ""
    return format_html('<th scope="col"{}{}><a href="{}">{}</a></th>', kind, order, link.url, label)


@register.simple_tag(takes_context=True)
def kept(context: template.Context, template_name: str, gaps: str = "", **known: Any) -> SafeString:
    """A piece of the frame, drawn once for what is named and nothing else; `gaps` are words of the context that are
    filled in anew, see `core.kept.piece`."""
    return piece(template_name, known, {name: context.get(name, "") for name in gaps.split()})


@register.simple_tag(takes_context=True)
def drawn_field(context: template.Context) -> SafeString:
    """The `field` of the context with its label, help, errors and control; what the context may say besides, see
    `core.drawn_fields`."""
    from core.drawn_fields import drawn  # it draws with the icons of this module

    return drawn(context["field"], context)


@register.simple_tag
def drawn_filter(form: Form) -> SafeString:
    """The fields of a list's filter, see `core.drawn_fields`."""
    from core.drawn_fields import drawn_filter as drawn  # it draws with the icons of this module

    return drawn(form)


@register.simple_tag(takes_context=True)
def drawn_asks(context: template.Context) -> SafeString:
    """The `asks` of the context as lines of Today; with `main`, the first button is the red one."""
    from core.drawn_asks import drawn  # it draws with the icons of this module

    return drawn(context["asks"], main=bool(context.get("main")))


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a tone when none was asked for."""
    return TONE_ICONS.get(tone, TONE_ICONS["idle"])


@register.filter
def notice_icon(tone: str) -> str:
    """As `tone_icon`, but a notice that only tells something shows an i, not an hourglass."""
    return "info-circle-fill" if tone == "wait" else tone_icon(tone)


@register.filter
def message_tone(level: str) -> str:
    """The tone of a message by the name of its level in Django."""
    return MESSAGE_TONES.get(level, "wait")


@register.filter
def yuan(amount: Decimal | int | None) -> str:
    """Yuan with thousands and fen: "1,234.50"."""
    return money.yuan(amount)


def _local(value: date) -> date:
    """A datetime as the clock on the wall shows it; a date as it is."""
    return clock.local(value) if isinstance(value, datetime) else value


def _as_day(value: date) -> date:
    """The calendar day of what `_local` gave."""
    return value.date() if isinstance(value, datetime) else value


def _time_of(value: date) -> str:
    """Hours and minutes with a space before, or nothing for a date."""
    return f" {value.hour}:{value.minute:02}" if isinstance(value, datetime) else ""


@register.filter
def day(value: date | None) -> str:
    """The day as people write it: "11月19日", with the year when it is not this one; "" for None."""
    return "" if value is None else _day(_as_day(_local(value)), clock.today())


def _day(one: date, today: date) -> str:
    return _written(one, _("n月j日") if one.year == today.year else _("Y年n月j日"))


@lru_cache(maxsize=4096)
def _written(one: date, pattern: str) -> str:
    """A day by its pattern, which is another one in every language; a list says the same few again and again."""
    return dateformat.format(one, pattern)


_WEEKDAYS = (
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"), gettext_lazy("周五"),
    gettext_lazy("周六"), gettext_lazy("周日"),
)  # fmt: skip


@register.filter
def weekday(value: date | None) -> str:
    """The day of the week: "周四", "Thu"; "" for None."""
    if value is None:
        return ""
    return str(_WEEKDAYS[_local(value).weekday()])


@register.filter
def dated(value: date | None) -> str:
    """The day and its weekday: "11月26日 周四", "Thu 26 Nov"; "" for None."""
    return "" if value is None else _("%(day)s %(weekday)s") % {"day": day(value), "weekday": weekday(value)}


@register.filter
def moment(value: datetime | None) -> str:
    """Day, weekday and time, for the record: "11月18日 周三 20:14"; "" for None."""
    if value is None:
        return ""
    parts = {"day": day(value), "weekday": weekday(value), "time": _time_of(_local(value)).strip()}
    return _("%(day)s %(weekday)s %(time)s") % parts


@register.filter
def when(value: date | None) -> str:
    """How far away, as people say it: "今天 14:30", "昨天 9:00", "3 天前（11月19日）"; "" for None.

    Beyond a week the day alone. Aware datetimes carry the time, dates do not.
    """
    if value is None:
        return ""
    local, today = _local(value), clock.today()
    one = _as_day(local)
    distance = (one - today).days
    if distance == 0:
        return _("今天") + _time_of(local)
    if abs(distance) == 1:
        return (_("明天") if distance > 0 else _("昨天")) + _time_of(local)
    written = _day(one, today)
    if abs(distance) >= 7:
        return written
    words = {"days": abs(distance), "day": written}
    return (_("%(days)d 天后（%(day)s）") if distance > 0 else _("%(days)d 天前（%(day)s）")) % words


@register.filter
def control_id(field: BoundField) -> str:
    """The id of the first control of a field: where a link of the error summary leads."""
    target = field.id_for_label
    if target:
        return target
    subwidgets = field.subwidgets
    return str(subwidgets[0].id_for_label or field.auto_id) if subwidgets else str(field.auto_id)
