"""Which owner group a dwelling belongs to, from day to day: one at a time, or none that is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.actions.owners import changing, moved_on, standing
from grids.models import Dwelling, OwnerGroup, Ownership

if TYPE_CHECKING:
    from community.models import User

_WHY = "who owned a dwelling already found"


@transaction.atomic
def give_dwelling(
    group: OwnerGroup, *, dwelling: Dwelling, starts_on: date, by: User, deed: str = "", expected: str = ""
) -> Ownership:
    """Let a dwelling belong to a group from `starts_on`; whoever owned it before, did so until the day before.

    What began on that same day was a mistake and goes; the record keeps it. `expected` is `owned_by` of what the
    person saw. Raises Refused where the day lies before the present owner's first day, or in the future, where the
    group owns it already, and where the dwelling lies in another estate.
    """
    dwelling, group = locked(dwelling), standing(group)
    if dwelling.building.estate_id != group.estate_id:
        raise Refused(_("%(door)s不在%(estate)s，不能登记给这户业主。") % {"door": dwelling, "estate": group.estate})
    if starts_on > clock.today():
        raise Refused(_("起始日期最晚填今天。还没到的日子，到了再来登记。"))
    terms = Ownership.objects.of_dwelling(dwelling)
    newest: Ownership | None = terms.first()
    if expected and expected != owned_by(newest):
        raise Refused(_("刚刚有人登记过%(door)s的业主。请看一看，再决定要不要改。") % {"door": dwelling})
    before = _make_room(newest, group, starts_on)
    made: Ownership = Ownership.objects.create(
        community_id=group.community_id, group=group, dwelling=dwelling, starts_on=starts_on, deed=deed
    )
    changes = {_("业主"): [before, group.label], _("起"): ["", starts_on]}
    audit.record("dwelling_given", dwelling, by=by, changes=changes)
    audit.record("dwelling_given", group, by=by, changes={_("房屋"): ["", dwelling.label], _("起"): ["", starts_on]})
    return made


@transaction.atomic
def end_ownership(ownership: Ownership, *, by: User, last_day: date | None, reason: str, version: int) -> OwnerGroup:
    """A dwelling belongs to the group no longer: until `last_day`, or never (None: it was written down by mistake)."""
    group = changing(ownership.group, version)
    ownership = locked(ownership)
    if ownership.ends_on is not None:
        raise Refused(_("这条产权已经结束了。"))
    if last_day is not None and last_day < ownership.starts_on:
        raise Refused(_("最后一天不能早于开始的 %(day)s。登记错了，请选“登记错了”。") % {"day": ownership.starts_on})
    if last_day is not None and last_day >= clock.today():
        raise Refused(_("最后一天最晚填昨天。"))
    changes: dict[str, Any] = {_("房屋"): [ownership.dwelling.label, ""]}
    if last_day is None:
        ownership.delete()
    else:
        ownership.ends_on = last_day
        ownership.save(update_fields=["ends_on"])
        changes[_("止")] = ["", last_day]
    moved_on(group)
    audit.record("dwelling_taken", group, by=by, changes=changes, reason=reason)
    return group


def owned_by(newest: Ownership | None) -> str:
    """What a form carries of the owner that was shown, for `expected` of `give_dwelling`."""
    return f"{newest.pk}:{newest.ends_on or ''}" if newest else "-"


def _make_room(newest: Ownership | None, group: OwnerGroup, starts_on: date) -> str:
    """End or take back what holds from `starts_on` on; gives the label of the owner before, "" where there is none."""
    if newest is None:
        return ""
    names = {"group": newest.group, "day": newest.starts_on, "end": newest.ends_on}
    if newest.ends_on is not None:
        if starts_on <= newest.ends_on:
            raise Refused(_("到 %(end)s 为止这套房屋是%(group)s的，请填那以后的日子。") % names)
        return ""
    if newest.group_id == group.pk:
        raise Refused(_("从 %(day)s 起，这套房屋已经是这户业主的了。") % names)
    if starts_on < newest.starts_on:
        raise Refused(_("从 %(day)s 起这套房屋是%(group)s的，转移的日子不能比这一天早。") % names)
    if starts_on == newest.starts_on:
        newest.delete()
    else:
        newest.ends_on = starts_on - timedelta(days=1)
        newest.save(update_fields=["ends_on"])
    return newest.group.label
