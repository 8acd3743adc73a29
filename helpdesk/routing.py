"""Whom the rules of a community suggest to handle a request, and why; what is suggested can always be changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from community.calendar import work_calendar
from helpdesk.models import RoutingRule

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


_READ = ("order", "hours", "category__name", "grid__name", "building__label", "handler__name")


def rules_for(community_id: int) -> list[RoutingRule]:
    """The rules in use, in their order, with what their words name."""
    rows = RoutingRule.objects.unscoped(reason="the rules that suggest a handler hold nobody's data").in_use()
    return list(
        rows.filter(community=community_id).select_related("category", "grid", "building", "handler").only(*_READ)
    )


def suggest(request: ServiceRequest, people: Sequence[Candidate]) -> Suggestion:
    """The first rule that fits, among `people` who can handle it; no query where the community keeps no rules."""
    if not request.category.has_aids:
        return NOBODY
    return first_fit(request, rules_for(request.community_id), people, work_calendar())


def first_fit(
    request: Any, rules: Iterable[RoutingRule], people: Sequence[Candidate], calendar: WorkCalendar
) -> Suggestion:
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
            % {"number": rule.order, "name": rule.handler.name}
        )
    return Suggestion(skipped=skipped)


def fits(rule: RoutingRule, request: Any, calendar: WorkCalendar) -> bool:
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


def because(rule: RoutingRule) -> str:
    """Why this one, as it stands beside the suggestion."""
    said = _("、").join(conditions(rule)) or _("别的规则都不合适时就请这一位")
    return _("因为：%(why)s（第 %(number)d 条规则）。") % {"why": said, "number": rule.order}


def conditions(rule: RoutingRule) -> list[str]:
    """What the rule asks for, each as a few words; empty where it fits everything."""
    parts = []
    if rule.category:
        parts.append(_("类别是%(category)s") % {"category": rule.category.label})
    if rule.building:
        parts.append(_("在%(place)s") % {"place": rule.building})
    elif rule.grid:
        parts.append(_("在%(place)s") % {"place": rule.grid})
    if rule.hours != Hours.ANY:
        parts.append(_("%(hours)s提的") % {"hours": rule.get_hours_display()})
    return parts
