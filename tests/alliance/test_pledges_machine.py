"""Whoever proposes, agrees, reports and checks, in whatever order: what a unit has done is said by one, checked by
another, and a need is in hand as long as somebody has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from alliance.models import Need, Partner, Pledge, Project
from alliance.partners import actions
from alliance.partners.states import PLEDGES, PROJECTS, NeedState, PledgeState, ProjectState
from core import clock
from tests.alliance.lives import Lives, every, lives, one_of, steps_of
from tests.alliance.makers import a_unit, allied
from tests.factories import appoint, small_photo

pytestmark = pytest.mark.django_db
WHO = st.sampled_from(["contact", "contact", "staff", "staff", "secretary", "colleague", "other", "leader", "stranger"])
WHICH, TWO = st.integers(0, 3), st.integers(0, 1)
N = NeedState
RUNNING = (ProjectState.AGREED, ProjectState.UNDER_WAY)
SAY = st.sampled_from(["办好了", "办好了", " "])


class Pledges(Lives):
    """Two units, one of them with two contacts, two needs, and what is agreed for them."""

    walked = {
        Need: (
            "state",
            {("", N.OPEN), (N.OPEN, N.IN_HAND), (N.IN_HAND, N.OPEN), (N.IN_HAND, N.MET), (N.OPEN, N.DROPPED)},
        ),
        Project: ("state", steps_of(PROJECTS)),
        Pledge: ("state", steps_of(PLEDGES)),
    }

    @initialize()
    def begin(self) -> None:
        self.here = allied()
        self.units = [self.here.partner, a_unit(self.here.community, "第二小学")]
        self.people = {name: getattr(self.here, name) for name in ("contact", "staff", "secretary", "leader")}
        self.people["colleague"] = appoint("partner_contact", self.units[0])
        self.people["other"] = appoint("partner_contact", self.units[1])
        self.people["stranger"] = allied().contact
        for title in ("想有人上门理发", "想有人修伞"):
            self.here.need(title=title)
        self.a_project_is_proposed("contact", 0, 0)
        self.a_pledge_is_made("contact", 0, 10)

    def unit(self, place: int) -> Partner:
        found: Partner = every(Partner).get(pk=self.units[place].pk)
        return found

    def row(self, model: Any, place: int) -> Any:
        return one_of(every(model).order_by("created_at", "pk"), place)

    @rule(days=st.integers(1, 30))
    def days_go_by(self, days: int) -> None:
        self.goes_by(timedelta(days=days))

    @rule(who=WHO, unit=TWO, need=WHICH)
    def a_project_is_proposed(self, who: str, unit: int, need: int) -> None:
        given = {"title": "一起理发", "need": self.row(Need, need)}
        self.attempt(lambda: actions.propose(self.unit(unit), by=self.who(who), **given))

    @rule(who=WHO, which=WHICH, action=st.sampled_from(sorted({row.action for row in PROJECTS})), say=SAY)
    def a_project_goes_on(self, who: str, which: int, action: str, say: str) -> None:
        row = self.row(Project, which)
        self.attempt(lambda: actions.step_project(row, action, by=self.who(who), outcome=say.strip()))

    @rule(who=WHO, unit=TWO, days=st.integers(-1, 40))
    def a_pledge_is_made(self, who: str, unit: int, days: int) -> None:
        given = {"title": "把东墙刷白", "until": clock.today() + timedelta(days=days)}
        self.attempt(lambda: actions.make_pledge(self.unit(unit), by=self.who(who), **given))

    @rule(who=WHO, which=WHICH, action=st.sampled_from(sorted({row.action for row in PLEDGES})), say=SAY,
          shown=st.booleans())  # fmt: skip
    def a_pledge_goes_on(self, who: str, which: int, action: str, say: str, shown: bool) -> None:
        given = {"outcome": say, "until": clock.today() + timedelta(days=9), "photos": [small_photo()] * shown}
        self.attempt(lambda: actions.step_pledge(self.row(Pledge, which), action, by=self.who(who), **given))

    @rule(which=WHICH)
    def a_pledge_takes_its_course(self, which: int) -> None:
        row = self.row(Pledge, which)
        usual = {PledgeState.OPEN: ("report", "contact"), PledgeState.REPORTED: ("confirm", "staff")}
        if row.state in usual:
            action, who = usual[row.state]
            given = {"outcome": "刷好了", "photos": [small_photo()]}
            self.attempt(lambda: actions.step_pledge(row, action, by=self.who(who), **given))

    @rule(which=WHICH)
    def a_project_takes_its_course(self, which: int) -> None:
        row = self.row(Project, which)
        usual = {ProjectState.PROPOSED: "agree", ProjectState.AGREED: "start", ProjectState.UNDER_WAY: "finish"}
        if row.state in usual:
            who = "staff" if row.by_partner else "contact" if row.partner_id == self.units[0].pk else "other"
            self.attempt(lambda: actions.step_project(row, usual[row.state], by=self.who(who), outcome="做成了"))

    @rule(who=WHO, which=WHICH)
    def it_is_not_needed_any_more(self, who: str, which: int) -> None:
        self.attempt(lambda: actions.drop_need(self.row(Need, which), by=self.who(who), reason="搬走了"))

    @rule(unit=TWO)
    def a_unit_leaves(self, unit: int) -> None:
        self.attempt(lambda: actions.let_go(self.unit(unit), by=self.who("staff")))

    # What is always true ------------------------------------------------------------------------------------------

    @invariant()
    def one_says_it_and_another_checks(self) -> None:
        for row in every(Pledge):
            if row.state in (PledgeState.REPORTED, PledgeState.KEPT):
                assert row.photo_id is not None
                assert row.outcome.strip()
            assert (row.state == PledgeState.KEPT) == (row.confirmed_by_id is not None)
            assert row.confirmed_by_id is None or row.confirmed_by_id != row.reported_by_id

    @invariant()
    def nobody_agrees_with_themselves(self) -> None:
        for row in every(Project):
            assert (row.agreed_by_id is not None) or row.state in (ProjectState.PROPOSED, ProjectState.DROPPED)
            assert row.agreed_by_id is None or row.agreed_by_id != row.proposed_by_id

    @invariant()
    def a_need_is_in_hand_as_long_as_somebody_has_it(self) -> None:
        for need in every(Need):
            states = [row.state for row in every(Project).filter(need=need)]
            if need.state in (N.OPEN, N.IN_HAND):
                assert (need.state == N.IN_HAND) == any(state in RUNNING for state in states)
            assert (need.state == N.MET) == (ProjectState.DONE in states)

    @invariant()
    def nothing_is_open_with_who_has_left(self) -> None:
        ended = (ProjectState.DONE, ProjectState.DROPPED)
        assert not every(Project).filter(partner__left_on__isnull=False).exclude(state__in=ended).exists()


def test_one_says_it_and_another_checks_whatever_people_do() -> None:
    run_state_machine_as_test(Pledges, settings=lives(25, 30))
