"""Whoever writes, corrects, signs and answers, in whatever order: minutes are two people's word, and then stay so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from alliance.advice import actions
from alliance.advice.seal import digest_of
from alliance.advice.states import FOLLOW_UP, SESSIONS, SIGNATURES, State
from alliance.models import AdviceAttendance, AdviceSession, AgendaItem, MinutesRemark, Recommendation
from core import clock
from tests.alliance.advice_makers import a_group
from tests.alliance.lives import Lives, every, lives, one_of, steps_of

pytestmark = pytest.mark.django_db
PEOPLE = ["secretary", "staff", "first", "second", "third", "outsider"]
WHO, WHICH = st.sampled_from(PEOPLE), st.integers(0, 5)
OFFICE = st.sampled_from(["staff", "staff", "secretary", "first", "outsider"])
CAME = st.lists(st.sampled_from(["secretary", "staff", "first", "second", "third"]), max_size=4, unique=True)
SIGNER = st.sampled_from(["first", "second", "secretary"])
PROGRESS = {row.target for row in FOLLOW_UP}


class Advice(Lives):
    """A group of three advisers, with a secretary and a worker; somebody else only tries."""

    walked = {
        AdviceSession: ("state", steps_of(SESSIONS)),
        # An answer begins and ends what is followed.
        Recommendation: ("progress", steps_of(FOLLOW_UP) | {("", "planned")} | {(one, "") for one in PROGRESS}),
    }

    @initialize(signers=st.lists(SIGNER, max_size=6))
    def begin(self, signers: list[str]) -> None:
        """A session was the day before yesterday; it has come as far as so many steps of its usual course."""
        self.group = a_group()
        advisers = dict(zip(["first", "second", "third"], self.group.advisers, strict=True))
        self.people = {"secretary": self.group.secretary, "staff": self.group.staff, **advisers}
        self.people["outsider"] = a_group().staff
        self.signed: dict[Any, str] = {}
        self.attempt(self.group.plan)
        self.goes_by(timedelta(days=2))
        for signer in signers:
            self.it_takes_its_course(0, signer)

    def session(self, place: int = 0) -> AdviceSession:
        found: AdviceSession = one_of(every(AdviceSession).order_by("starts_at", "pk"), place)
        return found

    def advice(self, place: int) -> Any:
        return one_of(every(Recommendation).select_related("session").order_by("session", "position"), place)

    # The usual ----------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 1), signer=SIGNER)
    def it_takes_its_course(self, which: int, signer: str) -> None:
        """What is done next, by who does it."""
        row = self.session(which)
        usual: dict[str, Any] = {
            State.PLANNED: lambda: self._write(row, "staff", ["secretary", "first", "second"]),
            State.DRAFTED: lambda: self._send(row),
            State.SIGNING: lambda: actions.sign_minutes(row, by=self.who(signer), version=row.version),
            State.APPROVED: lambda: self._publish(row, "secretary"),
        }
        if row.state in usual:
            self.attempt(usual[row.state])

    def _write(self, row: AdviceSession, who: str, came: list[str], version: int = 0) -> Any:
        said = {item.pk: "大家谈了。" for item in every(AgendaItem).filter(session=row)}
        given = {"attended": [self.people[name] for name in came], "said": said, "version": row.version - version}
        return actions.write_minutes(row, by=self.who(who), **given)

    def _send(self, row: AdviceSession) -> Any:
        self.group.advise(row, by=self.who("staff"))
        for remark in every(MinutesRemark).filter(session=row, answer=""):
            actions.answer_remark(remark, by=self.who("staff"), answer="taken")
        self.goes_by(timedelta(days=6))
        return actions.send_for_signing(row, by=self.who("staff"))

    def _publish(self, row: AdviceSession, who: str) -> Any:
        public = list(every(Recommendation).filter(session=row))
        return actions.publish_session(row, by=self.who(who), public_text="谈了停车。", public=public)

    # What anybody tries -------------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 8))
    def days_go_by(self, days: int) -> None:
        self.goes_by(timedelta(days=days))

    @rule(who=OFFICE, hours=st.integers(-3, 30))
    def a_session_is_planned(self, who: str, hours: int) -> None:
        if every(AdviceSession).count() < 3:
            given = {"by": self.who(who), "starts_at": self.moment + timedelta(hours=hours)}
            self.attempt(lambda: self.group.plan(**given))

    @rule(who=WHO, which=WHICH, stale=st.sampled_from([0, 0, 0, 1]), invited=CAME)
    def a_plan_is_changed(self, who: str, which: int, stale: int, invited: list[str]) -> None:
        row = self.session(which)
        words = {"topic": "停车", "place": "社区", "agenda": ["停车"], "starts_at": row.starts_at}
        given = {"version": row.version - stale, "invited": [self.people[name] for name in invited]}
        self.attempt(lambda: actions.change_session(row, by=self.who(who), **words, **given))

    @rule(who=st.sampled_from(["first", "outsider", "secretary"]), which=WHICH, answer=st.sampled_from(["coming", "?"]))
    def an_invitation_is_answered(self, who: str, which: int, answer: str) -> None:
        self.attempt(lambda: actions.answer_invitation(self.session(which), by=self.who(who), answer=answer))

    @rule(who=OFFICE, which=st.integers(1, 2))
    def it_is_called_off(self, who: str, which: int) -> None:
        self.attempt(lambda: actions.call_off(self.session(which), by=self.who(who), reason="下雨"))

    @rule(who=OFFICE, which=WHICH, came=CAME, stale=st.sampled_from([0, 0, 1]))
    def minutes_are_written(self, who: str, which: int, came: list[str], stale: int) -> None:
        made = self.attempt(lambda: self._write(self.session(which), who, came, stale))
        assert made is None or not stale

    @rule(who=WHO, which=WHICH, text=st.sampled_from(["第二项写错了", " "]))
    def a_correction_is_asked_for(self, who: str, which: int, text: str) -> None:
        self.attempt(lambda: actions.add_remark(self.session(which), by=self.who(who), text=text))

    @rule(who=OFFICE, which=WHICH, answer=st.sampled_from(["taken", "left"]))
    def a_correction_is_answered(self, who: str, which: int, answer: str) -> None:
        remark = one_of(every(MinutesRemark).order_by("at", "pk"), which)
        if remark is not None:
            self.attempt(lambda: actions.answer_remark(remark, by=self.who(who), answer=answer))

    @rule(who=WHO, which=WHICH)
    def somebody_has_read(self, who: str, which: int) -> None:
        self.attempt(lambda: actions.say_read(self.session(which), by=self.who(who)))

    @rule(who=OFFICE, which=WHICH)
    def it_is_sent(self, who: str, which: int) -> None:
        self.attempt(lambda: actions.send_for_signing(self.session(which), by=self.who(who)))

    @rule(who=WHO, which=WHICH, reason=st.sampled_from(["还有一处", ""]))
    def it_is_opened_again(self, who: str, which: int, reason: str) -> None:
        self.attempt(lambda: actions.open_again(self.session(which), by=self.who(who), reason=reason))

    @rule(who=WHO, which=WHICH, stale=st.sampled_from([0, 0, 1]))
    def somebody_signs(self, who: str, which: int, stale: int) -> None:
        row = self.session(which)
        made = self.attempt(lambda: actions.sign_minutes(row, by=self.who(who), version=row.version - stale))
        assert made is None or not stale

    @rule(who=WHO, which=WHICH, out=st.booleans())
    def it_is_made_public_or_not(self, who: str, which: int, out: bool) -> None:
        row = self.session(which)
        act = self._publish if out else lambda row, who: actions.unpublish_session(row, by=self.who(who))
        self.attempt(lambda: act(row, who))

    @rule(who=OFFICE, which=WHICH)
    def something_is_recommended(self, who: str, which: int) -> None:
        self.attempt(lambda: self.group.advise(self.session(which), by=self.who(who)))

    @rule(who=OFFICE, which=WHICH, drop=st.booleans())
    def a_recommendation_is_changed(self, who: str, which: int, drop: bool) -> None:
        row = self.advice(which)
        words = {"text": "划黄线", "to_whom": "居委会", "due_on": clock.today()}
        if row is not None and drop:
            self.attempt(lambda: actions.drop_recommendation(row, by=self.who(who)))
        elif row is not None:
            self.attempt(lambda: actions.change_recommendation(row, by=self.who(who), **words))

    @rule(who=st.sampled_from(["secretary", "secretary", *PEOPLE]), which=WHICH,
          verdict=st.sampled_from(["adopted", "partly", "declined", "?"]))  # fmt: skip
    def it_is_answered(self, who: str, which: int, verdict: str) -> None:
        row = self.advice(which)
        if row is not None:
            given = {"verdict": verdict, "words": "有经费。"}
            self.attempt(lambda: actions.answer_recommendation(row, by=self.who(who), **given))

    @rule(who=OFFICE, which=WHICH, action=st.sampled_from(sorted({row.action for row in FOLLOW_UP})))
    def it_is_followed(self, who: str, which: int, action: str) -> None:
        row = self.advice(which)
        if row is not None:
            self.attempt(lambda: actions.follow_up(row, by=self.who(who), action=action, words="黄线划了一半。"))

    # What is always true ------------------------------------------------------------------------------------------

    @invariant()
    def approved_is_what_two_have_signed(self) -> None:
        for row in every(AdviceSession):
            seats = every(AdviceAttendance).filter(session=row, signed_at__isnull=False)
            signed = [seat for seat in seats if seat.attended and seat.user_id != row.written_by_id]
            assert len(signed) == len(seats), "who signs has come, and has not written"
            if row.state == State.APPROVED:
                assert len(signed) >= SIGNATURES
                assert any(seat.is_adviser for seat in signed)
                assert digest_of(row) == row.digest == self.signed.setdefault(row.pk, row.digest)
            else:
                assert row.pk not in self.signed, "what is final stays so"
                assert not signed or row.state == State.SIGNING
                assert len(signed) < SIGNATURES or not any(seat.is_adviser for seat in signed)

    @invariant()
    def nothing_is_answered_or_public_before(self) -> None:
        for row in every(Recommendation).select_related("session"):
            assert not row.verdict or row.session.state == State.APPROVED
        assert not every(AdviceSession).exclude(state=State.APPROVED).filter(published_at__isnull=False).exists()

    @invariant()
    def numbers_have_no_gap(self) -> None:
        numbers = [row.number for row in every(AdviceSession).filter(number__isnull=False).order_by("number")]
        assert numbers == list(range(1, len(numbers) + 1))
        for row in every(AdviceSession):
            places = list(every(Recommendation).filter(session=row).order_by("position"))
            assert [one.position for one in places] == list(range(1, len(places) + 1))


def test_minutes_are_two_peoples_word_whatever_people_do() -> None:
    run_state_machine_as_test(Advice, settings=lives(30, 30))
