"""Invented visits: last quarter's round walked to its end, this quarter's as far as the quarter is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from random import Random
from uuid import UUID

from community.models import Community
from core import clock
from core.quarters import Quarter
from demo.officers import Officers, at_noon
from grids.models import CareTag, Membership
from helpdesk.models import Category
from visits import actions
from visits.actions import PaperLine
from visits.fields import Result, slots_of
from visits.models import Campaign, Finding, Target, Visit
from visits.report import Answer, Brought, Handling, Report, Told

PROBLEMS = (
    ("屋顶渗水，墙角发霉", "plumbing"),
    ("楼道灯不亮，老人不敢下楼", "public_fixtures"),
    ("想找人帮忙修轮椅的刹车", "assistance"),
    ("单元门关不上，夜里不放心", "public_fixtures"),
)
ABSENT = 0.04
TALKATIVE_EVERY = 45
# How far apart ten doors are written down that were walked before: within three minutes.
BETWEEN = timedelta(seconds=18)
EXPLAINED = "这十户是下午走的，回家以后一起补录，见到的人都对得上。以后在门口就记。"
# How many days back a problem of a visit is a request that still waits.
FRESH = 9
_OURS = "the demo's own rows"


def walk(community: Community, officers: Officers, *, seed: int) -> None:
    """Last quarter: every door, then closed. This quarter: opened, and walked up to today."""
    walker = Walker(officers, Random(seed))  # noqa: S311 invented data, nothing secret
    today = clock.today()
    this = Quarter.of(today)
    last = this.previous()
    with clock.at(at_noon(last.start)):
        campaign = actions.open_campaign(community, quarter=last, by=officers.secretary)
    walker.hurry(campaign.pk, last.end)
    walker.round(campaign.pk, last.start, last.end, share=1.0)
    with clock.at(at_noon(last.end)):
        campaign = actions.close_campaign(campaign, by=officers.secretary, explanation="没走到的几户已约好节后补访。")
    with clock.at(at_noon(last.end + timedelta(days=1))):
        _talk(campaign, officers)
    with clock.at(at_noon(this.start)):
        campaign = actions.open_campaign(community, quarter=this, by=officers.secretary)
    passed = (today - this.start).days / ((this.end - this.start).days + 1)
    walker.round(campaign.pk, this.start, today - timedelta(days=1), share=0.9 * passed)


def _talk(campaign: Campaign, officers: Officers) -> None:
    """The office asks about the doors that were written down so fast, and keeps what was said."""
    for odd in actions.odd_visits(campaign, by=officers.staff):
        actions.record_talk(campaign, about=odd.about, visits_hash=odd.visits_hash, said=EXPLAINED, by=officers.staff)


class Walker:
    """Walks grid by grid: most doors are as known and are ticked on paper, every forty-fifth has something to tell."""

    def __init__(self, officers: Officers, random: Random) -> None:
        self._officers = officers
        self._random = random
        self._categories = dict(Category.objects.unscoped(reason=_OURS).values_list("slug", "pk"))
        self._told = 0
        self._today = clock.today()

    def round(self, campaign_pk: UUID, first: date, last: date, *, share: float) -> None:
        """Walk a share of each grid's doors between two days."""
        rows = Target.objects.unscoped(reason=_OURS).filter(campaign=campaign_pk, kind=Target.Kind.QUARTERLY)
        targets = rows.waiting().select_related("household__building", "household__dwelling", "campaign")
        ordered = targets.order_by("household__building__grid", "building", "pk")
        for _grid, doors in groupby(ordered, key=lambda target: target.household.building.grid_id):
            self._grid(list(doors), first, last, share)

    def hurry(self, campaign_pk: UUID, day: date) -> None:
        """Ten doors of the last grid that were walked by day and written down within three minutes in the evening."""
        rows = Target.objects.unscoped(reason=_OURS).filter(campaign=campaign_pk, kind=Target.Kind.QUARTERLY)
        doors = rows.select_related("household__building").order_by("-household__building__grid", "-building", "-pk")
        evening = at_noon(day) - timedelta(hours=15)
        lines = [
            PaperLine(target, Visit.Outcome.MET, evening + number * BETWEEN) for number, target in enumerate(doors[:10])
        ]
        with clock.at(evening + timedelta(minutes=5)):
            leader = self._officers.leader_of(lines[0].target.household)
            actions.record_paper_round(lines, by=leader, via=Visit.Via.FORM)

    def _grid(self, targets: list[Target], first: date, last: date, share: float) -> None:
        leader = self._officers.leader_of(targets[0].household)
        reached = targets[: round(len(targets) * share)]
        days = max((last - first).days, 1)
        ticked = []
        for number, target in enumerate(reached):
            day = first + timedelta(days=days * number // len(reached))
            at = at_noon(day) + timedelta(minutes=4 * (number % 40))
            if number % TALKATIVE_EVERY == TALKATIVE_EVERY - 1:
                with clock.at(at):
                    actions.record_visit(target.household, by=leader, report=self.report(target), target=target)
            else:
                absent = self._random.random() < ABSENT
                ticked.append(PaperLine(target, Visit.Outcome.ABSENT if absent else Visit.Outcome.MET, at))
        with clock.at(at_noon(last)):
            actions.record_paper_round(ticked, by=leader)

    def report(self, target: Target) -> Report:
        """A door with something to tell: some fields nobody knew, one refused, a problem, an answer to the last one."""
        household = target.household
        members = list(Membership.objects.unscoped(reason=_OURS).current().filter(household=household))
        cares = CareTag.objects.unscoped(reason=_OURS).current().filter(household=household)
        slots = slots_of(household, members, cares)
        return Report(
            outcome=Visit.Outcome.MET,
            visited_at=clock.now(),
            met_who=members[0].resident.name if members else "",
            answers={slot.key: self._answer() for slot in slots},
            seen={slot.key: slot.fingerprint for slot in slots},
            base_version=household.version,
            findings=tuple(self._findings()),
            feedback=tuple(self._feedback(target)),
        )

    def _answer(self) -> Answer:
        return Answer(self._random.choices([Result.CONFIRMED, Result.UNKNOWN, Result.REFUSED], [94, 5, 1])[0])

    def _findings(self) -> Iterator[Brought]:
        text, slug = PROBLEMS[self._told % len(PROBLEMS)]
        self._told += 1
        if self._told % 3 == 0:
            return
        fresh = clock.today() > self._today - timedelta(days=FRESH)
        handling = Handling.REQUEST if fresh else Handling.NOTE
        yield Brought(text, severity="serious", handling=handling, category=self._categories[slug])

    def _feedback(self, target: Target) -> Iterator[Told]:
        rows = Finding.objects.unscoped(reason=_OURS).filter(household=target.household, state=Finding.State.OPEN)
        for row in rows:
            yield Told(row.pk, "已经找人看过，修好了。", "satisfied")
