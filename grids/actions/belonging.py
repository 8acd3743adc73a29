"""The steps that every move is made of: one membership ends, another begins, somebody is the head.

Terms include both days: who moves on a day has lived at the old door until the day before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from core.scoping import locked
from grids.actions.changing import bump, stale
from grids.codes import Arrival, Departure, Relation
from grids.models import Household, Membership, Resident

if TYPE_CHECKING:
    from community.models import User

Relations = Mapping[UUID, str]
_WHY = "the people of a household already found"


def lock_households(*households: Household) -> list[Household]:
    """Fresh rows in the order given; locked in the order of their keys, so that two moves never wait in a ring."""
    rows = {one.pk: one for one in households}
    fresh = {pk: locked(rows[pk]) for pk in sorted(rows)}
    return [fresh[one.pk] for one in households]


def check_open(household: Household, version: int | None) -> None:
    """Refused where the household is gone, or has changed since the person saw it."""
    if version is not None and version != household.version:
        raise Refused(stale(household))
    if household.merged_into_id is not None:
        raise Refused(_("这一户已经并入另一户，请到那一户办理。"))
    if household.left_on is not None:
        raise Refused(_("这一户已经在 %(day)s 迁出。要住进新的一家，请登记新住户。") % {"day": household.left_on})


def check_day(day: date) -> None:
    if day > clock.today():
        raise Refused(_("日期不能晚于今天。"))


def members_of(household: Household) -> list[Membership]:
    """Who belongs to the household until further notice."""
    rows = Membership.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True)
    return list(rows.select_related("resident").order_by("relation", "pk"))


def chosen(members: Iterable[Membership], residents: Iterable[Resident]) -> list[Membership]:
    """The memberships of these residents; Refused where somebody is gone meanwhile or nobody was chosen."""
    wanted = {one.pk: one for one in residents}
    found = [one for one in members if one.resident_id in wanted]
    missing = set(wanted) - {one.resident_id for one in found}
    if missing:
        raise Refused(_("%(name)s已经不在这一户了，请重新打开页面看看。") % {"name": wanted[missing.pop()].name})
    if not found:
        raise Refused(_("请选至少一个人。"))
    return found


def begin(
    resident: Resident, household: Household, *, day: date, relation: str, how: Arrival, is_head: bool = False
) -> Membership:
    """A membership from `day` on; the resident's row is locked by the caller.

    Raises Refused for who has died, was not born yet, or lives elsewhere on that day.
    """
    name = {"name": resident.name}
    if resident.deceased_on is not None or resident.merged_into_id is not None:
        raise Refused(_("%(name)s已经登记为去世或并入别人名下，不能再登记住处。") % name)
    born = str(plain_of(resident.birth_date) or "")
    if born and day.isoformat()[: len(born)] < born:
        raise Refused(_("日期不能早于%(name)s的出生日期。") % name)
    if not is_head and relation in (Relation.HEAD, Relation.SELF):
        raise Refused(_("一户只有一位户主。请选%(name)s和户主的关系，要换户主请用“更换户主”。") % name)
    _check_lives_nowhere(resident, day)
    made = Membership(
        community_id=household.community_id,
        household=household,
        resident=resident,
        relation=Relation.HEAD if is_head else relation,
        starts_on=day,
        came_by=how,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as clash:
        raise Refused(_("%(name)s刚刚被登记到了另一户，请重新查一下。") % name) from clash
    return made


def _check_lives_nowhere(resident: Resident, day: date) -> None:
    homes = Membership.objects.unscoped(reason="whether somebody lives elsewhere").filter(
        resident=resident, is_primary=True
    )
    if homes.filter(ends_on__isnull=True).exists():
        raise Refused(_("%(name)s还登记在另一户。一个人只能有一个常住的家，请办理搬家。") % {"name": resident.name})
    last = homes.filter(ends_on__gte=day).order_by("-ends_on").values_list("ends_on", flat=True).first()
    if last is not None:
        words = {"name": resident.name, "day": last}
        raise Refused(_("%(name)s到 %(day)s 为止还登记在别处，日期要晚于这一天。") % words)


def leave(membership: Membership, *, day: date, how: Departure, elsewhere: bool = False) -> None:
    """The day before `day` was the last.

    What began on `day` itself: who lives elsewhere from that day never lived here, and the row goes (the record keeps
    it); of anybody else the one day stays, so that nobody is lost.
    """
    if membership.starts_on > day:
        words = {"name": membership.resident.name, "day": membership.starts_on}
        raise Refused(_("%(name)s从 %(day)s 起住在这里，日期不能早于这一天。") % words)
    if membership.starts_on == day and elsewhere:
        Membership.objects.unscoped(reason=_WHY).filter(pk=membership.pk).delete()
        return
    membership.ends_on = max(day - timedelta(days=1), membership.starts_on)
    membership.left_by = how
    membership.save(update_fields=["ends_on", "left_by"])


def settle_head(
    household: Household, *, left: Iterable[Membership], head: Resident | None, relations: Relations
) -> None:
    """See that a household whose head is among those who `left` has another one.

    Whoever stays alone is the head. Raises Refused where a new head, or somebody's relation to them, is not said.
    """
    staying = members_of(household)
    if not staying:
        household.head = None
        return
    before = next((one.resident for one in left if one.resident_id == household.head_id), None)
    if before is None:
        return
    if head is None and len(staying) > 1:
        raise Refused(_("%(name)s是户主。请在留下的人里选一位新户主，并写明其他人和他的关系。") % {"name": before.name})
    set_head(household, staying, head=head or staying[0].resident, relations=relations)


def set_head(household: Household, members: list[Membership], *, head: Resident, relations: Relations) -> None:
    """Make one of the members the head; everybody else's relation is the one given."""
    if head.pk not in {one.resident_id for one in members}:
        raise Refused(_("%(name)s不住在这一户，不能做这一户的户主。") % {"name": head.name})
    for one in members:
        relation = Relation.HEAD if one.resident_id == head.pk else relations.get(one.resident_id, "")
        if one.resident_id != head.pk and relation in ("", Relation.HEAD, Relation.SELF):
            raise Refused(_("请写明%(name)s和新户主的关系。") % {"name": one.resident.name})
        if one.relation != relation:
            one.relation = relation
            one.save(update_fields=["relation"])
    household.head = head


def saved(household: Household) -> Household:
    """Keep the head and the day it left, and move the version on."""
    household.save(update_fields=["head", "left_on", "merged_into"])
    bump(household)
    return household


def tell(verb: str, membership: Membership, *, by: User | None, changes: dict[str, Any] | None = None) -> None:
    """One event in the history of the membership's household; it never says where somebody came from or went to."""
    told = {"resident": [None, membership.resident.name], **(changes or {})}
    audit.record(verb, membership, by=by, changes=told, household_id=membership.household_id)
