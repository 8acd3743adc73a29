"""Templates of shifts, and what stewards wish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.duty.actions.rights import office
from stewards.models import Roster, ShiftTemplate, ShiftWish, TemplateSlot

if TYPE_CHECKING:
    from community.models import Community, User
    from stewards.models import Skill, Steward

_WHY = "a template already found, and its own rows"


class Need(NamedTuple):
    """So many people of a skill, or of any, and so many reserves."""

    skill: Skill | None
    minimum: int
    reserves: int = 0


@transaction.atomic
def add_template(
    community: Community,
    *,
    by: User,
    name: str,
    place: str,
    weekdays: Sequence[int],
    starts_at: time,
    ends_at: time,
    needs: Sequence[Need],
) -> ShiftTemplate:
    """A shift that comes again on these weekdays (0 is Monday); ends on the next day where the end is not later."""
    office(community.pk, by)
    community = locked(community)
    _free_name(community.pk, name)
    template = ShiftTemplate.objects.create(
        community=community,
        name=name,
        place=place,
        weekdays=sorted(weekdays),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _write_needs(template, needs)
    audit.record("shift_template_added", template, by=by, changes={"name": [None, name]})
    return template


@transaction.atomic
def change_template(
    template: ShiftTemplate,
    *,
    by: User,
    version: int,
    name: str,
    place: str,
    weekdays: Sequence[int],
    starts_at: time,
    ends_at: time,
    needs: Sequence[Need],
) -> ShiftTemplate:
    """Change a template for the rosters that are made from now on; Refused where another changed it meanwhile."""
    office(template.community_id, by)
    template = locked(template)
    if template.version != version:
        raise Refused(_("有人刚改过这个班次，请看看现在的样子再改。"))
    if name != template.name:
        _free_name(template.community_id, name)
    given = {"name": name, "place": place, "weekdays": sorted(weekdays), "starts_at": starts_at, "ends_at": ends_at}
    changes = {
        field: [str(getattr(template, field)), str(value)]
        for field, value in given.items()
        if getattr(template, field) != value
    }
    for field, value in given.items():
        setattr(template, field, value)
    template.version += 1
    template.save()
    template.slots.all().unscoped(reason=_WHY).delete()
    _write_needs(template, needs)
    audit.record("shift_template_changed", template, by=by, changes=changes)
    return template


@transaction.atomic
def retire(template: ShiftTemplate, *, by: User) -> ShiftTemplate:
    """No more shifts of it in rosters that are made from now on."""
    return _use(template, by, is_active=False, verb="shift_template_retired")


@transaction.atomic
def take_up(template: ShiftTemplate, *, by: User) -> ShiftTemplate:
    """Use a retired template again."""
    return _use(template, by, is_active=True, verb="shift_template_taken_up")


@transaction.atomic
def wish(steward: Steward, *, by: User, wishes: dict[ShiftTemplate, int]) -> None:
    """What a steward likes (1), would rather not (−1) or does not mind (0), of the shifts that come again."""
    if steward.user_id != by.pk:
        office(steward.community_id, by)
    locked(steward)
    ShiftWish.objects.unscoped(reason=_WHY).filter(steward=steward, template__in=list(wishes)).delete()
    ShiftWish.objects.unscoped(reason=_WHY).bulk_create(
        ShiftWish(community_id=steward.community_id, steward=steward, template=template, wish=wish)
        for template, wish in wishes.items()
        if wish
    )
    audit.record("shift_wished", steward, by=by, changes={"count": sum(map(bool, wishes.values()))})


def rosters_ahead(template: ShiftTemplate) -> list[Roster]:
    """The rosters not yet over that have shifts of the template in writing: a change does not touch them."""
    rows = Roster.objects.unscoped(reason=_WHY).filter(shifts__template=template, last__gte=clock.today())
    return list(rows.distinct().order_by("first"))


def _use(template: ShiftTemplate, by: User, *, is_active: bool, verb: str) -> ShiftTemplate:
    office(template.community_id, by)
    template = locked(template)
    if template.is_active != is_active:
        template.is_active = is_active
        template.version += 1
        template.save(update_fields=["is_active", "version"])
        audit.record(verb, template, by=by)
    return template


def _free_name(community_id: int, name: str) -> None:
    if ShiftTemplate.objects.unscoped(reason=_WHY).filter(community=community_id, name=name).exists():
        raise Refused(_("已经有一个班次叫“%(name)s”，请换个名字。") % {"name": name})


def _write_needs(template: ShiftTemplate, needs: Sequence[Need]) -> None:
    TemplateSlot.objects.unscoped(reason=_WHY).bulk_create(
        TemplateSlot(
            community_id=template.community_id,
            template=template,
            skill=need.skill,
            minimum=need.minimum,
            reserves=need.reserves,
        )
        for need in needs
    )
