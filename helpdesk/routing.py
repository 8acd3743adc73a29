"""Whom the rules of a community suggest to handle a request, and why; what is suggested can always be changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

from community.calendar import work_calendar
from community.models import User
from core.sql import rows
from grids.models import Building, Grid
from helpdesk.models import Category, RoutingRule

if TYPE_CHECKING:
    from core.workdays import WorkCalendar
    from helpdesk.models import ServiceRequest
    from helpdesk.querysets import Candidate

Hours = RoutingRule.Hours


@dataclass(frozen=True)
class Suggestion:
    """Who should be asked, by which rule; `skipped` are the rules before it that fit but name nobody who can."""

    candidate: Candidate | None = None
    because: str = ""
    skipped: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Why, and what was skipped, as it stands beside the choice."""
        return " ".join([*([self.because] if self.because else []), *self.skipped])


NOBODY = Suggestion()


class Rule(NamedTuple):
    """A rule in use as it is tried, with the names of what it asks for; "" where it asks for nothing."""

    order: int
    hours: str
    category_id: int | None
    grid_id: int | None
    building_id: int | None
    handler_id: int
    handler: str
    category: str
    grid: str
    building: str


# Read for every page on which a request is given into somebody's hands; rules hold nobody's data.
_IN_USE = (
    'SELECT r."order", r.hours, r.category_id, r.grid_id, r.building_id, r.handler_id, u.name, '  # noqa: S608 names
    f"COALESCE(c.name, ''), COALESCE(g.name, ''), COALESCE(b.label, '') FROM {RoutingRule._meta.db_table} r "
    f"JOIN {User._meta.db_table} u ON u.id = r.handler_id "
    f"LEFT JOIN {Category._meta.db_table} c ON c.id = r.category_id "
    f"LEFT JOIN {Grid._meta.db_table} g ON g.id = r.grid_id "
    f"LEFT JOIN {Building._meta.db_table} b ON b.id = r.building_id "
    'WHERE r.community_id = %s AND r.is_active ORDER BY r."order", r.id'
)


def rules_for(community_id: int) -> list[Rule]:
    """The rules in use, in their order, with what their words name."""
    return [Rule._make(row) for row in rows(_IN_USE, community_id)]


def rule_of(row: RoutingRule) -> Rule:
    """A rule of the office's page as it is tried."""
    return Rule(
        order=row.order,
        hours=row.hours,
        category_id=row.category_id,
        grid_id=row.grid_id,
        building_id=row.building_id,
        handler_id=row.handler_id,
        handler=row.handler.name,
        category=row.category.name if row.category else "",
        grid=str(row.grid or ""),
        building=str(row.building or ""),
    )


def suggest(request: ServiceRequest, people: Sequence[Candidate]) -> Suggestion:
    """The first rule that fits, among `people` who can handle it; no query where the community keeps no rules."""
    if not request.category.has_aids:
        return NOBODY
    return first_fit(request, rules_for(request.community_id), people, work_calendar())


def first_fit(request: Any, rules: Iterable[Rule], people: Sequence[Candidate], calendar: WorkCalendar) -> Suggestion:
    """The first of `rules` that fits; one that names nobody of `people` is skipped and said."""
    can = {one.user_id: one for one in people}
    skipped: list[str] = []
    for rule in rules:
        if not fits(rule, request, calendar):
            continue
        if rule.handler_id in can:
            return Suggestion(can[rule.handler_id], because(rule), skipped)
        skipped.append(
            _("第 %(number)d 条规则是%(name)s，现在派不了（已经不在岗，或者和这件事有关），跳过了。")
            % {"number": rule.order, "name": rule.handler}
        )
    return Suggestion(skipped=skipped)


def fits(rule: Rule, request: Any, calendar: WorkCalendar) -> bool:
    """Whether everything that the rule names is so; what it leaves empty fits everything."""
    return (
        rule.category_id in (None, request.category_id)
        and rule.grid_id in (None, request.grid_id)
        and rule.building_id in (None, request.building_id)
        and (rule.hours == Hours.ANY or (rule.hours == Hours.OPEN) == is_open(request.submitted_at, calendar))
    )


def is_open(at: datetime, calendar: WorkCalendar) -> bool:
    """Whether the office works at this moment."""
    return calendar.working_time(at, at + timedelta(minutes=1)) > timedelta()


def because(rule: Rule) -> str:
    """Why this one, as it stands beside the suggestion."""
    said = _("、").join(conditions(rule)) or _("别的规则都不合适时就请这一位")
    return _("因为：%(why)s（第 %(number)d 条规则）。") % {"why": said, "number": rule.order}


def conditions(rule: Rule) -> list[str]:
    """What the rule asks for, each as a few words; empty where it fits everything."""
    parts = []
    if rule.category:
        parts.append(_("类别是%(category)s") % {"category": _(rule.category)})
    if rule.building:
        parts.append(_("在%(place)s") % {"place": rule.building})
    elif rule.grid:
        parts.append(_("在%(place)s") % {"place": rule.grid})
    if rule.hours != Hours.ANY:
        parts.append(_("%(hours)s提的") % {"hours": Hours(rule.hours).label})
    return parts
