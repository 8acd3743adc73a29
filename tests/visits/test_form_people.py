"""Who has come and who has left: told at the door, proposed to the register, decided there once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from core import clock
from core.refusal import Refused
from grids.actions import proposals
from grids.models import Household, Membership, Proposal
from tests.factories import report_of
from tests.visits.test_views import ALERT, typed
from visits import actions
from visits.models import Verification, Visit
from visits.report import Came, Going, Gone

pytestmark = pytest.mark.django_db

LI_FANG = {"j1-name": "李芳", "j1-relation": "30", "j1-birth_date": "1990-03-07", "j1-phone": "13811112222"}


@pytest.fixture
def signed_in(leader, client):
    client.force_login(leader)
    return leader


@pytest.fixture
def url(target):
    return target.get_absolute_url()


@pytest.fixture
def spouse(household):
    return household.memberships.exclude(resident=household.head).get().resident


def leaving(resident, how="moved", since=""):
    return {f"leave-{resident.pk.hex}": how, f"leave-{resident.pk.hex}-since": since}


def accept(proposal, client, **given):
    """What the leader's page shows, sent as it stands but for what is `given`."""
    page = client.get(proposal.get_absolute_url())
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return page, client.post(proposal.get_absolute_url(), {**shown, "submission": str(uuid4()), **given})


class TestNewcomers:
    def test_one_press_of_the_leader_takes_them_in_as_typed(self, url, household, signed_in, client):
        assert client.post(url, typed(client, url, rest="confirmed", **LI_FANG)).status_code == 302
        proposal = Proposal.objects.get()
        assert (proposal.kind, proposal.source, proposal.proposed_by) == ("join", "visit", signed_in)
        assert Membership.objects.filter(household=household).count() == 2
        page, answer = accept(proposal, client)
        assert answer.status_code == 302, answer.context["form"].errors
        body = page.content.decode()
        assert "1990-**-**" in body
        assert "138****2222" in body
        assert "1990-03-07" not in body
        assert "13811112222" not in body
        member = Membership.objects.get(household=household, resident__name="李芳")
        resident = member.resident
        assert (member.relation, resident.sex) == ("30", "2")
        assert (resident.birth_date.plain, resident.phone.plain) == ("1990-03-07", "13811112222")

    def test_what_the_leader_types_counts_before_what_was_said(self, url, household, signed_in, client):
        client.post(url, typed(client, url, rest="confirmed", **LI_FANG))
        accept(Proposal.objects.get(), client, phone="13900000000", birth_date="")
        resident = Membership.objects.get(household=household, resident__name="李芳").resident
        assert (resident.phone.plain, resident.birth_date.plain) == ("13900000000", "1990-03-07")

    def test_two_at_once_and_each_once(self, url, signed_in, client):
        other = {"j2-name": "李小宝", "j2-relation": "40"}
        client.post(url, typed(client, url, rest="confirmed", **LI_FANG, **other))
        again = {**LI_FANG, "j1-phone": "13811113333"}
        client.post(url, typed(client, url, rest="confirmed", **again))
        names = sorted(str(one.after.plain) for one in Proposal.objects.filter(state="open"))
        assert len(names) == 2
        assert "13811113333" in "".join(names)
        assert Proposal.objects.filter(state="withdrawn").count() == 1

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"j1-relation": "30"}, "请写明姓名"),
            ({"j1-name": "李芳"}, "是户主的什么人"),
            ({"j1-name": "李芳", "j1-relation": "99999"}, ALERT),
            ({"j1-name": "=1", "j1-relation": "30"}, "本人的姓名"),
            ({**LI_FANG, "j1-birth_date": "1990-02-30"}, "没有这一天"),
            ({**LI_FANG, "j1-phone": "1381111222x"}, "不像一个电话号码"),
            ({"j2-name": "", "j2-phone": "13811112222"}, "请写明姓名"),
        ],
    )
    def test_what_cannot_be_right_is_said_at_the_field_and_kept(self, given, says, url, signed_in, client):
        page = client.post(url, typed(client, url, rest="confirmed", note="都好", **given)).content.decode()
        assert says in page
        assert ALERT in page
        assert '<details class="fold" open>' in page
        assert not Visit.objects.exists()


