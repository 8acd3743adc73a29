"""What has had its time is forgotten, nothing else; counted before, recorded after."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from community import retention
from community.models import ActivationLetter, AuditEvent, Community, Notice, Submission
from community.roles import Role
from core import clock
from grids.actions import proposals
from grids.models import Membership, Proposal, Resident
from tests.factories import CommunityFactory, GridFactory, MembershipFactory, UserFactory, appoint, household_in

pytestmark = pytest.mark.django_db
TODAY = clock.today()


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def community():
    return GridFactory().community


def lived(community, *terms, **fields) -> Resident:
    """A resident of the community with one membership for each (from, to) in days before today."""
    grid = GridFactory(community=community)
    resident = None
    for begin, end in terms:
        row = MembershipFactory(
            household=household_in(grid),
            starts_on=days_ago(begin),
            ends_on=None if end is None else days_ago(end),
            **({"resident": resident} if resident else {f"resident__{key}": value for key, value in fields.items()}),
        )
        resident = row.resident
    return resident


def forget(*args: str) -> dict:
    said = io.StringIO()
    call_command("forget", "--json", *args, stdout=said)
    return json.loads(said.getvalue())


FULL = {"phone": "13811110001", "hukou": "丹徒", "name": "王秀英", "note": "耳背", "employment": "80"}
FIVE_YEARS = 5 * 365


class TestWhoMovedOut:
    @pytest.mark.parametrize(
        ("terms", "forgotten"),
        [
            ([(4000, FIVE_YEARS + 1)], True),
            ([(4000, FIVE_YEARS)], False),
            ([(4000, 100)], False),
            ([(4000, None)], False),
            ([(4000, 3000), (2999, None)], False),
            ([(4000, 3000), (2999, 1900)], True),
        ],
    )
    def test_five_years_after_the_last_day(self, terms, forgotten, community):
        resident = lived(community, *terms, **FULL)
        assert retention.due(community)["moved_out"] == forgotten
        retention.run([community])
        resident.refresh_from_db()
        assert (resident.forgotten_on == TODAY) is forgotten
        assert bool(resident.phone) is not forgotten
        assert bool(resident.birth_date) is not forgotten
        assert resident.name == "王秀英"
        assert Membership.objects.filter(resident=resident).count() == len(terms)

    def test_once_is_enough(self, community):
        lived(community, (4000, 2000), **FULL)
        assert forget()[community.code]["moved_out"] == 1
        assert forget()[community.code]["moved_out"] == 0

    def test_the_period_is_data(self, community, settings):
        lived(community, (4000, 400), **FULL)
        assert retention.due(community)["moved_out"] == 0
        settings.RETENTION_DAYS = {"moved_out": 365}
        assert retention.due(community)["moved_out"] == 1

    def test_nobody_of_another_community(self, community):
        other = lived(GridFactory().community, (4000, 2000), **FULL)
        retention.run([community])
        other.refresh_from_db()
        assert other.phone


def letter(community, **fields) -> ActivationLetter:
    household = household_in(GridFactory(community=community))
    fields.setdefault("expires_at", clock.now() + timedelta(days=30))
    user = UserFactory()
    number = ActivationLetter.objects.count()
    return ActivationLetter.objects.create(
        community=community, household=household, code_hash=f"{number:064d}", issued_by=user, **fields
    )


def test_letters_go_a_year_after_their_end(community):
    long_ago, lately = clock.now() - timedelta(days=366), clock.now() - timedelta(days=300)
    for moment in (long_ago, lately):
        letter(community, redeemed_at=moment, redeemed_by=UserFactory())
        letter(community, voided_at=moment)
        letter(community, expires_at=moment)
    letter(community)
    assert forget("--dry-run")[community.code]["letters"] == 3
    assert ActivationLetter.objects.count() == 7
    assert forget()[community.code]["letters"] == 3
    assert ActivationLetter.objects.count() == 4


def test_notices_and_forms(community):
    user, now = UserFactory(), clock.now()
    for age, read in ((400, None), (100, 95), (100, None), (10, 5)):
        notice = Notice.objects.create(community=community, user=user, kind="x", text="x")
        at = now - timedelta(days=age)
        Notice.objects.filter(pk=notice.pk).update(created_at=at, read_at=read and now - timedelta(days=read))
    Submission.objects.create(path="/", at=now - timedelta(hours=25))
    done = forget()[community.code]
    assert (done["notices"], done["read_notices"], done["submissions"]) == (1, 1, 1)
    assert Notice.objects.count() == 2


def test_what_was_proposed_goes_a_year_after_the_answer(community):
    household = household_in(GridFactory(community=community))
    me, leader = appoint(Role.RESIDENT, household), appoint(Role.GRID_LEADER, household.building.grid)
    old, open_one, young = (
        proposals.propose(household, kind="other", source="resident", by=me, after=text) for text in ("旧", "等", "新")
    )
    for one in (old, young):
        proposals.decline_proposal(one, by=leader, reason="x")
    year = clock.now() - timedelta(days=366)
    Proposal.objects.filter(pk=old.pk).update(decided_at=year)
    Proposal.objects.filter(pk=open_one.pk).update(created_at=year)
    assert forget()[community.code]["proposals"] == 1
    assert [str(one.after.plain) for one in Proposal.objects.order_by("pk")] == ["", "等", "新"]
    assert forget()[community.code]["proposals"] == 0


def test_each_run_is_recorded_with_its_numbers(community):
    lived(community, (4000, 2000), **FULL)
    forget()
    event = AuditEvent.objects.get(verb="forgotten", community=community)
    assert event.changes["moved_out"] == 1
    assert event.changes["letters"] == 0
    assert "13811110001" not in str(event.changes)


def test_a_dry_run_changes_and_records_nothing(community):
    resident = lived(community, (4000, 2000), **FULL)
    assert forget("--dry-run", "--community", community.code)[community.code]["moved_out"] == 1
    resident.refresh_from_db()
    assert resident.phone
    assert not AuditEvent.objects.exists()


def test_a_code_that_nobody_has_is_said(community):
    with pytest.raises(CommandError, match="no community"):
        forget("--community", "000000000000")


def test_the_worker_does_it_daily(community):
    lived(community, (4000, 2000), **FULL)
    call_command("tidy", verbosity=0)
    assert Resident.objects.get(name="王秀英").forgotten_on


def test_what_the_platform_forgets_counts_once(community):
    CommunityFactory()
    Submission.objects.create(path="/", at=clock.now() - timedelta(days=2))
    numbers = forget()
    assert len(numbers) == Community.objects.count()
    assert sum(one.get("submissions", 0) for one in numbers.values()) == 1


def test_the_page_tells_the_office_what_why_and_how_much(community, client):
    lived(community, (4000, 2000), **FULL)
    forget()
    lived(community, (4000, 2000), **FULL)
    client.force_login(appoint(Role.COMMUNITY_STAFF, community))
    body = client.get(reverse("community:retention")).content.decode()
    assert "1825" in body
    assert "个人信息保护法第十九条" in body
    assert "已经搬走的居民的资料 1 条" in body


def test_every_rule_says_why():
    assert {"submissions", "sessions", "letters", "notices", "moved_out", "proposals", "rosters"} <= {
        rule.slug for rule in retention.rules()
    }
    assert all(str(rule.basis) and str(rule.what) and str(rule.then) for rule in retention.rules())
