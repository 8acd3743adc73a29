"""Activation letters: codes, who issues them, the paper, and that it is fetched once."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import letters
from community.actions_letters import (
    drop_second_factor,
    find_letter,
    hand_over,
    issue_letters,
    issue_password_letter,
    join_household,
    open_account,
    set_new_password,
    void_letter,
)
from community.models import ActivationLetter, Appointment, AuditEvent, User
from community.roles import Role
from core import clock
from core.models import Job
from core.refusal import Refused
from tests.factories import (
    GridFactory,
    HouseholdFactory,
    MembershipFactory,
    ResidentFactory,
    UserFactory,
    appoint,
    household_in,
    resident_of,
)

CODES = st.text(alphabet=letters.ALPHABET, min_size=letters.LENGTH, max_size=letters.LENGTH)


@given(CODES)
def test_a_code_survives_being_shown_and_typed(code):
    assert letters.read_code(letters.shown(code)) == code
    assert letters.read_code(f" {letters.shown(code).lower()} ") == code
    assert letters.read_code(code.replace("0", "O").replace("1", "l")) == code


@given(st.text(max_size=20))
def test_what_cannot_be_a_code_is_empty(text):
    assert re.fullmatch(rf"([{letters.ALPHABET}]{{10}})?", letters.read_code(text))


def test_new_codes_differ():
    assert len({letters.new_code() for _ in range(1000)}) == 1000


@pytest.fixture
def grid(db):
    return GridFactory()


@pytest.fixture
def leader(grid):
    return appoint(Role.GRID_LEADER, grid)


def issued(household, by):
    return issue_letters([household], by=by)[0]


def test_the_database_does_not_know_the_code(grid, leader):
    letter, code = issued(household_in(grid), leader)
    letter.refresh_from_db()
    assert code not in str(letter.__dict__)
    assert letter.code_hash == letters.hash_of(code)
    assert letter.expires_at - clock.now() > timedelta(days=59)
    assert code not in str([event.__dict__ for event in AuditEvent.objects.all()])
    assert find_letter(letters.shown(code).lower()) == letter


def test_a_leader_issues_for_the_own_grid_alone(grid, leader):
    elsewhere = household_in(GridFactory(community=grid.community))
    appoint(Role.RESIDENT, elsewhere, user=leader)
    with pytest.raises(Refused, match="不归您管"):
        issue_letters([household_in(grid), elsewhere], by=leader)
    assert not ActivationLetter.objects.exists()
    issue_letters([elsewhere], by=appoint(Role.SECRETARY, grid.community))


def test_nobody_lives_there_any_more(grid, leader):
    with pytest.raises(Refused, match="迁出"):
        issue_letters([household_in(grid, left_on=date(2026, 1, 1))], by=leader)


def test_a_new_letter_makes_the_old_one_void(grid, leader):
    household = household_in(grid)
    _letter, old = issued(household, leader)
    _letter, new = issued(household, leader)
    with pytest.raises(Refused, match="用不了"):
        find_letter(old)
    assert find_letter(new).household == household


def test_one_sentence_for_every_code_that_cannot_be_used(grid, leader):
    used, void, late = (issued(household_in(grid), leader) for _ in range(3))
    open_account(used[0], phone="13800138000", password="x", name="张三")
    void_letter(void[0], by=leader, reason="印坏了")
    ActivationLetter.objects.filter(pk=late[0].pk).update(expires_at=clock.now())
    unhanded = issue_password_letter(resident_of(household_in(grid)), by=leader)
    said = set()
    for code in ("", "junk", letters.new_code(), used[1], void[1], late[1], unhanded[1]):
        with pytest.raises(Refused) as refusal:
            find_letter(code)
        said.add(str(refusal.value))
    assert len(said) == 1


def test_redeeming_binds_the_account_to_the_household_and_the_person(grid, leader):
    household = household_in(grid)
    member = MembershipFactory(household=household, resident__name="张桂英")
    letter, _code = issued(household, leader)
    user = open_account(letter, phone="13800138000", password="一句话 abc 12", resident=member.resident)
    assert user.name == "张桂英"
    assert user.check_password("一句话 abc 12")
    assert user.scope.households == {household.pk}
    assert Appointment.objects.get(user=user).resident == member.resident
    letter.refresh_from_db()
    assert (letter.redeemed_by, letter.is_open) == (user, False)
    assert AuditEvent.objects.get(verb="redeem_letter").household_id == household.pk
    with pytest.raises(Refused):
        open_account(letter, phone="13800138001", password="x", name="李四")
    assert not User.objects.filter(phone="13800138001").exists()


def test_a_person_of_another_household_cannot_be_chosen(grid, leader):
    letter, _code = issued(household_in(grid), leader)
    stranger = MembershipFactory(household=household_in(grid)).resident
    with pytest.raises(Refused, match="重新选"):
        open_account(letter, phone="13800138000", password="x", resident=stranger)
    assert not User.objects.filter(phone="13800138000").exists()


def test_one_account_may_be_bound_to_two_households_but_not_twice_to_one(grid, leader):
    first, second = household_in(grid), household_in(grid)
    user = resident_of(first)
    join_household(issued(second, leader)[0], by=user)
    user = User.objects.get(pk=user.pk)
    assert user.scope.households == {first.pk, second.pk}
    with pytest.raises(Refused, match="已经绑定"):
        join_household(issued(first, leader)[0], by=user)


def test_a_phone_that_was_taken_meanwhile_is_refused(grid, leader):
    UserFactory(phone="13800138000")
    letter, _code = issued(household_in(grid), leader)
    with pytest.raises(Refused, match="刚刚开通"):
        open_account(letter, phone="13800138000", password="x", name="张三")
    letter.refresh_from_db()
    assert letter.is_open


def test_adults_to_choose_from(grid):
    household = household_in(grid)
    today = clock.today()
    adult, unknown, bound = (MembershipFactory(household=household) for _ in range(3))
    unknown.resident.birth_date = ""
    unknown.resident.save()
    child = ResidentFactory(community=household.community, birth_date=today - timedelta(days=17 * 365))
    MembershipFactory(household=household, resident=child)
    MembershipFactory(household=household, resident__deceased_on=today)
    MembershipFactory(household=household, ends_on=today - timedelta(days=1))
    appoint(Role.RESIDENT, household, resident=bound.resident)
    assert set(letters.adults_of(household)) == {adult, unknown}


@pytest.mark.django_db
def test_door_is_masked_partly():
    household = HouseholdFactory(dwelling__room_no="501", dwelling__label="225号3幢2单元501室")
    assert letters.masked_door(household) == "225号3幢2单元5**室"


def test_a_password_letter_works_once_it_was_handed_over(grid, leader):
    user = resident_of(household_in(grid))
    letter, code = issue_password_letter(user, by=leader)
    with pytest.raises(Refused):
        set_new_password(letter, password="neu")
    hand_over(letter, by=leader)
    letter.refresh_from_db()
    assert letter.handed_over_by == leader
    assert set_new_password(find_letter(code), password="a new one").check_password("a new one")
    assert list(AuditEvent.objects.filter(verb__in=["hand_over_letter", "set_password"]).values_list("actor_name")) == [
        (user.name,),
        (leader.name,),
    ]


def test_who_may_issue_a_password_letter(grid, leader):
    community = grid.community
    secretary, staff = appoint(Role.SECRETARY, community), appoint(Role.COMMUNITY_STAFF, community)
    resident = resident_of(household_in(grid))
    stranger = resident_of(household_in(GridFactory()))
    for by in (leader, staff, secretary):
        assert issue_password_letter(resident, by=by)
        with pytest.raises(Refused):
            issue_password_letter(stranger, by=by)
        with pytest.raises(Refused):
            issue_password_letter(by, by=by)
    assert issue_password_letter(leader, by=secretary)
    assert issue_password_letter(staff, by=secretary)
    for by, whom in ((staff, leader), (staff, secretary), (leader, staff)):
        with pytest.raises(Refused):
            issue_password_letter(whom, by=by)


def test_second_factors_are_dropped_by_the_secretary_alone(grid, leader):
    from allauth.mfa.totp.internal.auth import TOTP

    resident = resident_of(household_in(grid))
    TOTP.activate(resident, "JBSWY3DPEHPK3PXP")
    with pytest.raises(Refused):
        drop_second_factor(resident, by=leader, reason="手机丢了")
    drop_second_factor(resident, by=appoint(Role.SECRETARY, grid.community), reason="手机丢了")
    assert not resident.authenticator_set.exists()
    assert AuditEvent.objects.get(verb="drop_second_factor").reason == "手机丢了"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is missing")
def test_the_paper_carries_code_door_address_and_office(grid, leader, tmp_path):
    grid.community.phone = "0511-85001234"
    grid.community.save()
    households = [household_in(grid), household_in(grid)]
    pairs = issue_letters(households, by=leader)
    paper = tmp_path / "letters.pdf"
    paper.write_bytes(letters.print_letters(pairs, grid.community))
    pages = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    pages = ["".join(page.split()) for page in pages.split("\f")[:-1]]
    assert len(pages) == 2
    for page, (letter, code) in zip(pages, pairs, strict=True):
        for words in (letters.shown(code), str(letter.household), "0511-85001234", "/activate/", "This letter opens"):
            assert words.replace(" ", "") in page


@pytest.mark.django_db
def test_printed_letters_are_fetched_once(grid, leader, client):
    household = household_in(grid)
    client.force_login(leader)
    building = household.building_id
    address = reverse("community:letter_new") + f"?building={building}&which=new"
    assert "要印 1 封信" in client.get(address).text
    answer = client.post(address, {"submission": "00000000-0000-4000-8000-000000000001"})
    again = client.post(address, {"submission": "00000000-0000-4000-8000-000000000001"})
    assert answer.url == again.url
    assert ActivationLetter.objects.count() == 1
    job = Job.objects.get()
    assert (job.state, job.result["count"]) == ("done", 1)
    assert "看结果" in client.get(answer.url).text
    page = job.result["url"]
    assert "只能取一次" in client.get(page).text
    pdf = client.post(page)
    assert pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf["Content-Disposition"]
    assert "已经取走了" in client.post(page).text
    other = appoint(Role.SECRETARY, grid.community)
    client.force_login(other)
    assert client.get(page).status_code == 404


def test_a_waiting_batch_is_not_readable_on_the_disk(settings):
    from uuid import uuid4

    batch = uuid4()
    letters.keep(batch, b"%PDF secret")
    (path,) = [path for path in (settings.DATA_DIR / "letters").iterdir() if batch.hex in path.name]
    assert b"secret" not in path.read_bytes()
    assert letters.fetch(batch) == b"%PDF secret"
    assert letters.fetch(batch) is None
