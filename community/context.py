"""What every page knows of the community and of the person who reads it, in one query."""

from __future__ import annotations

from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _

from community import nav
from community.models import Community, Notice, User
from core.sql import rows


class Facts(NamedTuple):
    """What the frame of a page tells: which community, whom to call, and what waits for the reader."""

    name: str = ""
    phone: str = ""
    unread: int = 0
    has_second_factor: bool = False


class Frame:
    """Read once a request, and only where a page asks for it."""

    def __init__(self, user: User | None) -> None:
        self.user = user

    @cached_property
    def community(self) -> Community | None:
        """The whole row of one's own community, else of the first."""
        own = self._own
        return Community.objects.get(pk=own) if own else Community.objects.first()

    @cached_property
    def facts(self) -> Facts:
        """One query."""
        if self.user is None or self._own is None:
            return Facts(self.community.name, self.community.phone) if self.community else Facts()
        name, phone, unread, has_second_factor = rows(_FACTS, self.user.pk, self.user.pk, self._own)[0]
        return Facts(name, phone, unread, bool(has_second_factor))

    @property
    def name(self) -> str:
        """What the brand in the head says."""
        name = self.facts.name
        return _("共治 · %(community)s") % {"community": name} if name else _("共治")

    @property
    def second_factor_due(self) -> bool:
        """Whether a staff role is held and no second factor is set up."""
        return self.user is not None and self.user.scope.is_staff and not self.facts.has_second_factor

    @property
    def _own(self) -> int | None:
        """One's own community; of several the one that was there first."""
        return min(self.user.scope.communities, default=None) if self.user is not None else None


_FACTS = (
    "SELECT c.name, c.phone, "  # noqa: S608 names of tables, nothing that anybody sends
    f"(SELECT COUNT(*) FROM {Notice._meta.db_table} WHERE user_id = %s AND read_at IS NULL), "
    f"EXISTS (SELECT 1 FROM {Authenticator._meta.db_table} WHERE user_id = %s) "
    f"FROM {Community._meta.db_table} c WHERE c.id = %s"
)


def community(request: HttpRequest) -> dict[str, Any]:
    """`the_community` and what the frame of the page draws: names, navigation, unread notices, the strip for staff."""
    signed_in = getattr(request, "user", None)
    user = signed_in if isinstance(signed_in, User) else None
    frame = Frame(user)
    found: dict[str, Any] = {
        "the_community": SimpleLazyObject(lambda: frame.community),
        "community_name": SimpleLazyObject(lambda: frame.name),
        "help_phone": SimpleLazyObject(lambda: frame.facts.phone),
        "source_url": settings.SOURCE_URL,
    }
    if user is not None:
        found |= {
            "reader": user,
            "nav": nav.main(user, request.path),
            "account_links": nav.account(user),
            "search_url": nav.search_url(user),
            "unread": SimpleLazyObject(lambda: frame.facts.unread),
            "second_factor_due": SimpleLazyObject(lambda: frame.second_factor_due),
        }
    return found
