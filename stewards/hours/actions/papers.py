"""Certificates: asked for, issued under the next number of the year, revoked, issued anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import Appointment, Community, User
from community.notices import notify
from community.numbers import next_number
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.hours.states import PAPERS, PaperState, parties
from stewards.hours.totals import minutes_by_kind
from stewards.models import Certificate

SEQUENCE = "hours_certificate"
_OFFICE = "whoever issues certificates is told that one is asked for"


@transaction.atomic
def ask_certificate(
    *, by: User, community: Community, starts_on: date, ends_on: date, purpose: str = ""
) -> Certificate:
    """A volunteer asks for a certificate of a period. Raises Refused where the book has nothing for it, or where the
    last one still waits."""
    _check_period(by, community, starts_on, ends_on)
    if _mine(by, community).filter(state=PaperState.ASKED).exists():
        raise Refused(_("您要的上一份证明还在等社区开，请稍等一两天。"))
    paper = Certificate.objects.create(
        community=community, volunteer=by, starts_on=starts_on, ends_on=ends_on, purpose=purpose.strip()[:60]
    )
    audit.record("certificate_asked", paper, by=by)
    told = _("%(who)s 想要一份志愿服务证明。") % {"who": by.name}
    notify(_office(community), about=paper, kind="certificate_asked", text=told)
    return paper


@transaction.atomic
def issue_certificate(
    *, by: User, volunteer: User, community: Community, starts_on: date, ends_on: date, purpose: str = ""
) -> Certificate:
    """The office issues one straight away, for somebody who asked in person."""
    _check_period(volunteer, community, starts_on, ends_on)
    paper = Certificate(
        community=community, volunteer=volunteer, starts_on=starts_on, ends_on=ends_on, purpose=purpose.strip()[:60]
    )
    return _issued(paper, "", by)


@transaction.atomic
def grant(paper: Certificate, *, by: User) -> Certificate:
    """Issue what was asked for, with the hours as they stand in the book now."""
    paper = locked(paper)
    _check_period(paper.volunteer, paper.community, paper.starts_on, paper.ends_on)
    return _issued(paper, paper.state, by)


@transaction.atomic
def drop_certificate(paper: Certificate, *, reason: str, by: User) -> Certificate:
    """Say why it is not issued."""
    paper = _ended(paper, "drop", PaperState.DROPPED, reason, by)
    told = _("您要的志愿服务证明这次没有开：%(reason)s") % {"reason": paper.reason}
    notify([paper.volunteer], about=paper, kind="certificate_answered", text=told)
    return paper


@transaction.atomic
def revoke(paper: Certificate, *, reason: str, by: User) -> Certificate:
    """From now on whoever checks the paper reads that it does not hold; its number stays."""
    paper = _ended(paper, "revoke", PaperState.REVOKED, reason, by)
    told = _("志愿服务证明 %(number)s 撤销了：%(reason)s") % {"number": paper.number, "reason": paper.reason}
    notify([paper.volunteer], about=paper, kind="certificate_answered", text=told)
    return paper


@transaction.atomic
def reissue(paper: Certificate, *, reason: str, by: User) -> Certificate:
    """Revoke a certificate and issue another for the same period, with the hours as they stand in the book now."""
    old = locked(paper)
    if old.state == PaperState.ISSUED:
        old = revoke(old, reason=reason, by=by)
    if old.state != PaperState.REVOKED:
        raise Refused(_("只有开过的证明才能重开。"))
    if Certificate.objects.unscoped(reason=_OFFICE).filter(replaces=old).exists():
        raise Refused(_("这份证明已经重开过了。"))
    _check_period(old.volunteer, old.community, old.starts_on, old.ends_on)
    anew = Certificate(
        community=old.community,
        volunteer=old.volunteer,
        starts_on=old.starts_on,
        ends_on=old.ends_on,
        purpose=old.purpose,
        replaces=old,
    )
    return _issued(anew, "", by)


def _issued(paper: Certificate, before: str, by: User) -> Certificate:
    PAPERS.find(before, "issue", parties(paper, by))
    kinds = minutes_by_kind(paper.volunteer, paper.community, paper.starts_on, paper.ends_on)
    year = clock.today().year
    paper.state = PaperState.ISSUED
    paper.year, paper.serial = year, next_number(paper.community_id, kind=SEQUENCE, period=str(year))
    paper.name, paper.kinds, paper.minutes = paper.volunteer.name, kinds, sum(kinds.values())
    paper.issued_at, paper.issued_by = clock.now(), by
    paper.save()
    audit.record("certificate_issued", paper, by=by, changes={"minutes": [None, paper.minutes]})
    told = _("您的志愿服务证明开好了，编号 %(number)s，可以下载打印。") % {"number": paper.number}
    notify([paper.volunteer], about=paper, kind="certificate_answered", text=told)
    return paper


def _ended(paper: Certificate, action: str, state: str, reason: str, by: User) -> Certificate:
    paper = locked(paper)
    PAPERS.find(paper.state, action, parties(paper, by), {"reason": reason.strip()})
    before, paper.state = paper.state, state
    paper.ended_at, paper.ended_by, paper.reason = clock.now(), by, reason.strip()[:120]
    paper.save()
    audit.record(f"certificate_{state}", paper, by=by, changes={"state": [before, state]}, reason=paper.reason)
    return paper


def _check_period(volunteer: User, community: Community, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refused(_("结束的日期不能早于开始的日期。"))
    if ends_on > clock.today():
        raise Refused(_("证明只能开到今天为止。"))
    if sum(minutes_by_kind(volunteer, community, starts_on, ends_on).values()) <= 0:
        raise Refused(_("这段时间里还没有记下的服务时长，开不出证明。"))


def _mine(volunteer: User, community: Community) -> Any:
    rows = Certificate.objects.unscoped(reason="the volunteer's own certificates")
    return rows.filter(volunteer=volunteer, community=community)


def _office(community: Community) -> Iterable[User]:
    held = Appointment.objects.unscoped(reason=_OFFICE).current().filter(community=community)
    return User.objects.filter(
        pk__in=held.filter(role__in=[Role.COMMUNITY_STAFF, Role.SECRETARY]).values("user"), is_active=True
    )
