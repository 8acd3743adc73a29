"""Invented doors of the round that is being walked: cards, people who came and left, doors given away, a late report.

Everything that the office and the walkers have still to look at, one of each kind, at doors that nobody has reached.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from community.models import Appointment, Community, User
from community.roles import Role
from core import clock
from demo.officers import Officers, at_noon
from demo.rounds import Walker
from grids.codes import Relation
from grids.models import Household, Membership
from visits import actions
from visits.book.receiving import receive
from visits.book.wire import Record
from visits.cards import asked_on
from visits.fields import Result
from visits.models import Campaign, Recheck, RoundSheet, Target, Visit
from visits.report import Answer, Brought, Came, Going, Gone, Handling, Report
from visits.sheet import sheet_for

SAMPLE = 6
CALLS = (
    (Recheck.Outcome.AS_WRITTEN, ""),
    (Recheck.Outcome.DIFFERS, "人是来过的，可家里的电话年初就换了，记的还是旧号码。"),
    (Recheck.Outcome.AS_WRITTEN, "说来的人很客气，问得也仔细。"),
)
UNSENT = 3
_OURS = "the demo's own rows"


def bring(community: Community, officers: Officers, *, seed: int) -> None:
    """Something of each kind in the open round: doors in one grid, a round sheet in the next one."""
    campaign = Campaign.objects.unscoped(reason=_OURS).open().get(community=community)
    one = _Doors(campaign, officers, Random(seed))  # noqa: S311 invented data, nothing secret
    one.not_met()
    one.people()
    one.problems()
    one.given_away()
    one.on_paper()
    one.asked_again()


class _Doors:
    """Goes to the last doors of the first grid, which the round itself reaches last."""

    def __init__(self, campaign: Campaign, officers: Officers, random: Random) -> None:
        self._campaign = campaign
        self._officers = officers
        self._random = random
        self._walker = Walker(officers, random)
        self._first, self._next = list(officers.leaders)[:2]
        self._leader = officers.leaders[self._first]
        self._waiting = self._doors(self._first)
        self._knocks = 0

    def not_met(self) -> None:
        """Two doors at which nobody was met twice, at one of them a card; a third card has been answered."""
        with_card, _without, answered = (self._absent_twice(next(self._waiting)) for _door in range(3))
        with self._ago(1):
            actions.issue_card(with_card, by=self._leader)
            _card, code = actions.issue_card(answered, by=self._leader)
        household = answered.household
        with self._ago(0, hours=3):
            card = actions.open_card(code=code, name=household.head.name if household.head else "")
            if card is not None:
                actions.answer_card(card, **self._written(household, asked_on(card)))

    def _absent_twice(self, target: Target) -> Target:
        for days in (6, 2):
            with self._ago(days):
                report = Report(outcome=Visit.Outcome.ABSENT, visited_at=clock.now())
                actions.record_visit(target.household, by=self._leader, report=report, target=target)
        target.refresh_from_db()
        return target

    def _written(self, household: Household, people: list[Any]) -> dict[str, Any]:
        """What a household writes on its card: all as it was, but for another phone at home."""
        slots = [slot for person in people for slot in person.slots]
        answers = {slot.key: Answer(Result.CONFIRMED if slot.text else Result.UNKNOWN) for slot in slots}
        answers["h-phone"] = Answer(Result.CHANGED, f"1990{9_000_000 + self._random.randrange(10_000)}")
        seen = {slot.key: slot.fingerprint for slot in slots}
        return {"answers": answers, "seen": seen, "note": "白天都在上班，晚上七点以后在家。"}

    def people(self) -> None:
        """A door with somebody who has come to live there, and one that somebody has left."""
        came = Came("何小满", Relation.GRANDCHILD, birth_date=str(clock.today() - timedelta(days=189)))
        self._visit(next(self._waiting), 4, came=(came,), note="女儿回来坐月子，孩子户口还没报。")
        target = next(door for door in self._waiting if self._others(door.household))
        gone = Gone(self._others(target.household)[0].resident_id, Going.MOVED, clock.today() - timedelta(days=20))
        self._visit(target, 4, gone=(gone,), note="到外地上班，上个月搬走的。")

    def _others(self, household: Household) -> list[Membership]:
        """Who lives there besides the head."""
        rows = Membership.objects.unscoped(reason=_OURS).current().filter(household=household)
        return list(rows.exclude(resident=household.head_id).order_by("pk"))

    def problems(self) -> None:
        """One for everybody to talk about, and one about which the household should have heard by now."""
        hall = Brought("单元门换不换密码锁，楼上楼下说法不一，请大家议一议", handling=Handling.HALL)
        self._visit(next(self._waiting), 3, findings=(hall,))
        overdue = Brought("灶台旁的燃气软管老化开裂，老人自己不会换", severity="urgent", handling=Handling.NOTE)
        self._visit(next(self._waiting), 5, findings=(overdue,))

    def _visit(self, target: Target, days: int, **told: Any) -> None:
        with self._ago(days):
            report = replace(self._walker.report(target), findings=(), feedback=())
            actions.record_visit(target.household, by=self._leader, report=replace(report, **told), target=target)

    def given_away(self) -> None:
        """A door that the leader has given to the building's steward, and what the leader's phone has sent since."""
        target = next(door for door in self._waiting if door.assignee == self._leader and self._steward(door))
        steward = self._steward(target)
        if steward is None:
            return
        rows = Target.objects.unscoped(reason=_OURS).filter(pk=target.pk)
        with self._ago(2):
            actions.hand_over(rows, to=steward, by=self._leader, reason="这几天去街道培训，请管家先走一趟。")
        device = UUID(int=self._random.getrandbits(128), version=4)
        with self._ago(0, hours=4):
            receive(self._late(target), user=self._leader)
            oldest = clock.now() - timedelta(hours=2)
            held = Target.objects.unscoped(reason=_OURS).asked_now().filter(assignee=self._leader).count()
            actions.note_device(
                device, user=self._leader, name="Android · Chrome", held=held, unsent=UNSENT, oldest=oldest
            )

    def _steward(self, door: Target) -> User | None:
        rows = Appointment.objects.unscoped(reason=_OURS).current().filter(role=Role.BUILDING_STEWARD)
        held = rows.filter(building=door.building_id).select_related("user").first()
        return held.user if held else None

    def _late(self, target: Target) -> Record:
        """What the phone of the leader wrote at the door before it was given away."""
        sheet = sheet_for(self._leader, target.household, target=target)
        written = {
            "outcome": Visit.Outcome.MET.value,
            "rest": "confirmed",
            "started": self._moment(3).isoformat(),
            "base_version": str(target.household.version),
            "seen": json.dumps(sheet.seen),
            "note": "在楼下遇到，一起上楼核对的，那时手机没有信号。",
        }
        return Record(
            id=UUID(int=self._random.getrandbits(128), version=4),
            household=target.household_id,
            target=target.pk,
            fields={name: [value] for name, value in written.items()},
        )

    def on_paper(self) -> None:
        """A printed sheet of the last building of the next grid, of which every other line has been typed in."""
        leader = self._officers.leaders[self._next]
        building = next(self._doors(self._next)).building
        with self._ago(3):
            sheet = actions.print_sheet(building, self._campaign, by=leader)
        with self._ago(1):
            actions.type_in_sheet(sheet, dict(self._ticked(sheet)), walked_on=clock.today(), by=leader)

    def _ticked(self, sheet: RoundSheet) -> Iterator[tuple[UUID, str]]:
        for number, key in enumerate(sheet.targets[::2]):
            yield UUID(key), Visit.Outcome.ABSENT if number % 8 == 5 else Visit.Outcome.MET

    def asked_again(self) -> None:
        """Some visits drawn by lot, half of them called about: one household says something else than was written."""
        with self._ago(0, hours=1):
            sample = actions.draw_sample(self._campaign, size=SAMPLE, by=self._officers.staff)
            rows = Recheck.objects.unscoped(reason=_OURS).filter(sample=sample).order_by("pk")
            for recheck, (outcome, note) in zip(rows, CALLS, strict=False):
                actions.record_recheck(recheck, outcome=outcome, note=note, by=self._officers.staff)

    def _doors(self, grid: int) -> Iterator[Target]:
        """The doors of a grid that wait and were never knocked at, from the last building on."""
        rows = Target.objects.unscoped(reason=_OURS).filter(campaign=self._campaign, building__grid=grid)
        waiting = rows.filter(kind=Target.Kind.QUARTERLY, state=Target.State.WAITING, household__head__isnull=False)
        found = waiting.select_related("household__head", "household__building", "building", "campaign", "assignee")
        return iter(found.order_by("-building", "pk"))

    def _ago(self, days: int, *, hours: int = 0) -> Any:
        return clock.at(self._moment(days, hours=hours))

    def _moment(self, days: int, *, hours: int = 0) -> datetime:
        """Some hours ago, or about noon so many days ago, one door after the other; but within the round."""
        self._knocks += 1
        noon = at_noon(clock.today() - timedelta(days=days)) + timedelta(minutes=7 * self._knocks)
        begun = at_noon(self._campaign.starts_on) - timedelta(hours=12)
        return max(noon if days else clock.now() - timedelta(hours=hours), begun)
