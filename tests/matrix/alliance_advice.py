"""The own place's records of the advisory group, and who sees their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from alliance.advice import actions
from alliance.models import AdviceAttendance, AdviceSession, Recommendation
from community.access import Permission as P
from community.models import User
from community.roles import Role
from core import clock
from tests.core.test_files import pdf
from tests.matrix.page import OFFICE, Page, pk_of
from tests.matrix.world import World

GROUP = OFFICE | {Role.ADVISER}
SECRETARY = {Role.SECRETARY}


def adviser_of(world: World) -> dict[str, Any]:
    """The keyword arguments that name the own adviser."""
    adviser = world.users[Role.ADVISER, "own"]
    return {"pk": adviser.pk if adviser else 0}


PAGES: dict[str, Page] = {
    "alliance:advised": Page(public=True),
    "alliance:advised_session": Page(public=True, kwargs=pk_of("told_session")),
    "alliance:study_out": Page(public=True, kwargs=pk_of("told_study")),
    "alliance:advisory_group": Page(P.ADVICE_VIEW),
    "alliance:group_change": Page(P.ADVICE_MANAGE),
    "alliance:adviser": Page(P.ADVICE_VIEW, GROUP, adviser_of),
    "alliance:adviser_naming": Page(P.ADVICE_VIEW, GROUP, adviser_of, post=True),
    "alliance:advice_sessions": Page(P.ADVICE_VIEW),
    "alliance:advice_session_new": Page(P.ADVICE_MANAGE),
    "alliance:advice_session": Page(P.ADVICE_VIEW, GROUP, pk_of("signed_session")),
    "alliance:advice_session_change": Page(P.ADVICE_MANAGE, OFFICE, pk_of("planned_session")),
    "alliance:advice_session_call_off": Page(P.ADVICE_MANAGE, OFFICE, pk_of("planned_session")),
    "alliance:advice_session_come": Page(P.ADVICE_VIEW, GROUP, pk_of("planned_session"), post=True, answer=302),
    "alliance:advice_session_file": Page(P.ADVICE_VIEW, GROUP, pk_of("planned_session")),
    "alliance:minutes_write": Page(P.ADVICE_MANAGE, OFFICE, pk_of("drafted_session")),
    "alliance:minutes_remark": Page(P.ADVICE_VIEW, GROUP, pk_of("drafted_session")),
    "alliance:remark_answer": Page(P.ADVICE_MANAGE, OFFICE, pk_of("minutes_remark")),
    "alliance:minutes_read": Page(P.ADVICE_VIEW, GROUP, pk_of("drafted_session"), post=True, answer=302),
    "alliance:minutes_send": Page(P.ADVICE_MANAGE, OFFICE, pk_of("drafted_session"), post=True, answer=302),
    "alliance:minutes_sign": Page(P.ADVICE_VIEW, GROUP, pk_of("sent_session"), post=True, answer=302),
    "alliance:minutes_open": Page(P.ADVICE_VIEW, GROUP, pk_of("sent_session")),
    "alliance:minutes_paper": Page(P.ADVICE_VIEW, GROUP, pk_of("signed_session")),
    "alliance:session_publish": Page(P.ADVICE_ANSWER, SECRETARY, pk_of("signed_session")),
    "alliance:session_unpublish": Page(P.ADVICE_ANSWER, SECRETARY, pk_of("told_session"), post=True, answer=302),
    "alliance:recommendation_new": Page(P.ADVICE_MANAGE, OFFICE, pk_of("drafted_session")),
    "alliance:recommendations": Page(P.ADVICE_VIEW),
    "alliance:recommendation": Page(P.ADVICE_VIEW, GROUP, pk_of("open_advice")),
    "alliance:recommendation_change": Page(P.ADVICE_MANAGE, OFFICE, pk_of("drafted_advice")),
    "alliance:recommendation_drop": Page(P.ADVICE_MANAGE, OFFICE, pk_of("drafted_advice"), post=True, answer=302),
    "alliance:recommendation_answer": Page(P.ADVICE_ANSWER, SECRETARY, pk_of("open_advice")),
    "alliance:recommendation_follow": Page(P.ADVICE_MANAGE, OFFICE, pk_of("adopted_advice")),
    "alliance:recommendation_outcome": Page(P.ADVICE_MANAGE, OFFICE, pk_of("adopted_advice")),
    "alliance:studies": Page(P.ADVICE_VIEW),
    "alliance:study_new": Page(P.ADVICE_MANAGE),
    "alliance:study": Page(P.ADVICE_VIEW, GROUP, pk_of("study")),
    "alliance:study_file": Page(P.ADVICE_VIEW, GROUP, pk_of("study")),
    "alliance:study_change": Page(P.ADVICE_MANAGE, OFFICE, pk_of("study")),
    "alliance:study_release": Page(P.ADVICE_MANAGE, OFFICE, pk_of("study")),
    "alliance:study_take_back": Page(P.ADVICE_MANAGE, OFFICE, pk_of("told_study"), post=True, answer=302),
    "alliance:study_drop": Page(P.ADVICE_MANAGE, OFFICE, pk_of("study")),
}


def add_records(world: World) -> None:
    """A session in every state, recommendations of each, and two studies, one of them for everybody."""
    adviser, staff = world.actor(Role.ADVISER, "own"), world.actor(Role.COMMUNITY_STAFF, "own")
    secretary = world.actor(Role.SECRETARY, "own")
    assert adviser is not None
    assert staff is not None
    assert secretary is not None
    community = world.homes["own"].community

    def session(text: str, *, upto: str) -> AdviceSession:
        return _session(community, text, adviser, secretary, staff, upto=upto)

    drafted, sent = session(world.secret, upto="drafted"), session(world.secret, upto="sent")
    signed, told = session(world.secret, upto="signed"), session("停车", upto="signed")
    adopted = _advice(told)
    actions.answer_recommendation(adopted, by=secretary, verdict="adopted", words="这个月就办。")
    actions.publish_session(told, by=secretary, public_text="谈了停车。", public=[adopted])
    papers = {"by": staff, "authors": "某大学", "year": 2025, "paper": pdf()}
    released = actions.add_study(community, title="出行调查", summary="走访。", **papers)
    world.records |= {
        "planned_session": session(world.secret, upto="planned"),
        "drafted_session": drafted,
        "sent_session": sent,
        "signed_session": signed,
        "told_session": told,
        "drafted_advice": _advice(drafted),
        "open_advice": _advice(signed),
        "adopted_advice": adopted,
        "minutes_remark": actions.add_remark(drafted, by=adviser, text=world.secret),
        "study": actions.add_study(community, title=world.secret, summary=world.secret, **papers),
        "told_study": actions.release_study(released, by=staff),
    }


def _advice(session: AdviceSession) -> Recommendation:
    return Recommendation.objects.filter(session=session).select_related("session").get()


def _session(community: Any, text: str, adviser: User, secretary: User, staff: User, *, upto: str) -> AdviceSession:
    """A session as far as it is wanted: the worker keeps the minutes, the secretary and the adviser were there."""
    late = clock.now() + timedelta(days=1 if upto == "planned" else -1)
    people = [adviser, secretary]
    given = {"topic": text, "place": "会议室", "agenda": [text], "invited": people}
    session = actions.plan_session(community, by=staff, starts_at=late, **given)

    def draft() -> None:
        nonlocal session
        session = actions.write_minutes(session, by=staff, version=session.version, attended=people, said={})
        actions.put_recommendation(session, by=staff, text=text, to_whom="居委会")

    def send() -> None:
        nonlocal session
        for seat in AdviceAttendance.objects.filter(session=session):
            actions.say_read(session, by=seat.user)
        session = actions.send_for_signing(session, by=staff)

    def sign() -> None:
        nonlocal session
        for one in people:
            session = actions.sign_minutes(session, by=one, version=session.version)

    steps: dict[str, list[Callable[[], None]]] = {
        "planned": [],
        "drafted": [draft],
        "sent": [draft, send],
        "signed": [draft, send, sign],
    }
    for step in steps[upto]:
        step()
    return session
