"""Whether somebody is registered already, so that nobody stands in the register twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.fields import plain_of, search_hash
from grids.models import Resident

if TYPE_CHECKING:
    from uuid import UUID

    from community.models import User

_WHY = "whether a person is registered already, asked of the whole community; only those in scope are shown"


@dataclass(frozen=True)
class Known:
    """Who is registered already: `seen` may be shown to the one who asks, `hidden` says that others may not.

    `certain` where the identity number says so; else the name and the birth date are the same.
    """

    seen: tuple[Resident, ...] = ()
    hidden: bool = False
    certain: bool = False

    def __bool__(self) -> bool:
        return bool(self.seen) or self.hidden

    @property
    def sentence(self) -> str:
        """What to do about it; "" where nobody is known."""
        if self.hidden:
            return office_sentence()
        if self.certain:
            return _("这个证件号码已经登记在%(name)s名下。是同一个人就不用再登记，办理搬来即可。") % {
                "name": self.seen[0].name
            }
        if self.seen:
            return _("登记册里已经有同名、同一天出生的人。请先核对是不是同一个人。")
        return ""


def office_sentence() -> str:
    """What somebody hears who may not see where a person is registered."""
    return _("这个人已经在登记册里，但不在您负责的范围。请联系社区办公室办理。")


def known(community_id: int, fields: dict[str, Any], *, by: User, but: UUID | None = None) -> Known:
    """Who of the community has this identity number, else this name and birth date; `but` is the person themself.

    Two people with different numbers are different people, whatever their names.
    """
    everybody = Resident.objects.unscoped(reason=_WHY).filter(community=community_id, merged_into__isnull=True)
    if but is not None:
        everybody = everybody.exclude(pk=but)
    hashed = search_hash(str(plain_of(fields.get("id_number")) or ""))
    if hashed and (same := list(everybody.filter(id_hash=hashed))):
        return _sorted(same, by, certain=True)
    name, born = fields.get("name"), str(plain_of(fields.get("birth_date")) or "")
    if not name or len(born) < len("1956-03-07"):
        return Known()
    same = list(everybody.filter(name=name, birth_date=born, deceased_on__isnull=True))
    return _sorted([one for one in same if not (hashed and one.id_hash)], by, certain=False)


def _sorted(found: list[Resident], by: User, *, certain: bool) -> Known:
    visible = Resident.objects.visible_to(by).filter(pk__in=[one.pk for one in found]) if found else []
    return Known(tuple(visible), hidden=len(visible) < len(found), certain=certain)
