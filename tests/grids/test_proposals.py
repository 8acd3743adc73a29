"""What residents say is wrong changes nothing by itself; the leader decides, once, and the resident is told."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids import actions
from grids.actions import proposals
from grids.models import CareTag, Household, Proposal
from tests.factories import GridFactory, appoint, family_of, household_in

Kind, Source, State = Proposal.Kind, Proposal.Source, Proposal.State
NUMBER, OTHERS_BIRTHDAY = "321102195603070021", "321102194003070023"


@pytest.fixture
def home(db):
    household = household_in(GridFactory())
    family_of(household, {"name": "王秀英", "phone": "13811110001"}, {"name": "李大明", "phone": "13811110002"})
    return household


@pytest.fixture
def me(home):
    return appoint(Role.RESIDENT, home, resident=home.head)


@pytest.fixture
def leader(home):
    return appoint(Role.GRID_LEADER, home.building.grid)


@pytest.fixture
def said(home, me):
    """A correction of one's own phone number."""
    return proposals.propose(
        home, kind=Kind.CHANGE, source=Source.RESIDENT, by=me, resident=home.head, field="phone", after="13900000000"
    )


def version(home):
    return Household.objects.get(pk=home.pk).version


def correct(client, home, field, value, resident=None):
    where = [home.pk, resident.pk, field] if resident else [home.pk, field]
    url = reverse("grids:correct_resident" if resident else "grids:correct_household", args=where)
    return client.post(url, {"after": value, "note": "", "submission": str(uuid4())})


class TestSaying:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "王秀英子"),
            ("sex", "2"),
            ("birth_date", "1940-03-07"),
            ("phone", "13900000000"),
            ("id_number", NUMBER),
            ("hukou", "丹徒"),
            ("employment", "80"),
            ("is_party_member", "yes"),
        ],
    )
    def test_a_correction_waits_and_the_register_stays(self, field, value, client, home, me):
        client.force_login(me)
        before = getattr(home.head, field)
        assert correct(client, home, field, value, home.head).url == reverse("grids:mine")
        proposal = Proposal.objects.get()
        assert (proposal.kind, proposal.source, proposal.field, str(proposal.after.plain)) == (
            "change",
            "resident",
            field,
            value,
        )
        home.head.refresh_from_db()
        assert getattr(home.head, field) == before

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("phone", "1390000000"),
            ("birth_date", "2099-01-01"),
            ("birth_date", "1940-02-30"),
            ("id_number", "321102195603070020"),
            ("id_number", OTHERS_BIRTHDAY),
            ("employment", "99"),
            ("sex", ""),
        ],
    )
    def test_what_cannot_be_right_is_said_at_the_field_and_kept(self, field, value, client, home, me):
        client.force_login(me)
        answer = correct(client, home, field, value, home.head)
        assert answer.status_code == 200
        assert answer.context["form"].errors["after"]
        assert not Proposal.objects.exists()

    def test_what_is_so_already_is_no_correction(self, client, home, me):
        client.force_login(me)
        assert "不用改" in correct(client, home, "phone", "13811110001", home.head).content.decode()

    def test_of_one_field_the_latest_word_stands(self, said, home, me, client):
        client.force_login(me)
        correct(client, home, "phone", "13900000009", home.head)
        said.refresh_from_db()
        assert said.state == State.WITHDRAWN
        assert Proposal.objects.get(state="open").after == "13900000009"

    def test_the_same_word_twice_is_one(self, said, home, me, client):
        client.force_login(me)
        correct(client, home, "phone", "13900000000", home.head)
        assert Proposal.objects.get() == said

    def test_nobody_buries_the_leader(self, home, me):
        def tell(number):
            return proposals.propose(home, kind=Kind.OTHER, source=Source.RESIDENT, by=me, after=f"第{number}件")

        for number in range(proposals.AT_MOST):
            tell(number)
        with pytest.raises(Refused, match="20 件"):
            tell(99)

    @pytest.mark.parametrize("kind", ["join", "leave", "other"])
    def test_what_has_changed_is_told_in_own_words(self, kind, client, home, me):
        client.force_login(me)
        form = {
            "join": {"name": "李芳", "relation": "30", "starts_on": "2026-06-01"},
            "leave": {"resident": str(home.memberships.get(resident__name="李大明").resident_id)},
            "other": {"after": "门牌写错了"},
        }[kind]
        assert client.post(reverse("grids:tell", args=[home.pk, kind]), form).status_code == 302
        assert Proposal.objects.get().kind == kind
        assert client.get(reverse("grids:mine")).status_code == 200

    def test_an_end_of_care_is_told(self, client, home, me, leader):
        tag = actions.set_care(home, category="minimum_allowance", resident=home.head, by=leader)
        client.force_login(me)
        assert client.post(reverse("grids:tell", args=[home.pk, "care_end"]), {"tag": tag.pk}).status_code == 302
        assert Proposal.objects.get().field == "minimum_allowance"
        assert client.get(reverse("grids:tell", args=[home.pk, "nothing"])).status_code == 404

    def test_neither_neighbour_nor_field_can_be_guessed(self, client, home, me):
        other = household_in(home.building.grid)
        (stranger,) = family_of(other, {"name": "邻居"})
        client.force_login(me)
        assert correct(client, other, "phone", "13900000000").status_code == 404
        assert correct(client, home, "phone", "13900000000", stranger).status_code == 404
        assert correct(client, home, "deceased_on", "2026-01-01", home.head).status_code == 404
        assert correct(client, home, "head", "x").status_code == 404


