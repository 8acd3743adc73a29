"""Invented visits: last quarter's round walked to its end, this quarter's as far as the quarter is."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from community.models import Community
from core import clock
from core.quarters import Quarter
from demo.officers import Officers, at_noon
from grids.models import CareTag, Household, Membership
from helpdesk.models import Category
from visits import actions
from visits.fields import Result, slots_of
from visits.models import Finding, Target, Visit
from visits.report import Answer, Brought, Handling, Report, Told

PROBLEMS = (
    ("屋顶渗水，墙角发霉", "plumbing"),
    ("楼道灯不亮，老人不敢下楼", "public_fixtures"),
    ("想找人帮忙修轮椅的刹车", "assistance"),
    ("单元门关不上，夜里不放心", "public_fixtures"),
)
_OURS = "the demo's own rows"


def walk(community: Community, officers: Officers, *, seed: int) -> None:
    """Last quarter: every door, then closed. This quarter: opened, and walked up to today."""
    random = Random(seed)  # noqa: S311 invented data, nothing secret
    today = clock.today()
    this = Quarter.of(today)
    last = this.previous()
    with clock.at(at_noon(last.start)):
        campaign = actions.open_campaign(community, quarter=last, by=officers.secretary)
    walker = _Walker(officers, random)
    walker.round(campaign.pk, last.start, last.end, share=0.02)
    with clock.at(at_noon(last.end)):
        actions.close_campaign(campaign, by=officers.secretary, explanation="没走到的几户已约好节后补访。")
    with clock.at(at_noon(this.start)):
        campaign = actions.open_campaign(community, quarter=this, by=officers.secretary)
    passed = (today - this.start).days / ((this.end - this.start).days + 1)
    walker.round(campaign.pk, this.start, today, share=0.02)


class _Walker:
    """Records visits the way leaders do: most of them find what was known, some find something."""

    def __init__(self, officers: Officers, random: Random) -> None:
        self._officers = officers
        self._random = random
        self._categories = dict(Category.objects.unscoped(reason=_OURS).values_list("slug", "pk"))
        self._visits = 0

    def round(self, campaign_pk: int, first: date, last: date, *, share: float) -> None:
        """Walk a share of the doors of a campaign between two days."""
        rows = Target.objects.unscoped(reason=_OURS).filter(campaign=campaign_pk, kind=Target.Kind.QUARTERLY)
        targets = list(rows.select_related("household__building", "household__dwelling", "campaign").order_by("pk"))
        reached = targets[: round(len(targets) * share)]
        members = _by_household(Membership.objects.unscoped(reason=_OURS).current().select_related("resident"))
        cares = _by_household(CareTag.objects.unscoped(reason=_OURS).current())
        days = max((last - first).days, 1)
        for number, target in enumerate(reached):
            day = first + timedelta(days=days * number // max(len(reached), 1))
            household = target.household
            with clock.at(at_noon(day) + timedelta(minutes=number % 300)):
                self._visit(target, household, members.get(household.pk, []), cares.get(household.pk, []))

    def _visit(self, target: Target, household: Household, members: list, cares: list) -> None:  # type: ignore[type-arg]
        leader = self._officers.leaders[household.building.grid_id]
        self._visits += 1
        if self._random.random() < 0.04:
            report = Report(outcome=Visit.Outcome.ABSENT, visited_at=clock.now())
        else:
            slots = slots_of(household, members, cares)
            report = Report(
                outcome=Visit.Outcome.MET,
                visited_at=clock.now(),
                met_who=members[0].resident.name if members else "",
                answers={slot.key: self._answer() for slot in slots},
                seen={slot.key: slot.fingerprint for slot in slots},
                base_version=household.version,
                findings=self._findings(),
                feedback=self._feedback(household),
            )
        actions.record_visit(household, by=leader, report=report, target=target)

    def _answer(self) -> Answer:
        draw = self._random.random()
        return Answer(Result.UNKNOWN if draw < 0.05 else Result.REFUSED if draw < 0.06 else Result.CONFIRMED)

    def _findings(self) -> tuple[Brought, ...]:
        if self._visits % 45:
            return ()
        text, slug = PROBLEMS[self._visits // 45 % len(PROBLEMS)]
        if self._visits % 90:
            return (Brought(text, handling=Handling.NOTE, category=self._categories[slug]),)
        return (Brought(text, severity="serious", handling=Handling.REQUEST, category=self._categories[slug]),)

    def _feedback(self, household: Household) -> tuple[Told, ...]:
        rows = Finding.objects.unscoped(reason=_OURS).filter(household=household, state=Finding.State.OPEN)
        return tuple(Told(row.pk, "已经找人看过，修好了。", "satisfied") for row in rows)


def _by_household(rows):  # type: ignore[no-untyped-def]
    found: dict[object, list] = {}  # type: ignore[type-arg]
    for row in rows:
        found.setdefault(row.household_id, []).append(row)
    return found
