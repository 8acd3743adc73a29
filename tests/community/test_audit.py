"""What happened is kept, masked, and for good."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from community import audit
from community.models import AuditEvent
from community.roles import Role
from core.refusal import Refused
from tests.factories import CommunityFactory, ResidentFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db


def test_an_event_says_who_what_and_before_and_after():
    resident = ResidentFactory(phone="13812345678")
    secretary = appoint(Role.SECRETARY, resident.community)
    event = audit.record("resident_changed", resident, by=secretary, changes={"phone": [resident.phone, None]})
    event.refresh_from_db()
    assert (event.actor_name, event.actor_role, event.target_id) == (secretary.name, "社区书记", str(resident.pk))
    assert event.changes == {"phone": ["138****5678", None]}


@pytest.mark.parametrize("sql", ["UPDATE community_auditevent SET verb = 'x'", "DELETE FROM community_auditevent"])
def test_the_database_refuses_to_change_an_event(sql):
    audit.record("x", CommunityFactory(), by=UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.get().verb == "x"


def test_revealing_is_recorded_and_asks_for_a_purpose():
    resident = ResidentFactory(phone="13812345678")
    user = UserFactory()
    with pytest.raises(Refused):
        audit.reveal(resident, "phone", by=user, purpose=" ")
    assert audit.reveal(resident, "phone", by=user, purpose="电话回访") == "13812345678"
    event = AuditEvent.objects.get()
    assert (event.verb, event.reason, event.changes) == ("reveal", "电话回访", {"field": "phone"})
    assert "13812345678" not in str(event.__dict__)


def test_staff_without_a_second_factor_see_nothing_in_plain():
    resident = ResidentFactory(phone="13812345678")
    secretary = appoint(Role.SECRETARY, resident.community)
    with pytest.raises(Refused, match="两步验证"):
        audit.reveal(resident, "phone", by=secretary, purpose="电话回访")
    assert not AuditEvent.objects.exists()
