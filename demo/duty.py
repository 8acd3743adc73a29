"""The invented duty roster: four weeks on the board, half of them gone, with a gap, and the next four being planned."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from community.models import Community, User
from core import clock
from demo.officers import Officers
from stewards.duty import actions
from stewards.duty.actions.templates import Need
from stewards.duty.states import SeatState
from stewards.models import Assignment, Roster, ShiftTemplate, Skill, Steward

_OURS = "the demo's own rows"
WORKDAYS, SATURDAY, FRIDAY = (0, 1, 2, 3, 4), (5,), (4,)
# The first says no to one shift, the second answers by phone, one lets their answer wait.
SAYS_NO, BY_PHONE, WAITS = 0, 3, 5


def stand_watch(community: Community, officers: Officers) -> None:
    """Three shifts that come again, a roster that is out, and the draft of the next."""
    office, today = officers.staff, clock.today()
    monday = today - timedelta(days=today.weekday() + 14)
    with clock.at(_at(monday - timedelta(days=12), 10)):
        _templates(community, office)
        roster = actions.make(community, by=office, first=monday)
        actions.send(roster, by=office)
    with clock.at(_at(monday - timedelta(days=9), 20)):
        _answer(roster, office)
        actions.publish(roster, by=office)
    actions.make(community, by=office, first=monday + timedelta(days=28))


def _templates(community: Community, office: User) -> None:
    appliances = Skill.objects.unscoped(reason=_OURS).get(community=community, slug="appliances")
    for name, place, days, start, end, needs in (
        ("服务站上午", "社区服务站", WORKDAYS, time(8, 30), time(11, 30), [Need(None, 1, 1)]),
        ("周六便民修理", "小广场", SATURDAY, time(9), time(11), [Need(appliances, 1), Need(None, 1)]),
        ("周五晚上巡逻", "小区东门", FRIDAY, time(19), time(21), [Need(None, 2)]),
    ):
        actions.add_template(
            community, by=office, name=name, place=place, weekdays=days, starts_at=start, ends_at=end, needs=needs
        )
    keen = Steward.objects.unscoped(reason=_OURS).filter(community=community).order_by("user__phone")[0]
    morning = ShiftTemplate.objects.unscoped(reason=_OURS).filter(community=community).order_by("pk")[0]
    actions.wish(keen, by=keen.user, wishes={morning: 1})


def _answer(roster: Roster, office: User) -> None:
    """Nearly everybody says yes; one no leaves a gap in the days to come."""
    seats = Assignment.objects.unscoped(reason=_OURS).filter(slot__shift__roster=roster, state=SeatState.ASKED)
    people = Steward.objects.unscoped(reason=_OURS).filter(pk__in=seats.values("steward")).order_by("user__phone")
    for number, steward in enumerate(people.select_related("user")):
        own = seats.filter(steward=steward).select_related("slot__shift__roster", "steward").order_by("starts_at")
        last = own.filter(is_reserve=False).last()
        if number == SAYS_NO and last is not None:
            actions.decline(last, by=steward.user)
        if number == WAITS:
            continue
        by_phone = number == BY_PHONE
        channel = Assignment.Channel.PHONE if by_phone else Assignment.Channel.PORTAL
        actions.accept_all(roster, steward, by=office if by_phone else steward.user, channel=channel)


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
