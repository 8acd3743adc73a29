"""The hours that the invented red stewards gave: entered, one corrected, some waiting for a word, certified."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from community.models import Community, User
from core import clock
from core.workdays import ZONE
from demo.officers import Officers
from stewards.hours import actions
from stewards.models import HoursEntry, SelfReport

Kind = HoursEntry.Kind
WEEKS = 8
DONE = (
    (Kind.JOB, "帮三幢换水龙头", 60),
    (Kind.JOB, "上门修电灯", 45),
    (Kind.DUTY, "服务站上午", 180),
    (Kind.JOB, "给老人理发", 50),
    (Kind.ACTIVITY, "广场清理小广告", 120),
    (Kind.JOB, "通厨房下水", 75),
    (Kind.DUTY, "服务站下午", 180),
    (Kind.JOB, "陪老人去医院", 150),
)
TRAINED = 66
"""So many days ago all of them were at the training."""
CERTIFIED = timedelta(days=180)
"""The time that a certificate is about."""


def remember(community: Community, officers: Officers, *, seed: int) -> None:
    """Eight weeks in which everybody gave what they could, and what has come of it."""
    chance, office = Random(seed), officers.staff  # noqa: S311 invented hours
    stewards = officers.red_stewards
    with clock.at(_evening(clock.today() - timedelta(days=TRAINED))):
        for steward in stewards:
            _enter(community, steward, Kind.TRAINING, "红管家上岗培训", 120, by=office)
    for number, steward in enumerate(stewards):
        for week in sorted(chance.sample(range(1, WEEKS + 1), k=2 + number % 4)):
            kind, what, minutes = DONE[(number + week) % len(DONE)]
            day = clock.today() - timedelta(days=7 * week - number % 5)
            with clock.at(_evening(day)):
                _enter(community, steward, kind, what, minutes + 5 * chance.randrange(6), by=office)
    _lately(community, officers)


def _lately(community: Community, officers: Officers) -> None:
    """A correction, three reports that wait, a certificate that is out and one that is asked for."""
    first, second, third, fourth = officers.red_stewards[:4]
    office, today = officers.staff, clock.today()
    with clock.at(_evening(today - timedelta(days=20))):
        wrong = _enter(community, first, Kind.JOB, "修门锁", 240, by=office)
    with clock.at(_evening(today - timedelta(days=18))):
        actions.correct(wrong, minutes=40, reason="多写了一个零，问过本人", by=office)
    with clock.at(_evening(today - timedelta(days=6))):
        actions.issue_certificate(
            by=office,
            volunteer=first,
            community=community,
            starts_on=clock.today() - CERTIFIED,
            ends_on=clock.today(),
            purpose="单位评优",
        )
    with clock.at(_evening(today - timedelta(days=1))):
        since = clock.today() - CERTIFIED
        actions.ask_certificate(by=second, community=community, starts_on=since, ends_on=clock.today())
        _report(community, third, "帮邻居抬旧沙发下楼", 40, witness=first)
        _report(community, fourth, "给独居老人送饭", 30, witness=None)
        told = _report(community, second, "扫楼道积水", 300, witness=office)
    with clock.at(_evening(today - timedelta(days=1)) + timedelta(hours=1)):
        actions.decline_report(told, reason="那天大家一起扫了半小时，请改一改再报。", by=office)


def _enter(community: Community, steward: User, kind: str, what: str, minutes: int, *, by: User) -> HoursEntry:
    return actions.enter(
        volunteer=steward, community=community, kind=kind, day=clock.today(), minutes=minutes, what=what, by=by
    )


def _report(community: Community, steward: User, what: str, minutes: int, *, witness: User | None) -> SelfReport:
    return actions.report_work(
        by=steward,
        community=community,
        kind=Kind.OTHER,
        day=clock.today(),
        minutes=minutes,
        what=what,
        witness=witness,
    )


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(18, 30), ZONE)
