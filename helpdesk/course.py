"""What a few columns of a request tell: the same of a whole row as of a line in a list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext, gettext_lazy

from community.roles import Role
from core import clock
from helpdesk.states import OPEN, RATING_DAYS, State

if TYPE_CHECKING:
    from community.models import User

VOLUNTEERS = frozenset({Role.RED_STEWARD.value, Role.PARTNER_CONTACT.value})


class Place(models.TextChoices):
    HOME = "home", gettext_lazy("家里")
    BUILDING = "building", gettext_lazy("楼里")
    ELSEWHERE = "elsewhere", gettext_lazy("别的地方")


class Course:
    """To be mixed into what has these columns; `building` may be its label alone."""

    category: Any
    state: Any
    due_at: Any
    finish_kind: Any
    resolved_at: Any
    closed_at: Any
    escalation: Any
    place: Any
    place_kind: Any
    building: Any
    handler_id: Any
    handler_role: Any

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.state in OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it was, or still is, finished later than promised."""
        end = self.resolved_at or (clock.now() if self.is_open else self.closed_at)
        return end is not None and end > self.due_at

    @property
    def asks_rating(self) -> bool:
        """Whether who asked is asked to rate: what follows another request, for a week after that one's end.

        Rated, it has ended anew since then.
        """
        if self.state == State.RESOLVED:
            return True
        fresh = clock.now() - timedelta(RATING_DAYS)
        return bool(self.state == State.MERGED and self.resolved_at and self.resolved_at >= max(self.closed_at, fresh))

    def place_for(self, user: User) -> str:
        """The place as far as `user` needs it: a volunteer learns the door of a home by signing for the request."""
        waits = self.handler_id == user.pk and self.state == State.DISPATCHED
        if waits and self.place_kind == Place.HOME and self.handler_role in VOLUNTEERS and self.building:
            return gettext("%(building)s（签收后看到门牌）") % {"building": self.building}
        return str(self.place)
