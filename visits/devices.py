"""The phones that hold a walk book, and what still lies on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from visits.models import Device

if TYPE_CHECKING:
    from community.models import User

# A phone that has not been heard of for longer, and owes nothing, is not shown any more.
_FORGOTTEN = timedelta(days=120)
_NAMED = 5


@dataclass(frozen=True)
class Owed:
    """What has not been sent yet."""

    phones: int
    visits: int
    who: tuple[str, ...]

    @property
    def words(self) -> str:
        """A sentence with the people to call; "" where nothing is owed."""
        if not self.phones:
            return ""
        names = "、".join(self.who[:_NAMED])
        named = _("%(names)s等") % {"names": names} if self.who[_NAMED:] else names
        told = ngettext(
            "还有 %(phones)d 台设备上共 %(visits)d 条走访没发出，请先联系：%(names)s",
            "还有 %(phones)d 台设备上共 %(visits)d 条走访没发出，请先联系：%(names)s",
            self.phones,
        )
        return told % {"phones": self.phones, "visits": self.visits, "names": named}


def board(user: User) -> list[Device]:
    """The phones of the user's communities: those that owe visits first, the longest silent before the others."""
    recent = clock.now() - _FORGOTTEN
    rows = Device.objects.visible_to(user).select_related("user")
    return list((rows.unsent() | rows.filter(seen_at__gte=recent)).distinct())


def owed(rows: list[Device]) -> Owed:
    """What the phones of a board still owe."""
    late = [row for row in rows if row.unsent]
    return Owed(len(late), sum(row.unsent for row in late), tuple(dict.fromkeys(row.user.name for row in late)))
