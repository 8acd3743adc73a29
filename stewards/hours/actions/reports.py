"""What somebody says they did, and what a second person says to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.files import store_photos
from community.models import Community, User
from community.notices import notify
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import day
from stewards.hours.actions.book import MOST_AT_ONCE, enter
from stewards.hours.states import REPORTS, ReportState, parties
from stewards.hours.witnesses import witnesses
from stewards.models import SelfReport

LOOK_BACK_DAYS = 90
"""What lies longer back nobody remembers well enough to vouch for it."""


@transaction.atomic
def report_work(
    *,
    by: User,
    community: Community,
    kind: str,
    day: date,
    minutes: int,
    what: str,
    witness: User | None = None,
    photos: list[CleanPhoto] | None = None,
) -> SelfReport:
    """Somebody says what they did; whoever was there is asked, without one the office is.

    Raises Refused for days to come or long past, for more than a day holds, and for oneself as the witness.
    """
    if not clock.today().toordinal() - LOOK_BACK_DAYS <= day.toordinal() <= clock.today().toordinal():
        raise Refused(_("只能报今天和以前 %(days)d 天里做的事。") % {"days": LOOK_BACK_DAYS})
    if not 0 < minutes <= MOST_AT_ONCE:
        raise Refused(_("一次的时长写 1 分钟到 16 小时。"))
    if witness is not None and not witnesses(community, but=by).filter(pk=witness.pk).exists():
        raise Refused(_("请选一位当时在场的红管家、网格长或者社区的同志。"))
    kept = store_photos([(_("照片"), one) for one in photos or []][:1], community_id=community.pk, by=by)
    report = SelfReport.objects.create(
        community=community,
        volunteer=by,
        kind=kind,
        day=day,
        minutes=minutes,
        what=what.strip()[:80],
        witness=witness,
        photo=kept[0] if kept else None,
    )
    audit.record("self_report_made", report, by=by, changes={"minutes": [None, minutes]})
    if witness is not None:
        told = _("%(who)s 说 %(day)s 和您一起做了“%(what)s”，请您确认。") % {
            "who": by.name,
            "day": day.isoformat(),
            "what": report.what,
        }
        notify([witness], about=report, kind="self_report_asked", text=told)
    return report


@transaction.atomic
def confirm_report(report: SelfReport, *, by: User) -> SelfReport:
    """Vouch for it: the hours come into the book."""
    report = _stepped(report, "confirm", by)
    report.entry = enter(
        volunteer=report.volunteer,
        community=report.community,
        kind=report.kind,
        day=report.day,
        minutes=report.minutes,
        what=report.what,
        about=f"stewards.selfreport:{report.pk}",
        by=by,
    )
    told = _("%(who)s 确认了您 %(day)s 的“%(what)s”，时长记好了。谢谢您。")
    return _decided(report, ReportState.CONFIRMED, by, told)


@transaction.atomic
def decline_report(report: SelfReport, *, reason: str, by: User) -> SelfReport:
    """Say why one cannot vouch for it; the volunteer reads it and may report it anew."""
    report = _stepped(report, "decline", by, {"reason": reason.strip()})
    report.reason = reason.strip()[:120]
    told = _("%(who)s 没能确认您 %(day)s 的“%(what)s”：%(reason)s")
    return _decided(report, ReportState.DECLINED, by, told)


@transaction.atomic
def withdraw_report(report: SelfReport, *, by: User) -> SelfReport:
    """Take back what one has reported oneself, while nobody has answered."""
    return _decided(_stepped(report, "withdraw", by), ReportState.WITHDRAWN, by, "")


def _stepped(report: SelfReport, action: str, by: User, given: dict[str, Any] | None = None) -> SelfReport:
    report = locked(report)
    REPORTS.find(report.state, action, parties(report, by), given)
    return report


def _decided(report: SelfReport, state: str, by: User, told: str) -> SelfReport:
    before, report.state = report.state, state
    report.decided_at, report.decided_by = clock.now(), by
    report.save()
    audit.record(f"self_report_{state}", report, by=by, changes={"state": [before, state]}, reason=report.reason)
    if told:
        said = {"who": by.name, "day": day(report.day), "what": report.what, "reason": report.reason}
        notify([report.volunteer], about=report, kind="self_report_answered", text=told % said)
    return report
