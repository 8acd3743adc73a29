"""Reads of the advisory group: its sessions, its recommendations, the studies it is given."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from alliance.advice.states import Progress, State, Verdict
from community.roles import Role
from core import clock
from core.scoping import ScopedQuerySet
from core.sql import Now

if TYPE_CHECKING:
    from alliance.models import AdviceSession, Recommendation
    from community.models import Community, User

READERS = (Role.ADVISER, Role.COMMUNITY_STAFF, Role.SECRETARY)
# What is still to be done about a recommendation that was adopted.
GOING = (Progress.PLANNED, Progress.DOING)
# Minutes that were not made public in this time stay as they are, and are not asked about any more.
ASKED = timedelta(days=30)


class AdviceQuerySet(ScopedQuerySet[Any]):
    """What belongs to the advisory group of a community: its advisers and the office read it."""

    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.ids("community", *READERS)).scoped()

    def in_community(self, community_id: int) -> Self:
        """All rows of a community that the caller works with, or shows in public what is public of them."""
        return self.filter(community=community_id).scoped()


class OfSessionQuerySet(AdviceQuerySet):
    def of(self, session: AdviceSession) -> Self:
        """The parts of a session found through its own `visible_to`."""
        return self.filter(session=session).scoped()


class AdviceAttendanceQuerySet(OfSessionQuerySet):
    def waiting_for(self, user: User) -> Self:
        """What a session still wants of the user: to say whether they come, to read its minutes, to sign them."""
        coming = Q(session__state=State.PLANNED, session__starts_at__gte=Now(), answer="")
        read = Q(session__state=State.DRAFTED, attended=True, read_at__isnull=True)
        sign = Q(session__state=State.SIGNING, attended=True, signed_at__isnull=True)
        mine = self.visible_to(user).filter(coming | (read | sign) & ~Q(session__written_by=user.pk), user=user.pk)
        return mine.select_related("session").order_by("session__starts_at")


class SessionQuerySet(AdviceQuerySet):
    def out(self) -> Self:
        """What everybody may read, without sign-in, wherever."""
        return self.filter(published_at__isnull=False).scoped()

    def counted(self) -> Self:
        """Those that were held."""
        return self.filter(number__isnull=False)

    def coming(self) -> Self:
        """What was planned, the next first; also what should have begun and has no minutes yet."""
        return self.filter(state=State.PLANNED).order_by("starts_at", "pk")

    def wanting_office(self, user: User) -> Self:
        """What the office has to do something about: minutes to write, to have signed, to make public."""
        late = Q(state=State.PLANNED, starts_at__lt=Now())
        drafted = Q(state=State.DRAFTED)
        untold = Q(state=State.APPROVED, published_at__isnull=True, approved_at__gte=Now(-ASKED))
        secretary = user.scope.ids("community", Role.SECRETARY)
        wanted = (late | drafted) & Q(community__in=user.scope.offices_communities)
        return self.filter(wanted | untold & Q(community__in=secretary)).scoped().order_by("starts_at")


class RecommendationQuerySet(OfSessionQuerySet):
    def for_list(self) -> Self:
        return self.select_related("session")

    def standing(self) -> Self:
        """Those of signed minutes: a draft may still change."""
        return self.filter(session__state=State.APPROVED)

    def out(self) -> Self:
        """What everybody may read, without sign-in, wherever."""
        return self.filter(session__published_at__isnull=False, is_public=True).scoped()

    def open(self) -> Self:
        """Those that nobody has answered."""
        return self.standing().filter(verdict="")

    def late(self) -> Self:
        """Those whose answer is overdue."""
        return self.open().filter(due_on__lt=clock.today())

    def to_look_at(self) -> Self:
        """Those that were adopted, on the day set to look at them again."""
        return self.filter(progress__in=GOING, look_on__lte=clock.today())

    def adopted(self) -> Self:
        return self.filter(verdict__in=(Verdict.ADOPTED, Verdict.PARTLY))

    def wanting_office(self, user: User) -> Self:
        """What waits: an answer for the secretary, a look for the office."""
        answers = Q(
            session__state=State.APPROVED, verdict="", community__in=user.scope.ids("community", Role.SECRETARY)
        )
        looks = Q(progress__in=GOING, look_on__lte=clock.today(), community__in=user.scope.offices_communities)
        return self.filter(answers | looks).scoped()


class StepQuerySet(AdviceQuerySet):
    def of_each(self, recommendations: list[Recommendation]) -> Self:
        """The steps of recommendations already found, with what they lead to."""
        rows = self.filter(recommendation__in=[one.pk for one in recommendations])
        return rows.select_related("request__category", "project", "activity", "by").scoped()


class StudyQuerySet(AdviceQuerySet):
    def out(self) -> Self:
        """What everybody may read, without sign-in, wherever."""
        return self.filter(released_at__isnull=False).scoped()

    def public(self, community: Community) -> Self:
        return self.filter(community=community).out()
