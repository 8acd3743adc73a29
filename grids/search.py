"""What the register brings to the search in the head: people, doors and owners, each with the reason why it is there.

Three queries for people and doors together with what they hang on, however many are found, and one for owners; all of
them begin with the community, by which every index begins. Values are shown masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import search
from community.access import Permission
from community.search import Hit, Section, Sought
from core import clock
from core.templatetags.portal import day
from grids.models import Building, Dwelling, Estate, Household, Membership, Owner
from grids.querysets import matching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from community.models import User


_HOUSEHOLDS_A_DOOR = 4


def register() -> None:
    """Add the register's sections to the search."""
    search.register(Section("people", gettext_lazy("人和住户"), people, Permission.HOUSEHOLD_VIEW, order=10))
    search.register(Section("doors", gettext_lazy("楼栋和门牌"), doors, Permission.HOUSEHOLD_VIEW, order=20))
    search.register(Section("owners", gettext_lazy("业主"), owners, Permission.OWNERS_VIEW, order=30))


def address(user: User) -> str:
    """Where the search in the head leads, or ""."""
    return reverse("grids:search") if search.is_open_to(user) else ""


def people(user: User, sought: Sought, most: int) -> list[Hit]:
    """Residents by name, pinyin, initials, phone or identity number, with the household where they are, or were last.

    One hit a person, within one's own duty: who has moved to another grid is told as having moved away, not where to.
    """
    meant = matching.person_matches(sought, "resident__")
    if meant is None:
        return []
    found = (
        Membership.objects.visible_to(user)
        .filter(meant, community__in=user.scope.communities, resident__community__in=user.scope.communities)
        .filter(resident__merged_into=None, resident__forgotten_on=None, household__merged_into=None)
        .select_related("resident", "household__dwelling")
        .defer("resident__id_number")
        .order_by(_closest(sought), F("ends_on").desc(nulls_first=True), "resident__name", "resident_id", "-is_primary")
    )
    first: dict[Any, Hit] = {}
    for membership in found[: most * 2]:
        if len(first) < most:
            first.setdefault(membership.resident_id, _person(membership, sought))
    return list(first.values())


def doors(user: User, sought: Sought, most: int) -> list[Hit]:
    """Buildings, households by their door or telephone, and doors behind which nobody lives."""
    codes: Collection[str] = ()
    if any(char.isdigit() for char in sought.text):
        codes = set(Estate.objects.visible_to(user).values_list("code", flat=True))
    buildings = _buildings(user, matching.building_matches(sought, codes), most)
    dwellings = _dwellings(user, matching.door_matches(sought, codes), most)
    households = _households(user, dwellings, matching.phone_matches(sought), most)
    return [*map(_building, buildings), *_homes(dwellings, households, sought)][:most]


def _buildings(user: User, meant: Q | None, most: int) -> list[Building]:
    if meant is None:
        return []
    found = Building.objects.in_duty_of(user).filter(meant, community__in=user.scope.communities)
    return list(found.select_related("grid", "estate")[:most])


def _dwellings(user: User, meant: Q | None, most: int) -> list[Dwelling]:
    if meant is None:
        return []
    found = Dwelling.objects.in_duty_of(user).filter(meant, community__in=user.scope.communities)
    return list(found.order_by("building__order", "building", "unit__number", "room_no")[:most])


def _households(user: User, dwellings: list[Dwelling], phone: Q | None, most: int) -> list[Household]:
    """Who lives, or lived, behind these doors, and whose telephone is meant; those who live here first."""
    behind = Q(dwelling__in=dwellings) if dwellings else None
    meant = behind if phone is None else phone if behind is None else phone | behind
    if meant is None:
        return []
    found = Household.objects.visible_to(user).filter(meant, community__in=user.scope.communities, merged_into=None)
    ordered = (
        found.select_related("dwelling", "head")
        .defer("head__id_number")
        .order_by(F("left_on").asc(nulls_first=True), "pk")
    )
    return list(ordered[: most * _HOUSEHOLDS_A_DOOR])


def owners(user: User, sought: Sought, most: int) -> list[Hit]:
    """Owners by name, whole phone or papers."""
    meant = matching.owner_matches(sought)
    if meant is None:
        return []
    found = Owner.objects.visible_to(user).filter(meant, community__in=user.scope.communities)
    return [
        _owner(one, sought)
        for one in found.select_related("group__estate").defer("id_number").order_by("name", "pk")[:most]
    ]


