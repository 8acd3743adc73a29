"""The invented advisory group comes about through the actions, with something in every state."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from alliance.advice import seal
from alliance.models import AdviceSession, Recommendation, Study
from community.models import User
from community.roles import Role
from demo import advice
from demo.officers import Hiring, Officers
from tests.factories import CommunityFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db


def test_four_sessions_were_held_and_a_fifth_is_planned() -> None:
    community = CommunityFactory()
    officers = Officers(
        secretary=appoint(Role.SECRETARY, community),
        staff=appoint(Role.COMMUNITY_STAFF, community),
        observer=UserFactory(),
    )
    advice.meet(community, officers, hiring=Hiring())
    sessions = AdviceSession.objects.filter(community=community)
    states = list(sessions.order_by("starts_at").values_list("number", "state"))
    assert states == [(1, "approved"), (2, "approved"), (3, "approved"), (4, "signing"), (None, "planned")]
    assert all(seal.agrees(one) for one in sessions.filter(state="approved"))
    rows = Recommendation.objects.filter(community=community)
    assert set(rows.values_list("verdict", flat=True)) == {"", "adopted", "partly", "declined"}
    assert {"planned", "doing", "done"} <= set(rows.values_list("progress", flat=True))
    assert Study.objects.out().count() == 1
    page = Client().get(reverse("alliance:advised")).content.decode()
    assert "梁启明" in page
    assert "孟晓岚" not in page
    assert User.objects.filter(name="孟晓岚").exists()