class TestWithdrawing:
    def test_who_proposed_takes_back(self, said, client, me):
        client.force_login(me)
        url = reverse("grids:proposal_withdraw", args=[said.pk])
        assert url in client.get(reverse("grids:mine")).content.decode()
        client.post(url)
        assert url not in client.get(reverse("grids:mine")).content.decode()
        said.refresh_from_db()
        assert said.state == State.WITHDRAWN

    def test_the_rest_of_the_family_does_not(self, said, client, home):
        client.force_login(appoint(Role.RESIDENT, home))
        client.post(reverse("grids:proposal_withdraw", args=[said.pk]))
        said.refresh_from_db()
        assert said.state == State.OPEN


class TestDeciding:
    def test_accepting_goes_through_the_register(self, said, client, home, me, leader):
        client.force_login(leader)
        answer = client.post(said.get_absolute_url(), {"version": version(home), "answer": "已核对"})
        assert answer.url == reverse("grids:proposals")
        home.head.refresh_from_db()
        assert home.head.phone == "13900000000"
        assert AuditEvent.objects.filter(verb="resident_changed", household_id=home.pk).exists()
        notice = Notice.objects.get(user=me)
        assert notice.url == reverse("grids:mine")
        assert "13900000000" not in notice.text

    @pytest.mark.parametrize(
        ("field", "value", "kept"),
        [("is_party_member", "yes", True), ("birth_date", "1941-01-02", "1941-01-02"), ("employment", "80", "80")],
    )
    def test_every_kind_of_value_arrives(self, field, value, kept, home, me, leader):
        proposal = proposals.propose(
            home, kind=Kind.CHANGE, source=Source.RESIDENT, by=me, resident=home.head, field=field, after=value
        )
        proposals.accept_proposal(proposal, by=leader, version=version(home))
        home.head.refresh_from_db()
        assert getattr(home.head, field) == kept

    def test_the_page_shows_masks_and_says_when_the_field_changed_meanwhile(self, said, client, home, leader):
        client.force_login(leader)
        body = client.get(said.get_absolute_url()).content.decode()
        assert "139****0000" in body
        assert "13900000000" not in body
        assert "这期间登记改过了" not in body
        actions.change_resident(home.head, household=home, by=leader, phone="13700000000")
        assert "这期间登记改过了" in client.get(said.get_absolute_url()).content.decode()
        actions.change_resident(home.head, household=home, by=leader, phone="13900000000")
        assert "登记已经是这样了" in client.get(said.get_absolute_url()).content.decode()

    def test_a_stale_page_is_told(self, said, client, home, leader):
        seen = version(home)
        actions.change_household(home, by=leader, kind="renting")
        client.force_login(leader)
        body = client.post(said.get_absolute_url(), {"version": seen, "answer": "我写的"}).content.decode()
        assert "刚刚" in body
        assert "我写的" in body
        said.refresh_from_db()
        assert said.state == State.OPEN

    def test_declining_says_why_and_changes_nothing(self, said, client, home, me, leader):
        client.force_login(leader)
        url = reverse("grids:proposal_decline", args=[said.pk])
        assert client.post(url, {"reason": ""}).status_code == 200
        client.post(url, {"reason": "打不通，核对不了"})
        home.head.refresh_from_db()
        assert home.head.phone == "13811110001"
        client.force_login(me)
        assert "打不通" in client.get(reverse("grids:mine")).content.decode()

    def test_the_second_of_two_is_told_what_the_first_did(self, said, home, leader):
        office = appoint(Role.COMMUNITY_STAFF, home.community)
        proposals.accept_proposal(said, by=leader, version=version(home))
        with pytest.raises(Refused, match=leader.name):
            proposals.decline_proposal(said, by=office, reason="不对")

    def test_nobody_decides_ones_own(self, home, leader):
        appoint(Role.RESIDENT, home, user=leader, resident=home.head)
        mine = proposals.propose(home, kind=Kind.OTHER, source=Source.RESIDENT, by=leader, after="x")
        with pytest.raises(Refused, match="办公室"):
            proposals.accept_proposal(mine, by=leader, version=version(home))

    def test_a_new_member_is_registered_as_checked(self, client, home, me, leader):
        client.force_login(me)
        client.post(reverse("grids:tell", args=[home.pk, "join"]), {"name": "李芳", "relation": "30"})
        proposal = Proposal.objects.get()
        client.force_login(leader)
        form = client.get(proposal.get_absolute_url()).context["form"]
        assert form.fields["name"].initial == "李芳"
        given = {"version": version(home), "name": "李芳", "relation": "30", "starts_on": clock.today(), "sex": "2"}
        assert client.post(proposal.get_absolute_url(), given).status_code == 302
        assert home.memberships.filter(resident__name="李芳", relation="30").exists()

    def test_who_has_left_is_moved_out(self, client, home, me, leader):
        spouse = home.memberships.get(resident__name="李大明")
        client.force_login(me)
        client.post(reverse("grids:tell", args=[home.pk, "leave"]), {"resident": str(spouse.resident_id)})
        proposal = Proposal.objects.get()
        client.force_login(leader)
        answer = client.post(proposal.get_absolute_url(), {"version": version(home), "day": clock.today()})
        assert answer.status_code == 302
        spouse.refresh_from_db()
        assert spouse.ends_on is not None
        assert spouse.left_by == "moved_out"

    def test_care_ends_as_ticked(self, client, home, me, leader):
        with clock.at(clock.now() - timedelta(days=30)):
            tag = actions.set_care(home, category="minimum_allowance", resident=home.head, by=leader)
        other = actions.set_care(home, category="disabled", resident=home.head, by=leader)
        proposal = proposals.propose(
            home, kind=Kind.CARE_END, source=Source.RESIDENT, by=me, resident=home.head, field="minimum_allowance"
        )
        client.force_login(leader)
        form = client.get(proposal.get_absolute_url()).context["form"]
        assert form.fields["tags"].initial == [tag.pk]
        client.post(proposal.get_absolute_url(), {"version": version(home), "tags": [tag.pk]})
        assert CareTag.objects.get(pk=tag.pk).ends_on is not None
        assert CareTag.objects.get(pk=other.pk).ends_on is None


