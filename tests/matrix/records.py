"""The own place's records, one function a room."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django_tasks_db.models import DBTaskResult

from community import actions_letters
from community.models import Appointment, Channel, Delivery, Notice
from community.roles import Office, Role
from core import clock
from core.ids import uuid7
from core.models import Job
from core.quarters import Month, Quarter
from grids import actions
from grids.actions import erasure, proposals
from grids.models import RosterDoubt, RosterHeading, RosterUpload
from grids.rosters import uploads as roster_uploads
from grids.rosters.doubts import Severity
from grids.rosters.written import WrittenRow
from helpdesk import actions as requests
from helpdesk.actions import settings as request_settings
from helpdesk.models import Category, UpdatePhoto
from property import actions as books
from property.budget import actions as budgets
from property.counts.actions import count_cash
from property.entries import Item, paid
from property.handover.actions import begin_handover
from property.publication.actions import draft_publication
from property.recurring.actions import make_recurring
from tests.factories import (
    FullCommittee,
    HouseholdFactory,
    ResidentFactory,
    in_care,
    neighbour_of,
    report_of,
    small_photo,
)
from tests.matrix import (
    alliance_activities,
    alliance_advice,
    alliance_partners,
    stewards_duty,
    stewards_hours,
    stewards_jobs,
    stewards_members,
)
from tests.matrix.fees import add_fees
from tests.matrix.outcome import add_outcome
from tests.matrix.publication import quarter_records
from tests.matrix.statements import add_statements
from tests.matrix.world import World
from tests.property.fee_payments import pay, publish
from visits import actions as visits
from visits.models import Card, Conflict, Finding, LatePhoto, Recheck, RoundSheet, Sample, Talk, Target, VisitPhoto
from visits.report import Brought

# The roster that the office has sent; what stands in it is kept encrypted.
ROSTER = "姓名,住址\n"
_VOLUNTEERS = [
    part.add_records
    for part in (
        stewards_members,
        stewards_jobs,
        stewards_duty,
        stewards_hours,
        alliance_partners,
        alliance_activities,
        alliance_advice,
    )
]


def add_records(world: World) -> None:
    for room in (_register, _community, _helpdesk, add_outcome, _visits, *_VOLUNTEERS, _property):
        room(world)


def _register(world: World) -> None:
    home = world.homes["own"]
    home.note = world.secret
    home.save()
    staff = world.actor(Role.COMMUNITY_STAFF, "own")
    roster_uploads.take_in(ROSTER.encode(), name="花名册.csv", community=home.community, by=staff)
    for waiting in DBTaskResult.objects.ready():
        waiting.task.call(*waiting.args_kwargs["args"])
    world.records |= {
        "household": home,
        "building": home.building,
        "dwelling": home.dwelling,
        "resident": home.head,
        "roster": RosterUpload.objects.get(),
        **_asked(world),
        **_twins(world),
        **_roster(world),
        **_care(world),
        **_owners(world),
        "job": Job.objects.create(kind="x", label=world.secret, owner=staff),
    }


def _twins(world: World) -> dict[str, Any]:
    """Records beside the own ones that may be the same, and two that were made one."""
    home, office = world.homes["own"], world.actor(Role.SECRETARY, "own")
    assert office is not None
    people = [ResidentFactory(community=home.community, name=world.secret) for _number in range(3)]
    return {
        "twin": people[0],
        "twin_household": HouseholdFactory(dwelling=home.dwelling),
        "merge": actions.merge_residents(people[1], people[2], by=office),
    }


def _asked(world: World) -> dict[str, Any]:
    """The account is the head of the household, has proposed something, and asked that data be erased."""
    home, resident = world.homes["own"], world.actor(Role.RESIDENT, "own")
    Appointment.objects.filter(user=resident, household=home).update(resident=home.head)
    said = {"kind": "other", "source": "resident", "after": world.secret, "note": world.secret, "by": resident}
    asked = {"household": home, "reason": world.secret, "by": resident}
    return {
        "proposal": proposals.propose(home, **said),
        "erasure": erasure.ask_erasure(home.head, **asked),
    }


def _roster(world: World) -> dict[str, Any]:
    """A heading that somebody has explained, and a row that waits on the review list."""
    community, upload = world.homes["own"].community, RosterUpload.objects.get()
    row = WrittenRow((("姓名", "name", world.secret),))
    doubt = RosterDoubt(community=community, upload=upload, sheet=world.secret, row=3, reason="empty")
    doubt.severity, doubt.content = Severity.LEFT_OUT, row.as_text()
    doubt.save()
    heading = RosterHeading.objects.create(community=community, heading=world.secret, column="name")
    return {"roster_doubt": doubt, "roster_heading": heading}


def _care(world: World) -> dict[str, Any]:
    home = world.homes["own"]
    tag = in_care(home, evidence=world.secret)
    steward, leader = world.actor(Role.BUILDING_STEWARD, "own"), world.actor(Role.GRID_LEADER, "own")
    return {"care_tag": tag, "pairing": actions.pair(home, kind="steward", person=steward, by=leader)}


def _owners(world: World) -> dict[str, Any]:
    """Two groups that share an owner, so that they can be joined; one owns the home."""
    home, staff = world.homes["own"], world.actor(Role.COMMUNITY_STAFF, "own")
    fields = {"by": staff, "owner": {"name": world.secret, "resident": home.head}, "label": world.secret}
    group, other = (actions.add_owner_group(home.building.estate, **fields) for _ in range(2))
    return {
        "place": home.community,
        "grid": home.building.grid,
        "estate": home.building.estate,
        "owner_group": group,
        "other_group": other,
        "owner": group.voter,
        "ownership": actions.give_dwelling(group, dwelling=home.dwelling, starts_on=clock.today(), by=staff),
    }


def _community(world: World) -> None:
    home = world.homes["own"]
    leader = world.actor(Role.GRID_LEADER, "own")
    resident = world.actor(Role.RESIDENT, "own")
    (letter, _code), *_rest = actions_letters.issue_letters([home], by=leader)
    notice = Notice.objects.create(community=home.community, user=resident, kind="x", text=world.secret, url="/")
    given_up = {"state": Delivery.State.GIVEN_UP, "ended_at": clock.now(), "kind": "x"}
    world.records |= {
        "letter": letter,
        "appointment": Appointment.objects.get(user=leader),
        "resident_user": resident,
        "staff_user": world.actor(Role.COMMUNITY_STAFF, "own"),
        "notice": notice,
        "delivery": Delivery.objects.create(community=home.community, user=resident, notice=notice, **given_up),
        "work_group": Channel.objects.create(
            community=home.community, name=world.secret, kind=Channel.Kind.OTHER, address="json://127.0.0.1:9/"
        ),
    }


def _helpdesk(world: World) -> None:
    home = world.homes["own"]
    requests.seed_categories(home.community)
    resident, leader = world.actor(Role.RESIDENT, "own"), world.actor(Role.GRID_LEADER, "own")
    category = Category.objects.get(community=home.community, slug="plumbing")
    request = requests.log_request(
        by=resident, reporter=resident, household=home, category=category, title=world.secret, photos=[small_photo()]
    )
    requests.step(request, "accept", by=leader, category=category)
    request = requests.step(request, "dispatch", by=leader, handler=world.actor(Role.RED_STEWARD, "own"))
    world.records |= {"request": request, "request_photo": UpdatePhoto.objects.get()}
    office = world.actor(Role.SECRETARY, "own")
    quarrel = requests.open_mediation(by=office, title=world.secret, home=home, other=neighbour_of(home))
    world.records |= {"mediation": quarrel, "mediation_side": quarrel.sides[0], "category": category, **_logged(world)}
    steward = world.actor(Role.RED_STEWARD, "own")
    ready = {"title": "关阀门", "text": world.secret, "action": ""}
    world.records |= {
        "steward_user": steward,
        "rule": request_settings.add_rule(home.community, by=office, handler=steward, category=category),
        "ready_words": request_settings.add_reply(home.community, by=office, **ready),
    }
    assert office is not None
    world.records["api_key"], _key = requests.open_key(home.community, by=office, name=world.secret, may_write=True)


def _logged(world: World) -> dict[str, Any]:
    """What was written down for somebody, what was asked in confidence, and a fixture with a sign."""
    home = world.homes["own"]
    office, resident = world.actor(Role.SECRETARY, "own"), world.actor(Role.RESIDENT, "own")
    of = {one.slug: one for one in Category.objects.filter(community=home.community)}
    told = {"household": home, "title": world.secret}
    behalf = requests.log_request(
        by=office, category=of["plumbing"], reporter_name="老李", reporter_phone="13800000000", **told
    )
    tip_off = requests.log_request(by=resident, reporter=resident, category=of["tip_off"], **told)
    fixture = requests.add_fixture(home.community, by=office, name=world.secret, place=world.secret)
    return {"behalf": behalf, "tip_off": tip_off, "fixture": fixture}


def _visits(world: World) -> None:
    home = world.homes["own"]
    leader, secretary = world.actor(Role.GRID_LEADER, "own"), world.actor(Role.SECRETARY, "own")
    campaign = visits.open_campaign(home.community, quarter=Quarter.of(clock.today()), by=secretary)
    report = report_of(home, findings=(Brought(world.secret),), photos=(small_photo("red"),))
    visit = visits.record_visit(home, by=leader, report=report)
    conflict = Conflict.objects.create(
        community=home.community,
        visit=visit,
        household=home,
        building=home.building,
        field="phone",
        brought="13800000000",
        found="13900000000",
    )
    target = Target.objects.filter(household=home)[0]
    sent = {"id": str(uuid7()), "household": str(home.pk), "fields": {"outcome": ["met"], "note": [world.secret]}}
    late = visits.keep_late(
        target,
        by=leader,
        pk=uuid7(),
        content_hash="0",
        outcome="met",
        visited_at=clock.now(),
        sent=json.dumps(sent),
    )
    late_photo = LatePhoto.objects.create(
        community=home.community, report=late, attachment=VisitPhoto.objects.get().attachment, announced_as="0" * 64
    )
    world.records |= {
        "walker": leader,
        "campaign": campaign,
        "target": Target.objects.filter(household=home)[0],
        "visit": visit,
        "visit_photo": VisitPhoto.objects.get(),
        "finding": Finding.objects.get(),
        "conflict": conflict,
        **_supervised(campaign, visit, leader, secretary),
        "late_report": late,
        "late_photo": late_photo,
        "card": Card.objects.create(
            community=home.community,
            code_hash="0" * 64,
            target=Target.objects.filter(household=home)[0],
            household=home,
            building=home.building,
            issued_by=leader,
            expires_at=clock.now() + timedelta(days=21),
        ),
    }


def _supervised(campaign: Any, visit: Any, leader: Any, secretary: Any) -> dict[str, Any]:
    """A printed sheet, a draw with its call, and a talk."""
    common = {"community": campaign.community, "campaign": campaign}
    target = str(Target.objects.filter(campaign=campaign, household=visit.household)[0].pk)
    sheet = RoundSheet(building=visit.building, number=1, targets=[target], printed_by=leader, **common)
    sheet.save()
    sample = Sample(seed="0" * 32, size=1, population=1, population_hash="0" * 64, drawn_by=secretary, **common)
    sample.save()
    recheck = Recheck.objects.create(community=campaign.community, sample=sample, visit=visit)
    Talk.objects.create(walker=leader, about="fast", visits_hash="0" * 64, said="补录的", by=secretary, **common)
    return {"round_sheet": sheet, "sample": sample, "recheck": recheck}


def _property(world: World) -> None:
    """A book two quarters old: the first quarter published, the second a draft, a voucher of this month on its way."""
    estate = world.homes["own"].building.estate
    estate.is_self_managed = True
    estate.save()
    last = Quarter.of(clock.today()).previous()
    people = {str(office): world.actor(f"{Role.COMMITTEE}:{office}", "own") for office in Office}
    book = books.open_book(
        estate, by=people["bookkeeper"], opened_on=last.previous().start, spending_limit=Decimal("2000.00")
    )
    committee = FullCommittee(book, **{office: user for office, user in people.items() if user is not None})
    pay(committee, world.homes["own"], "12.00", last.previous().start)
    published = publish(committee, last.previous())
    committee.close(last)
    photo = small_photo("blue")
    voucher = committee.draft(
        day=clock.today(),
        summary=world.secret,
        papers=[books.Paper(photo.content, "发票.jpg", photo.content_type)],
    )
    year = clock.today().year
    plans = [budgets.Planned(committee.account("520101"), "fee", Decimal("500.00"), world.secret)]
    paper = books.Paper(photo.content, "决议.jpg", photo.content_type)
    first = budgets.draft_budget(book, by=committee.bookkeeper, year=year, lines=plans)
    budgets.approve_budget(
        first, by=committee.chair, revision=first.revision, resolution_ref=world.secret, papers=[paper]
    )
    budget = budgets.draft_budget(book, by=committee.bookkeeper, year=year, lines=plans, reason=world.secret)
    world.records |= {
        "estate": estate,
        "book": book,
        "budget": budget,
        "recurring": _recurring(committee, world),
        "handover": begin_handover(
            book,
            by=committee.cashier,
            office=Office.CASHIER,
            leaving=committee.cashier,
            successor=committee.supervisor,
            note=world.secret,
        ),
        "cash_count": count_cash(
            book,
            by=committee.cashier,
            account=committee.account("1001"),
            pieces={100: 1},
            explanation=world.secret,
        ),
        "voucher": voucher,
        "month": voucher.month,
        "published": published,
        **quarter_records(world, published),
        "draft": draft_publication(book, by=committee.bookkeeper, quarter=last),
        **add_fees(world, committee),
        **add_statements(world, committee),
    }


def _recurring(committee: FullCommittee, world: World) -> Any:
    """A voucher that comes back every month."""
    item = Item(committee.account("510103"), "fee", Decimal("10.00"))
    return make_recurring(
        committee.book,
        by=committee.bookkeeper,
        kind="payment",
        summary=world.secret,
        lines=paid([item], committee.account("1002")),
        day=1,
        every=1,
        first=Month.of(clock.today()),
    )
