"""Reads of the keys of other systems, and of the requests that are told to such systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from community.roles import Role
from core.scoping import ScopedQuerySet
from helpdesk.categories import MEDIATION

if TYPE_CHECKING:
    from community.models import User

# Of these no other system learns that they exist.
_KEPT = {"is_confidential": True, "never_public": True, "slug": MEDIATION}


class ApiKeyQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the secretary alone."""
        return self.filter(community__in=user.scope.ids("community", Role.SECRETARY)).scoped()


class OutsideRequestQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the secretary alone."""
        return self.filter(community__in=user.scope.ids("community", Role.SECRETARY)).scoped()

    def sent_by(self, community_id: int, system: str) -> Self:
        """What this system has sent to the community."""
        return self.filter(community=community_id, system=system).unscoped(reason="what the system itself has sent")


def told_categories(community_id: int) -> Any:
    """The categories of which other systems may read and send requests: nothing confidential, nothing private."""
    from helpdesk.models import Category

    rows = Category.objects.unscoped(reason="what a community deals with is no secret")
    return rows.filter(community=community_id).exclude(_kept())


def told_requests(community_id: int) -> Any:
    """The requests of a community that a system with its key may read about."""
    from helpdesk.models import ServiceRequest

    rows = ServiceRequest.objects.unscoped(reason="a key reads its own community, as far as the rules here go")
    own = rows.filter(community=community_id, is_confidential=False, has_parties=False, has_informant=False)
    return own.exclude(_kept("category__")).select_related("category", "building", "fixture", "community")


def _kept(prefix: str = "") -> Q:
    found = Q()
    for name, value in _KEPT.items():
        found |= Q(**{f"{prefix}{name}": value})
    return found
