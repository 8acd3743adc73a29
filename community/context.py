"""What every page knows of the community and of the person who reads it, in one query."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _

from community import nav
from community.models import Community, Notice, User


class Frame:
    """Read once a request, and only where a page asks for it."""

    def __init__(self, user: User | None) -> None:
        self.user = user

    @cached_property
    def community(self) -> Community | None:
        """One's own community, else the first; with `unread` and `second_factor` of the user."""
        rows = Community.objects.all()
        if self.user is not None:
            mine = Notice.objects.visible_to(self.user).unread().order_by().values("user")
            factors = Authenticator.objects.filter(user_id=self.user.pk)
            rows = rows.annotate(
                own=Exists(Community.objects.filter(pk=OuterRef("pk"), pk__in=self.user.scope.communities)),
                unread=Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), Value(0)),
                second_factor=Exists(factors),
            ).order_by("-own", "code")
        return rows.first()

    @property
    def unread(self) -> int:
        return getattr(self.community, "unread", 0)

    @property
    def second_factor_due(self) -> bool:
        """Whether a staff role is held and no second factor is set up."""
        staff = self.user is not None and self.user.scope.is_staff
        return staff and not getattr(self.community, "second_factor", False)


def community(request: HttpRequest) -> dict[str, Any]:
    """`the_community` and what the frame of the page draws: names, navigation, unread notices, the strip for staff."""
    signed_in = getattr(request, "user", None)
    user = signed_in if isinstance(signed_in, User) else None
    frame = Frame(user)
    found: dict[str, Any] = {
        "the_community": SimpleLazyObject(lambda: frame.community),
        "community_name": SimpleLazyObject(lambda: _name(frame.community)),
        "help_phone": SimpleLazyObject(lambda: frame.community.phone if frame.community else ""),
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


def _name(found: Community | None) -> str:
    return _("共治 · %(community)s") % {"community": found.name} if found else _("共治")
