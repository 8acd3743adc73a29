"""Reads of who owns what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from core.fields import search_hash
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet
from grids import identity

if TYPE_CHECKING:
    from community.access import Scope
    from community.models import User
    from grids.models import OwnerGroup

_OFFERED = 20
_TODAY = "what owner groups that are in scope themselves own today"


def owned_within(user: User, group: str = "") -> Q:
    """The office; the committee for its estate; the leader for whoever owns, or owned, something in the grid.

    `group` is the path to the owner group, with "__"; "" where the rows are the groups.
    """
    return _in_duty(user.scope, group) | Q(**{f"{group}estate__in": user.scope.estates})


def _in_duty(scope: Scope, group: str = "") -> Q:
    """The same without the committee."""
    from grids.models import Ownership

    seen = Q(community__in=scope.offices_communities)
    if scope.grids:
        owned = Ownership.objects.unscoped(reason="whether a group owns in one's grid")
        key = f"{group}pk" if group else "pk"
        seen |= Q(Exists(owned.filter(group=OuterRef(key), dwelling__building__grid__in=scope.grids)))
    return seen


class OwnerGroupQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The office; the committee for its estate; the leader for the owners in the grid."""
        return self.filter(owned_within(user)).scoped()

    def in_duty_of(self, scope: Scope) -> Self:
        """What the office and the leader answer for; not what the committee sees besides."""
        return self.filter(_in_duty(scope)).scoped()

    def for_list(self) -> Self:
        """With the voter and the estate joined, and what is owned today counted: `doors`, `area`, `unmeasured`."""
        today = _owned_today()
        return self.select_related("estate", "voter").annotate(
            doors=_counted(today, Count("pk")),
            area=_counted(today, Sum("dwelling__area")),
            unmeasured=_counted(today, Count("pk", filter=Q(dwelling__area__isnull=True))),
        )

    def containing(self, words: str) -> Self:
        """Whose label, owner's name or door holds the words."""
        from grids.models import Owner, Ownership

        owners = Owner.objects.unscoped(reason=_TODAY).filter(group=OuterRef("pk"), name__icontains=words)
        doors = Ownership.objects.unscoped(reason=_TODAY).current().filter(group=OuterRef("pk"))
        return self.filter(
            Q(label__icontains=words) | Exists(owners) | Exists(doors.filter(dwelling__label__contains=words))
        )

    def without_voter(self) -> Self:
        return self.filter(voter__isnull=True)

    def without_area(self) -> Self:
        """With a dwelling whose area nobody has written down."""
        return self.filter(Exists(_owned_today().filter(dwelling__area__isnull=True)))

    def owning(self) -> Self:
        """With something that is owned today: each is a voter."""
        return self.filter(Exists(_owned_today()))

    def without_dwelling(self) -> Self:
        """With nothing that is owned today: such a group has no vote."""
        return self.filter(~Exists(_owned_today()))

    def doubled(self) -> Self:
        """Groups of which an owner stands in another group of the same estate too."""
        from grids.models import Owner

        owners = Owner.objects.unscoped(reason="whether an owner stands in two groups of one estate")
        return self.filter(Exists(owners.doubled().filter(group=OuterRef("pk"))))

    def sharing_owners_with(self, group: OwnerGroup) -> Self:
        """Other groups of the estate with an owner of this one, each once; the group was found through its scope."""
        from grids.models import Owner

        owners = Owner.objects.unscoped(reason="owners of a group already found")
        own = owners.filter(group=group)
        alike = owners.filter(group=OuterRef("pk")).filter(
            Q(resident__isnull=False, resident__in=own.filter(resident__isnull=False).values("resident"))
            | Q(id_hash__in=own.exclude(id_hash="").values("id_hash"))
        )
        return self.filter(Exists(alike), estate=group.estate_id).exclude(pk=group.pk)


class OwnerQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owned_within(user, "group__")).scoped()

    def of(self, group: OwnerGroup) -> Self:
        """The owners of a group that was found through `visible_to`."""
        return self.filter(group=group).select_related("resident").order_by("pk").scoped()

    def for_sheet(self) -> Self:
        """With the group, in `owned` what it owns today, and in `resident.homes` where each lives, or lived last."""
        from grids.models import Membership, Ownership

        terms = Membership.objects.unscoped(reason="in whose record a reading of owners in scope stands")
        last = terms.order_by(F("ends_on").desc(nulls_first=True), "-is_primary", "-starts_on")
        owned = Ownership.objects.unscoped(reason=_TODAY).current().order_by("dwelling__label")
        return self.select_related("group__estate", "resident").prefetch_related(
            Prefetch("resident__memberships", last.select_related("household__dwelling"), to_attr="homes"),
            Prefetch("group__ownerships", owned.select_related("dwelling"), to_attr="owned"),
        )

    def doubled(self) -> Self:
        """Those whose resident or identity number stands in another group of the same estate too."""
        others = self.model.objects.unscoped(reason="whether an owner stands in two groups of one estate")
        others = others.filter(community=OuterRef("community"), group__estate=OuterRef("group__estate"))
        others = others.exclude(group=OuterRef("group"))
        return self.filter(
            Q(Exists(others.filter(resident=OuterRef("resident"))))
            | ~Q(id_hash="") & Q(Exists(others.filter(id_hash=OuterRef("id_hash"))))
        )


class OwnershipQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities)
            | Q(group__estate__in=scope.estates)
            | Q(dwelling__building__grid__in=scope.grids)
        ).scoped()

    def of_dwelling(self, dwelling: Any) -> Self:
        """The owners of a dwelling that was found through its own scope, the newest first."""
        return self.filter(dwelling=dwelling).select_related("group").scoped()

    def for_list(self) -> Self:
        return self.select_related("dwelling__building__grid").order_by(
            F("ends_on").desc(nulls_first=True), "dwelling__label", "-starts_on"
        )

    @staticmethod
    def open_as(attribute: str) -> Prefetch[Any]:
        """The one that holds today of each dwelling, as a list in `attribute`; for dwellings in scope."""
        from grids.models import Ownership

        rows = Ownership.objects.unscoped(reason="owners of dwellings that are in scope themselves")
        return Prefetch("ownerships", rows.current().select_related("group"), to_attr=attribute)


def _owned_today() -> Any:
    from grids.models import Ownership

    return Ownership.objects.unscoped(reason=_TODAY).current().filter(group=OuterRef("pk"))


def _counted(rows: Any, what: Any) -> Coalesce:
    counted = rows.order_by().values("group").annotate(found=what).values("found")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def residents_like(user: User, community_id: int, name: str, id_number: str = "", *, chosen: str = "") -> list[Any]:
    """Residents whom an owner may be: by the beginning of the name, by the identity number, or chosen before.

    At most twenty, each with `homes`, where they live today; three queries.
    """
    from grids.models import Membership, Resident

    wanted = Q(pk__in=[chosen] if _is_uuid(chosen) else [])
    if name.strip():
        wanted |= Q(name__startswith=name.strip())
    if id_number.strip():
        wanted |= Q(id_hash=search_hash(identity.normal(id_number)))
    homes = Membership.objects.visible_to(user).current().select_related("household__dwelling")
    rows = Resident.objects.visible_to(user).filter(wanted, community=community_id, merged_into__isnull=True)
    found = rows.prefetch_related(Prefetch("memberships", homes, to_attr="homes")).order_by("name", "pk")
    return list(found[:_OFFERED])


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
