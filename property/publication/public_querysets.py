"""Reads of what residents add to a published quarter: they are seen by whoever sees the quarter itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from community.roles import Role
from core.scoping import ScopedQuerySet
from property.publication.querysets import sees_published

if TYPE_CHECKING:
    from community.models import User
    from property.models import AuditPetition, Book, Publication


class QuestionQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_published(user, "publication__")).scoped()

    def of(self, publication: Publication) -> Self:
        """The questions about a publication found through its own `visible_to`; not those that were taken back."""
        return self.filter(publication=publication).exclude(state="withdrawn").scoped()

    def about(self, section: int, position: int) -> Self:
        return self.filter(section=section, position=position)

    def open(self) -> Self:
        return self.filter(state="open")

    def of_book(self, book: Book) -> Self:
        """All that was asked about the quarters of a book found already."""
        return self.filter(publication__book=book).exclude(state="withdrawn").scoped()


class PostingPhotoQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_published(user, "publication__")).scoped()

    def of(self, publication: Publication) -> Self:
        """The photos of a publication found through its own `visible_to`."""
        return self.filter(publication=publication).select_related("attachment").scoped()


class PetitionQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_published(user, "publication__")).scoped()

    def of(self, publication: Publication) -> Self:
        """The petitions about a publication found through its own `visible_to`."""
        return self.filter(publication=publication).scoped()

    def running(self) -> Self:
        return self.exclude(state="ended")

    def for_page(self) -> Self:
        return self.select_related("publication__book__estate")

    def with_counts(self) -> Self:
        """With `people` and `area` (0.01 m²) of those whose signatures stand."""
        from property.models import PetitionSignature

        rows = PetitionSignature.objects.unscoped(reason="numbers of petitions that are in scope themselves")
        own = rows.filter(petition=OuterRef("pk"), withdrawn_at__isnull=True).order_by().values("petition")
        return self.annotate(
            people=Coalesce(Subquery(own.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
            area=Coalesce(Subquery(own.annotate(n=Sum("area")).values("n"), output_field=IntegerField()), 0),
        )


class PetitionSignatureQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own household's; the secretary all, to check them. Nobody else sees who signed."""
        scope = user.scope
        return self.filter(
            Q(household__in=scope.households) | Q(community__in=scope.ids("community", Role.SECRETARY))
        ).scoped()

    def of(self, petition: AuditPetition) -> Self:
        return self.filter(petition=petition)

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)
