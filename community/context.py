"""What every page knows of the community and of the person who reads it, in one query."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _

from community import nav
from community.access import Held
from community.models import Community, Notice, User


class Frame:
    """Read once a request, and only where a page asks for it."""

    def __init__(self, user: User | None) -> None:
        self.user = user

    @cached_property
    def community(self) -> Community | None:
        """The whole row of one's own community, else of the first."""
        own = self._own
        return Community.objects.filter(pk=own.community).first() if own else Community.objects.first()

    @property
    def name(self) -> str:
        """What the brand in the head says."""
        name = self._own.community_name if self._own else self.community.name if self.community else ""
        return _("共治 · %(community)s") % {"community": name} if name else _("共治")

    @property
    def phone(self) -> str:
        """Whom to call who cannot find the way."""
        return self._own.community_phone if self._own else self.community.phone if self.community else ""

    @property
    def unread(self) -> int:
        return self._waiting[0]

    @property
    def second_factor_due(self) -> bool:
        """Whether a staff role is held and no second factor is set up."""
        return self.user is not None and self.user.scope.is_staff and not self._waiting[1]

    @property
    def _own(self) -> Held | None:
        return self.user.scope.held[0] if self.user is not None and self.user.scope.held else None

    @cached_property
    def _waiting(self) -> tuple[int, bool]:
        """How many notices are unread, and whether there is a second factor."""
        assert self.user is not None
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [self.user.pk, self.user.pk])
            unread, has_factor = cursor.fetchone()
        return unread, bool(has_factor)


# On every page; in SQL, because the ORM takes a hundred times as long to write it as the database to answer it.
_WAITING = (
    f"SELECT (SELECT COUNT(*) FROM {Notice._meta.db_table} WHERE user_id = %s AND read_at IS NULL), "  # noqa: S608
    f"EXISTS (SELECT 1 FROM {Authenticator._meta.db_table} WHERE user_id = %s)"
)


def community(request: HttpRequest) -> dict[str, Any]:
    """`the_community` and what the frame of the page draws: names, navigation, unread notices, the strip for staff."""
    signed_in = getattr(request, "user", None)
    user = signed_in if isinstance(signed_in, User) else None
    frame = Frame(user)
    found: dict[str, Any] = {
        "the_community": SimpleLazyObject(lambda: frame.community),
        "community_name": SimpleLazyObject(lambda: frame.name),
        "help_phone": SimpleLazyObject(lambda: frame.phone),
        "source_url": settings.SOURCE_URL,
    }
    if user is not None:
        found |= {
            "nav": nav.main(user, request.path),
            "account_links": nav.account(user),
            "search_url": nav.search_url(user),
            "unread": SimpleLazyObject(lambda: frame.unread),
            "second_factor_due": SimpleLazyObject(lambda: frame.second_factor_due),
        }
    return found
