"""Small valid rows for tests; every field can be overridden."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from community.models import Appointment, Community, User
from community.models.community import CalendarYear
from community.roles import SCOPE_OF_ROLE, Role
from core import clock
from core.photos import CleanPhoto
from core.quarters import Quarter
from grids.models import Building, CareTag, Dwelling, Estate, Grid, Household, Membership, Resident, Unit
from helpdesk import actions as requests
from helpdesk.models import Category, ServiceRequest
from property import actions, entries
from property.entries import Item
from property.models import Account, Book, LedgerMonth, Means, Posting, Publication, Voucher
from property.publication import actions as publications

# community ------------------------------------------------------------------------------------------------------


class CommunityFactory(DjangoModelFactory[Community]):
    class Meta:
        model = Community

    code = factory.Sequence(lambda n: f"3211{n:08d}")
    name = factory.Sequence(lambda n: f"第{n}社区")
    short_name = factory.Sequence(lambda n: f"{n}")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"139{n:08d}")
    name = factory.Sequence(lambda n: f"用户{n}")


def appoint(role: str, scope: Any, *, user: User | None = None, **fields: Any) -> User:
    """A user (new unless given) who holds `role` for `scope`: a community, or the row the role is held for."""
    user = user or UserFactory()
    key = SCOPE_OF_ROLE.get(role)
    place = {key: scope, "community": scope.community} if key else {"community": scope}
    Appointment.objects.create(user=user, role=role, starts_on=date(2020, 1, 1), **place, **fields)
    user.__dict__.pop("scope", None)
    return user


# grids ----------------------------------------------------------------------------------------------------------


class GridFactory(DjangoModelFactory[Grid]):
    class Meta:
        model = Grid

    community = factory.SubFactory(CommunityFactory)
    code = factory.LazyAttributeSequence(lambda grid, n: f"{grid.community.code}{n % 900 + 100}")
    name = factory.Sequence(lambda n: f"第{n}网格")


class EstateFactory(DjangoModelFactory[Estate]):
    class Meta:
        model = Estate

    community = factory.SubFactory(CommunityFactory)
    code = factory.Sequence(lambda n: f"{200 + n}")
    name = factory.LazyAttribute(lambda estate: f"朱方路{estate.code}号")


class BuildingFactory(DjangoModelFactory[Building]):
    class Meta:
        model = Building

    grid = factory.SubFactory(GridFactory)
    community = factory.SelfAttribute("grid.community")
    estate = factory.SubFactory(EstateFactory, community=factory.SelfAttribute("..community"))
    number = factory.Sequence(lambda n: f"{n}")
    label = factory.LazyAttribute(lambda building: f"{building.estate.code}号{building.number}幢")


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    building = factory.SubFactory(BuildingFactory)
    community = factory.SelfAttribute("building.community")
    number = factory.Sequence(lambda n: f"{n}")


class DwellingFactory(DjangoModelFactory[Dwelling]):
    class Meta:
        model = Dwelling

    unit = factory.SubFactory(UnitFactory)
    building = factory.SelfAttribute("unit.building")
    community = factory.SelfAttribute("unit.community")
    room_no = factory.Sequence(lambda n: f"{n // 4 + 1}{n % 4 + 1:02d}")
    label = factory.LazyAttribute(lambda dwelling: f"{dwelling.unit}{dwelling.room_no}室")


class HouseholdFactory(DjangoModelFactory[Household]):
    class Meta:
        model = Household

    dwelling = factory.SubFactory(DwellingFactory)
    building = factory.SelfAttribute("dwelling.building")
    community = factory.SelfAttribute("dwelling.community")


class ResidentFactory(DjangoModelFactory[Resident]):
    class Meta:
        model = Resident

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"居民{n}")
    birth_date = date(1956, 3, 7)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    household = factory.SubFactory(HouseholdFactory)
    community = factory.SelfAttribute("household.community")
    resident = factory.SubFactory(ResidentFactory, community=factory.SelfAttribute("..community"))
    starts_on = date(2020, 1, 1)


def household_in(grid: Grid, **fields: Any) -> Household:
    """A household in a building of `grid`."""
    return HouseholdFactory(dwelling__unit__building__grid=grid, **fields)


def resident_of(household: Household) -> User:
    """A user who signs in as a resident of `household`."""
    return appoint(Role.RESIDENT, household)


# property -------------------------------------------------------------------------------------------------------


@dataclass
class Committee:
    """An estate with an open book and its officers."""

    book: Book
    bookkeeper: User
    reviewer: User
    cashier: User

    def account(self, code: str) -> Account:
        return Account.objects.get(book=self.book, code=code)

    def draft(self, **fields: Any) -> Voucher:
        """A draft of 100 yuan for paper, paid from the bank, on the first day of the book, unless told otherwise."""
        fields.setdefault("kind", Voucher.Kind.PAYMENT)
        fields.setdefault("day", self.book.opened_on)
        fields.setdefault("summary", "买打印纸")
        if "lines" not in fields:
            amount = fields.pop("amount", Decimal("100.00"))
            item = Item(self.account(fields.pop("item", "520101")), fields.pop("fund", "fee"), amount)
            fields["lines"] = entries.paid([item], self.account("1002"))
        if fields.get("resolution_ref"):
            scan = small_photo("white")
            own = actions.Paper(scan.content, "决议.jpg", scan.content_type, is_resolution=True)
            fields["papers"] = [*fields.get("papers", ()), own]
        return actions.draft_voucher(self.book, by=self.bookkeeper, **fields)

    def post(self, voucher: Voucher | None = None, **fields: Any) -> Voucher:
        """Take a draft (a new one unless given) through the three offices."""
        voucher = actions.submit(voucher or self.draft(**fields), by=self.bookkeeper)
        voucher = actions.approve(voucher, by=self.reviewer, version=voucher.version)
        touches_money = Posting.objects.filter(voucher=voucher, account__is_money=True).exists()
        means = Means.BANK if touches_money else Means.NONE
        return actions.settle(voucher, by=self.cashier, version=voucher.version, settled_on=voucher.day, means=means)


def committee_of(estate: Estate | None = None, **book: Any) -> Committee:
    """A committee of three offices and the book they keep, opened on 1 September 2025 with a limit of 2,000 yuan."""
    estate = estate or EstateFactory(is_self_managed=True)
    bookkeeper, reviewer, cashier = (
        appoint(Role.COMMITTEE, estate, office=office) for office in ("bookkeeper", "reviewer", "cashier")
    )
    book.setdefault("opened_on", date(2025, 9, 1))
    book.setdefault("spending_limit", Decimal("2000.00"))
    return Committee(actions.open_book(estate, by=bookkeeper, **book), bookkeeper, reviewer, cashier)


# property: publications -------------------------------------------------------------------------------------------


@dataclass
class FullCommittee(Committee):
    """A committee of all five offices: what it takes to publish a quarter."""

    chair: User
    supervisor: User

    @property
    def signers(self) -> tuple[User, ...]:
        """In the order in which they sign."""
        return self.bookkeeper, self.cashier, self.reviewer, self.chair, self.supervisor

    def close(self, quarter: Quarter) -> None:
        """Close every month as far as the end of the quarter."""
        while True:
            months = LedgerMonth.objects.of_book(self.book).open().filter(month__lte=str(quarter.months[2]))
            month = months.order_by("month").first()
            if month is None:
                return
            actions.close_month(month, by=self.bookkeeper)

    def fill(self, publication: Publication, **texts: Any) -> Publication:
        """Fill in texts and proofs; every account as the books have it, the cash counted by two people."""
        sections, _proofs = publications.draft_sections(publication)
        given: dict[str, Any] = {
            "places": "小区公告栏",
            "contact": "0511-12345678",
            "inspection_hours": "每周三下午，门卫室",
            "notes": "",
            "proofs": [
                publications.Proof(row.code, row.book, counted_on=clock.today(), counted_by="钱出纳", witness="孙监督")
                for row in sections.cash
            ],
        }
        return publications.change_draft(
            publication, by=self.cashier, revision=publication.revision, **{**given, **texts}
        )

    def sign_all(self, publication: Publication) -> Publication:
        for signer in self.signers:
            publication = publications.sign(publication, by=signer, revision=publication.revision)
        return publication

    def publish(self, quarter: Quarter, **texts: Any) -> Publication:
        """Close, draft, fill in, sign five times and publish."""
        self.close(quarter)
        draft = publications.draft_publication(self.book, by=self.bookkeeper, quarter=quarter)
        return publications.publish(self.sign_all(self.fill(draft, **texts)), by=self.chair)


def full_committee_of(estate: Estate | None = None, **book: Any) -> FullCommittee:
    """As `committee_of`, with a chair and a supervisor as well."""
    three = committee_of(estate, **book)
    chair, supervisor = (
        appoint(Role.COMMITTEE, three.book.estate, office=office) for office in ("chair", "supervisor")
    )
    return FullCommittee(three.book, three.bookkeeper, three.reviewer, three.cashier, chair, supervisor)


# visits ---------------------------------------------------------------------------------------------------------


def family_of(household: Household, *people: dict[str, Any]) -> list[Resident]:
    """Members of a household, the first one its head."""
    relations = ("02", "10", "20", "30", "40", "40", "50", "50")
    found = []
    for number, person in enumerate(people):
        resident = ResidentFactory(community=household.community, **person)
        MembershipFactory(household=household, resident=resident, relation=relations[number % 8])
        found.append(resident)
    if found:
        household.head = found[0]
        household.save(update_fields=["head"])
    return found


def report_of(household: Household, **fields: Any) -> Any:
    """What a visitor brings back: met somebody, nothing verified yet."""
    from core import clock
    from visits.report import Report

    return Report(**{"outcome": "met", "visited_at": clock.now(), **fields})


# helpdesk -------------------------------------------------------------------------------------------------------


def small_photo(colour: str = "teal") -> CleanPhoto:
    """A photo as it is after cleaning."""
    content = io.BytesIO()
    Image.new("RGB", (12, 8), colour).save(content, "JPEG")
    return CleanPhoto(content.getvalue(), 12, 8)


@dataclass
class Desk:
    """A grid with its leader, the secretary, two who can handle requests, and a resident who asks."""

    grid: Grid
    household: Household
    reporter: User
    leader: User
    secretary: User
    handler: User
    other: User

    def category(self, slug: str = "plumbing") -> Category:
        return Category.objects.get(community=self.grid.community, slug=slug)

    def log(self, slug: str = "plumbing", **fields: Any) -> ServiceRequest:
        """A request of the resident about the own home, unless told otherwise."""
        fields = {"by": self.reporter, "reporter": self.reporter, "household": self.household, **fields}
        fields.setdefault("title", "厨房水管漏水")
        return requests.log_request(category=self.category(slug), **fields)

    def take(self, request: ServiceRequest, action: str, **given: Any) -> ServiceRequest:
        """One step with everything it needs, by the one who usually takes it."""
        usual: dict[str, tuple[User | None, dict[str, Any]]] = {
            "accept": (self.leader, {"category": request.category}),
            "reject": (self.secretary, {"reason": "not_ours", "turn_to": "请打 12345。"}),
            "dispatch": (self.leader, {"handler": self.handler}),
            "sign": (self.handler, {"first_contact_at": clock.now()}),
            "hand_back": (self.handler, {"text": "没有配件。"}),
            "reply": (self.handler, {"result": "solved", "text": "换了水管。", "photos": [small_photo()]}),
            "send_back": (self.leader, {"text": "还在渗水。"}),
            "decline": (self.leader, {"turn_to": "请找街道人民调解委员会。"}),
            "resolve": (self.leader, {}),
            "conclude": (self.leader, {}),
            "rate": (self.reporter, {"solved": "yes", "score": 5}),
            "withdraw": (self.reporter, {}),
            "lapse": (None, {}),
            "ask_info": (self.leader, {"text": "是哪个房间漏水？"}),
            "answer": (self.reporter, {"text": "厨房。"}),
            "answer_for": (self.leader, {"text": "电话里说是厨房。"}),
            "unanswered": (None, {}),
            "ask_again": (self.leader, {"text": "什么时候开始的？"}),
            "ask_suspend": (self.handler, {"text": "等配件。", "until": _in_days(7)}),
            "suspend": (self.secretary, {"text": "等配件。", "review_on": _in_days(7)}),
            "prolong": (self.secretary, {"text": "配件还没到。", "review_on": _in_days(14)}),
            "resume": (self.secretary, {}),
            "ask_extend": (self.handler, {"text": "要换整根管子。", "until": _in_days(3, request.due_at)}),
            "extend": (self.secretary, {"text": "要换整根管子。", "until": _in_days(3, request.due_at)}),
            "refuse": (self.secretary, {"text": "请先修好总阀。"}),
            "refer": (self.secretary, {"referred_to": "自来水公司", "next_check_on": _in_days(7)}),
            "checked": (self.secretary, {"text": "在排队。", "next_check_on": _in_days(14)}),
            "take_back": (self.secretary, {"text": "那边不管。"}),
            "report_back": (self.handler, {"result": "solved", "text": "换了总管。"}),
            "reassign": (self.leader, {"handler": self._another(request), "note": "请假了。"}),
            "hand_on": (self.leader, {"handler": self._another(request), "note": "请假了。"}),
            "recall": (self.leader, {"note": "调走了。"}),
            "merge": (self.leader, {}),
            "split": (self.leader, {"text": "不是同一处漏水。"}),
            "reopen": (self.reporter, {"text": "又漏了。"}),
        }
        by, needed = usual[action]
        if action == "merge" and "master" not in given:
            needed = {"master": self.log(request.category.slug)}
        return requests.step(request, action, **{"by": by, **needed, **given})

    def _another(self, request: ServiceRequest) -> User:
        return self.other if request.handler_id == self.handler.pk else self.handler

    def walk(self, request: ServiceRequest, *names: str) -> ServiceRequest:
        """Several steps, one after another."""
        for name in names:
            request = self.take(request, name)
        return request


def _in_days(number: int, after: datetime | None = None) -> date:
    return (clock.local(after).date() if after else clock.today()) + timedelta(number)


def desk(**household: Any) -> Desk:
    """A desk in a community of its own, with all categories laid down and the calendar of next year listed."""
    CalendarYear.objects.get_or_create(first_day=date(clock.today().year + 1, 1, 1))
    grid = GridFactory()
    requests.seed_categories(grid.community)
    home = household_in(grid, **household)
    return Desk(
        grid=grid,
        household=home,
        reporter=resident_of(home),
        leader=appoint(Role.GRID_LEADER, grid),
        secretary=appoint(Role.SECRETARY, grid.community),
        handler=appoint(Role.RED_STEWARD, grid.community),
        other=appoint(Role.RED_STEWARD, grid.community),
    )


# grids: care ----------------------------------------------------------------------------------------------------


def in_care(household: Household, **fields: Any) -> CareTag:
    """An open care tag of a household as a whole, from 2025 on."""
    fields = {"category": "minimum_allowance", "starts_on": date(2025, 1, 1), **fields}
    return CareTag.objects.create(community=household.community, household=household, **fields)


def neighbour_of(household: Household, **fields: Any) -> Household:
    """Another household of the same building."""
    return HouseholdFactory(dwelling__unit=household.dwelling.unit, **fields)


def party_member_in(building: Building, **fields: Any) -> Resident:
    """A Party member who lives in a household of the building."""
    home = HouseholdFactory(dwelling__unit__building=building)
    resident = ResidentFactory(community=building.community, is_party_member=True, **fields)
    MembershipFactory(household=home, resident=resident)
    return resident
