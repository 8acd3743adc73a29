"""What came of requests, as the rest of the portal learns of it: duties, Today, record, messages, front page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.home import Tile
from community.nav import Entry
from community.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

WORDS_OF_THE_RECORD = {
    "spot_raised": _("发现了反复出现的地方"),
    "spot_planned": _("写了反复出现的地方打算怎么办"),
    "spot_settled": _("记下反复出现的地方办完了"),
    "story_published": _("公开了办好的事"),
    "story_changed": _("改了办好的事"),
    "story_withdrawn": _("撤下了办好的事"),
    "thanks_written": _("写了感谢信"),
    "thanks_published": _("公开了感谢信"),
    "thanks_unpublished": _("不再公开感谢信"),
    "thanks_withdrawn": _("收回了感谢信"),
    "digest_sent": _("把每周简报发到了工作群"),
}


def register() -> None:
    """Called when the app is ready."""
    from community import history, home, nav, retention, today
    from core import daily
    from helpdesk import digest, spots, thanks

    history.register(WORDS_OF_THE_RECORD)
    today.register(spots.waiting, spots.say)
    today.register(thanks.waiting, thanks.say)
    nav.register(entries)
    nav.register_account(account_entries)
    home.register(tiles)
    retention.register(*thanks.RULES)
    daily.register("recurring spots", spots.raise_spots)
    daily.register("weekly digest", digest.send_weekly)


def entries(user: User) -> list[Entry]:
    """The rates, for who observes; who works on requests finds them beside the list."""
    if not user.scope.has_role(Role.STREET_OBSERVER):
        return []
    return [Entry(_("三率"), reverse("helpdesk:rates"), "bar-chart", order=10)]


def account_entries(_user: User) -> list[Entry]:
    """What everybody who is signed in may read as well."""
    return [
        Entry(_("办好的事"), reverse("helpdesk:done"), "check2-circle", order=60),
        Entry(_("感谢信"), reverse("helpdesk:thanks"), "envelope-heart", order=61),
    ]


def tiles(user: User | AnonymousUser) -> list[Tile]:
    """What everybody may read, for visitors; who lives here finds more pressing things on the first page."""
    if not user.is_anonymous:
        return []
    return [
        Tile(_("办好的事"), reverse("helpdesk:done"), _("大家说了、办成了的"), "check2-circle", order=60),
        Tile(_("感谢信"), reverse("helpdesk:thanks"), _("谢谢帮过忙的人"), "envelope-heart", order=61),
    ]
