"""A building as a picture of its doors: how far the round has come at each, one tap from the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.quarters import Month
from grids import facade
from grids.facade import Mark, Say, UnitOfDoors
from grids.models import Building
from visits.models import Campaign, Target
from visits.querysets import campaign_shown

if TYPE_CHECKING:
    from community.models import User

_TONES = {
    Target.State.WAITING: "warn",
    Target.State.ABSENT_ONCE: "warn",
    Target.State.ABSENT_TWICE: "bad",
    Target.State.DONE: "good",
    Target.State.REFUSED: "idle",
    Target.State.MOVED: "idle",
    Target.State.LEFT: "warn",
}


def doors_of(user: User, building: Building, campaign: Campaign | None) -> list[UnitOfDoors]:
    """Every door of the building by stairwell, the top floor first, in three queries."""
    return facade.draw(facade.homes_of(user, building), _saying(user, building, campaign))


def layer(user: User, building: Building) -> Say:
    """The layer of the register's picture: the state of the round that is open, else of the last; a tap opens the
    household."""
    say = _saying(user, building, campaign_shown(user))

    def without_a_way_on(household: Any) -> Mark:
        mark = say(household)
        return Mark(mark.word, mark.tone)

    return without_a_way_on


def _saying(user: User, building: Building, campaign: Campaign | None) -> Say:
    targets = _targets(user, building, campaign)
    is_open = campaign is not None and campaign.is_open
    return lambda household: _mark(household, _shown(targets.get(household.pk, [])), is_open=is_open)


def _targets(user: User, building: Building, campaign: Campaign | None) -> dict[Any, list[Target]]:
    found: dict[Any, list[Target]] = {}
    if campaign is not None:
        for target in Target.objects.visible_to(user).filter(campaign=campaign, building=building).order_by("due_on"):
            found.setdefault(target.household_id, []).append(target)
    return found


def _mark(household: Any, shown: Target | None, *, is_open: bool) -> Mark:
    history = reverse("visits:household_history", args=[household.pk])
    if shown is None:
        url = reverse("visits:record_household", args=[household.pk]) if is_open else history
        note, tone = (_("新住户"), "wait") if is_open else (_("有人住"), "idle")
        return Mark(note, tone, url=url)
    url = shown.get_absolute_url() if is_open and shown.is_due else history
    if shown.is_overdue:
        return Mark(_("已过期"), "bad", url=url)
    note = _waiting_for(shown) if shown.state == Target.State.WAITING else shown.get_state_display()
    return Mark(note, _TONES[Target.State(shown.state)], url=url)


def _waiting_for(target: Target) -> str:
    """What a door waits for, where it is not the quarter's own visit."""
    if target.kind == Target.Kind.QUARTERLY:
        return target.get_state_display()
    return _("关爱待访") if target.kind == Target.Kind.MONTHLY_CARE else target.get_kind_display()


def _shown(targets: list[Target]) -> Target | None:
    """The target that speaks for the door: what waits now before what is done, the quarter's own before the others."""
    month_end = Month.of(clock.today()).end
    now = [one for one in targets if one.kind == Target.Kind.QUARTERLY or one.due_on <= month_end]
    ranked = sorted(now, key=lambda one: (not one.is_due, one.kind != Target.Kind.QUARTERLY, one.due_on))
    return ranked[0] if ranked else None
