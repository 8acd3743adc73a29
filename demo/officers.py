"""Those who run the invented community, each with a phone number to sign in by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from community import actions, actions_letters
from community.models import Community, User
from community.roles import Office, Role
from grids.models import Building, Estate, Grid, Household

PASSWORD = "zhufang-2026"  # noqa: S105 printed by seed_demo: a demo database holds nobody's data

LEADERS = ("周敏", "何建平", "罗雪梅", "高立新", "董慧敏", "程振华")
COMMITTEE = {
    Office.CHAIR: "沈国强",
    Office.BOOKKEEPER: "徐丽娟",
    Office.REVIEWER: "吴德明",
    Office.CASHIER: "郑惠芬",
    Office.SUPERVISOR: "蒋志华",
}
RED_STEWARDS = ("王长根", "许庆生", "叶卫东")
# They come later, so that the phone numbers of all others stay what they are.
MORE_RED_STEWARDS = ("傅月娥", "廖志强", "石秀英", "贺俊杰", "邹金宝", "尹春梅", "侯德明", "熊建平", "黎永福")
RESIDENTS = 5


@dataclass
class SignIn:
    """One line of what the terminal prints."""

    role: str
    name: str
    phone: str


@dataclass
class Officers:
    """The people by what they do."""

    secretary: User
    staff: User
    observer: User
    leaders: dict[int, User] = field(default_factory=dict)
    building_steward: User | None = None
    red_stewards: list[User] = field(default_factory=list)
    committee: dict[str, User] = field(default_factory=dict)
    residents: list[tuple[User, Household]] = field(default_factory=list)
    sign_ins: list[SignIn] = field(default_factory=list)

    def leader_of(self, household: Household) -> User:
        """Who leads the grid that the household lives in."""
        return self.leaders[household.building.grid_id or 0]


class Hiring:
    """Makes accounts with consecutive phone numbers and one password, and remembers their sign-ins."""

    def __init__(self) -> None:
        self._hash = make_password(PASSWORD)
        self._drawn = 0
        self.sign_ins: list[SignIn] = []

    def account(self, name: str, role: str) -> User:
        """A new account that signs in by the next phone number."""
        phone = self.phone()
        user = User.objects.create(phone=phone, name=name, password=self._hash)
        self.sign_ins.append(SignIn(role, name, phone))
        return user

    def phone(self) -> str:
        """The next phone number: 19900000001 and so on."""
        self._drawn += 1
        return f"19900000{self._drawn:03d}"


def appoint_secretary(community: Community, hiring: Hiring) -> User:
    """The first to be appointed, by the command line; she appoints the others."""
    secretary = hiring.account("林海燕", str(Role.SECRETARY.label))
    actions.appoint(secretary, role=Role.SECRETARY, place=community, by=None)
    return secretary


def appoint_others(
    community: Community, *, secretary: User, grids: list[Grid], estate: Estate, building: Building, hiring: Hiring
) -> Officers:
    """Staff, grid leaders, a building's steward, red stewards, and the committee of the self-managed estate."""
    staff = hiring.account("余晓红", str(Role.COMMUNITY_STAFF.label))
    actions.appoint(staff, role=Role.COMMUNITY_STAFF, place=community, by=secretary)
    observer = hiring.account("潘文斌", str(Role.STREET_OBSERVER.label))
    actions.appoint(observer, role=Role.STREET_OBSERVER, place=community, by=None)
    officers = Officers(secretary=secretary, staff=staff, observer=observer, sign_ins=hiring.sign_ins)
    for grid, name in zip(grids, LEADERS, strict=True):
        leader = hiring.account(name, f"{Role.GRID_LEADER.label}·{grid.name}")
        actions.appoint(leader, role=Role.GRID_LEADER, place=grid, by=secretary)
        officers.leaders[grid.pk] = leader
    officers.building_steward = hiring.account("王建国", f"{Role.BUILDING_STEWARD.label}·{building.label}")
    actions.appoint(officers.building_steward, role=Role.BUILDING_STEWARD, place=building, by=secretary)
    for name in RED_STEWARDS:
        steward = hiring.account(name, str(Role.RED_STEWARD.label))
        actions.appoint(steward, role=Role.RED_STEWARD, place=community, by=secretary)
        officers.red_stewards.append(steward)
    for office, name in COMMITTEE.items():
        member = hiring.account(name, f"{Role.COMMITTEE.label}·{Office(office).label}")
        actions.appoint(member, role=Role.COMMITTEE, place=estate, by=secretary, office=office)
        officers.committee[office] = member
    return officers


def appoint_red_stewards(community: Community, officers: Officers, *, hiring: Hiring) -> None:
    """The rest of the red stewards' society."""
    for name in MORE_RED_STEWARDS:
        steward = hiring.account(name, str(Role.RED_STEWARD.label))
        actions.appoint(steward, role=Role.RED_STEWARD, place=community, by=officers.secretary)
        officers.red_stewards.append(steward)


def let_residents_in(officers: Officers, *, hiring: Hiring, households: list[Household]) -> None:
    """A few households redeem their letters, the ones of the self-managed estate first."""
    issued = actions_letters.issue_letters(households, by=officers.secretary)
    for letter, _code in issued:
        household = letter.household
        if household is None or household.head is None:
            continue
        phone = hiring.phone()
        user = actions_letters.open_account(letter, phone=phone, password=PASSWORD, resident=household.head)
        officers.residents.append((user, household))
        hiring.sign_ins.append(SignIn(f"{Role.RESIDENT.label}·{household}", user.name, phone))


def at_noon(day: date) -> datetime:
    """The moment at which the demo does what it does on a day."""
    return timezone.make_aware(datetime.combine(day, time(12, 0)))


def told(sign_ins: list[SignIn]) -> str:
    """The sign-ins as a table for the terminal."""
    lines = [_("登录密码都是 %(password)s") % {"password": PASSWORD}]
    return "\n".join([*lines, *(f"  {one.phone}  {one.name}  {one.role}" for one in sign_ins)])
