"""Why a household is visited: kept as codes with what they are about, told as sentences in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.portal import day
from grids.codes import CareCategory
from visits.fields import Result, field_of

Reason = dict[str, Any]
# Those that are about nothing in particular.
_PLAIN = {
    "never": gettext_lazy("还没有走访过这一户"),
    "absent": gettext_lazy("上次没走到，或没遇到人"),
    "settled": gettext_lazy("上次说好的事，再去看看怎么样了"),
}


def never() -> Reason:
    return {"code": "never"}


def absent() -> Reason:
    return {"code": "absent"}


def finding(text: str) -> Reason:
    return {"code": "finding", "text": text[:60]}


def for_hall(text: str) -> Reason:
    """A problem that was marked to be talked over by all, and has no answer yet."""
    return {"code": "hall", "text": text[:60]}


def not_known(field: str, result: str, *, who: str) -> Reason:
    """A field that the last visit did not learn; `who` is "" for the household's own."""
    return {"code": "not_known", "field": field, "result": result, "who": who}


def review(category: str, due: date) -> Reason:
    return {"code": "review", "category": category, "due": due.isoformat()}


def care(category: str) -> Reason:
    return {"code": "care", "category": category}


def settled() -> Reason:
    """What two households have settled; the reason says no more, since whoever walks there may read it."""
    return {"code": "settled"}


def asked(text: str) -> Reason:
    """What somebody is sent to a household for, in the words of who sends them."""
    return {"code": "asked", "text": text[:120]}


def sentence(reason: Reason) -> str:
    """The reason as the form and the door show it."""
    if reason["code"] in _PLAIN:
        return str(_PLAIN[reason["code"]])
    match reason:
        case {"code": "finding", "text": text}:
            return _("上次的问题还没反馈：%(text)s") % {"text": text}
        case {"code": "hall", "text": text}:
            return _("请大家议的事还没有答复：%(text)s") % {"text": text}
        case {"code": "not_known", "field": name, "result": result, "who": who}:
            words = {"who": who, "field": field_of(name, of_resident=bool(who)).label}
            if result == Result.REFUSED:
                return _("上次没有答：%(who)s%(field)s") % words
            return _("上次不详：%(who)s%(field)s") % words
        case {"code": "review", "category": category, "due": due}:
            return _("%(category)s %(day)s到期复核") % {
                "category": CareCategory(category).label,
                "day": day(date.fromisoformat(due)),
            }
        case {"code": "asked", "text": text}:
            return str(text)
        case {"code": "care", "category": category}:
            return _("%(category)s，每月看望") % {"category": CareCategory(category).label}
    return ""
