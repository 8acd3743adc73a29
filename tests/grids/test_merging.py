"""Two records made one with everything that hangs on them, and put back exactly as they were."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from community import actions_letters
from community.models import ActivationLetter, Appointment, AuditEvent
from community.roles import Role
from core import clock
from core.append_only import refuse
from core.fields import plain_of
from core.quarters import Quarter
from core.refusal import Refused
from grids import actions, uniting
from grids.actions import merging
from grids.codes import CareCategory, Relation
from grids.models import CareTag, Consent, Household, Membership, Merge, NotSame, Pairing, Resident
from tests.factories import (
    CommunityFactory,
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    appoint,
    household_in,
    report_of,
)
from visits import actions as visits
from visits.models import Target, Visit

CARD = "99071219820728061X"
SINCE = date(2021, 1, 1)


@pytest.fixture
def grid(db):
    return GridFactory()


@pytest.fixture
def office(grid):
    return appoint(Role.SECRETARY, grid.community)


def living(household, name="王秀英", relation=Relation.NON_RELATIVE, starts_on=SINCE, **fields):
    """Somebody who lives in the household; the first one is its head."""
    fields = {f"resident__{key}": value for key, value in fields.items()}
    if household.head_id is None:
        relation = Relation.HEAD
    person = MembershipFactory(
        household=household, resident__name=name, relation=relation, starts_on=starts_on, **fields
    ).resident
    if household.head_id is None:
        household.head = person
        household.save()
    return person


def dump(community):
    """Every row of every table that could be touched, in plain; versions count on and are left out."""
    found = {}
    left_out = {"version", "phone_tail"}
    for model in apps.get_models():
        if model._meta.app_label not in {"grids", "visits", "helpdesk", "community"} or model in (Merge, AuditEvent):
            continue
        if model._meta.label in ("community.Submission", "community.Notice"):
            continue
        for row in model._base_manager.all():
            values = {
                field.attname: plain_of(getattr(row, field.attname))
                for field in model._meta.concrete_fields
                if field.name not in left_out
            }
            found[model._meta.label, str(row.pk)] = values
    return found


def test_everything_that_hangs_on_a_person_comes_along_and_is_put_back(grid, office):
    home, other = household_in(grid), household_in(grid)
    kept, gone = living(home, phone="13800001111"), living(other, birth_date="", id_number=CARD, phone="13900002222")
    own = {"community": grid.community, "starts_on": SINCE}
    CareTag.objects.create(household=home, resident=kept, category="disabled", **own)
    CareTag.objects.create(household=other, resident=gone, category="disabled", level="2", **own)
    CareTag.objects.create(household=other, resident=gone, category="very_old", **own)
    for household, person in ((home, kept), (other, gone)):
        Consent.objects.create(household=household, resident=person, kind="activities", **own)
    Pairing.objects.create(household=home, kind="party_member", member=gone, **own)
    account = appoint(Role.RESIDENT, other, resident=gone)
    before = dump(grid.community)

    merge = actions.merge_residents(kept, gone, by=office, fields={"phone": "gone"}, home=home)

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.phone, kept.id_number, kept.id_hash != "") == ("13900002222", CARD, True)
    assert (gone.merged_into, gone.id_number, gone.phone, gone.id_hash) == (kept, "", "", "")
    tags = CareTag.objects.filter(resident=kept, ends_on__isnull=True)
    assert dict(tags.values_list("category", "level")) == {"disabled": "2", "very_old": ""}
    assert {tag.household for tag in tags} == {home}
    assert Consent.objects.get().resident == kept
    assert Pairing.objects.get().member == kept
    assert Appointment.objects.get(user=account).resident == kept
    other.refresh_from_db()
    assert other.left_on is not None
    assert "13900002222" not in merge.sealed

    actions.undo_merge(merge, by=office)
    assert dump(grid.community) == before


def test_once_in_one_household_from_the_first_day_to_the_last(grid, office):
    home = household_in(grid)
    kept = living(home, starts_on=date(2022, 1, 1))
    gone = MembershipFactory(household=home, resident__name="王秀英", starts_on=date(2020, 5, 1)).resident
    actions.merge_residents(kept, gone, by=office)
    membership = Membership.objects.get()
    assert (membership.resident, membership.starts_on, membership.relation) == (kept, date(2020, 5, 1), Relation.HEAD)


@pytest.mark.parametrize("where", ["earlier", "later"])
def test_of_two_homes_the_person_says_which(grid, office, where):
    first, second = household_in(grid), household_in(grid)
    living(second, "李国强")
    kept, gone = living(first, starts_on=date(2020, 1, 1)), living(second, starts_on=date(2023, 1, 1))
    with pytest.raises(Refused, match="现在住在哪一户"):
        actions.merge_residents(kept, gone, by=office)
    actions.merge_residents(kept, gone, by=office, home=first if where == "earlier" else second)
    rows = list(Membership.objects.filter(resident=kept).order_by("starts_on"))
    if where == "earlier":
        assert [(row.household, row.ends_on) for row in rows] == [(first, None)]
    else:
        assert [(row.household, row.ends_on) for row in rows] == [(first, date(2022, 12, 31)), (second, None)]
        first.refresh_from_db()
        assert first.left_on == date(2023, 1, 1)


def test_what_contradicts_itself_is_refused_and_nothing_is_half_done(grid, office):
    first, second = household_in(grid), household_in(grid)
    kept = living(first, starts_on=date(2020, 1, 1))
    gone = ResidentFactory(community=grid.community, name="王秀英")
    MembershipFactory(household=second, resident=gone, starts_on=date(2021, 1, 1), ends_on=date(2022, 1, 1))
    before = dump(grid.community)
    with pytest.raises(Refused, match="分不清先后"):
        actions.merge_residents(kept, gone, by=office)
    assert dump(grid.community) == before
    with pytest.raises(Refused, match="同一条"):
        actions.merge_residents(kept, kept, by=office)
    with pytest.raises(Refused, match="跨社区"):
        actions.merge_residents(kept, ResidentFactory(), by=office)


def test_who_has_died_does_not_live_anywhere(grid, office):
    kept = living(household_in(grid))
    gone = ResidentFactory(community=grid.community, name="王秀英", deceased_on=date(2024, 1, 1))
    with pytest.raises(Refused, match="去世"):
        actions.merge_residents(kept, gone, by=office)


def test_a_household_with_what_hangs_on_it(grid, office):
    kept = household_in(grid)
    gone = HouseholdFactory(dwelling=kept.dwelling, phone="13800001111")
    head, second = living(kept), living(gone, "王秀英")
    child = living(gone, "王小明", Relation.SON)
    actions_letters.issue_letters([gone], by=office)
    tag = CareTag.objects.create(community=grid.community, household=gone, category="other", starts_on=SINCE)
    before = dump(grid.community)
    with pytest.raises(Refused, match="王秀英和留下的户主的关系"):
        actions.merge_households(kept, gone, by=office)
    merge = actions.merge_households(kept, gone, by=office, relations={second.pk: Relation.SPOUSE})
    for row in (kept, gone, tag):
        row.refresh_from_db()
    assert (kept.phone, kept.head, gone.merged_into, gone.head) == ("13800001111", head, kept, None)
    assert gone.left_on == clock.today()
    relations = dict(Membership.objects.filter(household=kept).values_list("resident", "relation"))
    assert relations == {head.pk: Relation.HEAD, second.pk: Relation.SPOUSE, child.pk: Relation.SON}
    assert tag.household == kept
    assert ActivationLetter.objects.get().household == kept
    actions.undo_merge(merge, by=office)
    assert dump(grid.community) == before


def test_two_pairings_of_one_kind_the_second_ends(grid, office):
    kept = household_in(grid)
    gone = HouseholdFactory(dwelling=kept.dwelling)
    living(kept)
    living(gone, "李国强")
    for household in (kept, gone):
        user = appoint(Role.BUILDING_STEWARD, kept.building)
        Pairing.objects.create(
            community=grid.community, household=household, kind="steward", steward=user, starts_on=SINCE
        )
    actions.merge_households(kept, gone, by=office, relations={gone.head_id: Relation.SPOUSE})
    assert Pairing.objects.filter(household=kept, ends_on__isnull=True).count() == 1
    assert Pairing.objects.filter(household=kept).count() == 2


def test_households_of_two_buildings_are_not_one(grid, office):
    with pytest.raises(Refused, match="并到另一户"):
        actions.merge_households(household_in(grid), household_in(grid), by=office)


def test_a_table_that_refuses_changes_keeps_its_rows(grid, office):
    """Letters stand here for what rooms above write once."""
    kept = household_in(grid)
    gone = HouseholdFactory(dwelling=kept.dwelling)
    living(kept)
    living(gone, "李国强")
    actions_letters.issue_letters([gone], by=office)

    class Editor:
        def __init__(self):
            self.connection = connection

        def execute(self, sql):
            with connection.cursor() as cursor:
                cursor.execute(sql)

    name, table = "letters_written_once", "community_activationletter"
    refuse(Editor(), table=table, name=name, event="UPDATE", says="written once")
    before = dump(grid.community)
    merge = actions.merge_households(kept, gone, by=office, relations={gone.head_id: Relation.SPOUSE})
    assert ActivationLetter.objects.get().household == gone
    actions.undo_merge(merge, by=office)
    assert dump(grid.community) == before


def test_what_no_rule_settles_is_refused_with_its_name(grid, office):
    first, second = living(household_in(grid)), ResidentFactory(community=grid.community)
    home = Household.objects.get()
    for person in (first, second):
        home.erasures.create(community=grid.community, resident=person, asked_by=office)
    with pytest.raises(Refused, match="删除申请"):
        actions.merge_residents(first, second, by=office)


def test_targets_of_one_round_become_one(grid, office):

    kept = household_in(grid)
    gone = HouseholdFactory(dwelling=kept.dwelling)
    living(kept)
    living(gone, "李国强")
    visits.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
    visit = visits.record_visit(gone, by=office, report=report_of(gone))
    before = dump(grid.community)
    merge = actions.merge_households(kept, gone, by=office, relations={gone.head_id: Relation.SPOUSE})
    target = Target.objects.get()
    assert (target.household, target.state) == (kept, Target.State.DONE)
    assert Visit.objects.get(pk=visit.pk).household == kept
    assert Visit.objects.get(pk=visit.pk).target == target
    actions.undo_merge(merge, by=office)
    assert dump(grid.community) == before


def test_nobody_is_sent_to_the_household_that_a_merge_has_emptied(grid, office):
    kept, gone = living(household_in(grid)), living(household_in(grid), starts_on=date(2023, 1, 1))
    emptied = Household.objects.get(head=gone)
    visits.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
    before = dump(grid.community)
    merge = actions.merge_residents(kept, gone, by=office, home=Household.objects.get(head=kept))
    target = Target.objects.get(household=emptied)
    assert target.state == Target.State.MOVED
    assert target.done_at is not None
    assert Target.objects.waiting().count() == 1
    actions.undo_merge(merge, by=office)
    assert dump(grid.community) == before


# Undo -----------------------------------------------------------------------------------------------------------


def test_undo_is_for_the_day_as_the_community_counts_it(grid, office):
    kept = living(household_in(grid))
    gone = ResidentFactory(community=grid.community)
    late = datetime.fromisoformat("2026-03-31T23:50:00+08:00")
    with clock.at(late):
        merge = actions.merge_residents(kept, gone, by=office)
        assert merging.can_undo(merge)
    with clock.at(late + timedelta(minutes=20)):
        with pytest.raises(Refused, match="当天"):
            actions.undo_merge(merge, by=office)
        assert merging.forget_sealed() == 1
    merge.refresh_from_db()
    assert merge.sealed == ""


def test_undo_is_refused_where_something_has_changed_since(grid, office):
    home = household_in(grid)
    kept = living(home, phone="")
    gone = ResidentFactory(community=grid.community, phone="13800001111")
    merge = actions.merge_residents(kept, gone, by=office)
    actions.change_resident(kept, household=home, by=office, phone="13900002222")
    with pytest.raises(Refused, match="又有人改过"):
        actions.undo_merge(merge, by=office)
    actions.change_resident(kept, household=home, by=office, phone="13800001111")
    actions.undo_merge(merge, by=office)
    with pytest.raises(Refused, match="已经撤销"):
        actions.undo_merge(merge, by=office)


def test_who_was_merged_already_is_not_merged_again(grid, office):
    kept, gone = living(household_in(grid)), ResidentFactory(community=grid.community)
    actions.merge_residents(kept, gone, by=office)
    with pytest.raises(Refused, match="已经合并过"):
        actions.merge_residents(kept, gone, by=office)


TERM = st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 15), st.booleans())


@pytest.mark.django_db
@settings(max_examples=30)
@given(st.lists(TERM, max_size=4), st.lists(TERM, max_size=4), st.integers(0, 3), st.booleans())
def test_merge_then_undo_gives_back_the_same_rows(mine, theirs, where, whose):
    """Whatever the two have lived through: the merge is refused and changes nothing, or undone and leaves nothing."""
    community = CommunityFactory()
    grid = GridFactory(community=community)
    office = appoint(Role.SECRETARY, community)
    homes = [household_in(grid) for _ in range(4)]
    people = [ResidentFactory(community=community, name="王秀英", phone=f"1380000111{n}") for n in range(2)]
    for person, terms in zip(people, (mine, theirs), strict=True):
        day = date(2020, 1, 1)
        for number, (home, gap, length, tagged) in enumerate(terms):
            starts = day + timedelta(days=gap)
            is_open = number == len(terms) - 1 and length % 2 == 0
            ends = None if is_open else starts + timedelta(days=length)
            MembershipFactory(household=homes[home], resident=person, starts_on=starts, ends_on=ends)
            if tagged:
                CareTag.objects.create(
                    community=community,
                    household=homes[home],
                    resident=person,
                    category=list(CareCategory)[number],
                    starts_on=starts,
                )
            if ends is None:
                homes[home].refresh_from_db()
                if homes[home].head_id is None:
                    homes[home].head = person
                    homes[home].save()
                break
            day = ends + timedelta(days=1)
    kept, gone = people if whose else people[::-1]
    before = dump(community)
    try:
        merge = actions.merge_residents(kept, gone, by=office, home=homes[where])
    except Refused:
        assert dump(community) == before
        return
    assert not Membership.objects.filter(resident=gone).exists()
    assert Membership.objects.filter(resident=kept, is_primary=True, ends_on__isnull=True).count() <= 1
    actions.undo_merge(merge, by=office)
    assert dump(community) == before


# Pages ----------------------------------------------------------------------------------------------------------


def test_the_pages_from_suspicion_to_undo(grid, office, client):
    client.force_login(office)
    home = household_in(grid)
    kept, gone = living(home, phone="13800001111"), living(household_in(grid), phone="13900002222")
    assert "王秀英" in client.get(reverse("grids:duplicates")).content.decode()
    url = reverse("grids:merge_residents", args=[kept.pk, gone.pk])
    page = client.get(url).content.decode()
    assert "138****1111" in page
    assert "13800001111" not in page
    assert 'name="phone"' in page
    assert 'name="home"' in page
    form = {"keep": "second", "phone": "first", "home": str(home.pk)}
    done = client.post(url, form)
    gone.refresh_from_db()
    assert (gone.phone, Resident.objects.get(pk=kept.pk).merged_into) == ("13800001111", gone)
    assert "撤销合并" in client.get(done.url).content.decode()
    old = reverse("grids:resident", args=[kept.pk])
    assert client.get(old).url == reverse("grids:resident", args=[gone.pk])
    client.post(done.url)
    assert Merge.objects.get().undone_at is not None
    assert client.get(old).status_code == 200


def test_an_old_link_to_a_merged_household_leads_to_the_kept_one_with_both_histories(grid, office, client):
    client.force_login(office)
    kept = household_in(grid)
    gone = HouseholdFactory(dwelling=kept.dwelling)
    living(kept)
    living(gone, "李国强")
    actions.change_household(gone, by=office, note="门铃坏了")
    url = reverse("grids:merge_households", args=[kept.pk, gone.pk])
    page = client.get(url).content.decode()
    assert "李国强" in page
    assert f'name="relation-{gone.head_id.hex}"' in page
    answer = client.post(url, {"keep": "first", f"relation-{gone.head_id.hex}": "10"})
    assert answer.status_code == 302
    assert client.get(gone.get_absolute_url()).url == kept.get_absolute_url()
    assert "门铃坏了" in client.get(kept.get_absolute_url()).content.decode()
    assert gone not in Household.objects.living_here()


def test_the_comparison_says_in_numbers_what_hangs_on_each(grid, office, client, django_assert_max_num_queries):
    client.force_login(office)
    home = household_in(grid)
    one, other = living(home), living(household_in(grid))
    for category in ("disabled", "very_old"):
        CareTag.objects.create(
            community=grid.community, household=home, resident=one, category=category, starts_on=SINCE
        )
    with django_assert_max_num_queries(12):
        page = client.get(reverse("grids:merge_residents", args=[one.pk, other.pk]))
    assert ("关爱标签", 2) in page.context["sides"][0]["hanging"]


def test_what_is_not_the_same_is_remembered(grid, office, client):
    client.force_login(office)
    one, other = living(household_in(grid)), living(household_in(grid))
    client.post(reverse("grids:different", args=["resident", other.pk, one.pk]))
    client.post(reverse("grids:different", args=["resident", one.pk, other.pk]))
    assert NotSame.objects.count() == 1
    assert "没有看起来重复的居民" in client.get(reverse("grids:duplicates")).content.decode()


def test_the_rule_of_the_weightier_row(grid):
    """`keep_by` copies what the weightier row says and keeps one row."""
    home = household_in(grid)
    own = {"community": grid.community, "household": home, "starts_on": SINCE, "category": "other"}
    stays = CareTag.objects.create(resident=living(home), **own)
    goes = CareTag.objects.create(level="3", **own)
    journal = merging.Journal()
    uniting.keep_by(lambda tag: tag.level)(journal, stays, goes)
    assert CareTag.objects.get().level == "3"
    journal.take_back()
    assert set(CareTag.objects.values_list("pk", "level")) == {(stays.pk, ""), (goes.pk, "3")}
