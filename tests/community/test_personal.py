"""Taking one's data away: everything about oneself, nothing secret about anybody else."""

from __future__ import annotations

import io
import json
import zipfile
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from community import audit, personal
from community.models import AuditEvent
from community.roles import Role
from community.take_away import take_away
from core import clock
from grids import actions
from grids.actions import consents, proposals
from helpdesk import actions as requests
from helpdesk.models import ServiceRequest
from tests.factories import appoint, desk, family_of, household_in, report_of
from visits.actions import record_visit
from visits.report import Answer

pytestmark = pytest.mark.django_db
URL = reverse("community:my_data")
MINE, SPOUSE, CHILD, NEIGHBOUR = "13811110001", "13811110002", "13811110003", "13811110009"


@pytest.fixture
def office():
    return desk(phone="0511-88880001")


@pytest.fixture
def home(office):
    family_of(
        office.household,
        {"name": "王秀英", "phone": MINE, "birth_date": "1956-03-07", "hukou": "丹徒"},
        {"name": "李大明", "phone": SPOUSE, "birth_date": "1954-08-01"},
        {"name": "李小宝", "phone": CHILD, "birth_date": "2018-05-01"},
    )
    return office.household


@pytest.fixture
def me(office, home):
    """A resident about whom every room keeps something; a neighbour about whom it does too."""
    user = office.reporter
    user.appointments.update(resident=home.head)
    user.__dict__.pop("scope", None)
    spouse = home.memberships.get(resident__name="李大明").resident
    actions.set_care(home, category="minimum_allowance", resident=home.head, by=office.leader, evidence="低保证 123")
    actions.set_care(home, category="disabled", resident=spouse, by=office.leader, evidence="残疾证 456")
    consents.give_consent(home.head, household=home, kind="activities", how="口头", by=user)
    proposals.propose(
        home, kind="change", source="resident", by=user, resident=home.head, field="phone", after="13900000000"
    )
    audit.record(
        "reveal", home.head, by=office.leader, changes={"field": "phone"}, reason="电话回访", household_id=home.pk
    )
    office.log(title="厨房漏水")
    answers = {
        f"r-{home.head.pk.hex}-employment": Answer("changed", "80"),
        f"r-{spouse.pk.hex}-phone": Answer("changed", "13700000000"),
    }
    record_visit(home, by=office.leader, report=report_of(home, answers=answers, note="一切都好"))
    other = household_in(office.grid)
    (stranger,) = family_of(other, {"name": "邻居甲", "phone": NEIGHBOUR})
    neighbour = appoint(Role.RESIDENT, other, resident=stranger)
    office.log(by=neighbour, reporter=neighbour, household=other, title="邻居的事")
    audit.record(
        "reveal", stranger, by=office.leader, changes={"field": "phone"}, reason="看邻居", household_id=other.pk
    )
    return user


def opened(content: bytes) -> tuple[str, dict]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.read("my-data.html").decode(), json.loads(archive.read("my-data.json"))


@pytest.fixture
def proved(client, me):
    """A client that has given the password just now."""
    me.set_password("zhufang-2026")
    me.save()
    client.force_login(me)
    client.post(reverse("account_reauthenticate"), {"password": "zhufang-2026"})
    return client


def test_everything_about_oneself_is_there(me, home):
    page, data = opened(take_away(me))
    sections = data["sections"]
    for text in (
        MINE,
        "1956-03-07",
        "丹徒",
        "低保证 123",
        "13900000000",
        "电话回访",
        "厨房漏水",
        "一切都好",
        me.phone.plain,
    ):
        assert text in page, text
        assert text in json.dumps(sections, ensure_ascii=False), text
    assert {"account", "appointments", "notices", "readings", "changes", "letters"} <= sections.keys()
    assert {"households", "people", "care", "pairings", "consents", "proposals"} <= sections.keys()
    assert {"requests", "updates", "visits", "verifications", "findings"} <= sections.keys()
    assert [row["title"] for row in sections["requests"]] == ["厨房漏水"]
    assert len(sections["people"]) == 3


@pytest.mark.parametrize(
    "secret", [SPOUSE, CHILD, NEIGHBOUR, "13700000000", "1954-08-01", "2018-05-01", "残疾证", "邻居", "看邻居"]
)
def test_nothing_secret_about_anybody_else(secret, me, home):
    page, data = opened(take_away(me))
    assert secret not in page
    assert secret not in json.dumps(data, ensure_ascii=False)


def test_no_internal_note_goes_along(me, office, home):
    request = ServiceRequest.objects.get(title="厨房漏水")
    requests.add_update(request, by=office.leader, note="此人难缠")
    page, data = opened(take_away(me))
    assert "难缠" not in page + json.dumps(data, ensure_ascii=False)


def test_who_is_nobody_of_the_register_gets_masks(office, home, me):
    me.appointments.update(resident=None)
    page, _data = opened(take_away(me))
    assert MINE not in page
    assert "138****0001" in page


def test_that_it_was_taken_stands_in_the_record(me, home):
    take_away(me)
    event = AuditEvent.objects.get(verb="data_taken")
    assert (event.household_id, event.actor_id) == (home.pk, me.pk)
    assert event.changes["requests"] == 1


def test_the_page_stands_by_itself_in_the_readers_language(me, home):
    with translation.override("en"):
        page, _data = opened(take_away(me))
    assert '<html lang="en">' in page
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def test_the_password_is_asked_again(client, me):
    client.force_login(me)
    assert client.get(URL).url.startswith(reverse("account_reauthenticate"))
    assert client.post(URL).url.startswith(reverse("account_reauthenticate"))
    assert not AuditEvent.objects.filter(verb="data_taken").exists()


def test_one_tap_gives_the_file_once(proved):
    body = proved.get(URL).content.decode()
    assert "我提的诉求：1 条" in body
    form = {"submission": str(uuid4())}
    answer = proved.post(URL, form)
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    assert opened(answer.content)[1]["of"]
    assert proved.post(URL, form).status_code == 302
    assert AuditEvent.objects.filter(verb="data_taken").count() == 1


def test_who_has_moved_away_takes_along_the_own_row_alone(me, office, home):
    spouse = home.memberships.get(resident__name="李大明").resident
    mine = home.head
    actions.move_out(
        home,
        by=office.leader,
        day=clock.today(),
        residents=[mine],
        head=spouse,
        relations={one.resident_id: "20" for one in home.memberships.exclude(resident__in=[mine, spouse])},
    )
    me.__dict__.pop("scope", None)
    page, data = opened(take_away(me))
    assert {row["name"] for row in data["sections"]["people"]} == {"王秀英"}
    assert MINE in page
    assert "李大明" not in page
    assert AuditEvent.objects.filter(verb="data_taken", household_id=home.pk).exists()


def test_somebody_without_a_home_takes_the_account_away(office, client):
    page, data = opened(take_away(office.other))
    assert data["sections"]["people"] == []
    assert office.other.name in page


def test_every_room_answers():
    estate, alliance = {"fees", "proofs", "publication"}, {"activities", "advice"}
    stewards = {"stewards", "jobs", "stewards.duty", "attendance", "hours"}
    assert set(personal._rooms) == {"community", "grids", "helpdesk", "visits"} | estate | alliance | stewards