def _closest(sought: Sought) -> Case:
    """The whole name before its beginning, its beginning before any other part."""
    whole = Q(resident__name=sought.bare) | Q(resident__pinyin=sought.latin) | Q(resident__initials=sought.latin)
    begins = Q(resident__name__startswith=sought.bare)
    if sought.latin:
        begins |= Q(resident__pinyin__startswith=sought.latin) | Q(resident__initials__startswith=sought.latin)
    else:
        whole = Q(resident__name=sought.bare)
    return Case(When(whole, Value(0)), When(begins, Value(1)), default=Value(2), output_field=IntegerField())


def _person(membership: Any, sought: Sought) -> Hit:
    person, home = membership.resident, membership.household
    because, matched, is_whole = _why(person, sought)
    return Hit(
        title=person.name,
        url=home.get_absolute_url(),
        because=because,
        matched=matched,
        detail=home.dwelling.label,
        mark=_gone(membership),
        confirmed=person if is_whole else None,
        household_id=home.pk,
    )


def _why(person: Any, sought: Sought) -> tuple[str, str, bool]:
    """Which part of a resident or an owner is meant, that part, and whether a number as a whole was confirmed."""
    if sought.tail and getattr(person, "phone_tail", "") == sought.tail:
        return _("手机尾号"), sought.tail, False
    if person.phone.plain in sought.phones:
        return _("手机号"), str(person.phone), True
    papers = matching.papers_of(sought)
    if papers and person.id_hash == papers:
        return _("证件号码"), str(person.id_number), True
    latin = sought.latin
    if latin and person.name.casefold().find(sought.text.casefold()) < 0:
        if getattr(person, "initials", "").startswith(latin):
            return _("拼音首字母"), latin, False
        return _("拼音"), latin, False
    return _("姓名"), sought.text, False


def _gone(membership: Any) -> str:
    """What sets a former member apart."""
    if membership.resident.deceased_on is not None:
        return _("已去世")
    if membership.ends_on is not None and membership.ends_on < clock.today():
        return _("%(day)s搬走了") % {"day": day(membership.ends_on)}
    if membership.starts_on > clock.today():
        return _("%(day)s搬来") % {"day": day(membership.starts_on)}
    return ""


def _building(building: Any) -> Hit:
    grid = str(building.grid) if building.grid else _("还没有划入网格")
    url = reverse("grids:building", args=[building.pk])
    return Hit(building.label, url, _("楼栋"), building.label, detail=f"{building.estate} · {grid}")


def _homes(dwellings: Iterable[Dwelling], households: Iterable[Any], sought: Sought) -> list[Hit]:
    """Whose phone it is first; then door by door who lives there; then those who have left."""
    behind: dict[Any, list[Any]] = {one.pk: [] for one in dwellings}
    by_phone, left = [], []
    for household in households:
        if household.dwelling_id not in behind:
            by_phone.append(household)
        elif household.left_on is None:
            behind[household.dwelling_id].append(household)
        else:
            left.append(household)
    found = [_home(one, _("联系电话"), sought.tail or str(one.phone), bool(sought.phones)) for one in by_phone]
    for dwelling in dwellings:
        living = behind[dwelling.pk]
        found += [_home(one, _("门牌"), dwelling.label) for one in living] or [_vacant(dwelling)]
    return found + [_home(one, _("门牌"), one.dwelling.label) for one in left]


def _home(household: Any, because: str, matched: str, is_whole: bool = False) -> Hit:
    head = household.head.name if household.head else ""
    return Hit(
        title=household.dwelling.label,
        url=household.get_absolute_url(),
        because=because,
        matched=matched,
        detail=" · ".join(part for part in (head, household.get_kind_display()) if part),
        mark=_("%(day)s搬走了") % {"day": day(household.left_on)} if household.left_on else "",
        confirmed=household if is_whole else None,
        household_id=household.pk,
    )


def _vacant(dwelling: Dwelling) -> Hit:
    url = reverse("grids:building", args=[dwelling.building_id])
    return Hit(dwelling.label, url, _("门牌"), dwelling.label, mark=_("空置"))


def _owner(owner: Any, sought: Sought) -> Hit:
    because, matched, is_whole = _why(owner, sought)
    return Hit(
        title=owner.name,
        url=owner.group.get_absolute_url(),
        because=because,
        matched=matched,
        detail=f"{owner.group.estate} · {owner.group.label}",
        confirmed=owner if is_whole else None,
    )
