"""Erasure: what goes and what stays is said before, done at once, recorded, and never undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from community import files, personal
from community.models import AuditEvent, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids import actions
from grids.actions import consents, erasure, proposals
from grids.models import ErasureRequest, Proposal, Resident
from helpdesk.models import ServiceRequest
from tests.factories import CommunityFactory, appoint, desk, family_of, report_of, small_photo
from visits.actions import record_visit
from visits.models import Verification, Visit, VisitPhoto
from visits.report import Answer

pytestmark = pytest.mark.django_db
ASK = reverse("grids:erasure_ask")
FULL = {
    "name": "王秀英",
    "phone": "13811110001",
    "birth_date": "1956-03-07",
    "hukou": "丹徒",
    "employment": "80",
    "is_party_member": True,
    "note": "耳背",
    "id_number": "321102195603070021",
}


@pytest.fixture
def office():
    return desk()


@pytest.fixture
def home(office):
    (resident,) = family_of(office.household, FULL)
    office.household.phone = resident.phone
    office.household.save()
    appointment = office.reporter.appointments.get()
    appointment.resident = resident
    appointment.save()
    return office.household


@pytest.fixture
def me(office, home):
    office.reporter.__dict__.pop("scope", None)
    return office.reporter


@pytest.fixture
def staff(office, home):
    return appoint(Role.COMMUNITY_STAFF, office.grid.community)


def ask(home, me):
    return erasure.ask_erasure(home.head, household=home, reason="不想留", by=me)


def fill(office, home, me):
    """Rows about the resident in every room."""
    with clock.at(clock.now() - timedelta(days=90)):
        tag = actions.set_care(
            home, category="minimum_allowance", resident=home.head, by=office.leader, evidence="低保证 123"
        )
    proposals.propose(home, kind="other", source="resident", by=me, resident=home.head, after="x")
    consents.give_consent(home.head, household=home, kind="activities", how="x", by=me)
    done, running = office.log(), office.log(title="灯不亮")
    office.walk(done, "accept", "dispatch", "sign", "reply", "resolve", "rate")
    report = report_of(
        home,
        answers={f"r-{home.head.pk.hex}-phone": Answer("changed", "13700000000")},
        met_who="王秀英",
        photos=(small_photo(),),
    )
    record_visit(home, by=office.leader, report=report)
    home.head.refresh_from_db()
    return tag, done, running


class TestWhoLivesHere:
    def test_what_is_optional_goes_and_what_the_duty_needs_stays(self, office, home, me, staff):
        tag, done, running = fill(office, home, me)
        erasure.carry_out_erasure(ask(home, me), by=staff)
        person = Resident.objects.get(pk=home.head_id)
        blank = (person.phone, person.hukou, person.employment, person.note, person.id_number, person.id_hash)
        assert not any(blank)
        assert person.is_party_member is None
        assert (person.name, person.birth_date, person.forgotten_on) == ("王秀英", "1956", None)
        home.refresh_from_db()
        assert not home.phone
        tag.refresh_from_db()
        assert (tag.ends_on, bool(tag.evidence)) == (None, False)
        assert not home.head.consents.unscoped(reason="x").given().exists()
        assert not Proposal.objects.open().exists()
        assert not VisitPhoto.objects.exists()
        assert Visit.objects.get().met_who == ""
        assert not any((row.before, row.after) != ("", "") for row in Verification.objects.all())
        done.refresh_from_db()
        running.refresh_from_db()
        assert (done.reporter_name, str(done.reporter_phone), done.title) == ("（已删除）", "", "厨房水管漏水")
        assert running.reporter_name == me.name
        me.refresh_from_db()
        assert me.is_active

    def test_the_outcome_is_kept_told_and_recorded(self, office, home, me, staff, client):
        fill(office, home, me)
        asked = ask(home, me)
        erasure.carry_out_erasure(asked, by=staff, answer="办好了")
        asked.refresh_from_db()
        rooms = [room["room"] for room in asked.outcome["rooms"]]
        assert rooms == ["账号和记录", "住户名册", "诉求", "走访"]
        assert asked.decided_by == staff
        assert AuditEvent.objects.filter(verb="erasure_done", household_id=home.pk).exists()
        assert "13700000000" not in str(asked.outcome)
        client.force_login(me)
        assert "办好了" in client.get(ASK).content.decode()
        assert client.get(reverse("grids:mine")).status_code == 200

    def test_photos_of_a_shared_home_stay(self, office, home, me, staff):
        family_of(home, {"name": "李大明"})
        home.head = Resident.objects.get(name="王秀英")
        home.save()
        fill(office, home, me)
        erasure.carry_out_erasure(ask(home, me), by=staff)
        assert VisitPhoto.objects.count() == 1

    def test_the_file_of_a_photo_goes_with_it(self, office, home, me, staff, django_capture_on_commit_callbacks):
        fill(office, home, me)
        path = files.path_of(VisitPhoto.objects.get().attachment.sha256)
        others = ServiceRequest.objects.filter(updates__photos__attachment__sha256=path.name).exists()
        with django_capture_on_commit_callbacks(execute=True):
            erasure.carry_out_erasure(ask(home, me), by=staff)
        assert path.exists() == others


class TestWhoHasLeft:
    @pytest.fixture
    def gone(self, office, home, me, staff):
        fill(office, home, me)
        person = home.head
        actions.move_out(home, by=office.leader, day=clock.today(), residents=[person])
        me.__dict__.pop("scope", None)
        return person

    def test_asks_still_and_then_nothing_says_who_it_was(self, gone, home, me, staff, client):
        client.force_login(me)
        assert client.post(ASK, {"reason": ""}).status_code == 302
        request = ErasureRequest.objects.get()
        phone = me.phone.plain
        erasure.carry_out_erasure(request, by=staff)
        person = Resident.objects.get(pk=gone.pk)
        assert (person.name, str(person.birth_date), person.sex, person.initials) == ("（已删除）", "", "0", "")
        assert person.forgotten_on == clock.today()
        account = User.objects.get(pk=me.pk)
        assert (account.is_active, account.name) == (False, "（已删除）")
        assert not User.objects.filter(phone=phone).exists()
        assert authenticate(None, phone=phone, password="x") is None
        assert client.get(ASK).status_code == 302
        assert person.memberships.unscoped(reason="x").exists()

    def test_the_account_of_somebody_in_office_stays(self, gone, home, me, staff, office):
        appoint(Role.RED_STEWARD, office.grid.community, user=me)
        request = erasure.ask_erasure(gone, household=home, reason="", by=me)
        erasure.carry_out_erasure(request, by=staff)
        me.refresh_from_db()
        assert me.is_active


class TestAnswering:
    def test_the_page_says_in_numbers_what_goes_and_on_what_ground_the_rest_stays(
        self, office, home, me, staff, client
    ):
        fill(office, home, me)
        asked = ask(home, me)
        client.force_login(staff)
        assert "1 位居民要求删除" in client.get(reverse("community:today")).content.decode()
        assert asked.get_absolute_url() in client.get(reverse("grids:erasures")).content.decode()
        body = client.get(asked.get_absolute_url()).content.decode()
        assert "个人信息保护法" in body
        assert "找不回来" in body
        assert "13811110001" not in body
        answer = client.post(asked.get_absolute_url(), {"answer": ""})
        assert answer.url == asked.get_absolute_url()
        assert "删掉了" in client.get(asked.get_absolute_url()).content.decode()

    def test_foreseeing_changes_nothing(self, office, home, me):
        fill(office, home, me)
        before = Resident.objects.values().get(pk=home.head_id)
        assert personal.effects(home.head)
        assert Resident.objects.values().get(pk=home.head_id) == before

    def test_declining_erases_nothing_and_says_why(self, home, me, staff, client):
        asked = ask(home, me)
        client.force_login(staff)
        client.post(reverse("grids:erasure_decline", args=[asked.pk]), {"reason": "正在办补贴"})
        assert Resident.objects.get(pk=home.head_id).phone == "13811110001"
        assert Notice.objects.get(user=me).url == ASK
        client.force_login(me)
        assert "正在办补贴" in client.get(ASK).content.decode()

    def test_the_second_of_two_is_told(self, home, me, staff):
        asked = ask(home, me)
        erasure.decline_erasure(asked, by=staff, reason="x")
        with pytest.raises(Refused, match=staff.name):
            erasure.carry_out_erasure(asked, by=staff)

    def test_nobody_answers_for_himself(self, home, me, office):
        secretary = appoint(Role.SECRETARY, office.grid.community, user=me)
        with pytest.raises(Refused, match="另一位"):
            erasure.carry_out_erasure(ask(home, me), by=secretary)

    def test_what_was_asked_is_taken_back(self, home, me, client):
        asked = ask(home, me)
        assert ask(home, me) == asked
        client.force_login(me)
        client.post(reverse("grids:erasure_withdraw", args=[asked.pk]))
        asked.refresh_from_db()
        assert asked.state == "withdrawn"

    def test_half_an_erasure_is_none(self, office, home, me, staff, monkeypatch):
        fill(office, home, me)

        def breaks(resident, by):
            raise RuntimeError

        room = personal.Room("x", erase=breaks)
        monkeypatch.setattr(personal, "_rooms", {"aaa": room, **personal._rooms})
        with pytest.raises(RuntimeError):
            erasure.carry_out_erasure(ask(home, me), by=staff)
        assert Resident.objects.get(pk=home.head_id).hukou == "丹徒"
        assert VisitPhoto.objects.exists()

    def test_another_office_and_the_leader_see_no_request(self, home, me, office, client):
        asked = ask(home, me)
        client.force_login(office.leader)
        assert client.get(asked.get_absolute_url()).status_code == 403
        client.force_login(appoint(Role.SECRETARY, CommunityFactory()))
        assert client.get(asked.get_absolute_url()).status_code == 404

    def test_the_office_writes_down_what_is_asked_in_person(self, home, staff, client):
        client.force_login(staff)
        url = reverse("grids:erasure_behalf", args=[home.head_id])
        assert client.get(url).status_code == 200
        answer = client.post(url, {"reason": "本人带身份证来过"})
        made = ErasureRequest.objects.get()
        assert (answer.url, made.asked_by, made.household) == (made.get_absolute_url(), staff, home)
        client.post(made.get_absolute_url(), {"answer": ""})
        assert not Resident.objects.get(pk=home.head_id).phone

    def test_who_is_nobody_of_the_register_is_sent_to_the_office(self, office, client):
        client.force_login(office.other)
        assert "社区办公室" in client.get(ASK).content.decode()
