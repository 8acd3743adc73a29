"""What the page of a steward holds; how much of it, says who looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

from community import history, reveal
from community.models import AuditEvent
from community.once import new_id
from core import clock
from core.templatetags.portal import day, weekday
from stewards.hours.totals import minutes_since
from stewards.members.free import Interval, windows
from stewards.members.querysets import hands_out
from stewards.members.standing import about_facts, ending_of, line_of, noted_facts, serving_words
from stewards.members.week import exact, table, ticked
from stewards.models import Availability, AvailabilityException, StewardPause, StewardSkill

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Steward

_FOUND = "what is kept of a steward already found"
AHEAD = 7
LOOKING_BACK = timedelta(days=90)
HISTORY_AT_MOST = 12


class SaidLine(NamedTuple):
    """A single time, as a line, with the submission of its button."""

    pk: int
    words: str
    what: str
    note: str
    submission: str


class PauseLine(NamedTuple):
    pk: int
    words: str
    reason: str
    is_current: bool
    submission: str


def is_own_or_managed(steward: Steward, user: User) -> bool:
    """Whether the user sees and changes all that is kept of the steward."""
    return steward.user_id == user.pk or steward.community_id in user.scope.offices_communities


def of(steward: Steward, user: User, *, appointed: bool) -> dict[str, Any]:
    """The page for who looks: a colleague sees skills, who hands out work also the next days, the office all."""
    whole = is_own_or_managed(steward, user)
    pauses = list(StewardPause.objects.unscoped(reason=_FOUND).filter(steward=steward).not_over())
    found: dict[str, Any] = {
        "steward": steward,
        "whole": whole,
        "office": steward.community_id in user.scope.offices_communities,
        "own": steward.user_id == user.pk,
        "standing": serving_words(pauses, appointed=appointed),
        "skills": skills_of(steward, user),
        "about": about_facts(steward),
    }
    if whole or steward.community_id in hands_out(user):
        found |= _times(steward, pauses)
        found["minutes"] = minutes_since([steward.user_id], clock.today() - LOOKING_BACK)[steward.user_id]
    if whole:
        found |= {"noted": noted_facts(steward), "insurance": ending_of(steward.insured_until)}
    if found["office"]:
        found["policy_url"] = reveal.url(steward, "policy", steward.get_absolute_url()) if steward.policy else ""
        found["events"] = history.tell(AuditEvent.objects.of(steward)[:HISTORY_AT_MOST])
    return found


def skills_of(steward: Steward, user: User) -> list[Any]:
    """What the steward can do, in the order of the community's list."""
    rows = StewardSkill.objects.visible_to(user).filter(steward=steward)
    return [line_of(held) for held in rows.select_related("skill")]


def _times(steward: Steward, pauses: Sequence[StewardPause]) -> dict[str, Any]:
    """The week, what was said apart, the pauses, and what comes of it in the next days."""
    rules = list(Availability.objects.unscoped(reason=_FOUND).filter(steward=steward))
    said = list(AvailabilityException.objects.unscoped(reason=_FOUND).filter(steward=steward).not_over())
    today = clock.today()
    ahead = windows(rules, said, pauses, today, today + timedelta(days=AHEAD - 1))
    return {
        "rules": rules,
        "week": table(ticked(rules)),
        "exact": [one.words for one in exact(rules)],
        "said": [said_line(one) for one in said],
        "pauses": [pause_line(one) for one in pauses],
        "ahead": days_ahead(ahead),
        "ahead_minutes": minutes_in(ahead),
    }


def minutes_in(times: Sequence[Interval]) -> int:
    """How many minutes a list of times comes to."""
    return sum(round((end - start).total_seconds() / 60) for start, end in times)


def days_ahead(times: Sequence[Interval]) -> list[tuple[str, str]]:
    """The times of at most a week by the day on which they begin: (周四, 8:00–12:00、14:00–18:00)."""
    found: dict[str, list[str]] = {}
    for start, end in times:
        begins = clock.local(start).date()
        label = _("今天") if begins == clock.today() else weekday(begins)
        found.setdefault(label, []).append(span_words(start, end))
    return [(label, _("、").join(words)) for label, words in found.items()]


def span_words(start: datetime, end: datetime) -> str:
    """8:00–12:00; 22:00 到周五 6:00; 全天 where it is a whole day."""
    begins, ends = clock.local(start), clock.local(end)
    first, last = f"{begins.hour}:{begins:%M}", f"{ends.hour}:{ends:%M}"
    same_day = begins.date() == ends.date()
    if first == last == "0:00" and ends.date() - begins.date() == timedelta(days=1):
        return _("全天")
    if same_day or (last == "0:00" and ends.date() - begins.date() == timedelta(days=1)):
        return f"{first}–{last if same_day else '24:00'}"
    return _("%(start)s 到%(day)s %(end)s") % {"start": first, "day": day(ends.date()), "end": last}


def said_line(said: AvailabilityException) -> SaidLine:
    """A single time in words: 11月25日全天, 11月25日到11月28日, 11月25日 14:00–18:00."""
    begins, ends = clock.local(said.starts_at), clock.local(said.ends_at)
    last = (ends - timedelta(microseconds=1)).date()
    whole_days = begins.time() == ends.time() and f"{begins:%H%M}" == "0000"
    if whole_days and last != begins.date():
        words = _("%(first)s到%(last)s") % {"first": day(begins.date()), "last": day(last)}
    elif whole_days:
        words = _("%(day)s全天") % {"day": day(begins.date())}
    else:
        words = f"{day(begins.date())} {span_words(said.starts_at, said.ends_at)}"
    return SaidLine(said.pk, words, _("有空") if said.is_free else _("没空"), said.note, new_id())


def pause_line(pause: StewardPause) -> PauseLine:
    """A pause in words."""
    first = day(pause.starts_on)
    if pause.ends_on is None:
        words = _("%(first)s起，什么时候回来还没定") % {"first": first}
    else:
        words = _("%(first)s到%(last)s") % {"first": first, "last": day(pause.ends_on)}
    return PauseLine(pause.pk, words, pause.reason, pause.is_current, new_id())
