"""Reads of requests and what belongs to them."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q

from community.models import Appointment
from community.questions import rows_for
from community.roles import Role
from core import clock
from core.scoping import ScopedQuerySet
from core.sql import rows_within
from helpdesk.states import INTERNAL, OPEN, RETURNS, State

if TYPE_CHECKING:
    from community.access import Scope
    from community.models import User
    from helpdesk.models import Category, Fixture, ServiceRequest

# The columns that a list of requests shows, or that what it shows is worked out from.
LISTED = (
    "number", "title", "category__name", "category__banner", "finish_kind",
    "place", "place_kind", "building", "reporter", "handler__name", "handler_role",
    "state", "submitted_at", "due_at", "resolved_at", "closed_at", "has_parties", "has_informant", "logged_by",
    "escalation",
)  # fmt: skip

_TALLY = "SELECT state, COUNT(*), COUNT(CASE WHEN due_at < %s THEN 1 END) FROM narrowed GROUP BY state"


def led(scope: Scope, prefix: str = "") -> list[Q]:
    """The conditions that the user leads the grid or works in the office; the secretary alone where confidential.

    What the user does not hold is left out: a query without it is written sooner than one that says "in nothing".
    """
    plain = Q(**{f"{prefix}is_confidential": False})
    held = {
        f"{prefix}community__in": scope.offices_communities,
        f"{prefix}grid__in": scope.grids,
    }
    secretary = scope.ids("community", Role.SECRETARY)
    ways = [plain & Q(**{column: ids}) for column, ids in held.items() if ids]
    return [*ways, Q(**{f"{prefix}community__in": secretary})] if secretary else ways


def in_hand(user: User, prefix: str = "") -> list[Q]:
    """The conditions that the user handles the request, alone or with others."""
    from helpdesk.models import ServiceRequest

    helped = ServiceRequest.co_handlers.through.objects.filter(user=user).values("servicerequest")
    return [Q(**{f"{prefix}handler": user}), Q(**{f"{prefix}pk__in": helped})]


def own_sides(user: User) -> Any:
    """The sides of mediations that the user's household is."""
    from helpdesk.models import Party

    return Party.objects.unscoped(reason="the own household's").filter(household__in=user.scope.households)


def works_on(user: User, prefix: str = "") -> Q:
    """The condition that the user leads or handles the request; nobody does where the own household is a side."""
    works = reduce(or_, [*in_hand(user, prefix), *led(user.scope, prefix)])
    if not user.scope.households:
        return works
    return works & ~Q(**{f"{prefix}has_parties": True, f"{prefix}pk__in": own_sides(user).values("request")})


def seen(user: User, prefix: str = "") -> Q:
    """The condition that the user may see the request."""
    return Q(**{f"{prefix}reporter": user}) | Q(**{f"{prefix}logged_by": user}) | works_on(user, prefix)


def reads(user: User, prefix: str = "") -> Q:
    """The condition that the user may read the update: of a mediation each household its own and what is for both.

    Whoever works on a mediation reads all of it; whoever only wrote it down reads what they wrote.
    """
    asked, two = f"{prefix}request__", Q(**{f"{prefix}request__has_parties": True})
    theirs = reduce(or_, [_own_words(user, prefix), _first_word(user, prefix), *_as_side(user, prefix)])
    of_two = works_on(user, asked) | theirs & ~Q(**{f"{prefix}kind": "note"})
    return ~two & seen(user, asked) | two & of_two


def _own_words(user: User, prefix: str) -> Q:
    """What one has said oneself about a request that one wrote down or asked for."""
    asked = Q(**{f"{prefix}request__logged_by": user}) | Q(**{f"{prefix}request__reporter": user})
    return Q(**{f"{prefix}by": user}) & asked


def _first_word(user: User, prefix: str) -> Q:
    """What the one who asked reads: their household's, unless they live in the other one by now."""
    for_them = Q(**{f"{prefix}party__isnull": True}) | Q(**{f"{prefix}party__side": "first"})
    crossed = own_sides(user).filter(side="second").values("request")
    return Q(**{f"{prefix}request__reporter": user}) & for_them & ~Q(**{f"{prefix}request__in": crossed})


def _as_side(user: User, prefix: str) -> list[Q]:
    """What the user's household reads: its own, and what was said to both since it is a side."""
    if not user.scope.households:
        return []
    sides = _told(own_sides(user))
    since = sides.filter(request=OuterRef(f"{prefix}request"), created_at__lte=OuterRef(f"{prefix}at"))
    return [Q(**{f"{prefix}party__in": sides.values("pk")}), Q(**{f"{prefix}party__isnull": True}) & Q(Exists(since))]


def _told(sides: Any) -> Any:
    """Those who know of it: the other household learns of a mediation when somebody has accepted it."""
    return sides.filter(Q(side="first") | Q(request__accepted_at__isnull=False))


class CategoryQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Categories are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def in_use(self) -> Self:
        return self.filter(is_active=True)


