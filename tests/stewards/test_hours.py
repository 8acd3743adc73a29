"""The book of hours: added to, taken back by an entry, never changed, and its sums do not drift."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.models import AuditEvent, Community, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from stewards.hours import actions
from stewards.hours.totals import minutes_since
from stewards.models import HoursEntry
from tests.factories import CommunityFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db
Kind = HoursEntry.Kind


@pytest.fixture
def volunteer(community: Community) -> User:
    return appoint(Role.RED_STEWARD, community)


def given_hours(volunteer: User, office: User, **fields: Any) -> HoursEntry:
    community = volunteer.appointments.get().community
    said = {"kind": Kind.JOB, "day": clock.today(), "minutes": 90, "what": "修水管"} | fields
    return actions.enter(volunteer=volunteer, community=community, by=office, **said)


def test_hours_are_entered_once_for_a_record(volunteer: User, office: User) -> None:
    first = given_hours(volunteer, office, about="stewards.job:1")
    assert given_hours(volunteer, office, about="stewards.job:1") == first
    assert HoursEntry.objects.count() == 1
    assert AuditEvent.objects.filter(verb="hours_entered").count() == 1
    with pytest.raises(Refused, match="记的是 90 分钟"):
        given_hours(volunteer, office, about="stewards.job:1", minutes=60)
    other = appoint(Role.RED_STEWARD, first.community)
    assert given_hours(other, office, about="stewards.job:1", minutes=60) != first


def test_one_s_own_hours_are_confirmed_by_somebody_else(volunteer: User, office: User) -> None:
    with pytest.raises(Refused, match="请另一位"):
        given_hours(volunteer, volunteer)
    entry = given_hours(volunteer, office)
    with pytest.raises(Refused, match="请另一位"):
        actions.reverse(entry, reason="记错了", by=volunteer)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"minutes": 0}, "1 分钟到 16 小时"),
        ({"minutes": -5}, "1 分钟到 16 小时"),
        ({"minutes": 961}, "1 分钟到 16 小时"),
        ({"days": 1}, "还没到的日子"),
    ],
)
def test_what_cannot_be_is_refused(volunteer: User, office: User, fields: dict[str, int], words: str) -> None:
    days = fields.pop("days", 0)
    with pytest.raises(Refused, match=words):
        given_hours(volunteer, office, day=clock.today() + timedelta(days=days), **fields)


def test_a_day_has_24_hours(volunteer: User, office: User) -> None:
    given_hours(volunteer, office, minutes=960)
    given_hours(volunteer, office, minutes=480)
    with pytest.raises(Refused, match="超过 24 小时"):
        given_hours(volunteer, office, minutes=1)
    given_hours(volunteer, office, minutes=1, day=clock.today() - timedelta(days=1))


def test_taken_back_by_an_entry_of_its_own(volunteer: User, office: User) -> None:
    entry = given_hours(volunteer, office, about="stewards.job:1")
    back = actions.reverse(entry, reason="同一件事记了两遍", by=office)
    assert (back.minutes, back.day, back.kind, back.reverses) == (-90, entry.day, entry.kind, entry)
    assert minutes_since([volunteer.pk], entry.day) == {volunteer.pk: 0}
    assert "同一件事记了两遍" in Notice.objects.get(user=volunteer).text
    for again in (entry, back):
        with pytest.raises(Refused):
            actions.reverse(again, reason="再来一次", by=office)
    with pytest.raises(Refused, match="为什么"):
        actions.reverse(given_hours(volunteer, office), reason=" ", by=office)
    # Whoever sends the same job again does not bring back what was taken out.
    assert given_hours(volunteer, office, about="stewards.job:1") == entry
    assert minutes_since([volunteer.pk], entry.day) == {volunteer.pk: 90}


def test_the_database_refuses_to_change_or_delete_hours(volunteer: User, office: User) -> None:
    entry = given_hours(volunteer, office)
    with pytest.raises(DatabaseError), transaction.atomic():
        HoursEntry.objects.filter(pk=entry.pk).update(minutes=900)
    with pytest.raises(DatabaseError), transaction.atomic():
        HoursEntry.objects.filter(pk=entry.pk).delete()


@pytest.mark.parametrize(
    "wrong", [{"minutes": -30}, {"kind": Kind.DUTY}, {"day": date(2020, 1, 1)}, {"volunteer": None}]
)
def test_the_database_refuses_a_reversal_that_does_not_fit(
    volunteer: User, office: User, wrong: dict[str, Any]
) -> None:
    entry = given_hours(volunteer, office)
    fits: dict[str, Any] = {name: getattr(entry, name) for name in ("community", "volunteer", "kind", "day", "what")}
    fits |= {"minutes": -90, "reverses": entry, "reason": "试试", "confirmed_by": office} | wrong
    fits["volunteer"] = fits["volunteer"] or UserFactory()
    with pytest.raises(DatabaseError), transaction.atomic():
        HoursEntry.objects.create(**fits)


def test_minutes_since_asks_once_and_knows_everybody(
    volunteer: User, office: User, django_assert_num_queries: Any
) -> None:
    idle = UserFactory()
    given_hours(volunteer, office, minutes=30)
    given_hours(volunteer, office, minutes=40, day=clock.today() - timedelta(days=90))
    given_hours(volunteer, office, minutes=50, day=clock.today() - timedelta(days=91))
    with django_assert_num_queries(1):
        found = minutes_since([volunteer.pk, idle.pk], clock.today() - timedelta(days=90))
    assert found == {volunteer.pk: 70, idle.pk: 0}


@pytest.mark.django_db(transaction=True)
def test_entered_by_several_at_once_it_stands_there_once() -> None:
    community: Community = CommunityFactory()
    volunteer, office = appoint(Role.RED_STEWARD, community), appoint(Role.COMMUNITY_STAFF, community)
    ready, found = Barrier(4), []

    def enter() -> None:
        try:
            ready.wait()
            said = {"kind": Kind.JOB, "day": clock.today(), "minutes": 90, "what": "修水管", "about": "stewards.job:1"}
            found.append(actions.enter(volunteer=volunteer, community=community, by=office, **said).pk)
        finally:
            connection.close()

    threads = [Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == HoursEntry.objects.count() == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "again", "reverse"]),
        st.sampled_from(Kind.values),
        st.integers(1, 120),
        st.integers(0, 400),
        st.integers(0, 11),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_sums_by_kind_never_drift(steps: list[tuple[str, str, int, int, int]]) -> None:
    """Whatever is entered, sent again and taken back: the sums are those of the entries that stand."""
    with transaction.atomic():
        community: Community = CommunityFactory()
        volunteer, office = appoint(Role.RED_STEWARD, community), appoint(Role.COMMUNITY_STAFF, community)
        made: list[HoursEntry] = []
        standing: dict[Any, tuple[str, date, int]] = {}
        for act, kind, minutes, days, which in steps:
            old = made[which % len(made)] if made else None
            if act == "enter":
                day = clock.today() - timedelta(days=days)
                entry = given_hours(volunteer, office, kind=kind, minutes=minutes, day=day, about=f"x:{len(made)}")
                made.append(entry)
                standing[entry.pk] = (kind, day, minutes)
            elif old is not None and act == "again":
                fields = {"kind": old.kind, "minutes": old.minutes, "day": old.day, "about": old.about}
                assert given_hours(volunteer, office, **fields) == old
            elif old is not None and old.pk in standing:
                actions.reverse(old, reason="更正", by=office)
                del standing[old.pk]
        for kind in Kind.values:
            rows = HoursEntry.objects.filter(volunteer=volunteer, kind=kind).values_list("minutes", flat=True)
            assert sum(rows) == sum(minutes for of, _day, minutes in standing.values() if of == kind)
        since = clock.today() - timedelta(days=90)
        assert minutes_since([volunteer.pk], since)[volunteer.pk] == sum(
            minutes for _of, day, minutes in standing.values() if day >= since
        )
        transaction.set_rollback(True)
