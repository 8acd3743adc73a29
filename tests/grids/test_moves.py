"""Moving in, out and within the community: dates that fit, one head, nobody twice, nobody lost."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from community.models import Appointment, AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids import actions
from grids.codes import Arrival, CareCategory, Departure, Relation
from grids.models import CareTag, Household, Membership, Resident
from tests.factories import (
    CommunityFactory,
    DwellingFactory,
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    appoint,
    household_in,
)

CARD = "99071219820728061X"  # born on 1982-07-28, male


def home_with(grid, *names, **fields):
    """A household whose first member is the head, everybody since 2020-01-01."""
    household = household_in(grid, **fields)
    for number, name in enumerate(names):
        relation = Relation.SON if number else Relation.HEAD
        person = MembershipFactory(household=household, resident__name=name, relation=relation).resident
        household.head = household.head or person
    household.save()
    return household


def people_of(household):
    return sorted(
        Membership.objects.filter(household=household, ends_on__isnull=True).values_list("resident__name", flat=True)
    )


def person(name):
    return Resident.objects.get(name=name)


@pytest.fixture
def grid(db):
    return GridFactory()


@pytest.fixture
def home(grid):
    return home_with(grid, "王秀英", "王小明", "王小红")


@pytest.fixture
def other(grid):
    return home_with(grid, "李国强")


@pytest.fixture
def leader(grid):
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def today():
    return clock.today()


def test_who_moves_lives_at_the_old_door_until_the_day_before(home, other, leader, today):
    day = today - timedelta(days=3)
    mover = person("王小明")
    actions.move_within(
        home, to=other, by=leader, day=day, residents=[mover], relations_there={mover.pk: Relation.OTHER_RELATIVE}
    )
    old, new = Membership.objects.filter(resident=mover).order_by("starts_on")
    assert (old.ends_on, old.left_by) == (day - timedelta(days=1), Departure.MOVED_WITHIN)
    assert (new.household, new.starts_on, new.came_by) == (other, day, Arrival.MOVED_WITHIN)
    assert people_of(home) == ["王小红", "王秀英"]
    told = {(event.household_id, event.verb) for event in AuditEvent.objects.all()}
    assert {(home.pk, "moved_away"), (other.pk, "moved_here")} <= told


def test_neither_household_reads_where_somebody_came_from_or_went(home, other, leader, today):
    mover = person("王小明")
    actions.move_within(
        home, to=other, by=leader, day=today, residents=[mover], relations_there={mover.pk: Relation.NON_RELATIVE}
    )
    for event in AuditEvent.objects.filter(household_id=home.pk):
        assert other.dwelling.label not in str(event.changes) + event.target_label
    for event in AuditEvent.objects.filter(household_id=other.pk):
        assert home.dwelling.label not in str(event.changes) + event.target_label


@pytest.mark.parametrize(("days", "says"), [(1, "不能晚于今天"), (-9999, "不能早于")])
def test_a_day_that_cannot_be_is_refused(home, leader, today, days, says):
    with pytest.raises(Refused, match=says):
        actions.move_out(home, by=leader, day=today + timedelta(days=days), residents=[person("王小明")])
    assert people_of(home) == ["王小明", "王小红", "王秀英"]


def test_who_moves_on_the_day_of_coming_never_lived_there(home, other, leader, today):
    MembershipFactory(household=home, resident__name="王新", starts_on=today)
    mover = person("王新")
    actions.move_within(
        home, to=other, by=leader, day=today, residents=[mover], relations_there={mover.pk: Relation.SON}
    )
    assert Membership.objects.get(resident=mover).household == other
    assert AuditEvent.objects.filter(household_id=home.pk, verb="moved_away").exists()


def test_who_leaves_the_community_on_the_day_of_coming_is_not_lost(home, leader, today):
    MembershipFactory(household=home, resident__name="王新", starts_on=today)
    actions.move_out(home, by=leader, day=today, residents=[person("王新")])
    assert Membership.objects.get(resident__name="王新").ends_on == today


def test_the_head_leaves_only_when_there_is_a_new_one(home, leader, today):
    head = person("王秀英")
    with pytest.raises(Refused, match="新户主"):
        actions.move_out(home, by=leader, day=today, residents=[head])
    with pytest.raises(Refused, match="王小红和新户主的关系"):
        actions.move_out(home, by=leader, day=today, residents=[head], head=person("王小明"))
    with pytest.raises(Refused, match="不住在这一户"):
        actions.move_out(home, by=leader, day=today, residents=[head], head=head)
    sister = {person("王小红").pk: Relation.SIBLING}
    actions.move_out(home, by=leader, day=today, residents=[head], head=person("王小明"), relations=sister)
    home.refresh_from_db()
    assert home.head.name == "王小明"
    open_rows = Membership.objects.filter(household=home, ends_on__isnull=True)
    assert dict(open_rows.values_list("resident__name", "relation")) == {"王小明": "02", "王小红": "70"}
    assert AuditEvent.objects.filter(household_id=home.pk, verb="head_changed").exists()


def test_who_stays_alone_is_the_head_without_being_asked(grid, leader, today):
    home = home_with(grid, "赵一", "赵二")
    actions.move_out(home, by=leader, day=today, residents=[person("赵一")])
    home.refresh_from_db()
    assert home.head.name == "赵二"


def test_with_the_last_one_the_household_has_left_with_its_care_and_pairings(home, leader, today):
    tag = CareTag.objects.create(
        community=home.community, household=home, category=CareCategory.OTHER, starts_on=date(2021, 1, 1)
    )
    actions.move_out(home, by=leader, day=today, residents=[one.resident for one in home.memberships.all()])
    home.refresh_from_db()
    tag.refresh_from_db()
    assert (home.left_on, home.head, people_of(home)) == (today, None, [])
    assert tag.ends_on == today - timedelta(days=1)
    with pytest.raises(Refused, match="迁出"):
        actions.add_member(home, by=leader, relation=Relation.SON, name="王新")


def test_two_heads_are_refused(home, leader):
    with pytest.raises(Refused, match="只有一位户主"):
        actions.add_member(home, by=leader, relation=Relation.HEAD, name="王新")


def test_nobody_has_two_homes(home, other, leader):
    with pytest.raises(Refused, match="一个常住的家"):
        actions.add_member(other, by=leader, relation=Relation.SON, resident=person("王小明"))


def test_who_comes_back_cannot_come_before_having_left(home, other, leader, today):
    mover = person("王小明")
    actions.move_out(home, by=leader, day=today - timedelta(days=10), residents=[mover])
    with pytest.raises(Refused, match="还登记在别处"):
        actions.add_member(
            other, by=leader, relation=Relation.SON, resident=mover, starts_on=today - timedelta(days=20)
        )
    actions.add_member(other, by=leader, relation=Relation.SON, resident=mover, starts_on=today)
    assert "王小明" in people_of(other)


def test_personal_care_comes_along_and_the_households_stays(home, other, leader, today):
    mover = person("王小明")
    own = {"community": home.community, "household": home, "starts_on": date(2021, 1, 1)}
    personal = CareTag.objects.create(resident=mover, category=CareCategory.DISABLED, **own)
    of_all = CareTag.objects.create(category=CareCategory.MINIMUM_ALLOWANCE, **own)
    actions.move_within(
        home, to=other, by=leader, day=today, residents=[mover], relations_there={mover.pk: Relation.NON_RELATIVE}
    )
    personal.refresh_from_db()
    of_all.refresh_from_db()
    assert (personal.household, personal.ends_on) == (other, None)
    assert (of_all.household, of_all.ends_on) == (home, None)


def test_the_account_follows_and_the_office_is_told(home, other, leader, today):
    office = appoint(Role.SECRETARY, home.community)
    mover = person("王小明")
    user = appoint(Role.RESIDENT, home, resident=mover)
    actions.move_within(
        home, to=other, by=leader, day=today, residents=[mover], relations_there={mover.pk: Relation.NON_RELATIVE}
    )
    user.__dict__.pop("scope", None)
    assert user.scope.households == {other.pk}
    assert Notice.objects.get(user=office).kind == "household_moved"
    actions.move_out(other, by=leader, day=today, residents=[mover])
    user.__dict__.pop("scope", None)
    assert user.scope.households == frozenset()


def test_the_office_hears_of_an_account_that_nobody_is_bound_to(home, leader, today):
    office = appoint(Role.SECRETARY, home.community)
    loose = appoint(Role.RESIDENT, home)
    actions.move_out(home, by=leader, day=today, residents=[person("王小明")])
    assert "没有对应到人" in Notice.objects.get(user=office).text
    assert Appointment.objects.get(user=loose).is_current


def test_birth(home, leader, today):
    born = today - timedelta(days=5)
    membership = actions.born(home, by=leader, relation=Relation.GRANDCHILD, birth_date=born, name="王新", sex="1")
    assert (membership.starts_on, membership.came_by) == (born, Arrival.BORN)
    with pytest.raises(Refused, match="晚于今天"):
        actions.born(home, by=leader, relation=Relation.SON, birth_date=today + timedelta(days=1), name="王早", sex="1")


def test_death_ends_care_and_account_and_needs_a_new_head(home, leader, today):
    head = person("王秀英")
    tag = CareTag.objects.create(
        community=home.community, household=home, resident=head, category="very_old", starts_on=date(2021, 1, 1)
    )
    user = appoint(Role.RESIDENT, home, resident=head)
    with pytest.raises(Refused, match="新户主"):
        actions.died(head, household=home, by=leader, day=today)
    actions.died(
        head,
        household=home,
        by=leader,
        day=today,
        head=person("王小明"),
        relations={person("王小红").pk: Relation.SIBLING},
    )
    head.refresh_from_db()
    tag.refresh_from_db()
    assert head.deceased_on == today
    assert tag.ends_on is not None
    assert not Appointment.objects.get(user=user).is_current
    assert people_of(home) == ["王小明", "王小红"]
    with pytest.raises(Refused, match="去世"):
        actions.add_member(home, by=leader, relation=Relation.SON, resident=head)


def test_change_of_head_asks_everybodys_relation(home, leader):
    with pytest.raises(Refused, match="关系"):
        actions.change_head(home, by=leader, head=person("王小明"), relations={person("王秀英").pk: Relation.MOTHER})
    relations = {person("王秀英").pk: Relation.MOTHER, person("王小红").pk: Relation.SIBLING}
    actions.change_head(home, by=leader, head=person("王小明"), relations=relations)
    rows = Membership.objects.filter(household=home)
    assert dict(rows.values_list("resident__name", "relation")) == {"王小明": "02", "王秀英": "52", "王小红": "70"}
    with pytest.raises(Refused, match="已经是户主"):
        actions.change_head(home, by=leader, head=person("王小明"), relations={})


def test_a_stale_page_is_told(home, leader, today):
    actions.change_household(home, by=leader, note="门铃坏了")
    with pytest.raises(Refused, match=leader.name):
        actions.move_out(home, by=leader, day=today, residents=[person("王小明")], version=1)


def test_a_new_household_at_a_door_beside_another(home, leader, today):
    made = actions.set_up_household(home.dwelling, by=leader, day=today, kind="renting", name="陈新", sex="1")
    assert (made.dwelling, made.head.name, people_of(made)) == (home.dwelling, "陈新", ["陈新"])
    with pytest.raises(Refused, match="10 位"):
        actions.set_up_household(
            home.dwelling, by=leader, day=today, household_phone="1381234567", name="陈旧", sex="1"
        )
    assert not Resident.objects.filter(name="陈旧").exists()


def test_a_household_is_split_and_joined_again(home, leader, today):
    child, sister = person("王小明"), person("王小红")
    made = actions.split_household(
        home,
        by=leader,
        day=today,
        residents=[child, sister],
        new_head=child,
        relations_there={sister.pk: Relation.SIBLING},
    )
    assert (people_of(home), people_of(made), made.head) == (["王秀英"], ["王小明", "王小红"], child)
    assert made.dwelling == home.dwelling
    joined = actions.join_households(
        made, into=home, by=leader, day=today, relations={child.pk: Relation.SON, sister.pk: Relation.DAUGHTER}
    )
    made.refresh_from_db()
    assert people_of(joined) == ["王小明", "王小红", "王秀英"]
    assert made.left_on == today
    with pytest.raises(Refused, match="有人留下"):
        actions.split_household(
            home,
            by=leader,
            day=today,
            residents=[one.resident for one in home.memberships.filter(ends_on__isnull=True)],
            new_head=child,
            relations_there={},
        )


def test_a_whole_household_moves_to_another_door(home, grid, leader, today):
    door = DwellingFactory(unit__building__grid=grid)
    everybody = [one.resident for one in home.memberships.all()]
    head = person("王秀英")
    made = actions.split_household(
        home,
        by=leader,
        day=today,
        residents=everybody,
        new_head=head,
        relations_there={one.pk: Relation.SON for one in everybody if one != head},
        dwelling=door,
    )
    home.refresh_from_db()
    assert (made.dwelling, len(people_of(made)), home.left_on) == (door, 3, today)
    assert Membership.objects.filter(household=made).values_list("came_by", flat=True)[0] == Arrival.MOVED_WITHIN


def test_nobody_moves_into_another_community(home, leader, today):
    far = HouseholdFactory()
    with pytest.raises(Refused, match="跨社区"):
        actions.move_within(home, to=far, by=leader, day=today, residents=[person("王小明")], relations_there={})


# Pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client, leader):
    client.force_login(leader)
    return client


def test_moving_out_goes_through_two_steps_with_numbers(home, signed_in, today):
    url = reverse("grids:leave", args=[home.pk])
    head = person("王秀英")
    first = signed_in.post(url, {"who": [str(head.pk)], "day": today.isoformat()})
    second = signed_in.get(first.url).content.decode()
    assert "人离开这一户" in second
    assert "留下的人里谁做户主" in second
    page = signed_in.post(first.url, {"version": 1, "head": str(person("王小明").pk)}).content.decode()
    assert "请选一种关系" in page
    sister = person("王小红").pk
    form = {"version": 1, "head": str(person("王小明").pk), f"here-{sister.hex}": "70"}
    assert signed_in.post(first.url, form).url == home.get_absolute_url()
    assert people_of(home) == ["王小明", "王小红"]


def test_nobody_chosen_and_a_day_that_is_none_are_said_at_the_field(home, signed_in):
    page = signed_in.post(reverse("grids:leave", args=[home.pk]), {"day": "2026-02-30"}).content.decode()
    assert "请选至少一个人" in page
    assert "没有这一天" in page


def test_moving_to_a_door_found_by_its_words(home, other, signed_in, today):
    url = reverse("grids:move", args=[home.pk])
    dwelling = other.dwelling
    door = "-".join([dwelling.building.estate.code, dwelling.building.number, dwelling.unit.number, dwelling.room_no])
    mover = person("王小明")
    first = signed_in.post(url, {"who": [str(mover.pk)], "to": door, "day": today.isoformat()})
    assert str(other.pk) in first.url
    assert other.dwelling.label in signed_in.get(first.url).content.decode()
    answer = signed_in.post(first.url, {"version": 1, f"there-{mover.pk.hex}": "97"})
    assert answer.url == other.get_absolute_url()
    assert "王小明" in people_of(other)


@pytest.mark.parametrize("which", [0, 1])
def test_one_of_several_households_of_a_door_is_picked(home, other, leader, signed_in, today, which):
    more = actions.set_up_household(other.dwelling, by=leader, day=today, kind="renting", name="陈新", sex="1")
    picked = [other, more][which]
    url = reverse("grids:move", args=[home.pk])
    form = {"who": [str(person("王小明").pk)], "to": other.dwelling.label, "day": today.isoformat()}
    page = signed_in.post(url, form).content.decode()
    assert "有几户符合" in page
    assert "陈新" in page
    first = signed_in.post(url, form | {"pick": str(picked.pk)})
    assert str(picked.pk) in first.url


def test_a_household_of_another_grid_is_not_found_and_not_told(home, signed_in, today):
    far = home_with(GridFactory(community=home.community), "钱远")
    form = {"who": [str(person("王小明").pk)], "to": "钱远", "day": today.isoformat()}
    page = signed_in.post(reverse("grids:move", args=[home.pk]), form).content.decode()
    assert "社区办公室" in page
    assert far.dwelling.label not in page


def test_split_join_head_and_death_pages(home, other, signed_in, today):
    child, sister, mother = person("王小明"), person("王小红"), person("王秀英")
    asked = {"who": [str(child.pk)], "head": str(child.pk), "kind": "registered", "day": today.isoformat(), "door": ""}
    first = signed_in.post(reverse("grids:split", args=[home.pk]), asked)
    made = signed_in.post(first.url, {"version": 1}).url
    new = Household.objects.get(pk=made.rstrip("/").split("/")[-1])
    assert people_of(new) == ["王小明"]
    first = signed_in.post(reverse("grids:head", args=[home.pk]), {"head": str(sister.pk)})
    signed_in.post(first.url, {"version": 2, f"here-{mother.pk.hex}": "52"})
    home.refresh_from_db()
    assert home.head == sister
    first = signed_in.post(reverse("grids:join", args=[new.pk]), {"to": str(home.pk), "day": today.isoformat()})
    signed_in.post(first.url, {"version": 2, f"there-{child.pk.hex}": "70"})
    assert people_of(home) == ["王小明", "王小红", "王秀英"]
    url = reverse("grids:death", args=[home.pk])
    first = signed_in.post(url, {"who": str(mother.pk), "day": today.isoformat()})
    home.refresh_from_db()
    assert signed_in.post(first.url, {"version": home.version}).url == home.get_absolute_url()
    mother.refresh_from_db()
    assert mother.deceased_on == today


def test_a_new_household_is_registered_at_an_empty_door(grid, signed_in, today):
    door = DwellingFactory(unit__building__grid=grid)
    words = "-".join([door.building.estate.code, door.building.number, door.unit.number, door.room_no])
    url = signed_in.post(reverse("grids:door"), {"door": words}).url
    assert url == reverse("grids:household_new", args=[door.pk])
    assert "登记新住户" in signed_in.get(url).content.decode()
    form = {"kind": "renting", "day": today.isoformat(), "name": "陈新", "sex": "1", "id_number": CARD}
    made = signed_in.post(url, form)
    assert people_of(Household.objects.get(dwelling=door)) == ["陈新"]
    assert "陈新" in signed_in.get(made.url).content.decode()


# Over time ------------------------------------------------------------------------------------------------------


STEP = st.tuples(
    st.sampled_from(["out", "within", "died", "back", "split", "join", "head"]),
    st.integers(0, 5),
    st.integers(0, 4),
    st.integers(0, 40),
)


@pytest.mark.django_db
@settings(max_examples=25)
@given(st.lists(STEP, max_size=14))
def test_whatever_happens_nobody_is_twice_at_home_and_nobody_is_lost(steps):
    """After every step: no overlap, one open primary home at most, one head, everybody alive somewhere or moved out."""
    community = CommunityFactory()
    grid = GridFactory(community=community)
    homes = [home_with(grid, "甲", "乙", "丙"), home_with(grid, "丁", "戊"), home_with(grid, "己")]
    people = list(Resident.objects.filter(community=community).order_by("name"))
    leader = appoint(Role.GRID_LEADER, grid)
    start = clock.today() - timedelta(days=41)
    for verb, who, where, days in steps:
        _try(verb, people[who], homes, where, start + timedelta(days=days), leader)
        _check(people, community)


def _try(verb, who, homes, where, day, leader):
    homes[:] = list(Household.objects.filter(community=who.community_id).order_by("created_at", "pk"))
    to = homes[where % len(homes)]
    open_row = Membership.objects.filter(resident=who, ends_on__isnull=True).first()
    home = open_row.household if open_row else None
    stay = list(Membership.objects.filter(household=home, ends_on__isnull=True).exclude(resident=who)) if home else []
    heir = {
        "head": stay[0].resident if stay and home and home.head_id == who.pk else None,
        "relations": {one.resident_id: Relation.SIBLING for one in stay},
    }
    there = {one.pk: Relation.OTHER_RELATIVE for one in [who, *(one.resident for one in stay)]}
    given_ = {"by": leader, "day": day}
    try:
        if verb == "back":
            actions.add_member(to, by=leader, relation=Relation.SON, resident=who, starts_on=day, how=Arrival.MOVED_IN)
        elif home is None:
            return
        elif verb == "out":
            actions.move_out(home, residents=[who], **given_, **heir)
        elif verb == "died":
            actions.died(who, household=home, **given_, **heir)
        elif verb == "within":
            actions.move_within(home, to=to, residents=[who], relations_there=there, **given_, **heir)
        elif verb == "split":
            actions.split_household(home, residents=[who], new_head=who, relations_there={}, **given_, **heir)
        elif verb == "join":
            actions.join_households(home, into=to, relations=there, **given_)
        else:
            actions.change_head(home, by=leader, head=who, relations=heir["relations"])
    except Refused:
        return


def _check(people, community):
    for one in people:
        one.refresh_from_db()
        rows = list(Membership.objects.filter(resident=one).order_by("starts_on"))
        assert rows, f"{one} is lost"
        for before, after in pairwise(rows):
            assert before.ends_on is not None
            assert before.ends_on < after.starts_on
        last = rows[-1]
        assert last.ends_on is None or last.left_by in (Departure.MOVED_OUT, Departure.DIED)
        assert one.deceased_on is None or last.ends_on is not None
    for home in Household.objects.filter(community=community):
        rows = list(Membership.objects.filter(household=home, ends_on__isnull=True))
        assert (home.left_on is not None) == (not rows)
        heads = [row.resident_id for row in rows if row.relation == Relation.HEAD]
        assert heads == ([home.head_id] if rows else [])


@pytest.mark.django_db(transaction=True)
def test_two_people_move_the_same_person_at_one_moment(grid, home, other, leader, today):
    third = home_with(grid, "周三")
    mover = person("王小明")
    at_once, came = threading.Barrier(2), []

    def move(to):
        try:
            at_once.wait()
            actions.move_within(
                home, to=to, by=leader, day=today, residents=[mover], relations_there={mover.pk: Relation.NON_RELATIVE}
            )
            came.append("moved")
        except Refused as refusal:
            came.append(str(refusal))
        finally:
            connection.close()

    both = [threading.Thread(target=move, args=[to]) for to in (other, third)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert came.count("moved") == 1
    assert any("已经不在这一户" in one for one in came)
    assert Membership.objects.filter(resident=mover, ends_on__isnull=True).count() == 1


def test_the_query_of_the_first_step_can_come_from_a_link(home, other, signed_in):
    url = reverse("grids:move", args=[home.pk])
    page = signed_in.get(f"{url}?{urlencode({'who': person('王小明').pk, 'to': other.pk})}")
    assert other.dwelling.label in page.content.decode()