class TestWhoSees:
    def test_the_neighbouring_leader_sees_nothing(self, said, client, home):
        client.force_login(appoint(Role.GRID_LEADER, GridFactory(community=home.community)))
        assert client.get(said.get_absolute_url()).status_code == 404
        assert not client.get(reverse("grids:proposals")).context["rows"]

    def test_a_leader_who_lives_elsewhere_does_not_answer_for_home(self, said, client, home):
        leader = appoint(Role.GRID_LEADER, GridFactory(community=home.community))
        appoint(Role.RESIDENT, home, user=leader)
        client.force_login(leader)
        assert client.get(said.get_absolute_url()).status_code == 404

    def test_today_and_the_list_ask_the_leader(self, said, client, home, leader):
        client.force_login(leader)
        assert "更正申请 1 件" in client.get(reverse("community:today")).content.decode()
        page = client.get(reverse("grids:proposals"))
        assert [one.proposal for one in page.context["rows"]] == [said]
        proposals.decline_proposal(said, by=leader, reason="x")
        assert not client.get(reverse("grids:proposals")).context["rows"]
        assert len(client.get(reverse("grids:proposals"), {"state": "all"}).context["rows"]) == 1
        xlsx = client.get(reverse("grids:proposals"), {"state": "all", "format": "xlsx"})
        assert b"13900000000" not in xlsx.content

    def test_the_list_costs_the_same_for_one_and_for_thirty(self, said, client, home, leader, me):
        client.force_login(leader)

        def queries():
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("grids:proposals"))
            return len(captured)

        few = queries()
        for number in range(19):
            proposals.propose(home, kind=Kind.OTHER, source=Source.RESIDENT, by=me, after=str(number))
        assert queries() == few <= 12


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_one_moment(transactional_db):
    home = household_in(GridFactory())
    family_of(home, {"name": "王秀英", "phone": "13811110001"})
    me = appoint(Role.RESIDENT, home, resident=home.head)
    deciders = [
        appoint(Role.GRID_LEADER, home.building.grid),
        appoint(Role.COMMUNITY_STAFF, home.community),
    ]
    said = proposals.propose(
        home, kind=Kind.CHANGE, source=Source.RESIDENT, by=me, resident=home.head, field="phone", after="13900000000"
    )
    seen, refused, start = version(home), [], threading.Barrier(2)

    def decide(by):
        start.wait()
        try:
            proposals.accept_proposal(said, by=by, version=seen)
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[by]) for by in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert AuditEvent.objects.filter(verb="proposal_accepted").count() == 1
