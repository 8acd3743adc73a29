"""What is written into the book of hours, and taken back in it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import Community, User
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import day
from stewards.hours.querysets import HoursEntryQuerySet
from stewards.hours.states import PaperState
from stewards.models import Certificate, HoursEntry

# The longest that one entry may say, and that a day of one person may come to.
MOST_AT_ONCE, MOST_A_DAY = 16 * 60, 24 * 60


@transaction.atomic
def enter(
    *,
    volunteer: User,
    community: Community,
    kind: str,
    day: date,
    minutes: int,
    what: str,
    about: str = "",
    by: User,
) -> HoursEntry:
    """Minutes that `volunteer` gave, vouched for by `by`. The same `about` comes into the book once: whoever asks again
    gets the entry that stands there.

    Whoever enters several people's hours in one transaction takes them in the order of their keys. Raises Refused for
    one's own hours, a day to come, more than a day holds, or an `about` that stands there with other minutes.
    """
    if volunteer.pk == by.pk:
        raise Refused(_("自己的时长要请另一位来确认。"))
    # One volunteer's hours are written one after the other. Rows that only refer to them do not wait for that.
    User.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    before = _entered(volunteer, community, about)
    if before is not None:
        return _same(before, minutes)
    _check_day(volunteer, day, minutes)
    entry = HoursEntry.objects.create(
        community=community,
        volunteer=volunteer,
        kind=HoursEntry.Kind(kind),
        day=day,
        minutes=minutes,
        what=what.strip()[:80],
        about=about,
        confirmed_by=by,
    )
    audit.record("hours_entered", entry, by=by, changes={"minutes": [None, minutes]})
    return entry


@transaction.atomic
def reverse(entry: HoursEntry, *, reason: str, by: User) -> HoursEntry:
    """Take an entry back by one of its own, which stands beside it from then on; the volunteer is told why.

    Raises Refused for one's own hours, without a reason, and where it is taken back already.
    """
    User.objects.select_for_update(no_key=True).get(pk=entry.volunteer_id)
    entry = locked(entry)
    if entry.volunteer_id == by.pk:
        raise Refused(_("自己的时长要请另一位来改。"))
    if not reason.strip():
        raise Refused(_("请写明为什么冲销，志愿者看得到。"))
    if entry.reverses_id is not None:
        raise Refused(_("这一条本身就是冲销。要恢复，请重新记一条。"))
    if _all().filter(reverses=entry).exists():
        raise Refused(_("这一条已经冲销过了。"))
    back = HoursEntry.objects.create(
        community_id=entry.community_id,
        volunteer_id=entry.volunteer_id,
        kind=entry.kind,
        day=entry.day,
        minutes=-entry.minutes,
        what=entry.what,
        about=entry.about,
        confirmed_by=by,
        reverses=entry,
        reason=reason.strip()[:120],
    )
    audit.record("hours_reversed", back, by=by, changes={"minutes": [entry.minutes, 0]}, reason=back.reason)
    told = _("%(day)s 的“%(what)s”，时长冲销了：%(reason)s") % {
        "day": day(entry.day),
        "what": entry.what,
        "reason": back.reason,
    }
    notify([entry.volunteer], about=back, kind="hours_reversed", text=told)
    _tell_of_papers(entry)
    return back


def _tell_of_papers(entry: HoursEntry) -> None:
    """A certificate that counts what was just taken back: whoever issued it may revoke it and issue it anew."""
    papers = Certificate.objects.unscoped(reason="certificates that count an entry just taken back")
    covering = papers.filter(
        community=entry.community_id,
        volunteer=entry.volunteer_id,
        state=PaperState.ISSUED,
        starts_on__lte=entry.day,
        ends_on__gte=entry.day,
        issued_at__gte=entry.entered_at,
    )
    for paper in covering.select_related("issued_by"):
        told = _("证明 %(number)s 里有一条时长后来冲销了，请看看要不要撤销重开。") % {"number": paper.number}
        notify([paper.issued_by], about=paper, kind="certificate_doubted", text=told)


@transaction.atomic
def correct(entry: HoursEntry, *, minutes: int, reason: str, by: User) -> HoursEntry:
    """Put other minutes in the place of an entry: it is taken back and entered again, both stand in the book."""
    if minutes == entry.minutes:
        raise Refused(_("时长和原来一样，不用改。"))
    reverse(entry, reason=reason, by=by)
    return enter(
        volunteer=entry.volunteer,
        community=entry.community,
        kind=entry.kind,
        day=entry.day,
        minutes=minutes,
        what=entry.what,
        about=_next(entry.about),
        by=by,
    )


def _next(about: str) -> str:
    """What a corrected entry is about: "stewards.job:…" once more, "stewards.job:…#2"."""
    record, _mark, times = about.partition("#")
    return f"{record}#{int(times or 1) + 1}" if record else ""


def _all() -> HoursEntryQuerySet:
    return HoursEntry.objects.unscoped(reason="the book of one volunteer, whom the action knows already")


def _entered(volunteer: User, community: Community, about: str) -> HoursEntry | None:
    if not about:
        return None
    mine: HoursEntry | None = (
        _all().filter(community=community, volunteer=volunteer, about=about, reverses__isnull=True).first()
    )
    return mine


def _same(before: HoursEntry, minutes: int) -> HoursEntry:
    if before.minutes != minutes:
        raise Refused(_("这次服务已经记过时长，记的是 %(minutes)s 分钟。") % {"minutes": before.minutes})
    return before


def _check_day(volunteer: User, day: date, minutes: int) -> None:
    if day > clock.today():
        raise Refused(_("还没到的日子不能记时长。"))
    if not 0 < minutes <= MOST_AT_ONCE:
        raise Refused(_("一次的时长写 1 分钟到 16 小时。"))
    given = sum(_all().filter(volunteer=volunteer, day=day).values_list("minutes", flat=True))
    if given + minutes > MOST_A_DAY:
        raise Refused(_("这一天已经记了 %(given)s 分钟，加起来超过 24 小时了，请核对。") % {"given": given})
