"""Consents: given and withdrawn alike, recorded, obeyed at once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from community.models import AuditEvent
from community.roles import Role
from core.refusal import Refused
from grids.actions import consents
from grids.models import Consent
from tests.factories import GridFactory, appoint, family_of, household_in, report_of, small_photo
from visits.actions import record_visit
from visits.models import Visit, VisitPhoto

pytestmark = pytest.mark.django_db
PHOTOS = Consent.Kind.VISIT_PHOTOS


@pytest.fixture
def home():
    household = household_in(GridFactory())
    family_of(household, {"name": "王秀英"}, {"name": "李大明"})
    return household


@pytest.fixture
def me(home):
    return appoint(Role.RESIDENT, home, resident=home.head)


@pytest.fixture
def leader(home):
    return appoint(Role.GRID_LEADER, home.building.grid)


def tap(client, home, given, kind=PHOTOS, resident=None):
    url = reverse("grids:own_consent", args=[resident or home.head_id, kind])
    return client.post(url, {"given": given})


def test_a_tap_gives_and_a_tap_withdraws(client, home, me):
    client.force_login(me)
    tap(client, home, "yes")
    tap(client, home, "yes")
    assert Consent.objects.get().ends_on is None
    assert "撤回" in client.get(reverse("grids:mine")).content.decode()
    tap(client, home, "no")
    tap(client, home, "no")
    assert not Consent.objects.given().exists()
    tap(client, home, "yes")
    assert Consent.objects.given().count() == 1
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["consent_given", "consent_withdrawn", "consent_given"]


def test_nobody_agrees_for_another(client, home, me):
    spouse = home.memberships.get(resident__name="李大明").resident_id
    client.force_login(me)
    assert tap(client, home, "yes", resident=spouse).status_code == 404
    tap(client, home, "yes", kind="nothing")
    assert not Consent.objects.exists()


def test_the_leader_records_what_was_signed_on_paper(client, home, leader):
    client.force_login(leader)
    url = reverse("grids:consents", args=[home.pk])
    form = {"resident": str(home.head_id), "kind": PHOTOS, "agrees": "yes"}
    assert client.post(url, form).status_code == 200
    assert client.post(url, form | {"how": "走访时签了纸条"}).status_code == 302
    assert Consent.objects.get().how == "走访时签了纸条"
    assert "走访时签了纸条" in client.get(url).content.decode()
    client.post(url, form | {"agrees": "no", "how": "电话里说的"})
    assert not Consent.objects.given().exists()


def test_the_neighbouring_leader_sees_no_consent(client, home):
    client.force_login(appoint(Role.GRID_LEADER, GridFactory(community=home.community)))
    assert client.get(reverse("grids:consents", args=[home.pk])).status_code == 404


def test_no_photo_is_kept_where_somebody_has_withdrawn(home, me, leader):
    report = report_of(home, photos=(small_photo(),), note="门锁坏了")
    consents.give_consent(home.head, household=home, kind=PHOTOS, how="x", by=me)
    consents.withdraw_consent(home.head, kind=PHOTOS, how="x", by=me)
    with pytest.raises(Refused, match="王秀英"):
        record_visit(home, by=leader, report=report)
    assert not Visit.objects.exists()
    record_visit(home, by=leader, report=report_of(home, note="门锁坏了"))
    consents.give_consent(home.head, household=home, kind=PHOTOS, how="x", by=me)
    record_visit(home, by=leader, report=report)
    assert VisitPhoto.objects.count() == 1


def test_who_was_never_asked_has_withdrawn_nothing(home, leader):
    record_visit(home, by=leader, report=report_of(home, photos=(small_photo(),)))
    assert consents.withdrawn_by(home, PHOTOS) == []
