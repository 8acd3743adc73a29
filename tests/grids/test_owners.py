"""Who owns what, from day to day, and who votes: one owner group, one voter."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.models import AuditEvent
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.spreadsheets import read_sheets
from grids import actions
from grids.actions.ownership import owned_by
from grids.models import Owner, OwnerGroup, Ownership
from tests.factories import (
    DwellingFactory,
    EstateFactory,
    GridFactory,
    MembershipFactory,
    ResidentFactory,
    appoint,
    household_in,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MARCH = date(2026, 3, 2)
CARD = "99071219820728061X"


@pytest.fixture
def door():
    """A dwelling of 61.08 m²."""
    return DwellingFactory(unit__building__grid=GridFactory(), area=6108, area_source="deed")


@pytest.fixture
def estate(door):
    return door.building.estate


@pytest.fixture
def staff(door, client):
    staff = appoint(Role.COMMUNITY_STAFF, door.community)
    client.force_login(staff)
    return staff


def group_of(estate, by, *names: str, **owner) -> OwnerGroup:
    first, *others = names or ("王秀英",)
    group = actions.add_owner_group(estate, by=by, owner={"name": first, **owner})
    for name in others:
        actions.add_owner(group, by=by, version=fresh(group).version, name=name)
    return fresh(group)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def url(name: str, *args) -> str:
    return reverse(f"grids:{name}", args=args)


def terms(dwelling) -> list[tuple[str, date, date | None]]:
    rows = Ownership.objects.filter(dwelling=dwelling).order_by("starts_on").select_related("group")
    return [(term.group.label, term.starts_on, term.ends_on) for term in rows]


# groups and their owners -----------------------------------------------------------------------------------------


def test_the_first_owner_is_the_voter_until_somebody_says_otherwise(estate, staff, client):
    group = group_of(estate, staff, "王秀英", "王伟")
    assert str(group.voter) == "王秀英"
    edit = url("owner_group_edit", group.pk)
    other = Owner.objects.get(name="王伟")
    given = {"version": group.version, "label": "王某等 2 人", "voter": other.pk, "note": ""}
    assert client.post(edit, given).url == group.get_absolute_url()
    group = fresh(group)
    assert (group.label, group.voter) == ("王某等 2 人", other)


def test_a_voter_who_is_no_owner_is_refused_with_a_sentence(estate, staff, client):
    group, other = group_of(estate, staff), group_of(estate, staff, "李强")
    given = {"version": group.version, "label": "王家", "voter": other.voter_id, "note": ""}
    page = client.post(url("owner_group_edit", group.pk), given).content.decode()
    assert "投票代表要从这一户的产权人里选" in page
    with pytest.raises(Refused, match="产权人里选"):
        actions.change_owner_group(group, by=staff, version=group.version, label="王家", note="", voter=other.voter)
    assert fresh(group).label == "王秀英"


def test_the_second_of_two_people_is_told_who_was_first(estate, staff, client):
    group = group_of(estate, staff)
    given = {"version": group.version, "label": "先到", "voter": "", "note": ""}
    client.post(url("owner_group_edit", group.pk), given)
    page = client.post(url("owner_group_edit", group.pk), {**given, "label": "后到"}).content.decode()
    assert f"{staff.name}刚刚改过这户业主" in page
    assert "后到" in page
    for act in (
        lambda: actions.add_owner(group, by=staff, version=group.version, name="甲"),
        lambda: actions.change_owner(group.voter, by=staff, version=group.version, name="甲"),
        lambda: actions.remove_owner(group.voter, by=staff, version=group.version, reason="错"),
    ):
        with pytest.raises(Refused, match="刚刚改过"):
            act()


def test_sensitive_fields_are_masked_kept_when_blank_and_revealed_on_record(estate, staff, client):
    group = group_of(estate, staff, phone="13812345678", id_number=CARD)
    page = client.get(group.get_absolute_url()).content.decode()
    assert "138****5678" in page
    assert "13812345678" not in page
    assert CARD not in page
    edit = url("owner_edit", group.pk, group.voter_id)
    shown = client.get(edit).content.decode()
    assert "13812345678" not in shown
    given = {"version": group.version, "name": "王秀英", "phone": "", "id_number": "", "share": "50"}
    assert client.post(edit, given).status_code == 302
    owner = fresh(group.voter)
    assert (owner.phone, owner.id_number, owner.share) == ("13812345678", CARD, 50)
    for field in ("phone", "id_number"):
        assert client.get(reverse("community:reveal", args=["grids.owner", owner.pk, field])).status_code == 200
    assert CARD not in str(AuditEvent.objects.values())


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("id_number", "990712198207280611", "对不上校验码"),
        ("id_number", "320123198013450010", "对不上校验码"),
        ("phone", "1381234567", "11 位数字，现在是 10 位"),
        ("phone", "不知道", "请填 11 位手机号"),
        ("share", "0", "1"),
        ("share", "101", "100"),
        ("name", "", "name"),
    ],
)
def test_what_cannot_be_gets_a_sentence_and_stays(field, value, says, estate, staff, client):
    group = group_of(estate, staff)
    given = {"version": group.version, "name": "李强", "phone": "", "id_number": "", "share": "", field: value}
    page = client.post(url("owner_add", group.pk), given)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert value in page.content.decode()
    assert Owner.objects.count() == 1


def test_shares_are_no_more_than_the_whole(estate, staff):
    group = group_of(estate, staff, share=60)
    actions.add_owner(group, by=staff, version=group.version, name="王伟", share=40)
    group = fresh(group)
    with pytest.raises(Refused, match="百分之一百"):
        actions.add_owner(group, by=staff, version=group.version, name="王平", share=1)
    with pytest.raises(Refused, match="百分之一百"):
        actions.change_owner(group.voter, by=staff, version=group.version, share=61)


def test_an_owner_is_taken_out_but_never_the_last(estate, staff, client):
    group = group_of(estate, staff, "王秀英", "王伟", "王平")
    voter = group.voter
    remove = url("owner_remove", group.pk, voter.pk)
    assert "请写一句原因" in client.post(remove, {"version": group.version, "reason": ""}).content.decode()
    page = client.post(remove, {"version": group.version, "reason": "登记错了"}, follow=True).content.decode()
    assert "还没有投票代表" in page
    group = fresh(group)
    assert group.voter is None
    actions.remove_owner(Owner.objects.get(name="王平"), by=staff, version=group.version, reason="错")
    group = fresh(group)
    assert str(group.voter) == "王伟", "who is left alone votes"
    with pytest.raises(Refused, match="至少要有一位"):
        actions.remove_owner(group.voter, by=staff, version=group.version, reason="错")


def test_an_owner_is_linked_to_a_resident_found_by_name_or_number(estate, staff, client):
    household = household_in(GridFactory(community=estate.community))
    resident = MembershipFactory(household=household, resident__name="王秀英", resident__id_number=CARD).resident
    foreign = MembershipFactory(household=household_in(GridFactory()), resident__name="王秀英").resident
    group = group_of(estate, staff, "某某")
    add = url("owner_add", group.pk)
    typed = {"version": group.version, "name": "王秀", "phone": "", "id_number": "", "share": "30", "find": "1"}
    page = client.post(add, typed).content.decode()
    assert str(resident.pk) in page
    assert str(foreign.pk) not in page, "residents of another community are not offered"
    assert household.dwelling.label in page
    assert 'value="30"' in page, "what was typed stays"
    by_number = client.post(add, {**typed, "name": "", "id_number": CARD.lower()}).content.decode()
    assert str(resident.pk) in by_number
    del typed["find"]
    for wrong in (str(foreign.pk), "x", "00000000-0000-0000-0000-000000000000"):
        assert client.post(add, {**typed, "resident": wrong}).status_code == 200
    assert client.post(add, {**typed, "name": "王秀英", "resident": str(resident.pk)}).status_code == 302
    owner = Owner.objects.get(name="王秀英")
    assert owner.resident == resident
    with pytest.raises(Refused, match="已经是这一户的产权人"):
        actions.add_owner(group, by=staff, version=fresh(group).version, name="王秀英", resident=resident)
    edit = url("owner_edit", group.pk, owner.pk)
    assert str(resident.pk) in client.get(edit).content.decode()
    given = {**typed, "version": fresh(group).version, "name": "王秀英", "resident": "none"}
    assert client.post(edit, given).status_code == 302
    assert fresh(owner).resident is None


def test_nobody_in_the_register_is_said_so(estate, staff, client):
    group = group_of(estate, staff)
    typed = {"version": group.version, "name": "查无此人", "find": "1"}
    page = client.post(url("owner_add", group.pk), typed).content.decode()
    assert "登记册里没有找到" in page
    assert "查无此人" in page


def test_a_double_click_does_nothing_twice(door, estate, staff, client):
    group = group_of(estate, staff)
    twice = {"submission": "6a1f5a34-3f52-4a37-bb3c-6dc8b8a4b0a1", "version": group.version, "name": "王伟"}
    first, second = (client.post(url("owner_add", group.pk), twice) for _ in range(2))
    assert first.url == second.url
    assert Owner.objects.filter(group=group).count() == 2
    give = f"{url('owner_group_give', group.pk)}?dwelling={door.pk}"
    once = {"submission": "6a1f5a34-3f52-4a37-bb3c-6dc8b8a4b0a2", "starts_on": MARCH.isoformat(), "deed": ""}
    assert client.post(give, once).url == client.post(give, once).url
    assert len(terms(door)) == 1


# what they own ---------------------------------------------------------------------------------------------------


def test_a_dwelling_passes_on_and_the_one_before_ends_the_day_before(door, estate, staff, client):
    seller, buyer = group_of(estate, staff), group_of(estate, staff, "李强")
    actions.give_dwelling(seller, dwelling=door, starts_on=MARCH, by=staff, deed="苏房 123")
    give = f"{url('owner_group_give', buyer.pk)}?dwelling={door.pk}"
    page = client.get(give)
    assert "从 2026-03-02 起是王秀英的" in page.content.decode()
    seen = page.context["form"].initial["expected"]
    given = {"starts_on": "2026-09-10", "deed": "苏房 456", "expected": seen}
    assert client.post(give, given).url == buyer.get_absolute_url()
    assert terms(door) == [("王秀英", MARCH, date(2026, 9, 9)), ("李强", date(2026, 9, 10), None)]
    shown = client.get(door.get_absolute_url()).content.decode()
    assert all(word in shown for word in ("王秀英", "李强", "现在的业主", "2026-09-09"))
    assert "苏房" not in shown, "the number of a deed is masked"
    owned = Ownership.objects.get(group=buyer)
    assert client.get(reverse("community:reveal", args=["grids.ownership", owned.pk, "deed"])).status_code == 200


def test_one_group_owns_several_dwellings_and_their_area_adds_up(door, estate, staff, client):
    group = group_of(estate, staff, "王秀英", "王伟")
    other = DwellingFactory(unit=door.unit, area=4862, area_source="survey")
    bare = DwellingFactory(unit=door.unit)
    for one in (door, other, bare):
        actions.give_dwelling(group, dwelling=one, starts_on=MARCH, by=staff)
    row = client.get(url("owner_groups")).context["page"].rows[0]
    assert (row.doors, row.area, row.unmeasured) == (3, 10970, 1)
    page = client.get(url("owner_groups")).content.decode()
    assert "109.70" in page
    assert "还有 1 套没有面积" in page


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 3, 1), "不能比这一天早"),
        (date(2020, 1, 1), "不能比这一天早"),
        (date(2126, 1, 1), "最晚填今天"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_a_sentence(day, says, door, estate, staff, client):
    actions.give_dwelling(group_of(estate, staff), dwelling=door, starts_on=MARCH, by=staff)
    give = f"{url('owner_group_give', group_of(estate, staff, '李强').pk)}?dwelling={door.pk}"
    page = client.post(give, {"starts_on": day.isoformat(), "deed": ""})
    assert page.status_code == 200
    assert says in page.content.decode()
    assert day.isoformat() in page.content.decode()
    assert len(terms(door)) == 1


def test_other_impossible_transfers_are_refused(door, estate, staff):
    group, other = group_of(estate, staff), group_of(estate, staff, "李强")
    with pytest.raises(Refused, match="不能登记给这户业主"):
        actions.give_dwelling(group, dwelling=DwellingFactory(), starts_on=MARCH, by=staff)
    newest = actions.give_dwelling(group, dwelling=door, starts_on=MARCH, by=staff)
    with pytest.raises(Refused, match="已经是这户业主的"):
        actions.give_dwelling(group, dwelling=door, starts_on=MARCH + DAY, by=staff)
    with pytest.raises(Refused, match="刚刚有人登记过"):
        actions.give_dwelling(other, dwelling=door, starts_on=MARCH + DAY, by=staff, expected=owned_by(None))
    actions.end_ownership(newest, by=staff, last_day=MARCH + 9 * DAY, reason="继承未定", version=fresh(group).version)
    with pytest.raises(Refused, match="请填那以后的日子"):
        actions.give_dwelling(other, dwelling=door, starts_on=MARCH + 9 * DAY, by=staff)
    actions.give_dwelling(other, dwelling=door, starts_on=MARCH + 10 * DAY, by=staff)
    assert [term[0] for term in terms(door)] == ["王秀英", "李强"]


def test_what_began_on_the_same_day_was_a_mistake_and_goes(door, estate, staff):
    group, other = group_of(estate, staff), group_of(estate, staff, "李强")
    for one in (group, other):
        actions.give_dwelling(one, dwelling=door, starts_on=MARCH, by=staff)
    assert terms(door) == [("李强", MARCH, None)]
    told = AuditEvent.objects.filter(verb="dwelling_given", target_type="grids.dwelling").first()
    assert told.changes["业主"] == ["王秀英", "李强"]


def test_an_ownership_is_ended_or_taken_back(door, estate, staff, client):
    group = group_of(estate, staff)
    owned = actions.give_dwelling(group, dwelling=door, starts_on=MARCH, by=staff)
    end = url("ownership_end", group.pk, owned.pk)
    given = {"version": group.version, "how": "ended", "last_day": "", "reason": "继承还没办完"}
    assert "请填到哪一天为止" in client.post(end, given).content.decode()
    early = {**given, "last_day": "2026-03-01"}
    assert "最后一天不能早于" in client.post(end, early).content.decode()
    today = {**given, "last_day": clock.today().isoformat()}
    assert "最晚填昨天" in client.post(end, today).content.decode()
    assert client.post(end, {**given, "last_day": "2026-05-01"}).status_code == 302
    assert terms(door) == [("王秀英", MARCH, date(2026, 5, 1))]
    assert client.get(end).status_code == 404
    again = actions.give_dwelling(fresh(group), dwelling=door, starts_on=date(2026, 6, 1), by=staff)
    mistake = {"version": fresh(group).version, "how": "mistake", "last_day": "", "reason": "门牌看错了"}
    assert client.post(url("ownership_end", group.pk, again.pk), mistake).status_code == 302
    assert len(terms(door)) == 1


def test_from_a_dwelling_to_its_owner_in_the_browser(door, estate, staff, client):
    """A new owner is written down with the dwelling; the next is looked for by name."""
    give = url("dwelling_give", door.pk)
    add = f"{url('owner_group_add')}?dwelling={door.pk}"
    assert add in client.get(give).content.decode()
    given = {"estate": estate.pk, "name": "王秀英", "starts_on": "2026-03-02", "label": "", "note": "", "deed": ""}
    answer = client.post(add, {**given, "starts_on": ""})
    assert answer.status_code == 200
    answer = client.post(add, given)
    group = OwnerGroup.objects.get()
    assert answer.url == group.get_absolute_url()
    assert terms(door) == [("王秀英", MARCH, None)]
    buyer = group_of(estate, staff, "李强")
    found = client.get(give, {"q": "李"}).content.decode()
    assert f"{url('owner_group_give', buyer.pk)}?dwelling={door.pk}" in found
    assert "没有找到这样的业主" in client.get(give, {"q": "赵"}).content.decode()


def test_a_refused_dwelling_leaves_no_group_behind(door, estate, staff, client):
    actions.give_dwelling(group_of(estate, staff), dwelling=door, starts_on=MARCH, by=staff)
    add = f"{url('owner_group_add')}?dwelling={door.pk}"
    given = {"estate": estate.pk, "name": "李强", "starts_on": "2026-03-01"}
    assert "不能比这一天早" in client.post(add, given).content.decode()
    assert OwnerGroup.objects.count() == 1


def test_a_dwelling_is_found_by_its_door(door, estate, staff, client):
    group = group_of(estate, staff)
    give = url("owner_group_give", group.pk)
    second = DwellingFactory(unit=door.unit)
    elsewhere = DwellingFactory(unit__building__grid=door.building.grid)
    words = f"{estate.code}-{door.building.number}-{door.unit.number}-{door.room_no}"
    assert client.get(give, {"door": words}).context["dwelling"] == door
    several = client.get(give, {"door": str(door.building.label)}).content.decode()
    assert f"?dwelling={second.pk}" in several
    assert f"?dwelling={elsewhere.pk}" not in several
    for asked in ({"door": "999-9-9-9"}, {"dwelling": elsewhere.pk}, {"dwelling": "x"}):
        assert "没有找到这套房屋" in client.get(give, asked).content.decode()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["give", "give", "end", "mistake"]), st.integers(0, 2), st.integers(0, 12)),
        min_size=1,
        max_size=10,
    )
)
def test_on_any_day_a_dwelling_has_one_owner_group_or_none(steps):
    """Whatever is asked in whatever order: it takes effect from its day on, or is refused and changes nothing."""
    with transaction.atomic():
        door = DwellingFactory()
        staff = appoint(Role.COMMUNITY_STAFF, door.community)
        groups = [group_of(door.building.estate, staff, f"业主{number}") for number in range(3)]
        for act, index, offset in steps:
            day, before = MARCH + offset * DAY, terms(door)
            standing = Ownership.objects.filter(dwelling=door, ends_on=None).first()
            try:
                if act == "give":
                    actions.give_dwelling(groups[index], dwelling=door, starts_on=day, by=staff)
                    assert Ownership.objects.at(day).get(dwelling=door).group == groups[index]
                elif standing is not None:
                    last_day = None if act == "mistake" else day
                    version = fresh(standing.group).version
                    actions.end_ownership(standing, by=staff, last_day=last_day, reason="错", version=version)
                    assert not Ownership.objects.filter(dwelling=door, ends_on=None).exists()
            except Refused:
                assert terms(door) == before
            for one in range(-1, 15):
                assert Ownership.objects.at(MARCH + one * DAY).filter(dwelling=door).count() <= 1
            assert Ownership.objects.filter(dwelling=door, ends_on=None).count() <= 1
        transaction.set_rollback(True)


def test_the_database_refuses_two_owners_on_one_day(door, estate, staff):
    actions.give_dwelling(group_of(estate, staff), dwelling=door, starts_on=MARCH, by=staff)
    other = group_of(estate, staff, "李强")
    with pytest.raises(IntegrityError), transaction.atomic():
        Ownership.objects.create(
            community=door.community, group=other, dwelling=door, starts_on=MARCH + DAY, ends_on=MARCH + 2 * DAY
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_transfers_at_once_one_is_made_and_the_other_told():
    door = DwellingFactory()
    staff = appoint(Role.COMMUNITY_STAFF, door.community)
    seller, *buyers = (group_of(door.building.estate, staff, name) for name in ("甲", "乙", "丙"))
    seen = owned_by(actions.give_dwelling(seller, dwelling=door, starts_on=MARCH, by=staff))
    said: list[str] = []
    at_once = threading.Barrier(2)

    def buy(group: OwnerGroup) -> None:
        try:
            at_once.wait()
            actions.give_dwelling(group, dwelling=door, starts_on=MARCH + 5 * DAY, by=staff, expected=seen)
            said.append("bought")
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    both = [threading.Thread(target=buy, args=[group]) for group in buyers]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said)[0] == "bought"
    assert "刚刚有人登记过" in sorted(said)[1]
    assert len(terms(door)) == 2


# one person, one vote --------------------------------------------------------------------------------------------


def test_one_person_in_two_groups_is_hinted_and_joined_into_one_vote(door, estate, staff, client):
    first = group_of(estate, staff, "王秀英", id_number=CARD)
    second = group_of(estate, staff, "王秀英（二）", id_number=CARD.lower())
    group_of(EstateFactory(community=estate.community), staff, "王秀英", id_number=CARD)
    other_door = DwellingFactory(unit=door.unit, area=4862, area_source="deed")
    actions.give_dwelling(first, dwelling=door, starts_on=MARCH, by=staff)
    actions.give_dwelling(second, dwelling=other_door, starts_on=MARCH, by=staff)
    listed = client.get(url("owner_groups"), {"estate": estate.pk, "missing": "joining"})
    assert {row.pk for row in listed.context["page"].rows} == {first.pk, second.pk}
    assert listed.context["ground"].doubled == 2
    join = url("owner_group_join", first.pk, second.pk)
    assert join in client.get(first.get_absolute_url()).content.decode()
    page = client.get(join).content.decode()
    assert "<b>1</b> <span>套房屋并到王秀英名下" in page
    given = {"version": first.version, "other_version": second.version}
    assert client.post(join, given).url == first.get_absolute_url()
    assert OwnerGroup.objects.filter(estate=estate).count() == 1
    assert Owner.objects.filter(group=first).count() == 1
    assert client.get(url("owner_groups"), {"estate": estate.pk}).context["ground"].groups == 1
    assert [row.area for row in client.get(url("owner_groups"), {"estate": estate.pk}).context["page"].rows] == [10970]
    assert client.get(join).status_code == 404
    assert client.get(second.get_absolute_url()).status_code == 404


def test_groups_with_no_owner_in_common_are_not_joined(estate, staff, client):
    resident = ResidentFactory(community=estate.community)
    first, second = group_of(estate, staff), group_of(estate, staff, "李强")
    versions = {"version": first.version, "other_version": second.version}
    assert client.get(url("owner_group_join", first.pk, second.pk)).status_code == 404
    with pytest.raises(Refused, match="没有相同的产权人"):
        actions.join_owner_groups(first, other=second, by=staff, **versions)
    same = group_of(estate, staff, "甲", "乙", resident=resident)
    more = group_of(estate, staff, "甲", resident=resident)
    page = client.get(url("owner_group_join", more.pk, same.pk)).content.decode()
    assert "产权人不完全一样" in page
    actions.join_owner_groups(more, other=same, by=staff, version=more.version, other_version=same.version)
    assert sorted(Owner.objects.filter(group=more).values_list("name", flat=True)) == ["乙", "甲"]
    with pytest.raises(Refused, match="并到别的业主那里"):
        actions.add_owner(same, by=staff, version=same.version, name="丙")


# the ground of a vote --------------------------------------------------------------------------------------------


def test_the_ground_of_a_vote_is_shown_in_numbers_that_open_their_lists(door, estate, staff, client):
    bare = DwellingFactory(unit=door.unit)
    DwellingFactory(unit__building__grid=door.building.grid)
    actions.give_dwelling(group_of(estate, staff), dwelling=door, starts_on=MARCH, by=staff)
    group_of(estate, staff, "没有房屋的")
    page = client.get(url("owner_groups"), {"estate": estate.pk})
    ground = page.context["ground"]
    assert (ground.groups, ground.measured, ground.ownerless, ground.unmeasured) == (1, 6108, 1, 1)
    for address in (ground.ownerless_url, ground.unmeasured_url):
        assert client.get(address).context["page"].rows == [bare]
    both = client.get(url("owner_groups")).context["ground"]
    assert (both.groups, both.ownerless) == (1, 2)


def test_lists_find_what_is_missing(door, estate, staff, client):
    bare = DwellingFactory(unit=door.unit)
    voterless, unmeasured, empty = (group_of(estate, staff, name) for name in ("甲", "乙", "丙"))
    actions.change_owner_group(voterless, by=staff, version=voterless.version, label="甲", note="", voter=None)
    actions.give_dwelling(unmeasured, dwelling=bare, starts_on=MARCH, by=staff)
    actions.give_dwelling(voterless, dwelling=door, starts_on=MARCH, by=staff)
    for missing, found in (("voter", voterless), ("area", unmeasured), ("dwelling", empty)):
        page = client.get(url("owner_groups"), {"missing": missing}).context["page"]
        assert [row.pk for row in page.rows] == [found.pk]
    assert [row.pk for row in client.get(url("owner_groups"), {"q": door.label}).context["page"].rows] == [voterless.pk]
    sheet = read_sheets(client.get(url("owner_groups"), {"format": "xlsx"}).content, "x.xlsx")[0]
    areas = {row[0]: row[4] for row in sheet.rows[1:]}
    assert areas == {"丙": 0, "乙": 0, "甲": 61.08}


@pytest.mark.parametrize("name", ["owner_groups", "owner_group"])
def test_the_number_of_queries_does_not_grow(name, door, estate, staff, client, django_assert_max_num_queries):
    group = group_of(estate, staff)
    actions.give_dwelling(group, dwelling=door, starts_on=MARCH, by=staff)
    page = url(name, group.pk) if name == "owner_group" else url(name)
    with django_assert_max_num_queries(12) as few:
        client.get(page)
    for number in range(20):
        actions.add_owner(group, by=staff, version=fresh(group).version, name=f"共有人{number}")
        actions.give_dwelling(group, dwelling=DwellingFactory(unit=door.unit), starts_on=MARCH, by=staff)
        group_of(estate, staff, f"另一户{number}")
    with django_assert_max_num_queries(12) as many:
        client.get(page)
    assert len(many) == len(few)


def test_leader_and_committee_see_their_own_and_change_nothing(door, estate, staff, client):
    mine, other_estate = group_of(estate, staff), EstateFactory(community=estate.community)
    elsewhere = DwellingFactory(
        unit__building__grid=GridFactory(community=estate.community), unit__building__estate=other_estate
    )
    foreign = group_of(other_estate, staff, "别院的")
    actions.give_dwelling(mine, dwelling=door, starts_on=MARCH, by=staff)
    actions.give_dwelling(foreign, dwelling=elsewhere, starts_on=MARCH, by=staff)
    for user in (appoint(Role.GRID_LEADER, door.building.grid), appoint(Role.COMMITTEE, estate, office="chair")):
        client.force_login(user)
        page = client.get(url("owner_groups"))
        assert [row.pk for row in page.context["page"].rows] == [mine.pk]
        assert page.context["ground"].measured == 6108
        assert client.get(mine.get_absolute_url()).status_code == 200
        assert client.get(door.get_absolute_url()).status_code == 200
        assert [row.pk for row in client.get(url("dwellings")).context["page"].rows] == [door.pk]
        for hidden in (foreign.get_absolute_url(), elsewhere.get_absolute_url()):
            assert client.get(hidden).status_code == 404
        assert client.get(url("owner_group_add")).status_code == 403
    client.force_login(appoint(Role.BUILDING_STEWARD, door.building))
    assert client.get(url("owner_groups")).status_code == 403
