"""Writes of recommendations: put into the minutes, answered with a reason, followed until something came of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from alliance.advice.actions.sessions import KIND
from alliance.advice.people import parties_of
from alliance.advice.states import ANSWER_DAYS, FOLLOW_UP, OFFICE, SESSIONS, Progress, State, Verdict
from alliance.advice.wording import check_fit
from alliance.models import Activity, AdviceAttendance, AdviceSession, Project, Recommendation, RecommendationStep
from community import audit
from community.models import User
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from helpdesk.models import ServiceRequest


@transaction.atomic
def put_recommendation(
    session: AdviceSession, *, by: User, text: str, to_whom: str, because: str = "", due_on: date | None = None
) -> Recommendation:
    """Put a recommendation into the draft of the minutes; without a day it is to be answered in thirty days."""
    session = _drafted(session, by)
    rows = Recommendation.objects.of(session)
    last: int = rows.aggregate(last=Max("position"))["last"] or 0
    row = Recommendation(
        community_id=session.community_id,
        session=session,
        position=last + 1,
        text=text.strip(),
        because=because.strip(),
        to_whom=to_whom.strip(),
        due_on=due_on or clock.today() + timedelta(days=ANSWER_DAYS),
    )
    row.save(force_insert=True)
    audit.record("recommendation_put", row, by=by)
    return row


@transaction.atomic
def change_recommendation(
    row: Recommendation, *, by: User, text: str, to_whom: str, because: str = "", due_on: date
) -> Recommendation:
    """Change a recommendation while its minutes are a draft."""
    session = _drafted(row.session, by)
    row = locked(row)
    row.session = session
    before = row.text
    row.text, row.to_whom, row.because, row.due_on = text.strip(), to_whom.strip(), because.strip(), due_on
    row.save()
    audit.record("recommendation_changed", row, by=by, changes={"text": [before, row.text]})
    return row


@transaction.atomic
def drop_recommendation(row: Recommendation, *, by: User) -> AdviceSession:
    """Take a recommendation out of the draft; those after it move up."""
    session = _drafted(row.session, by)
    row = locked(row)
    row.session = session
    audit.record("recommendation_dropped", row, by=by, changes={"text": [row.text, None]})
    position = row.position
    row.delete()
    for later in Recommendation.objects.of(session).filter(position__gt=position).order_by("position"):
        later.position -= 1
        later.save(update_fields=["position"])
    return session


@transaction.atomic
def answer_recommendation(
    row: Recommendation, *, by: User, verdict: str, words: str, look_on: date | None = None
) -> Recommendation:
    """The secretary's answer, with its reason; a later one stands beside it. What is adopted gets a day to look at it.

    Raises Refused while the minutes are not signed, or where the reason has numbers, doors or names in it.
    """
    row = _found(row)
    if row.community_id not in by.scope.ids("community", Role.SECRETARY):
        raise Refused(_("答复由社区书记来写。"))
    if row.session.state != State.APPROVED:
        raise Refused(_("纪要还没有定稿，定稿以后再答复。"))
    words = words.strip()
    if verdict not in Verdict.values or not words:
        raise Refused(_("请选采纳还是不采纳，再写明理由。"))
    check_fit(row.community_id, words)
    before = row.get_verdict_display()
    row.verdict, row.answer, row.answered_at = verdict, words, clock.now()
    if verdict == Verdict.DECLINED:
        row.progress, row.look_on = "", None
    else:
        row.progress = row.progress or Progress.PLANNED
        if row.progress in (Progress.PLANNED, Progress.DOING):
            row.look_on = look_on or row.look_on or clock.today() + timedelta(days=ANSWER_DAYS)
    row.save()
    _step(row, by, RecommendationStep.Kind.ANSWER, verdict=verdict, progress=row.progress, words=words)
    audit.record(
        "recommendation_answered", row, by=by, changes={"verdict": [before, row.get_verdict_display()]}, reason=words
    )
    _tell_advisers(row, by, _("%(label)s有答复了：%(verdict)s。") % _told(row))
    return row


@transaction.atomic
def follow_up(row: Recommendation, *, by: User, action: str, words: str, look_on: date | None = None) -> Recommendation:
    """Say how far it has come: go on, look again, done, or not to be done after all."""
    row = _found(row)
    step = FOLLOW_UP.find(row.progress, action, _office(row, by), {"words": words.strip()})
    check_fit(row.community_id, words)
    before = row.get_progress_display()
    row.progress = step.target
    goes_on = row.progress in (Progress.PLANNED, Progress.DOING)
    row.look_on = (look_on or clock.today() + timedelta(days=ANSWER_DAYS)) if goes_on else None
    row.save()
    _step(row, by, RecommendationStep.Kind.PROGRESS, progress=row.progress, words=words.strip(), look_on=row.look_on)
    changes = {"progress": [before, row.get_progress_display()]}
    audit.record("recommendation_followed", row, by=by, changes=changes, reason=words.strip())
    if not goes_on:
        _tell_advisers(row, by, _("%(label)s：%(progress)s。") % _told(row))
    return row


@transaction.atomic
def record_outcome(
    row: Recommendation,
    *,
    by: User,
    request: ServiceRequest | None = None,
    project: Project | None = None,
    activity: Activity | None = None,
    words: str = "",
) -> RecommendationStep:
    """Say what came of it: a request, a project, an activity, or words alone. What is confidential is refused."""
    row = _found(row)
    if not _office(row, by):
        raise Refused(_("这一步由社区工作人员来办。"))
    if row.verdict not in (Verdict.ADOPTED, Verdict.PARTLY):
        raise Refused(_("采纳了的建议，才记办成了什么。"))
    links = {"request": request, "project": project, "activity": activity}
    given = {name: value for name, value in links.items() if value is not None}
    words = words.strip()
    if len(given) > 1 or not (given or words):
        raise Refused(_("请选一件办成的事，或者写几句话。"))
    if any(value.community_id != row.community_id for value in given.values()):
        raise Refused(_("只能连到本社区的事。"))
    if request is not None and (request.is_confidential or request.has_informant or request.has_parties):
        raise Refused(_("这件诉求是保密的，不能连在这里。"))
    check_fit(row.community_id, words)
    steps = RecommendationStep.objects.in_community(row.community_id).filter(recommendation=row)
    if given and steps.filter(**given).exists():
        raise Refused(_("这件事已经连上了。"))
    step = _step(row, by, RecommendationStep.Kind.OUTCOME, words=words, **given)
    audit.record("recommendation_outcome", row, by=by, reason=words or str(next(iter(given.values()))))
    return step


def _found(row: Recommendation) -> Recommendation:
    row = locked(row)
    row.session = locked(row.session)
    return row


def _drafted(session: AdviceSession, by: User) -> AdviceSession:
    """The session, locked, with its draft counted on: a signature stands under what was seen."""
    session = locked(session)
    SESSIONS.find(session.state, "write", parties_of(session, by))
    if session.state != State.DRAFTED:
        raise Refused(_("先写好纪要，再写建议。"))
    session.version += 1
    session.save(update_fields=["version"])
    return session


def _office(row: Recommendation, by: User) -> frozenset[str]:
    return frozenset({OFFICE}) if row.community_id in by.scope.offices_communities else frozenset()


def _step(row: Recommendation, by: User, kind: str, **fields: Any) -> RecommendationStep:
    step = RecommendationStep(community_id=row.community_id, recommendation=row, kind=kind, by=by, **fields)
    step.save(force_insert=True)
    return step


def _tell_advisers(row: Recommendation, by: User, text: str) -> None:
    """The advisers who were there are told."""
    seats = AdviceAttendance.objects.of(row.session).filter(attended=True, is_adviser=True).select_related("user")
    notify([seat.user for seat in seats if seat.user_id != by.pk], about=row, kind=KIND, text=text)


def _told(row: Recommendation) -> dict[str, str]:
    return {
        "label": row.label,
        "verdict": str(row.get_verdict_display()),
        "progress": str(row.get_progress_display()),
    }
