"""What a recommendation led to, in words and with a way there, as each reader may follow it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from alliance.activities.states import State as ActivityState
from alliance.advice.states import Progress, Verdict
from alliance.models import Recommendation, RecommendationStep
from community.models import User
from helpdesk.models import Story
from helpdesk.states import State as RequestState

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

TONES = {"": "wait", Verdict.ADOPTED: "good", Verdict.PARTLY: "good", Verdict.DECLINED: "idle"}
PROGRESS_TONES = {
    Progress.PLANNED: "wait",
    Progress.DOING: "wait",
    Progress.DONE: "good",
    Progress.DROPPED: "idle",
}
# What neighbours have been told of, and what has a page for everybody.
_TOLD = (ActivityState.OPEN, ActivityState.PUBLISHED)


@dataclass(frozen=True)
class Came:
    """One thing that came of a recommendation."""

    words: str
    url: str
    text: str
    at: datetime


@dataclass
class Line:
    """A recommendation as a row of the table: what was advised, what was answered, what was done."""

    row: Recommendation
    url: str
    tone: str
    verdict: str
    progress: str
    progress_tone: str
    said: str = ""
    came: list[Came] = field(default_factory=list)


def lines_of(rows: Iterable[Recommendation], reader: User | AnonymousUser) -> list[Line]:
    """The rows with their last word on the progress and what came of them; two queries, whatever their number."""
    found = list(rows)
    steps: dict[UUID, list[RecommendationStep]] = defaultdict(list)
    for step in RecommendationStep.objects.of_each(found):
        steps[step.recommendation_id].append(step)
    stories = stories_of(step for each in steps.values() for step in each)
    return [_line(row, steps[row.pk], stories, reader) for row in found]


def _line(
    row: Recommendation, steps: list[RecommendationStep], stories: dict[UUID, UUID], reader: User | AnonymousUser
) -> Line:
    said = [one.words for one in steps if one.kind == RecommendationStep.Kind.PROGRESS]
    return Line(
        row=row,
        url=row.get_absolute_url(),
        tone=TONES[row.verdict],
        verdict=row.get_verdict_display() if row.verdict else _("等答复"),
        progress=row.get_progress_display() if row.progress else "",
        progress_tone=PROGRESS_TONES[Progress(row.progress)] if row.progress else "",
        said=said[-1] if said else "",
        came=[came_of(one, stories, reader) for one in steps if one.kind == RecommendationStep.Kind.OUTCOME],
    )


def came_of(step: RecommendationStep, stories: dict[UUID, UUID], reader: User | AnonymousUser) -> Came:
    """What a step led to. Of a request everybody reads its kind and how it stands, its story where it was told; its
    page opens to those alone who work with it."""
    if step.request:
        words = _("诉求：%(category)s，%(state)s") % {
            "category": step.request.category.label,
            "state": RequestState(step.request.state).label,
        }
        return Came(words, _request_url(step, stories, reader), step.words, step.at)
    if step.project:
        words = _("项目：%(title)s，%(state)s") % {
            "title": step.project.title,
            "state": step.project.get_state_display(),
        }
        url = step.project.get_absolute_url() if _works(step, reader) else ""
        return Came(words, url, step.words, step.at)
    if step.activity:
        words = _("活动：%(title)s") % {"title": step.activity.title}
        shown = _works(step, reader) or step.activity.state in _TOLD
        return Came(words, step.activity.get_absolute_url() if shown else "", step.words, step.at)
    return Came(step.words, "", "", step.at)


def _request_url(step: RecommendationStep, stories: dict[UUID, UUID], reader: User | AnonymousUser) -> str:
    assert step.request is not None
    if _works(step, reader):
        return str(step.request.get_absolute_url())
    told = stories.get(step.request.pk)
    return reverse("helpdesk:story", args=[told]) if told else ""


def _works(step: Any, reader: User | AnonymousUser) -> bool:
    return isinstance(reader, User) and step.community_id in reader.scope.offices_communities


def stories_of(steps: Iterable[RecommendationStep]) -> dict[UUID, UUID]:
    """The stories that everybody may read, by their requests; no query without a request."""
    keys = [step.request_id for step in steps if step.request_id]
    return dict(Story.objects.out().filter(request__in=keys).values_list("request", "pk")) if keys else {}
