"""Whoever joins, leaves, comes and is confirmed, in whatever order: places, the waiting list and hours stay right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from alliance.activities import actions
from alliance.activities.states import ACTIVITIES, State
from alliance.models import Activity, ActivitySlot, SignUp
from core import clock
from stewards.models import HoursEntry
from tests.alliance.lives import Lives, every, lives, one_of, steps_of
from tests.alliance.makers import a_resident, allied, an_activity

pytestmark = pytest.mark.django_db
JOINED, WAITING, LEFT = SignUp.State
WHO = st.sampled_from(["resident", "second", "third", "contact", "staff", "leader", "stranger"])
RUNS = st.sampled_from(["contact", "contact", "staff", "resident", "stranger"])
TICKS = st.sampled_from(["contact", "contact", "staff", "second", "third", "stranger"])
WHICH, SLOT = st.integers(0, 5), st.integers(0, 1)


class Activities(Lives):
    """One activity with places for helpers and for guests; the days go by, and sometimes it is put off."""

    walked = {
        Activity: ("state", steps_of(ACTIVITIES)),
        SignUp: (
            "state",
            {("", JOINED), ("", WAITING), (WAITING, JOINED), (JOINED, WAITING), (JOINED, LEFT), (WAITING, LEFT)},
        ),
    }

    @initialize(helpers=st.integers(1, 2), guests=st.integers(1, 2), come=st.integers(1, 3))
    def begin(self, helpers: int, guests: int, come: int) -> None:
        self.here = allied()
        self.people = {name: getattr(self.here, name) for name in ("resident", "contact", "staff", "leader")}
        self.people |= {name: a_resident(self.here.community) for name in ("second", "third")}
        self.people["stranger"] = allied().contact
        self.activity = an_activity(self.here, helpers=helpers, guests=guests, is_open=False)
        self.attempt(lambda: actions.announce(self.activity, by=self.here.staff))
        for name in ("leader", "second", "third")[:come]:
            self.attempt(lambda name=name: actions.join(self.slot(0), by=self.who(name)))

    def now(self) -> Activity:
        found: Activity = every(Activity).get(pk=self.activity.pk)
        return found

    def slot(self, place: int) -> ActivitySlot:
        found: ActivitySlot = every(ActivitySlot).filter(activity=self.activity).order_by("order")[place]
        return found

    def signup(self, place: int) -> Any:
        return one_of(every(SignUp).filter(activity=self.activity).order_by("at", "pk"), place)

    def last_come(self, place: int) -> Any:
        return one_of(every(SignUp).order_by(F("came_at").desc(nulls_last=True), "pk"), place)

    # What time does -----------------------------------------------------------------------------------------------

    @rule(hours=st.integers(1, 15))
    def hours_go_by(self, hours: int) -> None:
        self.goes_by(timedelta(hours=hours))

    @rule(minutes=st.integers(-30, 60))
    def the_hour_comes(self, minutes: int) -> None:
        self.goes_by(max(self.now().starts_at + timedelta(minutes=minutes) - self.moment, timedelta(seconds=1)))

    @rule(who=RUNS, days=st.integers(-1, 3))
    def it_is_put_off(self, who: str, days: int) -> None:
        starts = self.now().starts_at + timedelta(days=days)
        times = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
        self.attempt(lambda: actions.change_activity(self.now(), by=self.who(who), **times))

    # What people do -----------------------------------------------------------------------------------------------

    @rule(who=WHO, slot=SLOT, how=st.sampled_from(["self", "self", "unit", "name"]), people=st.integers(1, 3))
    def somebody_joins(self, who: str, slot: int, how: str, people: int) -> None:
        before = {row.pk for row in every(SignUp)}
        waits = [row.people for row in every(SignUp).filter(slot=self.slot(slot), state=WAITING)]
        given = {"unit": {"partner": self.here.partner, "people": people}, "name": {"name": "王阿姨"}}.get(how, {})
        made = self.attempt(lambda: actions.join(self.slot(slot), by=self.who(who), **given))
        if made is not None:
            assert made.pk not in before
            assert made.state == WAITING or all(size > made.people for size in waits), "passes nobody over who fits"

    @rule(who=WHO, which=WHICH)
    def somebody_leaves(self, who: str, which: int) -> None:
        row = self.signup(which)
        if row is not None:
            waits = list(every(SignUp).filter(slot=row.slot, state=WAITING).exclude(pk=row.pk).order_by("at", "pk"))
            self.attempt(lambda: actions.leave(row, by=self.who(who)))
            self._moved_up_in_order(waits)

    @rule(who=RUNS, slot=SLOT, wanted=st.integers(1, 5))
    def places_are_more_or_fewer(self, who: str, slot: int, wanted: int) -> None:
        held = self.slot(slot)
        waits = list(every(SignUp).filter(slot=held, state=WAITING).order_by("at", "pk"))
        words = {"title": held.title, "is_helping": held.is_helping, "wanted": wanted}
        self.attempt(lambda: actions.change_slot(self.now(), by=self.who(who), slot=held, **words))
        self._moved_up_in_order(waits)

    def _moved_up_in_order(self, waited: list[SignUp]) -> None:
        """Whoever got a place before somebody who came earlier, is fewer people than they."""
        left_behind: list[int] = []
        for row in waited:
            if every(SignUp).get(pk=row.pk).state == JOINED:
                assert all(people > row.people for people in left_behind)
            else:
                left_behind.append(row.people)

    @rule(who=TICKS, which=WHICH, people=st.sampled_from([None, None, 1, 4]), early=st.integers(0, 3))
    def somebody_is_ticked_off(self, who: str, which: int, people: int | None, early: int) -> None:
        row = self.signup(which)
        if row is not None:
            self._the_day_comes(early)
            self.attempt(lambda: actions.check_in(row, by=self.who(who), people=people))

    @rule(who=RUNS, which=WHICH)
    def it_was_a_mistake(self, who: str, which: int) -> None:
        row = self.last_come(which)
        if row is not None:
            self.attempt(lambda: actions.take_back_check_in(row, by=self.who(who)))

    @rule(who=TICKS, slot=SLOT, name=st.sampled_from(["", "小张"]), early=st.integers(0, 3))
    def somebody_just_comes(self, who: str, slot: int, name: str, early: int) -> None:
        self._the_day_comes(early)
        self.attempt(lambda: actions.walk_in(self.slot(slot), by=self.who(who), name=name))

    def _the_day_comes(self, early: int) -> None:
        """Ten minutes after it has begun, or too early."""
        if early:
            self.the_hour_comes(10)

    @rule(who=RUNS, which=WHICH, minutes=st.sampled_from([0, 60, 60, 300, 301]))
    def hours_are_confirmed(self, who: str, which: int, minutes: int) -> None:
        row = self.last_come(which)
        if row is not None:
            self.attempt(lambda: actions.settle(row, by=self.who(who), minutes=minutes))

    @rule(
        who=RUNS,
        step=st.sampled_from(["close", "close", "publish", "take_back", "cancel", "announce"]),
        reason=st.sampled_from(["", "", "下雨"]),
    )
    def it_goes_on(self, who: str, step: str, reason: str) -> None:
        row, by = self.now(), self.who(who)
        minutes = {one.pk: 90 for one in every(SignUp).filter(activity=row)}
        acts: dict[str, Any] = {
            "close": lambda: actions.close(row, by=by, minutes=minutes, served=3),
            "publish": lambda: actions.publish(row, by=by, outcome="剪了二十位"),
            "take_back": lambda: actions.take_back(row, by=by),
            "cancel": lambda: actions.call_off(row, by=by, reason=reason),
            "announce": lambda: actions.announce(row, by=by),
        }
        self.attempt(acts[step])

    # What is always true ------------------------------------------------------------------------------------------

    @invariant()
    def no_more_places_are_taken_than_there_are(self) -> None:
        """But for those who simply came: whoever is there has a place."""
        for slot in every(ActivitySlot):
            rows = [row for row in every(SignUp).filter(slot=slot, state=JOINED) if not _simply_came(row)]
            assert sum(row.people for row in rows) <= slot.wanted

    @invariant()
    def nobody_is_there_twice(self) -> None:
        rows = every(SignUp).exclude(state=LEFT)
        people = [(row.activity_id, row.user_id) for row in rows if row.user_id]
        units = [(row.slot_id, row.partner_id) for row in rows if row.partner_id]
        assert len(people) == len(set(people))
        assert len(units) == len(set(units))

    @invariant()
    def nobody_waits_who_would_fit(self) -> None:
        """Until it begins; then nobody is called up any more."""
        for activity in every(Activity).filter(state=State.OPEN, starts_at__gt=clock.now()):
            for row in every(SignUp).filter(activity=activity, state=WAITING).select_related("slot"):
                taken = sum(one.people for one in every(SignUp).filter(slot=row.slot, state=JOINED))
                assert taken + row.people > row.slot.wanted, "a free place never passes over who waits for it"

    @invariant()
    def hours_are_entered_once_for_whoever_was_there(self) -> None:
        entered = [(row.about, row.volunteer_id, row.minutes) for row in every(HoursEntry)]
        settled = every(SignUp).filter(settled_at__isnull=False)
        assert sorted(entered) == sorted(
            (f"alliance.signup:{row.pk}", row.user_id, row.minutes) for row in settled if row.user_id and row.minutes
        )
        for row in settled.select_related("slot"):
            assert row.came_at is not None
            assert row.slot.is_helping
            assert row.settled_by_id != row.user_id


def _simply_came(row: SignUp) -> bool:
    return row.came_at is not None and (row.is_walk_in or row.moved_up_at == row.came_at)


def test_places_and_hours_stay_right_whatever_people_do() -> None:
    run_state_machine_as_test(Activities, settings=lives(40, 40))