def categories_for(user: User) -> list[Category]:
    """The categories that `user` can ask under, in order: the same for every request that is logged."""
    return [_category(row) for row in rows_for(user, _in_use)]


def category_for(user: User, key: str) -> Category | None:
    """The one of them that a form has sent."""
    return next((_category(row) for row in rows_for(user, _in_use) if str(row[0]) == key), None)


def _category(row: tuple[Any, ...]) -> Category:
    from helpdesk.models import Category

    return Category.from_db(connection.alias, [field.attname for field in Category._meta.concrete_fields], row)


def _in_use(user: User) -> Any:
    from helpdesk.models import Category

    return Category.objects.visible_to(user).in_use().values_list()


class ServiceRequestQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who asked, wrote it down, handle or lead it; what is confidential leads the secretary alone."""
        return self.filter(seen(user)).scoped()

    def reported_by(self, user: User) -> Self:
        """One's own requests, those in confidence too; each half by an index of its own."""
        from helpdesk.models import Informant, ServiceRequest

        here = {"community__in": user.scope.communities}
        told = Informant.objects.unscoped(reason="the own word").filter(user=user, **here)
        own = ServiceRequest.objects.unscoped(reason="the own word").filter(reporter=user, **here)
        ids = own.order_by().values("pk").union(told.order_by().values("request"), all=True)
        return self.filter(pk__in=ids, **here).scoped()

    def in_confidence(self, user: User) -> Self:
        """What one has asked in confidence: nothing of its row says so."""
        from helpdesk.models import Informant

        told = Informant.objects.unscoped(reason="the own word").filter(user=user)
        return self.filter(
            community__in=user.scope.communities, has_informant=True, pk__in=told.values("request")
        ).scoped()

    def for_neighbours(self, category: Category, fixture: Fixture | None = None) -> Self:
        """Open ones of a category that whoever is about to ask the same may be told of: what neighbours may know.

        About a fixture all of them; of those that are not for neighbours nothing is shown but that they are there.
        """
        found = self.filter(
            community=category.community_id,
            category=category,
            state__in=OPEN,
            is_confidential=False,
            has_informant=False,
            has_parties=False,
        )
        return (found.filter(fixture=fixture) if fixture else found.filter(visibility="neighbourhood")).scoped()

    def as_side(self, user: User) -> Self:
        """Mediations of the user's household, for those who live there."""
        return self.filter(
            community__in=user.scope.communities, pk__in=_told(own_sides(user)).values("request")
        ).scoped()

    def led_by(self, user: User) -> Self:
        """Those of one's own grids and communities; what one only handles or asked for is left out."""
        return self._counted(user, led(user.scope))

    def counted_for(self, user: User) -> Self:
        """The same and, for numbers alone, all but what is confidential where one observes for the street."""
        observed = user.scope.ids("community", Role.STREET_OBSERVER)
        numbers = [Q(community__in=observed, is_confidential=False)] if observed else []
        return self._counted(user, [*led(user.scope), *numbers])

    def _counted(self, user: User, ways: list[Q]) -> Self:
        rows = self.filter(reduce(or_, ways, Q(pk__in=[])))
        if user.scope.households:
            rows = rows.exclude(has_parties=True, pk__in=own_sides(user).values("request"))
        return rows.scoped()

    def for_list(self) -> Self:
        """What a list shows, already joined, and nothing else."""
        return self.select_related("category", "handler").only(*LISTED)

    def for_sheet(self) -> Self:
        """Whole rows again, with what a spreadsheet shows already joined."""
        return self.defer(None).select_related("category", "grid", "handler")

    def for_page(self) -> Self:
        """With what the page of a request shows already joined."""
        return self.select_related("category", "grid", "handler", "building")

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def overdue(self) -> Self:
        """Still open, and past the promised day."""
        return self.open().filter(due_at__lt=clock.now())

    def tallied(self) -> dict[str, int]:
        """How many are open, overdue, and in the states that wait for those who lead; counted by state, summed here."""
        running: Any = self.open().order_by().values_list("state", "due_at")
        found = rows_within(running, "state, due_at", _TALLY, clock.now())
        counts = {state: count for state, count, _late in found}
        return {
            "open": sum(counts.values()),
            "overdue": sum(overdue for _state, _count, overdue in found),
            "submitted": counts.get(State.SUBMITTED, 0),
            "review": counts.get(State.REVIEW, 0),
        }

    def containing(self, words: str) -> Self:
        """Those whose number, title, text, place or reporter holds every word."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(place__icontains=word)
                | Q(reporter_name__icontains=word)
            )
        return found

    def waiting_for(self, user: User) -> Self:
        """Those whose next step is this user's: to triage, to hand out, to sign for, to handle, to review, to rate."""
        scope, today = user.scope, clock.today()
        # Set aside or with a body outside, until the day on which somebody looks again.
        looked = Q(review_on__lte=today) | Q(next_check_on__lte=today)
        steps = (
            Q(handler=user) & (Q(state__in=[State.DISPATCHED, State.IN_PROGRESS]) | looked)
            | Q(state__in=[State.RESOLVED, State.NEED_INFO], reporter=user)
            | _desk_steps(user)
        )
        # The states once more, by themselves: they begin the index, and nearly all rows have ended.
        return self.filter(steps, community__in=scope.communities, state__in=[*OPEN, State.RESOLVED]).scoped()

    def unrated_since(self, moment: datetime) -> Self:
        """Resolved at or before `moment` and not rated; for the job that closes them."""
        return self.filter(state=State.RESOLVED, resolved_at__lte=moment).unscoped(
            reason="a job closes what nobody rated"
        )

    def unanswered_at(self, moment: datetime) -> Self:
        """Asked something that was to be answered by `moment`; for the job that lets them go on."""
        return self.filter(state=State.NEED_INFO, answer_due_at__lte=moment).unscoped(
            reason="a job goes on with what nobody answered"
        )


class UpdateQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(reads(user)).scoped()

    def in_confidence(self, user: User) -> Self:
        """Those of what one has asked in confidence."""
        from helpdesk.models import ServiceRequest

        return self.filter(request__in=ServiceRequest.objects.in_confidence(user)).scoped()

    def told(self, request: ServiceRequest, user: User) -> Self:
        """The updates of a request that was found for the user, of a mediation as far as they may read them."""
        return self.of(request).filter(reads(user)) if request.has_parties else self.of(request)

    def of(self, request: ServiceRequest) -> Self:
        """The updates of a request that was found through `visible_to`, with their photos, oldest first."""
        from helpdesk.models import UpdatePhoto

        photos = UpdatePhoto.objects.unscoped(reason="photos of a request already found")
        return (
            self.filter(community_id=request.community_id, request=request)
            .select_related("by")
            .prefetch_related(Prefetch("photos", photos, to_attr="pictures"))
            .scoped()
        )

    def last_step(self, request: ServiceRequest, user: User | None, *, works: bool = True) -> Any:
        """The newest step of a request already found that the user may read, or None; what is between those who work
        on it only where the user does."""
        steps = (self.told(request, user) if user else self.of(request)).filter(kind="step")
        return (steps if works else steps.exclude(action__in=INTERNAL)).last()


class UpdatePhotoQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(reads(user, "update__")).scoped()

    def followed_from(self, request: ServiceRequest) -> Self:
        """Of the request that this one follows: photos of the work done, unless it is in a home. Else none."""
        work = {"moment": "after", "update__action__in": ("reply", "report_back")}
        rows = self.filter(update__request=request.master_id, **work).exclude(update__request__place_kind="home")
        return rows.scoped() if request.state == State.MERGED else self.none().scoped()

    def in_confidence(self, user: User) -> Self:
        """Those of what one has asked in confidence."""
        from helpdesk.models import ServiceRequest

        return self.filter(update__request__in=ServiceRequest.objects.in_confidence(user)).scoped()


class PartyQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The sides of the mediations that the user works on, and that of the own household."""
        return self.filter(works_on(user, "request__") | Q(pk__in=_told(own_sides(user)).values("pk"))).scoped()


class RatingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(seen(user, "request__")).scoped()

    def of(self, request: ServiceRequest) -> Self:
        """The ratings of a request that was found through `visible_to`, the newest first."""
        return self.filter(request=request).order_by("-round").scoped()


def _leaders() -> Any:
    return Appointment.objects.unscoped(reason="who leads a grid is no secret").current().filter(role=Role.GRID_LEADER)


def _desk_steps(user: User) -> Q:
    """What a leader, the office or the secretary has to take, hand out or check; nothing for anybody else."""
    scope = user.scope
    desk = Q(grid__in=scope.grids, is_confidential=False) if scope.grids else Q(pk__in=[])
    check = desk
    if scope.offices_communities:
        # What no leader may take, or none is there for, waits in the office; what is confidential with the secretary.
        office = Q(community__in=scope.offices_communities, is_confidential=False)
        secretary = Q(community__in=scope.ids("community", Role.SECRETARY), is_confidential=True)
        led = _leaders().filter(grid=OuterRef("grid"))
        desk = desk | office & ~Q(Exists(led)) | secretary
        own = Q(user=OuterRef("handler")) | Q(user=OuterRef("last_resolved_by"))
        check = desk | office & Q(Exists(led.filter(own)))
    elif not scope.grids:
        return desk
    checks = check & ~Q(handler=user) & ~Q(last_resolved_by=user)
    takes = Q(state=State.SUBMITTED) | Q(state=State.ACCEPTED, hop_count__lt=RETURNS)
    steps = takes & desk | Q(state=State.REVIEW) & checks
    if ruled := scope.ids("community", Role.SECRETARY):
        # What the secretary alone decides: leave that is asked for, and what is to be looked at again.
        again = Q(review_on__lte=clock.today()) | Q(state=State.ACCEPTED, hop_count__gte=RETURNS)
        steps |= Q(community__in=ruled) & (again | Q(asked_for__gt=""))
    if scope.households:
        steps &= ~Q(has_parties=True, pk__in=own_sides(user).values("request"))
    return steps
