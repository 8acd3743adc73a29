"""Who may stand in the register twice: pairs of records for the office to look at.

Suspicions, not findings: people share names, and twins a birth date. Two records with two different checked identity
cards are two people. What somebody has said is not the same is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.fields import plain_of, search_hash
from grids import identity
from grids.codes import IdType
from grids.models import Household, Membership, Merge, NotSame, Resident

if TYPE_CHECKING:
    from community.models import User

AT_MOST = 100
_ALL_PAIRS_UP_TO = 4
_WHY = "records of the community whose office looks for duplicates"

BIRTH, PHONE, PAPERS, NO_BIRTH, SAME_DOOR = "birth", "phone", "papers", "no_birth", "door"
REASONS: dict[str, Promise] = {
    BIRTH: _("姓名和出生日期相同"),
    PHONE: _("姓名和手机号相同"),
    PAPERS: _("同一个证件号码，写法不一样"),
    NO_BIRTH: _("同一幢楼里同名，其中一份没有出生日期"),
    SAME_DOOR: _("同一个门牌，户主或电话相同"),
}


@dataclass
class Pair:
    """Two records that may be one, and why."""

    one: Any
    other: Any
    reasons: list[str] = field(default_factory=list)

    @property
    def why(self) -> list[Promise]:
        return [REASONS[reason] for reason in self.reasons]


def residents(user: User, *, at_most: int = AT_MOST) -> list[Pair]:
    """The pairs of people within the communities whose office the user works in; those with more reasons first."""
    found: dict[tuple[UUID, UUID], Pair] = {}
    spoken = _said_before(user, Merge.Kind.RESIDENT)
    for reason, pair in _suspicions(user, at_most):
        key = _key(*pair)
        if key in spoken or (reason in (BIRTH, NO_BIRTH) and _two_cards(*pair)):
            continue
        one, other = sorted(pair, key=lambda each: each.pk)
        found.setdefault(key, Pair(one, other)).reasons.append(reason)
    ranked = sorted(found.values(), key=lambda pair: (-len(pair.reasons), pair.one.name, pair.one.pk))
    return ranked[:at_most]


def households(user: User, *, at_most: int = AT_MOST) -> list[Pair]:
    """The pairs of households at one door that have a head of one name, or one phone."""
    rows = Household.objects.visible_to(user).filter(community__in=user.scope.offices_communities).living_here()
    several = rows.order_by().values("dwelling").annotate(n=Count("pk")).filter(n__gt=1).values("dwelling")
    groups: dict[Any, list[Household]] = {}
    for one in rows.filter(dwelling__in=several).select_related("dwelling", "head").order_by("pk")[: at_most * 10]:
        groups.setdefault(one.dwelling_id, []).append(one)
    spoken = _said_before(user, Merge.Kind.HOUSEHOLD)
    pairs = [
        Pair(one, other, [SAME_DOOR])
        for group in groups.values()
        for one, other in _pairs(group)
        if _key(one, other) not in spoken and _same_family(one, other)
    ]
    return pairs[:at_most]


def _suspicions(user: User, at_most: int) -> Iterator[tuple[str, tuple[Resident, Resident]]]:
    people = Resident.objects.unscoped(reason=_WHY).filter(
        community__in=user.scope.offices_communities, merged_into__isnull=True, forgotten_on__isnull=True
    )
    for reason, column in ((BIRTH, "birth_date"), (PHONE, "phone")):
        same = people.exclude(**{column: ""}).order_by().values("community", "name", column)
        groups = same.annotate(n=Count("pk")).filter(n__gt=1)[:at_most]
        yield from _in_groups(reason, people, [_plain(group, column) for group in groups], column)
    yield from ((PAPERS, pair) for pair in _same_papers(people))
    yield from ((NO_BIRTH, pair) for pair in _same_building(user, at_most))


def _plain(group: dict[str, Any], column: str) -> tuple[Any, str, str]:
    return group["community"], group["name"], str(plain_of(group[column]))


def _in_groups(
    reason: str, people: Any, groups: Sequence[tuple[Any, str, str]], column: str
) -> Iterator[tuple[str, tuple[Resident, Resident]]]:
    """The people of all groups in one query, paired within their group."""
    wanted = set(groups)
    rows = people.filter(name__in={name for _c, name, _v in groups}, **{f"{column}__in": {v for _c, _n, v in groups}})
    sorted_out: dict[tuple[Any, str, str], list[Resident]] = {}
    for one in rows.order_by("pk"):
        key = (one.community_id, one.name, str(plain_of(getattr(one, column))))
        if key in wanted:
            sorted_out.setdefault(key, []).append(one)
    yield from ((reason, pair) for group in sorted_out.values() for pair in _pairs(group))


def _same_papers(people: Any) -> Iterator[tuple[Resident, Resident]]:
    """A number kept under another kind of paper, or with signs between, that is somebody's number all the same."""
    odd = people.exclude(id_type=IdType.IDENTITY_CARD).exclude(id_hash="").order_by("pk")[: AT_MOST * 10]
    by_hash = {search_hash(_bare(str(plain_of(one.id_number)))): one for one in odd}
    for other in people.filter(id_hash__in=by_hash):
        one = by_hash[other.id_hash]
        if one.pk != other.pk:
            yield one, other


def _bare(number: str) -> str:
    return identity.normal(number).replace("(", "").replace(")", "")


def _same_building(user: User, at_most: int) -> Iterator[tuple[Resident, Resident]]:
    """People of one name in one building of whom one has no birth date."""
    rows = Membership.objects.visible_to(user).filter(
        community__in=user.scope.offices_communities, ends_on__isnull=True, resident__merged_into__isnull=True
    )
    named = rows.order_by().values("household__building", "resident__name")
    blank = Count("resident", distinct=True, filter=Q(resident__birth_date=""))
    groups = named.annotate(n=Count("resident", distinct=True), blank=blank).filter(n__gt=1, blank__gt=0)[:at_most]
    wanted = {(one["household__building"], one["resident__name"]) for one in groups}
    found: dict[tuple[Any, str], list[Resident]] = {}
    members = rows.filter(
        household__building__in={building for building, _name in wanted}, resident__name__in={n for _b, n in wanted}
    )
    for member in members.select_related("resident", "household").order_by("resident"):
        key = (member.household.building_id, member.resident.name)
        if key in wanted and member.resident not in found.setdefault(key, []):
            found[key].append(member.resident)
    for group in found.values():
        yield from ((one, other) for one, other in _pairs(group) if not (one.birth_date and other.birth_date))


def _pairs(group: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    """Every two of a few; of many, each with the first."""
    return combinations(group, 2) if len(group) <= _ALL_PAIRS_UP_TO else ((group[0], one) for one in group[1:])


def _key(one: Any, other: Any) -> tuple[UUID, UUID]:
    first, second = sorted([one.pk, other.pk])
    return first, second


def _said_before(user: User, kind: str) -> set[tuple[UUID, UUID]]:
    rows = NotSame.objects.visible_to(user).filter(kind=kind)
    return set(rows.values_list("first_id", "second_id"))


def _two_cards(one: Resident, other: Resident) -> bool:
    both = (one, other)
    return all(each.id_hash and each.id_type == IdType.IDENTITY_CARD for each in both) and one.id_hash != other.id_hash


def _same_family(one: Household, other: Household) -> bool:
    heads = one.head is not None and other.head is not None and one.head.name == other.head.name
    return heads or (bool(one.phone) and one.phone == other.phone)