class TestLeavers:
    def test_who_moved_waits_for_the_leader(self, url, household, spouse, signed_in, client):
        since = clock.today() - timedelta(days=20)
        Membership.objects.filter(resident=spouse).update(starts_on=since - timedelta(days=900))
        client.post(url, typed(client, url, rest="confirmed", **leaving(spouse, since=since.isoformat())))
        proposal = Proposal.objects.get()
        assert (proposal.kind, proposal.resident, str(proposal.after.plain)) == ("leave", spouse, since.isoformat())
        assert Membership.objects.current().filter(resident=spouse).exists()
        assert not Verification.objects.filter(resident=spouse).exists(), "nobody is asked about who has left"
        _page, answer = accept(proposal, client)
        assert answer.status_code == 302, answer.context["form"].errors
        member = Membership.objects.get(resident=spouse)
        assert (member.left_by, member.ends_on) == ("moved_out", since - timedelta(days=1))

    def test_who_died_is_registered_as_dead(self, url, household, spouse, signed_in, client):
        client.post(url, typed(client, url, rest="confirmed", **leaving(spouse, "died", clock.today().isoformat())))
        proposal = Proposal.objects.get()
        page, answer = accept(proposal, client)
        assert "采纳，登记过世" in page.content.decode()
        assert answer.status_code == 302, answer.context["form"].errors
        spouse.refresh_from_db()
        assert spouse.deceased_on == clock.today()

    def test_the_same_person_is_proposed_once(self, url, household, spouse, leader):
        for how, since in ((Going.MOVED, None), (Going.MOVED, None), (Going.DIED, clock.today())):
            report = report_of(household, note="x", gone=(Gone(spouse.pk, how, since),))
            actions.record_visit(household, by=leader, report=report)
        assert list(Proposal.objects.filter(state="open").values_list("field", flat=True)) == ["died"]
        assert Proposal.objects.filter(state="withdrawn").count() == 1

    def test_what_the_household_itself_said_stays(self, household, spouse, leader):
        own = proposals.propose(household, kind="leave", source="resident", by=None, resident=spouse, note="去南京了")
        actions.record_visit(household, by=leader, report=report_of(household, gone=(Gone(spouse.pk, "moved"),)))
        own.refresh_from_db()
        assert own.state == "open"

    def test_who_left_meanwhile_is_not_proposed(self, household, spouse, leader):
        from grids.actions import move_out

        move_out(household, by=leader, day=clock.today(), residents=[spouse])
        with pytest.raises(Refused, match="刚刚有变动"):
            actions.record_visit(household, by=leader, report=report_of(household, gone=(Gone(spouse.pk, "moved"),)))
        assert not Visit.objects.exists()

    def test_the_form_of_a_member_who_left_meanwhile_says_so(self, url, spouse, signed_in, client, household):
        from grids.actions import move_out

        given = typed(client, url, rest="confirmed", **leaving(spouse))
        move_out(household, by=signed_in, day=clock.today(), residents=[spouse])
        assert "有人搬走了" in client.post(url, given).content.decode()

    @pytest.mark.parametrize(
        ("how", "days", "says"), [("", -1, "请选是搬走还是过世"), ("moved", 1, "不能晚于今天"), ("moon", -1, ALERT)]
    )
    def test_what_cannot_be_right(self, how, days, says, url, spouse, signed_in, client):
        since = (clock.today() + timedelta(days=days)).isoformat()
        page = client.post(url, typed(client, url, rest="confirmed", **leaving(spouse, how, since))).content.decode()
        assert says in page
        assert not Visit.objects.exists()


class TestNobodyMet:
    @pytest.mark.parametrize("told", ["came", "gone"])
    def test_nobody_met_nobody_told(self, told, url, spouse, household, leader, signed_in, client):
        given = LI_FANG if told == "came" else leaving(spouse)
        assert "没有见到人" in client.post(url, typed(client, url, outcome="absent", **given)).content.decode()
        people = {"came": (Came("李芳", "30"),), "gone": (Gone(spouse.pk, "moved"),)}
        report = report_of(household, outcome="absent", **{told: people[told]})
        with pytest.raises(Refused, match="没有见到人"):
            actions.record_visit(household, by=leader, report=report)

    def test_a_visitor_does_not_answer_with_the_households_card(self, url, signed_in, client):
        assert 'value="card"' not in client.get(url).content.decode()
        assert ALERT in client.post(url, typed(client, url, outcome="card", rest="confirmed")).content.decode()

    def test_a_stale_household_is_told_to_the_leader(self, url, household, signed_in, client):
        client.post(url, typed(client, url, rest="confirmed", **LI_FANG))
        seen = Household.objects.get(pk=household.pk).version
        assert accept(Proposal.objects.get(), client, version=seen - 1)[1].status_code == 200


class TestPosition:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("", None),
            ("null", None),
            ('{"lat": 31.2, "lon": 121.4, "accuracy": 12.4}', {"lat": 31.2, "lon": 121.4, "accuracy": 12}),
            ('{"lat": -90, "lon": 180, "accuracy": 0.2}', {"lat": -90.0, "lon": 180.0, "accuracy": 1}),
        ],
    )
    def test_a_place_is_kept_where_it_was_given(self, given, kept, url, signed_in, client):
        client.post(url, typed(client, url, rest="confirmed", position=given))
        assert Visit.objects.get().position == kept

    @pytest.mark.parametrize(
        "given",
        [
            "{",
            "[]",
            "7",
            '{"lat": 31.2, "lon": 121.4}',
            '{"lat": 31.2, "lon": 121.4, "accuracy": 0}',
            '{"lat": 31.2, "lon": 181, "accuracy": 5}',
            '{"lat": -91, "lon": 121, "accuracy": 5}',
            '{"lat": NaN, "lon": 121, "accuracy": 5}',
            '{"lat": 31, "lon": 121, "accuracy": Infinity}',
            '{"lat": "x", "lon": 121, "accuracy": 5}',
        ],
    )
    def test_no_place_on_earth(self, given, url, signed_in, client):
        page = client.post(url, typed(client, url, rest="confirmed", position=given)).content.decode()
        assert ALERT in page
        assert not Visit.objects.exists()

    def test_the_form_offers_it_to_the_script_alone(self, url, signed_in, client):
        page = client.get(url).content.decode()
        assert 'type="button" data-position hidden' in page
        assert '<input type="hidden" name="position" id="id_position">' in page

    def test_reports_with_a_place_have_a_hash(self, household, leader):
        place = {"lat": 31.2, "lon": 121.4, "accuracy": 12}
        actions.record_visit(household, by=leader, report=report_of(household, note="x", position=place))
        assert Visit.objects.get().position == place


def test_the_record_of_a_visit_tells_whom_it_proposed(url, spouse, signed_in, client):
    """The page of the register shows what was told, without a birth date or a phone number in plain."""
    client.post(url, typed(client, url, rest="confirmed", **LI_FANG, **leaving(spouse, "died")))
    page = client.get(reverse("grids:proposals")).content.decode()
    assert "李芳 · 女儿 · 1990-**-** · 138****2222" in page
    assert "过世了" in page
