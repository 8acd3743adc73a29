"""What is kept about a red steward: taken away, erased, forgotten in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from community import personal, retention
from community.files import path_of
from community.models import Appointment, Attachment, User
from community.roles import Role
from core import clock
from core.files import Cleaned
from grids.models import Resident
from stewards.members import actions
from stewards.members.week import Hours
from stewards.models import (
    Availability,
    AvailabilityException,
    BlockedPair,
    Steward,
    StewardPause,
    StewardSkill,
)
from tests.factories import GridFactory, MembershipFactory, UserFactory, appoint, household_in, small_photo
from tests.stewards.makers import WHY, a_steward, skills_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward() -> Steward:
    """A steward who has said all there is to say."""
    steward = a_steward(GridFactory().community, free=False)
    office = appoint(Role.COMMUNITY_STAFF, steward.community)
    now, today = clock.now(), clock.today()
    photo = small_photo("orchid")
    actions.change_about(steward, about="会修水管", weekly_minutes=240, by_phone=False, by=steward.user)
    actions.note(steward, trained_on=today, insurer="人保", policy="P-1", insured_until=today, by=office)
    actions.add_skill(
        steward,
        skill=skills_of(steward.community)["wiring"],
        level=2,
        paper=Cleaned(photo.content, photo.content_type, ".jpg"),
        valid_until=today + timedelta(days=90),
        by=steward.user,
    )
    actions.set_week(steward, hours=[Hours(0, 480, 720)], by=steward.user)
    actions.say(steward, starts_at=now, ends_at=now + timedelta(hours=2), is_free=False, note="看病", by=steward.user)
    actions.pause(steward, starts_on=today, ends_on=today + timedelta(days=1), reason="手术", by=steward.user)
    actions.keep_apart(steward, other=a_steward(steward.community), reason="不合", by=office)
    return steward


def resident_behind(user: User, steward: Steward) -> Resident:
    """The person of the register whose account this is."""
    home = household_in(GridFactory(community=steward.community))
    resident = MembershipFactory(household=home).resident
    Appointment.objects.create(
        community=steward.community,
        user=user,
        role=Role.RESIDENT,
        household=home,
        resident=resident,
        starts_on=clock.today(),
    )
    return resident


def rows(model: Any, steward: Steward) -> Any:
    return model.objects.unscoped(reason=WHY).filter(steward=steward)


def test_everything_one_said_and_nothing_of_who_one_is_kept_apart_from(steward):
    found = dict(personal.sections(steward.user))["红管家"]
    told = str([section.rows for section in found])
    for words in ("会修水管", "人保", "P-1", "电路", "周一 8:00–12:00", "看病", "手术"):
        assert words in told
    assert "不合" not in told
    assert dict(personal.sections(UserFactory())).get("红管家") == []


def test_erased_with_the_person_but_for_the_hours(steward, django_capture_on_commit_callbacks):
    resident, office = resident_behind(steward.user, steward), appoint(Role.COMMUNITY_STAFF, steward.community)
    file = path_of(rows(StewardSkill, steward).get().paper.sha256)
    effect = next(one for one in personal.effects(resident) if one.room == "红管家")
    assert [one.number for one in effect.goes] == [1, 1, 3]
    with django_capture_on_commit_callbacks(execute=True):
        personal.erase(resident, by=office)
    for model in (Availability, AvailabilityException, StewardPause, StewardSkill):
        assert not rows(model, steward).exists()
    steward.refresh_from_db()
    assert (steward.about, steward.policy.plain, steward.insurer, steward.insured_until) == ("", "", "", None)
    assert not file.exists()
    assert rows(BlockedPair, steward).exists()


def test_forgotten_in_time(steward):
    rules = {rule.slug: rule for rule in retention.rules()}
    steward.user.appointments.unscoped(reason=WHY).update(ends_on=clock.today())
    community = steward.community
    ours = ("steward_times", "steward_pauses", "steward_papers")

    def due() -> dict[str, int]:
        counts = retention.due(community)
        return {slug: counts[slug] for slug in ours}

    with clock.at(clock.now() + timedelta(days=89)):
        assert due() == dict.fromkeys(ours, 0)
    with clock.at(clock.now() + timedelta(days=95)):
        assert due() == {"steward_times": 1, "steward_pauses": 1, "steward_papers": 0}
        assert rules["steward_times"].forget(community, rules["steward_times"].before) == 1
        assert rules["steward_pauses"].forget(community, rules["steward_pauses"].before) == 1
    with clock.at(clock.now() + timedelta(days=367)):
        assert due() == {"steward_times": 0, "steward_pauses": 0, "steward_papers": 1}
        assert rules["steward_papers"].forget(community, rules["steward_papers"].before) == 1
        assert due() == dict.fromkeys(ours, 0)
    held = rows(StewardSkill, steward).get()
    assert held.paper_id is None
    assert not Attachment.objects.unscoped(reason=WHY).filter(name__startswith="电路").exists()


def test_the_papers_of_who_still_serves_are_kept(steward):
    with clock.at(clock.now() + timedelta(days=4000)):
        assert retention.due(steward.community)["steward_papers"] == 0
