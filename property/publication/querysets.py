"""Reads of publications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from community.roles import Role
from core.scoping import ScopedQuerySet
from grids.models import Household

if TYPE_CHECKING:
    from community.models import User
    from property.models import Book, Publication


def sees_published(user: User, publication: str = "") -> Q:
    """Published quarters are for who lives in the estate, its committee and the community's office; what is still
    being made is for the committee and the secretary."""
    scope = user.scope
    homes = Household.objects.unscoped(reason="the estates of one's own households").filter(pk__in=scope.households)
    estate, place = f"{publication}book__estate__in", f"{publication}community__in"
    out = Q(**{f"{publication}state__in": ("published", "superseded")})
    committee = Q(**{estate: scope.estates | scope.audited})
    secretary = Q(**{place: scope.ids("community", Role.SECRETARY)})
    office = Q(**{place: scope.offices_communities})
    residents = Q(**{estate: homes.values("building__estate")}) if scope.households else Q(pk__in=[])
    return committee | secretary | out & (office | residents)


class PublicationQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_published(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The publications of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def beside(self, publication: Publication) -> Self:
        """What was published of the same book as a publication found already: its other quarters and versions."""
        named = self.only("quarter", "version", "state")
        return named.filter(book=publication.book_id).out().newest_first().scoped()

    def out(self) -> Self:
        """What everybody of the estate may read: published, or published and since corrected."""
        return self.filter(state__in=self.model.OUT)

    def current(self) -> Self:
        """The valid version of each published quarter."""
        return self.filter(state=self.model.State.PUBLISHED)

    def unfinished(self) -> Self:
        return self.filter(state__in=self.model.UNFINISHED)

    def newest_first(self) -> Self:
        return self.order_by("-quarter", "-version")

    def by_code(self, code: str) -> Self:
        """The publication whose posted sheet carries this check code. Whoever reads the sheet may see the page."""
        return self.filter(check_code=code).out().scoped()

    def for_page(self) -> Self:
        """With everything that the page names besides its lines and signatures."""
        return self.select_related("book__estate", "book__community", "pdf", "supersedes", "root")

    def for_list(self) -> Self:
        return self.select_related("book__estate").newest_first()


class PartQuerySet(ScopedQuerySet[Any]):
    """Parts of a publication: its lines, signatures and cash proofs; seen by whoever sees the publication."""

    def visible_to(self, user: User) -> Self:
        return self.filter(sees_published(user, "publication__")).scoped()

    def of(self, publication: Publication) -> Self:
        """The parts of a publication found through its own `visible_to`."""
        return self.filter(publication=publication).scoped()
